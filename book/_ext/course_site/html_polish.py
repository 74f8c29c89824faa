"""Acabamento do HTML: textos fixos em inglês, links de caderno e tabelas que rolam.

Só mexe no corpo da página, antes de gravar; o resto da interface é do nosso tema, que já
nasce em português.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from course_site.line_breaks import keep_together, wrap_prose
from course_site.page_uri import PAGE_URI, resolver

# Frases que o myst-nb escreve sem tradução.
FIXED = {
    "Show code cell source": "Mostrar o código",
    "Hide code cell source": "Ocultar o código",
    "Show code cell outputs": "Mostrar as saídas",
    "Hide code cell outputs": "Ocultar as saídas",
    "Show code cell output": "Mostrar a saída",
    "Hide code cell output": "Ocultar a saída",
    "Show code cell content": "Mostrar a célula",
    "Hide code cell content": "Ocultar a célula",
    '<summary aria-label="Toggle hidden content">': "<summary>",
    'title="Permalink to this heading"': 'title="Link para este título"',
}
NOTEBOOK_LINK = re.compile(r'href="(?!https?:|mailto:|#)([^"#]+)\.(?:ipynb|md)(#[^"]*)?"')
EMPTY_HEADER = re.compile(r'<th class="head"[^>]*>\s*(?:<p></p>)?\s*</th>')
# Cabeçalho só com fórmula: o leitor de tela precisa de ao menos uma palavra.
MATH_HEADER = re.compile(
    r'(<th class="head"[^>]*>\s*(?:<p>)?)(<span class="math [^>]*>[^<]*</span>\s*<)'
)
# A página de desempenho já traz as suas tabelas na moldura que rola.
TABLE = re.compile(r'(?<!<div class="table-frame">)<table class="docutils.*?</table>', re.DOTALL)
ROOT_PAGE = """<!DOCTYPE html>
<html lang="pt-BR"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<meta http-equiv="refresh" content="0; url=book/index.html">
<link rel="icon" href="_static/favicon.svg" type="image/svg+xml"></head>
<body><main><h1>{title}</h1><p><a href="book/index.html">Ir para a capa do curso</a></p></main>
</body></html>
"""


def polish(body: str) -> str:
    """Corrige o corpo de uma página.

    Args:
        body: HTML que o Sphinx produziu.

    Returns:
        O mesmo conteúdo, em português, com links que valem no site e quebras de linha boas.
    """
    for english, portuguese in FIXED.items():
        body = body.replace(english, portuguese)
    body = NOTEBOOK_LINK.sub(lambda m: f'href="{m[1]}.html{m[2] or ""}"', body)
    body = EMPTY_HEADER.sub("<td></td>", body)
    body = MATH_HEADER.sub(r'\1<span class="visually-hidden">fórmula: </span>\2', body)
    body = TABLE.sub(lambda m: f'<div class="table-frame">{m[0]}</div>', body)
    return wrap_prose(keep_together(body))


def finish_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Aplica o acabamento e resolve os links simbólicos."""
    if "body" in context:
        context["body"] = PAGE_URI.sub(resolver(app, pagename), polish(context["body"]))


def finish_site(app: Sphinx, exception: Exception | None) -> None:
    """Grava a página raiz, os cadernos para baixar e o PDF, e tira o que ninguém usa."""
    if exception or app.builder.name != "html":
        return
    from course_site.page_context import DEFAULT_DESCRIPTION, PDF

    out, root = Path(app.outdir), Path(app.srcdir)
    page = ROOT_PAGE.format(title=app.config.html_title, description=DEFAULT_DESCRIPTION)
    (out / "index.html").write_text(page, encoding="utf-8")
    (out / ".nojekyll").touch()
    for docname in app.env.found_docs:
        source = root / f"{docname}.ipynb"
        if source.is_file():
            target = out / f"{docname}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    pdf = out.parent / "pdf" / PDF
    if pdf.is_file():
        shutil.copyfile(pdf, out / PDF)
    for leftover in (
        "jquery.js",
        "underscore.js",
        "mystnb.css",
        "file.png",
        "minus.png",
        "plus.png",
    ):
        (out / "_static" / leftover).unlink(missing_ok=True)
    shutil.rmtree(out / "_sources", ignore_errors=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga o acabamento depois de todos os outros."""
    app.connect("html-page-context", finish_page, priority=900)
    app.connect("build-finished", finish_site)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
