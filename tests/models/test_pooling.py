"""Agregações: à mão, uma em termos da outra, teto do peso, gradiente e recusas."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.models.pooling import (
    POOLING_KINDS,
    AttentionPooling,
    WeightedMaxPooling,
    largest_bounded_weight,
    make_pooling,
)

LN2 = math.log(2.0)
BATCH, POSITIONS, WIDTH = 2, 7, 5
WEIGHTED = ("attention", "bounded_attention", "source", "source_rescaled", "weighted_max")


def random_features(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(BATCH, POSITIONS, WIDTH, generator=generator, dtype=torch.float64)


def random_pooling(kind, scale=1.0):
    layer = make_pooling(kind, WIDTH, generator=torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(scale)
    return layer


def score_first_component(layer):
    """Faz o escore ser a primeira característica."""
    linear = (layer if isinstance(layer, AttentionPooling) else layer.attention).score
    with torch.no_grad():
        linear.weight.zero_()[0, 0] = 1.0
        linear.bias.zero_()
    return layer.double()


def test_every_kind_by_hand():
    # Posições (0, 6) e (ln 2, 3). Pesos sem tanh: 1/3 e 2/3. Com tanh, t = tanh(ln 2) = 3/5:
    # e^0 e e^0,6.
    features = torch.tensor([[[0.0, 6.0], [LN2, 3.0]]], dtype=torch.float64)
    heavy = math.exp(0.6) / (1 + math.exp(0.6))
    light = 1 - heavy
    expected = {
        "sum": [LN2, 9.0],
        "mean": [LN2 / 2, 4.5],
        "max": [LN2, 6.0],
        "attention": [2 / 3 * LN2, 4.0],
        "bounded_attention": [heavy * LN2, light * 6 + heavy * 3],
        "source": [heavy * LN2, max(light * 6, heavy * 3)],
        "source_rescaled": [2 * heavy * LN2, 2 * max(light * 6, heavy * 3)],
        "weighted_max": [2 / 3 * LN2, 2.0],
    }
    assert set(expected) == set(POOLING_KINDS)
    for kind, numbers in expected.items():
        layer = make_pooling(kind, 2)
        layer = score_first_component(layer) if kind in WEIGHTED else layer
        assert_close(layer(features), torch.tensor([numbers], dtype=torch.float64))


@pytest.mark.parametrize("kind", WEIGHTED)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_weights_and_outputs_agree_with_loops(kind, scale):
    features, layer = random_features(), random_pooling(kind, scale)
    linear = getattr(layer, "attention", layer).score
    vector, bias = linear.weight.detach().numpy()[0], float(linear.bias.detach())
    for b in range(BATCH):
        scores = [float(vector @ row) + bias for row in features[b].numpy()]
        if kind not in ("attention", "weighted_max"):
            scores = [math.tanh(score) for score in scores]
        powers = [math.exp(score - max(scores)) for score in scores]
        weights = np.array(powers) / math.fsum(powers)
        weighted = weights[:, None] * features[b].numpy()
        if kind in ("attention", "bounded_attention"):
            pooled = weighted.sum(axis=0)
        else:
            pooled = weighted.max(axis=0) * (POSITIONS if kind == "source_rescaled" else 1)
        assert_close(layer.weights(features)[b], torch.from_numpy(weights))
        assert_close(layer(features)[b], torch.from_numpy(pooled))


@pytest.mark.parametrize("kind", POOLING_KINDS)
def test_order_of_positions_does_not_matter(kind):
    features, layer = random_features(), random_pooling(kind)
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    assert_close(layer(features[:, order]), layer(features))
    assert layer(features).shape == (BATCH, WIDTH)


@pytest.mark.parametrize("kind", POOLING_KINDS)
def test_gradients(kind):
    layer = random_pooling(kind)
    assert torch.autograd.gradcheck(layer, random_features(2).requires_grad_())


@pytest.mark.parametrize("kind", ["bounded_attention", "source", "source_rescaled"])
@pytest.mark.parametrize("num_positions", [1, 2, 50, 496])
def test_bounded_weights_reach_the_ceiling_and_never_pass_it(kind, num_positions):
    layer = score_first_component(make_pooling(kind, 1))
    features = torch.full((1, num_positions, 1), -1e9, dtype=torch.float64)
    features[0, -1] = 1e9
    ceiling = largest_bounded_weight(num_positions)
    assert_close(layer.weights(features).max().item(), ceiling)
    free = score_first_component(make_pooling("attention", 1))
    assert free.weights(features).max().item() == 1.0


def test_ceiling_by_hand():
    # e² = 7,389…; sobre 496 posições, 7,389/(7,389 + 495) = 0,014708.
    assert_close(largest_bounded_weight(496), math.exp(2) / (math.exp(2) + 495))
    assert largest_bounded_weight(1) == 1.0
    assert largest_bounded_weight(4, bound=0.0) == 0.25
    assert_close(largest_bounded_weight(3, bound=LN2), 4 / (4 + 2))
    assert largest_bounded_weight(3, bound=1e4) == 1.0


def test_rescaled_is_n_times_the_source():
    features = random_features(3)
    source, rescaled = random_pooling("source"), random_pooling("source_rescaled")
    assert_close(rescaled(features), POSITIONS * source(features))


def test_generator_alone_decides_the_parameters():
    state = torch.get_rng_state()
    first, second, other = (
        make_pooling("source", 3, generator=torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert isinstance(first, WeightedMaxPooling)
    weights = [layer.attention.score.weight for layer in (first, second, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert weights[0].abs().max() <= 1 / math.sqrt(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_pooling("atention", 3), r"kind deve ser um de .*'max'.*recebi 'atention'"),
        (lambda: make_pooling("attention", 0), r"num_features.*recebi 0.*largura C"),
        (lambda: make_pooling("source", -1), r"num_features.*recebi -1"),
        (lambda: largest_bounded_weight(0), r"num_positions=0"),
        (lambda: largest_bounded_weight(3, -1.0), r"bound=-1.*tanh"),
        (lambda: largest_bounded_weight(3, math.nan), r"bound=nan"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("kind", POOLING_KINDS)
@pytest.mark.parametrize("shape", [(2, 5), (2, 0, 5), (2, 5, 3, 3)])
def test_shapes_are_checked(kind, shape):
    with pytest.raises(ValueError, match=r"\(B, T, .*T >= 1; recebi .*flatten\(2\)"):
        make_pooling(kind, WIDTH)(torch.zeros(shape))


@pytest.mark.parametrize("kind", WEIGHTED)
def test_width_is_checked_where_there_are_weights(kind):
    with pytest.raises(ValueError, match=r"\(B, T, 5\).*recebi \(2, 7, 3\)"):
        make_pooling(kind, WIDTH)(torch.zeros(2, 7, 3))
