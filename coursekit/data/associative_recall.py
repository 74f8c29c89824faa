r"""Recuperação associativa: achar, entre vários pares chave-valor, o que a consulta pede.

Cada exemplo mostra ``num_pairs`` pares: uma chave (vetor sorteado) e um rótulo (uma
classe). A consulta é uma das chaves, girada por uma matriz ortogonal fixa que o modelo
não conhece; a resposta certa é o rótulo do par escolhido. A rotação torna a tarefa
impossível para quem só compara consulta e chave sem aprender a desfazê-la.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.sizes import check_sizes

__all__ = ["AssociativeRecall", "RecallBatch", "random_rotation"]


@dataclass(frozen=True)
class RecallBatch:
    """Guarda um lote da tarefa de recuperação associativa.

    Attributes:
        queries: consultas, forma ``(B, D)``, float32.
        keys: chaves, forma ``(B, Tk, D)``, float32.
        labels: classe de cada par, forma ``(B, Tk)``, inteiros em ``[0, C)``.
        positions: índice do par pedido, forma ``(B,)``, inteiros em ``[0, Tk)``.
        targets: classe pedida, forma ``(B,)``; vale ``labels[b, positions[b]]``.
    """

    queries: NDArray[np.float32]
    keys: NDArray[np.float32]
    labels: NDArray[np.int64]
    positions: NDArray[np.int64]
    targets: NDArray[np.int64]


def random_rotation(dim: int, *, generator: np.random.Generator) -> NDArray[np.float64]:
    r"""Sorteia uma matriz ortogonal :math:`M`, isto é, com :math:`M^\top M = I`.

    Uma matriz ortogonal gira (ou reflete) os vetores sem mudar comprimentos nem ângulos.

    Args:
        dim: número de linhas e de colunas, inteiro positivo.
        generator: gerador do NumPy de onde saem os números.

    Returns:
        Matriz de forma ``(dim, dim)``, em float64.

    Raises:
        ValueError: se ``dim`` não for positivo.

    Example:
        >>> rotation = random_rotation(3, generator=np.random.default_rng(0))
        >>> bool(np.allclose(rotation.T @ rotation, np.eye(3)))
        True
    """
    check_sizes("Use o tamanho das chaves, D.", dim=(dim, 1))
    orthogonal, triangular = np.linalg.qr(generator.standard_normal((dim, dim)))
    # A QR só é única a menos de sinais; com diagonal positiva, o sorteio é uniforme.
    signs = np.where(np.diag(triangular) < 0, -1.0, 1.0)
    rotation: NDArray[np.float64] = orthogonal * signs
    return rotation


@dataclass(frozen=True)
class AssociativeRecall:
    """Define a tarefa: a rotação escondida, o número de pares e o de classes.

    Attributes:
        rotation: matriz ``(D, D)`` aplicada à chave escolhida para fazer a consulta.
        num_pairs: pares por exemplo, ``Tk``, inteiro positivo.
        num_classes: classes possíveis, ``C``, inteiro maior que 1.

    Raises:
        ValueError: se ``rotation`` não for quadrada, ``num_pairs`` não for positivo ou
            ``num_classes`` for menor que 2.

    Example:
        >>> generator = np.random.default_rng(0)
        >>> task = AssociativeRecall(random_rotation(5, generator=generator), num_pairs=3)
        >>> batch = task.sample(2, generator=generator)
        >>> batch.queries.shape, batch.keys.shape, batch.targets.shape
        ((2, 5), (2, 3, 5), (2,))
    """

    rotation: NDArray[np.float64]
    num_pairs: int = 16
    num_classes: int = 8

    def __post_init__(self) -> None:
        shape = self.rotation.shape
        if len(shape) != 2 or shape[0] != shape[1]:
            raise ValueError(
                f"rotation deve ser quadrada, de forma (D, D); recebi {shape}. "
                "Use random_rotation(D, generator=...)."
            )
        check_sizes(
            "Com uma classe só não há o que recuperar.",
            num_pairs=(self.num_pairs, 1),
            num_classes=(self.num_classes, 2),
        )

    @property
    def dim(self) -> int:
        """Tamanho ``D`` das chaves e das consultas."""
        return int(self.rotation.shape[0])

    def sample(self, batch_size: int, *, generator: np.random.Generator) -> RecallBatch:
        """Sorteia um lote de exemplos independentes.

        Args:
            batch_size: número de exemplos ``B``, inteiro positivo.
            generator: gerador do NumPy de onde saem os números.

        Returns:
            O lote, com as formas descritas em :class:`RecallBatch`.

        Raises:
            ValueError: se ``batch_size`` não for positivo.
        """
        check_sizes("Peça ao menos um exemplo.", batch_size=(batch_size, 1))
        pairs = (batch_size, self.num_pairs)
        keys = generator.standard_normal((*pairs, self.dim), dtype=np.float32)
        labels = generator.integers(self.num_classes, size=pairs)
        positions = generator.integers(self.num_pairs, size=batch_size)
        rows = np.arange(batch_size)
        queries = keys[rows, positions] @ self.rotation.astype(np.float32)
        return RecallBatch(
            queries=queries,
            keys=keys,
            labels=labels,
            positions=positions,
            targets=labels[rows, positions],
        )
