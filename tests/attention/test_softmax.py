"""Softmax com temperatura e com máscara: à mão, oráculo, invariantes, gradiente e recusas."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import masked_softmax, softmax

LN2, LN3 = math.log(2.0), math.log(3.0)
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
SCORES = arrays(float, (3, 5), elements=st.floats(-50, 50))


def random_case(seed, shape, scale):
    generator = torch.Generator().manual_seed(seed)
    scores = scale * torch.randn(shape, generator=generator, dtype=torch.float64)
    return scores, torch.rand(shape, generator=generator) > 0.4


def test_softmax_matches_hand_computation():
    # e^0 = 1, e^{ln 3} = 3; com T = 2, e^{ln 3 / 2} = √3.
    scores = torch.tensor([0.0, LN3], dtype=torch.float64)
    assert_close(softmax(scores), torch.tensor([0.25, 0.75], dtype=torch.float64))
    warm = softmax(scores, temperature=2.0)
    assert_close(warm[1] / warm[0], torch.tensor(math.sqrt(3.0), dtype=torch.float64))


def test_masked_softmax_matches_hand_computation():
    # e^0 = 1, e^{ln 2} = 2; a terceira chave está mascarada: pesos 1/3 e 2/3.
    scores = torch.tensor([[0.0, LN2, 100.0]], dtype=torch.float64)
    weights = masked_softmax(scores, torch.tensor([[True, True, False]]))
    assert_close(weights, torch.tensor([[1 / 3, 2 / 3, 0.0]], dtype=torch.float64))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1, 1), (4, 2, 5, 7)])
@pytest.mark.parametrize("scale", [1e-3, 5.0, 1e7])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_agrees_with_oracle(shape, scale, seed):
    scores, mask = random_case(seed, shape, scale)
    for temperature in (1e-2, 1.0, 30.0):
        expected = reference.softmax(scores.numpy(), temperature)
        assert_close(
            softmax(scores, temperature), torch.from_numpy(expected), rtol=1e-10, atol=1e-15
        )
    expected = torch.from_numpy(reference.masked_softmax(scores.numpy(), mask.numpy()))
    assert_close(masked_softmax(scores, mask), expected, rtol=1e-10, atol=1e-15)
    expected = torch.from_numpy(reference.masked_softmax(scores.numpy()))
    assert_close(masked_softmax(scores), expected, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("mask_shape", [(5,), (3, 5), (3, 1), (2, 3, 5), (2, 1, 5), (1, 3, 1)])
def test_mask_broadcasts_like_the_oracle(mask_shape):
    scores, _ = random_case(3, (2, 3, 5), 1.0)
    mask = torch.rand(mask_shape, generator=torch.Generator().manual_seed(4)) > 0.5
    expected = reference.masked_softmax(scores.numpy(), mask.numpy())
    assert_close(masked_softmax(scores, mask), torch.from_numpy(expected))


@given(SCORES, st.floats(-1e3, 1e3), st.floats(0.1, 10))
def test_sums_to_one_ignores_a_shift_and_divides_log_ratios_by_temperature(scores, shift, heat):
    scores = torch.from_numpy(scores)
    weights = softmax(scores, heat)
    assert_close(weights.sum(-1), torch.ones(3, dtype=torch.float64))
    assert_close(softmax(scores + shift, heat), weights, rtol=1e-9, atol=1e-300)
    highest, index = scores.max(-1)
    log_ratio = (weights[:, :1] / weights.gather(-1, index[:, None])).log().squeeze(-1)
    expected = (scores[:, 0] - highest) / heat
    kept = expected > -500  # abaixo disso o peso some nos menores números do float64
    assert_close(log_ratio[kept], expected[kept], rtol=1e-9, atol=1e-9)


@given(SCORES, arrays(bool, (3, 5)))
def test_hidden_scores_do_not_matter(scores, mask):
    scores, mask = torch.from_numpy(scores), torch.from_numpy(mask)
    weights = masked_softmax(scores, mask)
    assert_close(weights.sum(-1), mask.any(-1).double())
    assert not weights[~mask].any()
    for junk in (math.nan, math.inf, -math.inf, 1e300):
        assert torch.equal(masked_softmax(scores.masked_fill(~mask, junk), mask), weights)


def test_extreme_scores_do_not_overflow():
    assert softmax(torch.tensor([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    tiny = softmax(torch.tensor([1e30, -1e30]), temperature=1e-30)
    assert tiny.tolist() == [1, 0]
    assert softmax(torch.tensor([-math.inf, 2.0])).tolist() == [0, 1]


def test_visible_nan_stays_visible_in_its_row_only():
    scores = torch.tensor([[math.nan, 1.0, 2.0], [0.0, 0.0, 0.0]])
    mask = torch.tensor([True, True, False])
    weights = masked_softmax(scores, mask)
    assert weights[0, :2].isnan().all()
    assert weights[0, 2] == 0
    assert weights[1].tolist() == [0.5, 0.5, 0]
    assert softmax(scores)[0].isnan().all()


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
def test_empty_row_is_zero_with_finite_gradient():
    scores = torch.tensor([[1.0, math.nan], [1.0, 2.0]], requires_grad=True)
    mask = torch.tensor([[False, False], [True, False]])
    with torch.autograd.detect_anomaly(check_nan=True):
        weights = masked_softmax(scores, mask)
        (weights * torch.tensor([3.0, 5.0])).sum().backward()
    assert weights.tolist() == [[0, 0], [1, 0]]
    assert scores.grad.tolist() == [[0, 0], [0, 0]]


def test_no_keys_gives_no_weights():
    mask = torch.ones(2, 0, dtype=torch.bool)
    assert masked_softmax(torch.zeros(2, 0), mask).shape == (2, 0)


def test_gradients_and_the_jacobian_of_the_oracle():
    scores, mask = random_case(8, (2, 5), 1.0)
    mask[0] = False
    scores.requires_grad_()
    heat = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(softmax, (scores, heat))
    assert torch.autograd.gradgradcheck(softmax, (scores, heat))
    assert torch.autograd.gradcheck(lambda s: masked_softmax(s, mask), (scores,))
    assert torch.autograd.gradgradcheck(lambda s: masked_softmax(s, mask), (scores,))
    row = scores[1].detach()
    jacobian = torch.autograd.functional.jacobian(lambda s: softmax(s, 0.7), row)
    expected = reference.softmax_jacobian(softmax(row, 0.7).numpy()) / 0.7
    assert_close(jacobian, torch.from_numpy(expected))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("heat", [2.0, torch.tensor(2.0, dtype=torch.float64), torch.tensor([2.0])])
def test_keeps_dtype_shape_and_arguments(dtype, heat):
    scores = torch.tensor([0.0, 1.0, 3.0], dtype=dtype)
    mask = torch.tensor([True, False, True])
    copies = scores.clone(), mask.clone()
    weights, masked = softmax(scores, heat), masked_softmax(scores, mask)
    assert (weights.dtype, masked.dtype) == (dtype, dtype)
    assert (weights.shape, masked.shape) == ((3,), (3,))
    assert torch.equal(scores, copies[0])
    assert torch.equal(mask, copies[1])


ONES = torch.ones(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: softmax([1.0]), TypeError, r"scores deve ser um tensor.*recebi list.*as_tensor"),
        (lambda: softmax(torch.ones(2).long()), TypeError, r"int64.*scores\.float\(\)"),
        (lambda: softmax(torch.tensor(1.0)), ValueError, r"recebi a forma \(\).*reshape"),
        (lambda: softmax(torch.ones(2, 0)), ValueError, r"recebi a forma \(2, 0\)"),
        (
            lambda: softmax(ONES, 0.0),
            ValueError,
            r"temperature.*positivo; recebi 0.*maior que zero",
        ),
        (lambda: softmax(ONES, torch.tensor(-2.0)), ValueError, r"recebi -2.*temperature=1\.0"),
        (
            lambda: softmax(ONES, math.inf),
            ValueError,
            r"temperature deve ser finito; recebi inf.*Use",
        ),
        (lambda: softmax(ONES, "1"), TypeError, r"número real.*recebi '1'.*temperature=1\.0"),
        (lambda: softmax(ONES, True), TypeError, r"número real.*recebi True"),
        (lambda: softmax(ONES, torch.ones(2)), TypeError, r"um elemento; recebi um tensor \(2,\)"),
        (lambda: masked_softmax([1.0]), TypeError, r"scores.*recebi list"),
        (lambda: masked_softmax(ONES, ONES), TypeError, r"booleano.*float32.*mask\.bool\(\)"),
        (lambda: masked_softmax(ONES, [True]), TypeError, r"booleano.*recebi list"),
        (
            lambda: masked_softmax(ONES, torch.ones(2, dtype=torch.bool)),
            ValueError,
            r"\(2,\) não se difunde.*\(2, 3\).*Use \(Tk,\)",
        ),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
