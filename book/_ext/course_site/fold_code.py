"""Recolhe, só no site, o código que apenas monta perguntas (e as responde) ou o quadro.

No JupyterLab a célula aparece inteira, porque lá ela se roda; na página, quem lê quer as
perguntas e o quadro, e o código fica a um clique.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

ANSWERS = "Question("
MARKS = ('class="quadro-dito-medido"', 'class="cw-question"')
OPEN = '<details class="hide above-input"><summary>Mostrar o código desta célula</summary>'


def shows_only_markup(cell: nodes.Element) -> bool:
    """Diz se a célula mostra o quadro ou um questionário, ou prepara as perguntas."""
    if any(ANSWERS in code.astext() for code in cell.findall(nodes.literal_block)):
        return True
    return any(mark in raw.astext() for raw in cell.findall(nodes.raw) for mark in MARKS)


def fold(app: Sphinx, doctree: nodes.document) -> None:
    """Envolve a entrada dessas células num bloco recolhível."""
    for cell in list(doctree.findall(nodes.container)):
        if "cell" not in cell.get("classes", ()) or not shows_only_markup(cell):
            continue
        for part in list(cell.children):
            if isinstance(part, nodes.container) and "cell_input" in part["classes"]:
                position = cell.index(part)
                cell.insert(position + 1, nodes.raw("", "</details>", format="html"))
                cell.insert(position, nodes.raw("", OPEN, format="html"))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga o recolhimento à leitura de cada caderno."""
    app.connect("doctree-read", fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
