"""Tarefas longa e local: o rótulo pela definição, a distância e o que se recusa."""

import numpy as np
import pytest

from coursekit.data.near_and_far import (
    NUM_SYMBOLS,
    VOCABULARY_SIZE,
    far_symbol_batch,
    neighbor_maximum_batch,
)


def test_far_label_is_the_only_marked_symbol_and_the_distance_leads_to_it():
    batch = far_symbol_batch(97, generator=np.random.default_rng(0), length=11)
    assert batch.tokens.shape == (97, 11)
    for tokens, label, distance in zip(batch.tokens, batch.labels, batch.distances, strict=True):
        assert tokens[-1] == VOCABULARY_SIZE - 1
        marked = [place for place in range(10) if tokens[place] >= NUM_SYMBOLS]
        assert marked == [10 - distance]
        assert tokens[marked[0]] - NUM_SYMBOLS == label


def test_far_marks_fall_everywhere_and_labels_are_uniform():
    # n = 40 000: cada distância tem frequência 1/7 e cada rótulo 1/10, com erro-padrão 0,002.
    batch = far_symbol_batch(40_000, generator=np.random.default_rng(2), length=8)
    distances = np.bincount(batch.distances, minlength=9)[1:8] / 40_000
    np.testing.assert_allclose(distances, 1 / 7, rtol=0, atol=0.01)
    np.testing.assert_allclose(np.bincount(batch.labels) / 40_000, 0.1, rtol=0, atol=0.01)
    assert batch.distances.min() == 1
    assert batch.distances.max() == 7


def test_far_symbols_around_the_mark_say_nothing_about_the_label():
    batch = far_symbol_batch(40_000, generator=np.random.default_rng(3), length=3)
    other = np.where(batch.distances == 1, batch.tokens[:, 0], batch.tokens[:, 1])
    pairs = np.zeros((10, 10))
    np.add.at(pairs, (other, batch.labels), 1)
    np.testing.assert_allclose(pairs / 40_000, 0.01, rtol=0, atol=0.003)


def test_near_label_is_the_larger_neighbor_and_not_the_symbol_itself():
    batch = neighbor_maximum_batch(13, generator=np.random.default_rng(0), length=7)
    assert batch.tokens.shape == (13, 7)
    assert batch.labels.shape == (13, 5)
    for row, labels in zip(batch.tokens.tolist(), batch.labels.tolist(), strict=True):
        assert labels == [max(row[place - 1], row[place + 1]) for place in range(1, 6)]


@pytest.mark.parametrize("make", [far_symbol_batch, neighbor_maximum_batch])
def test_the_generator_is_the_only_source(make):
    first, second, other = (
        make(5, generator=np.random.default_rng(seed), length=17) for seed in (2, 2, 3)
    )
    np.testing.assert_array_equal(first.tokens, second.tokens)
    assert not np.array_equal(first.tokens, other.tokens)
    assert first.tokens.max() < VOCABULARY_SIZE


@pytest.mark.parametrize(
    ("make", "size", "length", "message"),
    [
        (far_symbol_batch, 0, 5, r"batch_size=0 e length=5"),
        (far_symbol_batch, 1, 1, r"length ao menos 2; recebi batch_size=1 e length=1"),
        (neighbor_maximum_batch, 0, 5, r"batch_size deve ser ao menos 1"),
        (neighbor_maximum_batch, 1, 2, r"length ao menos 3.*length=2\. Aumente"),
    ],
)
def test_refusals(make, size, length, message):
    with pytest.raises(ValueError, match=message):
        make(size, generator=np.random.default_rng(0), length=length)
