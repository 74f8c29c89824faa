"""Quem enxerga, pela janela, algo quebrado (``nan`` ou infinito): contado por somas corridas."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["nan_where_broken_is_seen"]


def nan_where_broken_is_seen(
    tensors: tuple[Tensor, ...], left: int, right: int, limits: list[int] | None
) -> Tensor:
    """Zeros com ``nan`` onde o contexto depende de algo quebrado e visível.

    Consulta ou chave quebrada estraga a linha inteira; valor quebrado, só o seu componente.
    Quantos quebrados há na janela é a diferença entre duas somas corridas: custo linear.

    Args:
        tensors: ``(query, key, value)`` como vieram, forma ``(..., T, D)``.
        left: chaves visíveis antes da própria posição.
        right: chaves visíveis depois da própria posição.
        limits: quantas chaves valem em cada exemplo; ``None``, todas.

    Returns:
        Tensor da forma do contexto, ``(..., T, Dv)``, tipo de ``query``.
    """
    query, key, value = tensors
    if query.ndim == 4:
        group = query.shape[1] // key.shape[1]
        key, value = (x.repeat_interleave(group, dim=1) for x in (key, value))
    ends = _window_ends(query, left, right, limits)
    broken_key = ~key.isfinite().all(dim=-1, keepdim=True)
    broken_query = ~query.isfinite().all(dim=-1, keepdim=True)
    anything = torch.ones_like(broken_key)
    broken_row = _count_seen(broken_key, ends) | (broken_query & _count_seen(anything, ends))
    broken = broken_row | _count_seen(~value.isfinite(), ends)
    return torch.zeros_like(broken, dtype=query.dtype).masked_fill(broken, torch.nan)


def _window_ends(
    query: Tensor, left: int, right: int, limits: list[int] | None
) -> tuple[Tensor, Tensor]:
    """Primeira chave da janela e a seguinte à última, (B, 1..., T, 1), cortadas nos limites."""
    batch, length = query.shape[0], query.shape[-2]
    counts = torch.tensor(limits or [length] * batch, device=query.device)
    counts = counts.view(batch, *[1] * (query.ndim - 1))
    position = torch.arange(length, device=query.device)[:, None]
    stop = torch.minimum(position + right + 1, counts)
    start = torch.minimum((position - left).clamp_min(0), stop)
    return start, stop


def _count_seen(broken: Tensor, ends: tuple[Tensor, Tensor]) -> Tensor:
    """Diz em que janelas há ao menos um quebrado: (..., T, D) booleano."""
    total = torch.nn.functional.pad(broken.long().cumsum(dim=-2), (0, 0, 1, 0))
    start, stop = (end.expand(broken.shape) for end in ends)
    return total.gather(-2, stop) > total.gather(-2, start)
