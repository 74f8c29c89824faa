"""Dicionário suave: contas à mão, limites de β e o envelope dos valores."""

import math

import pytest
import torch
from torch.testing import assert_close

from coursekit.models.soft_dictionary import SoftDictionary, random_dictionary


def make(seed=0, **sizes):
    return random_dictionary(generator=torch.Generator().manual_seed(seed), **sizes)


def test_recall_matches_hand_computation():
    # β q·k = ln 5 para a 1ª chave e 0 para as outras: pesos 5/7, 1/7 e 1/7.
    dictionary = SoftDictionary(torch.eye(3), torch.tensor([[7.0], [14.0], [21.0]]))
    recalled = dictionary.recall(torch.eye(3)[:1], sharpness=math.log(5))
    assert_close(recalled, torch.tensor([[(35.0 + 14.0 + 21.0) / 7]]))


def test_sharpness_zero_is_the_mean_and_large_is_the_exact_lookup():
    dictionary = make(num_items=11, key_dim=7, value_dim=3)
    mean = dictionary.values.mean(dim=0).expand(11, 3)
    assert_close(dictionary.recall(dictionary.keys, sharpness=0.0), mean)
    assert_close(dictionary.recall(dictionary.keys, sharpness=1e4), dictionary.values)


def test_keys_have_length_one_and_sizes_are_the_requested():
    dictionary = make(num_items=11, key_dim=7, value_dim=3)
    assert dictionary.keys.shape == (11, 7)
    assert dictionary.values.shape == (11, 3)
    assert_close((dictionary.keys**2).sum(dim=-1), torch.ones(11, dtype=torch.float64))


def test_recall_error_is_the_mean_relative_distance():
    # β = 0 devolve a média, 1; valores 0,5 e 1,5: erros relativos 1 e 1/3.
    dictionary = SoftDictionary(torch.eye(2), torch.tensor([[0.5], [1.5]]))
    assert dictionary.recall_error(sharpness=0.0) == pytest.approx((1 + 1 / 3) / 2)


def test_noise_confuses_only_when_it_is_large():
    dictionary = make(num_items=13, key_dim=101)
    hits = [
        dictionary.noisy_hits(noise, generator=torch.Generator().manual_seed(1))
        for noise in (0.0, 1.0, 30.0)
    ]
    assert hits[:2] == [1.0, 1.0]
    assert hits[2] < 0.6


def test_noise_of_level_one_is_as_long_as_a_key():
    # D = 400 e r = 1: cosseno com a chave certa perto de 1/sqrt(2), com as outras ±0,05.
    # Sem dividir por sqrt(D), o ruído teria comprimento 20 e o cosseno certo seria 0,05.
    dictionary = make(num_items=53, key_dim=400)
    generator = torch.Generator().manual_seed(3)
    assert dictionary.noisy_hits(1.0, generator=generator) == 1.0


def test_hull_overflow_is_never_positive_and_zero_when_a_value_is_returned():
    dictionary = make(num_items=11, key_dim=7, value_dim=3)
    for sharpness in (0.0, 1.0, 5.0):
        assert dictionary.hull_overflow(sharpness=sharpness) <= 0
    assert dictionary.hull_overflow(sharpness=1e4) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "expected"), [([0.0, 0.0, 1.0], -1 / 3), ([0.0, 1.0, 1.0], -1 / 3)]
)
def test_hull_overflow_is_the_tighter_of_the_two_sides(values, expected):
    # β = 0 devolve a média, 1/3 ou 2/3: a folga é 1/3 de um lado e 2/3 do outro.
    dictionary = SoftDictionary(torch.eye(3), torch.tensor(values)[:, None])
    assert dictionary.hull_overflow(sharpness=0.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("key_shape", "value_shape"), [((3, 2), (4, 2)), ((3,), (3, 1)), ((3, 2), (3,))]
)
def test_rejects_pairs_that_do_not_match(key_shape, value_shape):
    with pytest.raises(ValueError, match=r"\(Tk, D\) e \(Tk, Dv\).*um valor por chave"):
        SoftDictionary(torch.zeros(key_shape), torch.zeros(value_shape))


@pytest.mark.parametrize("sizes", [{"num_items": 0}, {"key_dim": 0}, {"value_dim": 0}])
def test_rejects_empty_sizes(sizes):
    with pytest.raises(ValueError, match=r"devem ser positivos; recebi .*Aumente"):
        make(**sizes)
