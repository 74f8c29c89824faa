"""Onde fica cada coisa do fluxograma, em pixels do desenho.

As contas são feitas «ao longo» da direção das setas e «através» dela; só no fim viram ``x`` e
``y``, de modo que um desenho de cima para baixo é o mesmo da esquerda para a direita, deitado.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from coursekit.flowchart.layering import Layers, Route, arrange
from coursekit.flowchart.model import Edge, Flowchart, Node
from coursekit.flowchart.placing import place_apart
from coursekit.flowchart.text_size import block_size, wrap_label

PAD_X, PAD_Y, LABEL_PAD = 14.0, 10.0, 4.0
MIN_WIDTH = 48.0
# Entre fileiras, ao longo; se há rótulos, eles são fileiras e o vão conta dos dois lados.
GAP_ALONG, GAP_BESIDE_LABEL = 44.0, 22.0
GAP_NODES, GAP_BENDS = 24.0, 14.0
LOOP_REACH, LOOP_HALF, LOOP_LABEL_GAP = 28.0, 11.0, 6.0
PORT_GAP, TIP = 16.0, 8.0
SWEEPS = 40
NEARLY_STRAIGHT = 4.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Um nó ou um rótulo no seu lugar.

    Args:
        center: centro ``(x, y)``.
        size: largura e altura.
        lines: linhas a escrever.
        node: o nó; ``None`` se é rótulo de seta.
    """

    center: Point
    size: Point
    lines: tuple[str, ...]
    node: Node | None = None


@dataclass(frozen=True)
class Wire:
    """Uma seta no seu lugar.

    Args:
        curves: curvas de Bézier cúbicas, cada uma com os seus quatro pontos.
        tip: onde a ponta toca o nó.
        heading: direção da ponta, vetor unitário.
    """

    curves: tuple[tuple[Point, Point, Point, Point], ...]
    tip: Point
    heading: Point


@dataclass(frozen=True)
class Drawing:
    """O fluxograma pronto para desenhar.

    Args:
        size: largura e altura do desenho.
        boxes: nós e rótulos.
        wires: setas.
    """

    size: Point
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


def lay_out(chart: Flowchart, direction: str | None = None) -> Drawing:
    """Calcula o desenho.

    Args:
        chart: o fluxograma.
        direction: ``"LR"`` ou ``"TD"``; ``None`` usa a do texto.

    Returns:
        Nós que não se sobrepõem, rótulos com lugar próprio e setas que partem e chegam na borda
        dos nós.

    Raises:
        ValueError: se a direção não for uma das duas.

    Example:
        >>> from coursekit.flowchart.parser import parse_flowchart
        >>> chart = parse_flowchart('''flowchart LR
        ...     accTitle: Corrente
        ...     accDescr: A leva a B.
        ...     A --> B''')
        >>> wide, tall = lay_out(chart).size, lay_out(chart, "TD").size
        >>> wide[0] > wide[1], tall[0] > tall[1]
        (True, False)
    """
    chosen = direction or chart.direction
    if chosen not in ("LR", "TD"):
        raise ValueError(f"direction deve ser 'LR' ou 'TD'; recebi {chosen!r}.")
    frame = _Frame(chart, arrange(chart), chosen == "LR")
    boxes = [frame.box(index) for index in range(len(frame.layers.slots)) if frame.lines[index]]
    wires = [frame.wire(route) for route in frame.layers.routes]
    for edge in frame.layers.loops:
        wires.append(frame.loop(edge))
        boxes += frame.loop_label(edge)
    return _to_page(boxes, wires, frame.page_size(), horizontal=frame.horizontal)


class _Frame:
    """As medidas de um desenho, ao longo e através da direção das setas."""

    def __init__(self, chart: Flowchart, layers: Layers, horizontal: bool) -> None:
        self.layers, self.horizontal = layers, horizontal
        self.nodes = {node.name: node for node in chart.nodes}
        self.loops = {edge.source: edge for edge in layers.loops}
        self.lines = [wrap_label(self._label(index)) for index in range(len(layers.slots))]
        self.sizes = [self._size(index) for index in range(len(layers.slots))]
        self.spans = self._spans()
        self.across = self._across()
        self.ports = self._ports()

    def _label(self, index: int) -> tuple[str, ...]:
        """O que se lê num lugar."""
        slot = self.layers.slots[index]
        return self.nodes[slot.node].label if slot.node else slot.label

    def _oriented(self, width: float, height: float) -> Point:
        """Largura e altura viram ao longo e através."""
        return (width, height) if self.horizontal else (height, width)

    def _size(self, index: int) -> Point:
        """Tamanho de um lugar, ao longo e através."""
        if not self.lines[index]:
            return 0.0, 0.0
        width, height = block_size(self.lines[index])
        if self.layers.slots[index].node:
            return self._oriented(max(MIN_WIDTH, width + 2 * PAD_X), height + 2 * PAD_Y)
        return self._oriented(width + 2 * LABEL_PAD, height)

    def _room(self, index: int) -> float:
        """Espaço através que um lugar reserva, com o laço que tiver."""
        loop = self.loops.get(self.layers.slots[index].node)
        if loop is None:
            return self.sizes[index][1]
        label = self._oriented(*block_size(wrap_label(loop.label)))[1] if loop.label else 0.0
        return self.sizes[index][1] + 2 * (LOOP_REACH + LOOP_LABEL_GAP + label)

    def _spans(self) -> list[Point]:
        """Começo e fim de cada fileira, ao longo."""
        gap = GAP_ALONG if self.layers.step == 1 else GAP_BESIDE_LABEL
        spans, start = [], 0.0
        for row in self.layers.rows:
            thickness = max((self.sizes[index][0] for index in row), default=0.0)
            spans.append((start, start + thickness))
            start += thickness + gap
        return spans

    def _across(self) -> list[float]:
        """Centro de cada lugar, através: perto dos vizinhos, sem sobrepor ninguém."""
        found = [0.0] * len(self.layers.slots)
        links = [pair for route in self.layers.routes for pair in pairwise(route.stops)]
        for sweep in range(SWEEPS):
            sides = ((0,), (1,))[sweep % 2] if sweep < SWEEPS - 2 else (0, 1)
            rows = self.layers.rows[::-1] if sweep % 2 else self.layers.rows
            for row in rows:
                self._settle_row(row, found, links, sides)
        return found

    def _settle_row(
        self,
        row: Sequence[int],
        found: list[float],
        links: Sequence[tuple[int, int]],
        sides: Sequence[int],
    ) -> None:
        """Acomoda uma fileira junto dos vizinhos de um lado, ou dos dois."""
        wanted = []
        for index in row:
            near = [pair[side] for side in sides for pair in links if pair[1 - side] == index]
            wanted.append(sum(found[i] for i in near) / len(near) if near else found[index])
        gaps = [
            (self._room(a) + self._room(b)) / 2
            + (GAP_NODES if self.lines[a] and self.lines[b] else GAP_BENDS)
            for a, b in pairwise(row)
        ]
        # A dobra puxa mais que o nó: seta comprida sai reta.
        weights = [1.0 if self.layers.slots[index].node else 4.0 for index in row]
        if row:
            for index, position in zip(row, place_apart(wanted, gaps, weights), strict=True):
                found[index] = position

    def _ports(self) -> dict[tuple[int, int], float]:
        """Onde cada seta toca os nós: ``(seta, 0 na saída ou −1 na chegada)`` → através."""
        sides: dict[tuple[int, int], list[int]] = {}
        for number, route in enumerate(self.layers.routes):
            for end in (0, -1):
                sides.setdefault((route.stops[end], end), []).append(number)
        ports = {}
        for (slot, end), numbers in sides.items():
            neighbour = 1 if end == 0 else -2
            numbers.sort(key=lambda n: self.across[self.layers.routes[n].stops[neighbour]])
            room = (self.sizes[slot][1] - 12.0) / max(1, len(numbers) - 1)
            for position, number in enumerate(numbers):
                shift = (position - (len(numbers) - 1) / 2) * min(PORT_GAP, room)
                ports[number, end] = self.across[slot] + shift
        return ports

    def _middle(self, index: int) -> float:
        """Centro de um lugar ao longo: o da fileira."""
        start, end = self.spans[self.layers.slots[index].rank]
        return (start + end) / 2

    def box(self, index: int) -> Box:
        """Um nó ou um rótulo."""
        node = self.nodes.get(self.layers.slots[index].node)
        center = self._middle(index), self.across[index]
        return Box(center, self.sizes[index], self.lines[index], node)

    def wire(self, route: Route) -> Wire:
        """Uma seta entre dois nós."""
        number = self.layers.routes.index(route)
        first, last = route.stops[0], route.stops[-1]
        start = self._middle(first) + self.sizes[first][0] / 2, self.ports[number, 0]
        end = self._middle(last) - self.sizes[last][0] / 2, self.ports[number, -1]
        tip, heading = (start, (-1.0, 0.0)) if route.backwards else (end, (1.0, 0.0))
        if route.backwards:
            start = start[0] + TIP, start[1]
        else:
            end = end[0] - TIP, end[1]
        stops = [stop for stop in route.stops[1:-1] if self._guides(stop)]
        if not stops and abs(start[1] - end[1]) < NEARLY_STRAIGHT:
            end = end[0], start[1]
        curves, here = [], start
        for stop in stops:
            enter, leave = self._crossing(stop)
            curves.append(_along_curve(here, enter))
            if not self.lines[stop] and enter != leave:
                curves.append(_along_curve(enter, leave))
            here = leave
        if not route.backwards:
            tip = tip[0], end[1]
        return Wire((*curves, _along_curve(here, end)), tip, heading)

    def _guides(self, stop: int) -> bool:
        """Se a seta tem de passar ali: rótulo, ou dobra entre nós; entre rótulos, vai direto."""
        return bool(self.lines[stop]) or self.layers.slots[stop].rank % self.layers.step == 0

    def _crossing(self, stop: int) -> tuple[Point, Point]:
        """Onde uma seta entra e sai de uma dobra ou de um rótulo."""
        start, end = self.spans[self.layers.slots[stop].rank]
        if self.lines[stop]:
            middle, half = (start + end) / 2, self.sizes[stop][0] / 2
            start, end = middle - half, middle + half
        return (start, self.across[stop]), (end, self.across[stop])

    def _loop_base(self, edge: Edge) -> Point:
        """Meio da borda de um nó onde fica o seu laço."""
        index = list(self.nodes).index(edge.source)
        return self._middle(index), self.across[index] + self.sizes[index][1] / 2

    def loop(self, edge: Edge) -> Wire:
        """A seta de um nó para ele mesmo."""
        along, border = self._loop_base(edge)
        out, back = (along + LOOP_HALF, border), (along - LOOP_HALF, border + TIP)
        reach = border + 4 / 3 * LOOP_REACH
        curve = (out, (out[0], reach), (back[0], reach), back)
        return Wire((curve,), (back[0], border), (0.0, -1.0))

    def loop_label(self, edge: Edge) -> list[Box]:
        """O rótulo de um laço, depois dele."""
        if not edge.label:
            return []
        along, border = self._loop_base(edge)
        lines = wrap_label(edge.label)
        size = self._oriented(*block_size(lines))
        middle = border + LOOP_REACH + LOOP_LABEL_GAP + size[1] / 2
        return [Box((along, middle), size, lines)]

    def page_size(self) -> tuple[Point, Point]:
        """Cantos do desenho, ao longo e através."""
        lows = [a - self.sizes[i][1] / 2 for i, a in enumerate(self.across)]
        highs = [a + self._room(i) / 2 for i, a in enumerate(self.across)]
        return (0.0, min(lows)), (self.spans[-1][1], max(highs))


def _along_curve(start: Point, end: Point) -> tuple[Point, Point, Point, Point]:
    """Curva que parte e chega na direção das setas."""
    middle = (start[0] + end[0]) / 2
    return start, (middle, start[1]), (middle, end[1]), end


def _to_page(
    boxes: Sequence[Box], wires: Sequence[Wire], corners: tuple[Point, Point], *, horizontal: bool
) -> Drawing:
    """Passa de «ao longo e através» para ``x`` e ``y``, com o canto em zero."""
    (along, across), (far_along, far_across) = corners

    def turn(pair: Point) -> Point:
        return pair if horizontal else (pair[1], pair[0])

    def place(point: Point) -> Point:
        return turn((point[0] - along, point[1] - across))

    return Drawing(
        turn((far_along - along, far_across - across)),
        tuple(replace(box, center=place(box.center), size=turn(box.size)) for box in boxes),
        tuple(_move(wire, place, turn) for wire in wires),
    )


def _move(wire: Wire, place: Callable[[Point], Point], turn: Callable[[Point], Point]) -> Wire:
    """A mesma seta noutras coordenadas."""
    curves = tuple(
        (place(start), place(leave), place(arrive), place(end))
        for start, leave, arrive, end in wire.curves
    )
    return Wire(curves, place(wire.tip), turn(wire.heading))
