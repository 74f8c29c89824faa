"""As diretivas ``{desempenho}`` e ``{desempenho-gpu}``: medidas guardadas, tabelas e frases.

Nenhum número é escrito à mão: tabela, gráfico e frases saem dos arquivos que ``make bench``
grava. Sem arquivo, a página diz «ainda não medido».
"""

from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from course_site.bench_chart import NARROW, Curve, chart_svg, curves_of, settings, single_points
from course_site.bench_looks import Look, legend, looks_of, ranked
from course_site.bench_records import CPU, GPU, Record, load_records, setting
from course_site.bench_tables import (
    exponent_tables,
    limit_table,
    memory_tables,
    ratio_tables,
    subject,
)
from course_site.bench_words import absent_sentence, provenance, readings, shown_name
from coursekit.evidence.formatting import format_number

UNMEASURED = {
    CPU: "Ainda não medido: rode <code>make bench</code> e construa o site de novo.",
    GPU: "Ainda não medido: nenhuma medida em GPU foi gravada neste repositório. Numa máquina com "
    "uma placa da NVIDIA, <code>make gpu</code> prova, mede e grava.",
}


def chart(record: Record, mode: str, case: str, looks: Mapping[str, Look]) -> str:
    """O gráfico de um modo num caso, com a legenda embaixo; vazio se faltam tamanhos."""
    curves = curves_of(record, mode, case)
    if not curves:
        return ""
    title = subject(mode, case)
    place = f"{record.modes.index(mode) + 1}-{settings(record, mode).index(case) + 1}"
    name = f"grafico-{record.name}-{place}"
    spoken = f"{record.title}, {', '.join(filter(None, (mode, case)))}: tempo por n"
    drawings = chart_svg(spoken, curves, looks, name)
    drawings += chart_svg(spoken, curves, looks, f"{name}-estreito", NARROW)
    names = ranked({name: relative(record, mode, case, name) for name in curves})
    return (
        f'<figure class="bench-figure"><figcaption>{title}: tempo por n, escalas logarítmicas.'
        f"{lone_sentence(curves)}</figcaption>{drawings}{legend(names, looks, record.baseline)}"
        "</figure>"
    )


def relative(record: Record, mode: str, case: str, name: str) -> list[float]:
    """As razões de um candidato num modo e num caso; a referência, contra si mesma, dá 1."""
    rows = [row for row in record.rows if row.mode == mode and setting(row) == case]
    found = [row.ratios[name].median for row in rows if name in row.ratios]
    return [1.0] if name == record.baseline or not found else found


def lone_sentence(curves: Mapping[str, Curve]) -> str:
    """Quem não tem linha no gráfico, e por quê; vazio se todos têm."""
    return "".join(
        f" Um ponto sem linha: {shown_name(name)}, que só se mediu com "
        f'<span class="together">n = {format_number(int(n))}</span>.'
        for name, n in single_points(curves)
    )


def record_html(record: Record) -> str:
    """Um registro inteiro: as frases primeiro, depois gráfico, tabelas e procedência."""
    items = "".join(f"<li>{sentence}</li>" for sentence in readings(record))
    looks = looks_of(record)
    ratios = "\n".join(
        chart(record, mode, case, looks) + drawn
        for (mode, case), drawn in ratio_tables(record).items()
    )
    tables = memory_tables(record) + limit_table(record) + exponent_tables(record)
    absent = absent_sentence(record.absent)
    footer = f"<p>{absent}</p>" if absent else ""
    return (
        f'<ul class="bench-reading">{items}</ul>{ratios}\n{tables}\n{footer}'
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
