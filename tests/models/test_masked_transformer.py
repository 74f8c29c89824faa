"""Transformer sob máscara: a influência anda pelo grafo, e trocar a máscara não troca pesos."""

import numpy as np
import pytest
import torch

from coursekit.attention.sparse import RandomBlocks, SlidingWindow, Strided
from coursekit.models.classifier_training import build_seeded
from coursekit.models.masked_transformer import MaskedTransformer
from coursekit.reference.sparse import hop_counts

LENGTH = 13


def make(mask, **options):
    return build_seeded(
        lambda: MaskedTransformer(mask, vocabulary_size=7, num_classes=5, **options), 3
    )


@torch.no_grad()
def influences(model):
    """Que posições mudam quando se troca cada símbolo: linha = saída, coluna = entrada."""
    tokens = torch.arange(LENGTH)[None] % 7
    changed = tokens.repeat(LENGTH, 1)
    changed.fill_diagonal_(0)
    changed[0, 0] = 1
    changed[7, 7] = 2
    moved = (model(changed) - model(tokens)).abs().sum(dim=-1) > 1e-7  # (entrada, saída)
    return moved.T.numpy()


@pytest.mark.parametrize(
    "pattern", [SlidingWindow(2), SlidingWindow(1, causal=True), Strided(4), RandomBlocks(1, 2, 5)]
)
def test_each_output_depends_exactly_on_what_two_hops_reach(pattern):
    mask = pattern.mask(LENGTH)
    expected = hop_counts(mask) <= 2
    np.testing.assert_array_equal(influences(make(mask)), expected)


def test_swapping_the_mask_keeps_the_weights_and_the_original():
    window, dense = SlidingWindow(1).mask(LENGTH), Strided(1).mask(LENGTH)
    model = make(dense)
    copy = model.with_mask(window)
    assert influences(model).all()
    np.testing.assert_array_equal(influences(copy), SlidingWindow(2).mask(LENGTH))
    for name, weight in model.named_parameters():
        assert torch.equal(weight, dict(copy.named_parameters())[name])
    tokens = torch.arange(LENGTH)[None] % 7
    torch.testing.assert_close(copy(tokens), make(window)(tokens))


def test_the_copy_does_not_share_memory():
    model = make(Strided(1).mask(LENGTH))
    copy = model.with_mask(SlidingWindow(1).mask(LENGTH))
    with torch.no_grad():
        copy.head.weight.zero_()
    assert model.head.weight.abs().sum() > 0


def test_a_mask_has_no_parameters_and_the_relative_bias_has():
    counts = [
        sum(parameter.numel() for parameter in make(mask, **options).parameters())
        for mask, options in (
            (SlidingWindow(1).mask(LENGTH), {}),
            (Strided(1).mask(LENGTH), {}),
            (Strided(1).mask(LENGTH), {"relative": True}),
        )
    ]
    assert counts[0] == counts[1]
    assert counts[2] - counts[1] == 2 * 2 * (2 * LENGTH + 1)  # blocos · cabeças · distâncias


def test_the_mask_given_is_not_aliased():
    mask = np.eye(LENGTH, dtype=bool)
    model = make(mask)
    mask[:] = True
    np.testing.assert_array_equal(influences(model), np.eye(LENGTH, dtype=bool))


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.eye(3), TypeError, r"booleana.*recebi float64"),
        (np.ones((2, 3), dtype=bool), ValueError, r"\(T, T\).*recebi \(2, 3\)"),
        (np.ones(3, dtype=bool), ValueError, r"recebi \(3,\)"),
        (np.ones((0, 0), dtype=bool), ValueError, r"T >= 1; recebi \(0, 0\)"),
    ],
)
def test_refuses_masks(mask, error, message):
    with pytest.raises(error, match=message):
        make(mask)
    with pytest.raises(error, match=message):
        make(np.eye(LENGTH, dtype=bool)).with_mask(mask)


def test_refuses_another_length():
    with pytest.raises(ValueError, match=r"forma \(3, 3\).*para \(13, 13\).*pattern\.mask\(13\)"):
        make(np.eye(LENGTH, dtype=bool)).with_mask(np.eye(3, dtype=bool))
