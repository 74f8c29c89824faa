"""O aspecto de cada candidato nos gráficos: cor, traço e marca, os mesmos no registro inteiro."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from course_site.bench_records import Record
from course_site.bench_words import shown_name

NUM_COLORS = 5
DASHES = ("", "8 4", "2 3.5", "12 3 2 3")
# Em torno de (0, 0); as vazadas se preenchem com o fundo da página.
MARKERS = (
    ("cheia", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
    ("cheia", "M-3.8 -3.8h7.6v7.6h-7.6z"),
    ("cheia", "M0 -5l5 8.6h-10z"),
    ("cheia", "M0 -5.4l4.6 5.4l-4.6 5.4l-4.6 -5.4z"),
    ("vazada", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
    ("vazada", "M-3.8 -3.8h7.6v7.6h-7.6z"),
    ("vazada", "M0 5l5 -8.6h-10z"),
)


@dataclass(frozen=True)
class Look:
    """Como se reconhece um candidato: pela cor, e também sem ela, pelo traço e pela marca."""

    color: int
    dash: str
    marker: tuple[str, str]
    thick: bool = False

    def group(self, path: str, places: Iterable[tuple[float, float]]) -> str:
        """Um ``<g>`` com a linha, se houver, e uma marca em cada lugar."""
        kind, outline = self.marker
        dashed = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        line = f'<path class="linha" d="{path}"{dashed}/>' if path else ""
        marks = "".join(
            f'<path class="marca {kind}" transform="translate({x:.1f} {y:.1f})" d="{outline}"/>'
            for x, y in places
        )
        thick = " referencia" if self.thick else ""
        color = f"--serie:var(--curso-serie-{self.color + 1})"
        return f'<g class="serie{thick}" style="{color}">{line}{marks}</g>'


def ranked(values: Mapping[str, Sequence[float]]) -> list[str]:
    """Nomes da menor mediana à maior.

    Example:
        >>> ranked({"lento": [3.0, 9.0], "rápido": [1.0], "meio": [2.0, 2.5]})
        ['rápido', 'meio', 'lento']
    """
    return sorted(values, key=lambda name: statistics.median(values[name]))


def looks_of(record: Record) -> dict[str, Look]:
    """Um aspecto por candidato, sem repetição, na ordem das razões; o primeiro é a referência."""
    names = [record.baseline, *ranked(record.medians())]
    # As cores se repetem a cada cinco, já com outro traço; as marcas, a cada sete: quem divide o
    # traço nunca divide a marca, e o gráfico se lê também sem cor.
    return {
        name: Look(
            color=i % NUM_COLORS,
            dash=DASHES[i // NUM_COLORS % len(DASHES)],
            marker=MARKERS[i % len(MARKERS)],
            thick=i == 0,
        )
        for i, name in enumerate(names)
    }


def legend(names: Iterable[str], looks: Mapping[str, Look], baseline: str) -> str:
    """A legenda: uma amostra da linha e o nome de cada candidato."""
    items = "".join(
        '<li><svg aria-hidden="true" width="46" height="16" viewBox="0 0 46 16">'
        f"{looks[name].group('M2 8H44', [(23, 8)])}</svg>"
        f"<span>{shown_name(name)}{', a referência' if name == baseline else ''}</span></li>"
        for name in names
    )
    return f'<ul class="bench-legend">{items}</ul>'
