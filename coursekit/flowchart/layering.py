"""Em que fileira fica cada nó, e em que ordem dentro dela.

O desenho é em fileiras, como o do Mermaid: cada seta anda para a frente, e a que volta é tratada
como se andasse e só na hora de desenhar ganha a ponta do outro lado. Uma seta que pula fileiras
passa por uma dobra em cada uma; um rótulo ocupa lugar como se fosse um nó.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from coursekit.flowchart.model import Edge, Flowchart

SWEEPS = 8


@dataclass
class Slot:
    """Um lugar numa fileira: um nó, um rótulo ou a dobra de uma seta comprida.

    Args:
        rank: número da fileira.
        order: posição de saída dentro da fileira, para desempatar.
        node: identificador do nó; vazio em rótulo e dobra.
        label: texto do rótulo; vazio em nó e dobra.
    """

    rank: int
    order: int
    node: str = ""
    label: tuple[str, ...] = ()


@dataclass
class Route:
    """Por onde passa uma seta.

    Args:
        edge: a seta.
        stops: lugares por onde passa, da fileira menor para a maior.
        backwards: se a ponta fica na fileira menor.
    """

    edge: Edge
    stops: list[int]
    backwards: bool


@dataclass
class Layers:
    """Fileiras prontas.

    Args:
        slots: todos os lugares.
        rows: índices de ``slots``, fileira por fileira, na ordem do desenho.
        routes: por onde passa cada seta entre nós diferentes.
        step: de quantas em quantas fileiras há nós; com rótulos, 2: eles ficam nas ímpares.
        loops: setas de um nó para ele mesmo.
    """

    slots: list[Slot]
    rows: list[list[int]]
    routes: list[Route]
    step: int = 1
    loops: list[Edge] = field(default_factory=list)


def arrange(chart: Flowchart) -> Layers:
    """Distribui nós, rótulos e dobras em fileiras.

    Args:
        chart: o fluxograma.

    Returns:
        As fileiras, com poucos cruzamentos.

    Example:
        >>> from coursekit.flowchart.parser import parse_flowchart
        >>> chart = parse_flowchart('''flowchart LR
        ...     accTitle: Corrente
        ...     accDescr: A leva a B, que leva a C.
        ...     A --> B --> C''')
        >>> [slot.rank for slot in arrange(chart).slots]
        [0, 1, 2]
    """
    loops = [edge for edge in chart.edges if edge.source == edge.target]
    edges = [edge for edge in chart.edges if edge.source != edge.target]
    names = [node.name for node in chart.nodes]
    backwards = _backward_edges(names, edges)
    step = 2 if any(edge.label for edge in edges) else 1
    forward = [
        (e.target, e.source) if index in backwards else (e.source, e.target)
        for index, e in enumerate(edges)
    ]
    ranks = _ranks(names, forward, step)
    slots = [Slot(ranks[name], order, node=name) for order, name in enumerate(names)]
    place = {name: index for index, name in enumerate(names)}
    routes = []
    for index, (edge, (start, end)) in enumerate(zip(edges, forward, strict=True)):
        middle = range(ranks[start] + 1, ranks[end])
        stops = [place[start]]
        for rank in middle:
            label = edge.label if rank == middle[len(middle) // 2] else ()
            slots.append(Slot(rank, place[start], label=label))
            stops.append(len(slots) - 1)
        routes.append(Route(edge, [*stops, place[end]], index in backwards))
    return Layers(slots, _ordered_rows(slots, routes), routes, step, loops)


def _backward_edges(names: Sequence[str], edges: Sequence[Edge]) -> set[int]:
    """Setas que fecham um ciclo, achadas por uma busca em profundidade."""
    outgoing: dict[str, list[tuple[int, str]]] = {name: [] for name in names}
    for index, edge in enumerate(edges):
        outgoing[edge.source].append((index, edge.target))
    state: dict[str, str] = {}
    backwards: set[int] = set()

    def walk(name: str) -> None:
        state[name] = "aberto"
        for index, target in outgoing[name]:
            if state.get(target) == "aberto":
                backwards.add(index)
            elif target not in state:
                walk(target)
        state[name] = "fechado"

    for name in names:
        if name not in state:
            walk(name)
    return backwards


def _ranks(names: Sequence[str], edges: Sequence[tuple[str, str]], step: int) -> dict[str, int]:
    """Fileira de cada nó: a do caminho mais comprido até ele; quem só sai encosta no destino."""
    ranks = dict.fromkeys(names, 0)
    for _ in names:
        for start, end in edges:
            ranks[end] = max(ranks[end], ranks[start] + step)
    arrived = {end for _, end in edges}
    for name in names:
        targets = [ranks[end] for start, end in edges if start == name]
        if targets and name not in arrived:
            ranks[name] = min(targets) - step
    return ranks


def _ordered_rows(slots: Sequence[Slot], routes: Iterable[Route]) -> list[list[int]]:
    """Ordena cada fileira pela média dos vizinhos, e fica com a ordem de menos cruzamentos."""
    links = [pair for route in routes for pair in pairwise(route.stops)]
    before: list[list[int]] = [[] for _ in slots]
    after: list[list[int]] = [[] for _ in slots]
    for start, end in links:
        before[end].append(start)
        after[start].append(end)
    rows: list[list[int]] = [[] for _ in range(max(slot.rank for slot in slots) + 1)]
    for index in sorted(range(len(slots)), key=lambda index: slots[index].order):
        rows[slots[index].rank].append(index)
    best, fewest = [row[:] for row in rows], crossings(rows, links)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            _sort_row(row, _positions(rows), before if down else after)
        if (count := crossings(rows, links)) < fewest:
            best, fewest = [row[:] for row in rows], count
    return best


def _positions(rows: Iterable[Sequence[int]]) -> dict[int, int]:
    """Posição de cada lugar dentro da sua fileira."""
    return {index: position for row in rows for position, index in enumerate(row)}


def _sort_row(row: list[int], positions: dict[int, int], neighbours: list[list[int]]) -> None:
    """Põe a fileira na ordem da posição média dos vizinhos; sem vizinhos, fica onde está."""

    def middle(index: int) -> float:
        near = [positions[other] for other in neighbours[index]]
        return sum(near) / len(near) if near else positions[index]

    row.sort(key=middle)


def crossings(rows: Iterable[Sequence[int]], links: Sequence[tuple[int, int]]) -> int:
    """Conta os pares de trechos que se cruzam entre fileiras vizinhas.

    Args:
        rows: fileiras, com os índices dos lugares em ordem.
        links: trechos ``(início, fim)``, cada um de uma fileira à seguinte.

    Returns:
        Quantos pares se cruzam.

    Example:
        >>> crossings([[0, 1], [2, 3]], [(0, 3), (1, 2)])
        1
    """
    rank = {index: number for number, row in enumerate(rows) for index in row}
    at = _positions(rows)
    return sum(
        rank[a] == rank[c] and (at[a] - at[c]) * (at[b] - at[d]) < 0
        for number, (a, b) in enumerate(links)
        for c, d in links[:number]
    )
