"""Imagens e mapas: telas de busca, fotos e mapas de saliência."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.decimal_comma import format_decimal
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes, sequential_colormap

__all__ = ["describe_image_map", "image_map"]


def image_map(
    image: ArrayLike,
    *,
    title: str = "",
    mark: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Mostra uma imagem colorida, ou um mapa de valores nas cores do curso.

    Args:
        image: mapa ``(H, W)`` de valores finitos, ou imagem ``(H, W, 3)`` em [0, 1] (ou
            inteiros de 0 a 255).
        title: título, em geral curto.
        mark: linha e coluna de um ponto a circundar, ou ``None``.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados, sem marcas.

    Raises:
        TypeError: se ``image`` não for numérica.
        ValueError: se a forma não for uma das duas, se houver valor não finito, se a imagem
            colorida sair do intervalo ou se ``mark`` cair fora dela.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = image_map([[0.0, 1.0]], title="Saliência", ax=Figure().subplots())
        >>> ax.images[0].get_array().shape
        (1, 2)
    """
    pixels = _checked(image, mark)
    ax = resolve_axes(ax, (3.4, 3.4 * pixels.shape[0] / pixels.shape[1] + 0.5))
    ax.imshow(pixels, cmap=sequential_colormap(), interpolation="nearest")
    if mark is not None:
        # Anel duplo: claro por fora e terracota por dentro, visível sobre qualquer imagem.
        for color, width in ((LIGHT.surface, 5.0), (LIGHT.accent, 2.5)):
            style: dict[str, Any] = {
                "s": 420,
                "facecolors": "none",
                "edgecolors": color,
                "linewidths": width,
            }
            ax.scatter([mark[1]], [mark[0]], **style)
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
    return ax


def describe_image_map(
    image: ArrayLike, *, name: str = "mapa", mark: tuple[float, float] | None = None
) -> str:
    """Descreve um mapa de valores em palavras, para o texto alternativo.

    Args:
        image: mapa ``(H, W)`` ou imagem ``(H, W, 3)``.
        name: o que a imagem é, em minúsculas.
        mark: linha e coluna do ponto circundado, ou ``None``.

    Returns:
        Tamanho, onde está o maior valor (em que parte do quadro) e onde está a marca.

    Raises:
        TypeError: se ``image`` não for numérica.
        ValueError: nas mesmas condições de :func:`image_map`.

    Example:
        >>> print(describe_image_map(np.diag([0.0, 0.2, 1.0]), name="mapa de saliência"))
        Figura: mapa de saliência, 3 por 3. O maior valor, 1,00, está embaixo, à direita; a média
        é 0,13.
    """
    pixels = _checked(image, mark)
    rows, columns = pixels.shape[:2]
    text = f"Figura: {name}, {rows} por {columns}."
    if pixels.ndim == 2:
        row, column = np.unravel_index(int(pixels.argmax()), pixels.shape)
        text += (
            f" O maior valor, {format_decimal(float(pixels.max()))}, está "
            f"{_region(row / max(rows - 1, 1), column / max(columns - 1, 1))}; "
            f"a média é {format_decimal(float(pixels.mean()))}."
        )
    if mark is not None:
        place = _region(mark[0] / max(rows - 1, 1), mark[1] / max(columns - 1, 1))
        text += f" Um anel marca o ponto {place}."
    return text


def _checked(image: ArrayLike, mark: tuple[float, float] | None) -> NDArray[np.float64]:
    """Confere a imagem e a marca; inteiros de 0 a 255 viram [0, 1]."""
    try:
        raw = np.asarray(image)
        pixels = raw.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"image não é numérica (recebi {type(image).__name__}); aceito (H, W) ou (H, W, 3). "
            "Converta com np.asarray(image, dtype=float)."
        ) from error
    color = pixels.ndim == 3 and pixels.shape[2] == 3
    if not (color or pixels.ndim == 2) or pixels.size == 0 or not np.isfinite(pixels).all():
        raise ValueError(
            f"image tem forma {pixels.shape} ou valor não finito; aceito (H, W) ou (H, W, 3) "
            "finitos. Escolha uma imagem do lote."
        )
    if color and np.issubdtype(raw.dtype, np.integer):
        pixels = pixels / 255
    if color and (pixels.min() < 0 or pixels.max() > 1):
        raise ValueError(
            f"image colorida vai de {pixels.min():.3g} a {pixels.max():.3g}; aceito [0, 1] ou "
            "inteiros de 0 a 255. Divida pelo máximo ou use .astype(np.uint8)."
        )
    _require_inside(mark, pixels)
    return pixels


def _require_inside(mark: tuple[float, float] | None, pixels: NDArray[np.float64]) -> None:
    """Confere que a marca cai dentro da imagem."""
    rows, columns = pixels.shape[:2]
    if mark is not None and not (0 <= mark[0] <= rows - 1 and 0 <= mark[1] <= columns - 1):
        raise ValueError(
            f"mark = {mark} está fora da imagem de {rows} por {columns}; aceito (linha, coluna) "
            "dentro dela. Confira se a ordem não é (x, y)."
        )


def _region(down: float, right: float) -> str:
    """Diz em palavras em que parte do quadro cai um ponto."""
    vertical = "no alto" if down < 1 / 3 else "embaixo" if down > 2 / 3 else "a meia altura"
    horizontal = "à esquerda" if right < 1 / 3 else "à direita" if right > 2 / 3 else "no centro"
    return f"{vertical}, {horizontal}"
