"""Rodada de dígito com distratores: massa na caixa certa, reprodutível, e recusas."""

import numpy as np
import pytest
import torch

from coursekit.data.digit_canvas import make_digit_canvases
from coursekit.models.atnet import AtNet2d
from coursekit.models.canvas_trial import box_mass, run_canvas_trial
from coursekit.models.pooling import MaxPooling


class KnowingAtNet(AtNet2d):
    """Põe o peso todo num ponto do quadro, relativo ao canto do dígito."""

    def __init__(self, corners, shift):
        super().__init__(num_filters=1)
        self.places = corners // 2 + np.array(shift)

    def attention_weights(self, images):
        grids = torch.zeros(len(images), 12, 12)
        for grid, (row, column) in zip(grids, self.places, strict=True):
            if 0 <= row < 12 and 0 <= column < 12:
                grid[row, column] = 1.0
        return grids.flatten(1)


def canvases(count=23, num_fragments=6):
    generator = np.random.default_rng(0)
    return make_digit_canvases(
        count, generator.random((5, 64)), np.arange(5), generator=generator,
        num_fragments=num_fragments,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shift", "expected"),
    [((0, 0), 1.0), ((3, 3), 1.0), ((4, 0), 0.0), ((0, 4), 0.0), ((-1, 0), 0.0), ((0, -1), 0.0)],
)
def test_box_mass_knows_the_box(shift, expected):
    examples = canvases()
    assert box_mass(KnowingAtNet(examples.corners, shift), examples) == expected


def test_uniform_weights_give_the_fraction_of_the_area():
    network = AtNet2d(num_filters=2)
    with torch.no_grad():
        for parameter in network.pooling.parameters():
            parameter.zero_()
    assert abs(box_mass(network, canvases()) - 16 / 144) < 1e-6


def test_trial_repeats_itself():
    first, second = (run_canvas_trial("attention", 3, num_steps=6) for _ in range(2))
    other = run_canvas_trial("max", 3, num_steps=6)
    changed = run_canvas_trial("attention", 4, num_steps=6)
    assert first.step_losses == second.step_losses
    assert first.step_losses != changed.step_losses
    assert 0 < first.digit_mass < 1
    assert other.digit_mass is None
    assert np.array_equal(first.test.images, other.test.images)
    assert first.test.images.shape == (500, 1, 24, 24)


def test_mass_needs_weights():
    with pytest.raises(TypeError, match=r"MaxPooling não tem pesos"):
        box_mass(AtNet2d(pooling=MaxPooling()), canvases(2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("avg", 0), r"recebi 'avg'"), (("max", 0, 0), r"num_steps=0")],
)
def test_refusals(arguments, message):
    pooling, seed, *steps = arguments
    options = {"num_steps": steps[0]} if steps else {}
    with pytest.raises(ValueError, match=message):
        run_canvas_trial(pooling, seed, **options)
