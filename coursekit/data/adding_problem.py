"""Problema da soma: somar dois números marcados, longe um do outro, no meio de muitos outros.

Cada exemplo é uma sequência de números sorteados. Dois passos vêm marcados, um em cada
metade, e a resposta é a soma dos dois números marcados. Quem não se lembra de nada
responde sempre 1, a soma esperada, e erra 1/6 em média quadrática.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["CONSTANT_ANSWER_ERROR", "AddingBatch", "adding_problem"]

CONSTANT_ANSWER_ERROR = 1 / 6
"""Erro quadrático médio de responder sempre 1: a variância da soma de duas uniformes."""


@dataclass(frozen=True)
class AddingBatch:
    """Guarda um lote do problema da soma.

    Attributes:
        inputs: forma ``(B, T, 2)``, float32: o número, em ``[0, 1)``, e a marca, 0 ou 1.
        targets: soma dos dois números marcados, forma ``(B,)``, em ``[0, 2)``.
        positions: passos marcados, forma ``(B, 2)``: o primeiro em ``[0, T // 2)`` e o
            segundo em ``[T // 2, T)``.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    positions: NDArray[np.int64]


def adding_problem(batch_size: int, length: int, *, generator: np.random.Generator) -> AddingBatch:
    """Sorteia um lote do problema da soma.

    Args:
        batch_size: exemplos ``B``, inteiro positivo.
        length: passos ``T`` de cada sequência, ao menos 2.
        generator: gerador do NumPy de onde saem os números.

    Returns:
        O lote, com as formas descritas em :class:`AddingBatch`.

    Raises:
        ValueError: se ``batch_size`` não for positivo ou ``length`` for menor que 2.

    Fonte:
        Hochreiter e Schmidhuber (1997) propuseram a tarefa; aqui, na variante em que os
        números vêm de ``[0, 1)`` e há uma marca em cada metade da sequência.

    Example:
        >>> batch = adding_problem(3, 10, generator=np.random.default_rng(0))
        >>> batch.inputs.shape, batch.inputs[:, :, 1].sum(axis=1).tolist()
        ((3, 10, 2), [2.0, 2.0, 2.0])
        >>> marked = (batch.inputs[..., 0] * batch.inputs[..., 1]).sum(axis=1)
        >>> bool(np.allclose(marked, batch.targets))
        True
    """
    advice = "Cada metade precisa de um passo a marcar."
    check_sizes(advice, batch_size=(batch_size, 1), length=(length, 2))
    values = generator.random((batch_size, length), dtype=np.float32)
    first = generator.integers(length // 2, size=batch_size)
    second = generator.integers(length // 2, length, size=batch_size)
    positions = np.stack([first, second], axis=1)
    rows = np.arange(batch_size)[:, None]
    marks = np.zeros_like(values)
    marks[rows, positions] = 1.0
    return AddingBatch(
        inputs=np.stack([values, marks], axis=-1),
        targets=values[rows, positions].sum(axis=1),
        positions=positions,
    )
