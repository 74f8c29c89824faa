"""A diretiva ``{atencao-em-movimento}``: a figura da capa, a mesma do JupyterLab."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata


class AttentionHero(SphinxDirective):
    """Insere o HTML de ``coursekit.widgets.attention_hero()``."""

    def run(self) -> list[nodes.Node]:
        """Desenha a figura agora, na construção; no leitor só roda o controle."""
        from coursekit.widgets import attention_hero

        html = attention_hero()._repr_html_()
        return [nodes.raw("", f'<div class="hero-figure">{html}</div>', format="html")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra a diretiva."""
    app.add_directive("atencao-em-movimento", AttentionHero)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
