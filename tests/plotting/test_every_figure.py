"""O que vale para toda figura: eixos, vírgula decimal, silêncio, repetição e descrição."""

import io
import logging
import re

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from coursekit import plotting
from coursekit.plotting.colorimetry import contrast_ratio
from coursekit.plotting.palette import LIGHT

from . import cases
from .cases import CASES, DESCRIPTIONS


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@pytest.fixture(params=CASES)
def name(request):
    return request.param


def test_every_public_figure_has_a_case_and_a_description():
    drawn = {n for n in plotting.__all__ if f"describe_{n}" in plotting.__all__}
    described = {n.removeprefix("describe_") for n in plotting.__all__ if n.startswith("describe_")}
    assert drawn == described == set(CASES) == set(DESCRIPTIONS)


def test_description_is_exactly_what_the_data_say(name):
    assert CASES[name][1]() == DESCRIPTIONS[name]


def test_axes_received_are_the_axes_returned(name):
    plt.close("all")
    ax = Figure().subplots()
    assert CASES[name][0](ax) is ax
    assert plt.get_fignums() == []


def test_without_axes_a_figure_is_born_on_course_paper(name):
    ax = CASES[name][0](None)
    assert len(plt.get_fignums()) == 1
    assert plt.gcf() is ax.figure
    assert tuple(round(c * 255) for c in ax.figure.get_facecolor()[:3]) == (0xFB, 0xF9, 0xF4)


def test_figure_is_never_shown(name, monkeypatch):
    shown = []
    monkeypatch.setattr(plt, "show", lambda *_, **__: shown.append(1))
    CASES[name][0](None)
    assert shown == []


def test_drawing_is_silent_and_repeats_byte_by_byte(name, caplog):
    with caplog.at_level(logging.WARNING):
        first, second = png(CASES[name][0](None).figure), png(CASES[name][0](None).figure)
    assert caplog.records == []
    assert first == second


def test_no_text_has_a_decimal_point_and_all_texts_read_on_paper(name):
    ax = CASES[name][0](None)
    ax.figure.canvas.draw()
    texts = [text for text in ax.figure.findobj(plt.Text) if text.get_text().strip()]
    assert texts
    assert [t.get_text() for t in texts if re.search(r"\d\.\d", t.get_text())] == []
    for text in texts:
        background = LIGHT.background
        if text.get_bbox_patch():
            background = hexadecimal(text.get_bbox_patch().get_facecolor())
        elif name == "attention_heatmap" and re.fullmatch(r"\d,\d\d", text.get_text()):
            continue  # escritos sobre as células: conferidos na prova do mapa de calor
        assert contrast_ratio(hexadecimal(text.get_color()), background) >= 4.5, text.get_text()


def hexadecimal(color):
    from matplotlib.colors import to_hex

    return to_hex(color)


@pytest.mark.parametrize("array", ["WEIGHTS", "MATRIX", "X", "Y", "MAP"])
def test_arguments_are_not_changed(array):
    before = getattr(cases, array).copy()
    for draw, describe in CASES.values():
        draw(None)
        describe()
    assert np.array_equal(getattr(cases, array), before)


def test_style_applies_inside_and_leaves_outside():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with plotting.course_style():
        assert mpl.rcParams["axes.facecolor"] == LIGHT.background
    assert dict(mpl.rcParams) == before
    plotting.use_course_style()
    assert mpl.rcParams["axes.facecolor"] == LIGHT.background


def test_style_only_names_fonts_that_exist():
    from matplotlib import font_manager

    from coursekit.plotting.style import available_fonts, course_settings

    installed = {font.name for font in font_manager.fontManager.ttflist}
    assert set(available_fonts()) <= installed
    assert course_settings()["font.family"] == available_fonts()


def test_style_falls_back_when_only_the_bundled_font_exists(monkeypatch):
    from matplotlib import font_manager

    from coursekit.plotting import style

    bundled = [f for f in font_manager.fontManager.ttflist if f.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", bundled)
    monkeypatch.setattr(style, "find_spec", lambda _: None)
    assert style.available_fonts() == ["DejaVu Sans"]
