"""O site do curso: tema, busca, referências, quadro das afirmações e páginas geradas.

Cada módulo é uma extensão pequena do Sphinx com a sua função ``setup``; este arquivo só as
junta, na ordem em que dependem umas das outras.
"""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from course_site import (
    assets,
    bench_page,
    chapter_head,
    claims_page,
    course_map,
    flow_charts,
    fold_code,
    glossary,
    hero,
    html_polish,
    image_weight,
    page_context,
    references,
    search_index,
    social_card,
    status_page,
    theme,
)

MODULES = (
    theme,
    assets,
    social_card,
    references,
    glossary,
    chapter_head,
    fold_code,
    flow_charts,
    claims_page,
    course_map,
    hero,
    status_page,
    bench_page,
    search_index,
    page_context,
    image_weight,
    html_polish,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra todas as partes do site."""
    for module in MODULES:
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
