"""Leitores de frases: o que cada resumo guarda, e o que só a RNN aprende."""

import pytest
import torch
from torch.testing import assert_close

from coursekit.models.order_reader import (
    ENCODERS,
    OrderReader,
    encode_last,
    encode_mean,
    run_order_trial,
)


def test_mean_and_last_by_hand():
    words = torch.tensor([[[1.0, 0.0], [3.0, 2.0], [5.0, 7.0]]])
    assert_close(encode_mean(words), torch.tensor([[3.0, 3.0]]))
    assert_close(encode_last(words), torch.tensor([[5.0, 7.0]]))


def answers_to_swapped_words(name):
    torch.manual_seed(0)
    reader = OrderReader(ENCODERS[name]()).double()
    tokens = torch.tensor([[0, 4, 5, 7, 4, 6, 11], [0, 4, 6, 7, 4, 5, 11]])
    return reader(tokens)


@pytest.mark.parametrize("name", ["média", "última palavra"])
def test_readers_without_memory_cannot_tell_the_order(name):
    first, second = answers_to_swapped_words(name)
    assert_close(first, second)


def test_recurrent_reader_can_tell_the_order_even_untrained():
    first, second = answers_to_swapped_words("RNN")
    assert float((first - second).detach().abs().max()) > 1e-3


def test_trial_learns_only_with_memory_and_repeats_itself():
    assert run_order_trial("RNN", 7, num_epochs=80) == 1.0
    assert run_order_trial("média", 7, num_epochs=5) == 0.5
    before = torch.get_rng_state()
    short = [run_order_trial("RNN", 3, num_epochs=9) for _ in range(2)]
    assert short[0] == short[1]
    assert torch.equal(before, torch.get_rng_state())


def test_rejects_unknown_encoder():
    with pytest.raises(ValueError, match=r"um de \('RNN', 'média', 'última palavra'\).*'bolsa'"):
        run_order_trial("bolsa", 0)
