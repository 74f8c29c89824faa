"""Rodada de agregação: reprodutível, com medidas que sabem dar zero e um."""

import math

import numpy as np
import pytest
import torch

from coursekit.data.negation_sentiment import NegationSentiment
from coursekit.models.pooling import largest_bounded_weight
from coursekit.models.pooling_trial import (
    SentenceAtNet,
    _read_weights,
    pooling_gradient_scale,
    run_pooling_trial,
)


class PointingAtNet(SentenceAtNet):
    """Dá todo o peso à posição que a própria entrada diz (deslocada)."""

    def __init__(self, positions, shift):
        super().__init__(3, "attention")
        self.positions, self.shift = positions, shift

    def attention_weights(self, tokens):
        return torch.nn.functional.one_hot(
            torch.from_numpy(self.positions) + self.shift, tokens.shape[1] + 9
        ).double()


def test_trial_repeats_itself_and_keeps_the_same_sentences_for_all():
    first, second = (run_pooling_trial("source", 3, length=24, num_steps=15) for _ in range(2))
    other = run_pooling_trial("max", 3, length=24, num_steps=15)
    changed = run_pooling_trial("source", 4, length=24, num_steps=15)
    assert first.step_losses == second.step_losses
    assert np.array_equal(first.test.tokens, other.test.tokens)
    assert not np.array_equal(first.test.tokens, changed.test.tokens)
    assert first.test.tokens.shape == (1_000, 24)
    assert first.largest_weight <= largest_bounded_weight(24) + 1e-6
    assert first.largest_weight > 1 / 24
    assert (other.largest_weight, other.pointing) == (None, None)


def test_trial_learns():
    trial = run_pooling_trial("max", 5, length=24, num_steps=250)
    assert trial.accuracy > 0.9
    assert len(trial.step_losses) == 250


@pytest.mark.parametrize(
    ("shift", "expected"), [(0, 1.0), (2, 1.0), (3, 0.0), (-2, 1.0), (-3, 0.0)]
)
def test_pointing_counts_what_the_filter_reaches(shift, expected):
    batch = NegationSentiment(24).sample(40, generator=np.random.default_rng(0))
    keep = batch.positions >= 3
    batch = type(batch)(batch.tokens[keep], batch.labels[keep], batch.positions[keep])
    largest, pointing = _read_weights(PointingAtNet(batch.positions, shift), batch)
    assert largest == 1.0
    assert pointing == expected


def test_gradient_scale_by_hand():
    # Soma: 1 em tudo, √(T·64); média: isso sobre T; máximo: um 1 por característica, √64.
    assert abs(pooling_gradient_scale("sum", 25) - math.sqrt(25 * 64)) < 1e-4
    assert abs(pooling_gradient_scale("mean", 25) - math.sqrt(64 / 25)) < 1e-4
    assert abs(pooling_gradient_scale("max", 25) - 8.0) < 1e-4


def test_the_source_shrinks_the_gradient_about_n_times():
    # Pesos de ordem 1/n: a razão entre o máximo e a fonte cresce como n.
    ratios = [
        pooling_gradient_scale("max", n) / pooling_gradient_scale("source", n) for n in (50, 400)
    ]
    assert 50 / 3 < ratios[0] < 50 * 3
    assert 5 < ratios[1] / ratios[0] < 13
    rescaled = pooling_gradient_scale("source_rescaled", 50)
    assert 0.3 < rescaled / pooling_gradient_scale("max", 50) < 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run_pooling_trial("avg", 0), r"kind deve ser um de .*recebi 'avg'"),
        (lambda: run_pooling_trial("max", 0, length=9), r"ao menos 24; recebi 9"),
        (lambda: run_pooling_trial("max", 0, num_steps=0), r"num_steps=0"),
        (lambda: pooling_gradient_scale("max", 0), r"num_positions.*recebi 0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
