"""Rodada de memória: aprende o curto, repete-se e aceita outra matriz inicial."""

import torch

from coursekit.models.first_symbol_trial import FirstSymbolReader, run_first_symbol_trial
from coursekit.recurrent import identity_matrix, orthogonal_matrix


def test_learns_a_short_sequence():
    assert run_first_symbol_trial(2, 5, num_steps=120, hidden_size=17) == 1.0


def test_untrained_reader_is_near_chance_and_the_run_repeats():
    before = torch.get_rng_state()
    short = [run_first_symbol_trial(13, 5, num_steps=1, hidden_size=17) for _ in range(2)]
    assert short[0] == short[1] < 0.6
    assert torch.equal(before, torch.get_rng_state())


def test_initial_matrix_is_the_one_given():
    seen = []

    def record(size, generator):
        seen.append((size, generator.initial_seed()))
        return identity_matrix(size, 0.0)

    # Com a recorrência zerada e um passo só de treino, o começo da sequência não chega ao fim.
    blind = run_first_symbol_trial(11, 5, make_recurrent=record, num_steps=1, hidden_size=17)
    assert seen == [(17, 5)]
    assert blind < 0.5


def test_orthogonal_start_remembers_what_the_default_forgets():
    options = {"num_steps": 200, "hidden_size": 32}
    kept = run_first_symbol_trial(30, 5, make_recurrent=orthogonal_matrix, **options)
    lost = run_first_symbol_trial(30, 5, **options)
    assert lost < 0.6 < 0.95 < kept


def test_answer_depends_on_every_step_of_the_input():
    torch.manual_seed(0)
    reader = FirstSymbolReader(5)
    inputs = torch.zeros(2, 7, 8, requires_grad=True)
    reader(inputs).sum().backward()
    assert bool((inputs.grad.abs().sum(-1) > 0).all())
