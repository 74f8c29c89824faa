r"""Ligar duas palavras distantes: o que se disse do filme, e não da comida?

Cada trecho fala do «filme» e da «comida», cada um com o seu adjetivo ``distance`` palavras
adiante, e os dois sentidos são sorteados à parte. A pergunta é sempre o sentido do adjetivo
do filme. Quem só sabe que adjetivos apareceram acerta quando os dois concordam (metade das
vezes) e chuta no resto: o teto do saco de palavras é 75%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.negation_sentiment import SentenceBatch
from coursekit.data.neutral_clauses import NEUTRAL_WORDS, neutral_text
from coursekit.data.sizes import check_sizes

__all__ = ["BAG_OF_WORDS_CEILING", "DistantBinding"]

PRAISES = (
    "bom", "ótimo", "excelente", "maravilhoso", "agradável", "encantador", "divertido", "brilhante",
)  # fmt: skip
COMPLAINTS = (
    "ruim", "péssimo", "horrível", "terrível", "chato", "decepcionante", "cansativo", "fraco",
)  # fmt: skip
SUBJECT, OTHER = "filme", "comida"
MIN_GAP = 6
MARGIN = 3

BAG_OF_WORDS_CEILING = 0.75
"""Acerto máximo de quem só conta palavras: 1/2 · 1 + 1/2 · 1/2."""


@dataclass(frozen=True)
class DistantBinding:
    """Define a tarefa: a distância entre o substantivo e o seu adjetivo.

    Entre as duas falas há ao menos 6 palavras neutras, e ao menos 3 nas pontas.

    Attributes:
        distance: palavras do substantivo ao adjetivo, inteiro positivo (1 = vizinhos).
        length: palavras por trecho, ``T``; ao menos ``2·distance + 14``.

    Raises:
        ValueError: se ``distance`` não for positiva, ou as duas falas não couberem em ``length``.

    Example:
        >>> task = DistantBinding(distance=2, length=18)
        >>> batch = task.sample(1, generator=np.random.default_rng(0))
        >>> words = task.decode(batch.tokens[0]).split()
        >>> words.index("filme") + 2 == int(batch.positions[0])
        True
    """

    distance: int
    length: int = 60

    vocabulary = tuple(sorted({*NEUTRAL_WORDS, *PRAISES, *COMPLAINTS, SUBJECT, OTHER}))
    """As palavras possíveis; o índice de cada uma é o seu lugar aqui."""

    def __post_init__(self) -> None:
        check_sizes("Use 1 para palavras vizinhas.", distance=(self.distance, 1))
        if self._slack < 0:
            raise ValueError(
                f"length={self.length} não comporta duas falas com distance={self.distance}. "
                f"Use length de ao menos {self.length - self._slack}."
            )

    @property
    def _slack(self) -> int:
        """Quantas palavras neutras sobram para repartir entre as pontas e o meio."""
        return self.length - 2 * (self.distance + 1) - MIN_GAP - 2 * MARGIN

    def sample(self, batch_size: int, *, generator: np.random.Generator) -> SentenceBatch:
        """Sorteia um lote de trechos independentes.

        Args:
            batch_size: número de trechos ``B``, inteiro positivo.
            generator: gerador do NumPy de onde saem os sorteios.

        Returns:
            O lote: palavras, 1 se o adjetivo do filme é elogio, e o índice desse adjetivo.

        Raises:
            ValueError: se ``batch_size`` não for positivo.
        """
        check_sizes("Peça ao menos um trecho.", batch_size=(batch_size, 1))
        index = {word: number for number, word in enumerate(self.vocabulary)}
        rows, labels, positions = [], [], []
        for _ in range(batch_size):
            praised, other_praised = (bool(x) for x in generator.integers(2, size=2))
            words = self._passage(praised, other_praised, generator)
            rows.append([index[word] for word in words])
            labels.append(int(praised))
            positions.append(words.index(SUBJECT) + self.distance)
        return SentenceBatch(np.array(rows), np.array(labels), np.array(positions))

    def decode(self, tokens: Sequence[int] | NDArray[np.int64]) -> str:
        """Escreve um trecho por extenso.

        Args:
            tokens: índices das palavras, forma ``(T,)``.

        Returns:
            As palavras, separadas por espaço.
        """
        return " ".join(self.vocabulary[token] for token in tokens)

    def _passage(
        self, praised: bool, other_praised: bool, generator: np.random.Generator
    ) -> list[str]:
        """Monta um trecho: margem, uma fala, intervalo, a outra fala, margem."""
        speeches = []
        for noun, praise in ((SUBJECT, praised), (OTHER, other_praised)):
            options = PRAISES if praise else COMPLAINTS
            between = neutral_text(self.distance - 1, generator=generator).words
            speeches.append([noun, *between, options[generator.integers(len(options))]])
        if generator.integers(2):
            speeches.reverse()
        before = int(generator.integers(self._slack + 1))
        extra_gap = int(generator.integers(self._slack - before + 1))
        sizes = (MARGIN + before, MIN_GAP + extra_gap, MARGIN + self._slack - before - extra_gap)
        start, gap, end = (neutral_text(size, generator=generator).words for size in sizes)
        return [*start, *speeches[0], *gap, *speeches[1], *end]
