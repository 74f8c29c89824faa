"""O plano: cada par visível uma vez só, pouco desperdício, vistas em vez de cópias."""

import numpy as np
import pytest
import torch
from attention.sparse.test_block_sparse import APART, PATTERNS, TILINGS, unions
from hypothesis import given
from hypothesis import strategies as st

from coursekit.attention.sparse import (
    BigBird,
    GlobalTokens,
    Graph,
    Hierarchical,
    RandomBlocks,
    SlidingWindow,
    Strided,
    block_sparse,
    gather_plan,
    tile_cut,
)
from coursekit.attention.sparse.gather_tiles import GatherBatch
from coursekit.attention.sparse.positions import Positions, Run

CPU = torch.device("cpu")


def planned(pattern, length, cutting=block_sparse.CUTTING):
    return gather_plan.plan_gather(pattern, length, cutting, CPU)


def computed(plan):
    return sum(int(np.prod(tiles.shape)) for tiles in plan.batches)


def times_seen(plan, length):
    """Quantas vezes o plano calcula cada par visível: inteiros (T, T)."""
    counts = np.zeros((length, length), dtype=int)
    for tiles in plan.batches:
        rows, columns = tiles.rows.index.numpy(), tiles.columns.index.numpy()
        visible = np.broadcast_to(tiles.visible.numpy(), tiles.shape)
        np.add.at(counts, (rows[:, :, None], columns[:, None, :]), visible)
    return counts


@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("name", PATTERNS)
def test_every_visible_pair_is_computed_once(name, tiling):
    plan = planned(PATTERNS[name], 61, gather_plan.Cutting(*tiling))
    assert (times_seen(plan, 61) == PATTERNS[name].mask(61)).all()


@given(pattern=unions(), length=st.integers(0, 53), tile=st.sampled_from([1, 5, 64]))
def test_parts_never_repeat_a_pair(pattern, length, tile):
    plan = planned(pattern, length, gather_plan.Cutting(tile, 300, APART))
    assert (times_seen(plan, length) == pattern.mask(length)).all()
    rows = [tiles.rows.index.flatten() for tiles in plan.batches]
    for once in rows:
        assert len(once.unique()) == len(once)
    if not plan.merge and rows:
        assert len(torch.cat(rows).unique()) == len(torch.cat(rows))
    found = set[int]()
    for tiles, once in zip(plan.batches, rows, strict=True):
        assert not (tiles.fresh and found.intersection(once.tolist()))
        found.update(once.tolist())


@given(pattern=unions(), length=st.integers(0, 41))
def test_components_see_what_the_pattern_sees(pattern, length):
    parts = pattern.components(length)
    assert len(set(parts)) == len(parts) > 0
    union = np.any([part.mask(length) for part in parts], axis=0)
    assert (union == pattern.mask(length)).all()


def test_components_of_each_kind():
    window, stride = SlidingWindow(3), Strided(5)
    assert window.components(20) == (window,)
    assert set((window | stride).components(20)) == {window, stride}
    birds = BigBird(radius=3, global_count=1, block=2, per_row=1, seed=0)
    assert len(birds.components(20)) == 3
    assert len((birds | window).components(20)) == 3
    assert [len(Hierarchical(3).components(n)) for n in (0, 1, 3, 4, 9, 10)] == [1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        (SlidingWindow(128), 1.4),
        (SlidingWindow(128, causal=True), 1.4),
        (Strided(16), 1.0),
        (Strided(100), 1.0),
        (SlidingWindow(8, dilation=16), 2.6),
        (BigBird(radius=128, global_count=1, block=64, per_row=2, seed=0), 1.5),
        (RandomBlocks(block=64, per_row=3, seed=1), 1.0),
        (RandomBlocks(block=24, per_row=2, seed=1), 1.0),
        (RandomBlocks(block=100, per_row=1, seed=1), 1.0),
        (SlidingWindow(8) | GlobalTokens(positions=(100, 300, 500, 700, 900)), 2.0),
        (Strided(32) | SlidingWindow(32), 1.6),
        (Strided(64, causal=True) | SlidingWindow(64, causal=True), 1.7),
        (Hierarchical(32), 1.5),
        (Graph(((0, 700), (3, 900))), 2.0),
    ],
)
def test_the_plan_wastes_little(pattern, most):
    # Calculados por visível. Na janela, (ladrilho + 2r)/(2r + 1); no passo e nos blocos, nada; a
    # global fica num ladrilho só dela, senão seriam dezenas de linhas inteiras.
    assert computed(planned(pattern, 1024)) <= most * pattern.visible_pairs(1024)


def test_a_union_is_split_only_when_it_pays():
    assert planned(Strided(128) | SlidingWindow(128), 4096).merge
    levels = planned(Hierarchical(64), 8192)
    assert levels.merge
    assert computed(levels) <= 1.05 * Hierarchical(64).visible_pairs(8192)
    assert not planned(SlidingWindow(128) | GlobalTokens(count=4), 4096).merge
    assert not planned(Strided(8) | SlidingWindow(8), 64).merge
    assert not planned(SlidingWindow(128), 4096).merge


def test_many_levels_are_split_in_a_few_parts():
    plan = planned(Hierarchical(2), 300, gather_plan.Cutting(8, 500, APART))
    assert plan.merge
    assert (times_seen(plan, 300) == Hierarchical(2).mask(300)).all()


def test_the_inside_of_a_window_is_a_view_and_keeps_one_mask():
    plan = planned(SlidingWindow(16), 2048)
    inner = [tiles for tiles in plan.batches if tiles.visible.shape[0] == 1]
    covered = sum(tiles.shape[0] * tiles.shape[1] for tiles in inner)
    assert covered > 0.9 * 2048
    data = torch.zeros(3, 2048, 5)
    for tiles in inner:
        batch = GatherBatch(1, tiles)
        assert batch.queries(data).data_ptr() == data[1, tiles.rows.run.start].data_ptr()
        assert batch.keys(data).data_ptr() == data[1, tiles.columns.run.start].data_ptr()


def test_nearly_whole_lanes_are_filled_and_stay_a_view():
    # A janela já viu as duas últimas chaves de cada consulta: sobram 30 e 62, quase 32 e 64.
    plan = planned(Strided(128, causal=True) | SlidingWindow(128, causal=True), 8192)
    strided = [tiles for tiles in plan.batches if not tiles.fresh]
    assert sorted(tiles.shape for tiles in strided) == [(128, 32, 32), (128, 32, 64)]
    assert all(tiles.columns.run == Run(0, 1, 128) for tiles in strided)
    assert sum(int(tiles.visible.sum()) for tiles in strided) == 31 * 15 + sum(range(31, 63))


@pytest.mark.parametrize(
    ("width", "whole"), [(30, 32), (62, 64), (57, 64), (64, 64), (56, 56), (24, 24), (1, 1)]
)
def test_only_a_small_filling_is_worth_it(width, whole):
    assert gather_plan._whole_lanes(width) == whole


def test_the_filling_follows_the_step_while_it_fits():
    columns = np.array([2, 5])
    assert gather_plan._filled(columns, 4, 12).tolist() == [2, 5, 8, 11]
    assert gather_plan._filled(columns, 4, 11).tolist() == [2, 5, 0, 0]
    assert gather_plan._filled(columns[:1], 3, 12).tolist() == [2, 3, 4]
    assert gather_plan._filled(columns, 2, 6).tolist() == [2, 5]


def test_masks_of_different_shapes_are_never_confused():
    # 2 x 3 toda visível e 2 x 4 sem os dois últimos: em fila, os mesmos seis bits acesos.
    edges = ((0, 1), (0, 2), (1, 0), (1, 2), (2, 3), (2, 4), (2, 5), (3, 2))
    pattern = Graph(edges, directed=True)
    plan = planned(pattern, 6, gather_plan.Cutting(2, 1, 0.0))
    assert {tiles.shape for tiles in plan.batches} >= {(1, 2, 3), (1, 2, 4)}
    assert (times_seen(plan, 6) == pattern.mask(6)).all()


def test_the_whole_block_has_no_mask_at_all():
    plan = planned(RandomBlocks(block=64, per_row=2, seed=0), 1024)
    assert all(tiles.visible.shape == (1, 1, 1) for tiles in plan.batches)


def test_a_batch_fits_the_budget():
    for pattern in (SlidingWindow(16), Graph(((0, 1),))):
        plan = planned(pattern, 2048, gather_plan.Cutting(16, 4000, 0.0))
        for count, rows, width in (tiles.shape for tiles in plan.batches):
            assert count == 1 or count * max(rows, gather_plan.FEW_ROWS) * width <= 4000


def test_the_plan_is_kept_and_does_not_depend_on_the_order():
    pattern = SlidingWindow(5) | Strided(32)
    assert planned(pattern, 200) is planned(Strided(32) | SlidingWindow(5), 200)


def test_degrees_are_those_of_the_mask():
    for pattern in (SlidingWindow(3), Strided(7, causal=True), RandomBlocks(4, 2, 0)):
        assert (tile_cut.degrees(pattern, 2100) == pattern.degrees(2100)).all()


RUNS = [
    [[0, 1, 2], [3, 4, 5]],
    [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]],
    [[0, 4], [1, 5], [2, 6], [3, 7]],
    [[5, 6, 7]],
    [[9]],
    [[0, 1, 2, 3], [1, 2, 3, 4]],
    [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
]
GATHERED = [[[0, 1, 5]], [[3, 2, 1]], [[0, 1], [0, 1]], [[4, 5], [0, 1]], [[1, 2], [4, 5], [6, 7]]]


@pytest.mark.parametrize("table", RUNS + GATHERED)
def test_positions_read_write_and_add_like_the_plain_index(table):
    index = np.array(table)
    positions = Positions.of(index, CPU)
    assert (positions.run is not None) == (table in RUNS)
    data = torch.randn(3, 11, 2, dtype=torch.float64)[1]
    assert torch.equal(positions.take(data), data[index])
    tiles = torch.randn(*index.shape, 2, dtype=torch.float64)
    expected, received = data.clone(), data.clone()
    expected.index_put_((torch.from_numpy(index),), tiles, accumulate=True)
    positions.add(received, tiles)
    torch.testing.assert_close(received, expected)
    if len(np.unique(index)) == index.size:
        written, plain = data.clone(), data.clone()
        positions.put(written, tiles)
        plain[index] = tiles
        assert torch.equal(written, plain)


def test_a_view_summed_at_once_never_overlaps():
    for table in RUNS:
        positions = Positions.of(np.array(table), CPU)
        for phase in range(positions.phases):
            chosen = positions.index[phase :: positions.phases].flatten()
            assert len(chosen.unique()) == len(chosen)
    crowded = np.arange(40)[:, None] + np.arange(40)
    assert Positions.of(crowded, CPU).phases == 0


def test_contiguous_only_when_one_may_write_in_place():
    found = [Positions.of(np.array(table), CPU).contiguous for table in RUNS]
    assert found == [True, False, False, True, True, False, False]
    assert Run.of(np.array(RUNS[2])) == Run(start=0, across=1, along=4)
