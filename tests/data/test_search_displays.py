"""Telas de busca: o gabarito descreve mesmo o que foi desenhado."""

import numpy as np
import pytest

from coursekit.data.search_displays import (
    DISPLAY_KINDS,
    make_motion_frames,
    make_search_display,
)

RED, GREEN = (200, 40, 40), (40, 200, 40)


def describe_bar(display, index):
    """Lê na imagem a cor da barra e se ela é mais alta que larga."""
    row, column = display.positions[index]
    image = display.image
    is_vertical = bool((image[row + 9, column] == image[row, column]).all())
    return tuple(image[row, column].tolist()), is_vertical


@pytest.mark.parametrize("kind", DISPLAY_KINDS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_only_the_target_differs(kind, seed):
    display = make_search_display(kind, seed=seed, items_per_side=5, size=160)
    looks = [describe_bar(display, index) for index in range(25)]
    assert looks.count(looks[display.target]) == 1


@pytest.mark.parametrize(
    ("kind", "target", "others"),
    [
        ("color", (RED, True), {(GREEN, True)}),
        ("orientation", (GREEN, False), {(GREEN, True)}),
        ("brightness", ((230, 230, 230), True), {((90, 90, 90), True)}),
        ("conjunction", (RED, True), {(RED, False), (GREEN, True)}),
    ],
)
def test_looks_of_each_condition(kind, target, others):
    display = make_search_display(kind, seed=3)
    looks = [describe_bar(display, index) for index in range(49)]
    assert looks[display.target] == target
    assert {look for index, look in enumerate(looks) if index != display.target} == others


@pytest.mark.parametrize("kind", DISPLAY_KINDS)
def test_every_painted_pixel_belongs_to_a_bar(kind):
    # Cada barra tem 19×7 pixels e nenhuma toca outra: a área pintada é exata.
    display = make_search_display(kind, seed=11)
    painted = (display.image != 30).any(axis=-1).sum()
    assert painted == 49 * 19 * 7


def test_same_seed_same_display_and_other_seed_other_target():
    first, again = (make_search_display("color", seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.image, again.image)
    targets = {make_search_display("color", seed=seed).target for seed in range(20)}
    assert len(targets) > 10


def test_rejects_unknown_kind():
    with pytest.raises(ValueError, match=r"kind desconhecido: 'cor'.*'color'.*'conjunction'"):
        make_search_display("cor", seed=0)


@pytest.mark.parametrize(("items", "size"), [(1, 256), (7, 174)])
def test_rejects_crowded_or_empty_layout(items, size):
    with pytest.raises(ValueError, match=rf"items_per_side={items} e size={size}.*25 pixels"):
        make_search_display("color", seed=0, items_per_side=items, size=size)


def test_smallest_allowed_layout_fits():
    display = make_search_display("color", seed=0, items_per_side=7, size=175)
    assert (display.image != 30).any(axis=-1).sum() == 49 * 19 * 7


class TestMotionFrames:
    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_only_the_target_changes(self, seed):
        frames = make_motion_frames(seed=seed, num_items=1, displacement=7)
        row, column = frames.positions[0].astype(int)
        assert frames.before.sum() == frames.after.sum() == 25
        assert frames.before[row - 2 : row + 3, column - 2 : column + 3].sum() == 25
        moved = frames.after[row + 5 : row + 10, column + 5 : column + 10]
        assert moved.sum() == 25

    def test_other_items_stay(self):
        frames = make_motion_frames(seed=7)
        changed = np.argwhere(frames.before != frames.after)
        start = frames.positions[frames.target]
        assert np.abs(changed - start).max() <= 7
        assert frames.positions.shape == (20, 2)

    @pytest.mark.parametrize(
        "bad", [{"num_items": 0}, {"size": 40}, {"displacement": 0}, {"displacement": 8}]
    )
    def test_rejects_bad_arguments(self, bad):
        name, value = next(iter(bad.items()))
        with pytest.raises(ValueError, match=rf"{name}={value}.*num_items ≥ 1.*padrão"):
            make_motion_frames(seed=0, **bad)
