"""Registro das portas: os mesmos números que a camada usa, por outro caminho."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.models.gate_record import GATE_NAMES, record_gates
from coursekit.recurrent import GRU, LSTM, LSTMCell


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_one_unit_two_steps_by_hand():
    # i = σ(x), f = σ(ln 3) = 3/4, o = σ(0) = 1/2, g = tanh(2x); sem recorrência.
    layer = nn.LSTM(1, 1)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor([[1.0], [0.0], [2.0], [0.0]]))
        layer.weight_hh_l0.zero_()
        layer.bias_ih_l0.copy_(torch.tensor([0.0, math.log(3), 0.0, 0.0]))
        layer.bias_hh_l0.zero_()
    gates = record_gates(layer, torch.tensor([[1.0], [-0.5]]))
    first = sigmoid(1.0) * math.tanh(2.0)
    second = 0.75 * first + sigmoid(-0.5) * math.tanh(-1.0)
    expected = {
        "forget": [0.75, 0.75],
        "input": [sigmoid(1.0), sigmoid(-0.5)],
        "output": [0.5, 0.5],
        "candidate": [math.tanh(2.0), math.tanh(-1.0)],
        "cell": [first, second],
        "hidden": [0.5 * math.tanh(first), 0.5 * math.tanh(second)],
    }
    assert tuple(gates) == GATE_NAMES
    for name, values in expected.items():
        np.testing.assert_allclose(gates[name][:, 0], values, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("layer_class", [nn.LSTM, LSTM])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", [0, 1])
def test_states_are_those_of_the_layer(layer_class, bias, seed):
    torch.manual_seed(seed)
    options = {"batch_first": True} if layer_class is nn.LSTM else {}
    layer = layer_class(3, 5, bias=bias, **options)
    inputs = torch.randn(7, 3)
    gates = record_gates(layer, inputs)
    outputs, (hidden, cell) = layer(inputs[None])
    assert all(table.shape == (7, 5) for table in gates.values())
    np.testing.assert_allclose(gates["hidden"], outputs[0].detach().numpy(), atol=1e-6)
    np.testing.assert_allclose(gates["hidden"][-1], hidden.flatten().detach().numpy(), atol=1e-6)
    np.testing.assert_allclose(gates["cell"][-1], cell.flatten().detach().numpy(), atol=1e-6)


def test_gates_explain_the_cell_and_the_hidden_state():
    torch.manual_seed(3)
    gates = record_gates(nn.LSTM(2, 11), torch.randn(13, 2))
    previous = np.vstack([np.zeros(11), gates["cell"][:-1]])
    kept = gates["forget"] * previous + gates["input"] * gates["candidate"]
    np.testing.assert_allclose(gates["cell"], kept, atol=1e-6)
    shown = gates["output"] * np.tanh(gates["cell"])
    np.testing.assert_allclose(gates["hidden"], shown, atol=1e-6)


def test_layer_and_inputs_are_left_as_they_were():
    layer, inputs = nn.LSTM(2, 3), torch.ones(5, 2)
    before = [parameter.detach().clone() for parameter in layer.parameters()]
    record_gates(layer, inputs)
    assert all(map(torch.equal, before, layer.parameters()))
    assert torch.equal(inputs, torch.ones(5, 2))


@pytest.mark.parametrize(
    "layer",
    [
        nn.GRU(2, 3),
        GRU(2, 3),
        nn.LSTM(2, 3, num_layers=2),
        nn.LSTM(2, 3, bidirectional=True),
        nn.LSTM(2, 5, proj_size=3),
        LSTM(2, 3, reverse=True),
        LSTM(2, 3, peepholes=True),
        LSTMCell(2, 3),
    ],
    ids=["gru", "gru-curso", "duas", "bi", "projetada", "inversa", "peepholes", "célula"],
)
def test_rejects_a_layer_whose_gates_it_does_not_know(layer):
    with pytest.raises(TypeError, match=r"uma camada, direta e sem peepholes; recebi .*LSTM\(D"):
        record_gates(layer, torch.zeros(5, 2))


@pytest.mark.parametrize("shape", [(5, 3), (1, 5, 2), (2,), (0, 2)])
def test_rejects_what_is_not_one_sequence(shape):
    with pytest.raises(ValueError, match=r"forma \(T, 2\), com T ≥ 1; recebi .*sem o eixo do lote"):
        record_gates(nn.LSTM(2, 3), torch.zeros(shape))
