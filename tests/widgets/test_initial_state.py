"""As frases do estado inicial dizem os números do oráculo, calculados por outro caminho."""

import re

import numpy as np
import pytest

from coursekit import reference, widgets
from coursekit.models.allocation import cueing_accuracy, optimal_allocation
from coursekit.widgets.budget import _Observer
from coursekit.widgets.hero import _WORDS

from .cases import KEYS, NAMES, curve_data


def numbers(text):
    """Números de um texto em português, na ordem."""
    found = re.findall(r"−?\d+(?:,\d+)?", text)
    return [float(n.replace("−", "-").replace(",", ".")) for n in found]


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 2.0, 10.0])
def test_temperature_summary(temperature):
    scores = [2.0, 1.0, 0.5, -1.0]
    widget = widgets.softmax_temperature(scores, list("abcd"), temperature=temperature)
    weights = reference.softmax(np.array(scores), temperature)
    expected = [temperature, 100 * weights.max(), float(reference.entropy(weights)), np.log(4)]
    assert numbers(widget.summary) == pytest.approx(expected, abs=0.051)
    assert "«a»" in widget.summary


def test_lookup_summary_has_query_weight_and_context():
    widget = widgets.query_key_value(KEYS, KEYS, NAMES, [-0.5, 0.25], temperature=0.5)
    keys = np.array(KEYS)
    weights = reference.softmax(keys @ np.array([-0.5, 0.25]), 0.5)
    expected = [-0.5, 0.25, 100 * weights.max(), *(weights @ keys)]
    assert numbers(widget.summary) == pytest.approx(expected, abs=0.051)
    assert f"«{NAMES[int(weights.argmax())]}»" in widget.summary


def test_threshold_counts_what_the_weighting_does():
    # Sete números, limiar 5: três passam. Soma dos pesos 4·1 + 3·2 = 10; média 55/10.
    values = np.array([1.0, 2.0, 5.0, 3.0, 7.0, 9.0, 6.0])
    widget = widgets.weighting_threshold(values, 5.0)
    assert "antes de normalizar, 0 diminuem, 4 ficam iguais e 3 aumentam" in widget.summary
    assert "normalizados, 4 diminuem, 0 ficam iguais e 3 aumentam" in widget.summary
    weights = reference.normalize_weights(reference.threshold_weights(values, 5.0))
    means = [weights @ values, reference.softmax(values) @ values, values.mean()]
    assert numbers(widget.summary)[-3:] == pytest.approx(means, abs=0.0051)
    assert means[0] == pytest.approx(5.5)


def test_threshold_above_everything_leaves_all_equal():
    widget = widgets.weighting_threshold([1.0, 2.0, 4.0], 4.0)
    assert "normalizados, 0 diminuem, 3 ficam iguais e 0 aumentam" in widget.summary


@pytest.mark.parametrize("validity", [0.5, 0.65, 0.8, 0.9, 0.99])
@pytest.mark.parametrize(("num_samples", "sensitivity"), [(40.0, 0.35), (11.0, 0.7)])
def test_budget_agrees_with_the_chapter_model(validity, num_samples, sensitivity):
    observer = _Observer(num_samples, sensitivity, validity)
    settings = {"num_samples": num_samples, "sensitivity": sensitivity}
    best = optimal_allocation(validity, **settings)
    assert observer.best_share() == pytest.approx(best, abs=1e-9)
    expected = cueing_accuracy(best, **settings)
    found = [observer.accuracy(share) for share in (best, 0.5, 1 - best)]
    assert found == pytest.approx([expected.valid, expected.neutral, expected.invalid], abs=1e-9)


def test_kernel_summary_agrees_with_the_oracle():
    x, y, truth = curve_data()
    widget = widgets.kernel_bandwidth(x, y, truth=truth, bandwidth=0.3, query=1.5)
    h, query, prediction, largest, effective = numbers(widget.summary)
    assert h == 0.316
    expected = reference.kernel_regression(np.array([query]), x, y, h)
    assert prediction == pytest.approx(float(np.ravel(expected)[0]), abs=0.0051)
    weights = reference.softmax(-((query - x) ** 2) / (2 * h**2))
    assert largest == pytest.approx(100 * weights.max(), abs=0.051)
    assert effective == pytest.approx(float(np.exp(reference.entropy(weights))), abs=0.051)


def test_kernel_error_is_mean_square_to_the_clean_curve():
    x, y, truth = curve_data()
    widget = widgets.kernel_bandwidth(x, y, truth=truth)
    predictions = np.ravel(reference.kernel_regression(x, x, y, 0.316))
    shown = re.search(r'data-role="error">([\d,]+)<', widget._repr_html_())[1]
    expected = np.mean((predictions - truth) ** 2)
    assert numbers(shown)[0] == pytest.approx(expected, abs=0.00051)


def test_scaled_scores_grow_with_dimension_as_the_theory_says():
    scores = np.array(widgets.scaled_scores(num_keys=32, seed=5).config["scores"])
    assert scores.shape == (11, 32)
    # Var(q·k) = d dado q de norma² ≈ d; com 32 chaves o desvio relativo da variância é ~25%.
    assert scores[10].var() == pytest.approx(1024, rel=0.6)
    # Mesmos vetores: a coluna d usa as d primeiras coordenadas (a dimensão 1 é um só produto).
    rng = np.random.default_rng(5)
    query, keys = rng.standard_normal(1024), rng.standard_normal((32, 1024))
    assert scores[3] == pytest.approx(keys[:, :8] @ query[:8], abs=1e-4)


def test_hero_tells_the_two_bancos_apart():
    widget = widgets.attention_hero()
    words = [word for word, _, _ in _WORDS]
    scores = np.array(widget.config["scores"])
    first, second = words.index("banco"), words.index("banco.")
    assert words[int(scores[first].argmax())] == "praça,"
    assert words[int(scores[second].argmax())] == "carta"
    queries, keys = (np.array([row[k] for row in _WORDS], dtype=float) for k in (1, 2))
    expected = reference.scaled_dot_scores(queries, keys)
    assert scores == pytest.approx(expected, abs=1e-4)


def test_precomputed_summary_lists_bars_and_note():
    widget = widgets.slider_figure(
        "h (s)", [0.05, 8], [[1, 2], [3, 4]], ["a", "b"], title="t", start=1, notes=["n", "fim"]
    )
    assert widget.summary == "h (s) = 8: a 3,00; b 4,00. fim"
    assert widget.config["shown"] == ["0,05", "8"]
