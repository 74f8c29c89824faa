"""Sondas da RNN: respondem o certo quando a resposta é conhecida."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.models.rnn_probes import (
    batch_leak,
    random_case,
    readout_effect,
    state_links,
    who_updates,
)
from coursekit.reference.recurrent import bptt, run_rnn


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_layer_and_arrays_are_the_same_network(seed):
    case = random_case(seed, batch_size=2, length=3, input_size=5, hidden_size=7)
    outputs = case.layer(torch.from_numpy(case.inputs))[0].detach().numpy()
    np.testing.assert_allclose(outputs, run_rnn(case.inputs, case.weights), atol=1e-12)
    assert [array.shape for array in case.arrays] == [(2, 3, 5), (7, 5), (7, 7), (7,)]


def test_gradients_agree_with_the_oracle_and_leave_no_trace():
    case = random_case(3)
    wanted = np.random.default_rng(0).normal(size=(3, 11, 7))
    oracle = bptt("rnn", case.inputs, case.weights, wanted)
    for found, expected in zip(
        case.automatic_gradients(wanted),
        (oracle.weight_ih, oracle.weight_hh, oracle.bias_ih),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-10)
    assert all(parameter.grad is None for parameter in case.layer.parameters())


def test_gradients_follow_the_run_given():
    case = random_case(3)
    wanted = np.ones((3, 11, 7))
    doubled = case.automatic_gradients(wanted, lambda layer, inputs: 2 * layer(inputs)[0])
    for found, expected in zip(doubled, case.automatic_gradients(wanted), strict=True):
        np.testing.assert_allclose(found, 2 * expected)


def test_only_the_optimizer_updates():
    assert who_updates(random_case(0)) == (False, True)


def test_readout_never_reaches_the_states():
    case = random_case(0)
    assert readout_effect(case, np.random.default_rng(0).normal(size=(3, 2, 7))) == 0.0


def test_links_count_the_nonzero_entries_of_the_recurrence():
    case = random_case(0, hidden_size=5)
    assert state_links(case) == 25
    with torch.no_grad():
        case.layer.weight_hh_l0[1:] = 0.0
    assert state_links(case) == 5


def test_leak_sees_the_wrong_axis_only():
    torch.manual_seed(0)
    batch = torch.randn(4, 6, 5)
    original = batch.clone()
    state = nn.RNN(5, 7).state_dict()
    leaks = []
    for batch_first in (True, False):
        layer = nn.RNN(5, 7, batch_first=batch_first)
        layer.load_state_dict(state)
        leaks.append(batch_leak(layer, batch))
    assert leaks[0] == 0.0
    assert leaks[1] > 0.1
    assert_close(batch, original)
