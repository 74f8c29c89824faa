"""A diretiva ``{afirmacoes}``: as afirmações das fontes, o que se mediu e o veredito.

A tabela se lê inteira sem JavaScript; com ele, ganha filtros (``static/claims.js``).
"""

import re
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from course_site.card_links import card_pages
from course_site.claims_data import (
    EDITORIAL,
    PENDING,
    SOURCES,
    course_cards,
    measured_text,
    state,
)
from course_site.course_plan import load_plan
from course_site.page_uri import uri
from coursekit.evidence import Card, Claim, load_claims, load_reference_labels
from coursekit.evidence.theme import icon

WORDS = {
    "confirmado": "confirmado",
    "parcial": "parcial",
    "refutado": "refutado",
    "sem apoio": "sem apoio",
    EDITORIAL: "editorial",
    PENDING: "ainda não medido",
}
PENDING_ICON = (
    '<svg aria-hidden="true" focusable="false" width="16" height="16" viewBox="0 0 16 16" '
    'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round">'
    '<circle cx="8" cy="8" r="6.8"/><path d="M8 4.4V8l2.4 1.6"/></svg>'
)
EDITORIAL_ICON = (
    '<svg aria-hidden="true" focusable="false" width="16" height="16" viewBox="0 0 16 16" '
    'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round">'
    '<path d="M3 4h10M3 8h10M3 12h6"/></svg>'
)


def inline(text: str) -> str:
    """Escapa o texto; o que está entre crases vira código, e entre asteriscos, ênfase."""
    coded = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", coded)


def css_name(word: str) -> str:
    """Nome de classe de um veredito."""
    return word.replace(" ", "-")


def verdict_html(name: str) -> str:
    """Ícone e palavra do veredito."""
    drawing = {PENDING: PENDING_ICON, EDITORIAL: EDITORIAL_ICON}.get(name) or icon(name)
    return f'<span class="verdict {css_name(name)}">{drawing}{WORDS[name]}</span>'


class ClaimsView:
    """Monta a tabela a partir das afirmações e dos cartões."""

    def __init__(self, root: Path, pages: set[str]) -> None:
        self.claims: Mapping[str, Claim] = load_claims()
        self.cards: Mapping[str, Card] = course_cards(root)
        self.card_pages = {k: v for k, v in card_pages(root).items() if v in pages}
        self.chapters = {
            chapter.number: chapter.docname
            for part in load_plan()
            for chapter in part.chapters
            if chapter.docname in pages
        }

    def states(self) -> Counter[str]:
        """Quantas afirmações há em cada estado."""
        return Counter(state(claim, self.cards) for claim in self.claims.values())

    def html(self) -> str:
        """A página inteira: resumo, filtros e tabela."""
        rows = "\n".join(self.row(claim) for claim in self.claims.values())
        head = "".join(
            f'<th role="columnheader" scope="col">{title}</th>'
            for title in ("O que se diz", "O que se mede", "Veredito")
        )
        return (
            f"{self.filters()}\n"
            '<table class="claims" role="table"><caption class="visually-hidden">Afirmações, '
            'medidas e vereditos</caption><colgroup><col class="wide"><col class="wide"><col>'
            f'</colgroup><thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
            f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
        )

    def filters(self) -> str:
        """Formulário de filtros, escondido até o JavaScript ligá-lo."""
        counts = self.states()
        verdicts = "".join(
            f'<option value="{css_name(name)}">{word} ({counts[name]})</option>'
            for name, word in WORDS.items()
            if counts[name]
        )
        sources = "".join(
            f'<option value="{key}">{key} · {escape(title)}</option>'
            for key, title in SOURCES.items()
        )
        numbers = sorted({number for claim in self.claims.values() for number in claim.chapters})
        chapters = "".join(f'<option value="{n}">capítulo {n}</option>' for n in numbers)
        total = len(self.claims)
        fields = "".join(
            f'<label>{label} <select name="{name}"><option value="">{every}</option>{options}'
            "</select></label>"
            for label, name, every, options in (
                ("Veredito", "verdict", "todos", verdicts),
                ("Fonte", "source", "todas", sources),
                ("Capítulo", "chapter", "todos", chapters),
            )
        )
        return (
            '<form class="claims-filter" role="search" aria-label="Filtrar as afirmações" hidden>'
            '<label class="grow">Texto <input type="search" name="text" autocomplete="off" '
            f'placeholder="softmax, GRU, S1-27…"></label>{fields}'
            '<button type="reset">Limpar</button>'
            f'<p class="claims-count" role="status" data-total="{total}">{total} afirmações</p>'
            "</form>"
        )

    def row(self, claim: Claim) -> str:
        """Uma linha da tabela, ancorada no identificador da afirmação."""
        name = state(claim, self.cards)
        chapters = " ".join(map(str, claim.chapters))
        return (
            f'<tr role="row" id="{claim.claim_id}" data-verdict="{css_name(name)}" '
            f'data-source="{claim.claim_id[:2]}" data-chapters="{chapters}">'
            f'<th role="rowheader" scope="row" class="said {css_name(name)}">'
            f'<span class="id">{claim.claim_id}</span><q>{inline(claim.said)}</q></th>'
            f'<td role="cell" data-label="O que se mede">{self.measured(claim, name)}</td>'
            f'<td role="cell" data-label="Veredito">{verdict_html(name)}</td></tr>'
        )

    def measured(self, claim: Claim, name: str) -> str:
        """O que se mediu, com fontes e cartões; ou por que ainda não se mediu."""
        if name == EDITORIAL:
            return '<span class="soft">Resíduo de edição da fonte; não é afirmação.</span>'
        if name == PENDING:
            return f'<span class="soft">Ainda não medido: {self.where(claim)}.</span>'
        sources = "; ".join(
            [*self.card_list(claim), *self.reference_list(claim), *self.chapter_list(claim)]
        )
        footer = f'<span class="sources">{sources}</span>' if sources else ""
        return f"{inline(measured_text(claim, self.cards))}{footer}"

    def where(self, claim: Claim) -> str:
        """Capítulo que vai medir a afirmação."""
        numbers = [str(number) for number in claim.chapters if number not in self.chapters]
        if not numbers:
            return "aguarda a execução do capítulo " + ", ".join(map(str, claim.chapters))
        noun = "capítulo" if len(numbers) == 1 else "capítulos"
        return f"{noun} {' e '.join(numbers)}, em preparação"

    def card_list(self, claim: Claim) -> list[str]:
        """Links para a célula que mediu."""
        return [
            f'<a href="{uri(self.card_pages[card], card)}">medida {card}</a>'
            for card in claim.experiments
            if card in self.cards and card in self.card_pages
        ]

    def reference_list(self, claim: Claim) -> list[str]:
        """Links para as fontes primárias."""
        labels = load_reference_labels()
        return [
            f'<a href="{uri("book/referencias", key)}">{escape(labels[key])}</a>'
            for key in claim.references
        ]

    def chapter_list(self, claim: Claim) -> list[str]:
        """Links para os capítulos prontos que retomam a afirmação."""
        return [
            f'<a href="{uri(self.chapters[number])}">capítulo {number}</a>'
            for number in claim.chapters
            if number in self.chapters
        ]


class ClaimsTable(SphinxDirective):
    """``{afirmacoes}``: a tabela inteira."""

    def run(self) -> list[nodes.Node]:
        """Escreve a tabela como HTML e anota os dados de que depende."""
        view = ClaimsView(Path(self.env.srcdir), set(self.env.found_docs))
        return [nodes.raw("", view.html(), format="html")]


class ClaimsSummary(SphinxDirective):
    """``{placar}``: quantas afirmações há de cada veredito."""

    def run(self) -> list[nodes.Node]:
        """Escreve o placar como lista de números."""
        view = ClaimsView(Path(self.env.srcdir), set(self.env.found_docs))
        counts = view.states()
        items = "".join(
            f'<li class="{css_name(name)}"><b>{counts[name]}</b>{verdict_html(name)}</li>'
            for name in WORDS
            if counts[name] and name != EDITORIAL
        )
        html = f'<ul class="scoreboard" aria-label="Afirmações por veredito">{items}</ul>'
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra as diretivas."""
    app.add_directive("afirmacoes", ClaimsTable)
    app.add_directive("placar", ClaimsSummary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
