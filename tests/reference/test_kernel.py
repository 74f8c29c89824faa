"""Regressão por núcleo do oráculo: valores à mão, limites conhecidos e recusas."""

import math

import numpy as np
import pytest

from coursekit.reference import gaussian_scores, kernel_regression, softmax

X, Y = [0.0, 1.0, 3.0], [2.0, 4.0, -1.0]


def test_matches_hand_computation():
    # Em x = 0 com h = 1, núcleos 1, e^{−1/2}, e^{−9/2}.
    a, b = math.exp(-0.5), math.exp(-4.5)
    expected = (2 + 4 * a - b) / (1 + a + b)
    np.testing.assert_allclose(kernel_regression([0.0], X, Y, bandwidth=1.0), [expected])


def test_tiny_bandwidth_is_the_nearest_neighbour_and_a_huge_one_is_the_mean():
    queries = [0.4, 2.5, 50.0]
    np.testing.assert_array_equal(kernel_regression(queries, X, Y, 1e-4), [2.0, -1.0, -1.0])
    np.testing.assert_allclose(kernel_regression(queries, X, Y, 1e6), [5 / 3] * 3, rtol=1e-8)


def test_is_softmax_of_gaussian_scores():
    rng = np.random.default_rng(2)
    queries, points, targets = (rng.normal(size=s) for s in ((5, 3), (7, 3), (7, 2)))
    expected = softmax(gaussian_scores(queries, points, 0.6)) @ targets
    np.testing.assert_allclose(kernel_regression(queries, points, targets, 0.6), expected)


def test_arguments_are_not_changed():
    arrays = [np.array([0.5, 2.0]), np.array(X), np.array(Y)]
    before = [array.copy() for array in arrays]
    kernel_regression(*arrays, 0.5)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: kernel_regression([0.0], X, Y[:2], 1.0),
            r"x_train \(3,\) e y_train \(2,\).*Confira",
        ),
        (lambda: kernel_regression([[0.0, 1.0]], X, Y, 1.0), r"x_query \(1, 2\).*mesma largura"),
        (lambda: kernel_regression([0.0], [], [], 1.0), r"x_train \(0,\).*um alvo por ponto"),
        (lambda: kernel_regression([0.0], X, Y, -1.0), r"bandwidth.*recebi -1\.0.*1\.0"),
        (lambda: kernel_regression([0.0], X, Y, math.inf), r"bandwidth.*finita; recebi inf"),
        (lambda: kernel_regression([[[0.0]]], X, Y, 1.0), r"\(T, D\); recebi \(1, 1, 1\).*reshape"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, message):
    with pytest.raises(ValueError, match=message):
        call()
