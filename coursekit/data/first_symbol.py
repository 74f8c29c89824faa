"""Lembrar o começo: o primeiro símbolo decide a resposta, o resto é distração.

É a tarefa mais simples que mede memória: nada a calcular, só a não esquecer. O comprimento
da sequência é a distância entre a informação e a hora de usá-la.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["FirstSymbolBatch", "first_symbol_batch"]


@dataclass(frozen=True)
class FirstSymbolBatch:
    """Guarda um lote da tarefa.

    Attributes:
        inputs: símbolos em codificação *one-hot*, forma ``(B, T, 2C)``, float32. Os ``C``
            primeiros só aparecem no passo 0; os outros ``C``, só depois.
        targets: o símbolo do passo 0, forma ``(B,)``, inteiros em ``[0, C)``.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.int64]


def first_symbol_batch(
    batch_size: int, length: int, *, generator: np.random.Generator, num_symbols: int = 4
) -> FirstSymbolBatch:
    """Sorteia um lote: um símbolo a lembrar e ``length - 1`` distrações.

    Args:
        batch_size: exemplos ``B``, inteiro positivo.
        length: passos ``T``, ao menos 1.
        generator: gerador do NumPy de onde saem os símbolos.
        num_symbols: símbolos a lembrar, ``C``, e também o número de distrações diferentes; ao
            menos 2.

    Returns:
        O lote. Quem chuta acerta ``1 / num_symbols``.

    Raises:
        ValueError: se algum tamanho for menor que o mínimo.

    Example:
        >>> batch = first_symbol_batch(3, 7, generator=np.random.default_rng(0))
        >>> batch.inputs.shape, bool((batch.inputs[:, 0].argmax(-1) == batch.targets).all())
        ((3, 7, 8), True)
    """
    check_sizes(
        "Aumente o que veio pequeno.",
        batch_size=(batch_size, 1),
        length=(length, 1),
        num_symbols=(num_symbols, 2),
    )
    targets = generator.integers(num_symbols, size=batch_size)
    symbols = generator.integers(num_symbols, 2 * num_symbols, size=(batch_size, length))
    symbols[:, 0] = targets
    inputs = np.eye(2 * num_symbols, dtype=np.float32)[symbols]
    return FirstSymbolBatch(inputs=inputs, targets=targets)
