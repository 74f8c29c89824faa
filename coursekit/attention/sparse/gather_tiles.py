"""Ladrilhos de um padrão qualquer: algumas consultas e as chaves que elas veem."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from coursekit.attention.sparse.positions import Positions

__all__ = ["GatherBatch", "GatherTiles"]


@dataclass(frozen=True, eq=False)
class GatherTiles:
    """Ladrilhos de mesma forma, iguais para todas as cabeças.

    Args:
        rows: posições das consultas, ``(count, rows)``.
        columns: posições das chaves, ``(count, width)``, com as que só enchem.
        visible: booleana difundível para ``(count, rows, width)``; falsa no enchimento. Guarda-se
            uma vez só o que se repete em todos os ladrilhos.
        fresh: se nenhuma destas consultas está num lote anterior.
    """

    rows: Positions
    columns: Positions
    visible: Tensor
    fresh: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``."""
        count, rows = self.rows.index.shape
        return count, rows, self.columns.index.shape[1]


@dataclass(frozen=True)
class GatherBatch:
    """Os ladrilhos, numa cabeça.

    Args:
        head: qual cabeça (lote e cabeças achatados).
        tiles: os ladrilhos.
        limit: quantas chaves valem; ``None``, todas. As demais estão escondidas.
    """

    head: int
    tiles: GatherTiles
    limit: int | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``."""
        return self.tiles.shape

    @property
    def bias_key(self) -> tuple[GatherTiles, int | None]:
        """A parcela dos escores é a mesma em todas as cabeças de mesmo limite."""
        return self.tiles, self.limit

    @property
    def fresh(self) -> bool:
        """Se nenhuma destas consultas está num lote anterior."""
        return self.tiles.fresh

    @property
    def adjacent(self) -> bool:
        """Se as consultas são uma vista contígua."""
        return self.tiles.rows.contiguous

    def bias(self, like: Tensor) -> Tensor:
        """Parcela dos escores, difundível para ``(count, rows, width)``.

        Args:
            like: tensor de cujos tipo e dispositivo ela será.

        Returns:
            0 se visível, −∞ se não.
        """
        hidden = ~self.tiles.visible
        if self.limit is not None:
            hidden = hidden | (self.tiles.columns.index >= self.limit)[:, None]
        bias = torch.zeros(hidden.shape, dtype=like.dtype, device=like.device)
        return bias.masked_fill_(hidden, -torch.inf)

    def queries(self, tensor: Tensor) -> Tensor:
        """Lê as consultas.

        Args:
            tensor: contíguo, forma ``(cabeças, T, D)``.

        Returns:
            Forma ``(count, rows, D)``; vista ou cópia.
        """
        return self.tiles.rows.take(tensor[self.head])

    def keys(self, tensor: Tensor) -> Tensor:
        """Lê as chaves.

        Args:
            tensor: contíguo, forma ``(cabeças, T, D)``.

        Returns:
            Forma ``(count, width, D)``; vista ou cópia.
        """
        return self.tiles.columns.take(tensor[self.head])

    def put_queries(self, into: Tensor, rows: Tensor) -> None:
        """Escreve nas linhas das consultas.

        Args:
            into: contíguo, forma ``(cabeças, T, D)``.
            rows: forma ``(count, rows, D)``.
        """
        self.tiles.rows.put(into[self.head], rows)

    def add_keys(self, into: Tensor, rows: Tensor) -> None:
        """Soma nas linhas das chaves.

        Args:
            into: contíguo, forma ``(cabeças, T, D)``.
            rows: forma ``(count, width, D)``.
        """
        self.tiles.columns.add(into[self.head], rows)
