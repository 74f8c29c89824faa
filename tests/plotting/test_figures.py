"""O que cada figura desenha, lido de volta dos eixos."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from coursekit import plotting
from coursekit.plotting.colorimetry import contrast_ratio
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import sequential_colormap

from .cases import AXES, PLACES, SERIES, WORDS
from .color_vision import cielab


@pytest.fixture
def ax():
    return Figure().subplots()


def test_bars_have_the_weights_and_the_largest_stands_out(ax):
    plotting.weight_bars([0.2, 0.5, 0.3], WORDS, ax=ax)
    assert [bar.get_height() for bar in ax.patches] == [0.2, 0.5, 0.3]
    colors = [to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert colors == [LIGHT.primary, LIGHT.accent, LIGHT.primary]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == WORDS


@pytest.mark.parametrize("weights", [[0.4, 0.4, 0.2], [1 / 3] * 3, [0.0, 0.0, 0.0]])
def test_bars_do_not_pick_a_winner_in_a_tie(ax, weights):
    plotting.weight_bars(weights, WORDS, ax=ax)
    assert {to_hex(bar.get_facecolor()) for bar in ax.patches} == {LIGHT.primary}


def test_reference_line_is_at_its_height(ax):
    plotting.weight_bars([0.2, 0.5, 0.3], WORDS, ax=ax, reference=0.25)
    assert list(ax.lines[0].get_ydata()) == [0.25, 0.25]
    assert ax.texts[-1].get_text() == "peso uniforme\n25%"


def test_equal_weights_are_described_as_equal():
    text = plotting.describe_weight_bars([0.25] * 4, list("abcd"))
    assert text.endswith("Todos são iguais a 0,250.")


def test_heatmap_keeps_one_scale_and_readable_numbers(ax):
    matrix = np.array([[0.05, 0.95], [0.55, 0.45]])
    plotting.attention_heatmap(matrix, query_labels=["a", "b"], key_labels=["c", "d"], ax=ax)
    image = ax.images[0]
    assert image.get_clim() == (0.0, 1.0)
    assert np.array_equal(image.get_array(), matrix)
    assert [text.get_text() for text in ax.texts] == ["0,05", "0,95", "0,55", "0,45"]
    for text, weight in zip(ax.texts, matrix.ravel(), strict=True):
        cell = to_hex(sequential_colormap()(weight))
        assert contrast_ratio(to_hex(text.get_color()), cell) >= 4.5
    assert [text.get_position() for text in ax.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize("weight", np.linspace(0, 1, 21))
def test_heatmap_numbers_are_readable_on_every_cell(ax, weight):
    plotting.attention_heatmap(
        [[weight, 1 - weight]], query_labels=["q"], key_labels=["a", "b"], ax=ax
    )
    for text, share in zip(ax.texts, (weight, 1 - weight), strict=True):
        cell = to_hex(sequential_colormap()(share))
        assert contrast_ratio(to_hex(text.get_color()), cell) >= 4.5


@pytest.mark.parametrize(
    ("keys", "annotate", "count"), [(13, None, 0), (13, True, 13), (2, False, 0)]
)
def test_heatmap_writes_numbers_only_where_they_fit(ax, keys, annotate, count):
    weights, labels = np.full((1, keys), 1 / keys), [str(i) for i in range(keys)]
    plotting.attention_heatmap(
        weights, query_labels=["q"], key_labels=labels, ax=ax, annotate=annotate
    )
    assert len(ax.texts) == count


def test_heatmap_description_names_even_rows_and_the_largest():
    weights = [[0.5, 0.5], [0.9, 0.1]]
    text = plotting.describe_attention_heatmap(weights, ["a", "b"], ["c", "d"])
    assert "«a» olha por igual para todas; «b» olha mais para «c» (90%)." in text
    assert text.endswith("O maior peso da figura é 90%, de «b» para «c».")


def test_sequential_colormap_darkens_at_every_step():
    lightness = [cielab(to_hex(sequential_colormap()(i)))[0] for i in range(0, 256, 5)]
    assert all(before > after for before, after in itertools.pairwise(lightness))


def test_curves_differ_in_color_dash_and_marker(ax):
    plotting.curve(PLACES, {c: np.arange(4.0) + i for i, c in enumerate("abcde")}, ax=ax, **AXES)
    assert len({to_hex(line.get_color()) for line in ax.lines}) == 5
    assert len({line.get_marker() for line in ax.lines}) == 5
    assert len({str(line._unscaled_dash_pattern) for line in ax.lines}) == 5
    assert np.array_equal(ax.lines[2].get_xydata(), np.column_stack([PLACES, np.arange(4.0) + 2]))


def test_curve_names_do_not_overlap_when_ends_meet(ax):
    ends = {name: [0.0, 0.5, 0.9, 1.0] for name in ("um", "dois", "três")}
    plotting.curve(PLACES, ends, ax=ax, **AXES)
    heights = sorted(text.xy[1] for text in ax.texts)
    low, high = ax.get_ylim()
    assert np.diff(heights).min() >= 0.05 * (high - low)
    assert np.mean(heights) == pytest.approx(1.0)


def test_log_axis_has_the_measured_places_as_ticks(ax):
    plotting.curve(PLACES, SERIES, log_x=True, ax=ax, **AXES)
    ax.figure.canvas.draw()
    assert ax.get_xscale() == "log"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "4", "8"]


def test_training_starts_at_epoch_one_and_may_be_logarithmic(ax):
    plotting.training_curves({"treino": [1.0, 0.1, 0.01]}, log_y=True, ax=ax)
    assert ax.lines[0].get_xdata().tolist() == [1.0, 2.0, 3.0]
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([3.0, 2.0, 1.0], "desce sempre, de 3 a 1."),
        ([1.0, 1.001, 1.0], "quase constante, de 1 a 1."),
        ([0.0, 2.0, 1.0], "vai de 0 a 1; menor valor, 0, em 5; maior, 2, em 6."),
    ],
)
def test_curve_trend_is_described(y, expected):
    text = plotting.describe_curve([5, 6, 7], {"": y}, **AXES)
    assert text == f"Curva de acurácia em função de pixels, de 5 a 7. {expected}"


def test_every_seed_is_a_point_and_the_mean_a_line(ax):
    plotting.points_by_seed({"a": [1.0, 2.0, 6.0], "b": [4.0]}, ylabel="s", ax=ax)
    points = [sorted(p.get_offsets()[:, 1].tolist()) for p in ax.collections]
    assert points == [[1.0, 2.0, 6.0], [4.0]]
    assert [line.get_ydata()[0] for line in ax.lines] == [3.0, 4.0]
    assert len(set(ax.collections[0].get_offsets()[:, 0].tolist())) == 3


@pytest.mark.parametrize("offset", [-0.2, -0.11, -0.09, -0.02, 0.0, 0.02, 0.09, 0.11, 0.2])
def test_the_threshold_never_strikes_through_the_mean(ax, offset):
    groups = {"a": [0.75 + offset], "b": [0.1, 1.0]}
    plotting.points_by_seed(groups, ylabel="acerto", threshold=0.75, ax=ax)
    ax.set_ylim(0, 2)  # quem chama pode dobrar a escala depois: a média continua livre
    ax.figure.canvas.draw()
    number = ax.texts[0].get_window_extent()
    line = ax.transData.transform((0, 0.75))[1]
    assert number.y0 > line or number.y1 < line


def test_a_mean_far_below_the_threshold_is_not_written_over_the_axis(ax):
    plotting.points_by_seed({"a": [0.2], "b": [0.0]}, ylabel="erro", threshold=0.17, ax=ax)
    ax.figure.canvas.draw()
    number, line = ax.texts[1].get_window_extent(), ax.transData.transform((0, 0.0))[1]
    assert (number.y0 + number.y1) / 2 == pytest.approx(line, abs=1)


def test_without_a_threshold_the_mean_is_written_beside_its_line(ax):
    plotting.points_by_seed({"a": [0.5, 1.5]}, ylabel="acerto", ax=ax)
    ax.figure.canvas.draw()
    number, line = ax.texts[0].get_window_extent(), ax.transData.transform((0, 1.0))[1]
    assert (number.y0 + number.y1) / 2 == pytest.approx(line, abs=1)


def test_arrows_are_as_thick_as_the_weight_and_small_ones_vanish(ax):
    plotting.sequence_diagram(list("abcd"), [0.01, 0.3, 0.09, 0.6], query=1, ax=ax)
    widths = [patch.get_linewidth() for patch in ax.patches]
    assert widths == pytest.approx([0.75 + 7 * 0.09, 0.75 + 7 * 0.6])
    assert not ax.axison


def test_sequence_without_visible_words_says_so():
    text = plotting.describe_sequence_diagram(["a", "b"], [0.0, 0.0], query=1)
    assert text == "Diagrama da frase «a b»: a palavra 2, «b», não vê nenhuma palavra."


def test_kernel_areas_grow_with_the_weights(ax):
    plotting.kernel_scatter([0, 1, 2], [1, 2, 3], [0.25, 0.5, 0.25], query=1.0, ax=ax)
    sizes = ax.collections[0].get_sizes()
    assert sizes.tolist() == pytest.approx([14 + 160, 14 + 320, 14 + 160])
    assert ax.collections[1].get_offsets().tolist() == [[1.0, 2.0]]


def test_integer_images_become_fractions(ax):
    plotting.image_map(np.full((2, 3, 3), 51, dtype=np.uint8), ax=ax)
    assert ax.images[0].get_array().max() == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((0, 0), "no alto, à esquerda"),
        ((2, 3), "a meia altura, no centro"),
        ((4, 6), "embaixo, à direita"),
    ],
)
def test_map_description_says_where_the_maximum_is(place, words):
    pixels = np.zeros((5, 7))
    pixels[place] = 3.0
    assert f"O maior valor, 3,00, está {words};" in plotting.describe_image_map(pixels)


def test_decimal_comma_does_not_depend_on_the_system(ax):
    ax.plot([0, 1], [-0.5, 0.5])
    plotting.use_decimal_comma(ax)
    ax.figure.canvas.draw()
    texts = [tick.get_text() for tick in ax.get_yticklabels()]
    assert "−0,4" in texts
    assert "0,4" in texts


def test_percent_axis_with_decimals(ax):
    plotting.use_percent(ax, "both", decimals=1)
    assert ax.xaxis.get_major_formatter()(0.125) == "12,5%"
    assert ax.yaxis.get_major_formatter()(1.0) == "100,0%"


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(0.125, 2, "0,13"), (-0.125, 2, "−0,13"), (-0.001, 2, "0,00"), (1234.5, 0, "1235")],
)
def test_half_rounds_away_from_zero_and_zero_has_no_sign(value, decimals, expected):
    assert plotting.format_decimal(value, decimals) == expected


def test_ring_is_at_row_and_column(ax):
    plotting.image_map(np.zeros((5, 7)), mark=(4, 6), ax=ax)
    rings = [ring.get_offsets().tolist() for ring in ax.collections]
    assert rings == [[[6.0, 4.0]], [[6.0, 4.0]]]
