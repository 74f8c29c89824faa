"""Pesos e sequências sorteados para os exercícios de redes recorrentes."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["drawn_weights", "one_bias"]

Array = NDArray[np.float64]

BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}


def one_bias(W: Array, U: Array, b: Array) -> dict[str, Array]:
    """Escreve os pesos do livro, com um viés só, no formato da referência.

    Args:
        W: da entrada, ``(blocos·H, D)``.
        U: do estado, ``(blocos·H, H)``.
        b: viés, ``(blocos·H,)``.

    Returns:
        Dicionário com os nomes de ``torch.nn``; o segundo viés é zero.

    Example:
        >>> sorted(one_bias(np.ones((2, 3)), np.eye(2), np.ones(2)))
        ['bias_hh', 'bias_ih', 'weight_hh', 'weight_ih']
    """
    return {"weight_ih": W, "weight_hh": U, "bias_ih": b, "bias_hh": np.zeros_like(b)}


def drawn_weights(
    kind: str, input_size: int, hidden_size: int, generator: np.random.Generator
) -> dict[str, Array]:
    """Sorteia pesos uniformes em ±1/√H, na ordem de ``torch.nn``.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        input_size: ``D``.
        hidden_size: ``H``.
        generator: gerador do sorteio.

    Returns:
        Dicionário com os nomes de ``torch.nn``, em float64.

    Example:
        >>> drawn_weights("lstm", 3, 2, np.random.default_rng(0))["weight_ih"].shape
        (8, 3)
    """
    rows, bound = BLOCKS[kind] * hidden_size, 1 / np.sqrt(hidden_size)
    shapes = {
        "weight_ih": (rows, input_size),
        "weight_hh": (rows, hidden_size),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    return {name: generator.uniform(-bound, bound, shape) for name, shape in shapes.items()}
