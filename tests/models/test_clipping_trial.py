"""Rodada de explosão: a identidade no começo, o recorte no meio, a parada no fim."""

import math

import torch
from torch.testing import assert_close

from coursekit.models.clipping_trial import (
    ClippingTrial,
    identity_relu_reader,
    run_clipping_trial,
)


def test_reader_starts_at_the_identity():
    before = torch.get_rng_state()
    layer = identity_relu_reader(29, seed=0).layer
    assert_close(layer.weight_hh_l0.detach(), torch.eye(29))
    assert not layer.bias_ih_l0.any()
    assert not layer.bias_hh_l0.any()
    assert 0.02 < float(layer.weight_ih_l0.detach().std()) < 0.04
    assert torch.equal(before, torch.get_rng_state())


def test_without_clipping_a_large_rate_breaks_and_stops():
    trial = run_clipping_trial(None, 0, length=31, num_steps=60, learning_rate=1.0, hidden_size=17)
    assert trial.broke
    assert len(trial.losses) == len(trial.gradient_norms) < 60
    assert math.isfinite(trial.worst_loss)


def test_clipping_keeps_the_first_update_short():
    rate = 0.02
    free, clipped = (
        run_clipping_trial(limit, 0, length=31, num_steps=2, learning_rate=rate, hidden_size=17)
        for limit in (None, 1e-6)
    )
    assert free.losses[0] == clipped.losses[0]
    assert free.gradient_norms[0] == clipped.gradient_norms[0] > 1
    assert free.losses[1] != clipped.losses[1]
    assert not clipped.broke


def test_trial_repeats_itself_and_follows_the_seed():
    runs = [
        run_clipping_trial(1.0, seed, length=5, num_steps=4, hidden_size=7) for seed in (0, 0, 1)
    ]
    assert runs[0] == runs[1] != runs[2]
    assert len(runs[0].losses) == 4


def test_worst_loss_ignores_what_is_not_finite():
    trial = ClippingTrial(losses=(0.5, 3.0, math.inf), gradient_norms=(1.0, 2.0, math.nan))
    assert trial.worst_loss == 3.0
    assert trial.broke
    assert ClippingTrial((0.5, 1.0), (1.0, math.inf)).broke
    assert not ClippingTrial((0.5,), (1.0,)).broke
