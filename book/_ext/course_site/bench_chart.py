"""Gráfico do tempo por ``n``, nas duas escalas logarítmicas, em SVG nas cores da página."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from course_site.bench_records import MIN_POINTS, Record, setting
from coursekit.evidence.formatting import format_number
from coursekit.flowchart.placing import place_apart

LEFT, RIGHT, TOP, BOTTOM = 74, 190, 26, 52
WIDTH, HEIGHT = 760, 420
NUM_COLORS = 5
LABEL_GAP = 17.0
Curve = Mapping[float, float]


@dataclass(frozen=True)
class Axis:
    """Uma escala logarítmica: de valores a pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel de um valor."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)


def settings(record: Record, mode: str) -> list[str]:
    """Casos de um modo, fora o ``n``: pontos de casos diferentes não se ligam por uma linha."""
    rows = [row for row in record.rows if row.mode == mode and row.length is not None]
    return list(dict.fromkeys(setting(row) for row in rows))


def curves_of(record: Record, mode: str, case: str) -> dict[str, dict[float, float]]:
    """Tempo por ``n`` de cada candidato num modo e num caso; só quem tem pontos bastantes."""
    curves: dict[str, dict[float, float]] = {}
    for row in record.rows:
        if row.mode == mode and row.length is not None and setting(row) == case:
            for name, seconds in row.seconds.items():
                curves.setdefault(name, {})[row.length] = seconds
    return {name: points for name, points in curves.items() if len(points) >= MIN_POINTS}


def decades(low: float, high: float) -> list[float]:
    """Potências de dez entre dois valores, ou os próprios extremos se nenhuma cabe.

    Example:
        >>> decades(0.002, 3.0)
        [0.01, 0.1, 1.0]
    """
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    return [10.0**power for power in powers] or [low, high]


def seconds_text(seconds: float) -> str:
    """Tempo com a unidade que o torna legível.

    Example:
        >>> seconds_text(0.01), seconds_text(1e-5), seconds_text(10.0)
        ('10 ms', '10 µs', '10 s')
    """
    for limit, factor, unit in ((1.0, 1, "s"), (1e-3, 1e3, "ms")):
        if seconds >= limit * (1 - 1e-9):
            return f"{format_number(round(seconds * factor, 6))} {unit}"
    return f"{format_number(round(seconds * 1e6, 6))} µs"


def describe(curves: Mapping[str, Curve]) -> str:
    """O que o gráfico mostra, curva a curva, em palavras."""
    parts = []
    for name, points in curves.items():
        first, last = min(points), max(points)
        parts.append(
            f"{name}, de {seconds_text(points[first])} em n = {format_number(int(first))} a "
            f"{seconds_text(points[last])} em n = {format_number(int(last))}"
        )
    return f"Tempo por n, escalas logarítmicas. {'; '.join(parts)}."


def chart_svg(title: str, curves: Mapping[str, Curve], name: str) -> str:
    """O gráfico inteiro.

    Args:
        title: título, para quem não vê.
        curves: tempo em s por ``n``, de cada candidato.
        name: prefixo dos identificadores, único no site.

    Returns:
        Um ``<svg>`` com título, descrição, eixos, curvas e o nome de cada uma ao lado.
    """
    lengths = sorted({n for points in curves.values() for n in points})
    values = [seconds for points in curves.values() for seconds in points.values()]
    across = Axis(lengths[0], lengths[-1], LEFT, WIDTH - RIGHT)
    up = Axis(min(values) / 1.3, max(values) * 1.3, HEIGHT - BOTTOM, TOP)
    body = _grid(across, up, lengths) + _lines(across, up, curves) + _names(up, curves)
    return (
        f'<svg class="bench-chart" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" aria-labelledby="{name}-titulo" '
        f'aria-describedby="{name}-descr"><title id="{name}-titulo">{escape(title)}</title>'
        f'<desc id="{name}-descr">{escape(describe(curves))}</desc>{body}</svg>'
    )


def _grid(across: Axis, up: Axis, lengths: Sequence[float]) -> str:
    """Linhas de apoio e números dos eixos."""
    parts = []
    for value in decades(up.low, up.high):
        y = up.at(value)
        parts.append(
            f'<path class="grade" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 10}" y="{y + 5:.1f}" text-anchor="end">{seconds_text(value)}</text>'
        )
    for n in lengths:
        x = across.at(n)
        parts.append(
            f'<path class="grade" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
            f"{format_number(int(n))}</text>"
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">n, em passos</text>')
    parts.append(f'<text x="{LEFT - 10}" y="{TOP - 10}" text-anchor="end">tempo</text>')
    return "".join(parts)


def _lines(across: Axis, up: Axis, curves: Mapping[str, Curve]) -> str:
    """Uma linha com marcas por candidato; da sexta em diante, tracejada."""
    parts = []
    for number, points in enumerate(curves.values()):
        pairs = [f"{across.at(n):.1f} {up.at(points[n]):.1f}" for n in sorted(points)]
        dots = "".join(
            f'<circle cx="{pair.split()[0]}" cy="{pair.split()[1]}" r="4"/>' for pair in pairs
        )
        dashed = " tracejada" if number >= NUM_COLORS else ""
        color = f"--serie:var(--curso-serie-{number % NUM_COLORS + 1})"
        parts.append(
            f'<g class="serie{dashed}" style="{color}"><path d="M{"L".join(pairs)}"/>{dots}</g>'
        )
    return "".join(parts)


def _names(up: Axis, curves: Mapping[str, Curve]) -> str:
    """O nome de cada curva, à direita do último ponto, sem um em cima do outro."""
    ends = sorted((up.at(points[max(points)]), name) for name, points in curves.items())
    gaps = [LABEL_GAP] * (len(ends) - 1)
    places = place_apart([end for end, _ in ends], gaps, [1.0] * len(ends))
    x = WIDTH - RIGHT + 14
    return "".join(
        f'<path class="guia" d="M{x - 8} {end:.1f}L{x - 2} {place:.1f}"/>'
        f'<text x="{x}" y="{place + 5:.1f}">{escape(name)}</text>'
        for (end, name), place in zip(ends, places, strict=True)
    )
