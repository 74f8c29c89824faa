"""Índice da busca: o texto de cada seção, num arquivo que também serve em ``file://``.

O índice guarda o texto como está; acentos e plurais são tratados num lugar só, no
``search.js`` da página de busca, para a consulta e para o texto passarem pela mesma regra.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

SKIPPED = (nodes.comment, nodes.raw, nodes.image, nodes.literal_block, nodes.math_block)
MAX_TEXT = 20_000


def own_text(section: nodes.Element) -> str:
    """Texto da seção sem o das subseções, sem código e sem fórmulas destacadas."""
    parts: list[str] = []
    for child in section.children:
        if isinstance(child, (nodes.section, nodes.title, *SKIPPED)):
            continue
        if isinstance(child, nodes.Element):
            parts.append(visible_text(child))
    return re.sub(r"\s+", " ", " ".join(parts)).strip()[:MAX_TEXT]


def visible_text(node: nodes.Node) -> str:
    """Texto de um nó, pulando o que a busca não deve achar."""
    if isinstance(node, nodes.Text):
        return str(node.astext())
    if isinstance(node, SKIPPED):
        return ""
    separator = "" if isinstance(node, nodes.TextElement) else " "
    return separator.join(visible_text(child) for child in node.children)


def raw_text(section: nodes.Element) -> str:
    """Texto dentro de blocos HTML nossos (tabelas e quadros gerados)."""
    html = " ".join(node.astext() for node in section.findall(nodes.raw))
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()[:MAX_TEXT]


def sections(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """Âncora, título e texto de cada seção da página, a primeira sem âncora."""
    for position, section in enumerate(doctree.findall(nodes.section)):
        title = section.next_node(nodes.title)
        anchor = section["ids"][0] if section["ids"] and position else ""
        yield anchor, title.astext() if title else "", own_text(section)


def collect(app: Sphinx) -> list[dict[str, str]]:
    """Uma ficha por seção de cada página do livro."""
    records = []
    for docname in sorted(app.env.found_docs):
        doctree = app.env.get_doctree(docname)
        page = app.env.titles[docname].astext()
        for anchor, title, text in sections(doctree):
            records.append({"d": docname, "p": page, "a": anchor, "t": title, "x": text})
        records[-1]["x"] = f"{records[-1]['x']} {raw_text(doctree)}".strip()[:MAX_TEXT]
    return records


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Grava ``_static/search-index.js``."""
    if exception or app.builder.name != "html":
        return
    content = json.dumps(collect(app), ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "search-index.js"
    target.write_text(f"window.SEARCH_INDEX={content};\n", encoding="utf-8")
    (Path(app.outdir) / "objects.inv").unlink(missing_ok=True)


def replace_search(app: Sphinx) -> None:
    """Desliga o índice do Sphinx, que não ignora acentos; o nosso entra no lugar."""
    if app.builder.name == "html":
        setattr(app.builder, "search", False)  # noqa: B010 (só o HTML tem o atributo)


def search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A página de busca, que o Sphinx deixou de gerar."""
    if app.builder.name == "html":
        yield "search", {}, "search.html"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a gravação do índice ao fim da construção."""
    app.connect("builder-inited", replace_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
