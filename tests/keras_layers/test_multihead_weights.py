"""Atenção com várias cabeças no Keras: mesmas saídas, ida e volta exata, erros claros."""

import os
import warnings

import numpy as np
import pytest
import torch

from coursekit.attention import MultiHeadAttention, multihead_state_to_torch
from coursekit.keras_layers import multihead_weights_from_torch, multihead_weights_to_torch

BATCH, QUERIES, KEYS = 2, 5, 7


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


def random_layer(width, num_heads, shared, bias):
    generator = torch.Generator().manual_seed(0)
    layer = MultiHeadAttention(width, num_heads, num_key_value_heads=shared, bias=bias)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.4)
    return layer


def numpy_state(layer):
    return {name: value.numpy() for name, value in multihead_state_to_torch(layer).items()}


@pytest.mark.slow
@pytest.mark.parametrize(("width", "num_heads", "shared"), [(6, 3, 3), (14, 2, 2), (12, 6, 2)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_keras_outputs_and_weights_agree_in_float32(keras, width, num_heads, shared, bias, causal):
    layer = random_layer(width, num_heads, shared, bias)
    generator = torch.Generator().manual_seed(1)
    query = torch.randn(BATCH, QUERIES, width, generator=generator)
    source = query if causal else torch.randn(BATCH, KEYS, width, generator=generator)
    mask = torch.rand(BATCH, 1, source.shape[1], generator=generator) > 0.3
    mask[..., 0] = True
    peer = keras.layers.MultiHeadAttention(num_heads, width // num_heads, use_bias=bias)
    peer.build(query.shape, source.shape)
    peer.set_weights(multihead_weights_from_torch(numpy_state(layer), num_heads))
    options = {"attention_mask": mask.numpy(), "use_causal_mask": causal}
    expected = peer(query.numpy(), source.numpy(), return_attention_scores=True, **options)
    received = layer(query, source, mask=mask, causal=causal, return_weights=True)
    for ours, theirs in zip(received, expected, strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), np.asarray(theirs), rtol=0, atol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_there_and_back_is_exact(bias):
    state = numpy_state(random_layer(6, 3, 3, bias))
    weights = multihead_weights_from_torch(state, 3)
    assert len(weights) == (8 if bias else 4)
    back = multihead_weights_to_torch(weights)
    assert set(back) == set(state)
    for name, array in state.items():
        np.testing.assert_array_equal(back[name], array)


def test_each_weight_goes_to_its_place_by_hand():
    # Linhas 0..5 da consulta, 6..11 da chave, 12..17 do valor; cada linha cheia do seu número.
    rows = np.repeat(np.arange(18.0)[:, None], 6, axis=1)
    state = {
        "in_proj_weight": rows,
        "in_proj_bias": np.arange(18.0),
        "out_proj.weight": np.arange(36.0).reshape(6, 6),
        "out_proj.bias": np.arange(6.0),
    }
    query, query_bias, key, _, value, value_bias, output, output_bias = (
        multihead_weights_from_torch(state, 3)
    )
    assert query[5].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert query_bias.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert key[0, 1].tolist() == [8, 9]
    assert value[0, 2].tolist() == [16, 17]
    assert value_bias[2].tolist() == [16, 17]
    assert output[2, 1].tolist() == [5, 11, 17, 23, 29, 35]
    assert output_bias.tolist() == list(range(6))


@pytest.mark.parametrize(
    ("changes", "num_heads", "error", "message"),
    [
        ({"out_proj.weight": None}, 3, KeyError, r"faltam pesos.*out_proj\.weight.*to_torch"),
        ({"out_proj.bias": None}, 3, KeyError, r"faltam pesos.*out_proj\.bias"),
        ({"in_proj_bias": None}, 3, KeyError, r"faltam pesos.*in_proj_bias"),
        ({}, 4, ValueError, r"num_heads=4; recebi \(18, 6\).*número de cabeças"),
        ({}, 0, ValueError, r"num_heads=0"),
        ({"in_proj_weight": np.zeros((12, 6))}, 3, ValueError, r"\(3d, d\).*recebi \(12, 6\)"),
    ],
)
def test_refuses_what_does_not_fit(changes, num_heads, error, message):
    state = {**numpy_state(random_layer(6, 3, 3, True)), **changes}
    state = {name: array for name, array in state.items() if array is not None}
    with pytest.raises(error, match=message):
        multihead_weights_from_torch(state, num_heads)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([np.zeros((6, 3, 2))] * 3, r"8 itens, ou 4.*recebi 3.*get_weights"),
        ([np.zeros((6, 3, 2))] * 3 + [np.zeros((2, 3, 6))], r"aceito \(d, H, Dh\)"),
        ([np.zeros((6, 3, 5))] * 3 + [np.zeros((3, 5, 6))], r"d = H·Dh.*key_dim"),
    ],
)
def test_refuses_lists_that_do_not_fit(weights, message):
    with pytest.raises(ValueError, match=message):
        multihead_weights_to_torch(weights)
