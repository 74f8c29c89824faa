"""Orçamento de pixels: ordens previsíveis, acurácia conhecida e erros."""

import numpy as np
import pytest

from coursekit.data.digits import DigitsSplit, load_digits_split
from coursekit.models.pixel_budget import (
    accuracy_with_pixels,
    compare_rankings,
    rank_by_brightness,
    rank_by_information,
    rank_by_lottery,
)


def split_with_one_useful_pixel() -> DigitsSplit:
    """Três pixels; só o de índice 2 diz o rótulo."""
    generator = np.random.default_rng(0)
    pixels = generator.random((110, 3))
    labels = (pixels[:, 2] > 0.5).astype(np.int64)
    return DigitsSplit(pixels[:73], labels[:73], pixels[73:], labels[73:])


def test_information_finds_the_useful_pixel():
    split = split_with_one_useful_pixel()
    order = rank_by_information(split.train_pixels, split.train_labels)
    assert order[0] == 2
    assert sorted(order.tolist()) == [0, 1, 2]


def test_information_is_deterministic():
    split = load_digits_split(seed=0)
    first = rank_by_information(split.train_pixels, split.train_labels)
    second = rank_by_information(split.train_pixels, split.train_labels)
    np.testing.assert_array_equal(first, second)


def test_information_rejects_mismatched_rows():
    with pytest.raises(ValueError, match=r"5 linhas e labels, 3.*iguais.*mesma repartição"):
        rank_by_information(np.zeros((5, 2)), np.zeros(3, dtype=np.int64))


def test_brightness_orders_by_mean_and_keeps_ties_in_place():
    pixels = np.array([[0.0, 0.6, 0.3, 0.6], [0.2, 0.8, 0.9, 0.8]])
    assert rank_by_brightness(pixels).tolist() == [1, 3, 2, 0]  # médias 0,1; 0,7; 0,6; 0,7


def test_brightness_rejects_flat_input():
    with pytest.raises(ValueError, match=r"\(n, p\); recebi \(7,\).*reshape"):
        rank_by_brightness(np.zeros(7))


def test_lottery_is_a_permutation_that_depends_on_the_seed():
    first, second = rank_by_lottery(64, seed=0), rank_by_lottery(64, seed=1)
    assert sorted(first.tolist()) == list(range(64))
    assert first.tolist() != second.tolist()
    np.testing.assert_array_equal(first, rank_by_lottery(64, seed=0))


def test_lottery_rejects_no_pixels():
    with pytest.raises(ValueError, match=r"num_pixels.*≥ 1; recebi 0.*64"):
        rank_by_lottery(0, seed=0)


def test_useful_pixel_beats_useless_ones():
    split = split_with_one_useful_pixel()
    assert accuracy_with_pixels(split, np.array([2])) > 0.9
    assert accuracy_with_pixels(split, np.array([0, 1])) < 0.75


def test_useless_pixel_gives_the_majority_class():
    # O canto superior esquerdo é sempre preto: o modelo responde sempre o mesmo dígito.
    split = load_digits_split(seed=0)
    shares = np.bincount(split.test_labels) / split.test_labels.size
    accuracy = accuracy_with_pixels(split, np.array([0]))
    assert accuracy in shares


def test_order_of_the_pixels_does_not_matter():
    split = load_digits_split(seed=1)
    chosen = np.array([20, 43, 10, 61])
    accuracy = accuracy_with_pixels(split, chosen)
    assert accuracy_with_pixels(split, chosen[::-1]) == pytest.approx(accuracy, abs=0.004)


@pytest.mark.parametrize("bad", [[], [3, 3], [-1], [64], [[1, 2]]])
def test_rejects_bad_choice(bad):
    with pytest.raises(ValueError, match=r"chosen.*distintos, de 0 a 63; recebi.*ordem\[:8\]"):
        accuracy_with_pixels(load_digits_split(seed=0), np.array(bad, dtype=np.int64))


def test_comparison_holds_the_three_accuracies():
    split = load_digits_split(seed=2)
    table = compare_rankings(split, [3, 5])
    task = rank_by_information(split.train_pixels, split.train_labels)
    stimulus = rank_by_brightness(split.train_pixels)
    draws = [accuracy_with_pixels(split, rank_by_lottery(64, seed=seed)[:5]) for seed in range(5)]
    assert table.shape == (2, 3)
    assert table[1, 0] == accuracy_with_pixels(split, task[:5])
    assert table[1, 1] == accuracy_with_pixels(split, stimulus[:5])
    assert table[1, 2] == pytest.approx(sum(draws) / 5, abs=1e-12)
    assert (table[1] > table[0]).all()


@pytest.mark.parametrize("bad", [[], [0], [65, 3]])
def test_comparison_rejects_bad_budgets(bad):
    with pytest.raises(ValueError, match=r"budgets.*de 1 a 64; recebi.*\[8, 16\]"):
        compare_rankings(load_digits_split(seed=0), bad)
