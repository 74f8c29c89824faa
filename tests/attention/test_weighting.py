"""Limiar, normalização e média ponderada: à mão, contra o oráculo, gradiente e recusas."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import normalize_weights, threshold_weights, weighted_mean

SEVEN = torch.tensor([1.0, 6.0, 3.0, 7.0, 2.0, 5.0, 9.0], dtype=torch.float64)
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def test_seven_numbers_by_hand():
    # Passam 6, 7 e 9 (o 5 é igual ao limiar): pesos de soma 10, contexto 55/10.
    weights = threshold_weights(SEVEN, threshold=5.0)
    assert weights.tolist() == [1, 2, 1, 2, 1, 1, 2]
    assert_close(normalize_weights(weights), weights / 10)
    assert_close(weighted_mean(SEVEN, weights), torch.tensor(5.5, dtype=torch.float64))


def test_threshold_lets_no_gradient_through():
    threshold = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    values = SEVEN.clone().requires_grad_()
    weights = threshold_weights(values, threshold, high=3.0, low=-1.0)
    assert not weights.requires_grad
    assert weights.tolist() == [-1, 3, -1, 3, -1, -1, 3]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    ("values_shape", "weights_shape"),
    [((7,), (7,)), ((7,), (3, 7)), ((7, 5), (7,)), ((7, 5), (3, 7)), ((2, 7, 5), (2, 3, 7))],
)
def test_agrees_with_oracle(values_shape, weights_shape, scale, seed):
    generator = torch.Generator().manual_seed(seed)
    values = scale * torch.randn(values_shape, generator=generator, dtype=torch.float64)
    weights = scale * torch.rand(weights_shape, generator=generator, dtype=torch.float64)
    weights[..., 2] = 0.0
    hard = reference.threshold_weights(values.numpy(), 0.1 * scale)
    assert_close(threshold_weights(values, 0.1 * scale), torch.from_numpy(hard))
    normalized = reference.normalize_weights(weights.numpy())
    assert_close(normalize_weights(weights), torch.from_numpy(normalized), rtol=1e-12, atol=1e-14)
    mean = reference.weighted_mean(values.numpy(), weights.numpy())
    assert_close(
        weighted_mean(values, weights), torch.as_tensor(mean), rtol=1e-10, atol=1e-12 * scale
    )


@given(
    arrays(float, (7, 2), elements=st.floats(-9, 9)), arrays(float, 7, elements=st.floats(0.1, 9))
)
def test_mean_stays_between_the_extremes(values, weights):
    mean = weighted_mean(torch.from_numpy(values), torch.from_numpy(weights)).numpy()
    assert (mean >= values.min(axis=0) - 1e-12).all()
    assert (mean <= values.max(axis=0) + 1e-12).all()
    order = np.arange(7)[::-1].copy()
    permuted = weighted_mean(torch.from_numpy(values[order]), torch.from_numpy(weights[order]))
    np.testing.assert_allclose(permuted.numpy(), mean, atol=1e-12)


def test_gradients():
    generator = torch.Generator().manual_seed(5)
    weights = torch.rand(3, 7, generator=generator, dtype=torch.float64) + 0.1
    values = torch.randn(7, 5, generator=generator, dtype=torch.float64)
    inputs = (values.requires_grad_(), weights.requires_grad_())
    assert torch.autograd.gradcheck(weighted_mean, inputs)
    assert torch.autograd.gradgradcheck(weighted_mean, inputs)


def test_row_of_zero_weights_is_zero_with_finite_gradient():
    weights = torch.tensor([[0.0, 0.0], [1.0, 3.0]], requires_grad=True)
    assert normalize_weights(weights).tolist() == [[0, 0], [0.25, 0.75]]
    mean = weighted_mean(torch.tensor([4.0, 8.0]), weights)
    assert mean.tolist() == [0, 7]
    mean.sum().backward()
    assert weights.grad.isfinite().all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_keeps_dtype_and_arguments(dtype):
    values, weights = SEVEN.to(dtype), torch.ones(7, dtype=dtype)
    copies = values.clone(), weights.clone()
    results = (
        threshold_weights(values, 5.0),
        normalize_weights(weights),
        weighted_mean(values, weights),
    )
    assert [result.dtype for result in results] == [dtype] * 3
    assert torch.equal(values, copies[0])
    assert torch.equal(weights, copies[1])


ONES = torch.ones(2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: threshold_weights([1.0], 1.0), TypeError, r"values.*recebi list.*as_tensor"),
        (lambda: threshold_weights(torch.ones(2).int(), 1), TypeError, r"int32.*values\.float\(\)"),
        (lambda: threshold_weights(ONES * math.nan, 1.0), ValueError, r"recebi nan.*Retire"),
        (lambda: threshold_weights(ONES, math.nan), ValueError, r"comparáveis; recebi nan"),
        (lambda: normalize_weights(torch.tensor(1.0)), ValueError, r"forma \(\).*weights\[None\]"),
        (lambda: normalize_weights(-ONES), ValueError, r"negativos; recebi o mínimo -1.*softmax"),
        (lambda: normalize_weights(ONES * math.inf), ValueError, r"soma finita.*recebi nan, inf"),
        (
            lambda: normalize_weights(torch.full((2,), 6e4, dtype=torch.float16)),
            ValueError,
            r"estouram torch\.float16.*double",
        ),
        (
            lambda: weighted_mean(ONES, torch.ones(3)),
            ValueError,
            r"\(2,\) e weights \(3,\).*por valor",
        ),
        (lambda: weighted_mean(torch.tensor(1.0), ONES), ValueError, r"values \(\)"),
        (lambda: weighted_mean(ONES, torch.tensor(1.0)), ValueError, r"weights \(\)"),
        (
            lambda: weighted_mean(torch.ones(2, 3, 1), torch.ones(5, 3, 3)),
            ValueError,
            r"mesmo lote",
        ),
        (
            lambda: weighted_mean(ONES, ONES.double()),
            TypeError,
            r"float32 e torch\.float64.*\.to\(",
        ),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_rejects_tensors_on_different_devices():
    with pytest.raises(ValueError, match=r"mesmo dispositivo; recebi cpu e meta.*weights\.to"):
        weighted_mean(ONES, torch.ones(2, device="meta"))
