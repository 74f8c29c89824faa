r"""Duas tarefas opostas: numa a resposta está longe, na outra está ao lado.

Na **longa**, um símbolo qualquer da sequência vem marcado, e a última posição, que só traz a
pergunta, deve dizer qual é: quem não recebe informação de lá só pode chutar. Na **local**, cada
posição deve dizer o maior dos seus dois vizinhos: o resto da sequência só atrapalha.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = [
    "NUM_SYMBOLS",
    "VOCABULARY_SIZE",
    "FarBatch",
    "NearBatch",
    "far_symbol_batch",
    "neighbor_maximum_batch",
]

NUM_SYMBOLS = 10
"""Símbolos possíveis e, nas duas tarefas, respostas possíveis."""

VOCABULARY_SIZE = 2 * NUM_SYMBOLS + 1
"""Símbolos, símbolos marcados e a pergunta."""

QUESTION = VOCABULARY_SIZE - 1


@dataclass(frozen=True)
class FarBatch:
    """Guarda um lote da tarefa longa.

    Attributes:
        tokens: forma ``(B, T)``; de 0 a 9 os símbolos, de 10 a 19 os mesmos marcados, e 20 a
            pergunta, sempre na última posição.
        labels: o símbolo marcado de cada sequência, sem a marca, forma ``(B,)``.
        distances: passos da marca até o fim, de 1 a ``T - 1``, forma ``(B,)``.
    """

    tokens: NDArray[np.int64]
    labels: NDArray[np.int64]
    distances: NDArray[np.int64]


@dataclass(frozen=True)
class NearBatch:
    """Guarda um lote da tarefa local.

    Attributes:
        tokens: símbolos de 0 a 9, forma ``(B, T)``.
        labels: o maior dos dois vizinhos, forma ``(B, T - 2)``; as pontas não têm rótulo, e
            ``labels[b, t]`` é o da posição ``t + 1``.
    """

    tokens: NDArray[np.int64]
    labels: NDArray[np.int64]


def far_symbol_batch(
    batch_size: int, *, generator: np.random.Generator, length: int = 64
) -> FarBatch:
    """Sorteia sequências com um símbolo marcado em qualquer posição, menos a última.

    Args:
        batch_size: sequências ``B``, inteiro positivo.
        generator: gerador do NumPy de onde sai tudo.
        length: posições ``T``, inteiro maior que 1.

    Returns:
        O lote.

    Raises:
        ValueError: se ``batch_size`` não for positivo ou ``length`` for menor que 2.

    Example:
        >>> batch = far_symbol_batch(1, generator=np.random.default_rng(0), length=5)
        >>> batch.tokens.tolist(), batch.labels.tolist(), batch.distances.tolist()
        ([[10, 6, 5, 2, 20]], [0], [4])
    """
    check_sizes("Aumente o que veio pequeno.", batch_size=(batch_size, 1), length=(length, 2))
    tokens = generator.integers(NUM_SYMBOLS, size=(batch_size, length))
    marked = generator.integers(length - 1, size=batch_size)
    labels = generator.integers(NUM_SYMBOLS, size=batch_size)
    tokens[np.arange(batch_size), marked] = NUM_SYMBOLS + labels
    tokens[:, -1] = QUESTION
    return FarBatch(tokens, labels, length - 1 - marked)


def neighbor_maximum_batch(
    batch_size: int, *, generator: np.random.Generator, length: int = 64
) -> NearBatch:
    r"""Sorteia sequências em que :math:`y_t = \max(x_{t-1}, x_{t+1})`.

    Args:
        batch_size: sequências ``B``, inteiro positivo.
        generator: gerador do NumPy de onde saem os símbolos.
        length: posições ``T``, inteiro maior que 2.

    Returns:
        O lote.

    Raises:
        ValueError: se ``batch_size`` não for positivo ou ``length`` for menor que 3.

    Example:
        >>> batch = neighbor_maximum_batch(1, generator=np.random.default_rng(0), length=5)
        >>> batch.tokens.tolist(), batch.labels.tolist()
        ([[8, 6, 5, 2, 3]], [[8, 6, 5]])
    """
    check_sizes("Aumente o que veio pequeno.", batch_size=(batch_size, 1), length=(length, 3))
    tokens = generator.integers(NUM_SYMBOLS, size=(batch_size, length))
    return NearBatch(tokens, np.maximum(tokens[:, :-2], tokens[:, 2:]))
