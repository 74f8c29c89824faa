"""Posições: à mão, oráculo, e a propriedade que cada uma promete."""

import math

import numpy as np
import pytest
import torch
from attention.multihead_cases import EXACT
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import (
    LearnedPosition,
    LinearBias,
    RelativeBias,
    RotaryPosition,
    SinusoidalPosition,
    alibi_slopes,
    sinusoidal_positions,
)


def normal(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


# --- senoides -------------------------------------------------------------------------------


def test_sinusoidal_by_hand():
    # D = 4: frequências 1 e 10000^(-1/2) = 1/100.
    row = [math.sin(3), math.cos(3), math.sin(0.03), math.cos(0.03)]
    assert_close(sinusoidal_positions(4, 4)[3], torch.tensor(row, dtype=torch.float64), **EXACT)


@pytest.mark.parametrize(("length", "dim", "first"), [(1, 2, 0), (7, 6, 0), (5, 8, 11), (3, 4, -2)])
@pytest.mark.parametrize("base", [10_000.0, 7.0])
def test_sinusoidal_agrees_with_oracle(length, dim, first, base):
    expected = reference.sinusoidal_positions(length, dim, first=first, base=base)
    received = sinusoidal_positions(length, dim, first=first, base=base)
    assert_close(received, torch.from_numpy(expected), **EXACT)


def test_sinusoidal_products_depend_only_on_distance():
    vectors = sinusoidal_positions(97, 22)
    products = vectors @ vectors.T
    for distance in (0, 1, 5, 20):
        diagonal = products.diagonal(distance)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), **EXACT)
    assert_close(vectors.norm(dim=1), torch.full((97,), math.sqrt(11), dtype=torch.float64))
    assert products.diagonal(1)[0] > products.diagonal(20)[0]


def test_sinusoidal_module_adds_keeps_dtype_and_extrapolates():
    inputs = normal(0, 2, 5, 6).float()
    layer = SinusoidalPosition(6)
    expected = inputs + sinusoidal_positions(5, 6, first=1_000).float()
    received = layer(inputs, first=1_000)
    assert received.dtype == torch.float32
    assert torch.equal(received, expected)
    assert torch.equal(layer(inputs), inputs + sinusoidal_positions(5, 6).float())
    assert list(layer.parameters()) == []


# --- vetores aprendidos ---------------------------------------------------------------------


def test_learned_adds_the_right_rows_and_learns_only_them():
    layer = LearnedPosition(7, 3, generator=torch.Generator().manual_seed(0))
    inputs = torch.zeros(2, 3, 3)
    outputs = layer(inputs, first=2)
    assert torch.equal(outputs[0], layer.weight[2:5])
    outputs.sum().backward()
    touched = layer.weight.grad.abs().sum(dim=1) > 0
    assert touched.tolist() == [False, False, True, True, True, False, False]
    assert torch.equal(layer.weight.grad[2], torch.full((3,), 2.0))


def test_learned_starts_small_and_reproducible():
    first, second = (
        LearnedPosition(211, 13, generator=torch.Generator().manual_seed(1)) for _ in range(2)
    )
    assert torch.equal(first.weight, second.weight)
    # Desvio de 2 743 sorteios de desvio 0,02: erro padrão ~0,0003.
    assert 0.018 < float(first.weight.detach().std()) < 0.022


@pytest.mark.parametrize(("first", "length"), [(0, 8), (5, 3), (-1, 2)])
def test_learned_does_not_extrapolate(first, length):
    layer = LearnedPosition(7, 3)
    with pytest.raises(ValueError, match=r"de 0 a 6; recebi de .*não extrapolam.*Sinusoidal"):
        layer(torch.zeros(1, length, 3), first=first)


# --- rotação --------------------------------------------------------------------------------


def test_rotation_by_hand():
    # D = 4, posição 2: o primeiro par gira 2 rad; o segundo, 0,02 rad.
    turned = RotaryPosition(4)(torch.tensor([[1.0, 0.0, 0.0, 1.0]], dtype=torch.float64), first=2)
    row = [math.cos(2), math.sin(2), -math.sin(0.02), math.cos(0.02)]
    assert_close(turned, torch.tensor([row], dtype=torch.float64), **EXACT)


@pytest.mark.parametrize(
    ("dim", "first", "base"), [(2, 0, 10_000.0), (6, 5, 10_000.0), (8, -3, 5.0)]
)
def test_rotation_agrees_with_complex_oracle(dim, first, base):
    heads = normal(1, 2, 3, 5, dim)
    received = RotaryPosition(dim, base=base)(heads, first=first)
    for b, h, t in np.ndindex(2, 3, 5):
        expected = reference.rotate_pairs(heads[b, h, t].numpy(), first + t, base=base)
        assert_close(received[b, h, t], torch.from_numpy(expected), **EXACT)


@given(st.integers(-50, 5_000), st.integers(0, 2**32 - 1))
def test_rotation_preserves_norms_and_scores_depend_only_on_offset(first, seed):
    rotate = RotaryPosition(6)
    query, key = normal(seed, 2, 1, 6).expand(2, 7, 6)
    turned_query, turned_key = rotate(query, first=first), rotate(key, first=first)
    assert_close(turned_query.norm(dim=-1), query.norm(dim=-1), **EXACT)
    scores = turned_query @ turned_key.T
    # Ângulos de até ~5 000 rad carregam ~1e-12 de arredondamento.
    for offset in range(-6, 7):
        diagonal = scores.diagonal(offset)
        assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=1e-9)
    assert_close(scores, rotate(query) @ rotate(key).T, rtol=0, atol=1e-9)


def test_rotation_is_precise_far_away_in_float32():
    heads = torch.ones(1, 1, 4)
    far = 1_000_003
    exact = RotaryPosition(4)(heads.double(), first=far)
    received = RotaryPosition(4)(heads, first=far)
    assert received.dtype == torch.float32
    assert_close(received.double(), exact, rtol=0, atol=1e-6)


def test_rotation_gradient_turns_back():
    heads = normal(2, 2, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: RotaryPosition(4)(x, first=3), heads)


# --- vieses nos escores ---------------------------------------------------------------------


def test_slopes_by_hand():
    assert alibi_slopes(8) == [2.0**-k for k in range(1, 9)]
    assert alibi_slopes(1) == [2.0**-8]
    # 3 cabeças: 2^-4 e 2^-8 (as de 2), e a primeira das ímpares de 4: 2^-2.
    assert alibi_slopes(3) == [2.0**-4, 2.0**-8, 2.0**-2]
    # 6 cabeças: as de 4, e as de ordem 1 e 3 de 8.
    assert alibi_slopes(6) == [2.0**-2, 2.0**-4, 2.0**-6, 2.0**-8, 2.0**-1, 2.0**-3]


@pytest.mark.parametrize("num_heads", [1, 2, 3, 5, 8, 11, 16, 24])
@pytest.mark.parametrize(("q_len", "k_len"), [(1, 1), (3, 7), (7, 3), (5, 5)])
def test_linear_bias_agrees_with_oracle(num_heads, q_len, k_len):
    received = LinearBias(num_heads).double()(q_len, k_len)
    expected = torch.from_numpy(reference.linear_bias(num_heads, q_len, k_len))
    # As inclinações são guardadas em float32: erro relativo de até 6e-8.
    assert_close(received, expected, rtol=1e-7, atol=0)
    assert received.shape == (num_heads, q_len, k_len)


def test_linear_bias_extrapolates_by_the_same_line():
    short, long = LinearBias(2)(3, 3), LinearBias(2)(101, 101)
    assert torch.equal(long[:, -3:, -3:], short)
    steps = long[0, -1].diff()
    assert torch.equal(steps, steps[:1].expand_as(steps))


@pytest.mark.parametrize(("q_len", "k_len"), [(1, 1), (3, 7), (7, 3), (5, 5)])
@pytest.mark.parametrize("farthest", [0, 1, 3, 10])
def test_relative_bias_agrees_with_oracle(q_len, k_len, farthest):
    bias = RelativeBias(3, farthest).double()
    with torch.no_grad():
        bias.weight.copy_(normal(3, 3, 2 * farthest + 1))
    expected = reference.relative_bias(bias.weight.detach().numpy(), q_len, k_len)
    assert torch.equal(bias(q_len, k_len), torch.from_numpy(expected))


def test_relative_bias_starts_at_zero_is_constant_far_away_and_learns_by_distance():
    bias = RelativeBias(2, 3)
    assert not bias(5, 5).any()
    bias(11, 11).sum().backward()
    # Pares de cada distância em 11×11: 10 - d para ±1, ±2; do corte em diante, somam-se todos.
    far = sum(11 - distance for distance in range(3, 11))
    assert bias.weight.grad[0].tolist() == [far, 9, 10, 11, 10, 9, far]


@pytest.mark.parametrize("make", [lambda: LinearBias(2), lambda: RelativeBias(2, 3)])
def test_score_biases_depend_only_on_offset(make):
    bias = make()
    for parameter in bias.parameters():
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(0))
    square = bias(7, 7)
    for offset in range(-6, 7):
        diagonal = square.diagonal(offset, dim1=1, dim2=2)
        assert torch.equal(diagonal, diagonal[:, :1].expand_as(diagonal))
    # Poucas consultas são as últimas: alinhamento pelo fim.
    assert torch.equal(bias(2, 7), square[:, -2:])
    assert not torch.equal(square[:, 0], square[:, 1])


# --- recusas --------------------------------------------------------------------------------

REFUSALS = {
    "senoide ímpar": (lambda: sinusoidal_positions(2, 3), r"dim=3.*largura par"),
    "senoide negativa": (lambda: sinusoidal_positions(-1, 2), r"length=-1"),
    "base nula": (lambda: sinusoidal_positions(1, 2, base=0.0), r"base=0"),
    "módulo ímpar": (lambda: SinusoidalPosition(5), r"dim=5"),
    "senoide larga": (
        lambda: SinusoidalPosition(4)(torch.zeros(2, 3)),
        r"\(\.\.\., T, 4\).*\(2, 3\)",
    ),
    "senoide sem tempo": (lambda: SinusoidalPosition(4)(torch.zeros(4)), r"recebi \(4,\)"),
    "aprendida vazia": (lambda: LearnedPosition(0, 3), r"max_length=0.*Aumente"),
    "aprendida larga": (
        lambda: LearnedPosition(2, 3)(torch.zeros(1, 2, 5)),
        r"T, 3\).*mesma largura",
    ),
    "rotação ímpar": (lambda: RotaryPosition(3), r"par.*recebi 3.*embed_dim // num_heads"),
    "rotação nula": (lambda: RotaryPosition(0), r"recebi 0"),
    "rotação sem base": (lambda: RotaryPosition(2, base=-1.0), r"base deve ser positivo.*-1"),
    "rotação larga": (
        lambda: RotaryPosition(4)(torch.zeros(3, 8)),
        r"T, 4\).*largura de cada cabeça",
    ),
    "nenhuma cabeça": (lambda: alibi_slopes(0), r"positivo; recebi 0"),
    "viés sem cabeça": (lambda: LinearBias(0), r"positivo; recebi 0"),
    "distância negativa": (lambda: RelativeBias(1, -1), r"max_distance=-1"),
    "comprimento negativo": (lambda: LinearBias(1)(-1, 2), r"q_len=-1 e k_len=2"),
    "chaves negativas": (lambda: RelativeBias(1, 1)(2, -3), r"q_len=2 e k_len=-3"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_say_what_came_and_how_to_mend(name):
    call, message = REFUSALS[name]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("layer", [RotaryPosition(2), SinusoidalPosition(2), LearnedPosition(3, 2)])
def test_integers_are_refused(layer):
    with pytest.raises(TypeError, match=r"ponto flutuante.*int64.*\.float\(\)"):
        layer(torch.zeros(3, 2, dtype=torch.int64))


ORACLE_REFUSALS = {
    "senoide": (lambda: reference.sinusoidal_positions(1, 3), r"par; recebi 3"),
    "rotação": (lambda: reference.rotate_pairs([1.0, 2.0, 3.0], 0), r"\(D,\), com D par.*\(3,\)"),
    "inclinação": (lambda: reference.linear_bias(0, 1, 1), r"positivo; recebi 0"),
    "tabela": (lambda: reference.relative_bias([[1.0, 2.0]], 1, 1), r"2·máx \+ 1.*\(1, 2\)"),
}


@pytest.mark.parametrize("name", ORACLE_REFUSALS)
def test_the_oracle_refuses_too(name):
    call, message = ORACLE_REFUSALS[name]
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: LinearBias(2)(2.5, 3), TypeError, r"q_len deve ser um inteiro; recebi 2\.5"),
        (lambda: RelativeBias(2, 1)(3, 2.5), TypeError, r"k_len deve ser um inteiro"),
        (lambda: RelativeBias(2, 1.5), TypeError, r"max_distance deve ser um inteiro"),
        (lambda: alibi_slopes(2.5), TypeError, r"num_heads deve ser um inteiro; recebi 2\.5"),
        (lambda: alibi_slopes("3"), TypeError, r"num_heads deve ser um inteiro; recebi '3'"),
        (lambda: sinusoidal_positions(2.5, 4), TypeError, r"length deve ser um inteiro"),
        (lambda: sinusoidal_positions(2, 4, first=math.nan), TypeError, r"first.*recebi nan"),
        (lambda: sinusoidal_positions(2, 4, base=math.nan), ValueError, r"base deve ser finito"),
        (lambda: sinusoidal_positions(2, 4, base="10"), TypeError, r"base deve ser um número"),
    ],
)
def test_what_is_not_whole_is_refused_and_not_rounded(call, error, message):
    with pytest.raises(error, match=message):
        call()
