"""Da forma de ``attend`` à do núcleo, ``(cabeças, T, D)``, e de volta."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["flatten_heads", "restore_heads"]


def flatten_heads(query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
    """Achata lote e cabeças, em float32 ou mais, repetindo as cabeças divididas.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, já conferidas.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.

    Returns:
        As três, de forma ``(B * H, T, ...)``.
    """
    if query.ndim == 4 and query.shape[1] != key.shape[1]:
        group = query.shape[1] // key.shape[1]
        key, value = (x.repeat_interleave(group, dim=1) for x in (key, value))
    working = torch.promote_types(query.dtype, torch.float32)
    return [x.to(working).flatten(0, -3) for x in (query, key, value)]


def restore_heads(context: Tensor, query: Tensor, value: Tensor) -> Tensor:
    """Devolve o contexto à forma e ao tipo das entradas.

    Args:
        context: forma ``(B * H, T, Dv)``.
        query: consultas, como vieram.
        value: valores, como vieram.

    Returns:
        Forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``, tipo de ``query``.
    """
    return context.reshape(*query.shape[:-1], value.shape[-1]).to(query.dtype)
