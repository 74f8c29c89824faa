"""Atenção com várias cabeças, uma cabeça de cada vez, somando a parte de cada uma na saída."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require
from coursekit.reference.attend import attend

__all__ = ["multi_head_attention"]

Rotate = Callable[[FloatArray, int], FloatArray]


def multi_head_attention(
    query: npt.ArrayLike,
    source: npt.ArrayLike,
    weights: Mapping[str, npt.ArrayLike],
    *,
    num_heads: int,
    rotate: Rotate | None = None,
    **options: Any,
) -> tuple[FloatArray, FloatArray]:
    r"""Calcula a saída e os pesos, com laços sobre cabeças e posições.

    Em vez de juntar as cabeças e projetar uma vez, soma a contribuição de cada uma:
    :math:`Y = \sum_h o_h W^O_h + b`.

    Args:
        query: sequência que pergunta, forma ``(B, Tq, d)``.
        source: sequência de onde vêm chaves e valores, forma ``(B, Tk, d)``.
        weights: os de ``coursekit.attention.MultiHeadAttention``: ``"query_projection.weight"``
            ``(d, d)``, ``"key_projection.weight"`` e ``"value_projection.weight"``
            ``(Hkv·Dh, d)``, ``"output_projection.weight"`` ``(d, d)``, e os ``bias``, que podem
            faltar.
        num_heads: cabeças de consulta ``H``.
        rotate: recebe um vetor ``(Dh,)`` e a sua posição, e devolve o vetor girado.
        **options: as demais opções de :func:`coursekit.reference.attend`; em ``mask``, o segundo
            dos quatro eixos é o das cabeças.

    Returns:
        ``(saída, pesos)``, de formas ``(B, Tq, d)`` e ``(B, H, Tq, Tk)``.

    Raises:
        TypeError: se algum argumento for de tipo errado.
        ValueError: se ``H`` não dividir a largura, ou as formas não casarem.

    Fonte:
        Vaswani et al. (2017), seção 3.2.2.

    Example:
        >>> names = ("query", "key", "value", "output")
        >>> weights = {f"{name}_projection.weight": np.eye(2) for name in names}
        >>> ones, source = np.ones((1, 1, 2)), [[[3.0, 5.0]]]
        >>> outputs, _ = multi_head_attention(ones, source, weights, num_heads=2)
        >>> outputs.tolist()
        [[[3.0, 5.0]]]
    """
    queries, sources = as_floats("query", query), as_floats("source", source)
    arrays = {name: as_floats(name, array) for name, array in weights.items()}
    width = queries.shape[-1]
    require(
        num_heads >= 1 and width % num_heads == 0,
        f"num_heads deve dividir a largura {width}; recebi {num_heads}. Escolha um divisor.",
    )
    head_dim = width // num_heads
    group = num_heads // (len(arrays["key_projection.weight"]) // head_dim)
    outputs = np.zeros(queries.shape)
    all_weights = np.zeros((len(queries), num_heads, queries.shape[1], sources.shape[1]))
    offset = sources.shape[1] - queries.shape[1]
    for head in range(num_heads):
        q = _project(queries, arrays, "query", head, head_dim)
        k = _project(sources, arrays, "key", head // group, head_dim)
        v = _project(sources, arrays, "value", head // group, head_dim)
        if rotate is not None:
            q, k = _rotated(q, rotate, offset), _rotated(k, rotate, 0)
        context, all_weights[:, head] = attend(q, k, v, **_only_head(options, head))
        for d in range(head_dim):
            column = arrays["output_projection.weight"][:, head * head_dim + d]
            outputs += context[:, :, d : d + 1] * column
    return outputs + arrays.get("output_projection.bias", np.zeros(width)), all_weights


def _project(
    inputs: FloatArray, arrays: Mapping[str, FloatArray], name: str, head: int, head_dim: int
) -> FloatArray:
    """Projeta cada posição para as ``head_dim`` componentes de uma cabeça."""
    matrix = arrays[f"{name}_projection.weight"]
    bias = arrays.get(f"{name}_projection.bias", np.zeros(len(matrix)))
    projected = np.zeros((*inputs.shape[:2], head_dim))
    for b, t, d in np.ndindex(projected.shape):
        row = head * head_dim + d
        projected[b, t, d] = bias[row] + sum(inputs[b, t] * matrix[row])
    return projected


def _rotated(heads: FloatArray, rotate: Rotate, first: int) -> FloatArray:
    """Gira cada vetor conforme a sua posição."""
    turned = np.zeros(heads.shape)
    for b, t in np.ndindex(heads.shape[:2]):
        turned[b, t] = rotate(heads[b, t], first + t)
    return turned


def _only_head(options: Mapping[str, Any], head: int) -> dict[str, Any]:
    """Tira da máscara de quatro eixos só a parte de uma cabeça."""
    chosen = dict(options)
    mask = chosen.get("mask")
    if mask is not None and np.ndim(mask) == 4:
        chosen["mask"] = np.asarray(mask)[:, head if np.shape(mask)[1] > 1 else 0]
    return chosen
