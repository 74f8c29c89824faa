"""O grafo de uma máscara: até onde a informação chega, camada por camada."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["diameter", "reach"]

BoolArray = npt.NDArray[np.bool_]


def reach(mask: BoolArray, layers: int) -> BoolArray:
    """Posições de que cada uma pode depender depois de ``layers`` camadas.

    Args:
        mask: booleana ``(T, T)``, ``True`` onde a consulta vê a chave.
        layers: número de camadas, ``>= 0``.

    Returns:
        Booleana ``(T, T)``; com 0 camadas, a identidade.

    Example:
        >>> import numpy as np
        >>> reach(np.eye(4, k=-1, dtype=bool), 2).astype(int)
        array([[1, 0, 0, 0],
               [1, 1, 0, 0],
               [1, 1, 1, 0],
               [0, 1, 1, 1]])
    """
    known = np.eye(len(mask), dtype=bool)
    for _ in range(layers):
        further = _step(mask, known)
        if (further == known).all():
            break
        known = further
    return known


def diameter(mask: BoolArray) -> float:
    """Maior número de camadas de que um par precisa.

    Se nenhuma consulta vê à frente, só contam os pares (consulta, chave anterior).

    Args:
        mask: booleana ``(T, T)``.

    Returns:
        Inteiro, ou ``inf`` se algum par nunca se liga; 0 com menos de duas posições.

    Example:
        >>> import numpy as np
        >>> diameter(np.ones((5, 5), dtype=bool)), diameter(np.eye(5, dtype=bool))
        (1, inf)
    """
    length = len(mask)
    known = np.eye(length, dtype=bool)
    causal = not np.triu(mask, k=1).any() and np.tril(mask, k=-1).any()
    wanted = np.tri(length, dtype=bool) if causal else np.ones_like(known)
    layers = 0
    while not known[wanted].all():
        further = _step(mask, known)
        if (further == known).all():
            return math.inf
        known, layers = further, layers + 1
    return layers


def _step(mask: BoolArray, known: BoolArray) -> BoolArray:
    """Mais uma camada: o que os vistos sabiam, mais o que já se sabia."""
    # Em float32 o produto é rápido; as contagens só precisam ser maiores que zero.
    seen = mask.astype(np.float32) @ known.astype(np.float32) > 0
    return np.asarray(seen | known, dtype=bool)
