"""Problema da soma: as marcas caem onde se diz, e a resposta é a soma do que elas marcam."""

import numpy as np
import pytest

from coursekit.data.adding_problem import CONSTANT_ANSWER_ERROR, adding_problem


def batch(batch_size=7, length=11, seed=0):
    return adding_problem(batch_size, length, generator=np.random.default_rng(seed))


def test_shapes_and_types():
    lot = batch()
    assert lot.inputs.shape == (7, 11, 2)
    assert lot.targets.shape == (7,)
    assert lot.positions.shape == (7, 2)
    assert lot.inputs.dtype == lot.targets.dtype == np.float32


@pytest.mark.parametrize("length", [2, 3, 11, 50])
def test_target_is_the_sum_of_the_two_marked_numbers(length):
    lot = batch(101, length)
    for row in range(101):
        marked = [step for step in range(length) if lot.inputs[row, step, 1] == 1.0]
        assert marked == lot.positions[row].tolist()
        assert 0 <= marked[0] < length // 2 <= marked[1] < length
        expected = lot.inputs[row, marked[0], 0] + lot.inputs[row, marked[1], 0]
        assert lot.targets[row] == pytest.approx(float(expected), abs=1e-6)


def test_marks_are_zero_or_one_and_two_per_sequence():
    marks = batch(101)
    assert set(np.unique(marks.inputs[..., 1])) == {0.0, 1.0}
    np.testing.assert_array_equal(marks.inputs[..., 1].sum(axis=1), np.full(101, 2.0))


def test_every_step_of_each_half_is_marked_about_equally():
    first, second = batch(11_000, 11).positions.T
    # Binomial(11000, 1/5): média 2200, desvio 42; Binomial(11000, 1/6): 1833, desvio 39.
    assert np.all(np.abs(np.bincount(first, minlength=5) - 2_200) < 200)
    assert np.all(np.abs(np.bincount(second, minlength=11)[5:] - 11_000 / 6) < 200)


def test_constant_answer_error_is_the_error_of_answering_one():
    targets = batch(40_000, 2).targets
    # Variância de uma triangular em [0, 2]: 1/6; erro-padrão da estimativa: 0,001.
    assert np.mean((targets - 1.0) ** 2) == pytest.approx(CONSTANT_ANSWER_ERROR, abs=0.005)


def test_same_generator_state_same_batch_and_the_generator_moves():
    generator = np.random.default_rng(3)
    first = adding_problem(5, 7, generator=generator)
    second = adding_problem(5, 7, generator=generator)
    np.testing.assert_array_equal(first.inputs, batch(5, 7, seed=3).inputs)
    assert not np.array_equal(first.inputs[..., 0], second.inputs[..., 0])
    assert not np.array_equal(first.positions, second.positions)


@pytest.mark.parametrize(("batch_size", "length"), [(0, 7), (3, 1), (-1, 0)])
def test_rejects_what_cannot_be_marked(batch_size, length):
    message = rf"batch_size={batch_size} e length={length}\. Cada metade"
    with pytest.raises(ValueError, match=message):
        batch(batch_size, length)
