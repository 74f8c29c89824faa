"""Atenção do oráculo: valores à mão, cada regra de visibilidade e recusas.

O oráculo também precisa de prova: aqui ele é conferido com contas feitas à mão e com
``np.einsum`` sobre poucas chaves; o código rápido é que é conferido com ele.
"""

import math

import numpy as np
import pytest

from coursekit.reference import attend, softmax

LN2 = math.log(2.0)


def uniform_weights(**options):
    """Pesos com escores todos iguais: a linha reparte 1 entre as chaves que vê."""
    q_len, k_len = options.pop("sizes")
    _, weights = attend(
        np.zeros((1, q_len, 1)), np.zeros((1, k_len, 1)), np.zeros((1, k_len, 1)), **options
    )
    return weights[0]


def rows(*patterns):
    """Pesos uniformes sobre os ``x`` de cada linha; linha sem ``x`` é de zeros."""
    visible = np.array([[mark == "x" for mark in pattern] for pattern in patterns], dtype=float)
    return visible / np.maximum(visible.sum(axis=1, keepdims=True), 1)


def test_matches_hand_computation():
    # q·k = 0 e 2 ln 2; /√4 dá 0 e ln 2: pesos 1/3 e 2/3; contexto (0·1 + 9·2)/3 = 6.
    query, key = [[[1.0, 1.0, 0.0, 0.0]]], [[[0.0] * 4, [LN2, LN2, 5.0, 5.0]]]
    context, weights = attend(query, key, [[[0.0, 3.0], [9.0, 3.0]]])
    np.testing.assert_allclose(weights, [[[1 / 3, 2 / 3]]], rtol=1e-15)
    np.testing.assert_allclose(context, [[[6.0, 3.0]]], rtol=1e-15)


def test_scale_softcap_and_additive_mask_match_hand_computation():
    # s = 3·(0, 4) = (0, 12); teto 2: (0, 2 tanh 6); máscara somada depois: +ln 2 no primeiro.
    bias = np.array([[LN2, 0.0]])
    _, weights = attend(
        [[[1.0]]], [[[0.0], [4.0]]], [[[0.0], [0.0]]], scale=3.0, softcap=2.0, mask=bias
    )
    second = math.exp(2 * math.tanh(6.0))
    np.testing.assert_allclose(weights[0, 0], [2 / (2 + second), second / (2 + second)])


def test_agrees_with_einsum_with_grouped_heads():
    rng = np.random.default_rng(0)
    query, key, value = (rng.normal(size=s) for s in ((2, 6, 5, 13), (2, 3, 7, 13), (2, 3, 7, 11)))
    context, weights = attend(query, key, value)
    key, value = (np.repeat(x, 2, axis=1) for x in (key, value))  # cabeças 0,0,1,1,2,2
    expected = softmax(np.einsum("bhid,bhjd->bhij", query, key) / math.sqrt(13))
    np.testing.assert_allclose(weights, expected, rtol=1e-12)
    np.testing.assert_allclose(context, np.einsum("bhij,bhjd->bhid", expected, value), rtol=1e-10)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sizes": (3, 3), "causal": True}, rows("x..", "xx.", "xxx")),
        ({"sizes": (2, 5), "causal": True}, rows("xxxx.", "xxxxx")),
        ({"sizes": (4, 2), "causal": True}, rows("..", "..", "x.", "xx")),
        ({"sizes": (4, 4), "window": (1, 1)}, rows("xx..", "xxx.", ".xxx", "..xx")),
        ({"sizes": (4, 4), "window": (1, 0)}, rows("x...", "xx..", ".xx.", "..xx")),
        ({"sizes": (4, 4), "window": (None, 1)}, rows("xx..", "xxx.", "xxxx", "xxxx")),
        ({"sizes": (4, 4), "window": (0, None)}, rows("xxxx", ".xxx", "..xx", "...x")),
        ({"sizes": (2, 4), "window": (1, 1)}, rows(".xxx", "..xx")),
        ({"sizes": (3, 2), "window": (0, 0)}, rows("..", "x.", ".x")),
        ({"sizes": (3, 3), "window": (1, 2), "causal": True}, rows("x..", "xx.", ".xx")),
        ({"sizes": (2, 3), "key_lengths": [2]}, rows("xx.", "xx.")),
        ({"sizes": (2, 3), "key_lengths": [0]}, rows("...", "...")),
        ({"sizes": (2, 3), "mask": [[True, False, True], [False] * 3]}, rows("x.x", "...")),
        ({"sizes": (2, 3), "mask": [[[True, False, True]]]}, rows("x.x", "x.x")),
        ({"sizes": (2, 3), "mask": [[True], [False]]}, rows("xxx", "...")),
        ({"sizes": (2, 2), "mask": [[0.0, -math.inf], [-math.inf] * 2]}, rows("x.", "..")),
        (
            {"sizes": (2, 3), "mask": [[False, True, True]], "causal": True, "key_lengths": [2]},
            rows(".x.", ".x."),
        ),
    ],
)
def test_each_rule_of_visibility(options, expected):
    np.testing.assert_allclose(uniform_weights(**options), expected, rtol=1e-15)


def test_each_axis_of_the_mask_means_what_it_says():
    # Forma (B, H, Tq, Tk) = (2, 3, 1, 2): o peso revela que entrada da máscara foi lida.
    zeros = np.zeros((2, 3, 1, 1)), np.zeros((2, 3, 2, 1)), np.zeros((2, 3, 2, 1))
    per_example = np.array([[[True, False]], [[False, True]]])  # posto 3: (B, 1, Tk)
    _, weights = attend(*zeros, mask=per_example)
    np.testing.assert_array_equal(weights[0, :, 0], [[1, 0]] * 3)
    np.testing.assert_array_equal(weights[1, :, 0], [[0, 1]] * 3)
    per_head = np.array([[[True, False]], [[False, True]], [[False, False]]])[None]
    _, weights = attend(*zeros, mask=per_head)
    np.testing.assert_array_equal(weights[1, :, 0], [[1, 0], [0, 1], [0, 0]])


def test_hidden_nan_does_not_leak_and_visible_nan_stays():
    broken = [[[0.0], [math.nan], [math.inf]]]
    context, weights = attend(np.zeros((1, 3, 1)), broken, [[[1.0], [2.0], [4.0]]], causal=True)
    np.testing.assert_array_equal(weights[0, 0], [1, 0, 0])
    np.testing.assert_array_equal(weights[0, 1], [math.nan, math.nan, 0])
    np.testing.assert_array_equal(context[0, :, 0], [1, math.nan, math.nan])
    values = [[[1.0, 5.0], [2.0, math.nan], [4.0, 8.0]]]
    context, weights = attend(np.zeros((1, 3, 1)), np.zeros((1, 3, 1)), values, causal=True)
    np.testing.assert_allclose(context[0], [[1, 5], [1.5, math.nan], [7 / 3, math.nan]])
    assert np.isfinite(weights).all()


def test_broken_query_without_keys_is_still_zero():
    context, weights = attend([[[math.nan]]], [[[1.0]]], [[[1.0]]], key_lengths=[0])
    assert not context.any()
    assert not weights.any()


def test_arguments_are_not_changed():
    arrays = [np.ones((1, 2, 3)), np.ones((1, 2, 3)), np.ones((1, 2, 5)), np.zeros((2, 2))]
    attend(*arrays[:3], mask=arrays[3], causal=True)
    for array, fill in zip(arrays, (1, 1, 1, 0), strict=True):
        np.testing.assert_array_equal(array, np.full(array.shape, fill))


ONE = np.ones((1, 2, 3))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"query": np.ones((2, 3))}, ValueError, r"query \(2, 3\), key \(1, 2, 3\).*eixo do lote"),
        ({"query": np.ones((5, 2, 3))}, ValueError, r"query \(5, 2, 3\).*Confira o lote"),
        ({"query": np.ones((1, 2, 7))}, ValueError, r"query \(1, 2, 7\).*largura"),
        ({"value": np.ones((1, 5, 3))}, ValueError, r"value \(1, 5, 3\).*Tk"),
        ({"mask": np.ones((2, 2), int)}, TypeError, r"booleana.*recebi int64.*astype\(bool\)"),
        ({"mask": np.ones((2, 5), bool)}, ValueError, r"\(2, 5\); aceito \(Tq, Tk\).*key_lengths"),
        ({"mask": np.ones(2, bool)}, ValueError, r"forma \(2,\); aceito"),
        ({"window": (-1, 0)}, ValueError, r"window.*recebi \(-1, 0\).*None"),
        ({"window": (1,)}, ValueError, r"window.*recebi \(1,\)"),
        ({"scale": math.nan}, ValueError, r"scale.*recebi nan.*None"),
        ({"softcap": 0.0}, ValueError, r"softcap.*recebi 0\.0.*None"),
        ({"key_lengths": [1.0]}, TypeError, r"inteiros; recebi float64.*dtype=int"),
        ({"key_lengths": [3]}, ValueError, r"Tk = 2; recebi \[3\].*Conte"),
        ({"key_lengths": [1, 1]}, ValueError, r"B = 1.*recebi \[1, 1\]"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(options, error, message):
    arguments = {"query": ONE, "key": ONE, "value": ONE, **options}
    with pytest.raises(error, match=message):
        attend(**arguments)


def test_rejects_heads_that_do_not_divide():
    with pytest.raises(ValueError, match=r"query \(1, 3, 1, 1\).*H múltiplo de Hkv"):
        attend(np.ones((1, 3, 1, 1)), np.ones((1, 2, 1, 1)), np.ones((1, 2, 1, 1)))
