"""Frases em que só a ordem decide: pares de mesma composição, sempre do mesmo lado."""

from collections import Counter

import numpy as np
import pytest

from coursekit.data.word_order import VOCABULARY, word_order_split, words_of

GATO, CAO = VOCABULARY.index("gato"), VOCABULARY.index("cão")


@pytest.fixture(params=[0, 1, 2])
def split(request):
    return word_order_split(generator=np.random.default_rng(request.param))


def rows(tokens):
    return [tuple(row) for row in tokens.tolist()]


def test_every_sentence_appears_once_on_one_side(split):
    everything = rows(split.train_tokens) + rows(split.test_tokens)
    assert len(set(everything)) == len(everything) == 128
    assert split.train_tokens.shape == split.test_tokens.shape == (64, 7)


def test_agent_is_the_animal_that_comes_first(split):
    for tokens, agents in (
        (split.train_tokens, split.train_agents),
        (split.test_tokens, split.test_agents),
    ):
        for row, agent in zip(rows(tokens), agents.tolist(), strict=True):
            assert agent == int(row.index(CAO) < row.index(GATO))


def test_same_words_come_in_pairs_with_opposite_answers(split):
    for tokens, agents in (
        (split.train_tokens, split.train_agents),
        (split.test_tokens, split.test_agents),
    ):
        answers = {}
        for row, agent in zip(rows(tokens), agents.tolist(), strict=True):
            answers.setdefault(tuple(sorted(row)), []).append(agent)
        assert {tuple(sorted(pair)) for pair in answers.values()} == {(0, 1)}


def test_division_depends_on_the_generator_only():
    first = word_order_split(generator=np.random.default_rng(0))
    again = word_order_split(generator=np.random.default_rng(0))
    other = word_order_split(generator=np.random.default_rng(1))
    assert rows(first.train_tokens) == rows(again.train_tokens)
    assert set(rows(first.train_tokens)) != set(rows(other.train_tokens))


def test_words_of_writes_the_sentence():
    # 0 = hoje, 4 = o, 6 = cão, 7 = viu, 5 = gato, 11 = depressa, pela ordem do vocabulário.
    tokens = np.array([0, 4, 6, 7, 4, 5, 11])
    assert " ".join(words_of(tokens)) == "hoje o cão viu o gato depressa"
    assert max(Counter(VOCABULARY).values()) == 1
