"""Medidas sobre pesos: quanto estão espalhados e como reagem aos escores."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = ["entropy", "softmax_jacobian"]

# Pesos vindos de float32 somam 1 a menos de ~1e-6; mais que isso já é outro erro.
SUM_TOLERANCE = 1e-5


def entropy(p: npt.ArrayLike) -> FloatArray:
    r"""Mede em nats quanto os pesos estão espalhados.

    .. math:: H(p) = -\sum_i p_i \ln p_i, \qquad 0 \ln 0 = 0

    Vai de 0 (um peso só) a :math:`\ln T_k` (pesos iguais).

    Args:
        p: pesos não negativos de soma 1, forma ``(..., Tk)``.

    Returns:
        Entropia em nats, forma ``(...)``; de um vetor só, um escalar de forma ``()``.

    Raises:
        TypeError: se ``p`` não tiver números reais.
        ValueError: se houver peso negativo, ou alguma linha não somar 1.

    Fonte:
        Shannon (1948), seção 6, com o logaritmo natural no lugar do de base 2.

    Example:
        >>> round(float(entropy([0.5, 0.5])), 6)  # ln 2
        0.693147
    """
    array = _as_distribution(p)
    result = np.zeros(array.shape[:-1])
    for row in np.ndindex(array.shape[:-1]):
        result[row] = math.fsum(-x * math.log(x) for x in array[row] if x > 0)
    return result


def softmax_jacobian(p: npt.ArrayLike) -> FloatArray:
    r"""Calcula como cada peso muda com cada escore.

    .. math:: J_{ij} = \frac{\partial p_i}{\partial s_j} = p_i (\delta_{ij} - p_j),
        \qquad J = \operatorname{diag}(p) - p p^\top

    Cada linha e cada coluna de :math:`J` somam 0 (somar uma constante aos escores não muda
    nada), e :math:`J` encolhe para 0 quando um peso se aproxima de 1: o softmax satura.

    Args:
        p: pesos já normalizados, :math:`p = \operatorname{softmax}(s)`, forma ``(..., Tk)``.

    Returns:
        Jacobiana, forma ``(..., Tk, Tk)``; com temperatura :math:`T`, divida-a por :math:`T`.

    Raises:
        TypeError: se ``p`` não tiver números reais.
        ValueError: se houver peso negativo, ou alguma linha não somar 1.

    Example:
        >>> softmax_jacobian([0.5, 0.5]).tolist()
        [[0.25, -0.25], [-0.25, 0.25]]
    """
    array = _as_distribution(p)
    jacobian = np.empty((*array.shape, array.shape[-1]))
    for row in np.ndindex(array.shape[:-1]):
        weights = array[row]
        for i, j in np.ndindex(jacobian.shape[-2:]):
            jacobian[row][i, j] = weights[i] * ((1.0 if i == j else 0.0) - weights[j])
    return jacobian


def _as_distribution(p: npt.ArrayLike) -> FloatArray:
    """Exige pesos não negativos que somem 1 em cada linha."""
    array = as_floats("p", p, min_axes=1)
    for row in np.ndindex(array.shape[:-1]):
        valid = all(weight >= 0 for weight in array[row])
        require(
            valid and abs(math.fsum(array[row]) - 1) <= SUM_TOLERANCE,
            f"p deve ter pesos não negativos de soma 1; recebi a linha {array[row].tolist()}. "
            "Normalize com softmax ou normalize_weights.",
        )
    return array
