"""Duas leituras: igual à bidirecional pronta, e o erro da receita visto pela dependência."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from coursekit.models.two_pass import (
    OneDirection,
    TwoPasses,
    dependency_map,
    keep_reading_order,
    restore_time_order,
)
from coursekit.recurrent import GRU


def with_known_weights(align):
    torch.manual_seed(0)
    encoder = TwoPasses(5, 3, align=align).double()
    library = nn.GRU(5, 3, batch_first=True, bidirectional=True).double()
    for suffix, layer in (("", encoder.forward_layer), ("_reverse", encoder.backward_layer)):
        for name, parameter in layer.named_parameters():
            getattr(library, f"{name}{suffix}").data = parameter.detach().clone()
    return encoder, library


def test_two_aligned_passes_are_the_bidirectional_layer():
    encoder, library = with_known_weights(restore_time_order)
    inputs = torch.randn(2, 7, 5, dtype=torch.float64)
    assert_close(encoder(inputs), library(inputs)[0])
    ours = GRU(5, 3, bidirectional=True).double()
    ours.load_state_dict(library.state_dict())
    assert_close(encoder(inputs), ours(inputs)[0])


def test_the_recipe_joins_position_t_with_its_mirror_image():
    encoder, library = with_known_weights(keep_reading_order)
    inputs = torch.randn(2, 7, 5, dtype=torch.float64)
    right, found = library(inputs)[0], encoder(inputs)
    for step in range(7):
        assert_close(found[:, step, :3], right[:, step, :3])
        assert_close(found[:, step, 3:], right[:, 6 - step, 3:])
    assert (found - right).abs().max() > 0.05


def test_output_sizes_are_announced_and_true():
    inputs = torch.zeros(2, 7, 5)
    for encoder in (OneDirection(5, 3), TwoPasses(5, 3)):
        assert encoder(inputs).shape == (2, 7, encoder.output_size)
    assert OneDirection(5, 3).output_size == 3
    assert TwoPasses(5, 3).output_size == 6


def test_two_passes_have_twice_the_recurrent_parameters():
    one, two = (
        sum(p.numel() for p in encoder.parameters())
        for encoder in (OneDirection(5, 3), TwoPasses(5, 3))
    )
    assert two == 2 * one


def test_dependency_of_each_arrangement_worked_by_hand():
    steps = torch.arange(7)
    past = steps[None, :] <= steps[:, None]  # linha t, coluna j: j ≤ t
    from_the_end = steps[None, :] >= 6 - steps[:, None]  # a t-ésima saída inversa leu j ≥ T−1−t
    expected = {
        OneDirection(5, 3): past,
        TwoPasses(5, 3): torch.ones(7, 7, dtype=torch.bool),
        TwoPasses(5, 3, align=keep_reading_order): past | from_the_end,
    }
    for encoder, visible in expected.items():
        assert torch.equal(dependency_map(encoder.double(), 7, 5), visible)


def test_dependency_map_leaves_the_module_as_it_was():
    encoder = OneDirection(5, 3)
    before = [p.detach().clone() for p in encoder.parameters()]
    state = torch.get_rng_state()
    dependency_map(encoder, 7, 5)
    assert all(torch.equal(a, b) for a, b in zip(before, encoder.parameters(), strict=True))
    assert all(p.grad is None for p in encoder.parameters())
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize(("length", "size"), [(0, 5), (7, 0)])
def test_dependency_map_rejects_empty_sizes(length, size):
    with pytest.raises(ValueError, match=rf"positivos; recebi {length} e {size}\. Use o T"):
        dependency_map(OneDirection(5, 3), length, size)
