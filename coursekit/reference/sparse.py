"""Atenção esparsa e linear perguntadas par a par, e o grafo andado aresta por aresta."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import BoolArray, FloatArray, as_floats, require

__all__ = [
    "global_mask",
    "graph_mask",
    "hierarchical_mask",
    "hop_counts",
    "linear_attention",
    "sliding_window_mask",
    "strided_mask",
]

Question = Callable[[int, int], bool]


def sliding_window_mask(
    length: int, radius: int, *, causal: bool = False, dilation: int = 1
) -> BoolArray:
    """Janela: a distância é múltipla da dilatação e não passa de ``radius`` múltiplos.

    Args:
        length: número de posições ``T``.
        radius: raio da janela.
        causal: se ``True``, só para trás.
        dilation: distância entre chaves vizinhas da janela.

    Returns:
        Booleana ``(T, T)``, ``True`` = visível.

    Example:
        >>> sliding_window_mask(3, 1, causal=True).astype(int).tolist()
        [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    """

    def sees(i: int, j: int) -> bool:
        steps, rest = divmod(abs(i - j), dilation)
        return rest == 0 and steps <= radius and not (causal and j > i)

    return _ask(length, sees)


def strided_mask(length: int, stride: int, *, causal: bool = False) -> BoolArray:
    """Passo: a distância é múltipla de ``stride``.

    Args:
        length: número de posições ``T``.
        stride: o passo.
        causal: se ``True``, só para trás.

    Returns:
        Booleana ``(T, T)``, ``True`` = visível.

    Example:
        >>> strided_mask(3, 2).astype(int).tolist()
        [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    """
    return _ask(length, lambda i, j: (i - j) % stride == 0 and not (causal and j > i))


def global_mask(length: int, positions: Iterable[int]) -> BoolArray:
    """Globais: basta que uma das duas posições seja global.

    Args:
        length: número de posições ``T``.
        positions: posições globais.

    Returns:
        Booleana ``(T, T)``, ``True`` = visível.

    Example:
        >>> global_mask(3, [1]).astype(int).tolist()
        [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    """
    chosen = set(positions)
    return _ask(length, lambda i, j: i in chosen or j in chosen)


def hierarchical_mask(length: int, block: int) -> BoolArray:
    """Hierarquia: em algum nível, as duas são representantes do mesmo grupo.

    Args:
        length: número de posições ``T``.
        block: tamanho de cada grupo.

    Returns:
        Booleana ``(T, T)``, ``True`` = visível.

    Example:
        >>> hierarchical_mask(3, 2).astype(int).tolist()
        [[1, 1, 1], [1, 1, 0], [1, 0, 1]]
    """

    def sees(i: int, j: int) -> bool:
        while True:
            if i // block == j // block:
                return True
            if i % block or j % block:
                return False
            i, j = i // block, j // block

    return _ask(length, sees)


def graph_mask(
    length: int, edges: Iterable[tuple[int, int]], *, directed: bool = False
) -> BoolArray:
    """Grafo: há uma aresta, ou é a própria posição.

    Args:
        length: número de posições ``T``.
        edges: pares (consulta, chave).
        directed: se ``False``, a aresta vale nos dois sentidos.

    Returns:
        Booleana ``(T, T)``, ``True`` = visível.

    Example:
        >>> graph_mask(2, [(0, 1)], directed=True).astype(int).tolist()
        [[1, 1], [0, 1]]
    """
    known = list(edges)
    return _ask(
        length, lambda i, j: i == j or (i, j) in known or (not directed and (j, i) in known)
    )


def hop_counts(mask: npt.NDArray[np.bool_]) -> FloatArray:
    """Quantas camadas a informação leva de uma posição a outra: busca em largura.

    Args:
        mask: booleana ``(T, T)``, ``True`` onde a consulta (linha) vê a chave (coluna).

    Returns:
        ``(T, T)``: camadas de que a linha precisa para depender da coluna; ``inf`` se nunca.

    Example:
        >>> hop_counts(sliding_window_mask(3, 1)).tolist()
        [[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]
    """
    length = len(mask)
    hops = np.full((length, length), math.inf)
    for source in range(length):
        hops[source, source] = 0
        waiting = deque([source])
        while waiting:
            here = waiting.popleft()
            for there in range(length):
                if mask[here, there] and hops[source, there] == math.inf:
                    hops[source, there] = hops[source, here] + 1
                    waiting.append(there)
    return hops


def linear_attention(
    query: npt.ArrayLike,
    key: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    causal: bool = False,
    feature_map: Callable[[FloatArray], FloatArray] | None = None,
) -> FloatArray:
    r"""Atenção linear pelos pesos: par a par, :math:`\phi(q_i) \cdot \phi(k_j)`, e a média.

    Args:
        query: consultas, forma ``(..., Tq, D)``.
        key: chaves, forma ``(..., Tk, D)``.
        value: valores, forma ``(..., Tk, Dv)``.
        causal: se ``True``, a consulta ``i`` só vê as chaves até ``i``.
        feature_map: :math:`\phi` de um vetor ``(D,)``; ``None`` é :math:`\text{elu} + 1`.

    Returns:
        O contexto, forma ``(..., Tq, Dv)``; soma de pesos 0 dá contexto 0.

    Raises:
        TypeError: se algum argumento não for de números reais.
        ValueError: se as formas não casarem.

    Fonte:
        Katharopoulos et al. (2020), eqs. (3) e (7).

    Example:
        >>> linear_attention([[0.0]], [[0.0], [0.0]], [[1.0], [3.0]]).tolist()
        [[2.0]]
    """
    arrays = (("query", query), ("key", key), ("value", value))
    q, k, v = (as_floats(name, x, min_axes=2) for name, x in arrays)
    require(
        q.shape[:-2] == k.shape[:-2] == v.shape[:-2]
        and q.shape[-1] == k.shape[-1]
        and k.shape[-2] == v.shape[-2],
        f"recebi query {q.shape}, key {k.shape} e value {v.shape}; aceito (..., Tq, D), "
        "(..., Tk, D) e (..., Tk, Dv). Confira Tk e a largura D.",
    )
    phi = feature_map or _elu_plus_one
    context = np.zeros((*q.shape[:-1], v.shape[-1]))
    for row in np.ndindex(q.shape[:-1]):
        where, i = row[:-1], row[-1]
        seen = range(i + 1) if causal else range(k.shape[-2])
        weights = [float(np.sum(phi(q[row]) * phi(k[(*where, j)]))) for j in seen]
        total = math.fsum(weights)
        for j, weight in zip(seen, weights, strict=True):
            context[row] += weight / total * v[(*where, j)] if total else 0.0
    return context


def _elu_plus_one(vector: FloatArray) -> FloatArray:
    """Um componente de cada vez: x + 1 se positivo, senão e^x."""
    return np.array([x + 1 if x > 0 else math.exp(x) for x in vector.tolist()])


def _ask(length: int, sees: Question) -> BoolArray:
    """Pergunta par a par."""
    mask = np.zeros((length, length), dtype=np.bool_)
    for i, j in np.ndindex(length, length):
        mask[i, j] = sees(i, j)
    return mask
