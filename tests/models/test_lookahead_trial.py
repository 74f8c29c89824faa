"""Rodada do rótulo adiantado: aprende quando o futuro é lido, e só então."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.models.lookahead_trial import (
    LookaheadTagger,
    LookaheadTrial,
    prefix_accuracy,
    run_lookahead_trial,
)
from coursekit.models.two_pass import OneDirection, TwoPasses


class Peek(nn.Module):
    """Leitor que copia, em cada posição, a entrada de ``shift`` passos adiante, se houver."""

    def __init__(self, size, shift):
        super().__init__()
        self.shift, self.output_size = shift, size

    def forward(self, inputs):
        return torch.cat([inputs[:, self.shift :], inputs[:, -1:].expand(-1, self.shift, -1)], 1)


def peeking_tagger(shift, size=8):
    tagger = LookaheadTagger(Peek(size, shift), size, size)
    tagger.embedding.weight.data = torch.eye(size)
    tagger.head.weight.data, tagger.head.bias.data = torch.eye(size), torch.zeros(size)
    return tagger


def test_two_passes_learn_to_look_ahead_and_one_does_not():
    both = run_lookahead_trial(TwoPasses, 0, length=7, num_steps=150)
    alone = run_lookahead_trial(OneDirection, 0, length=7, num_steps=150)
    assert both.by_position.shape == (5,)
    assert both.accuracy > 0.9
    assert alone.accuracy < 0.2


def test_a_trial_repeats_itself_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    first = run_lookahead_trial(OneDirection, 3, length=5, num_steps=2)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(99)
    second = run_lookahead_trial(OneDirection, 3, length=5, num_steps=2)
    other = run_lookahead_trial(OneDirection, 4, length=5, num_steps=2)
    np.testing.assert_array_equal(first.by_position, second.by_position)
    assert not np.array_equal(first.by_position, other.by_position)
    for (name, one), two in zip(
        first.model.state_dict().items(), second.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, two), name


def test_accuracy_is_the_mean_over_positions():
    trial = LookaheadTrial(peeking_tagger(2), 2, np.array([1.0, 0.25, 0.25]))
    assert trial.accuracy == 0.5


@pytest.mark.parametrize("shift", [1, 3])
def test_prefix_accuracy_is_chance_for_who_needs_the_future(shift):
    # Com a sequência inteira este modelo acerta tudo; só com o começo, repete o último símbolo.
    trial = LookaheadTrial(peeking_tagger(shift), shift, np.ones(1))
    # 8.000 respostas ao acaso de 1/8: erro-padrão de 0,004.
    assert abs(prefix_accuracy(trial, seed=0) - 1 / 8) < 0.02


def test_prefix_accuracy_reads_the_label_of_the_last_seen_position():
    # Leitor que devolve um rótulo constante acerta exatamente a frequência dele nos rótulos.
    tagger = peeking_tagger(2)
    tagger.head.weight.data.zero_()
    tagger.head.bias.data[5] = 1.0
    symbols = np.random.default_rng(11).integers(8, size=(500, 20))
    expected = (symbols[:, 2:] == 5).mean()
    found = prefix_accuracy(LookaheadTrial(tagger, 2, np.ones(1)), seed=11)
    assert found == pytest.approx(expected, abs=1e-12)


def test_rejects_no_training_and_no_labels():
    with pytest.raises(ValueError, match=r"num_steps deve ser positivo; recebi 0"):
        run_lookahead_trial(OneDirection, 0, num_steps=0)
    with pytest.raises(ValueError, match=r"num_symbols deve ser ao menos 2.*recebi 1 e 16"):
        LookaheadTagger(OneDirection(16, 3), 1)
    with pytest.raises(ValueError, match=r"embedding_size, positivo; recebi 3 e 0"):
        LookaheadTagger(OneDirection(16, 3), 3, 0)
    with pytest.raises(ValueError, match=r"recebi shift=9 e length=5"):
        run_lookahead_trial(OneDirection, 0, shift=9, length=5)
