r"""Rótulo adiantado: o que a posição :math:`t` deve responder só aparece em :math:`t + k`.

Os símbolos são sorteados sem nenhuma relação entre si. Por isso, quem só leu até
:math:`t` não tem como saber o rótulo, e o acerto diz se o futuro foi lido.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["LookaheadBatch", "lookahead_batch"]


@dataclass(frozen=True)
class LookaheadBatch:
    """Guarda um lote de sequências com rótulo adiantado.

    Attributes:
        symbols: símbolos, forma ``(B, T)``, inteiros em ``[0, V)``.
        labels: rótulos, forma ``(B, T - k)``; ``labels[b, t]`` vale ``symbols[b, t + k]``. As
            últimas ``k`` posições não têm rótulo.
    """

    symbols: NDArray[np.int64]
    labels: NDArray[np.int64]


def lookahead_batch(
    batch_size: int,
    *,
    generator: np.random.Generator,
    length: int = 20,
    shift: int = 2,
    num_symbols: int = 8,
) -> LookaheadBatch:
    r"""Sorteia sequências uniformes em que :math:`y_t = x_{t+k}`.

    Quem não vê o futuro acerta, em média, ``1 / num_symbols``.

    Args:
        batch_size: sequências ``B``, inteiro positivo.
        generator: gerador do NumPy de onde saem os símbolos.
        length: passos ``T``, inteiro maior que ``shift``.
        shift: quantos passos à frente está o rótulo, ``k``, inteiro positivo.
        num_symbols: símbolos possíveis, ``V``, inteiro maior que 1.

    Returns:
        O lote, com as formas descritas em :class:`LookaheadBatch`.

    Raises:
        ValueError: se ``batch_size`` ou ``shift`` não forem positivos, se ``length`` não for
            maior que ``shift``, ou se houver menos de 2 símbolos.

    Example:
        >>> batch = lookahead_batch(2, generator=np.random.default_rng(0), length=5)
        >>> batch.symbols.shape, bool((batch.labels == batch.symbols[:, 2:]).all())
        ((2, 5), True)
    """
    advice = "Com um símbolo só, não há o que adivinhar."
    check_sizes(advice, batch_size=(batch_size, 1), num_symbols=(num_symbols, 2))
    if not 1 <= shift < length:
        raise ValueError(
            f"shift deve ficar entre 1 e length - 1; recebi shift={shift} e length={length}. "
            "Aumente length ou diminua shift, para que alguma posição tenha rótulo."
        )
    symbols = generator.integers(num_symbols, size=(batch_size, length))
    return LookaheadBatch(symbols=symbols, labels=symbols[:, shift:].copy())
