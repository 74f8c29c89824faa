"""Como um padrão qualquer se reparte em lotes de ladrilhos, sem contar par nenhum duas vezes.

Um padrão feito de componentes (uma união, uma hierarquia) pode ser calculado inteiro, cada
ladrilho recolhendo a união das chaves, ou repartido: cada parte na ordem que lhe convém, e
só com os pares que as partes anteriores não têm. A escolha é pelo custo estimado.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import torch

from coursekit.attention.sparse.gather_tiles import GatherTiles
from coursekit.attention.sparse.pattern import BoolArray, IntArray, Pattern
from coursekit.attention.sparse.positions import Positions
from coursekit.attention.sparse.tile_cut import Cut, Tile, best_cuts, cut_tile, degrees

__all__ = ["Cutting", "GatherPlan", "plan_gather"]

SLACK = 1.125  # larguras que diferem até isto dividem um lote, com chaves de enchimento
# O PyTorch acha o máximo de uma linha de 32 em 32 números, e o resto um a um: se falta pouco para
# um grupo inteiro, completa-se.
LANES = 32
FEW_ROWS = 32  # com menos consultas por ladrilho, o que enche o cache são as chaves recolhidas
MOST_PARTS = 6  # componentes que se tenta repartir; os menores, além disso, andam juntos
# Fundir custa, além do lote a mais, isto: em cada par calculado e, em pares, por consulta.
MERGE_FACTOR, MERGE_ROW_COST = 1.08, 8


@dataclass(frozen=True)
class Cutting:
    """Os tamanhos do corte.

    Args:
        tile: o maior número de consultas num ladrilho.
        budget: quantos escores, no máximo, um lote tem (ao menos um ladrilho sempre cabe).
        overhead: custo fixo de cada parte, em pares calculados; quanto maior, menos partes.
    """

    tile: int
    budget: int
    overhead: float


@dataclass(frozen=True, eq=False)
class GatherPlan:
    """O corte pronto.

    Args:
        batches: os lotes, para uma cabeça qualquer.
        merge: se uma consulta pode estar em vários lotes.
    """

    batches: tuple[GatherTiles, ...]
    merge: bool


@dataclass(frozen=True)
class _Part:
    """Padrões que se calculam juntos, e como cortá-los."""

    patterns: tuple[Pattern, ...]
    seen: IntArray
    cuts: list[Cut]

    @classmethod
    def of(cls, patterns: tuple[Pattern, ...], seen: IntArray, cutting: Cutting) -> _Part:
        """Escolhe o melhor corte."""
        return cls(patterns, seen, best_cuts(patterns, seen, cutting.tile))

    @property
    def cost(self) -> float:
        """Custo se for a única parte."""
        return sum(cut.cost for cut in self.cuts)

    def merged_cost(self, cutting: Cutting) -> float:
        """Custo se houver outras."""
        rows = MERGE_ROW_COST * np.count_nonzero(self.seen)
        return MERGE_FACTOR * self.cost + float(rows) + cutting.overhead


@lru_cache(maxsize=8)
def plan_gather(
    pattern: Pattern, length: int, cutting: Cutting, device: torch.device
) -> GatherPlan:
    """Corta o padrão em lotes; o resultado fica guardado, porque custa mais que uma chamada.

    Args:
        pattern: quem vê quem.
        length: número de posições ``T``.
        cutting: os tamanhos.
        device: onde pôr as posições.

    Returns:
        Os lotes; juntos, passam uma vez, e só uma, por cada par visível.
    """
    parts = _partition(pattern, length, cutting)
    batches: list[GatherTiles] = []
    for order, part in enumerate(parts):
        earlier = [pattern for other in parts[:order] for pattern in other.patterns]
        pieces = (rows for cut in part.cuts for rows in cut.rows)
        tiles = (cut_tile(part.patterns, earlier, rows, length) for rows in pieces)
        # Numa parte, cada consulta está num ladrilho só.
        for group in _groups(tiles, cutting):
            batches.append(_stack(group, length, device, fresh=order == 0))
    return GatherPlan(tuple(batches), merge=len(parts) > 1)


def _partition(pattern: Pattern, length: int, cutting: Cutting) -> list[_Part]:
    """Reparte os componentes em grupos, enquanto isso baratear a conta."""
    components = [(degrees(one, length), one) for one in pattern.components(length)]
    components.sort(key=lambda pair: -int(pair[0].sum()))
    everything = tuple(one for _, one in components)
    whole = _Part.of(everything, np.sum([seen for seen, _ in components], axis=0), cutting)
    parts = [_Part.of((one,), seen, cutting) for seen, one in components[: MOST_PARTS - 1]]
    if rest := components[MOST_PARTS - 1 :]:
        seen = np.sum([seen for seen, _ in rest], axis=0)
        parts.append(_Part.of(tuple(one for _, one in rest), seen, cutting))
    while len(parts) > 1:
        joined = min(_joinings(parts, cutting), key=lambda pair: pair[0])
        if joined[0] >= 0:
            break
        parts = joined[1]
    split = sum(part.merged_cost(cutting) for part in parts)
    return parts if len(parts) > 1 and split < whole.cost else [whole]


def _joinings(parts: list[_Part], cutting: Cutting) -> Iterator[tuple[float, list[_Part]]]:
    """Cada modo de juntar duas partes, com o que ele acrescenta ao custo."""
    for first, second in combinations(parts, 2):
        patterns, seen = first.patterns + second.patterns, first.seen + second.seen
        joined = _Part.of(patterns, seen, cutting)
        apart = first.merged_cost(cutting) + second.merged_cost(cutting)
        others = [part for part in parts if part is not first and part is not second]
        yield joined.merged_cost(cutting) - apart, [joined, *others]


def _shared(tiles: Iterator[Tile | None]) -> list[Tile]:
    """Os ladrilhos que há; os de mesma visibilidade dividem a memória dela."""
    known: dict[tuple[tuple[int, ...], bytes], BoolArray] = {}
    found = []
    for one in tiles:
        if one is not None:
            name = one.visible.shape, np.packbits(one.visible).tobytes()
            found.append(replace(one, visible=known.setdefault(name, one.visible)))
    return found


def _groups(tiles: Iterator[Tile | None], cutting: Cutting) -> Iterator[list[Tile]]:
    """Junta os ladrilhos de formas parecidas, até o lote encher."""
    ordered = sorted(_shared(tiles), key=lambda one: one.visible.shape)
    group = list[Tile]()
    for one in ordered:
        if group and not _fits(one, group, cutting):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _fits(one: Tile, group: list[Tile], cutting: Cutting) -> bool:
    """Diz se cabe no grupo um ladrilho, o mais largo dele."""
    rows, width = len(one.rows), len(one.columns)
    alike = rows == len(group[0].rows) and width <= SLACK * len(group[0].columns)
    return alike and (len(group) + 1) * max(rows, FEW_ROWS) * width <= cutting.budget


def _stack(group: list[Tile], length: int, device: torch.device, *, fresh: bool) -> GatherTiles:
    """Empilha ladrilhos, completando os estreitos com chaves escondidas."""
    width = _whole_lanes(max(len(one.columns) for one in group))
    columns = np.empty((len(group), width), dtype=np.int64)
    visible = np.zeros((len(group), len(group[0].rows), width), dtype=bool)
    for n, one in enumerate(group):
        columns[n] = _filled(one.columns, width, length)
        visible[n, :, : len(one.columns)] = one.visible
    return GatherTiles(
        Positions.of(np.stack([one.rows for one in group]), device),
        Positions.of(columns, device),
        torch.from_numpy(_without_repetition(visible)).to(device),
        fresh,
    )


def _whole_lanes(width: int) -> int:
    """Arredonda uma largura para cima, se faltar pouco."""
    spare = -width % LANES
    return width + spare if width + spare <= SLACK * width else width


def _filled(columns: IntArray, width: int, length: int) -> IntArray:
    """Completa as chaves no passo das últimas, que assim seguem sendo uma vista; senão, com 0."""
    step = int(columns[-1] - columns[-2]) if len(columns) > 1 else 1
    more = columns[-1] + step * np.arange(1, width - len(columns) + 1)
    return np.concatenate([columns, more if (more < length).all() else np.zeros_like(more)])


def _without_repetition(visible: BoolArray) -> BoolArray:
    """Guarda uma vez só a visibilidade que é a mesma em todos os ladrilhos."""
    if visible.all():
        return np.ones((1, 1, 1), dtype=bool)
    same = bool((visible == visible[:1]).all())
    return visible[:1].copy() if same else visible
