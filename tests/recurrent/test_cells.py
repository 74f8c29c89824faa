"""Células de um passo: iguais às de torch.nn, às camadas e às contas à mão."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.recurrent import GRUCell, LSTMCell, RNNCell, gru_step, gru_step_reset_before

CELLS = {
    "rnn": (RNNCell, nn.RNNCell),
    "lstm": (LSTMCell, nn.LSTMCell),
    "gru": (GRUCell, nn.GRUCell),
}


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_cells_agree_with_torch(kind, bias, seed):
    torch.manual_seed(seed)
    mine, theirs = CELLS[kind]
    cell, peer = mine(3, 5, bias=bias).double(), theirs(3, 5, bias=bias).double()
    cell.load_state_dict(peer.state_dict())
    inputs = torch.randn(2, 3, dtype=torch.float64)
    state = torch.randn(2, 5, dtype=torch.float64)
    given = (state, 0.3 * state) if kind == "lstm" else state
    ours, expected = cell(inputs, given), peer(inputs, given)
    assert_close(ours, expected, rtol=0, atol=1e-12)
    zero, wanted = cell(inputs), peer(inputs)
    assert_close(zero, wanted, rtol=0, atol=1e-12)


def test_an_lstm_step_by_hand():
    # Pesos zero; vieses b_i=0, b_f=ln 3, b_g→1, b_o=0: i=1/2, f=3/4, g=tanh(1), o=1/2.
    cell = LSTMCell(1, 1).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih.copy_(torch.tensor([0.0, math.log(3), 1.0, 0.0]))
    two = torch.full((1, 1), 2.0, dtype=torch.float64)
    hidden, memory = cell(torch.zeros(1, 1, dtype=torch.float64), (two, two))
    expected = 0.75 * 2 + 0.5 * math.tanh(1)
    assert memory.item() == pytest.approx(expected)
    assert hidden.item() == pytest.approx(0.5 * math.tanh(expected))


def test_the_two_gru_conventions_differ_by_where_the_reset_acts():
    # r = σ(0) = 1/2 em ambas; só o viés recorrente de n distingue: ½·(u·h + b) contra u·(½·h) + b.
    hidden = torch.tensor([[2.0]], dtype=torch.float64)
    weight = torch.tensor([[0.0], [0.0], [1.0]], dtype=torch.float64)
    bias = torch.tensor([0.0, 0.0, 0.4], dtype=torch.float64)
    projected = torch.zeros(1, 3, dtype=torch.float64)
    after = gru_step(projected, hidden, weight, bias).item()
    before = gru_step_reset_before(projected, hidden, weight, bias).item()
    assert after == pytest.approx(0.5 * math.tanh(0.5 * 2.4) + 1)
    assert before == pytest.approx(0.5 * math.tanh(1.4) + 1)


@pytest.mark.parametrize("reset_after", [False, True])
def test_the_reset_variant_is_the_one_asked_for(reset_after):
    torch.manual_seed(0)
    cell = GRUCell(3, 5, reset_after=reset_after).double()
    inputs = torch.randn(2, 3, dtype=torch.float64)
    hidden = torch.randn(2, 5, dtype=torch.float64)
    projected = nn.functional.linear(inputs, cell.weight_ih, cell.bias_ih)
    step = gru_step if reset_after else gru_step_reset_before
    assert_close(cell(inputs, hidden), step(projected, hidden, cell.weight_hh, cell.bias_hh))


def test_peepholes_change_the_lstm_and_forget_bias_is_set():
    torch.manual_seed(0)
    cell = LSTMCell(3, 5, peepholes=True, forget_bias=2.0)
    assert_close((cell.bias_ih + cell.bias_hh)[5:10], torch.full((5,), 2.0))
    inputs, state = torch.randn(2, 3), (torch.randn(2, 5), torch.randn(2, 5))
    spied = cell(inputs, state)[1]
    with torch.no_grad():
        cell.weight_ph.zero_()
    assert not torch.allclose(spied, cell(inputs, state)[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RNNCell(3, 0), r"hidden_size deve ser um inteiro positivo; recebi 0"),
        (lambda: RNNCell(3, 5, nonlinearity="x"), r"'tanh' ou 'relu'; recebi 'x'"),
        (lambda: LSTMCell(3, 5, bias=False, forget_bias=1.0), r"precisa de bias=True"),
        (lambda: GRUCell(3, 5)(torch.zeros(2, 7, 3)), r"\(B, 3\); recebi \(2, 7, 3\).*camada"),
        (lambda: RNNCell(3, 5)(torch.zeros(2, 4)), r"\(B, 3\); recebi \(2, 4\)"),
        (lambda: GRUCell(3, 5)(torch.zeros(2, 3), torch.zeros(3, 5)), r"\(2, 5\); recebi \(3, 5\)"),
    ],
)
def test_errors_say_what_came_and_what_is_accepted(call, message):
    with pytest.raises(ValueError, match=message):
        call()
