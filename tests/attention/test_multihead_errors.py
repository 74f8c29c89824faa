"""Recusas da atenção com várias cabeças: o que veio, o que se aceita, como consertar."""

import copy
import pickle

import pytest
import torch

from coursekit.attention import (
    KeyValueCache,
    LinearBias,
    MultiHeadAttention,
    RelativeBias,
    RotaryPosition,
    multihead_state_from_torch,
    multihead_state_to_torch,
)

ONE = torch.ones(2, 3, 6)  # (B, T, d)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"num_heads": 4}, ValueError, r"embed_dim=6 e num_heads=4.*divida a largura"),
        ({"num_heads": 0}, ValueError, r"num_heads=0"),
        ({"embed_dim": 0}, ValueError, r"embed_dim=0"),
        ({"num_key_value_heads": 2}, ValueError, r"dividir num_heads=3; recebi 2.*multiconsulta"),
        ({"num_key_value_heads": 0}, ValueError, r"recebi 0.*None para não dividir"),
        ({"num_key_value_heads": 6}, ValueError, r"num_heads=3; recebi 6"),
        ({"num_heads": "3"}, TypeError, r"num_heads deve ser um inteiro; recebi '3'"),
        ({"num_heads": 3.0}, TypeError, r"num_heads deve ser um inteiro; recebi 3\.0"),
        ({"embed_dim": None}, TypeError, r"embed_dim deve ser um inteiro; recebi None"),
        ({"num_key_value_heads": True}, TypeError, r"num_key_value_heads deve ser um inteiro"),
        ({"dropout": "0.1"}, TypeError, r"dropout deve ser um número real"),
        ({"bias": 1}, TypeError, r"bias.*recebi int.*score_bias="),
        ({"dropout": 1.0}, ValueError, r"\[0, 1\); recebi 1\.0.*0\.1"),
        ({"dropout": -0.1}, ValueError, r"recebi -0\.1"),
        ({"rotation": RotaryPosition(6)}, ValueError, r"largura 6.*têm 2.*RotaryPosition\(2\)"),
        ({"score_bias": LinearBias(2)}, ValueError, r"para 2 cabeças.*há 3.*num_heads=3"),
        ({"score_bias": RelativeBias(6, 1)}, ValueError, r"para 6 cabeças.*há 3"),
    ],
)
def test_creation_refusals(options, error, message):
    arguments = {"embed_dim": 6, "num_heads": 3, **options}
    with pytest.raises(error, match=message):
        MultiHeadAttention(**arguments)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"query": [[1.0]]}, TypeError, r"query deve ser um tensor.*recebi list"),
        ({"query": ONE.int()}, TypeError, r"ponto flutuante.*int32.*query\.float\(\)"),
        ({"query": ONE.double()}, TypeError, r"pesos e query.*float32 e torch\.float64.*query\.to"),
        ({"key": ONE.to("meta")}, ValueError, r"pesos e key.*cpu e meta.*key\.to"),
        ({"query": ONE[0]}, ValueError, r"query.*\(B, T, 6\); recebi \(3, 6\).*\[None\]"),
        ({"key": torch.ones(2, 3, 5)}, ValueError, r"key.*\(B, T, 6\); recebi \(2, 3, 5\)"),
        ({"key": ONE[:1]}, ValueError, r"query \(2, 3, 6\), key \(1, 3, 6\).*mesmo lote B"),
        (
            {"key": ONE, "value": ONE[:, :2]},
            ValueError,
            r"key \(2, 3, 6\), value \(2, 2, 6\).*um valor por chave.*confira Tk",
        ),
        ({"value": ONE[:, :2]}, ValueError, r"query \(2, 3, 6\), value \(2, 2, 6\).*um valor"),
        ({"cache": {}}, TypeError, r"KeyValueCache; recebi dict.*um por camada"),
        ({"cache": KeyValueCache(), "key": ONE}, ValueError, r"autoatenção.*só com query e cache"),
        ({"cache": KeyValueCache(), "value": ONE}, ValueError, r"autoatenção; recebi também"),
        ({"mask": torch.ones(2, 3, dtype=torch.bool)}, ValueError, r"\(Tq, Tk\) = \(3, 3\)"),
        ({"causal": 1}, TypeError, r"causal.*recebi int"),
        ({"key_lengths": [4, 1]}, ValueError, r"entre 0 e k_len=3; recebi \[4, 1\]"),
    ],
)
@pytest.mark.parametrize("score_bias", [None, LinearBias(3)])
def test_call_refusals(options, error, message, score_bias):
    layer = MultiHeadAttention(6, 3, score_bias=score_bias)
    with pytest.raises(error, match=message):
        layer(**{"query": ONE, **options})


def test_refused_call_leaves_the_cache_as_it_was():
    layer, cache = MultiHeadAttention(6, 3), KeyValueCache()
    layer(ONE, cache=cache)
    with pytest.raises(ValueError, match=r"recebi \(3, 6\)"):
        layer(ONE[0], cache=cache)
    assert cache.length == 3


@pytest.mark.parametrize("options", [{"mask": ONE[0] > 0}, {"key_lengths": [9, 9]}, {"causal": 1}])
@pytest.mark.parametrize("score_bias", [None, LinearBias(3)])
def test_call_that_fails_halfway_also_leaves_the_cache_as_it_was(options, score_bias):
    layer, cache = MultiHeadAttention(6, 3, score_bias=score_bias), KeyValueCache()
    layer(ONE, cache=cache)
    with pytest.raises((TypeError, ValueError), match=r"recebi|tem a forma"):
        layer(ONE[:, :1], cache=cache, **options)
    assert cache.length == 3


def test_under_autocast_layers_stack_as_in_pytorch():
    first, second = MultiHeadAttention(6, 3), MultiHeadAttention(6, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = second(first(ONE))
    assert output.dtype == torch.bfloat16
    torch.testing.assert_close(output.float(), second(first(ONE)), atol=0.05, rtol=0.05)
    with pytest.raises(TypeError, match=r"pesos e query"):
        second(ONE.bfloat16())


def test_cache_of_another_layer_is_refused():
    first, second, cache = MultiHeadAttention(6, 3), MultiHeadAttention(6, 3), KeyValueCache()
    first(ONE, cache=cache)
    with pytest.raises(ValueError, match=r"outra camada.*KeyValueCache\(\)"):
        second(ONE, cache=cache)
    assert first(ONE, cache=cache).shape == ONE.shape
    assert cache.length == 6


def test_cache_survives_copies_and_files():
    layer, cache = MultiHeadAttention(6, 3), KeyValueCache()
    with torch.no_grad():
        layer(ONE, cache=cache)
    for other in (copy.deepcopy(cache), pickle.loads(pickle.dumps(cache))):
        assert torch.equal(layer(2 * ONE, cache=other), layer(2 * ONE, cache=copy.copy(cache)))
        assert (other.length, cache.length) == (6, 3)


def test_state_with_unknown_or_missing_weights_is_refused():
    other_widths = torch.nn.MultiheadAttention(6, 3, kdim=5).state_dict()
    with pytest.raises(KeyError, match=r"recebi .*k_proj_weight.*sem kdim"):
        multihead_state_from_torch(other_widths)
    with_bias = torch.nn.MultiheadAttention(6, 3, add_bias_kv=True).state_dict()
    with pytest.raises(KeyError, match=r"recebi .*bias_k.*add_bias_kv"):
        multihead_state_from_torch(with_bias)
    with pytest.raises(KeyError, match=r"esperava .*recebi \[\]"):
        multihead_state_from_torch({})


@pytest.mark.parametrize(
    "options", [{"rotation": RotaryPosition(2)}, {"score_bias": LinearBias(3)}]
)
def test_a_layer_with_position_does_not_fit_in_torch(options):
    with pytest.raises(ValueError, match=r"sem rotation e sem score_bias"):
        multihead_state_to_torch(MultiHeadAttention(6, 3, **options))
