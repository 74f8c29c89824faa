"""Frases com um «não»: rótulo recontado por outro caminho, e nenhuma palavra denuncia."""

import numpy as np
import pytest

from coursekit.data.negation_sentiment import DISLIKES, LIKES, NegationSentiment
from coursekit.data.neutral_clauses import NEUTRAL_WORDS, VERBS, neutral_text


def sentences(length, count, seed=0):
    task = NegationSentiment(length)
    batch = task.sample(count, generator=np.random.default_rng(seed))
    return task, batch, [task.decode(row).split() for row in batch.tokens]


@pytest.mark.parametrize("length", [24, 37, 50, 101])
def test_labels_follow_from_the_words(length):
    _, batch, texts = sentences(length, 307)
    assert batch.tokens.shape == (307, length)
    for words, label, position in zip(texts, batch.labels, batch.positions, strict=True):
        opinions = [i for i, word in enumerate(words) if word in LIKES + DISLIKES]
        assert opinions == [position]
        (negation,) = (i for i, word in enumerate(words) if word == "não")
        negated = negation == position - 1
        assert label == int((words[position] in LIKES) != negated)
        if not negated:
            assert abs(negation - position) > 5
            assert words[negation + 1] in VERBS
        neutral = [word for i, word in enumerate(words) if i not in (position, negation)]
        assert set(neutral) <= set(NEUTRAL_WORDS)


def test_opinion_sits_between_clauses():
    _, batch, texts = sentences(50, 101)
    endings = {"cidade", "praça", "amigos", "ônibus", "centro", "escola", "pressa", "cinema"}
    endings |= {"hora", "mercado"}
    for words, position in zip(texts, batch.positions, strict=True):
        first = position - (words[position - 1] == "não")
        assert first == 0 or words[first - 1] in endings


def test_counting_words_does_not_help():
    task, batch, _ = sentences(50, 4_000, seed=1)
    for part in (LIKES, DISLIKES):
        with_it = np.isin(batch.tokens, [task.vocabulary.index(w) for w in part]).any(axis=1)
        # ~2 000 frases de cada: meio a meio com erro padrão 0,011.
        assert abs(batch.labels[with_it].mean() - 0.5) < 0.05
        assert 0.45 < with_it.mean() < 0.55
    assert (batch.tokens == task.vocabulary.index("não")).sum(axis=1).tolist() == [1] * 4_000


def test_negation_position_does_not_help_alone():
    # A classe não depende de o «não» vir antes ou depois do meio da frase.
    task, batch, _ = sentences(50, 4_000, seed=2)
    early = (batch.tokens == task.vocabulary.index("não")).argmax(axis=1) < 25
    assert abs(batch.labels[early].mean() - batch.labels[~early].mean()) < 0.06


def test_same_generator_same_sentences():
    task = NegationSentiment(30)
    first, second, other = (
        task.sample(13, generator=np.random.default_rng(seed)).tokens for seed in (3, 3, 4)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert first.dtype == np.int64


def test_neutral_text_marks_boundaries_and_verbs():
    text = neutral_text(41, generator=np.random.default_rng(5))
    assert len(text.words) == 41
    assert all(text.words[index] in VERBS for index in text.verbs)
    assert sum(word in VERBS for word in text.words) == len(text.verbs)
    assert text.boundaries[0] == 0
    assert all(before < verb for before, verb in zip(text.boundaries, text.verbs, strict=False))
    empty = neutral_text(0, generator=np.random.default_rng(5))
    assert (empty.words, empty.boundaries, empty.verbs) == ((), (), ())


def test_vocabulary_is_sorted_and_has_no_repeats():
    words = NegationSentiment().vocabulary
    assert list(words) == sorted(set(words))
    assert not set(LIKES) & set(DISLIKES)
    assert not set(NEUTRAL_WORDS) & {*LIKES, *DISLIKES, "não"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NegationSentiment(23), r"ao menos 24; recebi 23.*«não» distante"),
        (
            lambda: NegationSentiment().sample(0, generator=np.random.default_rng(0)),
            r"ao menos 1; recebi batch_size=0.*ao menos uma frase",
        ),
        (lambda: neutral_text(-1, generator=np.random.default_rng(0)), r"negativo; recebi -1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
