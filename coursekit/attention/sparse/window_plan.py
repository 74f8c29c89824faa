"""Como a faixa da janela se corta em lotes de ladrilhos, do tamanho do cache.

Um ladrilho é um bloco de consultas vizinhas com todas as chaves que alguma delas vê. Os
ladrilhos de um lote têm a mesma forma e distam o mesmo passo na memória: são vistas das
entradas, sem cópia nenhuma.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Band", "WindowBatch", "plan_window"]


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
class WindowBatch:
    """Ladrilhos iguais, a passos iguais, na matriz de todas as linhas de todas as cabeças.

    Args:
        band: a faixa.
        count: quantos ladrilhos.
        step: linhas entre o começo de um ladrilho e o do seguinte.
        query_start: primeira linha de consulta do primeiro ladrilho.
        rows: consultas por ladrilho.
        key_start: primeira linha de chave do primeiro ladrilho.
        width: chaves por ladrilho.
    """

    band: Band
    count: int
    step: int
    query_start: int
    rows: int
    key_start: int
    width: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``."""
        return self.count, self.rows, self.width

    @property
    def bias_key(self) -> tuple[int, int, int]:
        """A parcela só depende das formas e da posição relativa das chaves."""
        return self.rows, self.width, self.query_start - self.key_start

    @property
    def fresh(self) -> bool:
        """Cada consulta está num lote só."""
        return True

    @property
    def adjacent(self) -> bool:
        """Se um ladrilho começa onde o anterior acaba."""
        return self.step == self.rows

    def bias(self, like: Tensor) -> Tensor:
        """Parcela dos escores de cada ladrilho, ``(rows, width)``.

        Args:
            like: tensor de cujos tipo e dispositivo ela será.

        Returns:
            0 dentro da janela, −∞ fora.
        """
        rows, width, shift = self.bias_key
        query = torch.arange(rows, device=like.device) + shift
        ahead = torch.arange(width, device=like.device) - query[:, None]
        hidden = (ahead < -self.band.left) | (ahead > self.band.right)
        bias = torch.zeros(hidden.shape, dtype=like.dtype, device=like.device)
        return bias.masked_fill_(hidden, -torch.inf)

    def queries(self, tensor: Tensor) -> Tensor:
        """Vista das consultas.

        Args:
            tensor: contíguo, forma ``(cabeças, T, D)``.

        Returns:
            Forma ``(count, rows, D)``.
        """
        return self._view(tensor, self.query_start, self.rows)

    def keys(self, tensor: Tensor) -> Tensor:
        """Vista das chaves; ladrilhos vizinhos dividem linhas.

        Args:
            tensor: contíguo, forma ``(cabeças, T, D)``.

        Returns:
            Forma ``(count, width, D)``.
        """
        return self._view(tensor, self.key_start, self.width)

    def put_queries(self, into: Tensor, rows: Tensor) -> None:
        """Escreve nas linhas das consultas.

        Args:
            into: contíguo, forma ``(cabeças, T, D)``.
            rows: forma ``(count, rows, D)``.
        """
        self.queries(into).copy_(rows)

    def add_keys(self, into: Tensor, rows: Tensor) -> None:
        """Soma nas linhas das chaves; ladrilhos que dividem chaves somam um por vez.

        Args:
            into: contíguo, forma ``(cabeças, T, D)``.
            rows: forma ``(count, width, D)``.
        """
        keys, apart = self.keys(into), -(-self.width // self.step)
        for phase in range(min(apart, self.count)):
            keys[phase::apart].add_(rows[phase::apart])

    def _view(self, tensor: Tensor, start: int, rows: int) -> Tensor:
        width = tensor.shape[-1]
        shape, strides = (self.count, rows, width), (self.step * width, width, 1)
        return tensor.as_strided(shape, strides, tensor.storage_offset() + start * width)


def plan_window(heads: range, limit: int, band: Band) -> list[WindowBatch]:
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


def _along_head(head: int, queries: range, band: Band) -> Iterator[WindowBatch]:
    """Lotes de ladrilhos vizinhos de uma cabeça, todos com a janela inteira."""
    width = band.left + band.tile + band.right
    most = max(1, band.budget // (band.tile * width))
    for start in range(queries.start, queries.stop, most * band.tile):
        count = min(most, (queries.stop - start) // band.tile)
        row = head * band.length + start
        yield WindowBatch(band, count, band.tile, row, band.tile, row - band.left, width)


def _across_heads(heads: range, queries: range, limit: int, band: Band) -> Iterator[WindowBatch]:
    """Lotes do mesmo ladrilho em cabeças seguidas, com a janela cortada nas pontas."""
    for start in range(queries.start, queries.stop, band.tile):
        stop = min(start + band.tile, queries.stop)
        keys = range(max(0, start - band.left), min(limit, stop + band.right))
        most = max(1, band.budget // ((stop - start) * len(keys)))
        for head in heads[::most]:
            count, row = min(most, heads.stop - head), head * band.length
            yield WindowBatch(
                band, count, band.length, row + start, stop - start, row + keys.start, len(keys)
            )
