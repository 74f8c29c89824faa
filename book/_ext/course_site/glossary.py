"""Marca a língua dos termos originais do glossário, para o leitor de tela pronunciá-los."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

GLOSSARY = "book/glossario"


def mark_language(app: Sphinx, doctree: nodes.document) -> None:
    """O itálico que abre cada verbete é o termo em inglês."""
    if app.env.docname != GLOSSARY:
        return
    for paragraph in doctree.findall(nodes.paragraph):
        first = paragraph.children[0] if paragraph.children else None
        if isinstance(first, nodes.emphasis):
            first["classes"].extend(["language-en", "term-en"])
        elif paragraph.astext().startswith("Evite:"):
            paragraph["classes"].append("avoid")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a marcação à leitura da página."""
    app.connect("doctree-read", mark_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
