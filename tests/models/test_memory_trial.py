"""Rodadas de memória: repetíveis, com medidas que sabem o que é acerto e o que é acaso."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.data.adding_problem import CONSTANT_ANSWER_ERROR, adding_problem
from coursekit.data.delayed_copy import CopyTask
from coursekit.models.memory_trial import (
    LAYER_KINDS,
    TrialOptions,
    adding_error,
    copy_accuracy,
    make_layer,
    run_adding_trial,
    run_copy_trial,
    steps_to_reach,
)
from coursekit.models.sequence_readers import AttentionReader, FinalStateReader
from coursekit.training import History

SHORT = TrialOptions(num_steps=3, batch_size=5, hidden_size=7)


class MarkedSum(nn.Module):
    """Resolve a soma sem aprender nada."""

    def forward(self, inputs):
        return (inputs[..., 0] * inputs[..., 1]).sum(dim=1)


class AlwaysOne(nn.Module):
    """Responde a soma esperada, sem olhar a entrada."""

    def forward(self, inputs):
        return inputs.new_ones(len(inputs))


class FirstSymbols(nn.Module):
    """Devolve os primeiros símbolos, com um deslocamento de classe opcional."""

    def __init__(self, num_items, num_symbols, shift=0):
        super().__init__()
        self.num_items, self.num_symbols, self.shift = num_items, num_symbols, shift

    def forward(self, tokens):
        answers = (tokens[:, : self.num_items] + self.shift) % self.num_symbols
        return nn.functional.one_hot(answers, self.num_symbols).float()


def test_adding_error_of_a_perfect_and_of_a_constant_answer():
    generator = np.random.default_rng(0)
    assert adding_error(MarkedSum(), 11, generator=generator) < 1e-12
    constant = adding_error(AlwaysOne(), 11, generator=generator, num_examples=20_000)
    assert constant == pytest.approx(CONSTANT_ANSWER_ERROR, abs=0.007)


def test_copy_accuracy_of_a_perfect_a_wrong_and_a_constant_answer():
    task, generator = CopyTask(delay=3, num_items=2, num_symbols=5), np.random.default_rng(0)
    assert copy_accuracy(FirstSymbols(2, 5), task, generator=generator) == 1.0
    assert copy_accuracy(FirstSymbols(2, 5, shift=1), task, generator=generator) == 0.0

    class Zeros(nn.Module):
        def forward(self, tokens):
            return torch.zeros(len(tokens), 2, 5)

    chance = copy_accuracy(Zeros(), task, generator=generator, num_examples=5_000)
    # Acerta quando o símbolo é o 0: 1/5, com erro-padrão de 0,004.
    assert chance == pytest.approx(1 / 5, abs=0.02)


@pytest.mark.parametrize("kind", [*LAYER_KINDS, "attention"])
def test_adding_trial_repeats_itself_and_depends_on_the_seed(kind):
    first, second = (run_adding_trial(kind, 11, 0, options=SHORT) for _ in range(2))
    other = run_adding_trial(kind, 11, 1, options=SHORT)
    assert first.score == second.score != other.score
    assert first.history == second.history
    assert len(first.history.step_losses) == len(first.history.gradient_norms) == 3


def test_training_is_adam_with_the_gradient_norm_clipped_at_one():
    options = TrialOptions(num_steps=5, batch_size=5, hidden_size=7, learning_rate=0.1)
    history = run_adding_trial("rnn", 11, 0, options=options).history
    torch.manual_seed(0)
    model = FinalStateReader(nn.RNN(2, 7, batch_first=True), 7)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    generator, losses = np.random.default_rng(0), []
    for _ in range(5):
        batch = adding_problem(5, 11, generator=generator)
        answers = model(torch.from_numpy(batch.inputs))
        loss = ((answers - torch.from_numpy(batch.targets)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    assert max(history.gradient_norms) > 2  # sem recorte, a trajetória seria outra
    np.testing.assert_allclose(history.step_losses, losses, rtol=1e-4)


def test_each_step_draws_a_new_batch():
    still = TrialOptions(num_steps=3, batch_size=5, hidden_size=7, learning_rate=1e-12)
    losses = run_adding_trial("rnn", 11, 0, options=still).history.step_losses
    # O modelo não muda: só lotes diferentes mudam a perda.
    assert min(abs(a - b) for a, b in pairwise(losses)) > 1e-3


def test_the_seed_also_draws_the_initial_parameters():
    still = TrialOptions(num_steps=1, batch_size=5, hidden_size=7, learning_rate=1e-12)
    first, other = (
        run_copy_trial("gru", CopyTask(delay=2), seed, options=still).model for seed in (0, 1)
    )
    for one, two in zip(first.parameters(), other.parameters(), strict=True):
        assert float((one - two).detach().abs().max()) > 1e-2


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_copy_trial_repeats_itself_and_depends_on_the_seed(kind):
    task = CopyTask(delay=3, num_items=2, num_symbols=3)
    first, second = (run_copy_trial(kind, task, 0, options=SHORT) for _ in range(2))
    other = run_copy_trial(kind, task, 1, options=SHORT)
    assert first.score == second.score
    assert first.history == second.history != other.history
    assert first.model.layer.hidden_size == 7


def test_first_loss_of_the_copy_is_the_entropy_of_chance():
    trial = run_copy_trial("gru", CopyTask(delay=3), 0, options=SHORT)
    assert trial.history.step_losses[0] == pytest.approx(math.log(8), abs=0.3)


def test_trials_learn_an_easy_task():
    options = TrialOptions(num_steps=300, batch_size=32, hidden_size=32, learning_rate=0.01)
    copied = run_copy_trial(
        "gru", CopyTask(delay=1, num_items=1, num_symbols=3), 0, options=options
    )
    added = run_adding_trial("attention", 5, 0, options=options)
    assert copied.score > 0.95
    assert added.score < 0.02 < added.history.step_losses[0]


def test_trial_leaves_the_global_generator_alone():
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    run_copy_trial("lstm", CopyTask(delay=2), 0, options=SHORT, forget_bias=1.0)
    assert torch.equal(torch.rand(3), expected)


def test_only_the_forget_bias_differs_between_two_interventions():
    task = CopyTask(delay=2)
    options = TrialOptions(num_steps=1, batch_size=2, hidden_size=3, learning_rate=1e-9)
    models = [
        run_copy_trial("lstm", task, 0, options=options, forget_bias=bias).model
        for bias in (0.0, 5.0)
    ]
    for name, low in models[0].state_dict().items():
        difference = (models[1].state_dict()[name] - low).abs()
        expected = torch.zeros_like(low)
        if name == "layer.bias_ih_l0":
            expected[3:6] = 5.0
        torch.testing.assert_close(difference, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("kind", "layer_class"), [("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)]
)
def test_layer_of_each_kind_reads_the_batch_first(kind, layer_class):
    layer = make_layer(kind, 3, 5)
    assert type(layer) is layer_class
    assert layer(torch.zeros(2, 7, 3))[0].shape == (2, 7, 5)


def test_forget_bias_is_the_total_bias_of_the_forget_gate_only():
    torch.manual_seed(0)
    layer = make_layer("lstm", 3, 5, forget_bias=2.5)
    total = (layer.bias_ih_l0 + layer.bias_hh_l0).detach()
    assert total[5:10].tolist() == [2.5] * 5
    assert float(total[:5].abs().max()) <= 2 / math.sqrt(5)
    assert float(total[10:].abs().max()) <= 2 / math.sqrt(5)


@pytest.mark.parametrize("kind", ["rnn", "gru"])
def test_rejects_a_forget_bias_where_there_is_no_forget_gate(kind):
    message = rf"só existe na LSTM; recebi forget_bias=1\.0 com kind='{kind}'\. Tire"
    with pytest.raises(ValueError, match=message):
        make_layer(kind, 3, 5, forget_bias=1.0)


def test_adding_trial_passes_the_forget_bias_on_and_refuses_it_without_recurrence():
    options = TrialOptions(num_steps=1, batch_size=2, hidden_size=3, learning_rate=1e-9)
    layer = run_adding_trial("lstm", 5, 0, options=options, forget_bias=5.0).model.layer
    total = (layer.bias_ih_l0 + layer.bias_hh_l0)[3:6].detach()
    torch.testing.assert_close(total, torch.full((3,), 5.0))
    with pytest.raises(ValueError, match=r"forget_bias=5\.0 com kind='attention'\. Tire"):
        run_adding_trial("attention", 5, 0, options=options, forget_bias=5.0)


def test_rejects_an_unknown_kind():
    with pytest.raises(ValueError, match=r"'rnn', 'lstm', 'gru'.*recebi 'esn'"):
        make_layer("esn", 3, 5)


@pytest.mark.parametrize("name", ["num_steps", "batch_size", "hidden_size", "learning_rate"])
def test_options_reject_what_is_not_positive(name):
    with pytest.raises(ValueError, match=rf"positivos; recebi TrialOptions.*{name}=0"):
        TrialOptions(**{"num_steps": 1, name: 0})


def test_steps_to_reach_counts_the_last_step_of_the_first_low_window():
    history = History(step_losses=(4.0, 0.0, 1.0, 1.0, 0.0, 9.0))
    # Janelas de 2: 2; 0,5; 1; 0,5; 4,5. A primeira abaixo de 0,6 termina no passo 3.
    assert steps_to_reach(history, 0.6, window=2) == 3
    assert steps_to_reach(history, 0.5, window=2) is None
    assert steps_to_reach(history, 3.0, window=6) == 6


@pytest.mark.parametrize("window", [0, 4])
def test_steps_to_reach_rejects_a_window_that_does_not_fit(window):
    with pytest.raises(ValueError, match=rf"entre 1 e 3.*recebi {window}"):
        steps_to_reach(History(step_losses=(1.0, 1.0, 1.0)), 0.5, window=window)


def test_attention_trial_has_no_recurrence():
    trial = run_adding_trial("attention", 5, 0, options=SHORT)
    assert isinstance(trial.model, AttentionReader)
    assert not any(isinstance(part, nn.RNNBase) for part in trial.model.modules())
