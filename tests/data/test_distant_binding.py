"""Ligação à distância: rótulo recontado, distância exata e teto do saco de palavras."""

import numpy as np
import pytest

from coursekit.data.distant_binding import (
    BAG_OF_WORDS_CEILING,
    COMPLAINTS,
    PRAISES,
    DistantBinding,
)
from coursekit.data.neutral_clauses import NEUTRAL_WORDS

ADJECTIVES = PRAISES + COMPLAINTS


def passages(distance, length, count, seed=0):
    task = DistantBinding(distance, length)
    batch = task.sample(count, generator=np.random.default_rng(seed))
    return task, batch, [task.decode(row).split() for row in batch.tokens]


@pytest.mark.parametrize(("distance", "length"), [(1, 16), (2, 23), (8, 40), (14, 45)])
def test_labels_and_distances_follow_from_the_words(distance, length):
    _, batch, texts = passages(distance, length, 211)
    assert batch.tokens.shape == (211, length)
    for words, label, position in zip(texts, batch.labels, batch.positions, strict=True):
        film, food = words.index("filme"), words.index("comida")
        assert position == film + distance
        assert label == int(words[position] in PRAISES)
        adjectives = [i for i, word in enumerate(words) if word in ADJECTIVES]
        assert adjectives == sorted([film + distance, food + distance])
        others = set(range(length)) - {film, food, *adjectives}
        assert {words[i] for i in others} <= set(NEUTRAL_WORDS)
        first, second = sorted([film, food])
        assert second - (first + distance) > 6
        assert first >= 3
        assert second + distance < length - 3


def test_order_and_senses_are_independent():
    _, batch, texts = passages(8, 40, 4_000, seed=1)
    first = np.array([words.index("filme") < words.index("comida") for words in texts])
    other = np.array([words[words.index("comida") + 8] in PRAISES for words in texts])
    # Frequências de 4 000 sorteios: erro padrão 0,008.
    for share in (first.mean(), other.mean(), batch.labels.mean()):
        assert abs(share - 0.5) < 0.04
    for event in (first, other):
        assert abs(batch.labels[event].mean() - batch.labels[~event].mean()) < 0.07


def test_bag_of_words_ceiling_is_three_quarters():
    task, batch, _ = passages(8, 40, 4_000, seed=2)
    praises = np.isin(batch.tokens, [task.vocabulary.index(w) for w in PRAISES]).sum(axis=1)
    # A melhor resposta de quem só conta: 2 elogios, sim; nenhum, não; um de cada, tanto faz.
    hits = np.where(praises == 1, 0.5, batch.labels == (praises == 2))
    assert abs(hits.mean() - BAG_OF_WORDS_CEILING) < 0.02
    assert BAG_OF_WORDS_CEILING == 0.75


def test_every_slack_is_used():
    _, _, texts = passages(2, 25, 600, seed=3)
    starts = {min(words.index("filme"), words.index("comida")) for words in texts}
    # 25 - 2·3 - 6 - 2·3 = 7 palavras de folga antes da primeira fala, além da margem de 3.
    assert starts == set(range(3, 11))


def test_same_generator_same_passages():
    task = DistantBinding(3, 20)
    first, second, other = (
        task.sample(13, generator=np.random.default_rng(seed)).tokens for seed in (4, 4, 5)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DistantBinding(0), r"ao menos 1; recebi distance=0.*vizinhas"),
        (lambda: DistantBinding(8, 29), r"length=29.*distance=8.*ao menos 30"),
        (
            lambda: DistantBinding(1).sample(0, generator=np.random.default_rng(0)),
            r"ao menos 1; recebi batch_size=0.*ao menos um trecho",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
