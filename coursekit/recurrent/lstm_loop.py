r"""O laço da LSTM com a volta escrita à mão, para treinar mais depressa.

A matemática é a de :func:`coursekit.recurrent.steps.lstm_step`, que é a da lição. Muda quem
cuida do gradiente: em vez de o PyTorch anotar umas dez operações por passo, o laço inteiro é uma
operação só, e a volta é esta, com :math:`\delta` para o gradiente da perda:

.. math::

    \delta c_t &\mathrel{+}= \delta h_t \odot o_t \odot (1 - \tanh^2 c_t), \quad
    \delta c_{t-1} = \delta c_t \odot f_t \\
    \delta i_t &= \delta c_t \odot g_t \odot i_t (1 - i_t), \quad
    \delta f_t = \delta c_t \odot c_{t-1} \odot f_t (1 - f_t) \\
    \delta g_t &= \delta c_t \odot i_t \odot (1 - g_t^2), \quad
    \delta o_t = \delta h_t \odot \tanh c_t \odot o_t (1 - o_t)

Tudo o que não depende de :math:`\delta` é calculado de uma vez para a sequência inteira, e o
gradiente de :math:`W_{hh}` sai de um produto só, no fim.
"""

from typing import Any

import torch
from torch import Tensor

from coursekit.recurrent.steps import LSTMState, lstm_step

_sigmoid_slope = torch.ops.aten.sigmoid_backward.grad_input
_tanh_slope = torch.ops.aten.tanh_backward.grad_input


def lstm_loop(projected: Tensor, state: LSTMState, weight_hh: Tensor) -> LSTMState:
    """Percorre a sequência com a LSTM sem *peepholes*.

    Args:
        projected: entrada projetada, forma ``(T, B, 4H)`` (``i, f, g, o``), o tempo na frente.
        state: ``(hidden, cell)`` iniciais, cada um ``(B, H)``.
        weight_hh: forma ``(4H, H)``, do mesmo tipo que os demais.

    Returns:
        ``(hidden, cell)`` em todos os passos, cada um ``(T, B, H)``. Derivável quantas vezes se
        quiser; da segunda em diante, pelo caminho legível.

    Example:
        >>> zero = torch.zeros(1, 1)
        >>> hidden, cell = lstm_loop(torch.zeros(2, 1, 4), (zero, zero + 2), torch.zeros(4, 1))
        >>> cell.flatten()  # a porta de esquecimento vale σ(0) = 1/2
        tensor([1.0000, 0.5000])
    """
    hidden, cell = state
    outputs: LSTMState = _LSTMLoop.apply(projected, hidden, cell, weight_hh)  # type: ignore[no-untyped-call]
    return outputs


class _LSTMLoop(torch.autograd.Function):
    """Ida e volta do laço; a segunda derivada refaz a conta passo a passo."""

    @staticmethod
    def forward(
        ctx: Any, projected: Tensor, hidden: Tensor, cell: Tensor, weight_hh: Tensor
    ) -> LSTMState:
        """Percorre do começo ao fim e guarda as portas."""
        gates, hiddens, cells, squashed = _run_forward(projected, hidden, cell, weight_hh)
        ctx.save_for_backward(projected, hidden, cell, weight_hh, gates, hiddens, cells, squashed)
        ctx.set_materialize_grads(False)
        return hiddens[1:], cells[1:]

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> tuple[Tensor | None, ...]:
        """Percorre do fim ao começo."""
        given = ctx.saved_tensors[:4]
        if torch.is_grad_enabled():
            return _readable_backward(given, upstream)
        return _run_backward(given[3], ctx.saved_tensors[4:], upstream)


def _run_forward(
    projected: Tensor, hidden: Tensor, cell: Tensor, weight_hh: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Portas já ativadas, ``h`` e ``c`` com o passo inicial na frente, e ``tanh(c)``."""
    time, batch, size = *projected.shape[:2], hidden.shape[1]
    gates = torch.empty_like(projected, memory_format=torch.contiguous_format)
    hiddens, cells = (projected.new_empty(time + 1, batch, size) for _ in range(2))
    squashed = projected.new_empty(time, batch, size)
    hiddens[0], cells[0] = hidden, cell
    input_gates, forget_gates, candidates, output_gates = (
        part.unbind(0) for part in gates.chunk(4, dim=2)
    )
    sigmoids = gates[:, :, : 2 * size].unbind(0)
    hs, cs, tanhs, recurrent = hiddens.unbind(0), cells.unbind(0), squashed.unbind(0), weight_hh.t()
    for t, (current, gate) in enumerate(zip(projected.unbind(0), gates.unbind(0), strict=True)):
        torch.addmm(current, hs[t], recurrent, out=gate)
        sigmoids[t].sigmoid_()
        candidates[t].tanh_()
        output_gates[t].sigmoid_()
        torch.mul(forget_gates[t], cs[t], out=cs[t + 1])
        cs[t + 1].addcmul_(input_gates[t], candidates[t])
        torch.tanh(cs[t + 1], out=tanhs[t])
        torch.mul(output_gates[t], tanhs[t], out=hs[t + 1])
    return gates, hiddens, cells, squashed


def _slopes(gates: Tensor, cells: Tensor, squashed: Tensor) -> tuple[Tensor, Tensor]:
    r"""O que multiplica :math:`\delta c` ou :math:`\delta h` em cada porta, e em :math:`c`."""
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, dim=2)
    slopes, memory = torch.empty_like(gates), torch.empty_like(squashed)
    by_input, by_forget, by_candidate, by_output = slopes.chunk(4, dim=2)
    _sigmoid_slope(candidate, input_gate, grad_input=by_input)
    _sigmoid_slope(cells[:-1], forget_gate, grad_input=by_forget)
    _tanh_slope(input_gate, candidate, grad_input=by_candidate)
    _sigmoid_slope(squashed, output_gate, grad_input=by_output)
    _tanh_slope(output_gate, squashed, grad_input=memory)
    return slopes, memory


def _run_backward(
    weight_hh: Tensor, saved: tuple[Tensor, ...], upstream: tuple[Tensor | None, ...]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradientes da projeção, dos dois estados iniciais e dos pesos."""
    gates, hiddens, cells, squashed = saved
    size = squashed.shape[2]
    slopes, memory = _slopes(gates, cells, squashed)
    through_cell = slopes[:, :, : 3 * size].view(*squashed.shape[:2], 3, size).unbind(0)
    through_output = slopes[:, :, 3 * size :].unbind(0)
    forget, memories = gates[:, :, size : 2 * size].unbind(0), memory.unbind(0)
    from_hidden, from_cell = (
        None if gradient is None else gradient.unbind(0) for gradient in upstream
    )
    d_hidden, d_cell = torch.zeros_like(squashed[0]), torch.zeros_like(squashed[0])
    for t in reversed(range(len(memories))):
        if from_hidden is not None:
            d_hidden += from_hidden[t]
        if from_cell is not None:
            d_cell += from_cell[t]
        d_cell.addcmul_(d_hidden, memories[t])
        through_output[t].mul_(d_hidden)
        through_cell[t].mul_(d_cell[:, None])
        d_cell *= forget[t]
        torch.mm(slopes[t], weight_hh, out=d_hidden)
    d_weight = slopes.flatten(0, 1).t() @ hiddens[:-1].flatten(0, 1)
    return slopes, d_hidden, d_cell, d_weight


def _readable_backward(
    given: tuple[Tensor, ...], upstream: tuple[Tensor | None, ...]
) -> tuple[Tensor | None, ...]:
    """A mesma volta, derivável: refaz a ida passo a passo e deixa a conta com o PyTorch."""
    projected, hidden, cell, weight_hh = given
    hiddens, cells, state = [], [], (hidden, cell)
    for current in projected.unbind(0):
        state = lstm_step(current, state, weight_hh)
        hiddens.append(state[0])
        cells.append(state[1])
    outputs = torch.stack(hiddens), torch.stack(cells)
    used = [(o, g) for o, g in zip(outputs, upstream, strict=True) if g is not None]
    wanted = [tensor for tensor in given if tensor.requires_grad]
    found = iter(
        torch.autograd.grad(
            [o for o, _ in used], wanted, [g for _, g in used], create_graph=True, allow_unused=True
        )
    )
    return tuple(next(found) if tensor.requires_grad else None for tensor in given)
