"""O corte das consultas em ladrilhos, e quanto cada modo de cortar deveria custar.

Um ladrilho são algumas consultas e a união das chaves que elas veem; quanto mais as consultas
concordam, menos pares escondidos se calculam. Por isso um padrão de passo ``s`` pode agrupar
as posições de mesmo resto, e as consultas que veem muito mais que as outras (as globais)
ficam em ladrilhos só delas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.attention.sparse.pattern import BoolArray, IntArray, Pairs, Pattern

__all__ = ["Cut", "Tile", "best_cuts", "cut_tile", "degrees"]

# Custo de um ladrilho, em pares calculados: cada chave recolhida vale este tanto de consultas,
# e cada consulta, este tanto de pares (medidos numa CPU; só orientam a escolha).
KEY_COST, ROW_COST = 7, 12
SAMPLE = 8  # ladrilhos que se olham para estimar o custo de um corte
STRIP = 1024


@dataclass(frozen=True)
class Tile:
    """Um ladrilho: consultas, chaves e quem vê quem."""

    rows: IntArray
    columns: IntArray
    visible: BoolArray


@dataclass(frozen=True)
class Cut:
    """Um modo de cortar algumas consultas.

    Args:
        rows: as consultas de cada ladrilho.
        cost: o custo estimado, em pares calculados.
    """

    rows: list[IntArray]
    cost: float


def degrees(pattern: Pattern, length: int) -> IntArray:
    """Quantas chaves cada consulta vê, por alto: conta mais de uma vez o par repetido.

    Args:
        pattern: quem vê quem.
        length: número de posições ``T``.

    Returns:
        Inteiros, forma ``(T,)``; 0 só em quem nada vê.
    """
    counts = np.zeros(length, dtype=np.int64)
    for start in range(0, length, STRIP):
        query, _ = pattern._pairs(np.arange(start, min(start + STRIP, length)), length)
        counts += np.bincount(query, minlength=length)
    return counts


def best_cuts(parts: Sequence[Pattern], seen: IntArray, tile: int) -> list[Cut]:
    """O corte mais barato das consultas comuns e o das que veem demais.

    Args:
        parts: os padrões, calculados juntos.
        seen: quantas chaves cada consulta vê, forma ``(T,)``.
        tile: o maior número de consultas num ladrilho.

    Returns:
        Um corte por grupo de consultas; juntos, passam uma vez por quem vê alguma chave.
    """
    usual = np.median(seen[seen > 0]) if seen.any() else 0
    groups = (np.flatnonzero((seen > 0) & (seen <= 2 * usual)), np.flatnonzero(seen > 2 * usual))
    found = []
    for rows in groups:
        if len(rows):
            cuts = (_estimate(parts, r, len(seen)) for r in _ways(parts, rows, tile))
            found.append(min(cuts, key=lambda cut: cut.cost))
    return found


def cut_tile(
    parts: Sequence[Pattern], others: Sequence[Pattern], rows: IntArray, length: int
) -> Tile | None:
    """Monta um ladrilho, sem os pares que outros padrões já calculam.

    Args:
        parts: os padrões, calculados juntos.
        others: os que já calcularam os seus pares.
        rows: as consultas, em ordem crescente.
        length: número de posições ``T``.

    Returns:
        O ladrilho, ou ``None`` se não sobra par nenhum.
    """
    query, key = _pairs(parts, rows, length)  # marcar duas vezes o mesmo par não faz mal
    used = np.zeros(length, dtype=bool)
    used[key] = True
    place = np.cumsum(used) - 1
    columns = np.flatnonzero(used)
    visible = np.zeros((len(rows), len(columns)), dtype=bool)
    visible[np.searchsorted(rows, query), place[key]] = True
    if others:
        query, key = _pairs(others, rows, length)
        query, key = query[used[key]], key[used[key]]
        visible[np.searchsorted(rows, query), place[key]] = False
        left = visible.any(axis=0)
        columns, visible = columns[left], visible[:, left]
    return Tile(rows, columns, visible) if len(columns) else None


def _ways(parts: Sequence[Pattern], rows: IntArray, tile: int) -> Iterator[list[IntArray]]:
    """Modos de cortar as consultas: por ordem ou por resto, em ladrilhos de vários tamanhos."""
    grains = {g // -(-g // tile) for part in parts for g in [part.grain] if g}
    sizes = sorted({tile, *(max(tile // n, 1) for n in (2, 4, 8)), 1, *(g for g in grains if g)})
    for step in sorted({1, *(part.period for part in parts)}):
        residues = rows % step
        segments = [rows[residues == r] for r in np.unique(residues)]
        for size in sizes:
            yield [piece for segment in segments for piece in _pieces(segment, size, step)]


def _pieces(segment: IntArray, size: int, step: int) -> Iterator[IntArray]:
    """Corta em pedaços do tamanho dado; os de mesmo resto, em pedaços quase iguais."""
    if step > 1:
        size = -(-len(segment) // -(-len(segment) // size))
    for start in range(0, len(segment), size):
        yield segment[start : start + size]


def _estimate(parts: Sequence[Pattern], pieces: list[IntArray], length: int) -> Cut:
    """O custo de um corte, pelos ladrilhos de uma amostra espalhada."""
    chosen = np.unique(np.linspace(0, len(pieces) - 1, SAMPLE).astype(int))
    costs = []
    for rows in (pieces[n] for n in chosen):
        used = np.zeros(length, dtype=bool)
        used[_pairs(parts, rows, length)[1]] = True
        costs.append(used.sum() * (len(rows) + KEY_COST) + ROW_COST * len(rows))
    return Cut(pieces, float(np.mean(costs)) * len(pieces))


def _pairs(parts: Iterable[Pattern], rows: IntArray, length: int) -> Pairs:
    """Os pares das consultas em todos os padrões, talvez repetidos."""
    found = [part._pairs(rows, length) for part in parts]
    return np.concatenate([q for q, _ in found]), np.concatenate([k for _, k in found])
