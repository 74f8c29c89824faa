"""Ponderar ao pé da letra: limiar, normalização e média ponderada."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = ["normalize_weights", "threshold_weights", "weighted_mean"]


def threshold_weights(
    values: npt.ArrayLike, threshold: float, high: float = 2.0, low: float = 1.0
) -> FloatArray:
    """Dá o peso ``high`` a quem passa do limiar e ``low`` aos demais; a comparação é estrita.

    Args:
        values: valores, de qualquer forma, sem ``nan``.
        threshold: limiar, na unidade dos valores.
        high: peso de quem passa do limiar.
        low: peso dos demais, inclusive de quem é igual ao limiar.

    Returns:
        Pesos, na forma de ``values``.

    Raises:
        TypeError: se ``values`` não tiver números reais.
        ValueError: se houver ``nan``, que não é maior nem menor que nada.

    Example:
        >>> threshold_weights([1, 6, 5], threshold=5).tolist()
        [1.0, 2.0, 1.0]
    """
    array = as_floats("values", values)
    weights = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        require(
            not math.isnan(array[index]) and not math.isnan(threshold),
            "values e threshold devem ser comparáveis; recebi nan. "
            "Retire-o ou troque-o por um número antes de ponderar.",
        )
        weights[index] = high if array[index] > threshold else low
    return weights


def normalize_weights(weights: npt.ArrayLike) -> FloatArray:
    """Divide cada linha de pesos pela sua soma; linha só de zeros continua só de zeros.

    Args:
        weights: pesos não negativos e finitos, forma ``(..., Tk)``.

    Returns:
        Pesos de mesma forma; cada linha soma 1, ou 0.

    Raises:
        TypeError: se ``weights`` não tiver números reais.
        ValueError: se não houver eixo, ou houver peso negativo, infinito ou ``nan``.

    Example:
        >>> normalize_weights([2, 1, 1]).tolist()
        [0.5, 0.25, 0.25]
    """
    array = as_floats("weights", weights, min_axes=1)
    require(
        all(math.isfinite(weight) and weight >= 0 for weight in array.flat),
        f"weights deve ter pesos finitos e não negativos; recebi {array.tolist()}. "
        "Para escores de qualquer sinal, use softmax(scores).",
    )
    normalized = np.zeros(array.shape)
    for row in np.ndindex(array.shape[:-1]):
        total = math.fsum(array[row])
        if total > 0:
            for j in range(array.shape[-1]):
                normalized[row][j] = array[row][j] / total
    return normalized


def weighted_mean(values: npt.ArrayLike, weights: npt.ArrayLike) -> FloatArray:
    """Calcula a média dos valores com os pesos dados; linha de pesos nulos dá 0.

    Args:
        values: valores, forma ``(Tk,)`` ou ``(..., Tk, Dv)``.
        weights: pesos não negativos, forma ``(Tk,)`` ou ``(..., Tq, Tk)``, com os mesmos
            eixos iniciais de ``values`` se ela os tiver.

    Returns:
        A média: forma ``()``, ``(Tq,)``, ``(Dv,)`` ou ``(..., Tq, Dv)``.

    Raises:
        TypeError: se algum argumento não tiver números reais.
        ValueError: se as formas não casarem, ou os pesos forem recusados por
            :func:`normalize_weights`.

    Example:
        >>> float(weighted_mean([0, 4, 8], [2, 1, 1]))
        3.0
    """
    array, alpha = as_floats("values", values, min_axes=1), normalize_weights(weights)
    vectors = array[:, None] if array.ndim == 1 else array  # (..., Tk, Dv)
    batch = vectors.shape[:-2]
    require(
        alpha.shape[-1] == vectors.shape[-2] and (not batch or alpha.shape[:-2] == batch),
        f"recebi values {array.shape} e weights {alpha.shape}; aceito values (Tk,) ou "
        "(..., Tk, Dv) com weights (Tk,) ou (..., Tq, Tk), de mesmo Tk e mesmo lote. "
        "Confira se há um peso por valor.",
    )
    means = np.zeros((*alpha.shape[:-1], vectors.shape[-1]))
    for row in np.ndindex(alpha.shape[:-1]):
        items = vectors[row[: len(batch)]]
        for j, d in np.ndindex(items.shape):
            if alpha[row][j] > 0:
                means[row][d] += alpha[row][j] * items[j, d]
    return means[..., 0] if array.ndim == 1 else means
