"""Rodadas da atenção esparsa: o alcance decide, tudo se repete, e a perda olha onde deve."""

import numpy as np
import pytest
import torch

from coursekit.attention.sparse import SlidingWindow, Strided
from coursekit.data.near_and_far import far_symbol_batch, neighbor_maximum_batch
from coursekit.models.classifier_training import build_seeded
from coursekit.models.masked_transformer import MaskedTransformer
from coursekit.models.sparse_trial import (
    FarScore,
    near_accuracy,
    score_far,
    train_far,
    train_near,
)

DENSE, WINDOW = Strided(1).mask(17), SlidingWindow(2).mask(17)


def test_far_task_is_learned_within_reach_only():
    dense, window = train_far(DENSE, 5, num_steps=150), train_far(WINDOW, 5, num_steps=150)
    scores = {name: score_far(model, seed=7) for name, model in (("d", dense), ("w", window))}
    assert scores["d"].accuracy() > 0.95
    assert scores["w"].accuracy(most=2) > 0.9
    assert scores["w"].accuracy(least=5) < 0.2
    swapped = score_far(dense.with_mask(WINDOW), seed=7)
    assert swapped.accuracy() < 0.6


def test_near_task_is_learned_by_the_window():
    assert near_accuracy(train_near(WINDOW, 5, num_steps=250), seed=7) > 0.9


def test_relative_bias_reaches_the_model():
    model = train_near(DENSE, 5, num_steps=2, relative=True)
    assert model.blocks[0].attention.score_bias is not None
    assert train_near(DENSE, 5, num_steps=2).blocks[0].attention.score_bias is None


@pytest.mark.parametrize("train", [train_far, train_near])
def test_the_seed_decides_and_the_global_generator_is_left_alone(train):
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    first, second, other = (train(WINDOW, seed, num_steps=3) for seed in (2, 2, 3))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(first.head.weight, second.head.weight)
    # Três passos de Adam movem um peso em até 0,03: só partidas diferentes se afastam tanto.
    assert (first.head.weight - other.head.weight).abs().max() > 0.1


@pytest.mark.parametrize(
    ("train", "sample", "size", "rate", "places"),
    [
        (train_far, far_symbol_batch, 32, 3e-3, slice(16, 17)),
        (train_near, neighbor_maximum_batch, 16, 1e-2, slice(1, 16)),
    ],
)
def test_one_step_by_hand(train, sample, size, rate, places):
    batch = sample(size, generator=np.random.default_rng(2), length=17)
    model = build_seeded(lambda: MaskedTransformer(WINDOW, vocabulary_size=21, num_classes=10), 2)
    logits = model(torch.from_numpy(batch.tokens))[:, places]
    wanted = torch.from_numpy(batch.labels).reshape(size, -1, 1)
    (-logits.log_softmax(dim=-1).gather(-1, wanted).mean()).backward()
    trained = train(WINDOW, 2, num_steps=1).head.weight
    # O primeiro passo de Adam é a taxa, com o sinal contrário ao do gradiente.
    moved = model.head.weight.detach() - rate * model.head.weight.grad.sign()
    torch.testing.assert_close(trained.detach(), moved, rtol=0, atol=rate * 1e-2)


def test_scores_are_those_counted_by_hand():
    model = train_far(DENSE, 5, num_steps=20)
    score = score_far(model, seed=11)
    batch = far_symbol_batch(500, generator=np.random.default_rng(11), length=17)
    with torch.no_grad():
        answers = [int(model(torch.tensor(row)[None])[0, 16].argmax()) for row in batch.tokens[:40]]
    assert score.hits[:40].tolist() == [
        answer == label for answer, label in zip(answers, batch.labels[:40], strict=True)
    ]
    assert score.hits.shape == score.distances.shape == (500,)
    near = neighbor_maximum_batch(100, generator=np.random.default_rng(11), length=17)
    with torch.no_grad():
        logits = model(torch.from_numpy(near.tokens))
    hits = [
        int(logits[row, place].argmax()) == near.labels[row, place - 1]
        for row in range(100)
        for place in range(1, 16)
    ]
    assert near_accuracy(model, seed=11) == pytest.approx(np.mean(hits))


def test_ranges_include_both_ends():
    score = FarScore(np.array([True, False, True, True]), np.array([2, 3, 5, 7]))
    assert score.accuracy(3, 5) == 0.5
    assert score.accuracy(least=5) == 1.0
    assert score.accuracy(most=3) == 0.5
    with pytest.raises(ValueError, match=r"de 8 a None; há de 2 a 7"):
        score.accuracy(least=8)


@pytest.mark.parametrize("train", [train_far, train_near])
def test_refuses_no_training(train):
    with pytest.raises(ValueError, match=r"num_steps deve ser positivo; recebi 0"):
        train(WINDOW, 0, num_steps=0)
