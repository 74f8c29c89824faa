"""Arruma, só no site, o cabeçalho que os cadernos trazem para o JupyterLab e o Colab.

A linha de portas («Abrir no Colab · …») dá lugar aos botões do tema; os objetivos e os
requisitos ganham uma caixa.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

DOORS = "https://colab.research.google.com/"
OBJECTIVES = "Ao final"
NEEDS = "Antes de começar"


def is_doors(paragraph: nodes.paragraph) -> bool:
    """Diz se o parágrafo é a linha de portas gerada com o caderno."""
    return any(
        node.get("refuri", "").startswith(DOORS) for node in paragraph.findall(nodes.reference)
    )


def opening(section: nodes.section) -> list[nodes.Element]:
    """Os blocos entre o título da página e a primeira seção."""
    blocks = []
    for child in section.children[1:]:
        if isinstance(child, nodes.section):
            break
        blocks.append(child)
    return blocks


def arrange(app: Sphinx, doctree: nodes.document) -> None:
    """Remove a linha de portas e põe objetivos e requisitos numa caixa."""
    if not app.env.docname.startswith("notebooks/"):
        return
    section = doctree.next_node(nodes.section)
    if section is not None:
        arrange_section(section)


def arrange_section(section: nodes.section) -> None:
    """Muda os blocos de abertura da seção principal."""
    box = nodes.container(classes=["goals"])
    for block in opening(section):
        text = block.astext()
        follows = bool(box.children) and isinstance(block, nodes.bullet_list)
        if isinstance(block, nodes.paragraph) and is_doors(block):
            section.remove(block)
        elif text.startswith((OBJECTIVES, NEEDS)) or follows:
            position = section.index(block)
            section.remove(block)
            if not box.children:
                section.insert(position, box)
            box += block


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a arrumação à leitura de cada caderno."""
    app.connect("doctree-read", arrange)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
