"""Limiar, normalização e média ponderada do oráculo: valores à mão e recusas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursekit.reference import normalize_weights, threshold_weights, weighted_mean

SEVEN = [1.0, 6.0, 3.0, 7.0, 2.0, 5.0, 9.0]


def test_threshold_is_strict_and_keeps_the_shape():
    # O 5 é igual ao limiar: não passa. Passam 6, 7 e 9; a soma é 4·1 + 3·2 = 10.
    weights = threshold_weights([SEVEN], threshold=5.0)
    np.testing.assert_array_equal(weights, [[1, 2, 1, 2, 1, 1, 2]])


def test_threshold_uses_the_weights_it_receives():
    np.testing.assert_array_equal(threshold_weights([0, 4], 3, high=0.5, low=-1.0), [-1.0, 0.5])


def test_normalized_weights_of_the_seven_numbers():
    # Pesos de soma 10: 0,1 para quem tinha 1 e 0,2 para quem tinha 2.
    normalized = normalize_weights(threshold_weights(SEVEN, 5.0))
    np.testing.assert_allclose(normalized, [0.1, 0.2, 0.1, 0.2, 0.1, 0.1, 0.2], rtol=1e-15)


def test_normalization_goes_row_by_row_and_keeps_an_empty_row_empty():
    expected = [[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(normalize_weights([[1.0, 3.0, 0.0], [0.0, 0.0, 0.0]]), expected)


def test_weighted_mean_of_the_seven_numbers():
    # (1 + 2·6 + 3 + 2·7 + 2 + 5 + 2·9) / 10 = 55 / 10.
    mean = weighted_mean(SEVEN, threshold_weights(SEVEN, 5.0))
    assert mean.shape == ()
    assert float(mean) == pytest.approx(5.5, abs=1e-12)


def test_weighted_mean_of_vectors_with_a_batch():
    values = [[[1.0, 10.0], [3.0, 30.0]], [[0.0, 0.0], [4.0, 8.0]]]  # (B, Tk, Dv)
    weights = [[[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], [[3.0, 1.0], [0.0, 2.0], [1.0, 1.0]]]
    expected = [[[2, 20], [1, 10], [0, 0]], [[1, 2], [4, 8], [2, 4]]]
    np.testing.assert_array_equal(weighted_mean(values, weights), expected)


def test_weighted_mean_does_not_read_a_value_of_weight_zero():
    np.testing.assert_array_equal(weighted_mean([2.0, math.nan], [1.0, 0.0]), 2.0)


@given(arrays(float, (2, 5), elements=st.floats(0.01, 10)), st.floats(0.1, 100))
def test_normalization_ignores_the_scale_of_the_weights(weights, factor):
    normalized = normalize_weights(weights)
    np.testing.assert_allclose(normalized.sum(axis=-1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(normalize_weights(weights * factor), normalized, rtol=1e-12)


def test_arguments_are_not_changed():
    values, weights = np.array(SEVEN), np.array([1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0])
    before = values.copy(), weights.copy()
    threshold_weights(values, 5.0)
    normalize_weights(weights)
    weighted_mean(values, weights)
    np.testing.assert_array_equal(values, before[0])
    np.testing.assert_array_equal(weights, before[1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: threshold_weights(["a"], 1),
            TypeError,
            r"números reais.*recebi list.*np\.asarray",
        ),
        (lambda: threshold_weights([[1], [2, 3]], 1), TypeError, r"mesmo comprimento; recebi list"),
        (lambda: threshold_weights([math.nan], 1), ValueError, r"comparáveis; recebi nan.*Retire"),
        (lambda: threshold_weights([1.0], math.nan), ValueError, r"comparáveis; recebi nan"),
        (lambda: normalize_weights(3.0), ValueError, r"1 eixo\(s\); recebi a forma \(\).*atleast"),
        (lambda: normalize_weights([1, -1]), ValueError, r"não negativos; recebi.*-1.*softmax"),
        (lambda: normalize_weights([math.inf]), ValueError, r"finitos.*recebi \[inf\]"),
        (
            lambda: weighted_mean([1, 2], [1, 2, 3]),
            ValueError,
            r"\(2,\) e weights \(3,\).*por valor",
        ),
        (
            lambda: weighted_mean(np.ones((2, 3, 1)), np.ones((5, 3, 3))),
            ValueError,
            r"\(2, 3, 1\).*mesmo lote",
        ),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
