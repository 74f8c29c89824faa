"""Como a faixa da janela se corta em lotes de ladrilhos, do tamanho do cache.

Um ladrilho é um bloco de consultas vizinhas com todas as chaves que alguma delas vê. Os
ladrilhos de um lote têm a mesma forma e distam o mesmo passo na memória: cada lote é uma
vista de três eixos das entradas (:func:`view_rows`), sem cópia, e vira um produto só.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Band", "Batch", "band_bias", "plan_batches", "view_rows"]


@dataclass(frozen=True)
class Band:
    """A faixa visível e o tamanho dos ladrilhos.

    Args:
        length: número de posições ``T``.
        left: chaves visíveis antes da própria posição.
        right: chaves visíveis depois da própria posição.
        tile: consultas por ladrilho.
        budget: quantos escores, no máximo, um lote tem (ao menos um ladrilho sempre cabe).
    """

    length: int
    left: int
    right: int
    tile: int
    budget: int


@dataclass(frozen=True)
class Batch:
    """Ladrilhos iguais, a passos iguais, na matriz de todas as linhas de todas as cabeças.

    Args:
        count: quantos ladrilhos.
        step: linhas entre o começo de um ladrilho e o do seguinte.
        query_start: primeira linha de consulta do primeiro ladrilho.
        rows: consultas por ladrilho.
        key_start: primeira linha de chave do primeiro ladrilho.
        width: chaves por ladrilho.
    """

    count: int
    step: int
    query_start: int
    rows: int
    key_start: int
    width: int

    @property
    def phases(self) -> int:
        """De quantos em quantos ladrilhos as chaves deixam de se sobrepor."""
        return -(-self.width // self.step)


def plan_batches(heads: range, limit: int, band: Band) -> list[Batch]:
    """Corta em lotes as consultas que veem alguma chave.

    No miolo, longe das pontas, os ladrilhos vizinhos de uma cabeça formam lotes. Nas pontas,
    onde a janela sai da sequência, e quando há muitas cabeças curtas, o lote é o mesmo
    ladrilho em cabeças seguidas.

    Args:
        heads: cabeças (lote e cabeças achatados) a percorrer.
        limit: quantas chaves valem em cada uma; as demais estão escondidas.
        band: a faixa e os tamanhos.

    Returns:
        Os lotes; juntos, passam uma vez por cada consulta que vê ao menos uma chave.
    """
    seeing = min(band.length, limit + band.left) if limit else 0
    first = min(band.left, seeing)  # antes, a janela começa fora da sequência
    tiles = max(0, min(seeing, limit - band.right) - first) // band.tile
    if tiles < len(heads):
        return list(_across_heads(heads, range(seeing), limit, band))
    middle = range(first, first + tiles * band.tile)
    return [
        *(batch for head in heads for batch in _along_head(head, middle, band)),
        *_across_heads(heads, range(first), limit, band),
        *_across_heads(heads, range(middle.stop, seeing), limit, band),
    ]


def _along_head(head: int, queries: range, band: Band) -> Iterator[Batch]:
    """Lotes de ladrilhos vizinhos de uma cabeça, todos com a janela inteira."""
    width = band.left + band.tile + band.right
    most = max(1, band.budget // (band.tile * width))
    tiles = len(queries) // band.tile
    for done in range(0, tiles, most):
        start = head * band.length + queries.start + done * band.tile
        count = min(most, tiles - done)
        yield Batch(count, band.tile, start, band.tile, start - band.left, width)


def _across_heads(heads: range, queries: range, limit: int, band: Band) -> Iterator[Batch]:
    """Lotes do mesmo ladrilho em cabeças seguidas, com a janela cortada nas pontas."""
    for start in range(queries.start, queries.stop, band.tile):
        stop = min(start + band.tile, queries.stop)
        keys = range(max(0, start - band.left), min(limit, stop + band.right))
        most = max(1, band.budget // ((stop - start) * len(keys)))
        for head in heads[::most]:
            base, count = head * band.length, min(most, heads.stop - head)
            yield Batch(
                count, band.length, base + start, stop - start, base + keys.start, len(keys)
            )


def view_rows(tensor: Tensor, batch: Batch, start: int, rows: int) -> Tensor:
    """Enxerga os ladrilhos de um lote como um tensor de três eixos, sem copiar nada.

    Args:
        tensor: contíguo, forma ``(cabeças, T, D)``.
        batch: o lote.
        start: primeira linha do primeiro ladrilho (``batch.query_start`` ou ``key_start``).
        rows: linhas por ladrilho.

    Returns:
        Vista ``(batch.count, rows, D)``; ladrilhos vizinhos podem dividir linhas.
    """
    width = tensor.shape[-1]
    return tensor.as_strided(
        (batch.count, rows, width),
        (batch.step * width, width, 1),
        tensor.storage_offset() + start * width,
    )


def band_bias(batch: Batch, band: Band, like: Tensor) -> Tensor:
    """Parcela dos escores de um ladrilho: 0 dentro da janela, −∞ fora.

    Args:
        batch: o lote, de que todos os ladrilhos têm a mesma parcela.
        band: a faixa.
        like: tensor de cujos tipo e dispositivo a parcela será.

    Returns:
        Tensor ``(batch.rows, batch.width)``.
    """
    query = torch.arange(batch.rows, device=like.device) + (batch.query_start - batch.key_start)
    ahead = torch.arange(batch.width, device=like.device) - query[:, None]
    hidden = (ahead < -band.left) | (ahead > band.right)
    bias = torch.zeros(hidden.shape, dtype=like.dtype, device=like.device)
    return bias.masked_fill_(hidden, -torch.inf)
