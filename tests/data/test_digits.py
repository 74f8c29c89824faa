"""Repartição dos dígitos: nada se perde, nada se repete, classes equilibradas."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from coursekit.data.digits import IMAGE_SIDE, load_digits_split


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_parts_are_the_whole_set(seed):
    split = load_digits_split(seed=seed)
    together = np.vstack([split.train_pixels, split.test_pixels]) * 16
    whole, _ = load_digits(return_X_y=True)
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(whole, axis=0))
    assert together.shape == (1797, IMAGE_SIDE**2)


def test_rows_keep_their_labels():
    split = load_digits_split(seed=3)
    whole, labels = load_digits(return_X_y=True)
    known = {row.tobytes(): label for row, label in zip(whole, labels, strict=True)}
    pairs = [
        *zip(split.train_pixels, split.train_labels, strict=True),
        *zip(split.test_pixels, split.test_labels, strict=True),
    ]
    assert all(known[(row * 16).tobytes()] == label for row, label in pairs)


def test_pixels_are_between_zero_and_one():
    split = load_digits_split(seed=0)
    assert split.train_pixels.min() == 0.0
    assert split.train_pixels.max() == 1.0


def test_classes_keep_their_proportion():
    split = load_digits_split(seed=0)
    train = np.bincount(split.train_labels) / split.train_labels.size
    test = np.bincount(split.test_labels) / split.test_labels.size
    np.testing.assert_allclose(train, test, atol=0.002)


def test_fraction_and_seed_are_obeyed():
    half = load_digits_split(seed=0, test_fraction=0.5)
    assert half.test_labels.size == 899  # metade de 1797, arredondada para cima
    other = load_digits_split(seed=1, test_fraction=0.5)
    assert (half.test_labels != other.test_labels).any()


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.2, 30])
def test_rejects_bad_fraction(bad):
    with pytest.raises(ValueError, match=r"test_fraction.*entre 0 e 1; recebi.*0\.3 para 30%"):
        load_digits_split(seed=0, test_fraction=bad)
