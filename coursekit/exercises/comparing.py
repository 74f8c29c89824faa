"""Compara recebido e esperado: forma primeiro, depois a maior diferença e o lugar dela."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.exercises.reading import spoken, where

__all__ = ["describe_difference", "matches"]

# Resposta em precisão simples ou metade: o arredondamento dela não é erro de quem responde.
_LOOSE = {"float32": 2e-5, "float16": 5e-3}
_TRUTH = {0.0: "False", 1.0: "True"}


def describe_difference(
    received: NDArray[Any], expected: ArrayLike, *, tolerance: float, reveal: bool = True
) -> str | None:
    """Diz em que a resposta difere do esperado.

    Args:
        received: resposta, com o tipo de número que ela tinha.
        expected: valor correto, em float64 ou booleano.
        tolerance: diferença aceita, relativa a ``1 + |esperado|``; respostas em float32 ou
            float16 têm a folga da sua precisão.
        reveal: se a frase diz o valor certo; não, quando ele é a própria resposta pedida.

    Returns:
        A frase, sem ponto final; ``None`` se não difere.

    Example:
        >>> describe_difference(np.array([1.0, 2.5]), [1.0, 2.0], tolerance=1e-9)
        'a maior diferença é 0,5, na posição (1,): recebi 2,5 e esperava 2'
        >>> describe_difference(np.ones(3), np.ones((3, 1)), tolerance=1e-9)
        'recebi a forma (3,) e esperava (3, 1)'
        >>> describe_difference(np.array(0.0), np.ones((3, 1)), tolerance=1e-9)
        'recebi um número só e esperava a forma (3, 1)'
        >>> describe_difference(np.array([1.0, 2.5]), [1.0, 2.0], tolerance=0.1, reveal=False)
        'recebi 2,5, na posição (1,); não é esse o valor'
    """
    truth = np.asarray(expected, dtype=np.float64)
    if received.shape != truth.shape:
        wanted = where(truth.shape) if truth.ndim else "um número só"
        if not received.ndim:
            return f"recebi um número só e esperava a forma {wanted}"
        return f"recebi a forma {where(received.shape)} e esperava {wanted}"
    if truth.size == 0:
        return None
    allowed = max(tolerance, _LOOSE.get(received.dtype.name, 0.0))
    values = received.astype(np.float64)
    gap = np.abs(values - truth) / (1 + np.abs(truth))
    flat = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
    worst = tuple(int(index) for index in np.unravel_index(flat, gap.shape))
    if gap[worst] <= allowed:
        return None
    got, right = float(values[worst]), float(truth[worst])
    place = f", na posição {where(worst)}" if truth.ndim else ""
    if not reveal:
        return f"recebi {spoken(got)}{place}; não é esse o valor"
    if np.isnan(got):
        return f"recebi nan{place}, e esperava {spoken(right)}"
    if received.dtype.kind == "b":
        wanted = _TRUTH[right] if np.asarray(expected).dtype.kind == "b" else spoken(right)
        return f"recebi {_TRUTH[got]}{place}, e esperava {wanted}"
    difference = spoken(abs(got - right))
    return (
        f"a maior diferença é {difference}{place}: recebi {spoken(got)} e esperava {spoken(right)}"
    )


def matches(received: NDArray[Any], expected: ArrayLike, *, tolerance: float) -> bool:
    """Diz se a resposta coincide com um valor, na mesma tolerância.

    Args:
        received: resposta.
        expected: valor de comparação; ``nan`` só coincide com ``nan``.
        tolerance: como em :func:`describe_difference`.

    Returns:
        ``True`` se forma e números coincidirem.

    Example:
        >>> matches(np.array([0.5, np.nan]), [0.5, np.nan], tolerance=1e-9)
        True
    """
    truth = np.asarray(expected, dtype=np.float64)
    values = received.astype(np.float64)
    if values.shape != truth.shape or not np.array_equal(np.isnan(values), np.isnan(truth)):
        return False
    known = ~np.isnan(truth)
    kept = values[known].astype(received.dtype if received.dtype.kind == "f" else np.float64)
    return describe_difference(kept, truth[known], tolerance=tolerance) is None
