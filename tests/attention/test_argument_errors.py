"""Argumentos de tipo errado: a recusa vem daqui, em português, e não do fundo do PyTorch."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit.attention import (
    LearnedPosition,
    MultiHeadAttention,
    RotaryPosition,
    attend,
    linear_attention,
    linear_attention_recurrent,
)
from coursekit.attention.sparse import SlidingWindow, block_sparse_attention, windowed_attention

X = torch.randn(2, 7, 4, generator=torch.Generator().manual_seed(0))
SCALED = {
    "densa": lambda scale: attend(X, X, X, window=(2, 2), scale=scale),
    "janela": lambda scale: windowed_attention(X, X, X, 2, scale=scale),
    "padrão": lambda scale: block_sparse_attention(X, X, X, SlidingWindow(2), scale=scale),
}


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize("scale", [Fraction(1, 3), np.float32(1 / 3), np.float64(1 / 3)])
def test_any_real_number_is_a_scale(name, scale):
    assert_close(SCALED[name](scale), SCALED[name](1 / 3))


@pytest.mark.parametrize("name", SCALED)
def test_a_large_whole_scale_is_a_number_like_any_other(name):
    assert_close(SCALED[name](10**20), SCALED[name](1e20), equal_nan=True)


@pytest.mark.parametrize("name", SCALED)
@pytest.mark.parametrize(
    "scale",
    [
        10**40,
        -(10**40),
        10**400,
        1e300,
        Fraction(10**400, 3),
        torch.tensor(1e60, dtype=torch.float64),
    ],
)
def test_scale_too_big_for_the_type_is_refused(name, scale):
    with pytest.raises(ValueError, match=r"scale deve caber em torch\.float32.*recebi.*Use"):
        SCALED[name](scale)


def test_scale_that_fits_in_float64_is_taken_there():
    x = X.double() * 1e-150
    assert_close(attend(x, x, x, scale=1e300), attend(x * 1e300, x, x, scale=1))


def test_softcap_too_big_for_the_type_is_refused():
    with pytest.raises(ValueError, match=r"softcap deve caber em torch\.float32"):
        attend(X, X, X, softcap=10**40)
    assert_close(attend(X, X, X, softcap=Fraction(7, 2)), attend(X, X, X, softcap=3.5))


@pytest.mark.parametrize("flag", [1, 0, "sim", None, torch.tensor(True)])
@pytest.mark.parametrize("attention", [attend, MultiHeadAttention(4, 2)])
def test_return_weights_is_true_or_false(attention, flag):
    with pytest.raises(TypeError, match=r"return_weights deve ser True ou False; recebi .*Use"):
        attention(X, X, X, return_weights=flag)


WHOLE = {
    "max_length": lambda size: LearnedPosition(size, 3),
    "dim": lambda size: LearnedPosition(7, size),
    "head_dim": RotaryPosition,
    "first": lambda first: LearnedPosition(7, 4)(X, first=first),
    "first (rotação)": lambda first: RotaryPosition(4)(X, first=first),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("number", [True, 2.0, "2", None, float("nan"), torch.tensor(2)])
def test_sizes_and_places_are_whole(name, number):
    with pytest.raises(TypeError, match=rf"{name.split()[0]} deve ser um inteiro; recebi .*int\("):
        WHOLE[name](number)


@pytest.mark.parametrize("name", ["max_length", "dim", "head_dim"])
@pytest.mark.parametrize("number", [0, -2])
def test_sizes_are_positive(name, number):
    with pytest.raises(ValueError, match=rf"{name} .*positivo.*recebi.*{number}"):
        WHOLE[name](number)


def test_whole_numbers_of_numpy_are_sizes():
    assert LearnedPosition(np.int64(7), np.int64(4))(X, first=np.int64(0)).shape == X.shape
    assert RotaryPosition(np.int64(4))(X, first=np.int64(3)).shape == X.shape


LINEAR = {
    "paralela": linear_attention,
    "causal": lambda *x, **options: linear_attention(*x, causal=True, **options),
    "recorrente": linear_attention_recurrent,
}
BAD_MAPS = {
    "nenhuma": (None, TypeError, r"feature_map deve ser uma função.*recebi NoneType.*elu_features"),
    "texto": ("elu", TypeError, r"feature_map deve ser uma função.*recebi str"),
    "sem tensor": (lambda x: x.tolist(), TypeError, r"feature_map deve devolver.*recebi list"),
    "inteira": (lambda x: x.long(), TypeError, r"feature_map deve devolver.*recebi torch\.int64"),
    "soma tudo": (lambda x: x.sum(), ValueError, r"\(2, 7, R\).*recebi \(\).*último eixo"),
    "sem posições": (lambda x: x[:, 0], ValueError, r"\(2, 7, R\).*recebi \(2, 4\)"),
    "corta posições": (lambda x: x[:, 1:], ValueError, r"\(2, 7, R\).*recebi \(2, 6, 4\)"),
    "outro tipo": (lambda x: x.double(), TypeError, r"torch\.float32.*recebi torch\.float64"),
}


@pytest.mark.parametrize("attention", LINEAR)
@pytest.mark.parametrize("name", BAD_MAPS)
def test_feature_map_is_checked(attention, name):
    bad, error, message = BAD_MAPS[name]
    with pytest.raises(error, match=message):
        LINEAR[attention](X, X, X, feature_map=bad)


@pytest.mark.parametrize("attention", LINEAR)
def test_feature_map_gives_one_width_to_queries_and_keys(attention):
    widths = iter((3, 2))
    with pytest.raises(ValueError, match=r"mesma largura.*recebi 3 e 2"):
        LINEAR[attention](X, X, X, feature_map=lambda x: x[..., : next(widths)].exp())
