"""Cópia com atraso: guardar alguns símbolos, esperar, e devolvê-los na mesma ordem.

Cada exemplo começa com os símbolos a guardar; seguem passos em branco, o último deles
trocado por um aviso; depois do aviso, o modelo tem de devolver os símbolos, um por passo.
Entre ler um símbolo e devolvê-lo passam sempre ``num_items + delay`` passos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["CopyBatch", "CopyTask"]


@dataclass(frozen=True)
class CopyBatch:
    """Guarda um lote da cópia com atraso.

    Attributes:
        inputs: símbolos de entrada, forma ``(B, T)``, inteiros; ``T`` é
            :attr:`CopyTask.length`.
        targets: o que devolver nos últimos passos, forma ``(B, num_items)``, inteiros em
            ``[0, num_symbols)``.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]


@dataclass(frozen=True)
class CopyTask:
    """Define a tarefa: quantos símbolos guardar, de quantos tipos, por quanto tempo.

    Attributes:
        delay: passos de espera, inteiro positivo; no último deles vem o aviso.
        num_items: símbolos a guardar, inteiro positivo.
        num_symbols: tipos de símbolo, ao menos 2; o acaso acerta ``1 / num_symbols``.

    Raises:
        ValueError: se algum valor sair do domínio acima.

    Fonte:
        Hochreiter e Schmidhuber (1997) usaram tarefas desta família; a forma com brancos e
        aviso é a de Arjovsky, Shah e Bengio (2016), aqui menor.

    Example:
        >>> task = CopyTask(delay=3, num_items=2, num_symbols=4)
        >>> batch = task.sample(1, generator=np.random.default_rng(0))
        >>> batch.targets.tolist(), batch.inputs.tolist()  # 4 é o branco; 5, o aviso
        ([[3, 2]], [[3, 2, 4, 4, 5, 4, 4]])
    """

    delay: int
    num_items: int = 5
    num_symbols: int = 8

    def __post_init__(self) -> None:
        check_sizes(
            "O aviso ocupa o último passo de espera.",
            delay=(self.delay, 1),
            num_items=(self.num_items, 1),
            num_symbols=(self.num_symbols, 2),
        )

    @property
    def blank(self) -> int:
        """Símbolo em branco."""
        return self.num_symbols

    @property
    def cue(self) -> int:
        """Símbolo do aviso."""
        return self.num_symbols + 1

    @property
    def num_tokens(self) -> int:
        """Símbolos de entrada distintos, com o branco e o aviso."""
        return self.num_symbols + 2

    @property
    def length(self) -> int:
        """Passos ``T`` de cada sequência."""
        return 2 * self.num_items + self.delay

    def sample(self, batch_size: int, *, generator: np.random.Generator) -> CopyBatch:
        """Sorteia um lote de exemplos independentes.

        Args:
            batch_size: número de exemplos ``B``, inteiro positivo.
            generator: gerador do NumPy de onde saem os números.

        Returns:
            O lote, com as formas descritas em :class:`CopyBatch`.

        Raises:
            ValueError: se ``batch_size`` não for positivo.
        """
        check_sizes("Peça ao menos um exemplo.", batch_size=(batch_size, 1))
        items = generator.integers(self.num_symbols, size=(batch_size, self.num_items))
        inputs = np.full((batch_size, self.length), self.blank)
        inputs[:, : self.num_items] = items
        inputs[:, self.num_items + self.delay - 1] = self.cue
        return CopyBatch(inputs=inputs, targets=items)
