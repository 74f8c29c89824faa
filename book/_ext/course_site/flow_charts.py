"""Blocos ``mermaid`` viram SVG na hora de construir: sem biblioteca, sem navegador, sem rede.

O JupyterLab e o GitHub desenham o mesmo bloco com o Mermaid. Aqui quem desenha é
``coursekit.flowchart``; um fluxograma deitado que não caberia no celular ganha um segundo
desenho, de pé, e o CSS mostra um de cada vez.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from coursekit.flowchart import (
    Flowchart,
    FlowchartError,
    flowchart_svg,
    natural_width,
    parse_flowchart,
)

LANGUAGE = "mermaid"
PHONE_WIDTH = 288


def figure(chart: Flowchart, name: str) -> str:
    """O quadro de um fluxograma, com um desenho ou dois.

    Args:
        chart: o fluxograma.
        name: prefixo dos identificadores, único no site (o livro inteiro pode ser uma página).

    Returns:
        HTML com o texto escapado.
    """
    width = natural_width(chart)
    turns = width > PHONE_WIDTH and natural_width(chart, "TD") < width
    if chart.direction == "LR" and turns:
        drawings = flowchart_svg(chart, name, css_class="wide") + flowchart_svg(
            chart, f"{name}-estreito", direction="TD", css_class="narrow"
        )
    else:
        drawings = flowchart_svg(chart, name)
    return f'<div class="flow-frame">{drawings}</div>'


def draw(app: Sphinx, doctree: nodes.document) -> None:
    """Troca cada bloco ``mermaid`` da página pelo seu desenho."""
    blocks = [
        block for block in doctree.findall(nodes.literal_block) if block.get("language") == LANGUAGE
    ]
    docname = app.env.docname
    for number, block in enumerate(blocks, start=1):
        try:
            chart = parse_flowchart(block.astext())
        except FlowchartError as error:
            raise ValueError(f"{docname}, {number}º fluxograma, {error}") from error
        name = f"fluxo-{docname.replace('/', '-')}-{number}"
        block.replace_self(nodes.raw("", figure(chart, name), format="html"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a troca à leitura de cada página."""
    app.connect("doctree-read", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
