"""A faixa visível em blocos de 128, como a ``flex_attention`` a quer: contas, sem máscara densa."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

__all__ = ["BLOCK", "band_mask", "layout"]

# Lado do bloco: o de fábrica da flex_attention.
BLOCK = 128
Visible = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def band_mask(
    length: int, left: int, right: int, limits: Tensor | None, device: torch.device
) -> Any:
    """Quem vê quem, no formato da ``flex_attention``.

    Os raios vão num tensor, e não no código: outro raio não pede outra compilação. Nada aqui
    espera pelo aparelho.

    Args:
        length: número de posições.
        left: quantas posições se veem para trás.
        right: quantas para a frente.
        limits: quantas chaves valem em cada exemplo, forma ``(B,)``, no aparelho; ``None`` se
            valem todas (e então a máscara fica guardada, porque custa mais que uma chamada).
        device: o aparelho.

    Returns:
        Uma ``BlockMask``.
    """
    if limits is None:
        return _stored(length, left, right, str(device))
    return _build(length, left, right, limits, device)


@lru_cache(maxsize=8)
def _stored(length: int, left: int, right: int, device: str) -> Any:
    """As últimas máscaras sem comprimentos."""
    return _build(length, left, right, None, torch.device(device))


def _build(length: int, left: int, right: int, limits: Tensor | None, device: torch.device) -> Any:
    """Monta a máscara a partir do mapa de blocos."""
    from torch.nn.attention.flex_attention import BlockMask

    ends = torch.tensor([length]) if limits is None else limits
    # non_blocking: senão, até copiar dois números faz a CPU esperar pela GPU.
    partial, full = layout(length, left, right, ends.to(device, non_blocking=True))
    bounds = torch.tensor([left, right]).to(device, non_blocking=True)
    return BlockMask.from_kv_blocks(
        *_ordered(partial),
        *_ordered(full),
        BLOCK_SIZE=BLOCK,
        mask_mod=_visible(bounds, limits),
        seq_lengths=(length, length),
    )


def _visible(bounds: Tensor, limits: Tensor | None) -> Visible:
    """A regra exata, aplicada só dentro dos blocos parciais."""

    def within(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key >= query - bounds[0]) & (key <= query + bounds[1])

    if limits is None:
        return within
    ends = limits

    def within_and_valid(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key >= query - bounds[0]) & (key <= query + bounds[1]) & (key < ends[batch])

    return within_and_valid


def layout(length: int, left: int, right: int, limits: Tensor) -> tuple[Tensor, Tensor]:
    """Blocos que se veem em parte, e blocos que se veem por inteiro.

    Args:
        length: número de posições.
        left: quantas posições se veem para trás.
        right: quantas para a frente.
        limits: quantas chaves valem em cada exemplo, forma ``(B,)``.

    Returns:
        Dois mapas booleanos ``(B, 1, blocos de consulta, blocos de chave)``, que não se cruzam.
    """
    block = torch.arange(-(-length // BLOCK), device=limits.device)
    first = block[:, None] * BLOCK  # primeira consulta de cada linha de blocos
    last = first + BLOCK - 1
    start, stop = block * BLOCK, block * BLOCK + BLOCK - 1  # primeira e última chave
    ends = limits[:, None, None, None]
    newest = torch.minimum(stop, ends - 1)  # última chave que vale
    seen = (newest >= first - left) & (start <= last + right) & (start < ends)
    whole = (start >= last - left) & (stop <= first + right) & (stop < ends)
    return seen & ~whole, seen & whole


def _ordered(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Quantos blocos há em cada linha, e quais: os que há vêm primeiro, em ordem."""
    order = blocks.to(torch.int8).argsort(dim=-1, descending=True, stable=True)
    return blocks.sum(dim=-1, dtype=torch.int32), order.to(torch.int32)
