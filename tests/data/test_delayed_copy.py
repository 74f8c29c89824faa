"""Cópia com atraso: cada símbolo, o branco e o aviso nos seus passos."""

import numpy as np
import pytest

from coursekit.data.delayed_copy import CopyTask


def draw(task, batch_size=13, seed=0):
    return task.sample(batch_size, generator=np.random.default_rng(seed))


def test_one_sequence_step_by_step():
    task = CopyTask(delay=3, num_items=2, num_symbols=5)
    lot = draw(task, 1)
    first, second = lot.targets[0]
    # Dois símbolos, dois brancos (5), o aviso (6), e dois brancos em que se responde.
    assert lot.inputs[0].tolist() == [first, second, 5, 5, 6, 5, 5]
    assert (task.blank, task.cue, task.num_tokens, task.length) == (5, 6, 7, 7)


@pytest.mark.parametrize(("delay", "num_items"), [(1, 1), (1, 5), (3, 2), (30, 5)])
def test_each_symbol_waits_items_plus_delay_steps(delay, num_items):
    task = CopyTask(delay=delay, num_items=num_items, num_symbols=3)
    lot = draw(task)
    assert lot.inputs.shape == (13, 2 * num_items + delay)
    assert lot.targets.shape == (13, num_items)
    for item in range(num_items):
        answered_at = task.length - num_items + item
        assert answered_at - item == num_items + delay
        np.testing.assert_array_equal(lot.inputs[:, item], lot.targets[:, item])
        assert np.all(lot.inputs[:, answered_at] == task.blank)


def test_the_cue_comes_once_right_before_the_answers():
    task = CopyTask(delay=7, num_items=3, num_symbols=5)
    cues = draw(task).inputs == task.cue
    np.testing.assert_array_equal(cues.sum(axis=1), np.ones(13))
    assert np.all(cues.argmax(axis=1) == task.length - 3 - 1)


def test_symbols_are_drawn_about_equally_and_independently():
    targets = draw(CopyTask(delay=2, num_items=2, num_symbols=3), 9_000).targets
    pairs = np.bincount(3 * targets[:, 0] + targets[:, 1], minlength=9)
    # Binomial(9000, 1/9): média 1000, desvio 30.
    assert np.all(np.abs(pairs - 1_000) < 150)


def test_same_generator_state_same_batch():
    task = CopyTask(delay=2)
    generator = np.random.default_rng(5)
    first, second = (task.sample(7, generator=generator) for _ in range(2))
    np.testing.assert_array_equal(first.inputs, draw(task, 7, seed=5).inputs)
    assert not np.array_equal(first.targets, second.targets)


def test_standard_task_is_five_of_eight_symbols():
    task = CopyTask(delay=30)
    assert (task.num_items, task.num_symbols, task.length) == (5, 8, 40)


@pytest.mark.parametrize("sizes", [(0, 5, 8), (3, 0, 8), (3, 5, 1)])
def test_rejects_a_task_with_nothing_to_wait_keep_or_tell_apart(sizes):
    delay, num_items, num_symbols = sizes
    message = rf"delay={delay}, num_items={num_items} e num_symbols={num_symbols}\. O aviso"
    with pytest.raises(ValueError, match=message):
        CopyTask(delay, num_items, num_symbols)


def test_rejects_an_empty_batch():
    with pytest.raises(ValueError, match=r"ao menos 1; recebi batch_size=0.*ao menos um exemplo"):
        draw(CopyTask(delay=2), 0)
