"""Softmax linha a linha, e só sobre as chaves visíveis."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import BoolArray, FloatArray, as_boolean, as_floats, require

__all__ = ["masked_softmax", "softmax"]


def softmax(scores: npt.ArrayLike, temperature: float = 1.0) -> FloatArray:
    r"""Calcula :math:`e^{s_i/T} / \sum_k e^{s_k/T}` em cada linha.

    Args:
        scores: escores, forma ``(..., Tk)`` com ``Tk >= 1``.
        temperature: :math:`T > 0`, finita.

    Returns:
        Pesos, na forma de ``scores``; cada linha soma 1. Um ``nan`` torna ``nan`` a linha
        inteira; uma linha só de −∞ também.

    Raises:
        TypeError: se ``scores`` não tiver números reais.
        ValueError: se não houver escores, ou ``temperature`` não for positiva e finita.

    Fonte:
        Hinton, Vinyals e Dean (2015), seção 2, eq. (1).

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    array = as_floats("scores", scores, min_axes=1)
    require(
        array.shape[-1] > 0,
        f"scores deve ter ao menos um escore por linha; recebi a forma {array.shape}. "
        "Confira se o vetor não está vazio.",
    )
    require(
        math.isfinite(temperature) and temperature > 0,
        f"temperature deve ser positiva e finita; recebi {temperature}. Use, por exemplo, 1.0.",
    )
    weights = np.empty(array.shape)
    for row in np.ndindex(array.shape[:-1]):
        weights[row] = _softmax_row(array[row].tolist(), temperature)
    return weights


def masked_softmax(scores: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> FloatArray:
    """Calcula o softmax só das chaves visíveis; as escondidas e as linhas vazias valem 0.

    Args:
        scores: escores, forma ``(..., Tk)``.
        mask: booleana, ``True`` = visível; da forma de ``scores``, ou difundível a ela como
            no NumPy (eixos que faltam à esquerda e eixos de tamanho 1 se repetem).

    Returns:
        Pesos, na forma de ``scores``; cada linha soma 1, ou 0 se nada vê.

    Raises:
        TypeError: se ``scores`` não tiver números reais, ou ``mask`` não for booleana.
        ValueError: se a forma de ``mask`` não servir.

    Fonte:
        Vaswani et al. (2017), seção 3.2.3; o artigo não trata a linha vazia.

    Example:
        >>> masked_softmax([[0.0, 0.0, 9.0], [1.0, 2.0, 3.0]], [[True, True, False], [False] * 3])
        array([[0.5, 0.5, 0. ],
               [0. , 0. , 0. ]])
    """
    array = as_floats("scores", scores, min_axes=1)
    flags = None if mask is None else _check_mask(as_boolean("mask", mask), array)
    weights = np.zeros(array.shape)
    for row in np.ndindex(array.shape[:-1]):
        visible = [
            j for j in range(array.shape[-1]) if flags is None or _is_visible(flags, (*row, j))
        ]
        if visible:
            row_weights = _softmax_row([float(array[row][j]) for j in visible], 1.0)
            for j, weight in zip(visible, row_weights, strict=True):
                weights[row][j] = weight
    return weights


def _softmax_row(scores: list[float], temperature: float) -> list[float]:
    """Calcula o softmax de uma lista, somando um termo de cada vez."""
    highest = max(scores)
    # O maior expoente é 0: exp não estoura, e o denominador é ao menos 1.
    terms = [math.exp((score - highest) / temperature) for score in scores]
    total = math.fsum(terms)
    return [term / total for term in terms]


def _check_mask(mask: BoolArray, scores: FloatArray) -> BoolArray:
    """Confere, eixo por eixo a partir do último, se a máscara cabe nos escores."""
    fits = mask.ndim <= scores.ndim and all(
        size in (1, full) for size, full in zip(mask.shape[::-1], scores.shape[::-1], strict=False)
    )
    require(
        fits,
        f"mask de forma {mask.shape} não se difunde para a forma dos escores, {scores.shape}. "
        "Use (Tk,), (Tq, Tk) ou (B, Tq, Tk).",
    )
    return mask


def _is_visible(mask: BoolArray, position: tuple[int, ...]) -> bool:
    """Lê a máscara numa posição dos escores: eixo de tamanho 1 é lido no índice 0."""
    aligned = position[len(position) - mask.ndim :]
    return bool(mask[tuple(0 if mask.shape[a] == 1 else i for a, i in enumerate(aligned))])
