"""Padrões: cada um contra o oráculo, a união, as contagens, o grafo e as recusas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit import reference
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
    pattern,
)

LENGTHS = [0, 1, 2, 7, 13, 31]
EDGES = ((0, 3), (5, 1), (1, 2), (3, 0), (6, 6), (2, 20))
# O padrão e o que o oráculo, que pergunta par a par, diz dele.
CASES = {
    "janela": (SlidingWindow(2), lambda n: reference.sliding_window_mask(n, 2)),
    "janela-0": (SlidingWindow(0), lambda n: reference.sliding_window_mask(n, 0)),
    "janela-larga": (SlidingWindow(99), lambda n: reference.sliding_window_mask(n, 99)),
    "causal": (
        SlidingWindow(3, causal=True),
        lambda n: reference.sliding_window_mask(n, 3, causal=True),
    ),
    "dilatada": (
        SlidingWindow(2, dilation=3),
        lambda n: reference.sliding_window_mask(n, 2, dilation=3),
    ),
    "dilatada-causal": (
        SlidingWindow(4, causal=True, dilation=2),
        lambda n: reference.sliding_window_mask(n, 4, causal=True, dilation=2),
    ),
    "passo": (Strided(3), lambda n: reference.strided_mask(n, 3)),
    "passo-1": (Strided(1), lambda n: reference.strided_mask(n, 1)),
    "passo-causal": (
        Strided(5, causal=True),
        lambda n: reference.strided_mask(n, 5, causal=True),
    ),
    "globais": (GlobalTokens(count=2), lambda n: reference.global_mask(n, range(2))),
    "globais-soltas": (
        GlobalTokens(count=1, positions=(5, 20, 5)),
        lambda n: reference.global_mask(n, [0, 5, 20]),
    ),
    "hierarquia-2": (Hierarchical(2), lambda n: reference.hierarchical_mask(n, 2)),
    "hierarquia-3": (Hierarchical(3), lambda n: reference.hierarchical_mask(n, 3)),
    "grafo": (Graph(EDGES), lambda n: reference.graph_mask(n, EDGES)),
    "grafo-dirigido": (
        Graph(EDGES, directed=True),
        lambda n: reference.graph_mask(n, EDGES, directed=True),
    ),
}
RANDOM = RandomBlocks(block=3, per_row=2, seed=5)
BIG_BIRD = BigBird(radius=2, global_count=1, block=3, per_row=2, seed=5)

simple = st.one_of(
    st.builds(
        SlidingWindow,
        radius=st.integers(0, 6),
        causal=st.booleans(),
        dilation=st.integers(1, 4),
    ),
    st.builds(Strided, stride=st.integers(1, 6), causal=st.booleans()),
    st.builds(GlobalTokens, count=st.integers(1, 4)),
    st.builds(
        RandomBlocks, block=st.integers(1, 4), per_row=st.integers(0, 3), seed=st.integers(0, 9)
    ),
    st.builds(
        BigBird,
        radius=st.integers(0, 3),
        global_count=st.integers(1, 2),
        block=st.integers(1, 3),
        per_row=st.integers(0, 2),
        seed=st.integers(0, 9),
    ),
    st.builds(Hierarchical, block=st.integers(2, 5)),
    st.builds(
        Graph,
        edges=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6),
        directed=st.booleans(),
    ),
)
lengths = st.integers(0, 23)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", CASES)
def test_mask_is_the_oracles(name, length):
    value, oracle = CASES[name]
    mask = value.mask(length)
    assert mask.dtype == bool
    assert np.array_equal(mask, oracle(length))


@pytest.mark.parametrize("length", LENGTHS)
def test_big_bird_is_the_union_of_its_parts(length):
    parts = [SlidingWindow(2), GlobalTokens(count=1), RANDOM]
    expected = np.logical_or.reduce([part.mask(length) for part in parts])
    assert np.array_equal(BIG_BIRD.mask(length), expected)
    assert BIG_BIRD.expand() == parts[2] | parts[0] | parts[1]


def test_random_blocks_draws_whole_blocks_without_repetition():
    layout = RANDOM.block_layout(29, 3)
    assert (layout.sum(axis=1) == 2).all()
    mask = RANDOM.mask(29)
    padded = np.pad(mask, ((0, 1), (0, 1)))[:, :30].reshape(10, 3, 10, 3)
    inside = padded.transpose(0, 2, 1, 3)[:9, :9]  # blocos inteiros
    assert (inside.all(axis=(2, 3)) == inside.any(axis=(2, 3))).all()
    assert len({tuple(row) for row in layout}) > 3  # linhas diferentes sorteiam diferente
    other = RandomBlocks(block=3, per_row=2, seed=6)
    assert not np.array_equal(other.mask(29), mask)
    assert np.array_equal(RandomBlocks(3, 2, 5).mask(29), mask)
    assert RandomBlocks(3, 99, 0).mask(7).all()
    assert not RandomBlocks(3, 0, 0).mask(7).any()


@pytest.mark.parametrize(("radius", "expected"), [(0, 1.0), (10**6, 1.0)])
def test_extreme_windows(radius, expected):
    counted = SlidingWindow(radius).visible_pairs(50)
    assert counted == (50 if radius == 0 else 2500) * expected


@given(value=simple, length=lengths)
def test_counts_layouts_and_pairs_agree_with_the_mask(value, length):
    mask = value.mask(length)
    assert value.visible_pairs(length) == mask.sum()
    assert np.array_equal(value.degrees(length), mask.sum(axis=1))
    query, key = value.pairs(np.arange(length), length)
    assert np.array_equal(np.argwhere(mask), np.stack([query, key], axis=1))
    for block in (1, 3, 5, 40):
        expected = np.zeros((-(-length // block),) * 2, dtype=bool)
        for i, j in np.argwhere(mask):
            expected[i // block, j // block] = True
        assert np.array_equal(value.block_layout(length, block), expected)


@given(value=simple, length=lengths, data=st.data())
def test_pairs_of_some_queries(value, length, data):
    some = data.draw(st.lists(st.integers(0, max(length - 1, 0)), max_size=4 if length else 0))
    query, key = value.pairs(some, length)
    mask = value.mask(length)
    assert {(i, j) for i, j in zip(query.tolist(), key.tolist(), strict=True)} == {
        (i, j) for i in some for j in range(length) if mask[i, j]
    }
    assert len(query) == len(set(zip(query.tolist(), key.tolist(), strict=True)))


@given(a=simple, b=simple, c=simple, length=lengths)
def test_union_is_associative_commutative_idempotent(a, b, c, length):
    assert (a | b) | c == a | (b | c)
    assert a | b == b | a
    assert hash(a | b) == hash(b | a)
    assert a | a == a
    assert (a | b) | a == a | b
    union = a | b | c
    expected = a.mask(length) | b.mask(length) | c.mask(length)
    assert np.array_equal(union.mask(length), expected)
    assert union.visible_pairs(length) == expected.sum()


def test_strips_cover_everything(monkeypatch):
    value = SlidingWindow(3) | GlobalTokens(positions=(7, 20)) | Strided(6)
    whole = [
        value.visible_pairs(31),
        value.degrees(31).tolist(),
        value.block_layout(31, 4).tolist(),
    ]
    monkeypatch.setattr(pattern, "STRIP", 5)
    assert [
        value.visible_pairs(31), value.degrees(31).tolist(), value.block_layout(31, 4).tolist()
    ] == whole  # fmt: skip


def test_counting_is_possible_where_the_dense_mask_is_not():
    # Um milhão de posições: a máscara densa teria 10^12 entradas.
    assert SlidingWindow(128).visible_pairs(10**6) == 257 * 10**6 - 128 * 129
    assert SlidingWindow(64).visible_pairs(4096) == 4096 * 129 - 64 * 65


@given(value=simple, other=simple, length=st.integers(0, 12), layers=st.integers(0, 5))
def test_reach_and_diameter_agree_with_breadth_first_search(value, other, length, layers):
    union = value | other
    mask = union.mask(length)
    hops = reference.hop_counts(mask)
    assert np.array_equal(union.reach(length, layers), hops <= layers)
    ahead = any(mask[i, j] for i in range(length) for j in range(i + 1, length))
    behind = any(mask[i, j] for i in range(length) for j in range(i))
    wanted = hops[np.tri(length, dtype=bool)] if behind and not ahead else hops
    assert union.diameter(length) == (wanted.max() if wanted.size else 0)


def test_known_diameters():
    # Janela de raio 8 em 64 posições: 63 passos, 8 de cada vez, dá 8 camadas.
    assert SlidingWindow(8).diameter(64) == 8
    assert SlidingWindow(8, causal=True).diameter(64) == 8
    assert (SlidingWindow(8) | GlobalTokens(count=1)).diameter(64) == 2
    assert (SlidingWindow(8) | Strided(8)).diameter(64) == 2
    assert Strided(2).diameter(64) == math.inf
    assert SlidingWindow(0).diameter(1) == 0
    # 2^5 posições em grupos de 2: sobe-se e desce-se por até 5 níveis.
    assert Hierarchical(2).diameter(32) <= 9
    assert Hierarchical(2).diameter(1024) > Hierarchical(2).diameter(32)


def test_window_reach_grows_by_the_radius_per_layer():
    for layers in range(4):
        assert np.array_equal(
            SlidingWindow(3).reach(20, layers), reference.sliding_window_mask(20, 3 * layers)
        )


def test_patterns_are_values():
    assert Graph([(1, 0), (0, 1)]) == Graph(((0, 1),))
    assert Graph([(1, 0)], directed=True) != Graph([(0, 1)], directed=True)
    assert GlobalTokens(positions=(5, 1, 5)) == GlobalTokens(positions=(1, 5))
    for value in (*(case[0] for case in CASES.values()), RANDOM, BIG_BIRD):
        assert isinstance(value, Pattern)
        assert {value: 1}[value] == 1
    assert isinstance(SlidingWindow(1) | Strided(2), Union)
    with pytest.raises(TypeError, match="unsupported operand"):
        SlidingWindow(1) | 3


def test_period_groups_what_sees_alike():
    assert Strided(7).period == 7
    assert SlidingWindow(2, dilation=3).period == 3
    assert (SlidingWindow(2) | Strided(7)).period == 7
    assert BIG_BIRD.period == 1


@pytest.mark.parametrize("block", [11, 2**40, 2**63 - 1])
def test_blocks_longer_than_the_sequence_are_one_block(block):
    assert Hierarchical(block).mask(11).all()
    assert RandomBlocks(block, 1, 0).mask(11).all()
    assert not RandomBlocks(block, 0, 0).mask(11).any()


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: SlidingWindow(-1), ValueError, r"radius deve ser pelo menos 0.*-1.*Aumente"),
        (lambda: SlidingWindow(1.0), TypeError, r"radius deve ser um inteiro.*float.*radius=1"),
        (lambda: SlidingWindow(True), TypeError, r"radius deve ser um inteiro.*bool"),
        (lambda: SlidingWindow(1, dilation=0), ValueError, r"dilation deve ser pelo menos 1"),
        (lambda: Strided(0), ValueError, r"stride deve ser pelo menos 1"),
        (lambda: GlobalTokens(), ValueError, r"ao menos uma posição global.*count=1"),
        (lambda: GlobalTokens(count=-1), ValueError, r"count deve ser pelo menos 0"),
        (lambda: GlobalTokens(positions=(-2,)), ValueError, r"positions deve ser pelo menos 0"),
        (lambda: RandomBlocks(0, 1, 0), ValueError, r"block deve ser pelo menos 1"),
        (lambda: RandomBlocks(1, -1, 0), ValueError, r"per_row deve ser pelo menos 0"),
        (lambda: RandomBlocks(1, 1, 0.5), TypeError, r"seed deve ser um inteiro.*float"),
        (lambda: BigBird(1, 0, 1, 1, 0), ValueError, r"ao menos uma posição global"),
        (lambda: Hierarchical(1), ValueError, r"block deve ser pelo menos 2"),
        (lambda: Graph(((0, 1, 2),)), ValueError, r"pares.*\(0, 1, 2\).*edges="),
        (lambda: Graph(((0, -1),)), ValueError, r"edges deve ser pelo menos 0"),
        (lambda: Strided(2).mask(-1), ValueError, r"length deve ser pelo menos 0"),
        (lambda: Strided(2).mask(2.5), TypeError, r"length deve ser um inteiro"),
        (lambda: Strided(2).visible_pairs(-1), ValueError, r"length deve ser pelo menos 0"),
        (lambda: SlidingWindow(2).visible_pairs(-1), ValueError, r"length deve ser pelo menos 0"),
        (lambda: Strided(2).block_layout(4, 0), ValueError, r"block deve ser pelo menos 1"),
        (lambda: Strided(2).reach(4, -1), ValueError, r"layers deve ser pelo menos 0"),
        (lambda: Strided(2).pairs([4], 4), ValueError, r"entre 0 e 3.*\[4\].*range"),
        (lambda: Strided(2).pairs([-1], 4), ValueError, r"entre 0 e 3.*\[-1\]"),
        (lambda: Strided(2).pairs([1.5], 4), TypeError, r"queries.*inteir.*float64.*range"),
        (lambda: Strided(2).pairs(["1"], 4), TypeError, r"queries.*inteir.*range"),
        (lambda: Strided(2).pairs([True], 4), TypeError, r"queries.*inteir.*bool"),
        (lambda: SlidingWindow(1, causal="não"), TypeError, r"causal.*True ou False.*str"),
        (lambda: SlidingWindow(1, causal=None), TypeError, r"causal.*NoneType"),
        (lambda: Strided(2, causal=0.5), TypeError, r"causal.*float"),
        (lambda: Graph(((0, 1),), directed="sim"), TypeError, r"directed.*str"),
        (lambda: GlobalTokens(positions=3), TypeError, r"positions.*int.*\(0, 5\)"),
        (lambda: Graph(None), TypeError, r"edges.*NoneType.*edges=\(\(0, 1\)"),
        (lambda: Graph((0, 1)), TypeError, r"edges.*pares"),
        (lambda: Graph((([0], 1),)), TypeError, r"edges.*pares"),
        (lambda: Union.of(), ValueError, r"ao menos um padrão"),
        (lambda: Union.of(SlidingWindow(1), 3), TypeError, r"padrões.*int"),
    ],
)
def test_refusals(build, error, message):
    with pytest.raises(error, match=message):
        build()
