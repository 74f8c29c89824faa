"""Softmax do oráculo: valores à mão, SciPy por outro caminho, linhas vazias e recusas."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursekit.reference import masked_softmax, softmax

SCORES = arrays(float, (3, 5), elements=st.floats(-50, 50))


def test_softmax_matches_hand_computation():
    # e^0 = 1, e^{ln 3} = 3: pesos 1/4 e 3/4. Com T = 2, e^{ln 3 / 2} = √3.
    scores = [0.0, math.log(3.0)]
    np.testing.assert_allclose(softmax(scores), [0.25, 0.75], rtol=1e-15)
    root = math.sqrt(3.0)
    expected = [1 / (1 + root), root / (1 + root)]
    np.testing.assert_allclose(softmax(scores, temperature=2.0), expected, rtol=1e-15)


def test_masked_softmax_matches_hand_computation():
    # e^0 = 1, e^{ln 2} = 2; a terceira chave está escondida: 1/3 e 2/3.
    weights = masked_softmax([0.0, math.log(2.0), 100.0], [True, True, False])
    np.testing.assert_allclose(weights, [1 / 3, 2 / 3, 0.0], rtol=1e-15)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1), (4, 2, 5, 7)])
@pytest.mark.parametrize("scale", [1e-3, 5.0, 1e7])
@pytest.mark.parametrize("temperature", [1e-2, 1.0, 30.0])
def test_softmax_agrees_with_scipy(shape, scale, temperature):
    scores = scale * np.random.default_rng(3).normal(size=shape)
    expected = scipy.special.softmax(scores / temperature, axis=-1)
    np.testing.assert_allclose(softmax(scores, temperature), expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("mask_shape", [(5,), (3, 5), (3, 1), (2, 3, 5), (2, 1, 5), (1, 3, 1)])
def test_masked_softmax_agrees_with_renormalized_softmax(mask_shape):
    # Outro caminho: pesos do softmax comum, zerados onde não se vê e divididos pela soma.
    rng = np.random.default_rng(11)
    scores = rng.normal(size=(2, 3, 5))
    mask = rng.random(mask_shape) < 0.6
    kept = scipy.special.softmax(scores, axis=-1) * mask
    total = kept.sum(axis=-1, keepdims=True)
    expected = np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
    np.testing.assert_allclose(masked_softmax(scores, mask), expected, rtol=1e-13)


@given(SCORES, st.floats(-1e3, 1e3))
def test_rows_sum_to_one_and_a_shift_changes_nothing(scores, shift):
    weights = softmax(scores)
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(softmax(scores + shift), weights, rtol=1e-10, atol=1e-300)


@given(SCORES)
def test_without_mask_is_the_plain_softmax(scores):
    np.testing.assert_array_equal(masked_softmax(scores), softmax(scores))
    np.testing.assert_array_equal(masked_softmax(scores, np.ones((3, 5), bool)), softmax(scores))


def test_extreme_scores_neither_overflow_nor_hide():
    np.testing.assert_array_equal(softmax([1000.0, 1000.0]), [0.5, 0.5])
    np.testing.assert_array_equal(softmax([1e300, -1e300], temperature=1e-3), [1.0, 0.0])
    np.testing.assert_array_equal(softmax([-math.inf, 2.0]), [0.0, 1.0])
    assert np.isnan(softmax([[-math.inf, -math.inf], [math.inf, 0.0], [math.nan, 0.0]])).all()


def test_empty_row_and_hidden_nan_are_zero():
    mask = [[False, False], [True, False], [True, True]]
    weights = masked_softmax([[1.0, 2.0], [1.0, math.nan], [1.0, math.nan]], mask)
    np.testing.assert_array_equal(weights, [[0, 0], [1, 0], [math.nan, math.nan]])


def test_no_keys_gives_no_weights():
    assert masked_softmax(np.zeros((2, 0))).shape == (2, 0)


def test_arguments_are_not_changed():
    scores, mask = np.array([[1.0, 2.0]]), np.array([[True, False]])
    softmax(scores)
    masked_softmax(scores, mask)
    np.testing.assert_array_equal(scores, [[1.0, 2.0]])
    np.testing.assert_array_equal(mask, [[True, False]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: softmax(1.0), ValueError, r"1 eixo\(s\); recebi a forma \(\)"),
        (lambda: softmax([]), ValueError, r"ao menos um escore.*recebi a forma \(0,\).*vazio"),
        (lambda: softmax([1.0], 0.0), ValueError, r"temperature.*positiva.*recebi 0\.0.*1\.0"),
        (lambda: softmax([1.0], -1.0), ValueError, r"temperature.*recebi -1\.0"),
        (lambda: softmax([1.0], math.inf), ValueError, r"temperature.*finita; recebi inf"),
        (lambda: softmax([1j]), TypeError, r"números reais.*recebi list"),
        (lambda: masked_softmax([1.0], [1]), TypeError, r"booleana.*recebi int.*dtype=bool"),
        (
            lambda: masked_softmax(np.ones((2, 3)), np.ones(2, bool)),
            ValueError,
            r"\(2,\) não se difunde.*\(2, 3\).*Use \(Tk,\)",
        ),
        (
            lambda: masked_softmax(np.ones(3), np.ones((1, 3), bool)),
            ValueError,
            r"\(1, 3\) não se difunde.*\(3,\)",
        ),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
