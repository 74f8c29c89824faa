"""Rodada de recuperação: reprodutível, e com medidas que sabem dar zero e um."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.attention import AdditiveScore, GeneralScore, ScaledDotScore
from coursekit.data.associative_recall import AssociativeRecall, random_rotation
from coursekit.models.retrieval import RetrievalModel
from coursekit.models.retrieval_trial import (
    RecallTrial,
    largest_saved_tensor,
    run_recall_trial,
    weight_change,
)


def bilinear(dim, generator):
    return GeneralScore(dim, dim, generator=generator)


class ConstantScore(nn.Module):
    """Pontua tudo com zero: pesos iguais para qualquer consulta."""

    def forward(self, query, key):
        return query.new_zeros(len(query), 1, key.shape[1])


def trial_with(score, dim=29):
    generator = np.random.default_rng(0)
    task = AssociativeRecall(random_rotation(dim, generator=generator), num_pairs=5)
    if score == "oracle":
        score = GeneralScore(dim, dim)
        score.weight.data = torch.from_numpy(60 * task.rotation.T.astype(np.float32))
    return RecallTrial(task, RetrievalModel(score, task.num_classes), accuracy=0.0)


def test_trial_trains_what_has_parameters_and_repeats_itself():
    first = run_recall_trial(bilinear, 17, 0, num_steps=40, learning_rate=0.03)
    second = run_recall_trial(bilinear, 17, 0, num_steps=40, learning_rate=0.03)
    other = run_recall_trial(bilinear, 17, 1, num_steps=40, learning_rate=0.03)
    assert first.accuracy == second.accuracy > 0.5
    assert not np.array_equal(first.task.rotation, other.task.rotation)
    assert first.task.num_pairs == 16
    assert first.task.num_classes == 8


def test_trial_only_evaluates_a_score_without_parameters():
    trial = run_recall_trial(lambda dim, generator: ScaledDotScore(), 5, 0)
    assert 0.05 < trial.accuracy < 0.5


def test_weight_change_is_zero_if_the_query_is_ignored():
    assert weight_change(trial_with(ConstantScore()), seed=0, num_examples=13) == 0.0


def test_weight_change_is_one_if_each_query_has_its_own_pair():
    trial = trial_with("oracle")
    before = trial.model.score.weight.detach().clone()
    assert 0.99 < weight_change(trial, seed=0, num_examples=200) <= 1.0 + 1e-6
    assert torch.equal(before, trial.model.score.weight)


def test_largest_saved_tensor_counts_the_hidden_layer_of_the_additive_score():
    query, key = torch.randn(2, 5, 7, requires_grad=True), torch.randn(2, 11, 7)
    # Escalar: as chaves, 2·11·7 (os pesos são 2·5·11); aditiva: a camada oculta.
    assert largest_saved_tensor(ScaledDotScore(), query, key) == 2 * 11 * 7
    assert largest_saved_tensor(AdditiveScore(7, 7, 13), query, key) == 2 * 5 * 11 * 13


def test_largest_saved_tensor_needs_a_gradient():
    query, key = torch.randn(2, 5, 7), torch.randn(2, 11, 7)
    with pytest.raises(ValueError, match=r"nada foi guardado.*requires_grad_"):
        largest_saved_tensor(ScaledDotScore(), query, key)
