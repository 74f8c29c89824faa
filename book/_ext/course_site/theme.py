"""O tema «dito_medido»: registra a pasta e publica a folha de cores."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from course_site import palette_css

THEME = Path(__file__).parent / "theme"


def write_palette(app: Sphinx) -> None:
    """Grava ``palette.css`` no cache e põe a pasta entre os estáticos."""
    folder = Path(app.outdir).parent / "cache" / "theme"
    folder.mkdir(parents=True, exist_ok=True)
    css = palette_css.render()
    target = folder / "palette.css"
    if not target.exists() or target.read_text(encoding="utf-8") != css:
        target.write_text(css, encoding="utf-8")
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra o tema e a folha de cores."""
    app.add_html_theme("dito_medido", str(THEME))
    app.connect("builder-inited", write_palette)
    # Valores que o Jupyter Book sempre passa e que só extensões que não usamos declarariam.
    for name in ("comments_config", "thebe_config"):
        app.add_config_value(name, {}, "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
