"""Quem salta primeiro: a saliência de cada item de uma tela e o posto do alvo."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from coursekit.data.search_displays import MotionFrames, SearchDisplay
from coursekit.models.saliency import MAP_SCALE, motion_map

__all__ = ["display_rank", "motion_is_found", "saliency_at", "target_rank"]

Array = NDArray[np.float64]
WINDOW = 5


def saliency_at(
    saliency: Array, positions: NDArray[np.integer], *, scale: int = MAP_SCALE
) -> Array:
    """Lê a saliência de cada item: o máximo numa janela de 5×5 em torno dele.

    Args:
        saliency: mapa ``(h, w)``.
        positions: centros ``(linha, coluna)`` dos itens na imagem, forma ``(n, 2)``, em pixels.
        scale: quantos pixels da imagem cabem em um do mapa.

    Returns:
        Uma saliência por item, forma ``(n,)``.

    Raises:
        ValueError: se ``positions`` não tiver forma ``(n, 2)`` ou algum item cair fora do mapa.

    Fonte:
        Medida do curso.

    Example:
        >>> values = np.zeros((10, 10)); values[4, 5] = 0.7
        >>> saliency_at(values, np.array([[16, 20], [36, 36]])).tolist()
        [0.7, 0.0]
    """
    values = np.asarray(saliency, dtype=np.float64)
    centers = np.asarray(positions)
    if centers.ndim != 2 or centers.shape[1] != 2:
        raise ValueError(
            f"positions deve ter forma (n, 2), com linha e coluna; recebi {centers.shape}. "
            "Para um item só, use [[linha, coluna]]."
        )
    cells = centers // scale
    if (cells < 0).any() or (cells >= values.shape).any():
        raise ValueError(
            f"há posição fora do mapa de forma {values.shape} (escala {scale}). "
            "Confira se positions está em pixels da imagem, (linha, coluna)."
        )
    windows = maximum_filter(values, size=WINDOW)
    return np.asarray(windows[cells[:, 0], cells[:, 1]])


def target_rank(saliencies: Array, target: int) -> int:
    """Diz em que lugar o alvo fica na fila dos mais salientes (1 = o primeiro).

    Args:
        saliencies: saliência de cada item, forma ``(n,)``.
        target: índice do alvo, de 0 a ``n - 1``.

    Returns:
        Posto do alvo, de 1 a ``n``; itens empatados com ele não o empurram para trás.

    Raises:
        ValueError: se ``saliencies`` não tiver 1 eixo ou ``target`` não for índice válido.

    Fonte:
        Medida do curso.

    Example:
        >>> target_rank(np.array([0.2, 0.9, 0.5]), target=2)
        2
    """
    values = np.asarray(saliencies, dtype=np.float64)
    if values.ndim != 1 or not 0 <= target < values.size:
        raise ValueError(
            f"target deve ser índice de um vetor de saliências; recebi target={target} e forma "
            f"{values.shape}. Use um índice de 0 a n - 1."
        )
    return 1 + int((values > values[target]).sum())


def display_rank(saliency: Array, display: SearchDisplay, *, scale: int = MAP_SCALE) -> int:
    """Diz o posto do alvo de uma tela num mapa de saliência dessa tela.

    Args:
        saliency: mapa ``(h, w)`` calculado da imagem da tela.
        display: a tela, com as posições e o alvo.
        scale: quantos pixels da imagem cabem em um do mapa.

    Returns:
        Posto do alvo, de 1 (salta primeiro) ao número de itens.

    Raises:
        ValueError: se o mapa for pequeno demais para as posições da tela.

    Fonte:
        Medida do curso.

    Example:
        >>> from coursekit.data.search_displays import make_search_display
        >>> from coursekit.models.saliency import saliency_map
        >>> display = make_search_display("color", seed=0)
        >>> display_rank(saliency_map(display.image), display)
        1
    """
    return target_rank(saliency_at(saliency, display.positions, scale=scale), display.target)


def motion_is_found(frames: MotionFrames, *, tolerance: float = 8.0) -> bool:
    """Diz se o pico do mapa de movimento cai perto do item que se moveu.

    Args:
        frames: os dois quadros e o gabarito.
        tolerance: distância máxima ao meio do percurso, em pixels, positiva.

    Returns:
        ``True`` se o pico ficar a menos de ``tolerance``.

    Raises:
        ValueError: se ``tolerance`` não for positiva.

    Fonte:
        Medida do curso.

    Example:
        >>> from coursekit.data.search_displays import make_motion_frames
        >>> motion_is_found(make_motion_frames(seed=0))
        True
    """
    if not tolerance > 0:
        raise ValueError(
            f"tolerance deve ser uma distância > 0, em pixels; recebi {tolerance}. Use 8.0."
        )
    motion = motion_map(frames.before, frames.after)
    peak = np.array(np.unravel_index(motion.argmax(), motion.shape))
    center = frames.positions[frames.target] + frames.displacement / 2
    return bool(np.hypot(*(peak - center)) < tolerance)
