r"""Frases de opinião com um «não» que ora nega, ora só passa: a ordem decide o sentido.

Cada trecho tem **uma** opinião («gostei», «detestei») no meio de orações neutras, e
exatamente **um** «não»: colado ao verbo de opinião, e aí inverte o sentido, ou longe dele,
diante de um verbo neutro, e aí não muda nada. Quem só conta palavras vê o mesmo saco nos
dois casos e acerta metade; quem olha pares vizinhos acerta tudo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.neutral_clauses import NEUTRAL_WORDS, neutral_text
from coursekit.data.sizes import check_sizes

__all__ = ["NegationSentiment", "SentenceBatch"]

LIKES = ("gostei", "adorei", "aprovei", "elogiei", "recomendei", "aplaudi", "amei", "curti")
DISLIKES = (
    "detestei", "odiei", "reprovei", "critiquei", "desaconselhei", "vaiei", "lamentei", "abominei",
)  # fmt: skip
NEGATION = "não"
# Um filtro de largura 5 ao redor da opinião não alcança o «não» que só passa.
MIN_DISTRACTOR_DISTANCE = 6
MIN_LENGTH = 24


@dataclass(frozen=True)
class SentenceBatch:
    """Guarda um lote de frases.

    Attributes:
        tokens: índices das palavras no vocabulário, forma ``(B, T)``.
        labels: 1 se a opinião é favorável, 0 se não, forma ``(B,)``.
        positions: índice da palavra de opinião que decide, forma ``(B,)``.
    """

    tokens: NDArray[np.int64]
    labels: NDArray[np.int64]
    positions: NDArray[np.int64]


@dataclass(frozen=True)
class NegationSentiment:
    """Define a tarefa: frases de um comprimento fixo.

    Attributes:
        length: palavras por frase, ``T``, inteiro ≥ 24.

    Raises:
        ValueError: se ``length`` for menor que 24, em que o «não» distante poderia não caber.

    Example:
        >>> task = NegationSentiment(length=24)
        >>> batch = task.sample(2, generator=np.random.default_rng(5))
        >>> batch.tokens.shape, len(task.decode(batch.tokens[0]).split())
        ((2, 24), 24)
    """

    length: int = 50

    vocabulary = tuple(sorted({*NEUTRAL_WORDS, *LIKES, *DISLIKES, NEGATION}))
    """As palavras possíveis; o índice de cada uma é o seu lugar aqui."""

    def __post_init__(self) -> None:
        if self.length < MIN_LENGTH:
            raise ValueError(
                f"length deve ser ao menos {MIN_LENGTH}; recebi {self.length}. Em frases mais "
                "curtas não há lugar para o «não» distante."
            )

    def sample(self, batch_size: int, *, generator: np.random.Generator) -> SentenceBatch:
        """Sorteia um lote de frases independentes.

        Sentido da palavra e presença da negação são sorteados à parte, meio a meio: as duas
        classes têm a mesma frequência, e nenhuma palavra sozinha ajuda.

        Args:
            batch_size: número de frases ``B``, inteiro positivo.
            generator: gerador do NumPy de onde saem os sorteios.

        Returns:
            O lote, com as formas descritas em :class:`SentenceBatch`.

        Raises:
            ValueError: se ``batch_size`` não for positivo.
        """
        check_sizes("Peça ao menos uma frase.", batch_size=(batch_size, 1))
        index = {word: number for number, word in enumerate(self.vocabulary)}
        rows, labels, positions = [], [], []
        for _ in range(batch_size):
            likes, negated = (bool(x) for x in generator.integers(2, size=2))
            words, position = self._sentence(likes, negated, generator)
            rows.append([index[word] for word in words])
            labels.append(int(likes != negated))
            positions.append(position)
        return SentenceBatch(np.array(rows), np.array(labels), np.array(positions))

    def decode(self, tokens: Sequence[int] | NDArray[np.int64]) -> str:
        """Escreve uma frase por extenso.

        Args:
            tokens: índices das palavras, forma ``(T,)``.

        Returns:
            As palavras, separadas por espaço.
        """
        return " ".join(self.vocabulary[token] for token in tokens)

    def _sentence(
        self, likes: bool, negated: bool, generator: np.random.Generator
    ) -> tuple[list[str], int]:
        """Monta uma frase; devolve as palavras e o lugar da que opina."""
        options = LIKES if likes else DISLIKES
        opinion = [NEGATION] * negated + [options[generator.integers(len(options))]]
        num_neutral = self.length - 2  # as outras duas são a opinião e o «não»
        while True:
            text = neutral_text(num_neutral, generator=generator)
            place = text.boundaries[generator.integers(len(text.boundaries))]
            far = [v for v in text.verbs if abs(v - place) >= MIN_DISTRACTOR_DISTANCE]
            if negated or far:
                break
        words = list(text.words)
        position = place + negated
        if negated:
            words[place:place] = opinion
            return words, position
        distractor = far[generator.integers(len(far))]
        words[place:place] = opinion
        shifted = distractor + (distractor >= place)
        words.insert(shifted, NEGATION)
        return words, position + (shifted <= position)
