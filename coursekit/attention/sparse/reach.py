"""Até onde a janela alcança, a partir do raio e do sentido que se pediram."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from coursekit.attention.attend_checks import check_options

__all__ = ["window_reach"]


def window_reach(radius: Any, causal: Any, length: int) -> tuple[int, int]:
    """Confere o raio e o sentido, e diz quantas chaves se veem para cada lado.

    Args:
        radius: quantas posições se veem para cada lado, inteiro ``>= 0``; pode passar de ``T``.
        causal: se ``True``, só para trás.
        length: número de posições ``T``.

    Returns:
        ``(left, right)``, cada um no máximo ``T - 1``.

    Raises:
        TypeError: se ``causal`` não for booleano ou ``radius`` não for inteiro.
        ValueError: se ``radius`` for negativo.

    Example:
        >>> window_reach(2, False, 9), window_reach(2, True, 9), window_reach(50, True, 9)
        ((2, 2), (2, 0), (8, 0))
    """
    check_options(causal, None)
    if isinstance(radius, bool) or not isinstance(radius, Integral):
        raise TypeError(
            f"radius deve ser um inteiro; recebi {type(radius).__name__}. "
            "É quantas posições se veem para cada lado, por exemplo radius=128."
        )
    if radius < 0:
        raise ValueError(
            f"radius não pode ser negativo; recebi {radius}. "
            "Com radius=0, cada posição vê só a si mesma."
        )
    reach = min(int(radius), max(length - 1, 0))
    return reach, 0 if causal else reach
