"""Núcleo compilado: igual à densa mascarada na ida e na volta, em todo corte que ele sabe fazer.

O que toda janela promete, seja qual for a implementação, está em ``test_every_window.py``.
"""

import math
from functools import partial

import pytest
import torch
from attention.sparse.compiled_cases import needs_compiler
from attention.sparse.sparse_cases import assert_equals_dense, dense, gradients, random_tensors
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from coursekit.attention.sparse import compiled_windowed_attention, kernel_tasks

pytestmark = [needs_compiler, pytest.mark.usefixtures("own_cache")]

# Blocos do núcleo têm 48 consultas (float32) ou 24 (float64) com AVX-512, ladrilhos 64 chaves.
LENGTHS = (1, 2, 7, 13, 24, 25, 47, 48, 49, 73, 97, 131, 211)
RADII = (0, 1, 3, 8, 23, 24, 64, 130, 10**6)
WIDTHS = ((1, 1), (5, 7), (8, 16), (16, 8), (17, 3), (32, 33), (64, 64))

assert_is_dense = partial(assert_equals_dense, compiled_windowed_attention)


@pytest.fixture
def threads(request, monkeypatch):
    """Linhas de execução do núcleo; o resto do PyTorch continua como está."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: request.param)


@pytest.fixture
def short_shares(monkeypatch):
    """Trechos de até 48 consultas: fronteiras no meio de sequências pequenas."""
    monkeypatch.setattr(kernel_tasks, "SHORTEST", kernel_tasks.STEP)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("length", LENGTHS)
def test_equals_masked_dense_attention_and_its_gradients(length, radius, causal):
    for number, (width, value_width) in enumerate(WIDTHS):
        shapes = [(1, 2, length, size) for size in (width, width, value_width)]
        assert_is_dense(random_tensors(0, seed=number, shapes=shapes), radius, causal=causal)


@pytest.mark.parametrize("threads", [1, 2, 3, 5], indirect=True)
@pytest.mark.parametrize("heads", [1, 2, 3, 7])
@pytest.mark.parametrize("causal", [False, True])
def test_shares_of_a_head_add_up(threads, heads, causal, short_shares):
    # 331 consultas em trechos de 48, 96… : raios menores e maiores que um trecho.
    for radius in (0, 5, 61, 200, 400):
        shapes = [(1, heads, 331, size) for size in (5, 5, 16)]
        assert_is_dense(random_tensors(0, seed=radius, shapes=shapes), radius, causal=causal)
        assert_is_dense(random_tensors(0, shapes=shapes), radius, causal=causal, key_lengths=[97])


@pytest.mark.parametrize("threads", [2, 3], indirect=True)
def test_the_same_bits_every_time(threads, short_shares):
    shapes = [(1, 1, 500, 16)] * 3
    tensors = random_tensors(0, shapes=shapes, dtype=torch.float32)
    copies = [x.clone() for x in tensors]

    def run():
        return gradients(lambda *x: compiled_windowed_attention(*x, 70), tensors)

    first = run()
    for _ in range(5):
        assert all(torch.equal(a, b) for a, b in zip(run(), first, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(tensors, copies, strict=True))


def test_shares_pass_once_by_every_query_that_sees():
    for threads in (1, 2, 3, 8):
        for limits in ([700], [700, 700], [700, 0, 5], [0], [], [300] * 5):
            shares = kernel_tasks.plan_shares(limits, 700, 11, threads)
            for head, limit in enumerate(limits):
                mine = [x for x in shares if x.head == head]
                seeing = min(700, limit + 11) if limit else 0
                passed = [q for x in mine for q in range(x.start, x.stop)]
                assert passed == list(range(seeing))
                owned = [range(*x.keys(11, 4)[1:3]) for x in mine]
                assert [k for keys in owned for k in keys] == list(range(limit))
    assert len(kernel_tasks.plan_shares([700], 700, 11, 2)) == 2
    assert len(kernel_tasks.plan_shares([700] * 3, 700, 11, 2)) == 6
    assert len(kernel_tasks.plan_shares([700] * 4, 700, 11, 2)) == 4


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 120),
    radius=st.integers(0, 140),
    causal=st.booleans(),
    width=st.integers(1, 35),
    value_width=st.integers(1, 35),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**20),
)
def test_any_size_is_dense(length, radius, causal, width, value_width, share, seed):
    shapes = [(2, length, size) for size in (width, width, value_width)]
    tensors = random_tensors(0, seed=seed, shapes=shapes)
    options = {"causal": causal, "key_lengths": [round(share * length), length]}
    assert_is_dense(tensors, radius, **options)


@pytest.mark.parametrize("causal", [False, True])
def test_gradcheck_across_the_blocks_of_the_kernel(causal):
    inputs = tuple(x.requires_grad_() for x in random_tensors(0, shapes=[(1, 2, 29, 2)] * 3))
    for options in ({"causal": causal}, {"causal": causal, "key_lengths": [27]}):
        assert torch.autograd.gradcheck(
            lambda *x, o=options: compiled_windowed_attention(*x, 3, **o), inputs
        )


@pytest.mark.parametrize("width", [5, 16])
@pytest.mark.parametrize("place", [0, 5, 60, 130, 199])
@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_broken_number_anywhere_is_found(where, place, width):
    # Em qualquer bloco e em qualquer casa do vetor, até nas que sobram dele.
    for column in (0, width - 1):
        tensors = random_tensors(0, shapes=[(1, 200, width)] * 3)
        tensors[where][0, place, column] = math.nan
        assert_is_dense(tensors, 7, equal_nan=True)


def test_a_score_that_overflows_is_nan_as_in_attend():
    for dtype, big in ((torch.float32, 1e30), (torch.float64, 1e200)):
        query, key, value = random_tensors(0, shapes=[(1, 60, 4)] * 3, dtype=dtype)
        query[0, 20], key[0, 22] = big, big
        found = compiled_windowed_attention(query, key, value, 5)
        assert_close(found, dense(5)(query, key, value), equal_nan=True, rtol=1e-4, atol=1e-4)
        assert found[0].isnan().any(dim=-1).nonzero().squeeze(-1).tolist() == [20]
    query, key, value = random_tensors(0, shapes=[(1, 60, 4)] * 3)
    query[0, 20] = 1e200
    scale = torch.tensor(1e200, dtype=torch.float64, requires_grad=True)
    found = compiled_windowed_attention(query, key, value, 5, scale=scale)
    assert found[0].isnan().all(dim=-1).nonzero().squeeze(-1).tolist() == [20]
