"""Em Chromium de verdade: as figuras recorrentes mostram os números do NumPy a cada posição."""

import numpy as np
import pytest

from coursekit import widgets

from .cases import CASES, SENTENCE, gate_values, hidden_states, lag_curves
from .test_browser_use import summary_after
from .test_browser_values import MOVE, TEXTS, VALUES, number

pytestmark = pytest.mark.browser

STATE = """() => [...document.querySelectorAll('[data-role="step"]')]
  .map((step) => step.dataset.state)"""


@pytest.mark.parametrize("step", [0, 1, 4, 7])
def test_unrolled_bars_and_norms(show, step):
    states = hidden_states(len(SENTENCE), 5)
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    page.evaluate(MOVE, ["time", step])
    assert page.evaluate(VALUES, "unit") == pytest.approx(states[step].tolist(), abs=5.1e-5)
    before = states[max(step - 1, 0)]
    shown = [number(page.evaluate(TEXTS, role)[0]) for role in ("norm", "change")]
    expected = [np.linalg.norm(states[step]), np.linalg.norm(states[step] - before)]
    assert shown == pytest.approx(expected, abs=0.0052)
    assert page.evaluate(STATE) == ["done"] * step + ["now"] + ["next"] * (7 - step)


def test_unrolled_bars_reach_from_the_middle_to_the_value(show):
    states = hidden_states(len(SENTENCE), 5)
    page = show(CASES["unrolled_rnn"]()._repr_html_(), reduced_motion="reduce")
    page.evaluate(MOVE, ["time", 4])
    rows = page.locator('[data-role="unit"]')
    for unit, value in enumerate(states[4]):
        track = rows.nth(unit).locator(".cw-track").bounding_box()
        fill = rows.nth(unit).locator(".cw-signed-fill").bounding_box()
        middle = track["x"] + track["width"] / 2
        edge = fill["x"] if value < 0 else fill["x"] + fill["width"]
        assert (edge - middle) / (track["width"] / 2) == pytest.approx(value, abs=0.01)


def test_unrolled_speaks_and_obeys_the_keyboard(show):
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    slider = page.locator('[data-role="time"]')
    slider.focus()
    slider.press("Home")
    assert summary_after(page) == ("Passo 0 de 7: nada foi lido ainda; o estado é h₀, o inicial.")
    assert slider.get_attribute("aria-valuetext") == "0 · nada lido"
    for _ in range(4):
        slider.press("ArrowRight")
    assert summary_after(page) == (
        "Passo 4 de 7: a célula lê «dormiu» e leva o estado de h₃ a h₄. "
        "A unidade que mais muda é a 3, de −0,02 para −0,97."
    )
    assert slider.get_attribute("aria-valuetext") == "4 · «dormiu»"


def test_unrolled_says_when_nothing_changes(show):
    page = show(widgets.unrolled_rnn(["a", "b"], [[0.0], [0.5], [0.5]])._repr_html_())
    page.evaluate(MOVE, ["time", 2])
    assert summary_after(page) == (
        "Passo 2 de 2: a célula lê «b» e leva o estado de h₁ a h₂. Nenhuma unidade muda."
    )


def test_unrolled_columns_answer_to_the_mouse(show):
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    page.locator('[data-role="step"]').nth(6).click()
    assert page.locator('[data-role="time"]').input_value() == "6"


def test_player_walks_to_the_end_and_stops(show):
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    button, slider = page.locator('[data-role="play"]'), page.locator('[data-role="time"]')
    page.clock.install()
    button.focus()
    page.keyboard.press("Enter")
    assert slider.input_value() == "2"
    assert button.inner_text().split() == ["⏸", "Parar"]
    page.clock.run_for(1500)
    assert slider.input_value() == "3"
    page.keyboard.press("Enter")
    assert button.inner_text().split() == ["▶", "Tocar"]
    page.clock.run_for(3000)
    assert slider.input_value() == "3"
    page.keyboard.press("Enter")
    page.clock.run_for(60000)
    assert slider.input_value() == "7"
    assert button.inner_text().split() == ["▶", "Tocar"]
    page.keyboard.press("Enter")
    assert slider.input_value() == "0"


def test_moving_the_slider_stops_the_player(show):
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    page.clock.install()
    page.locator('[data-role="play"]').click()
    page.locator('[data-role="time"]').press("End")
    assert page.locator('[data-role="play"]').inner_text().split() == ["▶", "Tocar"]


POINTS = """() => [...document.querySelectorAll('[data-role="curve"]')]
  .map((curve) => curve.getAttribute("points").split(" ")
    .map((pair) => pair.split(",").map(Number)))"""


@pytest.mark.parametrize("width", [390, 820])
def test_gradient_labels_keep_beside_their_lines_when_another_figure_follows(show, width):
    """A folha da figura seguinte repete as regras comuns, e não pode desfazer as desta."""
    figures = CASES["gradient_lag"]()._repr_html_() + CASES["unrolled_rnn"]()._repr_html_()
    page = show(figures, width=width)
    chart, scale = (page.locator(css).bounding_box() for css in (".cw-chart.cw-log", ".cw-scale"))
    assert (scale["y"], scale["height"]) == pytest.approx((chart["y"], chart["height"]), abs=0.5)


@pytest.mark.parametrize("radius", [0, 2, 5])
def test_gradient_lines_and_readings(show, radius):
    widget = CASES["gradient_lag"]()
    page = show(widget._repr_html_())
    page.evaluate(MOVE, ["radius", radius])
    low, high = widget.config["powerSpan"]
    for points, norms in zip(page.evaluate(POINTS), lag_curves().values(), strict=True):
        x, y = np.array(points).T
        assert x == pytest.approx(np.linspace(0, 1000, 100), abs=0.051)
        found = low + (high - low) * (1 - y / 1000)
        assert found == pytest.approx(np.maximum(np.log10(norms[radius]), -30), abs=0.002)
    assert page.evaluate(TEXTS, "factor") == widget.config["factors"][radius]
    assert page.evaluate(TEXTS, "reach") == widget.config["reaches"][radius]
    assert summary_after(page) == widget.config["summaries"][radius]


def test_gradient_markers_sit_on_their_lines(show):
    widget = CASES["gradient_lag"]()
    page = show(widget._repr_html_())
    page.locator('[data-role="radius"]').press("Home")
    low, high = widget.config["powerSpan"]
    for curve, norms in enumerate(lag_curves().values()):
        places = page.locator(f'[data-role="marker-{curve}"]').evaluate_all(
            "(marks) => marks.map((m) => [Number(m.dataset.lag), parseFloat(m.getAttribute('y'))])"
        )
        assert len(places) >= 5
        expected = [100 * (1 - (np.log10(norms[0, lag]) - low) / (high - low)) for lag, _ in places]
        assert [y for _, y in places] == pytest.approx(expected, abs=0.01)


TILES = """() => Object.fromEntries([...document.querySelectorAll(".cw-tile")]
  .map((tile) => [tile.dataset.role,
    [Number(tile.dataset.value), tile.querySelector(".cw-number").textContent]]))"""


@pytest.mark.parametrize(("step", "unit"), [(1, 0), (4, 1), (7, 2)])
def test_gates_ledger(show, step, unit):
    gates = gate_values()
    page = show(CASES["lstm_gates"]()._repr_html_())
    page.evaluate(MOVE, ["time", step])
    page.locator('[data-role="unit"]').nth(unit).check()
    at = {name: value[step - 1, unit] for name, value in gates.items()}
    before = gates["cell"][step - 2, unit] if step > 1 else 0.0
    expected = {
        **at,
        "before": before,
        "kept": at["forget"] * before,
        "written": at["input"] * at["candidate"],
        "squashed": np.tanh(at["cell"]),
    }
    tiles = page.evaluate(TILES)
    assert set(tiles) == set(expected)
    for role, (value, text) in tiles.items():
        assert value == pytest.approx(expected[role], abs=2e-4), role
        assert number(text) == pytest.approx(expected[role], abs=7e-4), role
    spoken = summary_after(page)
    assert spoken.startswith(f"Passo {step} de 7, «{SENTENCE[step - 1]}», unidade {unit + 1}: c")
    assert f"guarda {round(100 * at['forget'])}% da memória anterior." in spoken


def test_gates_history_follows_the_unit(show):
    cell = gate_values()["cell"]
    page = show(CASES["lstm_gates"]()._repr_html_(), reduced_motion="reduce")
    page.locator('[data-role="unit"]').nth(1).check()
    largest = max(1.0, np.abs(cell).max())
    moments = page.locator('[data-role="step"]')
    for step in range(7):
        frame = moments.nth(step).locator("svg").bounding_box()
        fill = moments.nth(step).locator(".cw-signed-fill").bounding_box()
        value = cell[step, 1] / largest
        edge = fill["y"] if value >= 0 else fill["y"] + fill["height"]
        middle = frame["y"] + frame["height"] / 2
        assert (middle - edge) / (frame["height"] / 2) == pytest.approx(value, abs=0.02)


def test_gates_work_by_keyboard_and_mouse(show):
    page = show(CASES["lstm_gates"]()._repr_html_())
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert summary_after(page).startswith("Passo 1 de 7, «o», unidade 2: c₁ =")
    page.locator('[data-role="step"]').nth(4).click()
    assert page.locator('[data-role="time"]').input_value() == "5"
    assert summary_after(page).startswith("Passo 5 de 7, «no», unidade 2: c₅ =")


def test_unrolled_mark_follows_the_previous_state(show):
    states = hidden_states(len(SENTENCE), 5)
    page = show(CASES["unrolled_rnn"]()._repr_html_())
    page.evaluate(MOVE, ["time", 5])
    marks = page.locator('[data-role="unit"] .cw-mark').evaluate_all(
        "(lines) => lines.map((line) => parseFloat(line.getAttribute('x1')))"
    )
    assert marks == pytest.approx((50 + 50 * states[4]).tolist(), abs=0.01)
