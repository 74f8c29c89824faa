"""Sparsemax: a projeção dos escores nos pesos de soma 1, que dá zeros exatos."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = ["sparsemax"]


def sparsemax(scores: npt.ArrayLike) -> FloatArray:
    r"""Encontra os pesos de soma 1 mais próximos dos escores.

    .. math::

        \operatorname{sparsemax}(s) = \arg\min_{p \ge 0,\ \sum p = 1} \lVert p - s \rVert^2,
        \qquad p_i = \max(s_i - \tau, 0)

    O corte :math:`\tau` é o que faz os pesos somarem 1. Ao contrário do softmax, quem fica
    abaixo do corte recebe **exatamente** zero.

    Args:
        scores: escores finitos, forma ``(..., Tk)`` com ``Tk >= 1``.

    Returns:
        Pesos, na forma de ``scores``; cada linha soma 1.

    Raises:
        TypeError: se ``scores`` não tiver números reais.
        ValueError: se não houver escores, ou algum não for finito.

    Fonte:
        Martins e Astudillo (2016): projeção dos escores no simplex.

    Example:
        >>> sparsemax([1.0, 0.5, -1.0]).tolist()
        [0.75, 0.25, 0.0]
    """
    array = as_floats("scores", scores, min_axes=1)
    require(
        array.shape[-1] > 0 and bool(np.isfinite(array).all()),
        f"scores deve ter ao menos um escore por linha, todos finitos; recebi a forma "
        f"{array.shape}. Retire nan e infinitos antes de projetar.",
    )
    weights = np.empty(array.shape)
    for row in np.ndindex(array.shape[:-1]):
        cut = _cut([float(score) for score in array[row]])
        weights[row] = [max(score - cut, 0.0) for score in array[row]]
    return weights


def _cut(scores: list[float]) -> float:
    """Acha o corte: testa apoios cada vez maiores, do maior escore para o menor."""
    ordered = sorted(scores, reverse=True)
    cut = ordered[0] - 1.0
    for size in range(1, len(ordered) + 1):
        candidate = (math.fsum(ordered[:size]) - 1.0) / size
        if ordered[size - 1] > candidate:
            cut = candidate
    return cut
