"""O que o núcleo precisa saber de um lote de ladrilhos."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

__all__ = ["Batch"]


class Batch(Protocol):
    """Ladrilhos de mesma forma que se calculam de uma vez.

    Os tensores têm a forma ``(cabeças, T, D)`` e são contíguos; toda consulta de um lote vê ao
    menos uma chave, e nenhuma consulta está em dois lotes, a não ser que os lotes se fundam
    (:mod:`~coursekit.attention.sparse.merge`).
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``: ladrilhos, consultas e chaves por ladrilho."""

    @property
    def bias_key(self) -> object:
        """Lotes seguidos com a mesma chave têm a mesma parcela dos escores."""

    @property
    def fresh(self) -> bool:
        """Se nenhuma das consultas está num lote anterior: não há com que se fundir."""

    @property
    def adjacent(self) -> bool:
        """Se ``queries`` dá uma vista contígua, em que se pode escrever direto."""

    def bias(self, like: Tensor) -> Tensor:
        """Parcela dos escores, difundível para ``shape``: 0 se visível, −∞ se não."""

    def queries(self, tensor: Tensor) -> Tensor:
        """As linhas das consultas, ``(count, rows, D)``."""

    def keys(self, tensor: Tensor) -> Tensor:
        """As linhas das chaves, ``(count, width, D)``."""

    def put_queries(self, into: Tensor, rows: Tensor) -> None:
        """Escreve ``(count, rows, D)`` nas linhas das consultas."""

    def add_keys(self, into: Tensor, rows: Tensor) -> None:
        """Soma ``(count, width, D)`` nas linhas das chaves."""
