"""Painéis de imagem: o que se mostra é o que se passou, e a marca cai no lugar certo."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursekit.plotting.images import image_panel
from coursekit.plotting.style import sequential_colormap


def test_color_image_is_shown_as_given():
    image = np.random.default_rng(0).integers(0, 256, size=(5, 7, 3))
    ax = image_panel(image, ax=Figure().subplots())
    np.testing.assert_array_equal(ax.images[0].get_array(), image)


def test_map_uses_the_course_colors():
    values = np.arange(35.0).reshape(5, 7)
    ax = image_panel(values, title="mapa", ax=Figure().subplots())
    np.testing.assert_array_equal(ax.images[0].get_array(), values)
    assert ax.images[0].get_cmap() == sequential_colormap()
    assert ax.get_title() == "mapa"
    assert len(ax.patches) == 0


def test_mark_is_row_then_column():
    ax = image_panel(np.zeros((11, 13)), mark=(3, 8), mark_radius=2.5, ax=Figure().subplots())
    (circle,) = ax.patches
    assert circle.center == (8.0, 3.0)  # matplotlib põe a coluna em x
    assert circle.radius == 2.5


def test_creates_a_figure_and_hides_the_axes():
    ax = image_panel(np.eye(5))
    assert isinstance(ax, Axes)
    assert list(ax.get_xticks()) == list(ax.get_yticks()) == []
    plt.close(ax.figure)


def test_does_not_change_its_argument():
    values = np.eye(5)
    image_panel(values, ax=Figure().subplots())
    np.testing.assert_array_equal(values, np.eye(5))


@pytest.mark.parametrize("shape", [(5,), (0, 3), (2, 5, 7, 3), (5, 7, 4)])
def test_rejects_bad_shape(shape):
    with pytest.raises(ValueError, match=r"image tem forma.*\(Hi, Wi, 3\).*image\[0\]"):
        image_panel(np.zeros(shape), ax=Figure().subplots())


def test_rejects_non_finite_map():
    with pytest.raises(ValueError, match=r"números finitos"):
        image_panel(np.array([[1.0, np.nan]]), ax=Figure().subplots())


@pytest.mark.parametrize("bad", [-1.0, 256.0])
def test_rejects_bad_color_range(bad):
    image = np.full((5, 7, 3), 10.0)
    image[0, 0, 0] = bad
    with pytest.raises(ValueError, match=r"aceito cores de 0 a 255.*multiplique por 255"):
        image_panel(image, ax=Figure().subplots())


@pytest.mark.parametrize(("mark", "radius"), [((1,), 2.0), ((1, 2, 3), 2.0), ((1, 2), 0.0)])
def test_rejects_bad_mark(mark, radius):
    with pytest.raises(ValueError, match=r"mark = .*\(linha, coluna\).*Use, por exemplo"):
        image_panel(np.eye(5), mark=mark, mark_radius=radius, ax=Figure().subplots())
