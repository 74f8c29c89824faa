"""O cartão que as redes mostram ao compartilhar o site, desenhado na construção.

Só existe quando o endereço público é conhecido, porque as redes pedem endereço absoluto.
"""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from course_site.assets import package_folder
from course_site.repository import load_repository
from coursekit.plotting.palette import LIGHT

WIDTH, HEIGHT, DPI = 1200, 630, 100
LINES = (("Atenção:", LIGHT.ink), ("do dito", LIGHT.accent), ("ao medido", LIGHT.primary))


def draw(target: Path) -> None:
    """Grava o cartão em PNG, com as letras e as cores do site."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    folder = package_folder("font_source_serif_pro") / "files"
    bold = FontProperties(fname=str(folder / "SourceSerifPro-Semibold.ttf"))
    regular = FontProperties(fname=str(folder / "SourceSerifPro-Regular.ttf"))
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=LIGHT.background)
    FigureCanvasAgg(figure)
    for index, (text, color) in enumerate(LINES):
        figure.text(0.08, 0.78 - 0.19 * index, text, color=color, size=76, fontproperties=bold)
    caption = "Curso aberto: cada afirmação é citada ou medida."
    figure.text(0.08, 0.2, caption, color=LIGHT.muted, size=27, fontproperties=regular)
    axes = figure.add_axes((0.08, 0.06, 0.84, 0.06))
    axes.set_xlim(0, 60)
    axes.set_ylim(0, 1)
    axes.axis("off")
    axes.hlines(0.05, 0, 60, color=LIGHT.primary, linewidth=4)
    for tick in range(61):
        axes.vlines(tick, 0.05, 0.9 if tick % 5 == 0 else 0.5, color=LIGHT.primary, linewidth=2)
    figure.savefig(target, dpi=DPI, facecolor=LIGHT.background)


def publish(app: Sphinx) -> None:
    """Desenha o cartão no cache, se o site tiver endereço e o cartão ainda não existir."""
    repository = load_repository(Path(app.srcdir))
    if app.builder.name != "html" or not (app.config.html_baseurl or repository.site_url):
        return
    folder = Path(app.outdir).parent / "cache" / "social"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "social-card.png").is_file():
        draw(folder / "social-card.png")
    app.config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga o desenho ao início da construção."""
    app.connect("builder-inited", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
