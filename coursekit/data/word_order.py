"""Quem persegue quem: frases com as mesmas palavras, em que só a ordem decide a resposta.

Toda frase tem dois animais, o gato e o cão, e a pergunta é quem age. Trocar os dois de lugar
troca a resposta sem trocar nenhuma palavra: quem ignora a ordem fica no acaso.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["VOCABULARY", "WordOrderSplit", "word_order_split", "words_of"]

_OPENINGS = ("hoje", "ontem", "ali", "enfim")
_VERBS = ("viu", "seguiu", "chamou", "assustou")
_ENDINGS = ("depressa", "longe", "calado", "cedo")
_ANIMALS = ("gato", "cão")

VOCABULARY = (*_OPENINGS, "o", *_ANIMALS, *_VERBS, *_ENDINGS)
"""Todas as palavras; a posição de cada uma é o seu número."""


@dataclass(frozen=True)
class WordOrderSplit:
    """Guarda as frases, divididas em treino e teste por pares de mesma composição.

    Attributes:
        train_tokens: palavras por número, forma ``(64, 7)``, inteiros em ``[0, 15)``.
        train_agents: quem age: 0 o gato, 1 o cão; forma ``(64,)``.
        test_tokens: como ``train_tokens``, frases que não estão no treino.
        test_agents: como ``train_agents``.
    """

    train_tokens: NDArray[np.int64]
    train_agents: NDArray[np.int64]
    test_tokens: NDArray[np.int64]
    test_agents: NDArray[np.int64]


def word_order_split(*, generator: np.random.Generator) -> WordOrderSplit:
    """Gera as 128 frases e sorteia metade para o treino.

    As duas frases com as mesmas palavras ficam do mesmo lado da divisão. Por isso, quem só
    conta palavras acerta exatamente metade do teste.

    Args:
        generator: gerador do NumPy que sorteia a divisão.

    Returns:
        As frases, 64 de cada lado.

    Example:
        >>> split = word_order_split(generator=np.random.default_rng(0))
        >>> split.train_tokens.shape, split.test_agents.mean()
        ((64, 7), np.float64(0.5))
    """
    frames = list(product(_OPENINGS, _VERBS, _ENDINGS))
    order = generator.permutation(len(frames))
    half = len(frames) // 2
    train = _sentences([frames[i] for i in order[:half]])
    test = _sentences([frames[i] for i in order[half:]])
    return WordOrderSplit(*train, *test)


def words_of(tokens: NDArray[np.int64]) -> list[str]:
    """Escreve por extenso uma frase dada por números.

    Args:
        tokens: números de uma frase, forma ``(T,)``, em ``[0, 15)``.

    Returns:
        As palavras, na ordem.

    Example:
        >>> words_of(np.array([0, 4, 5]))
        ['hoje', 'o', 'gato']
    """
    return [VOCABULARY[int(token)] for token in tokens]


def _sentences(
    frames: list[tuple[str, str, str]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Monta as duas frases de cada moldura: o gato agindo e o cão agindo."""
    number = {word: index for index, word in enumerate(VOCABULARY)}
    tokens, agents = [], []
    for opening, verb, ending in frames:
        for agent, (first, second) in enumerate((_ANIMALS, _ANIMALS[::-1])):
            words = (opening, "o", first, verb, "o", second, ending)
            tokens.append([number[word] for word in words])
            agents.append(agent)
    return np.array(tokens), np.array(agents)
