"""Gradiente por defasagem, raio espectral, inicializações, contagens e comprimentos."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.recurrent import (
    GRU,
    LSTM,
    RNN,
    check_lengths,
    count_keras_parameters,
    count_torch_parameters,
    effective_memory,
    gradient_by_lag,
    identity_matrix,
    orthogonal_matrix,
    per_step_factor,
    reverse_padded,
    spectral_radius,
    state_jacobian_norms,
    visible_steps,
    with_spectral_radius,
)

LAYERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
PEERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def linear_rnn(weight: torch.Tensor) -> RNN:
    """RNN que, perto de zero e com entrada nula, é linear com a matriz dada."""
    layer = RNN(1, len(weight), bias=False).double()
    with torch.no_grad():
        layer.weight_hh_l0.copy_(weight)
    return layer


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.1])
def test_far_jacobians_shrink_by_the_spectral_radius(radius):
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(7, 7, generator=generator, dtype=torch.float64)
    layer = linear_rnn(with_spectral_radius(drawn + drawn.T, radius))
    norms = state_jacobian_norms(layer, torch.zeros(1, 30, 1, dtype=torch.float64))
    assert per_step_factor(norms, start=10) == pytest.approx(radius, abs=1e-3)


def test_jacobian_norms_agree_with_one_big_jacobian():
    torch.manual_seed(1)
    layer = RNN(2, 3).double()
    inputs = torch.randn(1, 5, 2, dtype=torch.float64)
    norms = state_jacobian_norms(layer, inputs)
    start = layer(inputs[:, :2])[1].detach()
    whole = torch.autograd.functional.jacobian(
        lambda h: layer(inputs[:, 2:], h)[1].flatten(), start
    )
    assert_close(norms[2], torch.linalg.matrix_norm(whole.reshape(3, 3), 2))


def test_gradient_by_lag_by_hand():
    # h_T = Σ 0,5^k x_{T-k} perto de zero: o gradiente cai à metade por passo.
    layer = linear_rnn(torch.tensor([[0.5]], dtype=torch.float64))
    with torch.no_grad():
        layer.weight_ih_l0.fill_(1.0)
    norms = gradient_by_lag(layer, torch.zeros(3, 4, 1, dtype=torch.float64))
    assert_close(norms, torch.tensor([1.0, 0.5, 0.25, 0.125], dtype=torch.float64))
    doubled = gradient_by_lag(
        layer, torch.zeros(3, 4, 1, dtype=torch.float64), lambda o: 2 * o[:, -1].sum()
    )
    assert_close(doubled, 2 * norms)


def test_a_large_forget_bias_lengthens_the_memory():
    reach = {}
    for bias in (0.0, 3.0):
        torch.manual_seed(0)
        layer = LSTM(3, 16, forget_bias=bias)
        reach[bias] = effective_memory(gradient_by_lag(layer, torch.randn(5, 60, 3)))
    assert reach[3.0] > 2 * reach[0.0]


def test_effective_memory_counts_until_the_first_fall():
    assert effective_memory(torch.tensor([1.0, 0.5, 0.009, 1.0])) == 2
    assert effective_memory(torch.ones(7)) == 7
    assert effective_memory(torch.tensor([2.0, 0.5, 0.5]), fraction=0.3) == 1


def test_orthogonal_preserves_norms_and_is_reproducible():
    matrix = orthogonal_matrix(11, torch.Generator().manual_seed(0))
    assert_close(matrix.T @ matrix, torch.eye(11), rtol=0, atol=1e-5)
    assert torch.equal(matrix, orthogonal_matrix(11, torch.Generator().manual_seed(0)))
    determinants = {
        round(float(torch.linalg.det(orthogonal_matrix(3, torch.Generator().manual_seed(s)))))
        for s in range(12)
    }
    assert determinants == {-1, 1}


def test_radius_and_identity_by_hand():
    rotation = torch.tensor([[0.0, -2.0], [2.0, 0.0]])
    assert spectral_radius(rotation) == pytest.approx(2.0)
    assert_close(with_spectral_radius(rotation, 0.5), rotation / 4)
    assert rotation[0, 1] == -2.0
    assert_close(identity_matrix(3, 0.1), 0.1 * torch.eye(3))


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_torch_counts_are_what_the_modules_have(kind, num_layers, bidirectional):
    count = count_torch_parameters(kind, 3, 5, num_layers, bidirectional=bidirectional)
    for family in (LAYERS, PEERS):
        layer = family[kind](3, 5, num_layers, bidirectional=bidirectional)
        assert sum(p.numel() for p in layer.parameters()) == count


def test_gru_is_exactly_three_quarters_of_lstm_in_torch_and_not_in_keras():
    assert count_torch_parameters("gru", 64, 128) * 4 == count_torch_parameters("lstm", 64, 128) * 3
    assert count_keras_parameters("gru", 64, 128, reset_after=False) == 74112
    assert count_keras_parameters("rnn", 64, 128) == 24704
    assert count_keras_parameters("gru", 64, 128) * 4 != count_keras_parameters("lstm", 64, 128) * 3


def test_reversing_twice_gives_the_input_back():
    inputs = torch.arange(2 * 5 * 3.0).reshape(2, 5, 3)
    lengths = torch.tensor([5, 3])
    once = reverse_padded(inputs, lengths)
    assert torch.equal(once[1, :3], inputs[1, :3].flip(0))
    assert torch.equal(once[1, 3:], inputs[1, 3:])
    assert torch.equal(reverse_padded(once, lengths), inputs)
    assert torch.equal(reverse_padded(inputs), inputs.flip(1))


def test_visible_steps_and_lengths():
    assert visible_steps(torch.tensor([0, 2]), 3).tolist() == [[False] * 3, [True, True, False]]
    assert check_lengths([0, 3], 2, 3).dtype == torch.int64
    with pytest.raises(TypeError, match=r"inteiros; recebi dtype torch\.bool.*mask\.sum\(1\)"):
        check_lengths(torch.tensor([True, False]), 2, 3)
    with pytest.raises(ValueError, match=r"entre 0 e T = 3; recebi de -1 a 2"):
        check_lengths([-1, 2], 2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: state_jacobian_norms(RNN(1, 2, 2), torch.zeros(1, 3, 1)), "uma camada só"),
        (lambda: state_jacobian_norms(RNN(1, 2), torch.zeros(2, 3, 1)), r"\(1, T, D\); recebi"),
        (lambda: gradient_by_lag(RNN(1, 2), torch.zeros(3, 1)), r"\(B, T, D\); recebi \(3, 1\)"),
        (lambda: effective_memory(torch.zeros(3)), r"norms\[0\] > 0"),
        (lambda: effective_memory(torch.ones(3), 1.0), r"em \(0, 1\); recebi 1\.0"),
        (lambda: per_step_factor(torch.tensor([1.0])), "pelo menos duas normas positivas"),
        (lambda: per_step_factor(torch.tensor([1.0, 0.0])), "positivas"),
        (lambda: spectral_radius(torch.zeros(2, 3)), r"quadrada; recebi \(2, 3\)"),
        (lambda: with_spectral_radius(torch.eye(2), -1.0), "≥ 0; recebi -1.0"),
        (lambda: with_spectral_radius(torch.zeros(2, 2), 1.0), "raio espectral 0"),
        (lambda: orthogonal_matrix(0), "size deve ser um inteiro positivo; recebi 0"),
        (lambda: count_torch_parameters("x", 1, 1), "recebi 'x'"),
        (lambda: count_keras_parameters("gru", 0, 1), "input_size deve ser"),
    ],
)
def test_errors_say_what_came_and_what_is_accepted(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_default_lstm_gradient_falls_by_about_half_each_step():
    torch.manual_seed(0)
    norms = gradient_by_lag(LSTM(3, 32), torch.randn(7, 40, 3)).detach()
    assert per_step_factor(norms, start=10) < 0.75
    assert math.isfinite(per_step_factor(norms))
