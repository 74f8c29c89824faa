"""O laço rápido da LSTM: a mesma conta do passo legível, em saída e em qualquer derivada."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from coursekit.recurrent import LSTM, lstm_step
from coursekit.recurrent import layers as layers_module
from coursekit.recurrent.lstm_loop import lstm_loop
from coursekit.recurrent.stack import RecurrentStack

SIZES = [(7, 3, 5), (1, 2, 3), (11, 1, 2), (3, 0, 2)]


class ReadableLSTM(LSTM):
    """A camada que só conhece o caminho passo a passo: o oráculo deste arquivo."""

    _run = RecurrentStack._run


def case(time: int, batch: int, size: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(time, batch, 4 * size), (batch, size), (batch, size), (4 * size, size)]
    draw = {"generator": generator, "dtype": torch.float64}
    return [torch.randn(shape, **draw).requires_grad_() for shape in shapes]


def run(projected, hidden, cell, weight):
    return lstm_loop(projected, (hidden, cell), weight)


def step_by_step(projected, hidden, cell, weight):
    hiddens, cells, state = [], [], (hidden, cell)
    for current in projected.unbind(0):
        state = lstm_step(current, state, weight)
        hiddens.append(state[0])
        cells.append(state[1])
    return torch.stack(hiddens), torch.stack(cells)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("uses", [(True, True), (True, False), (False, True)])
def test_equals_the_readable_step(sizes, uses):
    tensors = case(*sizes)
    found, expected = run(*tensors), step_by_step(*tensors)
    for left, right in zip(found, expected, strict=True):
        assert_close(left, right, rtol=0, atol=1e-12)
    generator = torch.Generator().manual_seed(9)
    upstream = [
        torch.randn(output.shape, generator=generator, dtype=output.dtype) for output in expected
    ]
    kept = [i for i, used in enumerate(uses) if used]
    gradients = [
        torch.autograd.grad([outputs[i] for i in kept], tensors, [upstream[i] for i in kept])
        for outputs in (found, expected)
    ]
    for left, right in zip(*gradients, strict=True):
        assert_close(left, right, rtol=0, atol=1e-10)


def test_gradient_of_one_step_by_hand():
    # T = B = H = 1, portas com argumento 0: i = f = o = 1/2, g = 0, c₀ = 2 → c = 1.
    # dh/do' = tanh(1)·1/4; dh/dc = (1 − tanh²1)/2 = s; dc/df' = 2·1/4; dc/dg' = 1/2; dc/di' = 0.
    zero = torch.zeros(1, 1, dtype=torch.float64)
    projected = torch.zeros(1, 1, 4, dtype=torch.float64, requires_grad=True)
    hidden, _ = lstm_loop(projected, (zero, zero + 2), torch.zeros(4, 1, dtype=torch.float64))
    (found,) = torch.autograd.grad(hidden.sum(), projected)
    tanh = torch.tensor(1.0, dtype=torch.float64).tanh()
    slope = (1 - tanh**2) / 2
    expected = torch.stack([0 * slope, slope / 2, slope / 2, tanh / 4])
    assert_close(found.flatten(), expected, rtol=0, atol=1e-12)


def test_second_derivative():
    tensors = case(3, 2, 2)
    assert torch.autograd.gradgradcheck(run, tensors)


def test_second_derivative_through_the_layer_equals_the_readable_one():
    torch.manual_seed(0)
    fast = LSTM(3, 5, bidirectional=True).double()
    slow = ReadableLSTM(3, 5, bidirectional=True).double()
    slow.load_state_dict(fast.state_dict())
    inputs = torch.randn(2, 7, 3, dtype=torch.float64, requires_grad=True)
    penalties = []
    for layer in (fast, slow):
        (first,) = torch.autograd.grad(layer(inputs)[0].sum(), inputs, create_graph=True)
        penalties.append(torch.autograd.grad(first.square().sum(), [*layer.parameters()]))
    for left, right in zip(*penalties, strict=True):
        assert_close(left, right, rtol=0, atol=1e-10)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, [7, 0, 4], [1, 7, 7]])
def test_layer_equals_the_readable_one_in_every_gradient(bidirectional, lengths):
    torch.manual_seed(1)
    fast = LSTM(5, 2, 2, bidirectional=bidirectional).double()
    slow = ReadableLSTM(5, 2, 2, bidirectional=bidirectional).double()
    slow.load_state_dict(fast.state_dict())
    count = 4 if bidirectional else 2
    inputs = torch.randn(3, 7, 5, dtype=torch.float64, requires_grad=True)
    start = [torch.randn(count, 3, 2, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    results = []
    for layer in (fast, slow):
        outputs, state = layer(inputs, tuple(start), lengths=lengths)
        together = torch.cat([part.flatten() for part in (outputs, *state)])
        weights = torch.linspace(-1, 1, len(together), dtype=torch.float64)
        wanted = [inputs, *start, *layer.parameters()]
        results.append([together, *torch.autograd.grad((together * weights).sum(), wanted)])
    for left, right in zip(*results, strict=True):
        assert_close(left, right, rtol=0, atol=1e-10)


def test_gradient_can_be_taken_twice_and_arguments_stay_the_same():
    tensors = case(7, 3, 5)
    before = [tensor.detach().clone() for tensor in tensors]
    loss = run(*tensors)[0].square().sum()
    first = torch.autograd.grad(loss, tensors, retain_graph=True)
    kept = [gradient.clone() for gradient in first]
    second = torch.autograd.grad(loss, tensors)
    for one, other, copy in zip(first, second, kept, strict=True):
        assert torch.equal(one, other)
        assert torch.equal(one, copy)
    for tensor, old in zip(tensors, before, strict=True):
        assert torch.equal(tensor, old)


def test_only_the_weights_may_want_a_gradient():
    layer = LSTM(3, 5)
    for name, parameter in layer.named_parameters():
        parameter.requires_grad_(name == "weight_hh_l0")
    layer(torch.ones(2, 7, 3))[0].sum().backward()
    assert layer.weight_hh_l0.grad.abs().sum() > 0
    assert layer.weight_ih_l0.grad is None


@pytest.fixture
def calls(monkeypatch):
    """Conta quantas vezes a camada usou o laço rápido."""
    seen = []

    def spy(*arguments):
        seen.append(arguments[0].shape)
        return lstm_loop(*arguments)

    monkeypatch.setattr(layers_module, "lstm_loop", spy)
    return seen


def test_the_loop_is_used_only_to_train(calls):
    layer, inputs = LSTM(3, 5, bidirectional=True), torch.ones(2, 7, 3)
    trained = layer(inputs)[0]
    assert calls == [(7, 2, 20)] * 2
    with torch.no_grad():
        evaluated = layer(inputs)[0]
    assert len(calls) == 2
    assert_close(trained, evaluated)


def test_peepholes_and_mixed_types_take_the_readable_path(calls):
    LSTM(3, 5, peepholes=True)(torch.ones(2, 7, 3))[0].sum().backward()
    layer = LSTM(3, 5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        layer(torch.ones(2, 7, 3))[0].sum().backward()
    assert calls == []
    assert bool(layer.weight_hh_l0.grad.isfinite().all())
