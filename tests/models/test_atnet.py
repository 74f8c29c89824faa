"""AtNet: tamanhos da fonte, convolução em laços, agregação trocável, imagens e recusas."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.models.atnet import AtNet1d, AtNet2d, ConvolutionalFeatures, ImageFeatures
from coursekit.models.pooling import (
    POOLING_KINDS,
    AttentionPooling,
    MaxPooling,
    largest_bounded_weight,
    make_pooling,
)


def normal(seed, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_sizes_are_those_of_the_source():
    network = AtNet1d(pooling=make_pooling("source", 64))
    counts = {
        name: sum(parameter.numel() for parameter in part.parameters())
        for name, part in network.named_children()
    }
    # 5·128·64 + 64; 64 + 1; 64·10 + 10; 10 + 1.
    assert counts == {"encoder": 41_024, "pooling": 65, "hidden": 650, "output": 11}
    assert sum(counts.values()) == 41_750
    weights = network.attention_weights(normal(0, 2, 500, 128))
    assert weights.shape == (2, 496)
    assert_close(weights.sum(1), torch.ones(2))
    assert weights.max() <= largest_bounded_weight(496) + 1e-6


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_convolution_agrees_with_loops(padding):
    features = ConvolutionalFeatures(3, 5, 3, padding=padding).double()
    inputs = normal(1, 2, 7, 3, dtype=torch.float64)
    padded = np.pad(
        inputs.numpy(), ((0, 0), (1, 1), (0, 0)) if padding == "same" else ((0, 0),) * 3
    )
    kernel = features.convolution.weight.detach().numpy()  # (C, D, k)
    length = 7 if padding == "same" else 5
    expected = np.zeros((2, length, 5))
    for b, t, c in np.ndindex(expected.shape):
        window = padded[b, t : t + 3]  # (k, D)
        total = float((window.T * kernel[c]).sum()) + float(features.convolution.bias.detach()[c])
        expected[b, t, c] = max(total, 0.0)
    assert_close(features(inputs), torch.from_numpy(expected))


@pytest.mark.parametrize("kind", POOLING_KINDS)
def test_network_is_pooling_between_convolution_and_dense(kind):
    network = AtNet1d(3, 5, 3, pooling=make_pooling(kind, 5), num_outputs=2)
    inputs = normal(2, 2, 11, 3)
    pooled = network.pooling(network.encoder(inputs))
    expected = network.output(torch.relu(network.hidden(pooled)))
    assert torch.equal(network(inputs), expected)
    assert network(inputs).shape == (2, 2)


def test_default_pooling_is_attention_and_sum():
    for network in (AtNet1d(3, 5, 3), AtNet2d(num_filters=2)):
        assert isinstance(network.pooling, AttentionPooling)
        assert not network.pooling.bounded


def test_images_are_read_row_by_row():
    features = ImageFeatures(2, 3)
    images = normal(3, 2, 2, 6, 10)
    expected = features.layers(images)  # (B, C, 3, 5)
    received = features(images)
    assert received.shape == (2, 15, 6)
    for row, column in ((0, 0), (1, 4), (2, 2)):
        assert torch.equal(received[:, row * 5 + column], expected[:, :, row, column])


def test_images_to_classes():
    network = AtNet2d(in_channels=2, num_filters=3, num_outputs=7)
    images = normal(4, 5, 2, 8, 8)
    assert network(images).shape == (5, 7)
    assert network.attention_weights(images).shape == (5, 16)
    # Duas convoluções 3×3, máximo 2×2, duas 3×3, pontuação, densa e saída.
    sizes = (2 * 9 * 3 + 3, 3 * 9 * 3 + 3, 3 * 9 * 6 + 6, 6 * 9 * 6 + 6, 7, 42, 49)
    assert sum(parameter.numel() for parameter in network.parameters()) == sum(sizes)


def test_one_step_lowers_the_loss():
    torch.manual_seed(0)
    network = AtNet1d(3, 5, 3)
    inputs, targets = normal(5, 13, 11, 3), torch.arange(13) % 2
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)

    def loss():
        return torch.nn.functional.binary_cross_entropy_with_logits(
            network(inputs)[:, 0], targets.float()
        )

    before = loss()
    before.backward()
    optimizer.step()
    assert loss() < before


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AtNet1d(0), r"input_size.*recebi 0"),
        (lambda: AtNet1d(3, True), r"num_filters.*recebi True"),
        (lambda: AtNet1d(3, 5, 2.0), r"kernel_size.*recebi 2\.0"),
        (lambda: AtNet1d(3, 5, 3, num_outputs=0), r"num_outputs.*recebi 0"),
        (lambda: AtNet1d(3, 5, 3, padding="causal"), r"'valid' ou 'same'; recebi 'causal'"),
        (lambda: AtNet1d(3, 5, 4, padding="same"), r"ímpar; recebi 4.*'valid'"),
        (lambda: AtNet2d(0), r"in_channels.*recebi 0"),
        (lambda: AtNet2d(1, -3), r"num_filters.*recebi -3"),
        (lambda: AtNet1d(3, 5, 3)(torch.zeros(2, 3, 11)), r"T, 3\).*recebi \(2, 3, 11\).*ordem"),
        (lambda: AtNet1d(3, 5, 3)(torch.zeros(2, 2, 3)), r"T >= 3; recebi \(2, 2, 3\)"),
        (lambda: AtNet1d(3, 5, 3)(torch.zeros(11, 3)), r"recebi \(11, 3\)"),
        (lambda: AtNet2d()(torch.zeros(2, 8, 8)), r"\(B, 1, Hi, Wi\).*images\[:, None\]"),
        (lambda: AtNet2d()(torch.zeros(2, 3, 8, 8)), r"recebi \(2, 3, 8, 8\)"),
        (lambda: AtNet2d()(torch.zeros(2, 1, 8, 1)), r"lados ao menos 2"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_pooling_without_weights_says_so():
    network = AtNet1d(3, 5, 3, pooling=MaxPooling())
    with pytest.raises(TypeError, match=r"MaxPooling não tem pesos.*Use AttentionPooling"):
        network.attention_weights(torch.zeros(1, 7, 3))
