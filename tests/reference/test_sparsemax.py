"""Sparsemax: valores à mão, projeção por programação quadrática e propriedades."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursekit.reference import sparsemax


def best_projection(scores):
    """Projeta no simplex por força bruta: o melhor dos pontos viáveis de todos os apoios."""
    candidates = []
    for size in range(1, len(scores) + 1):
        for support in combinations(range(len(scores)), size):
            point = np.zeros(len(scores))
            chosen = list(support)
            point[chosen] = scores[chosen] + (1 - scores[chosen].sum()) / size
            if point.min() >= 0:
                candidates.append(point)
    return min(candidates, key=lambda point: ((point - scores) ** 2).sum())


def test_matches_hand_computation():
    # Apoio {1; 0,5}: corte (1,5 − 1)/2 = 0,25, pesos 0,75 e 0,25; −1 fica abaixo do corte.
    np.testing.assert_array_equal(sparsemax([1.0, 0.5, -1.0]), [0.75, 0.25, 0.0])


def test_equal_scores_share_and_a_distant_one_takes_all():
    np.testing.assert_allclose(sparsemax([[2.0] * 4, [0, 0, 0, 1.0]]), [[0.25] * 4, [0, 0, 0, 1]])


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("scale", [0.1, 1.0, 4.0])
def test_agrees_with_brute_force_over_every_support(seed, scale):
    scores = scale * np.random.default_rng(seed).normal(size=(2, 3, 5))
    expected = np.apply_along_axis(best_projection, -1, scores)
    np.testing.assert_allclose(sparsemax(scores), expected, rtol=0, atol=1e-14)


@given(arrays(float, (2, 7), elements=st.floats(-20, 20)), st.floats(-20, 20))
def test_sums_to_one_keeps_the_order_and_ignores_a_shift(scores, shift):
    weights = sparsemax(scores)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0, atol=1e-12)
    np.testing.assert_allclose(sparsemax(scores + shift), weights, atol=1e-12)
    order = np.argsort(scores, axis=-1, kind="stable")
    assert (np.diff(np.take_along_axis(weights, order, axis=-1)) >= -1e-12).all()


def test_argument_is_not_changed():
    scores = np.array([1.0, 0.5])
    sparsemax(scores)
    np.testing.assert_array_equal(scores, [1.0, 0.5])


@pytest.mark.parametrize("bad", [[], [math.nan, 1.0], [[math.inf, 0.0]]])
def test_rejects_what_cannot_be_projected(bad):
    with pytest.raises(ValueError, match=r"todos finitos; recebi a forma \(.*Retire"):
        sparsemax(bad)
