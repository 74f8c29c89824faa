"""Rodada de ligação à distância: quem alcança quem, reprodutível, e recusas."""

import numpy as np
import pytest
import torch

from coursekit.models.binding_trial import READER_KINDS, make_reader, run_binding_trial
from coursekit.models.pooling import AttentionPooling, MaxPooling, WeightedMaxPooling


def reader(kind):
    torch.manual_seed(0)
    return make_reader(kind, 13, 29)


def reach(network, length=29, middle=14):
    """A que distância do meio chega a mudança de uma palavra."""
    tokens = torch.arange(length)[None] % 13
    changed = tokens.clone()
    changed[0, middle] = (changed[0, middle] + 1) % 13
    with torch.no_grad():
        moved = (network.encoder(tokens) - network.encoder(changed)).abs().sum(-1)[0] > 1e-7
    positions = torch.nonzero(moved)[:, 0] - middle
    return int(positions.min()), int(positions.max())


@pytest.mark.parametrize("kind", READER_KINDS)
def test_who_reaches_whom(kind):
    expected = (-2, 2) if kind.startswith("cnn") else (-14, 14)
    if kind == "self_attention_alibi":
        expected = (0, 14)  # causal: só as posições à frente a veem
    assert reach(reader(kind)) == expected


def test_each_kind_has_its_pooling():
    poolings = {kind: type(reader(kind).pooling) for kind in READER_KINDS}
    assert poolings.pop("cnn_max") is MaxPooling
    assert poolings.pop("cnn_source") is WeightedMaxPooling
    assert set(poolings.values()) == {AttentionPooling}


@pytest.mark.parametrize("kind", ["cnn_attention", "self_attention_relative"])
def test_trial_repeats_itself_and_keeps_the_same_passages_for_all(kind):
    options = {"distance": 2, "length": 18, "num_steps": 8}
    first, second = (run_binding_trial(kind, 3, **options) for _ in range(2))
    other = run_binding_trial(kind, 4, **options)
    assert first.step_losses == second.step_losses
    assert first.step_losses != other.step_losses
    assert len(first.step_losses) == 8
    assert first.task.distance == 2


def test_near_words_are_bound_by_the_convolution_itself():
    trial = run_binding_trial("cnn_max", 5, distance=2, length=18, num_steps=150)
    assert trial.accuracy > 0.95
    assert trial.training_accuracy > 0.95


def test_answers_do_not_depend_on_the_rest_of_the_batch():
    network = reader("self_attention_rotary").eval()
    tokens = torch.from_numpy(np.random.default_rng(0).integers(13, size=(5, 17)))
    alone = torch.cat([network(row[None]) for row in tokens])
    assert torch.allclose(network(tokens), alone, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_reader("cnn", 3, 3), r"kind deve ser um de .*recebi 'cnn'"),
        (lambda: run_binding_trial("bigru", 0, distance=20), r"length=40.*distance=20"),
        (lambda: run_binding_trial("bigru", 0, num_steps=0), r"num_steps=0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
