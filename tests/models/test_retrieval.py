"""Recuperação por atenção: conta à mão, oráculo em laços e aprendizado de verdade."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.data.associative_recall import AssociativeRecall, random_rotation
from coursekit.models.retrieval import (
    RetrievalModel,
    majority_accuracy,
    recall_accuracy,
    train_recall,
)


class BilinearScore(nn.Module):
    """Pontuação mínima, própria do teste: q W k, sem depender do pacote de atenção."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(torch.as_tensor(weight).clone())

    def forward(self, query, key):
        return torch.einsum("bqd,de,bke->bqk", query, self.weight, key)


class FixedScore(nn.Module):
    """Devolve sempre os mesmos escores, sem parâmetros."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, query, key):
        return self.scores


def make_task(seed=0, dim=5, num_pairs=7, num_classes=3):
    generator = np.random.default_rng(seed)
    rotation = random_rotation(dim, generator=generator)
    return AssociativeRecall(rotation, num_pairs=num_pairs, num_classes=num_classes), generator


def random_inputs(seed, batch=2, num_pairs=7, dim=5, num_classes=3):
    rng = torch.Generator().manual_seed(seed)
    queries = torch.randn(batch, dim, generator=rng, dtype=torch.float64)
    keys = torch.randn(batch, num_pairs, dim, generator=rng, dtype=torch.float64)
    labels = torch.randint(num_classes, (batch, num_pairs), generator=rng)
    weight = torch.randn(dim, dim, generator=rng, dtype=torch.float64)
    return queries, keys, labels, weight


def test_probabilities_match_hand_computation():
    # Escores 0, ln 2 e ln 5: pesos 1/8, 2/8 e 5/8. Classes 2, 0, 2: p = (2/8, 0, 6/8).
    scores = torch.tensor([[[0.0, math.log(2), math.log(5)]]], dtype=torch.float64)
    model = RetrievalModel(FixedScore(scores), num_classes=3)
    probabilities = model(torch.zeros(1, 2), torch.zeros(1, 3, 2), torch.tensor([[2, 0, 2]]))
    expected = torch.tensor([[2 / 8, 0.0, 6 / 8]], dtype=torch.float64)
    assert_close(probabilities, expected)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_agrees_with_a_literal_loop(seed):
    queries, keys, labels, weight = random_inputs(seed)
    probabilities = RetrievalModel(BilinearScore(weight), 3)(queries, keys, labels)
    expected = np.zeros((2, 3))
    for row in range(2):
        scores = [float(queries[row] @ weight @ keys[row, pair]) for pair in range(7)]
        powers = [math.exp(score - max(scores)) for score in scores]
        for pair in range(7):
            expected[row, labels[row, pair]] += powers[pair] / sum(powers)
    assert_close(probabilities, torch.from_numpy(expected))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_order_of_the_pairs_does_not_matter(seed):
    queries, keys, labels, weight = random_inputs(seed)
    model = RetrievalModel(BilinearScore(weight), 3)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(seed))
    assert_close(model(queries, keys, labels), model(queries, keys[:, order], labels[:, order]))


def test_attention_weights_sum_to_one_and_change_with_the_query():
    queries, keys, _, weight = random_inputs(0)
    model = RetrievalModel(BilinearScore(weight), 3)
    weights = model.attention_weights(queries, keys)
    assert weights.shape == (2, 7)
    assert_close(weights.sum(dim=-1), torch.ones(2, dtype=torch.float64))
    assert not torch.allclose(weights, model.attention_weights(-queries, keys))


def test_gradient_reaches_the_score_and_agrees_with_finite_differences():
    queries, keys, labels, weight = random_inputs(3)

    def probabilities(matrix):
        score = BilinearScore(torch.zeros(5, 5, dtype=torch.float64))
        model = RetrievalModel(score, 3)
        return torch.func.functional_call(model, {"score.weight": matrix}, (queries, keys, labels))

    assert torch.autograd.gradcheck(probabilities, (weight.requires_grad_(),))


def test_knowing_the_rotation_solves_the_task_and_ignoring_the_query_does_not():
    # q = k M, logo q Mᵀ = k: com W = 9 Mᵀ o par certo ganha quase sempre em D = 29.
    task, generator = make_task(dim=29, num_pairs=11)
    oracle = RetrievalModel(BilinearScore(9 * task.rotation.T.astype(np.float32)), 3)
    blind = RetrievalModel(BilinearScore(np.zeros((29, 29), dtype=np.float32)), 3)
    assert recall_accuracy(oracle, task, generator=generator, num_examples=500) > 0.99
    # Pesos uniformes: a resposta é a classe mais frequente, e a linha de base diz quanto dá.
    same = {"num_examples": 500}
    blind_accuracy = recall_accuracy(blind, task, generator=np.random.default_rng(5), **same)
    assert blind_accuracy == majority_accuracy(task, generator=np.random.default_rng(5), **same)
    assert 1 / 3 < blind_accuracy < 0.7


def test_majority_accuracy_with_one_pair_is_perfect():
    # Com um par só, a classe mais frequente é a pedida.
    task, generator = make_task(num_pairs=1)
    assert majority_accuracy(task, generator=generator, num_examples=50) == 1.0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_training_learns_the_hidden_rotation(seed):
    task, generator = make_task(seed=seed, dim=17, num_pairs=5)
    model = RetrievalModel(BilinearScore(np.zeros((17, 17), dtype=np.float32)), 3)
    history = train_recall(model, task, generator=generator, num_steps=60, learning_rate=0.03)
    losses = history.step_losses
    assert len(losses) == 60
    assert losses[0] > 2 * losses[-1]
    accuracy = recall_accuracy(model, task, generator=generator, num_examples=500)
    assert accuracy > majority_accuracy(task, generator=generator, num_examples=500) + 0.2


def test_first_loss_is_the_cross_entropy_of_uniform_weights():
    # W = 0: a probabilidade da classe certa é a sua frequência entre os pares mostrados.
    task, generator = make_task(seed=4)
    model = RetrievalModel(BilinearScore(np.zeros((5, 5), dtype=np.float32)), 3)
    losses = train_recall(model, task, generator=generator, num_steps=1, batch_size=11).step_losses
    twin_task, twin_generator = make_task(seed=4)
    batch = twin_task.sample(11, generator=twin_generator)
    shares = [(row == y).mean() for row, y in zip(batch.labels, batch.targets, strict=True)]
    assert list(losses) == pytest.approx([-np.mean(np.log(shares))], abs=1e-4)


def test_same_generator_same_losses():
    first_task, first_generator = make_task(seed=6)
    second_task, second_generator = make_task(seed=6)
    models = [RetrievalModel(BilinearScore(torch.zeros(5, 5)), 3) for _ in range(2)]
    first = train_recall(models[0], first_task, generator=first_generator, num_steps=5)
    second = train_recall(models[1], second_task, generator=second_generator, num_steps=5)
    assert first == second


def test_gradients_of_one_step_do_not_leak_into_the_next():
    # Adam refeito à mão no segundo passo, com o gradiente só do segundo lote.
    task, generator = make_task(seed=8)
    model = RetrievalModel(BilinearScore(torch.zeros(5, 5)), 3)
    train_recall(model, task, generator=generator, num_steps=2, batch_size=11)
    twin_task, twin_generator = make_task(seed=8)
    weight, first_moment, second_moment = torch.zeros(5, 5), 0.0, 0.0
    for step in (1, 2):
        batch = twin_task.sample(11, generator=twin_generator)
        twin = RetrievalModel(BilinearScore(weight), 3)
        arrays = (batch.queries, batch.keys, batch.labels)
        probabilities = twin(*map(torch.from_numpy, arrays)) + 1e-6
        chosen = probabilities[torch.arange(11), torch.from_numpy(batch.targets)]
        gradient = torch.autograd.grad(-chosen.log().mean(), twin.score.weight)[0]
        first_moment = 0.9 * first_moment + 0.1 * gradient
        second_moment = 0.999 * second_moment + 0.001 * gradient**2
        size = (second_moment / (1 - 0.999**step)).sqrt() + 1e-8
        weight = weight - 3e-3 * (first_moment / (1 - 0.9**step)) / size
    assert_close(model.score.weight.detach(), weight)


def test_rejects_training_a_score_without_parameters():
    task, generator = make_task()
    model = RetrievalModel(FixedScore(torch.zeros(1, 1, 7)), num_classes=3)
    with pytest.raises(ValueError, match=r"FixedScore não tem parâmetros.*recall_accuracy"):
        train_recall(model, task, generator=generator)


def test_a_score_that_misses_the_pair_has_a_finite_loss():
    # Diferença de escores de 2000 dá peso 0 exato ao par certo: ln(1e-6) = -13,8.
    task, generator = make_task(num_pairs=2, num_classes=50)
    model = RetrievalModel(BilinearScore(-2000 * torch.eye(5)), 50)
    loss = train_recall(model, task, generator=generator, num_steps=1).step_losses[0]
    assert 3.0 < loss < 14.0


def test_inputs_are_not_changed():
    queries, keys, labels, weight = random_inputs(0)
    before = [tensor.clone() for tensor in (queries, keys, labels)]
    RetrievalModel(BilinearScore(weight), 3)(queries, keys, labels)
    for tensor, original in zip((queries, keys, labels), before, strict=True):
        assert_close(tensor, original, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("query_shape", "key_shape"), [((5,), (1, 7, 5)), ((2, 5), (7, 5)), ((2, 5), (3, 7, 5))]
)
def test_rejects_shapes_that_do_not_pair(query_shape, key_shape):
    model = RetrievalModel(BilinearScore(torch.eye(5)), 3)
    with pytest.raises(ValueError, match=r"\(B, D\) e \(B, Tk, D\).*queries\[None\]"):
        model.attention_weights(torch.zeros(query_shape), torch.zeros(key_shape))


def test_rejects_a_single_class():
    with pytest.raises(ValueError, match=r"num_classes.*ao menos 2; recebi 1"):
        RetrievalModel(BilinearScore(torch.eye(5)), 1)


@pytest.mark.parametrize("settings", [{"num_steps": 0}, {"learning_rate": 0.0}])
def test_rejects_training_without_steps_or_rate(settings):
    task, generator = make_task()
    model = RetrievalModel(BilinearScore(torch.eye(5)), 3)
    with pytest.raises(ValueError, match=r"devem ser positivos; recebi num_steps=.*learning_rate="):
        train_recall(model, task, generator=generator, **settings)
