"""O fluxograma como SVG acessível, nas cores da página onde for posto."""

from html import escape

from coursekit.flowchart.layout import TIP, Box, Point, Wire, lay_out
from coursekit.flowchart.model import Flowchart
from coursekit.flowchart.text_size import FONT_SIZE, LINE_HEIGHT

MARGIN = 3.0
# Menor que isto o texto não se lê: a moldura rola em vez de encolher mais.
MIN_SCALE = 0.85
SQUARE_RADIUS, ROUND_RADIUS = 3, 17


def flowchart_svg(
    chart: Flowchart, name: str, *, direction: str | None = None, css_class: str = ""
) -> str:
    """Desenha o fluxograma.

    Args:
        chart: o fluxograma.
        name: prefixo dos identificadores, único na página.
        direction: ``"LR"`` ou ``"TD"``; ``None`` usa a do texto.
        css_class: classe a mais no ``<svg>``.

    Returns:
        Um ``<svg>`` com título e descrição, sem script, com o texto escapado. As cores vêm das
        variáveis ``--curso-*`` da página; sem elas, da cor do texto.

    Raises:
        ValueError: se a direção não for uma das duas.

    Example:
        >>> from coursekit.flowchart.parser import parse_flowchart
        >>> chart = parse_flowchart('''flowchart LR
        ...     accTitle: Corrente
        ...     accDescr: A leva a B.
        ...     A --> B''')
        >>> flowchart_svg(chart, "f1").count("<rect")
        2
    """
    drawing = lay_out(chart, direction)
    width, height = (side + 2 * MARGIN for side in drawing.size)
    classes = " ".join(filter(None, ("curso-fluxo", css_class)))
    body = "".join([*map(_wire_svg, drawing.wires), *map(_box_svg, drawing.boxes)])
    return (
        f'<svg class="{escape(classes)}" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN:g} {-MARGIN:g} {width:.1f} {height:.1f}" '
        f'aria-labelledby="{name}-titulo" aria-describedby="{name}-descr" '
        f'style="min-width:{MIN_SCALE * width:.0f}px" font-size="{FONT_SIZE:g}" '
        'fill="none" stroke="currentColor" stroke-width="1.4">'
        f'<title id="{name}-titulo">{escape(chart.title, quote=False)}</title>'
        f'<desc id="{name}-descr">{escape(chart.description, quote=False)}</desc>{body}</svg>'
    )


def natural_width(chart: Flowchart, direction: str | None = None) -> float:
    """Largura do desenho, para escolher entre as duas direções.

    Args:
        chart: o fluxograma.
        direction: ``"LR"`` ou ``"TD"``; ``None`` usa a do texto.

    Returns:
        Largura em pixels.

    Example:
        >>> from coursekit.flowchart.parser import parse_flowchart
        >>> chart = parse_flowchart('''flowchart TD
        ...     accTitle: Corrente
        ...     accDescr: A leva a B.
        ...     A --> B''')
        >>> natural_width(chart, "LR") > natural_width(chart)
        True
    """
    return lay_out(chart, direction).size[0] + 2 * MARGIN


def _box_svg(box: Box) -> str:
    """Um nó com o seu texto, ou um rótulo, que é só texto."""
    x, y = box.center
    first = y - LINE_HEIGHT * (len(box.lines) - 1) / 2 + 0.35 * FONT_SIZE
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{first + LINE_HEIGHT * number:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    text = f'<text text-anchor="middle" fill="currentColor" stroke="none">{spans}</text>'
    if box.node is None:
        return f'<g class="fluxo-rotulo">{text}</g>'
    width, height = box.size
    kind, radius = ("redondo", ROUND_RADIUS) if box.node.rounded else ("reto", SQUARE_RADIUS)
    return (
        f'<g class="fluxo-no {kind}"><rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>{text}</g>'
    )


def _wire_svg(wire: Wire) -> str:
    """Uma seta: o fio, interrompido onde há rótulo, e a ponta."""
    path, here = "", None
    for start, leave, arrive, end in wire.curves:
        path += "" if start == here else f"M{_pair(start)}"
        path += f"C{_pair(leave)} {_pair(arrive)} {_pair(end)}"
        here = end
    (x, y), (ahead, aside) = wire.tip, wire.heading
    base = x - 1.25 * TIP * ahead, y - 1.25 * TIP * aside
    left = base[0] - 0.55 * TIP * aside, base[1] + 0.55 * TIP * ahead
    right = base[0] + 0.55 * TIP * aside, base[1] - 0.55 * TIP * ahead
    head = f"M{_pair(left)}L{_pair(wire.tip)}L{_pair(right)}Z"
    return (
        f'<g class="fluxo-seta"><path d="{path}"/>'
        f'<path d="{head}" fill="currentColor" stroke="none"/></g>'
    )


def _pair(point: Point) -> str:
    """Um ponto, com uma casa decimal."""
    return f"{point[0]:.1f} {point[1]:.1f}"
