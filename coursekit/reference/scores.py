"""Funções de pontuação ao pé da letra: um par de cada vez, um componente de cada vez."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = [
    "additive_scores",
    "dot_scores",
    "gaussian_scores",
    "general_scores",
    "scaled_dot_scores",
]


def dot_scores(q: npt.ArrayLike, k: npt.ArrayLike) -> FloatArray:
    r"""Pontua pelo produto escalar :math:`q_i \cdot k_j`.

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``, com os mesmos eixos iniciais de ``q``.

    Returns:
        Escores, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem.

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1, caso *dot*.

    Example:
        >>> dot_scores([[1, 2]], [[3, 4], [0, 1]]).tolist()
        [[11.0, 2.0]]
    """
    return _for_each_pair(q, k, _dot)


def scaled_dot_scores(q: npt.ArrayLike, k: npt.ArrayLike) -> FloatArray:
    r"""Pontua pelo produto escalar dividido pela raiz da largura, :math:`q_i \cdot k_j/\sqrt{D}`.

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``, com os mesmos eixos iniciais de ``q``.

    Returns:
        Escores, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1).

    Example:
        >>> scaled_dot_scores([[1, 1, 1, 1]], [[1, 1, 1, 1]]).tolist()
        [[2.0]]
    """
    return _for_each_pair(q, k, lambda query, key: _dot(query, key) / math.sqrt(len(query)))


def general_scores(q: npt.ArrayLike, k: npt.ArrayLike, W: npt.ArrayLike) -> FloatArray:
    r"""Pontua pela forma bilinear :math:`q_i^\top W k_j = \sum_{ab} q_{ia} W_{ab} k_{jb}`.

    Args:
        q: consultas, forma ``(..., Tq, Dq)``.
        k: chaves, forma ``(..., Tk, Dk)``, com os mesmos eixos iniciais de ``q``.
        W: matriz, forma ``(Dq, Dk)``.

    Returns:
        Escores, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem.

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1, caso *general*.

    Example:
        >>> general_scores([[1, 2]], [[3, 4]], [[0, 1], [1, 0]]).tolist()
        [[10.0]]
    """
    matrix = as_floats("W", W)
    _require_shape("W", matrix, (np.shape(q)[-1:] + np.shape(k)[-1:]), "(Dq, Dk)")

    def score(query: FloatArray, key: FloatArray) -> float:
        return math.fsum(query[a] * matrix[a, b] * key[b] for a, b in np.ndindex(matrix.shape))

    return _for_each_pair(q, k, score, same_width=False)


def additive_scores(
    q: npt.ArrayLike, k: npt.ArrayLike, Wq: npt.ArrayLike, Wk: npt.ArrayLike, v: npt.ArrayLike
) -> FloatArray:
    r"""Pontua pela rede de uma camada oculta :math:`v^\top \tanh(W_q q_i + W_k k_j)`.

    Args:
        q: consultas, forma ``(..., Tq, Dq)``.
        k: chaves, forma ``(..., Tk, Dk)``, com os mesmos eixos iniciais de ``q``.
        Wq: projeção da consulta, forma ``(A, Dq)``.
        Wk: projeção da chave, forma ``(A, Dk)``.
        v: vetor que resume a camada oculta, forma ``(A,)``.

    Returns:
        Escores, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem.

    Fonte:
        Bahdanau, Cho e Bengio (2015), apêndice A.1.2, com :math:`W_a, U_a` no papel de
        ``Wq, Wk``.

    Example:
        >>> additive_scores([[1]], [[-1]], Wq=[[1]], Wk=[[1]], v=[1]).tolist()
        [[0.0]]
    """
    from_query, from_key, summary = (
        as_floats(name, x) for name, x in (("Wq", Wq), ("Wk", Wk), ("v", v))
    )
    _require_shape("v", summary, (summary.size,), "(A,)")
    _require_shape("Wq", from_query, (summary.size, *np.shape(q)[-1:]), "(A, Dq)")
    _require_shape("Wk", from_key, (summary.size, *np.shape(k)[-1:]), "(A, Dk)")

    def score(query: FloatArray, key: FloatArray) -> float:
        hidden = [_dot(from_query[a], query) + _dot(from_key[a], key) for a in range(summary.size)]
        return math.fsum(summary[a] * math.tanh(hidden[a]) for a in range(summary.size))

    return _for_each_pair(q, k, score, same_width=False)


def gaussian_scores(q: npt.ArrayLike, k: npt.ArrayLike, bandwidth: float) -> FloatArray:
    r"""Pontua pela proximidade, :math:`-\lVert q_i - k_j \rVert^2 / 2h^2`.

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``, com os mesmos eixos iniciais de ``q``.
        bandwidth: largura do núcleo :math:`h > 0`, na unidade de ``q`` e ``k``.

    Returns:
        Escores não positivos, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem, ou ``bandwidth`` não for positiva e finita.

    Fonte:
        Nadaraya (1964) e Watson (1964), com núcleo gaussiano.

    Example:
        >>> gaussian_scores([[0.0]], [[2.0]], bandwidth=1.0).tolist()
        [[-2.0]]
    """
    require(
        math.isfinite(bandwidth) and bandwidth > 0,
        f"bandwidth deve ser positiva e finita; recebi {bandwidth}. Use, por exemplo, 1.0.",
    )

    def score(query: FloatArray, key: FloatArray) -> float:
        squares = [((a - b) / bandwidth) ** 2 for a, b in zip(query, key, strict=True)]
        return -math.fsum(squares) / 2

    return _for_each_pair(q, k, score)


def _for_each_pair(
    q: npt.ArrayLike,
    k: npt.ArrayLike,
    score: Callable[[FloatArray, FloatArray], float],
    *,
    same_width: bool = True,
) -> FloatArray:
    """Preenche a tabela de escores, um par (consulta, chave) de cada vez."""
    queries, keys = as_floats("q", q, min_axes=2), as_floats("k", k, min_axes=2)
    widths_fit = queries.shape[-1] == keys.shape[-1] > 0 or not same_width
    require(
        queries.shape[:-2] == keys.shape[:-2] and widths_fit,
        f"recebi q {queries.shape} e k {keys.shape}; aceito (..., Tq, D) e (..., Tk, D), com os "
        "mesmos eixos iniciais e a mesma largura D >= 1. Para larguras diferentes, use "
        "general_scores ou additive_scores.",
    )
    scores = np.empty((*queries.shape[:-1], keys.shape[-2]))
    for row in np.ndindex(scores.shape):
        *batch, i, j = row
        scores[row] = score(queries[(*batch, i)], keys[(*batch, j)])
    return scores


def _dot(a: FloatArray, b: FloatArray) -> float:
    """Soma os produtos, componente a componente."""
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += float(x) * float(y)
    return total


def _require_shape(name: str, parameter: FloatArray, shape: tuple[int, ...], legend: str) -> None:
    """Exige a forma exata de um parâmetro."""
    require(
        parameter.shape == shape,
        f"{name} deve ter a forma {legend} = {shape}; recebi {parameter.shape}. "
        f"Confira as larguras de q e k, e se {name} não está transposta.",
    )
