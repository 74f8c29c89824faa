"""Padrão qualquer: contra a densa mascarada, gradiente, bordas, recusas."""

import math

import numpy as np
import pytest
import torch
from attention.sparse.sparse_cases import (
    EXACT,
    ONE,
    REFUSALS,
    assert_same_gradients,
    gradients,
    largest_allocation,
    random_tensors,
)
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
    Union,
    block_sparse,
    block_sparse_attention,
    gather_plan,
    windowed_attention,
)

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
# (ladrilho, escores por lote, custo de repartir): o de fábrica; muitos lotes; tudo junto, e tudo
# repartido, queira o custo ou não.
WHOLE, APART = math.inf, -1e9
TILINGS = [(64, 2**18, 8000.0), (4, 100, APART), (64, 2**18, APART), (4, 100, WHOLE), (1, 1, 0.0)]


@pytest.fixture
def tiling(request, monkeypatch):
    monkeypatch.setattr(block_sparse, "CUTTING", gather_plan.Cutting(*request.param))


def dense(pattern, **options):
    def attention(query, key, value):
        mask = torch.from_numpy(pattern.mask(query.shape[-2]))
        return attend(query, key, value, mask=mask, **options)

    return attention


def sparse(pattern, **options):
    return lambda *tensors: block_sparse_attention(*tensors, pattern, **options)


def assert_equals_dense(tensors, pattern, *, equal_nan=False, **options):
    """Confere um padrão contra a sua máscara; devolve a saída e os gradientes dele."""
    return assert_same_gradients(
        sparse(pattern, **options), dense(pattern, **options), tensors, equal_nan=equal_nan
    )


@pytest.mark.parametrize("tiling", TILINGS, indirect=True)
@pytest.mark.parametrize("length", [1, 7, 37])
@pytest.mark.parametrize("name", PATTERNS)
def test_equals_masked_dense_attention_and_its_gradients(name, length, tiling):
    tensors = random_tensors(length, seed=length)
    assert_equals_dense(tensors, PATTERNS[name])


@st.composite
def unions(draw):
    """De um a quatro padrões quaisquer, unidos."""
    count = st.integers(0, 5)
    edges = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=9).map(tuple)
    kinds = [
        st.builds(SlidingWindow, count, causal=st.booleans(), dilation=st.integers(1, 5)),
        st.builds(Strided, st.integers(1, 9), causal=st.booleans()),
        st.builds(GlobalTokens, positions=st.lists(st.integers(0, 40), min_size=1).map(tuple)),
        st.builds(RandomBlocks, st.integers(1, 9), st.integers(0, 2), count),
        st.builds(Hierarchical, st.integers(2, 5)),
        st.builds(BigBird, count, st.integers(1, 3), st.integers(1, 5), st.integers(0, 2), count),
        st.builds(Graph, edges, directed=st.booleans()),
    ]
    parts = draw(st.lists(st.one_of(kinds), min_size=1, max_size=4))
    return Union.of(*parts)


@given(
    pattern=unions(),
    length=st.integers(0, 41),
    seed=st.integers(0, 5),
    tile=st.sampled_from([1, 3, 8, 64]),
    overhead=st.sampled_from([APART, 0.0, WHOLE]),
    lengths=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_any_union_equals_masked_dense_attention(pattern, length, seed, tile, overhead, lengths):
    tensors = random_tensors(length, seed=seed, heads=None)
    limits = lengths and [round(share * length) for share in lengths]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_sparse, "CUTTING", gather_plan.Cutting(tile, 2**18, overhead))
        assert_equals_dense(tensors, pattern, key_lengths=limits)


@pytest.mark.parametrize("tiling", TILINGS, indirect=True)
@pytest.mark.parametrize("lengths", [[0, 23], [1, 7], [12, 0], [23, 23]])
@pytest.mark.parametrize("name", ["janela", "janela-e-passo", "globais", "hierarquia"])
def test_key_lengths_hide_keys_and_empty_rows_are_zero(name, lengths, tiling):
    tensors = random_tensors(23, seed=sum(lengths))
    received = assert_equals_dense(tensors, PATTERNS[name], key_lengths=lengths)
    for example, limit in enumerate(lengths):
        blind = ~torch.from_numpy(PATTERNS[name].mask(23))[:, :limit].any(dim=1)
        assert not received[0][example][:, blind].any()
        assert not received[3][example][:, limit:].any()
    as_tensor = sparse(PATTERNS[name], key_lengths=torch.tensor(lengths))(*tensors)
    assert torch.equal(as_tensor, received[0])


def test_key_lengths_with_shared_heads_are_one_per_example():
    tensors = random_tensors(21, shapes=[(3, 6, 21, 5), (3, 2, 21, 5), (3, 2, 21, 7)])
    assert_equals_dense(tensors, PATTERNS["bigbird"], key_lengths=[21, 4, 11])


@pytest.mark.parametrize("tiling", [TILINGS[1]], indirect=True)
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("limit", [8, 9])
def test_what_key_lengths_hides_does_not_matter(limit, where, tiling):
    pattern = PATTERNS["janela-e-passo"]
    tensors = random_tensors(17)
    tensors[where][0, 2, 8, 3] = math.nan
    received = assert_equals_dense(tensors, pattern, equal_nan=True, key_lengths=[limit, 5])
    assert received[0][0, 2].isnan().any().item() == (where == 0 or limit == 9)


@pytest.mark.parametrize("tiling", [TILINGS[2]], indirect=True)
@pytest.mark.parametrize("factor", [1e4, -1e4, 1e-4])
def test_merging_survives_scores_of_any_size(factor, tiling):
    # Qualquer parte pode trazer o maior escore: a soma corrige sempre o que já havia.
    pattern = PATTERNS["janela-e-passo"]
    query, key, value = random_tensors(40)
    assert_close(
        sparse(pattern)(query * factor, key, value), dense(pattern)(query * factor, key, value),
        **EXACT,
    )  # fmt: skip


def test_two_parts_by_hand(monkeypatch):
    # Partes: a própria posição (escore 0) e as de mesma paridade (escore ln 2, peso 2).
    monkeypatch.setattr(block_sparse, "CUTTING", gather_plan.Cutting(4, 99, APART))
    key = torch.tensor([0.0, 0.0, math.log(2.0), 0.0], dtype=torch.float64).view(1, 4, 1)
    value = torch.tensor([3.0, 5.0, 6.0, 7.0], dtype=torch.float64).view(1, 4, 1)
    output = sparse(SlidingWindow(0) | Strided(2))(torch.ones_like(key), key, value)
    expected = [(3 + 2 * 6) / 3, (5 + 7) / 2, (3 + 2 * 6) / 3, (5 + 7) / 2]
    assert_close(output.flatten(), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("pattern", [PATTERNS["janela-e-passo"], PATTERNS["bigbird"]])
def test_nothing_quadratic_is_allocated(pattern):
    # O maior tensor criado em toda a ida e volta cabe em poucas vezes os pares visíveis.
    length = 4096
    tensors = random_tensors(0, shapes=[(1, 1, length, 4)] * 3, dtype=torch.float32)
    wide = SlidingWindow(16, causal=True) | Strided(1024) if pattern.period > 1 else pattern
    largest = largest_allocation(sparse(wide), tensors)
    assert 4 * length <= largest <= 4 * wide.visible_pairs(length) < length**2 / 8


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


@pytest.mark.parametrize("tiling", TILINGS[:2], indirect=True)
@pytest.mark.parametrize("broken", [0.0, math.nan])
def test_some_rows_see_nothing(broken, tiling):
    tensors = random_tensors(9)
    tensors[0][0, 0, 4:6, 1] += broken  # uma consulta que vê e uma que não vê
    received = assert_equals_dense(tensors, EvenSeesFirst(), equal_nan=True)
    assert not received[0][:, :, 1::2].any()


@pytest.mark.parametrize("causal", [False, True])
def test_a_window_is_the_windowed_kernel(causal):
    tensors = random_tensors(131)
    assert_same_gradients(
        sparse(SlidingWindow(9, causal=causal)),
        lambda *x: windowed_attention(*x, 9, causal=causal),
        tensors,
    )


def test_shared_heads_scale_and_types():
    tensors = random_tensors(21, shapes=[(2, 6, 21, 5), (2, 2, 21, 5), (2, 2, 21, 7)])
    pattern = PATTERNS["bigbird"]
    factor = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert_same_gradients(sparse(pattern, scale=factor), dense(pattern, scale=0.3), tensors)
    assert factor.grad.abs() > 0
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        low = [x.to(dtype) for x in tensors]
        output = sparse(pattern)(*low)
        assert output.dtype == dtype
        exact = dense(pattern)(*(x.double() for x in low))
        allowed = torch.finfo(dtype).eps * (exact.abs() + 1) + 1e-6
        assert ((output.double() - exact).abs() <= allowed).all()


@pytest.mark.parametrize("tiling", TILINGS[:2], indirect=True)
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("name", PATTERNS)
def test_broken_numbers_show_only_where_they_are_seen(name, where, tiling):
    tensors = random_tensors(33)
    tensors[where][1, 0, 8, 3] = math.nan
    assert_equals_dense(tensors, PATTERNS[name], equal_nan=True)


@pytest.mark.parametrize("tiling", TILINGS[:2], indirect=True)
def test_gradcheck(tiling):
    inputs = tuple(x.requires_grad_() for x in random_tensors(0, shapes=[(1, 2, 9, 2)] * 3))
    pattern = SlidingWindow(1) | GlobalTokens(count=1)
    assert torch.autograd.gradcheck(sparse(pattern), inputs)
    assert torch.autograd.gradcheck(sparse(pattern, key_lengths=[6]), inputs)


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
        *REFUSALS,
    ],
)
def test_refusals(options, error, message):
    arguments = {"query": ONE, "key": ONE, "value": ONE, "pattern": Strided(1), **options}
    with pytest.raises(error, match=message):
        block_sparse_attention(**arguments)
