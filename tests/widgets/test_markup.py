"""Montagem de HTML e coordenadas."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from coursekit.widgets.coordinates import Span, column, convex_hull, polyline_points, row, snap
from coursekit.widgets.markup import Markup, tag


def test_text_and_attributes_are_escaped():
    built = tag("p", {"title": "\"<&>'"}, "<b>&")
    assert built == '<p title="&quot;&lt;&amp;&gt;&#x27;">&lt;b&gt;&amp;</p>'


def test_markup_enters_as_it_is():
    assert tag("p", None, Markup("<b>x</b>"), "<") == "<p><b>x</b>&lt;</p>"


def test_boolean_attributes_show_or_vanish():
    assert (
        tag("input", {"disabled": True, "checked": False, "min": 0}) == '<input disabled min="0">'
    )


def test_svg_shapes_close_themselves():
    assert tag("rect", {"x": 1.5}) == '<rect x="1.5"/>'


def test_void_element_rejects_children():
    with pytest.raises(ValueError, match=r"<br> não tem conteúdo; recebi 1 filho.*só atributos"):
        tag("br", None, "texto")


def test_rows_count_from_the_top_and_columns_from_the_left():
    span = Span(-2.0, 6.0)
    assert (column(span, 0.0), row(span, 0.0)) == ("25.000%", "75.000%")
    assert polyline_points(span, Span(0.0, 4.0), [-2.0, 6.0], [0.0, 4.0]) == "0.0,1000.0 1000.0,0.0"


@pytest.mark.parametrize(("value", "expected"), [(0.125, 0.13), (-0.125, -0.12), (2.0, 2.0)])
def test_snap_rounds_half_up_like_javascript(value, expected):
    assert snap(value, 2) == expected


@pytest.mark.parametrize("seed", range(5))
def test_convex_hull_agrees_with_scipy(seed):
    points = np.random.default_rng(seed).normal(size=(17, 2))
    expected = points[ConvexHull(points).vertices]
    found = convex_hull(points)
    assert {tuple(point) for point in found} == {tuple(point) for point in expected}
    # Sentido anti-horário: área com sinal positivo (fórmula do cadarço).
    x, y = found.T
    assert np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) > 0


def test_convex_hull_of_few_points_is_the_points():
    assert convex_hull(np.array([[1.0, 2.0], [0.0, 0.0]])).tolist() == [[0.0, 0.0], [1.0, 2.0]]
