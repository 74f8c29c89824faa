"""Regressão por núcleo escrita como Nadaraya e Watson a escreveram: uma razão de somas."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = ["kernel_regression"]


def kernel_regression(
    x_query: npt.ArrayLike, x_train: npt.ArrayLike, y_train: npt.ArrayLike, bandwidth: float
) -> FloatArray:
    r"""Prevê em cada ponto a média dos alvos, pesada pela proximidade.

    .. math::

        \hat f(x) = \frac{\sum_j K_h(x - x_j)\, y_j}{\sum_j K_h(x - x_j)}, \qquad
        K_h(u) = e^{-\lVert u \rVert^2 / 2h^2}

    Os expoentes são deslocados pelo maior deles, o que não muda a razão e evita 0/0 longe
    dos dados.

    Args:
        x_query: pontos a prever, forma ``(Tq,)`` ou ``(Tq, D)``.
        x_train: pontos conhecidos, forma ``(Tk,)`` ou ``(Tk, D)``, com ``Tk >= 1``.
        y_train: alvos conhecidos, forma ``(Tk,)`` ou ``(Tk, Dv)``.
        bandwidth: largura do núcleo :math:`h > 0`, na unidade dos pontos.

    Returns:
        Previsões, forma ``(Tq,)`` ou ``(Tq, Dv)``, conforme ``y_train``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem, ou ``bandwidth`` não for positiva e finita.

    Fonte:
        Nadaraya (1964) e Watson (1964), com núcleo gaussiano.

    Example:
        >>> kernel_regression([0.5], [0.0, 1.0], [2.0, 4.0], bandwidth=0.3).tolist()
        [3.0]
    """
    queries, points = _as_points("x_query", x_query), _as_points("x_train", x_train)
    targets = as_floats("y_train", y_train, min_axes=1)
    require(
        queries.shape[1] == points.shape[1] and 0 < len(points) == len(targets),
        f"recebi x_query {np.shape(x_query)}, x_train {np.shape(x_train)} e y_train "
        f"{targets.shape}; aceito pontos de mesma largura e um alvo por ponto conhecido. "
        "Confira o número de pontos e de colunas.",
    )
    require(
        math.isfinite(bandwidth) and bandwidth > 0,
        f"bandwidth deve ser positiva e finita; recebi {bandwidth}. Use, por exemplo, 1.0.",
    )
    prediction = np.zeros((len(queries), *targets.shape[1:]))
    for i, x in enumerate(queries):
        exponents = [
            -math.fsum(((a - b) / bandwidth) ** 2 for a, b in zip(x, point, strict=True)) / 2
            for point in points
        ]
        kernel = [math.exp(exponent - max(exponents)) for exponent in exponents]
        for j, target in enumerate(targets):
            prediction[i] += kernel[j] * target
        prediction[i] /= math.fsum(kernel)
    return prediction


def _as_points(name: str, points: npt.ArrayLike) -> FloatArray:
    """Leva (T,) a (T, 1) e exige dois eixos."""
    array = as_floats(name, points, min_axes=1)
    array = array[:, None] if array.ndim == 1 else array
    require(
        array.ndim == 2,
        f"{name} deve ter a forma (T,) ou (T, D); recebi {array.shape}. Use reshape(-1, D).",
    )
    return array
