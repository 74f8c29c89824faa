"""Transformer de dígitos: retalhos, saco de retalhos sem posição, e rodada que aprende."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.models.digit_transformer import DigitTransformer, image_patches
from coursekit.models.digit_transformer_trial import run_digit_transformer_trial


def transformer(position):
    torch.manual_seed(0)
    network = DigitTransformer(position=position, dim=8, num_heads=2)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.5)
    return network


@pytest.mark.parametrize(("side", "patch"), [(6, 2), (6, 3), (8, 2), (5, 1), (4, 4)])
def test_patches_agree_with_slices(side, patch):
    images = torch.arange(2.0 * side * side).view(2, side, side)
    patches = image_patches(images, patch)
    per_row = side // patch
    assert patches.shape == (2, per_row**2, patch**2)
    for row, column in np.ndindex(per_row, per_row):
        corner = images[:, row * patch : (row + 1) * patch, column * patch : (column + 1) * patch]
        assert torch.equal(patches[:, row * per_row + column], corner.flatten(1))


def test_without_position_it_is_a_bag_of_patches():
    pixels = torch.rand(3, 64, generator=torch.Generator().manual_seed(1))
    order = torch.randperm(16, generator=torch.Generator().manual_seed(2))
    grid = image_patches(pixels.view(3, 8, 8), 2)[:, order].view(3, 4, 4, 2, 2)
    shuffled = grid.transpose(2, 3).reshape(3, 64)
    bag, ordered = transformer("none"), transformer("learned")
    assert_close(bag(shuffled), bag(pixels), rtol=1e-4, atol=1e-4)
    assert (ordered(shuffled) - ordered(pixels)).abs().max() > 0.01


def test_answer_is_read_from_the_class_vector():
    network = transformer("learned")
    pixels = torch.rand(2, 64, generator=torch.Generator().manual_seed(3))
    patches = network.embed(image_patches(pixels.view(2, 8, 8), 2))
    sequence = torch.cat([network.class_vector.expand(2, 1, 8), patches], dim=1)
    expected = network.output(network.norm(network.features(sequence))[:, 0])
    assert_close(network(pixels), expected)
    assert network(pixels).shape == (2, 10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DigitTransformer(position="rotary"), r"'learned' ou 'none'; recebi 'rotary'"),
        (lambda: DigitTransformer()(torch.zeros(2, 8, 8)), r"\(B, 64\); recebi \(2, 8, 8\)"),
        (lambda: image_patches(torch.zeros(2, 6, 4), 2), r"\(B, S, S\).*recebi \(2, 6, 4\)"),
        (lambda: image_patches(torch.zeros(2, 6, 6), 4), r"patch_side=4"),
        (lambda: image_patches(torch.zeros(2, 6, 6), 0), r"patch_side=0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_trial_repeats_itself_and_learns():
    first, second = (run_digit_transformer_trial("learned", 3, num_steps=40) for _ in range(2))
    other = run_digit_transformer_trial("learned", 4, num_steps=40)
    assert first.step_losses == second.step_losses
    assert first.accuracy == second.accuracy > 0.2
    assert first.step_losses != other.step_losses
    assert first.step_losses[-1] < first.step_losses[0]
