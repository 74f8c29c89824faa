"""Em Chromium de verdade: o JavaScript chega aos números do oráculo em Python."""

import json

import numpy as np
import pytest

from coursekit import reference, widgets
from coursekit.models.allocation import cueing_accuracy, optimal_allocation

from .cases import CASES, KEYS, LABELS, NAMES, curve_data

pytestmark = pytest.mark.browser

# Mesmas fórmulas, exponenciais de bibliotecas diferentes: erro relativo de poucos ulp.
CLOSE = {"rel": 1e-12, "abs": 1e-14}

MOVE = """([role, value]) => {
  const input = document.querySelector(`[data-role="${role}"]`);
  input.value = value;
  input.dispatchEvent(new Event("input", {bubbles: true}));
  return Number(input.value);
}"""
VALUES = """(role) => [...document.querySelectorAll(`[data-role="${role}"]`)]
  .map((row) => Number(row.dataset.value))"""
TEXTS = """(role) => [...document.querySelectorAll(`[data-role="${role}"]`)]
  .map((row) => row.textContent)"""
FIGURE = "document.querySelector('figure.curso-widget').dataset"


def number(text):
    """Lê um número em português."""
    return float(text.replace("−", "-").replace("%", "").replace(",", "."))


# Atributos que o programa põe de propósito, e o que só existe depois dele.
DIFFERENCES = """(html) => {
  const first = new DOMParser().parseFromString(html, "text/html").querySelector("figure");
  const live = document.querySelector("figure.curso-widget");
  const skip = /^(style|disabled|hidden|tabindex|name|data-.*)$/;
  const list = (root) => [...root.querySelectorAll("*")]
    .filter((e) => !["SCRIPT", "STYLE"].includes(e.tagName) && !e.closest(".cw-arcs path"));
  const [a, b] = [list(first), list(live)];
  if (a.length !== b.length) return [`${a.length} elementos viraram ${b.length}`];
  const found = [];
  a.forEach((element, index) => {
    for (const {name, value} of element.attributes) {
      const now = b[index].getAttribute(name);
      if (!skip.test(name) && now !== value)
        found.push(`${element.tagName} ${name}: ${value} → ${now}`);
    }
    if (!element.children.length && element.textContent !== b[index].textContent)
      found.push(`${element.tagName}: ${element.textContent} → ${b[index].textContent}`);
  });
  return found;
}"""


@pytest.mark.parametrize("name", CASES)
def test_first_drawing_of_the_program_is_the_static_one(show, name):
    html = CASES[name]()._repr_html_()
    page = show(html)
    page.wait_for_timeout(300)
    assert page.evaluate(f"'pronto' in {FIGURE}")
    assert page.evaluate(DIFFERENCES, html) == []


@pytest.mark.parametrize("position", [-1, -0.65, -0.05, 0, 0.3, 1])
def test_temperature_weights(show, position):
    scores = np.array([2.0, 1.0, -1.0])
    page = show(widgets.softmax_temperature(scores, LABELS)._repr_html_())
    page.evaluate(MOVE, ["temperature", position])
    temperature = float(page.evaluate(f"{FIGURE}.temperature"))
    assert temperature == pytest.approx(10**position, abs=0.0051)
    expected = reference.softmax(scores, temperature)
    assert page.evaluate(VALUES, "weight") == pytest.approx(expected.tolist(), **CLOSE)
    shown = number(page.evaluate(TEXTS, "entropy")[0])
    assert shown == pytest.approx(float(reference.entropy(expected)), abs=0.0051)


@pytest.mark.parametrize(("x", "y", "position"), [(0.8, -0.35, 0), (-2.0, 1.5, -0.5), (0, 0, 1)])
@pytest.mark.parametrize("width", [1, 2])
def test_lookup_weights_and_context(show, x, y, position, width):
    values = np.array([[2.0, 1.0], [0.0, 2.0], [-2.0, 0.0], [1.0, -2.0], [0.5, 0.5]])[:, :width]
    page = show(widgets.query_key_value(KEYS, values, NAMES, [0.5, 0.5])._repr_html_())
    query = np.array([page.evaluate(MOVE, ["query-x", x]), page.evaluate(MOVE, ["query-y", y])])
    page.evaluate(MOVE, ["temperature", position])
    temperature = number(page.evaluate(TEXTS, "temperature-value")[0])
    weights = reference.softmax(np.array(KEYS) @ query, temperature)
    assert page.evaluate(VALUES, "weight") == pytest.approx(weights.tolist(), **CLOSE)
    context = json.loads(page.evaluate(f"{FIGURE}.context"))
    assert context == pytest.approx((weights @ values).tolist(), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("threshold", [0.5, 2.9, 5.0, 6.1, 9.5])
def test_threshold_weights_and_words(show, threshold):
    values = np.array([1.0, 2.0, 5.0, 3.0, 7.0, 9.0, 6.0])
    page = show(widgets.weighting_threshold(values, 4.0, high=3.0)._repr_html_())
    page.evaluate(MOVE, ["threshold", threshold])
    assert float(page.evaluate(f"{FIGURE}.threshold")) == threshold
    raw = reference.threshold_weights(values, threshold, high=3.0)
    hard = reference.normalize_weights(raw)
    assert page.evaluate(VALUES, "hard") == pytest.approx(hard.tolist(), **CLOSE)
    soft = reference.softmax(values)
    assert page.evaluate(VALUES, "soft") == pytest.approx(soft.tolist(), **CLOSE)
    words = {-1: "▼ menos", 0: "= igual", 1: "▲ mais"}
    expected = [words[int(np.sign(round(float(w) - 1 / 7, 9)))] for w in hard]
    assert page.evaluate(TEXTS, "state") == expected
    shown = number(page.evaluate(TEXTS, "hard-mean")[0])
    assert shown == pytest.approx(float(hard @ values), abs=0.0051)


@pytest.mark.parametrize("validity", [0.5, 0.62, 0.8, 0.9, 0.99])
@pytest.mark.parametrize(("num_samples", "sensitivity"), [(40.0, 0.35), (300.0, 1.1)])
def test_budget_allocation_and_accuracies(show, validity, num_samples, sensitivity):
    settings = {"num_samples": num_samples, "sensitivity": sensitivity}
    page = show(widgets.attention_budget(**settings)._repr_html_())
    page.evaluate(MOVE, ["validity", validity])
    best = optimal_allocation(validity, **settings)
    assert page.evaluate(VALUES, "share") == pytest.approx([best, 1 - best], abs=1e-9)
    expected = cueing_accuracy(best, **settings)
    found = page.evaluate(VALUES, "accuracy")
    assert found == pytest.approx([expected.valid, expected.neutral, expected.invalid], abs=1e-9)


@pytest.mark.parametrize(("position", "query"), [(-1.3, 0.4), (-0.5, 2.5), (0, 4.1), (1, 1.0)])
def test_kernel_prediction_and_error(show, position, query):
    x, y, truth = curve_data()
    page = show(widgets.kernel_bandwidth(x, y, truth=truth)._repr_html_())
    page.evaluate(MOVE, ["bandwidth", position])
    page.evaluate(MOVE, ["query", query])
    h = number(page.evaluate(TEXTS, "bandwidth-value")[0])
    place = number(page.evaluate(TEXTS, "query-value")[0])
    assert (h, place) == pytest.approx((10**position, query), abs=0.006)
    expected = float(np.ravel(reference.kernel_regression(np.array([place]), x, y, h))[0])
    assert float(page.evaluate(f"{FIGURE}.prediction")) == pytest.approx(expected, rel=1e-10)
    predictions = np.ravel(reference.kernel_regression(x, x, y, h))
    error = float(np.mean((predictions - truth) ** 2))
    assert float(page.evaluate(f"{FIGURE}.error")) == pytest.approx(error, rel=1e-9)
    weights = reference.softmax(-((place - x) ** 2) / (2 * h**2))
    shown = number(page.evaluate(TEXTS, "effective")[0])
    assert shown == pytest.approx(float(np.exp(reference.entropy(weights))), abs=0.051)


@pytest.mark.parametrize("power", [0, 3, 6, 10])
def test_scaled_scores_weights(show, power):
    widget = widgets.scaled_scores(num_keys=7)
    page = show(widget._repr_html_())
    page.evaluate(MOVE, ["dim", power])
    scores = np.array(widget.config["scores"][power])
    for side, divisor in (("plain", 1.0), ("scaled", np.sqrt(2**power))):
        weights = reference.softmax(scores / divisor)
        assert page.evaluate(VALUES, f"{side}-bar") == pytest.approx(weights.tolist(), **CLOSE)
        trace = float(np.trace(reference.softmax_jacobian(weights)))
        shown = number(page.evaluate(TEXTS, f"{side}-slope")[0])
        assert shown == pytest.approx(trace, abs=0.0051)


def test_precomputed_bars_follow_the_position(show):
    page = show(CASES["slider_figure"]()._repr_html_())
    page.evaluate(MOVE, ["position", 2])
    assert page.evaluate(VALUES, "bar") == [0.97, 0.97]
    assert page.evaluate(TEXTS, "position-value") == ["64"]
    page.wait_for_timeout(300)
    assert page.evaluate(TEXTS, "summary") == ["Pixels = 64: IM 0,97; brilho 0,97."]


@pytest.mark.parametrize(("word", "position"), [(0, 0), (10, 1), (5, -1)])
def test_hero_weights(show, word, position):
    widget = widgets.attention_hero()
    page = show(widget._repr_html_())
    page.locator('[data-role="choice"]').nth(word).check()
    page.evaluate(MOVE, ["focus", position])
    expected = reference.softmax(np.array(widget.config["scores"][word]), 10.0**-position)
    assert page.evaluate(VALUES, "token") == pytest.approx(expected.tolist(), **CLOSE)
    arcs = page.locator('[data-role="arcs"] path').count()
    assert arcs == int((np.delete(expected, word) >= 0.015).sum())


@pytest.mark.parametrize("value", [0.0, -0.0001, 0.125, -2.675, 1234.5, 0.045, 99.95])
def test_number_writing_agrees_in_both_languages(show, value):
    from coursekit.plotting import format_decimal
    from coursekit.widgets.widget import _read

    core = _read("scripts", "core.js")
    page = show("<p>vazio</p>")
    for decimals in (0, 1, 2, 3):
        written = page.evaluate(f"(() => {{ {core}; return decimal({value!r}, {decimals}); }})()")
        assert written == format_decimal(value, decimals)
