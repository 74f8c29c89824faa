"""Padrão qualquer: contra a densa mascarada, gradiente, bordas, recusas."""

import math

import numpy as np
import pytest
import torch
from attention.sparse.sparse_cases import gradients, random_tensors
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from coursekit.attention import attend
from coursekit.attention.sparse import (
    BigBird,
    GlobalTokens,
    Graph,
    Hierarchical,
    Pattern,
    RandomBlocks,
    SlidingWindow,
    Strided,
    block_sparse,
    block_sparse_attention,
    gather_plan,
    windowed_attention,
)

EXACT = {"rtol": 1e-10, "atol": 1e-10}
PATTERNS = {
    "janela": SlidingWindow(3),
    "causal-dilatada": SlidingWindow(2, causal=True, dilation=4),
    "passo": Strided(5),
    "janela-e-passo": SlidingWindow(4, causal=True) | Strided(4, causal=True),
    "globais": GlobalTokens(count=1, positions=(9,)) | SlidingWindow(1),
    "sorteio": RandomBlocks(block=4, per_row=2, seed=3),
    "bigbird": BigBird(radius=2, global_count=2, block=3, per_row=1, seed=0),
    "hierarquia": Hierarchical(3),
    "grafo": Graph(((0, 5), (5, 9), (2, 1)), directed=True),
    "quase-nada": RandomBlocks(block=4, per_row=0, seed=0) | GlobalTokens(positions=(30,)),
}
TILINGS = [(64, 2**18), (4, 100), (1, 1)]


@pytest.fixture
def tiling(request, monkeypatch):
    monkeypatch.setattr(block_sparse, "TILE", request.param[0])
    monkeypatch.setattr(block_sparse, "BUDGET", request.param[1])


def dense(pattern, **options):
    def attention(query, key, value):
        mask = torch.from_numpy(pattern.mask(query.shape[-2]))
        return attend(query, key, value, mask=mask, **options)

    return attention


def sparse(pattern, **options):
    return lambda *tensors: block_sparse_attention(*tensors, pattern, **options)


@pytest.mark.parametrize("tiling", TILINGS, indirect=True)
@pytest.mark.parametrize("length", [1, 7, 37])
@pytest.mark.parametrize("name", PATTERNS)
def test_equals_masked_dense_attention_and_its_gradients(name, length, tiling):
    tensors = random_tensors(length, seed=length)
    expected = gradients(dense(PATTERNS[name]), tensors)
    received = gradients(sparse(PATTERNS[name]), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


@given(
    radius=st.integers(0, 5),
    stride=st.integers(1, 7),
    tokens=st.lists(st.integers(0, 40), min_size=1, max_size=3),
    seed=st.integers(0, 5),
    length=st.integers(0, 41),
)
def test_any_union_equals_masked_dense_attention(radius, stride, tokens, seed, length):
    pattern = (
        SlidingWindow(radius, causal=seed % 2 == 0)
        | Strided(stride, causal=seed % 3 == 0)
        | GlobalTokens(positions=tuple(tokens))
        | RandomBlocks(3, 1, seed)
    )
    tensors = random_tensors(length, seed=seed, heads=None)
    assert_close(sparse(pattern)(*tensors), dense(pattern)(*tensors), **EXACT)


def test_rows_that_see_nothing_are_zero_with_finite_gradients():
    pattern = GlobalTokens(positions=(99,)) | RandomBlocks(block=4, per_row=0, seed=0)
    output, *grads = gradients(sparse(pattern), random_tensors(10))
    assert not output.any()
    assert not any(x.any() for x in grads)


class EvenSeesFirst(Pattern):
    """Só as posições pares veem alguma coisa: a posição 0."""

    def _pairs(self, queries, length):
        even = queries[queries % 2 == 0]
        return even, np.zeros_like(even)


@pytest.mark.parametrize("broken", [0.0, math.nan])
def test_some_rows_see_nothing(broken):
    tensors = random_tensors(9)
    tensors[0][0, 0, 4:6, 1] += broken  # uma consulta que vê e uma que não vê
    expected = gradients(dense(EvenSeesFirst()), tensors)
    received = gradients(sparse(EvenSeesFirst()), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, equal_nan=True, **EXACT)
    assert not received[0][:, :, 1::2].any()


@pytest.mark.parametrize("causal", [False, True])
def test_a_window_is_the_windowed_kernel(causal):
    tensors = random_tensors(131)
    received = gradients(sparse(SlidingWindow(9, causal=causal)), tensors)
    expected = gradients(lambda *x: windowed_attention(*x, 9, causal=causal), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


def test_shared_heads_scale_and_types():
    tensors = random_tensors(21, shapes=[(2, 6, 21, 5), (2, 2, 21, 5), (2, 2, 21, 7)])
    pattern = PATTERNS["bigbird"]
    factor = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    received = gradients(sparse(pattern, scale=factor), tensors)
    expected = gradients(dense(pattern, scale=0.3), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)
    assert factor.grad.abs() > 0
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        low = [x.to(dtype) for x in tensors]
        output = sparse(pattern)(*low)
        assert output.dtype == dtype
        exact = dense(pattern)(*(x.double() for x in low))
        allowed = torch.finfo(dtype).eps * (exact.abs() + 1) + 1e-6
        assert ((output.double() - exact).abs() <= allowed).all()


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("name", PATTERNS)
def test_broken_numbers_show_only_where_they_are_seen(name, where):
    tensors = random_tensors(33)
    tensors[where][1, 0, 8, 3] = math.nan
    expected = gradients(dense(PATTERNS[name]), tensors)
    received = gradients(sparse(PATTERNS[name]), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, equal_nan=True, **EXACT)


def test_gradcheck_and_the_second_derivative():
    inputs = tuple(x.requires_grad_() for x in random_tensors(0, shapes=[(1, 2, 9, 2)] * 3))
    pattern = SlidingWindow(1) | GlobalTokens(count=1)
    assert torch.autograd.gradcheck(sparse(pattern), inputs)
    output = sparse(pattern)(*inputs).square().sum()
    (first,) = torch.autograd.grad(output, inputs[0], create_graph=True)
    with pytest.raises(RuntimeError, match=r"primeira derivada.*segunda.*attend\(.*mask"):
        torch.autograd.grad(first.sum(), inputs[1])


def planned(pattern, length, tile=64):
    plan = gather_plan.plan_gather(pattern, length, tile, 2**18, torch.device("cpu"))
    return sum(tiles.visible.numel() for tiles in plan), plan


def test_the_plan_wastes_little():
    # Calculados por visível: na janela, (64 + 2r)/(2r + 1) e o enchimento; no passo, nada;
    # a global fica num ladrilho só dela, senão seriam 64 linhas inteiras.
    length = 1024
    for pattern, most in [
        (SlidingWindow(128), 1.4),
        (Strided(16), 1.0),
        (SlidingWindow(8, dilation=16), 5.1),
        (BigBird(radius=128, global_count=1, block=64, per_row=2, seed=0), 1.6),
        (RandomBlocks(block=64, per_row=3, seed=1), 1.0),
        (SlidingWindow(8) | GlobalTokens(positions=(500,)), 5.0),
    ]:
        computed, plan = planned(pattern, length)
        assert computed <= most * pattern.visible_pairs(length), pattern
        rows = torch.cat([tiles.rows.flatten() for tiles in plan])
        assert rows.sort().values.tolist() == list(range(length))


def test_the_plan_is_kept():
    pattern = SlidingWindow(5) | Strided(32)
    assert planned(pattern, 200)[1] is planned(Strided(32) | SlidingWindow(5), 200)[1]


def test_arguments_are_not_changed():
    tensors = random_tensors(25)
    copies = [x.clone() for x in tensors]
    first = gradients(sparse(PATTERNS["bigbird"]), tensors)
    again = gradients(sparse(PATTERNS["bigbird"]), tensors)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(tensors, copies, strict=True))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pattern": torch.ones(3, 3)}, TypeError, r"pattern deve ser um padrão.*Tensor.*mask="),
        ({"query": torch.ones(2, 2, 5)}, ValueError, r"2 consultas e 3 chaves"),
        ({"scale": "1"}, TypeError, r"scale deve ser um número"),
    ],
)
def test_refusals(options, error, message):
    one = torch.ones(2, 3, 5)
    arguments = {"query": one, "key": one, "value": one, "pattern": Strided(1), **options}
    with pytest.raises(error, match=message):
        block_sparse_attention(**arguments)
