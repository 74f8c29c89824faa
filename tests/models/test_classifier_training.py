"""Treino e acerto: contas à mão, decorar oito exemplos, mesma semente e recusas."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.models.classifier_training import (
    build_seeded,
    classification_accuracy,
    train_classifier,
)


class Echo(nn.Module):
    """Devolve a própria entrada, e guarda em que modo foi chamado."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))
        self.modes = []

    def forward(self, inputs):
        self.modes.append(self.training)
        return inputs * self.weight


def test_accuracy_by_hand():
    binary = np.array([[2.0], [-1.0], [0.0], [0.5]], dtype=np.float32)
    # Previstos 1, 0, 0, 1; certos 1, 1, 0, 1.
    assert classification_accuracy(Echo(), binary, [1, 1, 0, 1]) == 0.75
    several = np.array([[0.0, 2.0, 1.0], [3.0, 0.0, 1.0], [0.0, 1.0, 2.0]], dtype=np.float32)
    assert classification_accuracy(Echo(), several, [1, 2, 2]) == 2 / 3


def test_accuracy_counts_every_part_and_restores_the_mode():
    model = Echo().train()
    scores = np.where(np.arange(1_201) % 3 == 0, 1.0, -1.0).astype(np.float32)[:, None]
    assert classification_accuracy(model, scores, np.ones(1_201, dtype=int)) == 401 / 1_201
    assert model.modes == [False, False, False]
    assert model.training


@pytest.mark.parametrize("num_outputs", [1, 3])
def test_memorizes_eight_examples(num_outputs):
    inputs = np.random.default_rng(0).standard_normal((8, 5)).astype(np.float32)
    labels = np.arange(8) % max(2, num_outputs)
    model = build_seeded(
        lambda: nn.Sequential(nn.Linear(5, 17), nn.Tanh(), nn.Linear(17, num_outputs)), seed=0
    )
    history = train_classifier(
        model, inputs, labels,
        generator=torch.Generator().manual_seed(0), num_steps=200, learning_rate=0.03,
    )  # fmt: skip
    assert classification_accuracy(model, inputs, labels) == 1.0
    assert len(history.step_losses) == 200
    assert history.step_losses[-1] < 0.1 * history.step_losses[0]


def test_first_loss_is_the_cross_entropy_of_the_batch():
    inputs = np.array([[2.0], [2.0]], dtype=np.float32)
    history = train_classifier(
        Echo(), inputs, [1, 1], generator=torch.Generator().manual_seed(0), num_steps=1
    )
    assert abs(history.step_losses[0] - np.log1p(np.exp(-2.0))) < 1e-6
    pair = np.array([[0.0, np.log(3.0)]], dtype=np.float32)
    history = train_classifier(
        Echo(), pair, [0], generator=torch.Generator().manual_seed(0), num_steps=1
    )
    assert abs(history.step_losses[0] - np.log(4.0)) < 1e-6


def test_batches_depend_on_the_generator_alone():
    inputs = np.random.default_rng(1).standard_normal((31, 2)).astype(np.float32)
    labels = np.arange(31) % 2

    def losses(seed):
        model = build_seeded(lambda: nn.Linear(2, 1), seed=5)
        history = train_classifier(
            model, inputs, labels,
            generator=torch.Generator().manual_seed(seed), num_steps=5, batch_size=3,
        )  # fmt: skip
        return list(history.step_losses)

    first = losses(0)
    torch.manual_seed(99)
    assert losses(0) == first
    assert losses(1) != first


def test_seeded_model_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    first, second, other = (build_seeded(lambda: nn.Linear(3, 2), seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first.weight, second.weight)
    assert not torch.equal(first.weight, other.weight)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_steps": 0}, r"num_steps=0"),
        ({"batch_size": 0}, r"batch_size=0"),
        ({"learning_rate": 0.0}, r"learning_rate=0\.0.*Aumente"),
        ({"labels": [1]}, r"inputs \(2, 1\) e labels \(1,\).*um rótulo por exemplo"),
        ({"labels": [[1], [0]]}, r"labels \(2, 1\)"),
        ({"inputs": np.zeros((0, 1)), "labels": np.zeros(0)}, r"ao menos um exemplo"),
    ],
)
def test_refusals(changes, message):
    arguments = {"inputs": np.zeros((2, 1)), "labels": [0, 1], "num_steps": 1, **changes}
    with pytest.raises(ValueError, match=message):
        train_classifier(nn.Linear(1, 1), generator=torch.Generator(), **arguments)
