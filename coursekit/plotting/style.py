"""O estilo das figuras do curso: uma prancha de papel, igual em página clara ou escura.

Uma figura do matplotlib é uma imagem pronta: não sabe se a página está clara ou escura, e
nenhuma tinta lê bem nos dois fundos. Por isso cada figura traz o próprio papel
(``LIGHT.background``), com margem, como uma prancha impressa; a página só arredonda os
cantos. As figuras que acompanham o tema são as de :mod:`coursekit.widgets`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from coursekit.plotting.palette import LIGHT, SEQUENTIAL

__all__ = ["course_style", "resolve_axes", "sequential_colormap", "use_course_style"]

# Da preferida à garantida: a última vem dentro do próprio matplotlib.
_FONTS = ("Source Sans Pro", "Source Sans 3", "Noto Sans", "DejaVu Sans")
_FONT_PACKAGE = "font_source_sans_pro"


def course_settings() -> dict[Any, Any]:
    """Monta os parâmetros do matplotlib que definem o estilo do curso.

    Returns:
        Dicionário próprio para ``rcParams.update``; só cita fontes que existem aqui, para
        que nenhuma figura avise «fonte não encontrada».

    Example:
        >>> course_settings()["figure.facecolor"]
        '#fbf9f4'
    """
    return {**_paper_settings(), **_ink_settings()}


def _paper_settings() -> dict[Any, Any]:
    """Papel, margens, eixos e grade."""
    return {
        "figure.facecolor": LIGHT.background,
        "figure.dpi": 144.0,
        "figure.figsize": (6.4, 3.6),
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.1,
        "figure.constrained_layout.w_pad": 0.1,
        "savefig.facecolor": LIGHT.background,
        "savefig.pad_inches": 0.15,
        "axes.facecolor": LIGHT.background,
        "axes.edgecolor": LIGHT.line,
        "axes.labelcolor": LIGHT.muted,
        "axes.labelsize": 11.0,
        "axes.titlecolor": LIGHT.ink,
        "axes.titlelocation": "left",
        "axes.titlepad": 10.0,
        "axes.titlesize": 13.0,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=LIGHT.series),
        "axes.unicode_minus": True,
        "grid.color": LIGHT.hairline,
        "grid.linewidth": 0.8,
    }


def _ink_settings() -> dict[Any, Any]:
    """Letras, marcas, legendas e traços."""
    return {
        "font.family": available_fonts(),
        "font.size": 11.0,
        "text.color": LIGHT.ink,
        "xtick.color": LIGHT.line,
        "ytick.color": LIGHT.line,
        "xtick.labelcolor": LIGHT.muted,
        "ytick.labelcolor": LIGHT.muted,
        "xtick.labelsize": 10.5,
        "ytick.labelsize": 10.5,
        "legend.frameon": False,
        "legend.fontsize": 10.5,
        "lines.linewidth": 2.0,
        "lines.solid_capstyle": "round",
        "svg.hashsalt": "coursekit",
    }


def available_fonts() -> list[str]:
    """Lista, na ordem de preferência, as fontes do curso instaladas nesta máquina.

    Registra antes a Source Sans do pacote ``font-source-sans-pro``, se ele existir.

    Returns:
        Nomes de famílias; nunca vazia, porque a DejaVu Sans vem com o matplotlib.

    Example:
        >>> available_fonts()[-1]
        'DejaVu Sans'
    """
    _register_packaged_fonts()
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _FONTS if name in installed]


def _register_packaged_fonts() -> None:
    """Registra no matplotlib, uma só vez, a fonte que veio por pacote do Python."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    if _FONTS[0] in known or find_spec(_FONT_PACKAGE) is None:
        return
    folder = Path(str(resources.files(_FONT_PACKAGE)))
    for path in sorted([*folder.rglob("*.otf"), *folder.rglob("*.ttf")]):
        font_manager.fontManager.addfont(path)


def use_course_style() -> None:
    """Aplica o estilo do curso a todas as figuras seguintes desta sessão.

    Chame uma vez, na primeira célula do caderno. Para um trecho só, use
    :func:`course_style`.

    Example:
        >>> import matplotlib as mpl
        >>> with mpl.rc_context():
        ...     use_course_style()
        ...     mpl.rcParams["axes.titlelocation"]
        'left'
    """
    mpl.rcParams.update(course_settings())


@contextmanager
def course_style() -> Iterator[None]:
    """Aplica o estilo do curso dentro de um ``with`` e restaura o anterior ao sair.

    Yields:
        Nada: o efeito está nos parâmetros do matplotlib.

    Example:
        >>> import matplotlib as mpl
        >>> with course_style():
        ...     mpl.rcParams["axes.spines.top"]
        False
    """
    with mpl.rc_context(course_settings()):
        yield
        # A primeira figura liga o modo interativo do Jupyter; restaurar o anterior o
        # desligaria, e as figuras seguintes do caderno deixariam de aparecer.
        interactive = mpl.is_interactive()
    mpl.interactive(interactive)


def resolve_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Devolve ``ax`` ou, se for ``None``, eixos novos numa figura de ``size`` polegadas.

    Args:
        ax: eixos recebidos de quem chama, ou ``None``.
        size: largura e altura da figura nova, em polegadas.

    Returns:
        Eixos prontos para desenhar; a figura nova já nasce no estilo do curso.

    Raises:
        TypeError: se ``ax`` não for eixos do matplotlib nem ``None``.

    Example:
        >>> ax = resolve_axes(None, (4.0, 3.0))
        >>> resolve_axes(ax, (1.0, 1.0)) is ax
        True
        >>> plt.close(ax.figure)
    """
    if ax is None:
        with course_style():
            return plt.subplots(figsize=size)[1]
    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax é {type(ax).__name__}; aceito eixos do matplotlib ou None. "
            "Com plt.subplots(), passe um dos eixos, e não a figura nem o vetor de eixos."
        )
    return ax


def sequential_colormap() -> LinearSegmentedColormap:
    """Cria o mapa de cores dos pesos: do papel (mínimo) ao petróleo escuro (máximo).

    Returns:
        Mapa cuja claridade decresce em degraus iguais: pesos que diferem o mesmo tanto
        parecem diferir o mesmo tanto, também em tons de cinza.

    Example:
        >>> sequential_colormap().N
        256
    """
    return LinearSegmentedColormap.from_list("curso", SEQUENTIAL, N=256)
