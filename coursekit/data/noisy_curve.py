r"""Curva com ruído: uma função suave conhecida e observações imprecisas dela.

A verdade é conhecida, e por isso o erro de uma estimativa pode ser medido contra
ela, e não contra outra amostra ruidosa.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["NoisyCurve", "noisy_curve", "true_curve"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class NoisyCurve:
    """Guarda as observações de uma curva, em ordem crescente de ``x``.

    Attributes:
        x: abscissas, forma ``(N,)``, em ordem crescente.
        y: ordenadas observadas (com ruído), forma ``(N,)``.
    """

    x: FloatArray
    y: FloatArray


def true_curve(x: ArrayLike) -> FloatArray:
    r"""Calcula a curva sem ruído, :math:`f(x) = 2\,\mathrm{sen}\,x + x^{0{,}8}`.

    Args:
        x: abscissas não negativas, de qualquer forma.

    Returns:
        :math:`f(x)`, na forma de ``x``, em float64.

    Raises:
        ValueError: se algum ``x`` for negativo ou não finito.

    Example:
        >>> true_curve([0.0, 1.0]).round(4).tolist()
        [0.0, 2.6829]
    """
    points = np.asarray(x, dtype=np.float64)
    if not np.all(np.isfinite(points)) or np.any(points < 0):
        raise ValueError(
            f"x deve ter só números finitos e não negativos; recebi {points!r}. "
            "A potência x**0,8 não é real para x < 0: use x >= 0."
        )
    return 2.0 * np.sin(points) + points**0.8


def noisy_curve(
    num_points: int,
    *,
    generator: np.random.Generator,
    noise_std: float = 0.5,
    low: float = 0.0,
    high: float = 5.0,
) -> NoisyCurve:
    r"""Sorteia observações ruidosas da curva: :math:`y = f(x) + \varepsilon`.

    As abscissas são uniformes em ``[low, high)`` e saem em ordem crescente; o ruído é
    normal, de média zero, independente entre os pontos.

    Args:
        num_points: número de observações, inteiro positivo.
        generator: gerador do NumPy; os mesmos argumentos e um gerador com a mesma
            semente dão a mesma amostra.
        noise_std: desvio-padrão do ruído, maior ou igual a zero (0 dá a curva exata).
        low: extremo esquerdo do intervalo, maior ou igual a zero.
        high: extremo direito do intervalo, finito e maior que ``low``.

    Returns:
        As observações, com ``x`` e ``y`` de forma ``(num_points,)``.

    Raises:
        ValueError: se ``num_points`` não for positivo, se ``noise_std`` for negativo
            ou não finito, ou se não valer ``0 <= low < high`` com ``high`` finito.

    Example:
        >>> import numpy as np
        >>> sample = noisy_curve(3, generator=np.random.default_rng(0), noise_std=0.0)
        >>> bool(np.all(sample.y == true_curve(sample.x)))
        True
    """
    check_sizes("Peça ao menos uma observação.", num_points=(num_points, 1))
    if not (np.isfinite(noise_std) and noise_std >= 0):
        raise ValueError(
            f"noise_std deve ser finito e maior ou igual a zero; recebi {noise_std}. "
            "Use 0 para observar a curva sem ruído."
        )
    if not (np.isfinite(high) and 0 <= low < high):
        raise ValueError(
            f"o intervalo deve ter 0 <= low < high, com high finito; recebi low={low} e "
            f"high={high}. Troque os extremos ou afaste-os."
        )
    x = np.sort(generator.uniform(low, high, num_points))
    y = true_curve(x) + generator.normal(0.0, noise_std, num_points)
    return NoisyCurve(x=x, y=y)
