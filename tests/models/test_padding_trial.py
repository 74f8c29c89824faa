"""Preenchimento: o lote junta as sequências sem mudá-las, e as medidas sabem dar zero."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.models import padding_trial
from coursekit.models.padding_trial import PaddedBatch, padded_batch, run_padding_trial

MASKED = ("final_packed", "final_lengths", "backward_lengths", "mean_masked", "attention_masked")
BARE = ("final_padded", "backward_padded", "mean_padded", "attention_on_padding")


def a_batch(lengths=(3, 7, 11), seed=0):
    return padded_batch(torch.Generator().manual_seed(seed), lengths)


def test_the_batch_holds_each_sequence_followed_by_zeros():
    batch = a_batch((2, 5, 3))
    assert batch.inputs.shape == (3, 5, 5)
    assert batch.lengths.tolist() == [2, 5, 3]
    for row, sequence in zip(batch.inputs, batch.sequences, strict=True):
        assert torch.equal(row[: len(sequence)], sequence)
        assert not row[len(sequence) :].any()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_masks_cure_what_padding_spoils(seed):
    errors = run_padding_trial(seed)
    assert {name: getattr(errors, name) < 1e-12 for name in MASKED} == dict.fromkeys(MASKED, True)
    assert {name: getattr(errors, name) > 1e-3 for name in BARE} == dict.fromkeys(BARE, True)


def test_without_padding_no_measure_sees_a_difference(monkeypatch):
    # Três sequências de mesmo comprimento: sem máscara ou com ela, tanto faz.
    monkeypatch.setattr(padding_trial, "padded_batch", lambda g: padded_batch(g, (7, 7, 7)))
    errors = run_padding_trial(0)
    assert max(getattr(errors, name) for name in (*MASKED, *BARE)) < 1e-12


def test_attention_on_padding_worked_by_hand():
    # Consulta nula: pontuações iguais, atenção uniforme. Com 2 de 5 passos de verdade, 3/5 dela
    # cai no preenchimento.
    batch = a_batch((2, 5))
    exposed, hidden = padding_trial._attention_on_padding(torch.zeros(1, 5).double(), batch)
    assert_close(exposed, torch.tensor([0.6, 0.0], dtype=torch.float64))
    assert_close(hidden, torch.zeros(2, dtype=torch.float64))


def test_mean_over_padding_worked_by_hand():
    # (3 + 3)/2 = 3 sozinha; (3 + 3 + 0)/3 = 2 no lote: diferença 1. A outra não tem preenchimento.
    sequences = (torch.full((2, 5), 3.0), torch.full((3, 5), 7.0))
    inputs = nn.utils.rnn.pad_sequence(sequences, batch_first=True)
    padded, masked = padding_trial._means(PaddedBatch(sequences, inputs, torch.tensor([2, 3])))
    assert_close(padded, torch.tensor([1.0, 0.0]))
    assert_close(masked, torch.zeros(2))


def test_a_trial_repeats_itself_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    first = run_padding_trial(5)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(99)
    assert run_padding_trial(5) == first
    assert run_padding_trial(6) != first


@pytest.mark.parametrize("lengths", [(), (3, 0)])
def test_rejects_empty_sequences(lengths):
    with pytest.raises(ValueError, match=r"todos positivos; recebi \(.*Retire as sequências"):
        a_batch(lengths)
