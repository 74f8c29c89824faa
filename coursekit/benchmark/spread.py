"""Mediana e dispersão de uma amostra de medidas."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Mediana e quartis de uma amostra, na unidade de quem mediu.

    Args:
        median: a mediana.
        lower: primeiro quartil.
        upper: terceiro quartil.
        count: tamanho da amostra.
    """

    median: float
    lower: float
    upper: float
    count: int

    @property
    def iqr(self) -> float:
        """Amplitude interquartil: a faixa da metade central da amostra."""
        return self.upper - self.lower


def spread(values: Sequence[float]) -> Spread:
    """Resume uma amostra pela mediana e pelos quartis, que não se abalam com um tropeço.

    Os quartis interpolam linearmente entre os valores ordenados, como ``numpy.quantile``.

    Args:
        values: pelo menos um número finito.

    Returns:
        Mediana, quartis e tamanho da amostra.

    Raises:
        ValueError: se a amostra for vazia ou tiver valor que não seja finito.

    Example:
        >>> spread([4.0, 1.0, 3.0, 2.0, 100.0])
        Spread(median=3.0, lower=2.0, upper=4.0, count=5)
    """
    if not values or not all(math.isfinite(value) for value in values):
        raise ValueError(
            f"spread precisa de pelo menos um número, todos finitos; recebi {list(values)}. "
            "Refaça a medida."
        )
    ordered = sorted(values)
    return Spread(
        median=_quantile(ordered, 0.5),
        lower=_quantile(ordered, 0.25),
        upper=_quantile(ordered, 0.75),
        count=len(ordered),
    )


def _quantile(ordered: Sequence[float], fraction: float) -> float:
    """Quantil por interpolação linear."""
    position = fraction * (len(ordered) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])
