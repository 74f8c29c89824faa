"""Rótulo adiantado: o rótulo é o símbolo de k passos à frente, e nada o anuncia."""

import numpy as np
import pytest

from coursekit.data.lookahead import lookahead_batch


@pytest.mark.parametrize("shift", [1, 2, 5])
def test_each_label_is_the_symbol_found_that_many_steps_ahead(shift):
    batch = lookahead_batch(3, generator=np.random.default_rng(0), length=7, shift=shift)
    assert batch.symbols.shape == (3, 7)
    assert batch.labels.shape == (3, 7 - shift)
    for example in range(3):
        for step in range(7 - shift):
            assert batch.labels[example, step] == batch.symbols[example, step + shift]


def test_symbols_are_uniform_and_the_past_says_nothing_about_the_label():
    # n = 40 000 pares: a frequência de cada par (x_t, x_{t+2}) é 1/25, com erro-padrão 0,001.
    batch = lookahead_batch(5_000, generator=np.random.default_rng(3), length=10, num_symbols=5)
    pairs = np.zeros((5, 5))
    np.add.at(pairs, (batch.symbols[:, :8].ravel(), batch.labels.ravel()), 1)
    np.testing.assert_allclose(pairs / pairs.sum(), 1 / 25, rtol=0, atol=0.005)


def test_the_generator_is_the_only_source():
    first = lookahead_batch(5, generator=np.random.default_rng(2))
    second = lookahead_batch(5, generator=np.random.default_rng(2))
    other = lookahead_batch(5, generator=np.random.default_rng(7))
    np.testing.assert_array_equal(first.symbols, second.symbols)
    assert not np.array_equal(first.symbols, other.symbols)


def test_labels_do_not_share_memory_with_the_symbols():
    batch = lookahead_batch(3, generator=np.random.default_rng(0), length=5)
    assert not np.shares_memory(batch.labels, batch.symbols)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, r"batch_size=0 e num_symbols=8.*adivinhar"),
        ({"batch_size": 1, "num_symbols": 1}, r"ao menos 2; recebi .*num_symbols=1"),
        ({"batch_size": 1, "shift": 0}, r"entre 1 e length - 1; recebi shift=0 e length=20"),
        ({"batch_size": 1, "shift": 5, "length": 5}, r"shift=5 e length=5\. Aumente length"),
    ],
)
def test_rejects_impossible_requests(arguments, message):
    with pytest.raises(ValueError, match=message):
        lookahead_batch(generator=np.random.default_rng(0), **arguments)
