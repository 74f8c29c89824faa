"""O que cada porta de uma LSTM faz, passo a passo, numa sequência."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.recurrent.steps import lstm_step

__all__ = ["GATE_NAMES", "record_gates"]

GATE_NAMES = ("forget", "input", "output", "candidate", "cell", "hidden")


@torch.no_grad()
def record_gates(layer: nn.Module, inputs: Tensor) -> dict[str, NDArray[np.float32]]:
    """Percorre uma sequência e guarda portas, candidato, célula e estado de cada passo.

    Args:
        layer: LSTM de uma camada, na direção direta e sem *peepholes*, de ``torch.nn`` ou de
            ``coursekit.recurrent``; não é alterada.
        inputs: uma sequência, forma ``(T, D)``.

    Returns:
        Dicionário com as chaves de :data:`GATE_NAMES`, cada valor de forma ``(T, H)``. As três
        portas estão em ``[0, 1]``; o candidato e o estado, em ``[-1, 1]``.

    Raises:
        TypeError: se a camada não for uma LSTM simples e direta.
        ValueError: se ``inputs`` não tiver a forma ``(T, D)`` da camada, com ``T >= 1``.

    Example:
        >>> layer = nn.LSTM(3, 2, batch_first=True)
        >>> gates = record_gates(layer, torch.zeros(5, 3))
        >>> sorted(gates), gates["cell"].shape
        (['candidate', 'cell', 'forget', 'hidden', 'input', 'output'], (5, 2))
    """
    input_size, hidden_size = _check_layer(layer)
    if inputs.ndim != 2 or inputs.shape[1] != input_size or not len(inputs):
        raise ValueError(
            f"inputs deve ter forma (T, {input_size}), com T ≥ 1; recebi {tuple(inputs.shape)}. "
            "Passe uma sequência só, sem o eixo do lote."
        )
    parameters = dict(layer.named_parameters())
    weight_hh = parameters["weight_hh_l0"]
    biases = [parameters[name] for name in ("bias_ih_l0", "bias_hh_l0") if name in parameters]
    projected = F.linear(inputs, parameters["weight_ih_l0"]) + sum(biases, torch.zeros(()))
    hidden = cell = inputs.new_zeros(1, hidden_size)
    steps = []
    for current in projected.unsqueeze(1):  # (1, 4H)
        gates = F.linear(hidden, weight_hh) + current
        input_gate, forget_gate, candidate, output_gate = gates.chunk(4, dim=1)
        hidden, cell = lstm_step(current, (hidden, cell), weight_hh)
        opened = (forget_gate.sigmoid(), input_gate.sigmoid(), output_gate.sigmoid())
        steps.append(torch.cat([*opened, candidate.tanh(), cell, hidden]))  # (6, H)
    table = torch.stack(steps, dim=1).numpy()  # (6, T, H)
    return dict(zip(GATE_NAMES, table, strict=True))


def _check_layer(layer: nn.Module) -> tuple[int, int]:
    """Exige uma LSTM simples e direta; devolve os tamanhos da entrada e do estado."""
    sizes = getattr(layer, "input_size", None), getattr(layer, "hidden_size", None)
    weight = getattr(layer, "weight_hh_l0", None)
    is_lstm = weight is not None and weight.shape[0] == 4 * weight.shape[1]
    plain = (
        getattr(layer, "num_layers", 0) == 1
        and not getattr(layer, "bidirectional", False)
        and not getattr(layer, "reverse", False)
        and getattr(layer, "weight_ph_l0", None) is None
        and getattr(layer, "proj_size", 0) == 0
    )
    if not is_lstm or not plain:
        raise TypeError(
            "o registro das portas vale para uma LSTM de uma camada, direta e sem peepholes; "
            f"recebi {layer!r}. Monte-a com LSTM(D, H)."
        )
    return int(sizes[0] or 0), int(sizes[1] or 0)
