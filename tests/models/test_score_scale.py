"""Escala dos escores: a conta da variância e o traço da jacobiana."""

import pytest
import torch
from torch.testing import assert_close

from coursekit.models.score_scale import dot_product_variance, mean_jacobian_trace


@pytest.mark.parametrize("dim", [3, 29, 211])
@pytest.mark.parametrize("seed", [0, 1])
def test_variance_grows_like_the_dimension(dim, seed):
    # Erro-padrão relativo: raiz de (2 + 6/d) / 40 000, no máximo 1%.
    variance = dot_product_variance(dim, generator=torch.Generator().manual_seed(seed))
    assert abs(variance / dim - 1) < 0.05


def test_variance_uses_every_pair_and_the_given_generator():
    query, key = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(5))
    products = [
        sum(float(a) * float(b) for a, b in zip(q, k, strict=True))
        for q, k in zip(query, key, strict=True)
    ]
    mean = sum(products) / 7
    expected = sum((product - mean) ** 2 for product in products) / 6
    measured = dot_product_variance(3, generator=torch.Generator().manual_seed(5), num_pairs=7)
    assert measured == pytest.approx(expected, rel=1e-5)


def test_trace_with_zero_scale_is_that_of_uniform_weights():
    # Pesos 1/7: sete parcelas de 1/7 * 6/7 = 6/7.
    trace = mean_jacobian_trace(
        5, scale=0.0, generator=torch.Generator().manual_seed(0), num_queries=3, num_keys=7
    )
    assert trace == pytest.approx(6 / 7, abs=1e-6)


def test_trace_agrees_with_automatic_differentiation():
    generator = torch.Generator().manual_seed(2)
    query = torch.randn(3, 1, 5, generator=generator)
    key = torch.randn(3, 7, 5, generator=generator)
    traces = []
    for row in range(3):
        scores = 0.4 * (key[row] @ query[row, 0])
        jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(dim=-1), scores)
        traces.append(jacobian.trace())
    measured = mean_jacobian_trace(
        5, scale=0.4, generator=torch.Generator().manual_seed(2), num_queries=3, num_keys=7
    )
    assert_close(torch.tensor(measured), torch.stack(traces).mean(), rtol=1e-5, atol=1e-6)


def test_large_scores_kill_the_trace():
    generator = torch.Generator().manual_seed(0)
    assert mean_jacobian_trace(101, scale=100.0, generator=generator, num_queries=11) < 0.02


@pytest.mark.parametrize("arguments", [{"dim": 0}, {"dim": 3, "num_pairs": 1}])
def test_variance_rejects_impossible_sizes(arguments):
    with pytest.raises(ValueError, match=r"num_pairs ao menos 2; recebi dim=.*num_pairs="):
        dot_product_variance(generator=torch.Generator(), **arguments)


@pytest.mark.parametrize(
    "sizes", [{"dim": 0}, {"dim": 3, "num_queries": 0}, {"dim": 3, "num_keys": 0}]
)
def test_trace_rejects_impossible_sizes(sizes):
    with pytest.raises(ValueError, match=r"devem ser positivos; recebi .* Aumente"):
        mean_jacobian_trace(scale=1.0, generator=torch.Generator(), **sizes)
