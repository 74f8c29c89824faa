"""Lembrar o começo: o alvo está no passo 0 e em nenhum outro."""

import numpy as np
import pytest

from coursekit.data.first_symbol import first_symbol_batch


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_target_is_the_first_symbol_and_never_returns(seed):
    batch = first_symbol_batch(211, 7, generator=np.random.default_rng(seed), num_symbols=3)
    symbols = batch.inputs.argmax(axis=-1)
    assert batch.inputs.shape == (211, 7, 6)
    assert batch.inputs.dtype == np.float32
    assert np.array_equal(batch.inputs.sum(axis=-1), np.ones((211, 7)))
    assert np.array_equal(symbols[:, 0], batch.targets)
    assert set(symbols[:, 0]) == {0, 1, 2}
    assert set(symbols[:, 1:].ravel()) == {3, 4, 5}


def test_distractors_say_nothing_about_the_target():
    batch = first_symbol_batch(20_000, 2, generator=np.random.default_rng(0), num_symbols=2)
    symbols = batch.inputs.argmax(axis=-1)
    rates = [float((symbols[batch.targets == c, 1] == 2).mean()) for c in (0, 1)]
    assert rates == pytest.approx([0.5, 0.5], abs=0.02)


def test_shortest_sequence_is_only_the_symbol():
    batch = first_symbol_batch(5, 1, generator=np.random.default_rng(0))
    assert np.array_equal(batch.inputs[:, 0].argmax(-1), batch.targets)


@pytest.mark.parametrize("sizes", [(0, 5, 4), (5, 0, 4), (5, 5, 1)])
def test_rejects_sizes_too_small(sizes):
    batch_size, length, num_symbols = sizes
    message = rf"ao menos 2; recebi batch_size={batch_size}, length={length}.*Aumente"
    with pytest.raises(ValueError, match=message):
        first_symbol_batch(
            batch_size, length, generator=np.random.default_rng(0), num_symbols=num_symbols
        )
