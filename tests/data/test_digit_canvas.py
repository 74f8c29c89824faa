"""Quadros com um dígito e pedaços de outros: nada some, nada muda de lugar."""

import numpy as np
import pytest

from coursekit.data.digit_canvas import make_digit_canvases


def digits(count=7, seed=0):
    generator = np.random.default_rng(seed)
    return generator.random((count, 64)), np.arange(count) % 10


@pytest.mark.parametrize(("side", "num_fragments"), [(8, 0), (8, 5), (13, 3), (24, 6)])
def test_the_digit_is_whole_where_it_is_said_to_be(side, num_fragments):
    pixels, labels = digits()
    canvases = make_digit_canvases(
        53, pixels, labels, generator=np.random.default_rng(1), side=side,
        num_fragments=num_fragments,
    )  # fmt: skip
    assert canvases.images.shape == (53, 1, side, side)
    assert canvases.images.dtype == np.float32
    for image, label, (row, column) in zip(
        canvases.images[:, 0], canvases.labels, canvases.corners, strict=True
    ):
        box = image[row : row + 8, column : column + 8]
        np.testing.assert_array_equal(box, pixels[label].reshape(8, 8).astype(np.float32))
        outside = np.count_nonzero(image) - np.count_nonzero(box)
        assert outside <= 16 * num_fragments
        if num_fragments == 0:
            assert outside == 0


def test_every_digit_and_corner_is_possible():
    pixels, labels = digits(3)
    canvases = make_digit_canvases(
        400, pixels, labels, generator=np.random.default_rng(2), side=10, num_fragments=0
    )
    assert set(canvases.labels.tolist()) == {0, 1, 2}
    corners = {tuple(corner) for corner in canvases.corners.tolist()}
    assert corners == {(row, column) for row in range(3) for column in range(3)}


def test_fragments_are_cuts_of_the_digits():
    # Dígitos constantes de valores distintos: cada pixel de fora vem de algum deles.
    pixels = np.repeat(np.array([[0.25], [0.5], [0.75]]), 64, axis=1)
    canvases = make_digit_canvases(
        29, pixels, np.arange(3), generator=np.random.default_rng(3), num_fragments=6
    )
    assert set(np.unique(canvases.images)) == {0.0, 0.25, 0.5, 0.75}
    outside = [np.count_nonzero(image) - 64 for image in canvases.images]
    assert min(outside) >= 0
    assert max(outside) > 48  # mais de três pedaços à vista
    one = make_digit_canvases(
        200, pixels, np.arange(3), generator=np.random.default_rng(4), num_fragments=1, side=24
    )
    assert max(np.count_nonzero(image) - 64 for image in one.images) == 16


def test_the_brighter_wins_where_fragments_cross():
    # Um pixel só: com muitos pedaços num quadro mínimo, tudo fora do dígito chega ao mais claro.
    pixels = np.repeat(np.array([[0.5], [1.0]]), 64, axis=1)
    canvases = make_digit_canvases(
        3, pixels, np.arange(2), generator=np.random.default_rng(5), side=9, num_fragments=300
    )
    for image, (row, column) in zip(canvases.images[:, 0], canvases.corners, strict=True):
        outside = np.ones((9, 9), dtype=bool)
        outside[row : row + 8, column : column + 8] = False
        assert set(image[outside]) == {1.0}


def test_pixels_are_not_changed_and_generator_decides():
    pixels, labels = digits()
    before = pixels.copy()
    first, second, other = (
        make_digit_canvases(5, pixels, labels, generator=np.random.default_rng(seed)).images
        for seed in (6, 6, 7)
    )
    assert np.array_equal(pixels, before)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pixels": np.zeros((3, 63))}, r"pixels \(3, 63\).*\(n, 64\)"),
        ({"pixels": np.zeros((3, 8, 8))}, r"pixels \(3, 8, 8\)"),
        ({"labels": np.zeros(4)}, r"labels \(4,\).*load_digits_split"),
        ({"count": 0}, r"count=0"),
        ({"side": 7}, r"side ao menos 8.*side=7"),
        ({"num_fragments": -1}, r"num_fragments=-1"),
        ({"pixels": np.zeros((0, 64)), "labels": np.zeros(0)}, r"0 dígitos"),
    ],
)
def test_refusals(changes, message):
    arguments = {"count": 5, "pixels": np.zeros((3, 64)), "labels": np.zeros(3), **changes}
    with pytest.raises(ValueError, match=message):
        make_digit_canvases(**arguments, generator=np.random.default_rng(0))
