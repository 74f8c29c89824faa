"""Gráfico do tempo por ``n``, nas duas escalas logarítmicas, em SVG nas cores da página."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from course_site.bench_looks import Look
from course_site.bench_records import MIN_POINTS, Record, setting
from coursekit.evidence.formatting import format_number

LEFT, RIGHT, TOP, BOTTOM = 66, 30, 30, 52
WIDE, NARROW = (736, 430), (360, 400)
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


@dataclass(frozen=True)
class Frame:
    """As duas escalas de um desenho, e o tamanho dele."""

    across: Axis
    up: Axis
    width: float
    height: float

    @classmethod
    def around(cls, curves: Mapping[str, Curve], size: tuple[float, float]) -> "Frame":
        """O quadro em que cabem todos os pontos."""
        width, height = size
        lengths = [n for points in curves.values() for n in points]
        values = [seconds for points in curves.values() for seconds in points.values()]
        across = Axis(min(lengths), max(lengths), LEFT, width - RIGHT)
        up = Axis(min(values) / 1.3, max(values) * 1.3, height - BOTTOM, TOP)
        return cls(across, up, width, height)

    def at(self, n: float, seconds: float) -> tuple[float, float]:
        """Pixels de um ponto."""
        return self.across.at(n), self.up.at(seconds)


def settings(record: Record, mode: str) -> list[str]:
    """Casos de um modo, fora o ``n``: pontos de casos diferentes não se ligam por uma linha."""
    rows = [row for row in record.rows if row.mode == mode and row.length is not None]
    return list(dict.fromkeys(setting(row) for row in rows))


def curves_of(record: Record, mode: str, case: str) -> dict[str, dict[float, float]]:
    """Tempo por ``n`` de cada candidato num modo e num caso; vazio se ninguém tem pontos bastantes.

    Quem tem poucos pontos entra com os que tem: o gráfico não esconde nenhum tempo medido.
    """
    curves: dict[str, dict[float, float]] = {}
    for row in record.rows:
        if row.mode == mode and row.length is not None and setting(row) == case:
            for name, seconds in row.seconds.items():
                curves.setdefault(name, {})[row.length] = seconds
    return curves if any(len(points) >= MIN_POINTS for points in curves.values()) else {}


def single_points(curves: Mapping[str, Curve]) -> list[tuple[str, float]]:
    """Quem só se mediu num tamanho, e qual: aparece como marca, sem linha."""
    return [(name, next(iter(points))) for name, points in curves.items() if len(points) == 1]


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
        ends = dict.fromkeys((min(points), max(points)))
        told = [f"{seconds_text(points[n])} em n = {format_number(int(n))}" for n in ends]
        parts.append(f"{name}, {f'de {told[0]} a {told[1]}' if len(told) > 1 else told[0]}")
    return f"Tempo por n, escalas logarítmicas. {'; '.join(parts)}."


def chart_svg(
    title: str,
    curves: Mapping[str, Curve],
    looks: Mapping[str, Look],
    name: str,
    size: tuple[float, float] = WIDE,
) -> str:
    """O desenho, sem os nomes, que ficam na legenda.

    Args:
        title: título, para quem não vê.
        curves: tempo em s por ``n``, de cada candidato.
        looks: cor, traço e marca de cada candidato.
        name: prefixo dos identificadores, único no site.
        size: largura e altura; o estreito é o do telefone.

    Returns:
        Um ``<svg>`` com título, descrição, eixos e curvas.
    """
    frame = Frame.around(curves, size)
    lengths = sorted({n for points in curves.values() for n in points})
    body = _grid(frame, lengths) + _lines(frame, curves, looks)
    narrow = " narrow" if size == NARROW else ""
    return (
        f'<svg class="bench-chart{narrow}" role="img" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}" aria-labelledby="{name}-titulo" '
        f'aria-describedby="{name}-descr"><title id="{name}-titulo">{escape(title)}</title>'
        f'<desc id="{name}-descr">{escape(describe(curves))}</desc>{body}</svg>'
    )


def _grid(frame: Frame, lengths: Sequence[float]) -> str:
    """Linhas de apoio e números dos eixos."""
    right, bottom = frame.width - RIGHT, frame.height - BOTTOM
    parts = []
    for value in decades(frame.up.low, frame.up.high):
        y = frame.up.at(value)
        parts.append(
            f'<path class="grade" d="M{LEFT} {y:.1f}H{right}"/>'
            f'<text x="{LEFT - 12}" y="{y + 5:.1f}" text-anchor="end">{seconds_text(value)}</text>'
        )
    for n in lengths:
        x = frame.across.at(n)
        parts.append(
            f'<path class="grade" d="M{x:.1f} {TOP}V{bottom}"/><text x="{x:.1f}" y="{bottom + 22}" '
            f'text-anchor="middle">{format_number(int(n))}</text>'
        )
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle}" y="{bottom + 44}" text-anchor="middle">n, em passos</text>')
    parts.append(f'<text x="{LEFT - 12}" y="{TOP - 12}" text-anchor="end">tempo</text>')
    return "".join(parts)


def _lines(frame: Frame, curves: Mapping[str, Curve], looks: Mapping[str, Look]) -> str:
    """Uma linha com marcas por candidato, a referência por baixo; um ponto só não faz linha."""
    parts = []
    for name, points in sorted(curves.items(), key=lambda curve: not looks[curve[0]].thick):
        places = [frame.at(n, points[n]) for n in sorted(points)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) if len(places) > 1 else ""
        parts.append(looks[name].group(path, places))
    return "".join(parts)
