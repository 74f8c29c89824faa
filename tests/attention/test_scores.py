"""Funções e módulos de pontuação: à mão, oráculo, gradiente, inicialização e recusas."""

import math

import pytest
import torch
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import (
    AdditiveScore,
    DotScore,
    GeneralScore,
    ScaledDotScore,
    additive_scores,
    dot_scores,
    gaussian_scores,
    general_scores,
    scaled_dot_scores,
)

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
Q = torch.tensor([[1.0, 2.0]], dtype=torch.float64)
K = torch.tensor([[3.0, 4.0], [0.0, -1.0]], dtype=torch.float64)


def random_inputs(seed, scale=1.0, batch=(2,)):
    """Sorteia q (Dq=5), k (Dk=5), outra chave (Dk=11) e os parâmetros W, Wq, Wk, v (A=13)."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((*batch, 3, 5), (*batch, 7, 5), (*batch, 7, 11), (5, 11), (13, 5), (13, 11), (13,))
    q, *rest = (torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes)
    return q * scale, *rest


def test_scores_match_hand_computation():
    # 1·3 + 2·4 = 11 e −2; √2 na escala; distâncias² 8 e 10, com 2h² = 8.
    double = {"dtype": torch.float64}
    assert dot_scores(Q, K).tolist() == [[11, -2]]
    assert_close(scaled_dot_scores(Q, K), torch.tensor([[11.0, -2.0]], **double) / math.sqrt(2))
    assert gaussian_scores(Q, K, bandwidth=2.0).tolist() == [[-1, -1.25]]
    # qᵀW = (5, 14, 3); com k = (1, 0, 2): 11. W_q q = 3, W_k k = −1: −2 tanh 2.
    W = torch.tensor([[5.0, 0.0, 1.0], [0.0, 7.0, 1.0]], **double)
    assert general_scores(Q, torch.tensor([[1.0, 0.0, 2.0]], **double), W).tolist() == [[11]]
    scores = additive_scores(
        Q,
        torch.tensor([[0.5]], **double),
        Wq=torch.ones(1, 2, **double),
        Wk=torch.tensor([[-2.0]], **double),
        v=torch.tensor([-2.0], **double),
    )
    assert_close(scores, torch.tensor([[-2 * math.tanh(2.0)]], **double))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_agrees_with_oracle(seed, scale, batch):
    inputs = random_inputs(seed, scale, batch)
    q, k, other, W, Wq, Wk, v = inputs
    nq, nk, nother, nW, nWq, nWk, nv = (x.numpy() for x in inputs)
    pairs = [
        (dot_scores(q, k), reference.dot_scores(nq, nk)),
        (scaled_dot_scores(q, k), reference.scaled_dot_scores(nq, nk)),
        (general_scores(q, other, W), reference.general_scores(nq, nother, nW)),
        (additive_scores(q, other, Wq, Wk, v), reference.additive_scores(nq, nother, nWq, nWk, nv)),
        (gaussian_scores(q, k, 0.7), reference.gaussian_scores(nq, nk, 0.7)),
    ]
    for received, expected in pairs:
        assert_close(received, torch.from_numpy(expected), rtol=1e-12, atol=1e-10)


def test_keys_can_be_shared_by_the_whole_batch():
    q, k, other, W, Wq, Wk, v = random_inputs(3)
    shared = other[0]
    assert_close(dot_scores(q, k[0])[1], dot_scores(q[1], k[0]))
    assert_close(general_scores(q, shared, W)[1], general_scores(q[1], shared, W))
    one = additive_scores(q[1], shared, Wq, Wk, v)
    assert_close(additive_scores(q, shared, Wq, Wk, v)[1], one)


def test_known_relations():
    q, k, _, _, Wq, _, v = random_inputs(4)
    assert_close(general_scores(q, k, torch.eye(5, dtype=torch.float64)), dot_scores(q, k))
    bounded = additive_scores(q * 1e6, k * 1e6, Wq, Wq, v)
    assert bounded.abs().max() <= v.abs().sum() * (1 + 1e-12)
    # Consulta igual à chave: distância exatamente 0, sem o erro de |q|² − 2q·k + |k|².
    near = gaussian_scores(q + 1e8, q + 1e8, 1e-3)
    assert not near.diagonal(dim1=-2, dim2=-1).any()
    doubled = gaussian_scores(q, k, 2.0)
    assert_close(gaussian_scores(q, k, 1.0), doubled * 4)


def test_gradients():
    q, k, other, W, Wq, Wk, v = (x.requires_grad_() for x in random_inputs(6))
    h = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    for function, inputs in (
        (scaled_dot_scores, (q, k)),
        (general_scores, (q, other, W)),
        (additive_scores, (q, other, Wq, Wk, v)),
        (gaussian_scores, (q, k, h)),
    ):
        assert torch.autograd.gradcheck(function, inputs)
    assert torch.autograd.gradgradcheck(gaussian_scores, (q[:1, :2], k[:1, :3], h))


def test_gaussian_gradient_is_finite_at_distance_zero():
    q = torch.zeros(1, 2, requires_grad=True)
    gaussian_scores(q, torch.zeros(1, 2), 0.5).sum().backward()
    assert q.grad.tolist() == [[0, 0]]


def test_modules_are_the_functions():
    q, k, other, *_ = (x.float() for x in random_inputs(7))
    general = GeneralScore(5, 11, generator=torch.Generator().manual_seed(1))
    additive = AdditiveScore(5, 11, hidden_dim=13, generator=torch.Generator().manual_seed(1))
    assert torch.equal(DotScore()(q, k), dot_scores(q, k))
    assert torch.equal(ScaledDotScore()(q, k), scaled_dot_scores(q, k))
    assert torch.equal(general(q, other), general_scores(q, other, general.weight))
    by_hand = additive_scores(q, other, additive.query_weight, additive.key_weight, additive.v)
    assert torch.equal(additive(q, other), by_hand)


def test_modules_have_the_parameters_of_the_papers():
    def shapes(module):
        return {name: tuple(p.shape) for name, p in module.named_parameters()}

    assert shapes(DotScore()) == shapes(ScaledDotScore()) == {}
    assert shapes(GeneralScore(3, 5)) == {"weight": (3, 5)}
    expected = {"query_weight": (7, 3), "key_weight": (7, 5), "v": (7,)}
    assert shapes(AdditiveScore(3, 5, hidden_dim=7)) == expected


def test_initialization_depends_only_on_the_generator_and_fills_its_range():
    def weights(seed):
        generator = torch.Generator().manual_seed(seed)
        general = GeneralScore(31, 37, generator=generator)
        additive = AdditiveScore(31, 37, 41, generator=generator)
        return [general.weight, *additive.parameters()]

    first, again, other = weights(0), weights(0), weights(1)
    bounds = [(31 * 37) ** -0.5, 31**-0.5, 37**-0.5, 41**-0.5]
    for a, b, c, bound in zip(first, again, other, bounds, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
        assert 0.8 * bound < a.abs().max() <= bound
        assert a.min() < 0 < a.max()


def test_global_generator_is_used_only_without_one_of_its_own():
    before = torch.get_rng_state()
    GeneralScore(3, 5, generator=torch.Generator().manual_seed(0))
    AdditiveScore(3, 5, 7, generator=torch.Generator().manual_seed(0))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("dtype", DTYPES)
def test_keeps_dtype_and_arguments(dtype):
    inputs = [x.to(dtype) for x in random_inputs(8)]
    copies = [x.clone() for x in inputs]
    q, k, other, W, Wq, Wk, v = inputs
    results = (
        dot_scores(q, k),
        scaled_dot_scores(q, k),
        general_scores(q, other, W),
        additive_scores(q, other, Wq, Wk, v),
        gaussian_scores(q, k, torch.tensor(0.7, dtype=torch.float64)),
        AdditiveScore(5, 11, 13).to(dtype)(q, other),
    )
    assert {result.dtype for result in results} == {dtype}
    for now, copy in zip(inputs, copies, strict=True):
        assert torch.equal(now, copy)


ONE = torch.ones(1, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: dot_scores([[1.0]], ONE),
            TypeError,
            r"q deve ser um tensor.*recebi list.*as_tensor",
        ),
        (
            lambda: dot_scores(ONE, ONE.double()),
            TypeError,
            r"float32 e torch\.float64.*k\.to\(q\.dtype",
        ),
        (lambda: dot_scores(ONE[0], ONE), ValueError, r"recebi \(2,\) e \(1, 2\).*q\[None\]"),
        (
            lambda: dot_scores(ONE, torch.ones(1, 3)),
            ValueError,
            r"\(1, 2\) e \(1, 3\).*general_scores",
        ),
        (
            lambda: dot_scores(torch.ones(2, 1, 2), torch.ones(3, 1, 2)),
            ValueError,
            r"lotes.*\(2, 1, 2\) e \(3, 1, 2\).*Acerte",
        ),
        (lambda: scaled_dot_scores(torch.ones(1, 0), torch.ones(1, 0)), ValueError, r"D >= 1"),
        (lambda: gaussian_scores(ONE, torch.ones(1, 3), 1.0), ValueError, r"mesma largura"),
        (lambda: gaussian_scores(ONE, ONE, 0), ValueError, r"bandwidth.*recebi 0.*maior que zero"),
        (lambda: gaussian_scores(ONE, ONE, None), TypeError, r"bandwidth.*recebi None"),
        (
            lambda: general_scores(ONE, ONE, torch.ones(2, 3)),
            ValueError,
            r"W .*\(Dq, Dk\) = \(2, 2\); recebi \(2, 3\).*transposta",
        ),
        (lambda: general_scores(ONE, ONE, torch.ones(2, 2).int()), TypeError, r"W .*int32"),
        (
            lambda: additive_scores(ONE, ONE, torch.ones(2, 3), torch.ones(3, 2), torch.ones(3)),
            ValueError,
            r"Wq .*\(A, Dq\) = \(3, 2\); recebi \(2, 3\)",
        ),
        (
            lambda: additive_scores(ONE, ONE, torch.ones(3, 2), torch.ones(1, 2), torch.ones(3)),
            ValueError,
            r"Wk .*\(A, Dk\) = \(3, 2\); recebi \(1, 2\)",
        ),
        (
            lambda: additive_scores(ONE, ONE, ONE, ONE, torch.ones(1, 1)),
            ValueError,
            r"v .*\(A,\) = \(1,\); recebi \(1, 1\)",
        ),
        (lambda: GeneralScore(0, 3), ValueError, r"query_dim.*positivo; recebi 0.*último eixo"),
        (lambda: GeneralScore(3, True), ValueError, r"key_dim.*positivo; recebi True"),
        (lambda: AdditiveScore(3, 3, 2.0), ValueError, r"hidden_dim.*positivo; recebi 2\.0"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
