"""As diretivas ``{desempenho}`` e ``{desempenho-gpu}``: medidas guardadas, tabelas e frases.

Nenhum número é escrito à mão: tabela, gráfico e frases saem dos arquivos que ``make bench``
grava. Sem arquivo, a página diz «ainda não medido».
"""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from course_site.bench_chart import chart_svg, curves_of, settings
from course_site.bench_records import (
    CPU,
    GPU,
    Exponent,
    Record,
    Row,
    load_records,
    times_the_limit,
)
from course_site.bench_words import (
    absent_sentence,
    provenance,
    ratio_text,
    readings,
    shown_name,
)
from course_site.status_page import table
from coursekit.benchmark.spread import Spread
from coursekit.evidence.formatting import format_number

UNMEASURED = {
    CPU: "Ainda não medido: rode <code>make bench</code> e construa o site de novo.",
    GPU: "Ainda não medido: nenhuma medida em GPU foi gravada neste repositório. Numa máquina com "
    "uma placa da NVIDIA, <code>make gpu</code> prova, mede e grava.",
}


def ratio_cell(ratio: Spread | None) -> str:
    """Mediana e quartis de uma razão."""
    if ratio is None:
        return '<span class="soft">não medido</span>'
    shown = ratio_text(ratio.median)
    if ratio.count == 1:
        return shown
    quartiles = f"[{ratio_text(ratio.lower)}; {ratio_text(ratio.upper)}]"
    return f'<span class="together">{shown} <span class="soft">{quartiles}</span></span>'


def row_name(row: Row) -> str:
    """O cabeçalho de uma linha da tabela."""
    return escape(" · ".join(filter(None, (row.kind, row.case))))


def ratio_table(record: Record, mode: str) -> str:
    """Razões de um modo, um caso por linha."""
    rows = [row for row in record.rows if row.mode == mode]
    names = [name for name in record.names() if any(name in row.ratios for row in rows)]
    counts = {ratio.count for row in rows for ratio in row.ratios.values()}
    rounds = f", mediana [quartis] de {max(counts)} rodadas" if max(counts) > 1 else ""
    caption = (
        f"{escape(mode).capitalize()}: tempo dividido pelo de {shown_name(record.baseline)}{rounds}"
    )
    body = [[row_name(row), *(ratio_cell(row.ratios.get(name)) for name in names)] for row in rows]
    return table(caption, ["Caso", *map(shown_name, names)], body)


def memory_table(record: Record, mode: str) -> str:
    """Pico de memória de um modo; vazio se não foi medido."""
    rows = [row for row in record.rows if row.mode == mode and row.memory]
    names = list(dict.fromkeys(name for row in rows for name in row.memory))
    if not rows:
        return ""
    body = [
        [
            row_name(row),
            *(
                f"{format_number(row.memory[name])} MiB" if name in row.memory else "não medido"
                for name in names
            ),
        ]
        for row in rows
    ]
    caption = f"{escape(mode).capitalize()}: pico de memória acima da entrada"
    return table(caption, ["Caso", *map(shown_name, names)], body)


def limit_table(record: Record) -> str:
    """A que distância do limite da máquina fica a referência; vazio se não há um medido."""
    rows = [row for row in record.rows if record.limit in row.ratios]
    if not rows:
        return ""
    cases = dict.fromkeys(row_name(row) for row in rows)
    found = {(row_name(row), row.mode): times_the_limit(row.ratios[record.limit]) for row in rows}
    body = [
        [case, *(ratio_cell(found.get((case, mode))) for mode in record.modes)] for case in cases
    ]
    caption = (
        f"Distância do limite: tempo de {shown_name(record.baseline)} dividido pelo de "
        f"{shown_name(record.limit)}, mediana [quartis]"
    )
    return table(caption, ["Caso", *(escape(mode).capitalize() for mode in record.modes)], body)


def exponent_table(record: Record) -> str:
    """Expoente de cada candidato, uma coluna por custo e modo; vazio se nada se ajustou."""
    if not record.exponents:
        return ""
    columns = list(dict.fromkeys((fit.quantity, fit.mode) for fit in record.exponents))
    found = {(fit.name, fit.quantity, fit.mode): fit for fit in record.exponents}
    names = dict.fromkeys(fit.name for fit in record.exponents)
    body = [
        [shown_name(name), *(exponent_cell(found.get((name, *column))) for column in columns)]
        for name in names
    ]
    level = format_number(record.exponents[0].confidence, ".0%")
    caption = f"Expoente de n ajustado na faixa medida [intervalo de {level}]"
    heads = [escape(", ".join(filter(None, column))) for column in columns]
    return table(caption, ["Candidato", *heads], body)


def exponent_cell(fit: Exponent | None) -> str:
    """Um expoente e o seu intervalo."""
    if fit is None:
        return '<span class="soft">não medido</span>'
    value, low, high = (format_number(x, ".2f") for x in (fit.exponent, fit.low, fit.high))
    return f'<span class="together">{value} <span class="soft">[{low}; {high}]</span></span>'


def charts(record: Record) -> str:
    """Um gráfico por modo e caso que tenham tamanhos bastantes."""
    parts: list[str] = []
    for mode in record.modes:
        for case in settings(record, mode):
            if curves := curves_of(record, mode, case):
                subject = ", ".join(filter(None, (mode, case)))
                name = f"grafico-{record.name}-{len(parts) + 1}"
                drawing = chart_svg(f"{record.title}, {subject}: tempo por n", curves, name)
                caption = f"{escape(subject)}: tempo por n, escalas logarítmicas"
                parts.append(
                    f"<figure><figcaption>{caption[:1].upper()}{caption[1:]}</figcaption>"
                    f'<div class="flow-frame">{drawing}</div></figure>'
                )
    return "".join(parts)


def record_html(record: Record) -> str:
    """Um registro inteiro: as frases primeiro, depois gráfico, tabelas e procedência."""
    items = "".join(f"<li>{sentence}</li>" for sentence in readings(record))
    tables = "\n".join(
        ratio_table(record, mode) + memory_table(record, mode) for mode in record.modes
    )
    tables += limit_table(record) + exponent_table(record)
    absent = absent_sentence(record.absent)
    footer = f"<p>{absent}</p>" if absent else ""
    return (
        f'<ul class="bench-reading">{items}</ul>{charts(record)}\n{tables}\n{footer}'
        f'<p class="soft">{provenance(record)}</p>'
    )


class Performance(SphinxDirective):
    """``{desempenho}``: tudo o que ``make bench`` gravou, um conjunto por seção."""

    folder = CPU

    def run(self) -> list[nodes.Node]:
        """Escreve as seções, ou diz que ainda não se mediu."""
        folder = Path(self.env.srcdir) / self.folder
        records = load_records(folder)
        for path in folder.glob("*.json"):
            self.env.note_dependency(str(path))
        if not records:
            return [nodes.raw("", f"<p>{UNMEASURED[self.folder]}</p>", format="html")]
        return [self.section(record) for record in records]

    def section(self, record: Record) -> nodes.section:
        """A seção de um conjunto, com título no índice da página."""
        section = nodes.section(ids=[f"{self.name}-{record.name}"])
        section += nodes.title("", record.title)
        section += nodes.raw("", record_html(record), format="html")
        return section


class GpuPerformance(Performance):
    """``{desempenho-gpu}``: as medidas gravadas numa GPU, com a procedência."""

    folder = GPU


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra as diretivas."""
    app.add_directive("desempenho", Performance)
    app.add_directive("desempenho-gpu", GpuPerformance)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
