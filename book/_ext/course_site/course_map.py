"""A diretiva ``{mapa-do-curso}``: o plano como uma régua por parte, em SVG.

Há dois desenhos do mesmo mapa, um para tela larga e outro para tela estreita; o CSS mostra
um de cada vez, e o escondido também some para leitores de tela.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from course_site.course_plan import PLAN, Chapter, Part, load_plan
from course_site.page_uri import uri

LINE = 19
RULER_X = 22
TEXT_X = 44


@dataclass(frozen=True)
class Layout:
    """Medidas de um dos dois desenhos, em pixels do ``viewBox``."""

    name: str
    columns: int
    column_width: int
    wrap: int

    @property
    def width(self) -> int:
        """Largura total."""
        return self.columns * self.column_width


WIDE = Layout("wide", 5, 216, 21)
NARROW = Layout("narrow", 1, 340, 34)


def chapter_svg(chapter: Chapter, top: int, layout: Layout, ready: bool) -> tuple[str, int]:
    """Um traço da régua com número e título; devolve também a altura usada."""
    lines = textwrap.wrap(chapter.title, layout.wrap)
    note = [] if ready else ["em preparação"]
    spans = "".join(
        f'<tspan x="{TEXT_X}" dy="{0 if index == 0 else LINE}">{escape(line)}</tspan>'
        for index, line in enumerate(lines)
    )
    spans += "".join(f'<tspan x="{TEXT_X}" dy="17" class="note">{text}</tspan>' for text in note)
    mark = (
        f'<circle cx="{RULER_X}" cy="{top}" r="11"/>'
        f'<text class="number" x="{RULER_X}" y="{top + 4.5}" text-anchor="middle">'
        f"{chapter.number}</text>"
        f'<text class="title" x="{TEXT_X}" y="{top + 5}">{spans}</text>'
    )
    height = LINE * len(lines) + (17 if note else 0) + 20
    css = "ready" if ready else "planned"
    if ready:
        label = escape(f"Capítulo {chapter.number}: {chapter.title}")
        mark = f'<a href="{uri(chapter.docname)}" aria-label="{label}">{mark}</a>'
    return f'<g class="{css}">{mark}</g>', height


def part_svg(part: Part, layout: Layout, pages: set[str]) -> tuple[str, int]:
    """A régua de uma parte: cabeçalho, traço vertical e capítulos."""
    heading = textwrap.wrap(part.title, layout.wrap + 3)
    spans = "".join(
        f'<tspan x="0" dy="{0 if index == 0 else 21}">{escape(line)}</tspan>'
        for index, line in enumerate(heading)
    )
    drawing = [
        f'<text class="part" x="0" y="14">Parte {part.numeral}</text>',
        f'<text class="heading" x="0" y="38">{spans}</text>',
    ]
    top = start = 96 if layout.columns > 1 else 66 + 21 * (len(heading) - 1)
    last = top
    for chapter in part.chapters:
        svg, height = chapter_svg(chapter, top, layout, chapter.docname in pages)
        drawing.append(svg)
        last, top = top, top + height
    ruler = f'<path class="ruler" d="M{RULER_X} {start}V{last}"/>'
    drawing.insert(2, ruler)
    return "".join(drawing), top


def describe(parts: Sequence[Part], pages: set[str]) -> str:
    """Descrição do mapa em texto corrido."""
    sentences = []
    for part in parts:
        titles = "; ".join(
            f"{chapter.number}, {chapter.title}"
            + ("" if chapter.docname in pages else " (em preparação)")
            for chapter in part.chapters
        )
        sentences.append(f"Parte {part.numeral}, {part.title}: {titles}.")
    return " ".join(sentences)


def map_svg(layout: Layout, pages: set[str]) -> str:
    """O mapa inteiro num dos dois formatos.

    Args:
        layout: medidas do desenho.
        pages: páginas que existem no livro; só elas viram links.

    Returns:
        Um ``<svg>`` com título e descrição.
    """
    parts = load_plan()
    drawings, heights, x, y = [], [], 1, 4
    for part in parts:
        drawing, height = part_svg(part, layout, pages)
        drawings.append(f'<g transform="translate({x} {y})">{drawing}</g>')
        heights.append(height)
        if layout.columns > 1:
            x += layout.column_width
        else:
            y += height + 14
    total = (max(heights) if layout.columns > 1 else y) + 8
    ids = f"map-{layout.name}"
    return (
        f'<svg class="course-map {layout.name}" viewBox="0 0 {layout.width} {total}" role="group" '
        f'aria-labelledby="{ids}-title" aria-describedby="{ids}-desc">'
        f'<title id="{ids}-title">Mapa do curso</title>'
        f'<desc id="{ids}-desc">{escape(describe(parts, pages))}</desc>{"".join(drawings)}</svg>'
    )


class CourseMap(SphinxDirective):
    """``{mapa-do-curso}``: os dois desenhos, um dentro do outro só no CSS."""

    def run(self) -> list[nodes.Node]:
        """Escreve o mapa com as páginas que existem agora."""
        self.env.note_dependency(str(PLAN))
        pages = set(self.env.found_docs)
        drawings = "".join(map_svg(layout, pages) for layout in (WIDE, NARROW))
        return [nodes.raw("", f'<div class="map-frame">{drawings}</div>', format="html")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra a diretiva."""
    app.add_directive("mapa-do-curso", CourseMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
