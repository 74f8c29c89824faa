"""A diretiva ``{situacao}``: o que está medido, em quanto tempo e com que versões."""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from course_site.card_links import card_pages
from course_site.claims_data import course_cards
from course_site.course_plan import load_plan
from course_site.page_uri import uri
from course_site.run_times import notebook_seconds, spoken
from coursekit.evidence import load_experiments
from coursekit.evidence.formatting import format_seeds

BUDGETS = {"": 120, "solucoes": 60}


def table(caption: str, head: list[str], rows: list[list[str]]) -> str:
    """Uma tabela simples; as células já vêm escapadas."""
    cells = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{c}</td>" for c in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="table-frame"><table class="docutils plain"><caption>{caption}</caption>'
        f"<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def times_table(root: Path, pages: set[str]) -> str:
    """Tempo medido de cada capítulo e solução, contra o limite de cada um."""
    rows = []
    for part in load_plan():
        for chapter in part.chapters:
            if chapter.docname not in pages:
                continue
            cells = [
                f'<a href="{uri(chapter.docname)}">{chapter.number}. {escape(chapter.title)}</a>'
            ]
            for folder, limit in BUDGETS.items():
                docname = chapter.docname.replace(
                    "notebooks/", f"notebooks/{folder}/" if folder else "notebooks/"
                )
                seconds = notebook_seconds(root, docname)
                shown = "não medido" if seconds is None else spoken(seconds)
                cells.append(f"{shown} <span class='soft'>(limite {limit} s)</span>")
            rows.append(cells)
    head = ["Capítulo", "Execução do capítulo", "Execução das soluções"]
    return table("Tempo de execução, em CPU, medido ao gerar os cadernos", head, rows)


def cards_table(root: Path, pages: set[str]) -> str:
    """Um experimento por linha, com link para a célula que mediu."""
    places = card_pages(root)
    rows = []
    for name, card in course_cards(root).items():
        title = escape(card.title)
        place = places.get(name)
        linked = (
            f'<a href="{uri(place, name)}">{name} · {title}</a>'
            if place in pages
            else f"{name} · {title}"
        )
        passed = sum(item.passed for item in card.measurements)
        seeds = format_seeds(card.seeds) or "nenhuma"
        duration = f'<span class="together">{spoken(card.seconds)}</span>'
        rows.append([linked, f"{passed} de {len(card.measurements)}", seeds, duration])
    head = ["Experimento", "Limiares satisfeitos", "Sementes", "Tempo"]
    total = len(load_experiments())
    return table(f"{len(rows)} cartões de experimento, de {total} previstos no plano", head, rows)


def versions_table(root: Path) -> str:
    """Versões registradas nos cartões."""
    found: dict[str, set[str]] = {}
    for card in course_cards(root).values():
        for name, version in card.versions.items():
            found.setdefault(name, set()).add(version)
    rows = [
        [escape(name), escape(", ".join(sorted(versions)))]
        for name, versions in sorted(found.items())
    ]
    return table("Versões com que os cartões foram medidos", ["Biblioteca", "Versão"], rows)


class StatusTables(SphinxDirective):
    """``{situacao}``: as três tabelas."""

    def run(self) -> list[nodes.Node]:
        """Escreve as tabelas com o que está medido agora."""
        root, pages = Path(self.env.srcdir), set(self.env.found_docs)
        parts = [times_table(root, pages), cards_table(root, pages), versions_table(root)]
        return [nodes.raw("", html, format="html") for html in parts]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra a diretiva."""
    app.add_directive("situacao", StatusTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
