r"""Um passo de tempo de cada célula, em função pura: é aqui que mora a matemática.

Todas recebem a entrada já projetada, :math:`W_{ih} x_t + b`, porque a camada projeta a
sequência inteira num só produto, antes do laço. Ordem dos blocos, como em ``torch.nn``:
LSTM ``i, f, g, o``; GRU ``r, z, n``.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

Activation = Callable[[Tensor], Tensor]
LSTMState = tuple[Tensor, Tensor]


def rnn_step(
    projected: Tensor, hidden: Tensor, weight_hh: Tensor, activation: Activation
) -> Tensor:
    r"""Avança a RNN simples um passo.

    .. math:: h_t = \varphi(W_{ih} x_t + W_{hh} h_{t-1} + b)

    Args:
        projected: entrada projetada, :math:`W_{ih} x_t + b`, forma ``(B, H)``.
        hidden: estado anterior, :math:`h_{t-1}`, forma ``(B, H)``.
        weight_hh: :math:`W_{hh}`, forma ``(H, H)``.
        activation: função :math:`\varphi`, elemento a elemento.

    Returns:
        :math:`h_t`, forma ``(B, H)``.

    Fonte:
        Elman (1990): o estado realimenta a mesma camada no passo seguinte.

    Example:
        >>> one = torch.ones(1, 1)
        >>> rnn_step(0.5 * one, one, 0.5 * one, torch.tanh)
        tensor([[0.7616]])
    """
    return activation(torch.addmm(projected, hidden, weight_hh.t()))


def lstm_step(
    projected: Tensor, state: LSTMState, weight_hh: Tensor, weight_ph: Tensor | None = None
) -> LSTMState:
    r"""Avança a LSTM um passo.

    .. math::

        i, f, o &= \sigma(\cdot), \quad g = \tanh(\cdot) \\
        c_t &= f \odot c_{t-1} + i \odot g, \quad h_t = o \odot \tanh(c_t)

    Com *peepholes*, as portas também espiam a célula: ``i`` e ``f`` veem :math:`c_{t-1}`;
    ``o`` vê :math:`c_t`.

    Args:
        projected: entrada projetada, :math:`W_{ih} x_t + b`, forma ``(B, 4H)`` (``i, f, g, o``).
        state: ``(hidden, cell)``, cada um ``(B, H)``.
        weight_hh: forma ``(4H, H)``.
        weight_ph: *peepholes* diagonais das portas ``i, f, o``, forma ``(3H,)``; ``None`` não usa.

    Returns:
        ``(hidden, cell)`` no passo seguinte, cada um ``(B, H)``.

    Fonte:
        Hochreiter e Schmidhuber (1997), com a porta de esquecimento de Gers et al. (2000).

    Example:
        >>> zero = torch.zeros(1, 1)
        >>> hidden, cell = lstm_step(torch.zeros(1, 4), (zero, zero + 2), torch.zeros(4, 1))
        >>> cell  # a porta de esquecimento vale σ(0) = 1/2
        tensor([[1.]])
    """
    hidden, cell = state
    gates = torch.addmm(projected, hidden, weight_hh.t())  # (B, 4H)
    if weight_ph is not None:
        return _peephole_step(gates, cell, weight_ph)
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, dim=1)
    cell = forget_gate.sigmoid() * cell + input_gate.sigmoid() * candidate.tanh()
    return output_gate.sigmoid() * cell.tanh(), cell


def _peephole_step(gates: Tensor, cell: Tensor, weight_ph: Tensor) -> LSTMState:
    """O mesmo passo, com as portas espiando a célula."""
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, dim=1)
    peep_input, peep_forget, peep_output = weight_ph.chunk(3)
    input_gate = (input_gate + peep_input * cell).sigmoid()
    forget_gate = (forget_gate + peep_forget * cell).sigmoid()
    cell = forget_gate * cell + input_gate * candidate.tanh()
    return (output_gate + peep_output * cell).sigmoid() * cell.tanh(), cell


def gru_step(
    projected: Tensor, hidden: Tensor, weight_hh: Tensor, bias_hh: Tensor | None
) -> Tensor:
    r"""Avança a GRU um passo, com a redefinição aplicada **depois** do produto recorrente.

    .. math::

        r, z &= \sigma(\cdot), \quad
        n = \tanh(W_{in} x_t + b_{in} + r \odot (W_{hn} h_{t-1} + b_{hn})) \\
        h_t &= (1 - z) \odot n + z \odot h_{t-1}

    Args:
        projected: entrada projetada, :math:`W_{ih} x_t + b_{ih}`, forma ``(B, 3H)`` (``r, z, n``).
        hidden: estado anterior, :math:`h_{t-1}`, forma ``(B, H)``.
        weight_hh: forma ``(3H, H)``.
        bias_hh: forma ``(3H,)`` ou ``None``.

    Returns:
        :math:`h_t`, forma ``(B, H)``.

    Fonte:
        É a variante do PyTorch e do Keras (``reset_after=True``). Difere do artigo (Cho et al.,
        2014), que redefine antes do produto: :func:`gru_step_reset_before`.

    Example:
        >>> two = torch.full((1, 1), 2.0)
        >>> gru_step(torch.zeros(1, 3), two, torch.zeros(3, 1), None)
        tensor([[1.]])
    """
    recurrent = F.linear(hidden, weight_hh, bias_hh)  # (B, 3H)
    size = hidden.shape[1]
    gates = (projected[:, : 2 * size] + recurrent[:, : 2 * size]).sigmoid()
    reset, update = gates.chunk(2, dim=1)
    candidate = torch.addcmul(projected[:, 2 * size :], reset, recurrent[:, 2 * size :]).tanh()
    return torch.lerp(candidate, hidden, update)


def gru_step_reset_before(
    projected: Tensor, hidden: Tensor, weight_hh: Tensor, bias_hh: Tensor | None
) -> Tensor:
    r"""Avança a GRU um passo, com a redefinição aplicada **antes** do produto recorrente.

    .. math:: n = \tanh(W_{in} x_t + b_{in} + W_{hn} (r \odot h_{t-1}) + b_{hn})

    Args:
        projected: entrada projetada, :math:`W_{ih} x_t + b_{ih}`, forma ``(B, 3H)`` (``r, z, n``).
        hidden: estado anterior, :math:`h_{t-1}`, forma ``(B, H)``.
        weight_hh: forma ``(3H, H)``.
        bias_hh: forma ``(3H,)`` ou ``None``.

    Returns:
        :math:`h_t`, forma ``(B, H)``.

    Fonte:
        Cho et al. (2014). No artigo :math:`h_t = z h_{t-1} + (1-z) \tilde h_t`, como aqui.

    Example:
        >>> two = torch.full((1, 1), 2.0)
        >>> gru_step_reset_before(torch.zeros(1, 3), two, torch.zeros(3, 1), None)
        tensor([[1.]])
    """
    size = hidden.shape[1]
    gate_bias = None if bias_hh is None else bias_hh[: 2 * size]
    new_bias = None if bias_hh is None else bias_hh[2 * size :]
    recurrent = F.linear(hidden, weight_hh[: 2 * size], gate_bias)
    reset, update = (projected[:, : 2 * size] + recurrent).sigmoid().chunk(2, dim=1)
    recurrent_new = F.linear(reset * hidden, weight_hh[2 * size :], new_bias)
    candidate = (projected[:, 2 * size :] + recurrent_new).tanh()
    return torch.lerp(candidate, hidden, update)
