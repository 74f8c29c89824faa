"""Links entre páginas dentro do HTML que nós escrevemos.

As diretivas escrevem ``href="page:notebooks/02-ponderar#E04"``; o endereço relativo só é
resolvido ao gravar a página, porque no livro de uma página só ele é outro.
"""

import re
from collections.abc import Callable

from sphinx.application import Sphinx

PAGE_URI = re.compile(r'href="page:([^"#]+)(?:#([^"]*))?"')


def uri(docname: str, anchor: str = "") -> str:
    """Endereço simbólico de uma página.

    Example:
        >>> uri("book/glossario", "consulta")
        'page:book/glossario#consulta'
    """
    return f"page:{docname}#{anchor}" if anchor else f"page:{docname}"


def resolver(app: Sphinx, pagename: str) -> Callable[[re.Match[str]], str]:
    """Função que troca um endereço simbólico pelo relativo à página que o mostra."""

    def resolve(match: re.Match[str]) -> str:
        docname, anchor = match[1], match[2] or ""
        if docname not in app.env.found_docs:
            raise ValueError(
                f"A página {pagename} aponta para «{docname}», que não está no livro. "
                "Corrija o link ou inclua a página em _toc.yml."
            )
        if app.builder.name == "singlehtml":
            return f'href="#{anchor or f"document-{docname}"}"'
        target = app.builder.get_relative_uri(pagename, docname)
        return f'href="{target}#{anchor}"' if anchor else f'href="{target}"'

    return resolve
