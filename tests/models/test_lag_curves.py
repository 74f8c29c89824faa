"""Curvas por defasagem: conta à mão, derivação automática e o que a tangente atenua."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.models.lag_curves import (
    depth_gradient_norms,
    lag_curves,
    linear_lag_norms,
    tanh_lag_norms,
)
from coursekit.recurrent import RNN, orthogonal_matrix, state_jacobian_norms


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn_matrix(size, scale):
    return scale * torch.randn(size, size, generator=seeded(), dtype=torch.float64)


def test_linear_norms_by_hand():
    # U = [[0, 2], [0, 0]]: norma 2 num passo, e a segunda potência é zero.
    matrix = torch.tensor([[0.0, 2.0], [0.0, 0.0]])
    assert_close(linear_lag_norms(matrix, 3), torch.tensor([2.0, 0.0, 0.0]))


def test_linear_norms_agree_with_matrix_power():
    matrix = drawn_matrix(5, 0.6)
    expected = [np.linalg.norm(np.linalg.matrix_power(matrix.numpy(), k), 2) for k in range(1, 12)]
    assert_close(linear_lag_norms(matrix, 11), torch.tensor(expected, dtype=torch.float64))


def test_orthogonal_matrix_keeps_the_linear_norm():
    norms = linear_lag_norms(orthogonal_matrix(7, seeded()).double(), 30)
    assert_close(norms, torch.ones(30, dtype=torch.float64), atol=1e-5, rtol=0)


def test_tanh_norms_agree_with_automatic_differentiation():
    size, num_steps = 5, 11
    matrix = drawn_matrix(size, 0.6)
    layer = RNN(size, size, bias=False).double()
    with torch.no_grad():
        layer.weight_hh_l0.copy_(matrix)
        layer.weight_ih_l0.copy_(torch.eye(size))
    noise = torch.randn(num_steps, size, generator=seeded(3), dtype=torch.float64)
    expected = state_jacobian_norms(layer, 0.7 * noise[None]).detach()
    found = tanh_lag_norms(matrix, num_steps, generator=seeded(3), input_scale=0.7)
    assert_close(found, expected)


def test_tanh_only_attenuates_step_by_step():
    matrix = drawn_matrix(7, 0.5)
    squashed = tanh_lag_norms(matrix, 1, generator=seeded(1), input_scale=1.0)
    assert float(squashed[0]) < float(linear_lag_norms(matrix, 1)[0])


def test_curves_follow_the_radius():
    radii = np.array([0.5, 0.9, 1.1])
    curves = lag_curves(radii, 60, seed=0, hidden_size=13)
    slopes = np.log(curves["linear"][:, -1] / curves["linear"][:, 19]) / 40
    assert np.allclose(np.exp(slopes), radii, atol=0.02)
    assert (curves["tanh"][:, -1] < curves["linear"][:, -1]).all()
    again = lag_curves(radii, 60, seed=0, hidden_size=13)
    assert np.array_equal(curves["tanh"], again["tanh"])
    other = lag_curves(radii, 60, seed=1, hidden_size=13)
    assert not np.array_equal(curves["linear"], other["linear"])


def test_depth_norms_agree_with_the_product_of_layer_jacobians():
    # Um exemplo, com largura 1: o gradiente é o produto escalar dos fatores (1 - a²)·w.
    norms = depth_gradient_norms(3, seed=0, width=1, batch_size=1)
    generator = seeded(0)
    drawn = torch.rand(3, 1, 1, generator=generator, dtype=torch.float64).flatten()
    weights = (2 * drawn - 1) * 1.0  # g = 1/√3 e n = 1 dão U(-1, 1)
    value = torch.randn(1, 1, generator=generator, dtype=torch.float64).flatten()
    factors = []
    for weight in weights:
        value = torch.tanh(weight * value)
        factors.append((1 - value**2) * weight)
    expected = torch.stack(factors[::-1]).flatten().cumprod(0).abs()
    assert_close(norms, expected)


def test_depth_gradient_shrinks_with_small_weights_and_survives_with_larger_ones():
    small, larger = (depth_gradient_norms(20, seed=0, gain=g) for g in (3**-0.5, 1.0))
    assert small.shape == (20,)
    assert float(small[-1] / small[0]) < 1e-3 < 1e-2 < float(larger[-1] / larger[0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: linear_lag_norms(torch.eye(2), 0),
        lambda: tanh_lag_norms(torch.eye(2), 0, generator=seeded()),
        lambda: depth_gradient_norms(0, seed=0),
    ],
)
def test_rejects_no_steps(call):
    with pytest.raises(ValueError, match=r"ao menos 1 passo ou camada; recebi 0"):
        call()
