"""As contas do estado inicial, as mesmas que o JavaScript repete a cada movimento."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["entropy", "softmax"]

Vector = NDArray[np.float64]


def softmax(scores: Vector, temperature: float = 1.0) -> Vector:
    """Calcula os pesos de um vetor de escores, subtraindo antes o maior.

    Args:
        scores: escores finitos, forma ``(Tk,)``.
        temperature: divisor positivo dos escores.

    Returns:
        Pesos de soma 1, forma ``(Tk,)``.

    Example:
        >>> softmax(np.zeros(4)).tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    exponentials = np.exp((scores - scores.max()) / temperature)
    return np.asarray(exponentials / exponentials.sum(), dtype=np.float64)


def entropy(weights: Vector) -> float:
    """Calcula a entropia dos pesos, em nats; peso zero não conta.

    Args:
        weights: pesos de soma 1, forma ``(Tk,)``.

    Returns:
        Entropia em [0, ln Tk].

    Example:
        >>> round(entropy(np.array([0.5, 0.5, 0.0])), 4)
        0.6931
    """
    visible = weights[weights > 0]
    return float(-(visible * np.log(visible)).sum())
