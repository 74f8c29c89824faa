"""Funções de pontuação do oráculo: valores à mão, einsum por outro caminho e recusas."""

import math

import numpy as np
import pytest

from coursekit.reference import (
    additive_scores,
    dot_scores,
    gaussian_scores,
    general_scores,
    scaled_dot_scores,
)

Q = [[1.0, 2.0]]
K = [[3.0, 4.0], [0.0, -1.0]]


def test_scores_match_hand_computation():
    # 1·3 + 2·4 = 11 e 1·0 − 2·1 = −2; √2 na escala; distâncias² 4 + 4 = 8 e 1 + 9 = 10.
    np.testing.assert_array_equal(dot_scores(Q, K), [[11.0, -2.0]])
    root = math.sqrt(2)
    np.testing.assert_allclose(scaled_dot_scores(Q, K), [[11 / root, -2 / root]], rtol=1e-15)
    np.testing.assert_allclose(gaussian_scores(Q, K, bandwidth=2.0), [[-1.0, -1.25]], rtol=1e-15)


def test_general_and_additive_scores_match_hand_computation():
    # qᵀW = (1·5, 2·7, 1 + 2) = (5, 14, 3); com k = (1, 0, 2): 5 + 6 = 11.
    W = [[5.0, 0.0, 1.0], [0.0, 7.0, 1.0]]
    np.testing.assert_array_equal(general_scores(Q, [[1.0, 0.0, 2.0]], W), [[11.0]])
    # W_q q = (3,); W_k k = (−1,): v tanh(2) = −2 tanh 2.
    scores = additive_scores(Q, [[0.5]], Wq=[[1.0, 1.0]], Wk=[[-2.0]], v=[-2.0])
    np.testing.assert_allclose(scores, [[-2 * math.tanh(2.0)]], rtol=1e-15)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_scores_agree_with_einsum(seed):
    rng = np.random.default_rng(seed)
    q, k, other = (rng.normal(size=s) for s in ((2, 3, 5), (2, 7, 5), (2, 7, 11)))
    W, Wq, Wk, v = (rng.normal(size=s) for s in ((5, 11), (13, 5), (13, 11), 13))
    dot = np.einsum("bid,bjd->bij", q, k)
    hidden = (
        np.einsum("ad,bid->bia", Wq, q)[:, :, None] + np.einsum("ad,bjd->bja", Wk, other)[:, None]
    )
    distance = (q**2).sum(-1)[:, :, None] + (k**2).sum(-1)[:, None] - 2 * dot
    pairs = [
        (dot_scores(q, k), dot),
        (scaled_dot_scores(q, k), dot * 5**-0.5),
        (general_scores(q, other, W), np.einsum("bid,de,bje->bij", q, W, other)),
        (additive_scores(q, other, Wq, Wk, v), np.einsum("a,bija->bij", v, np.tanh(hidden))),
        (gaussian_scores(q, k, 0.7), -distance / 0.98),
    ]
    for received, expected in pairs:
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-11)


def test_arguments_are_not_changed():
    q, k = np.array(Q), np.array(K)
    for scores in (dot_scores, scaled_dot_scores, lambda a, b: gaussian_scores(a, b, 1.0)):
        scores(q, k)
    np.testing.assert_array_equal(q, Q)
    np.testing.assert_array_equal(k, K)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dot_scores([1.0], K), r"q deve ter ao menos 2 eixo.*recebi a forma \(1,\)"),
        (lambda: dot_scores(Q, [[1.0]]), r"q \(1, 2\) e k \(1, 1\); aceito.*general_scores"),
        (lambda: dot_scores([[[1.0]]], [[1.0]]), r"q \(1, 1, 1\) e k \(1, 1\).*eixos iniciais"),
        (lambda: scaled_dot_scores(np.ones((1, 0)), np.ones((1, 0))), r"largura D >= 1"),
        (lambda: gaussian_scores(Q, K, 0.0), r"bandwidth.*recebi 0\.0.*1\.0"),
        (lambda: gaussian_scores(Q, K, math.nan), r"bandwidth.*recebi nan"),
        (
            lambda: general_scores(Q, K, np.ones((2, 3))),
            r"W.*\(Dq, Dk\) = \(2, 2\); recebi \(2, 3\)",
        ),
        (
            lambda: additive_scores(Q, K, [[1, 1]], [[1]], [1]),
            r"Wk.*\(1, 2\); recebi \(1, 1\).*transp",
        ),
        (lambda: additive_scores(Q, K, [[1]], [[1, 1]], [1]), r"Wq.*\(1, 2\); recebi \(1, 1\)"),
        (lambda: additive_scores(Q, K, [[1, 1]], [[1, 1]], [[1]]), r"v .*\(1,\); recebi \(1, 1\)"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, message):
    with pytest.raises(ValueError, match=message):
        call()
