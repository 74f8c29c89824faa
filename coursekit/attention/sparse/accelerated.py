"""Na GPU: ``flex_attention`` compilada. Não passa por aqui quem está na CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

from coursekit.attention.sparse.tile_kernel import all_finite
from coursekit.attention.sparse.window_plan import Band

__all__ = ["can_accelerate", "flex_windowed"]

WIDTHS = (16, 32, 64, 128, 256)


def can_accelerate(tensors: Sequence[Tensor]) -> bool:
    """Diz se as entradas servem à ``flex_attention`` compilada.

    Args:
        tensors: consultas, chaves e valores, de forma ``(cabeças, T, D)``.

    Returns:
        ``True`` numa GPU CUDA, em float32, com larguras que o compilador atende e tudo finito
        (a ``flex_attention`` deixaria um ``nan`` escondido vazar).
    """
    query, _, value = tensors
    return (
        query.is_cuda
        and query.dtype == torch.float32
        and query.numel() > 0
        and query.shape == value.shape
        and query.shape[-1] in WIDTHS
        and all_finite(tensors)
    )


def flex_windowed(tensors: Sequence[Tensor], band: Band, scale: float | Tensor) -> Tensor:
    """Atenção em janela pela ``flex_attention`` compilada.

    Args:
        tensors: consultas, chaves e valores, de forma ``(cabeças, T, D)``.
        band: a faixa visível.
        scale: fator dos escores.

    Returns:
        O contexto, forma ``(cabeças, T, D)``.
    """
    mask = _block_mask(band.length, band.left, band.right, str(tensors[0].device))
    query, key, value = (x.unsqueeze(0) for x in tensors)
    if isinstance(scale, Tensor):
        query, scale = query * scale, 1.0
    context: Tensor = _compiled()(query, key, value, block_mask=mask, scale=scale)
    return context.squeeze(0)


@cache
def _compiled() -> Callable[..., Any]:
    """Compila na primeira chamada, que por isso demora alguns segundos."""
    compiled: Callable[..., Any] = torch.compile(flex_attention)
    return compiled


@lru_cache(maxsize=16)
def _block_mask(length: int, left: int, right: int, device: str) -> Any:
    """Máscara de blocos da faixa, guardada porque custa mais que uma chamada."""

    def visible(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key >= query - left) & (key <= query + right)

    return create_block_mask(visible, None, None, length, length, device=device)
