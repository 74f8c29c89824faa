"""Como um padrão qualquer se corta em lotes: cada ladrilho recolhe só as chaves que vê.

Um ladrilho são algumas consultas e a união das chaves que elas veem, recolhidas de onde
estiverem; quanto mais as consultas concordam, menos pares escondidos se calculam. Por isso as
consultas que veem muito mais que as outras (as globais) ficam em ladrilhos só delas, e um
padrão de passo ``s`` pode agrupar as posições de mesmo resto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from coursekit.attention.sparse.pattern import BoolArray, IntArray, Pattern

__all__ = ["GatherBatch", "GatherTiles", "plan_gather"]

SLACK = 1.125  # larguras que diferem até isto dividem um lote, com chaves de enchimento


@dataclass(frozen=True, eq=False)
class GatherTiles:
    """Ladrilhos de mesma forma, iguais para todas as cabeças.

    Args:
        rows: posições das consultas, forma ``(count, rows)``.
        columns: posições das chaves, forma ``(count, width)``; o enchimento repete a 0.
        visible: booleana ``(count, rows, width)``; falsa no enchimento.
    """

    rows: Tensor
    columns: Tensor
    visible: Tensor

    @cached_property
    def flat(self) -> tuple[Tensor, Tensor]:
        """Posições em fila, como os recolhedores pedem."""
        return self.rows.flatten(), self.columns.flatten()


@dataclass(frozen=True)
class GatherBatch:
    """Os ladrilhos, numa cabeça.

    Args:
        head: qual cabeça (lote e cabeças achatados).
        tiles: os ladrilhos.
    """

    head: int
    tiles: GatherTiles

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``."""
        count, rows, width = self.tiles.visible.shape
        return count, rows, width

    @property
    def bias_key(self) -> GatherTiles:
        """A parcela dos escores é a mesma em todas as cabeças."""
        return self.tiles

    @property
    def adjacent(self) -> bool:
        """Nunca: as consultas são recolhidas em cópia."""
        return False

    def bias(self, like: Tensor) -> Tensor:
        """Parcela dos escores, ``(count, rows, width)``.

        Args:
            like: tensor de cujos tipo e dispositivo ela será.

        Returns:
            0 se visível, −∞ se não: o logaritmo de 1 e de 0.
        """
        return self.tiles.visible.to(like).log_()

    def queries(self, tensor: Tensor) -> Tensor:
        """Recolhe as consultas.

        Args:
            tensor: forma ``(cabeças, T, D)``.

        Returns:
            Cópia de forma ``(count, rows, D)``.
        """
        return self._collect(tensor, 0, self.tiles.rows)

    def keys(self, tensor: Tensor) -> Tensor:
        """Recolhe as chaves.

        Args:
            tensor: forma ``(cabeças, T, D)``.

        Returns:
            Cópia de forma ``(count, width, D)``.
        """
        return self._collect(tensor, 1, self.tiles.columns)

    def put_queries(self, into: Tensor, rows: Tensor) -> None:
        """Escreve nas linhas das consultas.

        Args:
            into: forma ``(cabeças, T, D)``.
            rows: forma ``(count, rows, D)``.
        """
        into[self.head].index_copy_(0, self.tiles.flat[0], rows.flatten(0, 1))

    def add_keys(self, into: Tensor, rows: Tensor) -> None:
        """Soma nas linhas das chaves.

        Args:
            into: forma ``(cabeças, T, D)``.
            rows: forma ``(count, width, D)``.
        """
        into[self.head].index_add_(0, self.tiles.flat[1], rows.flatten(0, 1))

    def _collect(self, tensor: Tensor, which: int, positions: Tensor) -> Tensor:
        chosen = tensor[self.head].index_select(0, self.tiles.flat[which])
        return chosen.view(*positions.shape, tensor.shape[-1])


@dataclass(frozen=True)
class _Tile:
    """Um ladrilho sozinho: consultas, chaves e quem vê quem."""

    rows: IntArray
    columns: IntArray
    visible: BoolArray


@lru_cache(maxsize=8)
def plan_gather(
    pattern: Pattern, length: int, tile: int, budget: int, device: torch.device
) -> tuple[GatherTiles, ...]:
    """Corta o padrão em lotes; o resultado fica guardado, porque custa mais que uma chamada.

    Args:
        pattern: quem vê quem.
        length: número de posições ``T``.
        tile: consultas por ladrilho.
        budget: quantos escores, no máximo, um lote tem (ao menos um ladrilho sempre cabe).
        device: onde pôr as posições.

    Returns:
        Os lotes; juntos, passam uma vez por cada consulta que vê ao menos uma chave.
    """
    natural = list(_tiles(pattern, np.arange(length), length, tile))
    degrees = np.concatenate([np.zeros(0, int), *(one.visible.sum(axis=1) for one in natural)])
    plans = [
        [one for order in orders for one in _tiles(pattern, order, length, tile)]
        for orders in _orders(pattern.period, degrees)
    ]
    tiles = min(plans, key=lambda plan: sum(one.visible.size for one in plan))
    tiles.sort(key=lambda one: one.visible.shape)
    batches, group = [], list[_Tile]()
    for one in tiles:
        rows, width = one.visible.shape
        if group and not (
            rows == len(group[0].rows)
            and width <= SLACK * len(group[0].columns)
            and (len(group) + 1) * rows * width <= budget
        ):
            batches.append(_stack(group, device))
            group = []
        group.append(one)
    return (*batches, _stack(group, device)) if group else ()


def _orders(period: int, degrees: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Ordens em que tentar as consultas: as comuns e, à parte, as que veem demais."""
    usual = np.median(degrees[degrees > 0]) if degrees.any() else 0
    for step in sorted({1, period}):
        order = np.argsort(np.arange(len(degrees)) % step, kind="stable")
        seen = degrees[order]
        yield order[(seen > 0) & (seen <= 2 * usual)], order[seen > 2 * usual]


def _tiles(pattern: Pattern, order: IntArray, length: int, tile: int) -> Iterator[_Tile]:
    """Corta as consultas, na ordem dada, em ladrilhos com a união das suas chaves."""
    for start in range(0, len(order), tile):
        rows = np.sort(order[start : start + tile])
        query, key = pattern._pairs(rows, length)  # marcar duas vezes o mesmo par não faz mal
        used = np.zeros(length, dtype=bool)
        used[key] = True
        columns = np.flatnonzero(used)
        visible = np.zeros((len(rows), len(columns)), dtype=bool)
        visible[np.searchsorted(rows, query), (np.cumsum(used) - 1)[key]] = True
        yield _Tile(rows, columns, visible)


def _stack(group: list[_Tile], device: torch.device) -> GatherTiles:
    """Empilha ladrilhos, enchendo os estreitos com chaves escondidas."""
    width = max(len(one.columns) for one in group)
    columns = np.zeros((len(group), width), dtype=np.int64)
    visible = np.zeros((len(group), len(group[0].rows), width), dtype=bool)
    for n, one in enumerate(group):
        columns[n, : len(one.columns)] = one.columns
        visible[n, :, : len(one.columns)] = one.visible
    arrays = (np.stack([one.rows for one in group]), columns, visible)
    rows, keys, seen = (torch.from_numpy(x).to(device) for x in arrays)
    return GatherTiles(rows, keys, seen)
