"""Entradas e tamanhos errados nas agregações e na AtNet: a recusa é em português, e diz tudo."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.models.atnet import AtNet1d, AtNet2d, PooledClassifier
from coursekit.models.pooling import (
    POOLING_KINDS,
    AttentionPooling,
    WeightedMaxPooling,
    make_pooling,
)

WIDTH = 5
NETWORKS = {
    "inputs": (lambda: AtNet1d(3, 5, 3), (2, 7, 3)),
    "images": (lambda: AtNet2d(2, 3), (2, 2, 8, 8)),
}


@pytest.mark.parametrize("kind", POOLING_KINDS)
@pytest.mark.parametrize("given", [np.zeros((2, 7, WIDTH)), [[[1.0] * WIDTH]], None])
def test_pooling_wants_tensors(kind, given):
    with pytest.raises(TypeError, match=r"features deve ser um tensor.*recebi .*as_tensor"):
        make_pooling(kind, WIDTH)(given)


@pytest.mark.parametrize("kind", POOLING_KINDS)
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64])
def test_pooling_wants_floating_numbers(kind, dtype):
    with pytest.raises(TypeError, match=r"features deve ser de ponto flutuante.*recebi torch\."):
        make_pooling(kind, WIDTH)(torch.ones(2, 7, WIDTH).to(dtype))


@pytest.mark.parametrize("kind", [k for k in POOLING_KINDS if k not in ("sum", "mean", "max")])
def test_weighted_pooling_wants_the_type_of_its_weights(kind):
    message = r"pesos e features.*torch\.float32 e torch\.float64.*Converta com features\.to"
    layer, features = make_pooling(kind, WIDTH), torch.ones(2, 7, WIDTH, dtype=torch.float64)
    for call in (layer, layer.weights):
        with pytest.raises(TypeError, match=message):
            call(features)


@pytest.mark.parametrize("kind", POOLING_KINDS)
def test_under_autocast_pytorch_matches_the_types(kind):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        pooled = make_pooling(kind, WIDTH)(torch.ones(2, 7, WIDTH, dtype=torch.bfloat16))
    assert pooled.shape == (2, WIDTH)


@pytest.mark.parametrize("layer", [AttentionPooling, WeightedMaxPooling])
@pytest.mark.parametrize("size", [True, 2.0, "2", None])
def test_number_of_features_is_whole(layer, size):
    with pytest.raises(TypeError, match=r"num_features deve ser um inteiro; recebi "):
        layer(size)


@pytest.mark.parametrize("flag", [1, "não", None])
def test_choices_are_true_or_false(flag):
    with pytest.raises(TypeError, match=r"bounded deve ser True ou False; recebi "):
        AttentionPooling(3, bounded=flag)
    with pytest.raises(TypeError, match=r"bounded deve ser True ou False; recebi "):
        WeightedMaxPooling(3, bounded=flag)
    with pytest.raises(TypeError, match=r"rescaled deve ser True ou False; recebi "):
        WeightedMaxPooling(3, rescaled=flag)


@pytest.mark.parametrize("name", NETWORKS)
def test_network_wants_floating_tensors(name):
    build, shape = NETWORKS[name]
    network = build()
    refused = [
        (np.zeros(shape, dtype=np.float32), r"deve ser um tensor.*recebi ndarray"),
        (torch.zeros(shape, dtype=torch.uint8), r"ponto flutuante.*recebi torch\.uint8"),
        (torch.zeros(shape, dtype=torch.float64), r"mesmo tipo.*torch\.float32 e torch\.float64"),
    ]
    for call in (network, network.attention_weights):
        for given, message in refused:
            with pytest.raises(TypeError, match=rf"{name}.*{message}"):
                call(given)


@pytest.mark.parametrize("name", NETWORKS)
def test_network_runs_under_autocast(name):
    build, shape = NETWORKS[name]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert build()(torch.zeros(shape)).shape[0] == 2


@pytest.mark.parametrize("pooling", ["max", AttentionPooling, lambda x: x.amax(dim=1)])
def test_pooling_is_a_layer(pooling):
    with pytest.raises(TypeError, match=r"pooling deve ser uma camada.*recebi .*MaxPooling\(\)"):
        AtNet1d(3, 5, 3, pooling=pooling)


@pytest.mark.parametrize("pooling", [nn.Identity(), nn.Flatten(), nn.Softmax(dim=1)])
def test_pooling_gives_one_vector_of_the_right_width(pooling):
    network = PooledClassifier(nn.Identity(), pooling, num_features=5)
    with pytest.raises(ValueError, match=r"\(B, 5\); recebi .*\(2, "):
        network(torch.zeros(2, 7, 5))
