"""Entropia e jacobiana do softmax: valores à mão, SciPy, diferenças finitas e recusas."""

import math

import numpy as np
import pytest
import scipy.stats

from coursekit.reference import entropy, softmax, softmax_jacobian


def test_entropy_matches_hand_computation():
    # Uniforme em 4: ln 4. Certeza: 0. [1/2, 1/4, 1/4]: (ln 2)/2 + 2·(2 ln 2)/4 = 1,5 ln 2.
    rows = [[0.25] * 4, [0, 1, 0, 0], [0.5, 0.25, 0.25, 0]]
    np.testing.assert_allclose(entropy(rows), [math.log(4), 0.0, 1.5 * math.log(2)], rtol=1e-15)


def test_entropy_agrees_with_scipy():
    p = softmax(np.random.default_rng(5).normal(size=(2, 3, 7)) * 3)
    np.testing.assert_allclose(entropy(p), scipy.stats.entropy(p, axis=-1), rtol=1e-13)


def test_jacobian_matches_hand_computation():
    # p = (1/4, 3/4): p(1 − p) = 3/16 na diagonal, −3/16 fora dela.
    np.testing.assert_allclose(softmax_jacobian([0.25, 0.75]), np.array([[3, -3], [-3, 3]]) / 16)


def test_jacobian_agrees_with_central_differences():
    scores, step = np.random.default_rng(7).normal(size=(2, 5)), 1e-6
    expected = np.empty((2, 5, 5))
    for j in range(5):
        move = step * np.eye(5)[j]
        expected[..., j] = (softmax(scores + move) - softmax(scores - move)) / (2 * step)
    # Erro da diferença central: passo² ≈ 1e-12 mais arredondamento 1e-16/1e-6 = 1e-10.
    np.testing.assert_allclose(softmax_jacobian(softmax(scores)), expected, rtol=0, atol=1e-9)


def test_weights_from_float32_are_accepted():
    p = softmax(np.arange(5.0)).astype(np.float32)
    assert float(entropy(p)) == pytest.approx(float(entropy(p.astype(float) / p.sum())), abs=1e-6)


@pytest.mark.parametrize("measure", [entropy, softmax_jacobian])
@pytest.mark.parametrize("bad", [[0.5, 0.6], [1.5, -0.5], [0.0, 0.0], [math.nan, 1.0]])
def test_rejects_what_is_not_a_distribution(measure, bad):
    with pytest.raises(ValueError, match=r"soma 1; recebi a linha \[.*Normalize com softmax"):
        measure(bad)


@pytest.mark.parametrize("measure", [entropy, softmax_jacobian])
def test_argument_is_not_changed_and_text_is_refused(measure):
    p = np.array([0.25, 0.75])
    measure(p)
    np.testing.assert_array_equal(p, [0.25, 0.75])
    with pytest.raises(TypeError, match=r"p deve conter números reais.*recebi str.*np\.asarray"):
        measure("abc")
