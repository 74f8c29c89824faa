"""Paridade com as camadas de atenção do Keras, e a diferença na linha vazia."""

import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.attention import additive_scores, attend, masked_softmax

pytestmark = pytest.mark.slow

BATCH, QUERIES, KEYS, WIDTH, VALUE_WIDTH = 2, 5, 7, 13, 11
# Keras calcula em float32: erro relativo de ~1e-7 por operação, ~1e2 operações por escore.
CLOSE = {"rtol": 1e-4, "atol": 2e-6}


@pytest.fixture(scope="module")
def layers():
    with warnings.catch_warnings():
        # Avisos de obsolescência das dependências do TensorFlow, na importação, não são nossos.
        warnings.simplefilter("ignore")
        import keras
    return keras.layers


def random_inputs(seed, queries=QUERIES, value_width=VALUE_WIDTH):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((BATCH, queries, WIDTH), (BATCH, KEYS, WIDTH), (BATCH, KEYS, value_width))
    query, key, value = (torch.randn(shape, generator=generator) for shape in shapes)
    mask = torch.rand(BATCH, KEYS, generator=generator) > 0.4
    mask[:, 0] = True  # ao menos uma chave visível por exemplo
    return query, key, value, mask


def run(layer, query, key, value, mask=None, **options):
    """Chama a camada do Keras, cuja ordem é consulta, valor, chave."""
    inputs = [x.numpy() for x in (query, value, key)]
    masks = None if mask is None else [None, mask.numpy(), None]
    context, weights = layer(inputs, mask=masks, return_attention_scores=True, **options)
    return torch.from_numpy(np.array(context)), torch.from_numpy(np.array(weights))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("with_mask", [False, True])
def test_attention_is_attend_with_scale_one(layers, seed, with_mask):
    query, key, value, mask = random_inputs(seed)
    expected = run(layers.Attention(), query, key, value, mask if with_mask else None)
    options = {"mask": mask[:, None, :]} if with_mask else {}
    received = attend(query, key, value, scale=1.0, return_weights=True, **options)
    for ours, theirs in zip(received, expected, strict=True):
        assert_close(ours, theirs, **CLOSE)


def test_attention_causal_agrees_on_squares(layers):
    query, key, value, mask = random_inputs(3, queries=KEYS)
    expected = run(layers.Attention(), query, key, value, mask, use_causal_mask=True)
    received = attend(
        query, key, value, scale=1.0, causal=True, mask=mask[:, None, :], return_weights=True
    )
    for ours, theirs in zip(received, expected, strict=True):
        assert_close(ours, theirs, **CLOSE)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_additive_attention_has_no_projections(layers, seed):
    # AdditiveAttention(use_scale=False) é a soma das tanh: W_q = W_k = I e v = 1.
    query, key, value, mask = random_inputs(seed)
    eye, ones = torch.eye(WIDTH), torch.ones(WIDTH)
    expected = run(layers.AdditiveAttention(use_scale=False), query, key, value, mask)
    weights = masked_softmax(additive_scores(query, key, eye, eye, ones), mask[:, None, :])
    assert_close(weights, expected[1], **CLOSE)
    assert_close(weights @ value, expected[0], **CLOSE)


def test_multi_head_attention_is_attend_between_projections(layers):
    query, _, value, mask = random_inputs(4, value_width=WIDTH)
    layer = layers.MultiHeadAttention(num_heads=3, key_dim=5, value_dim=2, seed=0)
    expected = torch.from_numpy(
        np.array(layer(query.numpy(), value.numpy(), attention_mask=mask[:, None, :].numpy()))
    )
    kernels = [torch.from_numpy(np.array(weight)) for weight in layer.get_weights()]
    (Wq, bq), (Wk, bk), (Wv, bv), (Wo, bo) = zip(kernels[0::2], kernels[1::2], strict=True)

    def project(x, W, b):
        return torch.einsum("btd,dhe->bhte", x, W) + b[:, None]

    heads = project(query, Wq, bq), project(value, Wk, bk), project(value, Wv, bv)
    context = attend(*heads, mask=mask[:, None, :])
    assert_close(torch.einsum("bhte,hed->btd", context, Wo) + bo, expected, **CLOSE)


def test_empty_row_is_uniform_in_keras_and_zero_here(layers):
    query, key, value, _ = random_inputs(5)
    nothing = torch.zeros(BATCH, KEYS, dtype=torch.bool)
    context, weights = run(layers.Attention(), query, key, value, nothing)
    assert_close(weights, torch.full((BATCH, QUERIES, KEYS), 1 / KEYS), **CLOSE)
    assert_close(context, value.mean(1, keepdim=True).expand_as(context), **CLOSE)
    assert not attend(query, key, value, mask=nothing[:, None, :]).any()
