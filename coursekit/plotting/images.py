"""Imagens e mapas de saliência em painéis, sem eixos e com o alvo marcado."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes, sequential_colormap

__all__ = ["image_panel"]


def image_panel(
    image: ArrayLike,
    *,
    title: str = "",
    mark: Sequence[float] | None = None,
    mark_radius: float = 14.0,
    ax: Axes | None = None,
) -> Axes:
    """Mostra uma imagem ou um mapa, com um círculo em volta do ponto que interessa.

    Args:
        image: imagem colorida ``(Hi, Wi, 3)`` de 0 a 255, ou mapa ``(Hi, Wi)`` de números
            finitos, que vai do papel (mínimo) ao petróleo escuro (máximo).
        title: título do painel.
        mark: ponto ``(linha, coluna)`` a circular, em pixels da imagem; ``None`` não marca.
        mark_radius: raio do círculo, em pixels da imagem, positivo.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados.

    Raises:
        ValueError: se a forma ou os valores da imagem não forem os aceitos, se a marca não
            tiver dois números ou se o raio não for positivo.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = image_panel(np.eye(5), title="diagonal", mark=(2, 2), ax=Figure().subplots())
        >>> ax.get_title(), len(ax.patches)
        ('diagonal', 1)
    """
    pixels = _require_image(image)
    ax = resolve_axes(ax, (3.2, 3.2))
    if pixels.ndim == 3:
        ax.imshow(pixels.round().astype(np.uint8))
    else:
        ax.imshow(pixels, cmap=sequential_colormap())
    if mark is not None:
        _circle(ax, mark, mark_radius)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize="medium", loc="center")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _require_image(image: ArrayLike) -> NDArray[np.float64]:
    """Aceita imagem colorida de 0 a 255 ou mapa de números finitos."""
    pixels = np.array(image, dtype=np.float64)
    is_color = pixels.ndim == 3 and pixels.shape[-1] == 3
    if pixels.size == 0 or not (is_color or pixels.ndim == 2) or not np.isfinite(pixels).all():
        raise ValueError(
            f"image tem forma {pixels.shape}; aceito (Hi, Wi, 3) colorida ou (Hi, Wi), de números "
            "finitos. Escolha uma imagem do lote com image[0]."
        )
    if is_color and not (pixels.min() >= 0 and pixels.max() <= 255):
        raise ValueError(
            f"image vai de {pixels.min():g} a {pixels.max():g}; aceito cores de 0 a 255. "
            "Se ela vai de 0 a 1, multiplique por 255."
        )
    return pixels


def _circle(ax: Axes, mark: Sequence[float], radius: float) -> None:
    """Desenha o círculo, com contorno claro para se ver sobre qualquer fundo."""
    if len(mark) != 2 or not radius > 0:
        raise ValueError(
            f"mark = {mark!r} e mark_radius = {radius}; aceito um ponto (linha, coluna) e um raio "
            "positivo. Use, por exemplo, mark=(40, 60)."
        )
    row, column = mark
    outline = [withStroke(linewidth=4.5, foreground=LIGHT.surface)]
    style = {"fill": False, "edgecolor": LIGHT.accent, "linewidth": 2.2, "path_effects": outline}
    ax.add_patch(Circle((float(column), float(row)), radius, **style))
