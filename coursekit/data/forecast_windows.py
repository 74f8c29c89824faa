"""Janelas de uma série: os últimos valores como entrada, o seguinte como alvo."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["forecast_windows"]

FloatArray = NDArray[np.float64]


def forecast_windows(values: ArrayLike, width: int) -> tuple[FloatArray, FloatArray]:
    """Corta a série em janelas de ``width`` valores, cada uma com o valor que vem depois.

    A ordem das janelas é a do tempo: as últimas ``n`` têm por alvos os últimos ``n`` valores
    da série. Por isso, cortar a lista de janelas é separar passado e futuro.

    Args:
        values: série em ordem cronológica, forma ``(N,)``, só com números finitos.
        width: valores por janela, ``W``, inteiro positivo e menor que ``N``.

    Returns:
        Entradas ``(N - W, W)`` e alvos ``(N - W,)``, em float64, sem memória em comum com
        ``values``.

    Raises:
        ValueError: se ``values`` não for ``(N,)`` e finito, ou ``width`` não couber.

    Example:
        >>> inputs, targets = forecast_windows([1.0, 2.0, 3.0, 4.0], width=2)
        >>> inputs.tolist(), targets.tolist()
        ([[1.0, 2.0], [2.0, 3.0]], [3.0, 4.0])
    """
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise ValueError(
            f"values deve ter forma (N,) e só números finitos; recebi {series.shape}, com "
            f"{int((~np.isfinite(series)).sum())} valores não finitos. Interpole as falhas antes."
        )
    if not 1 <= width < len(series):
        raise ValueError(
            f"width deve ficar entre 1 e N - 1 = {len(series) - 1}; recebi {width}. "
            "Encurte a janela ou use uma série mais longa."
        )
    windows = np.lib.stride_tricks.sliding_window_view(series, width + 1)
    return windows[:, :-1].copy(), windows[:, -1].copy()
