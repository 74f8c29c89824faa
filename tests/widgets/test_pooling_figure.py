"""Explorador de agregação: resultados, teto da tanh e entradas recusadas."""

import re

import numpy as np
import pytest

from coursekit import reference, widgets

from .cases import SCORES, VALUES, WORDS
from .test_browser_values import number


def aggregate(values, scores, *, scale=1.0, tanh=False):
    """As cinco agregações pelo oráculo, uma posição de cada vez."""
    points = [scale * score for score in scores]
    weights = reference.softmax(np.tanh(points) if tanh else np.array(points))
    weighted = [weight * value for weight, value in zip(weights, values, strict=True)]
    plain = [sum(values), sum(values) / len(values), max(values)]
    return weights, [*plain, sum(weighted), max(weighted)]


def shown_results(html):
    row = r'data-role="result">.*?class="cw-number">([^<]+)<'
    return [number(text) for text in re.findall(row, html)]


def test_initial_results_are_those_of_the_oracle():
    widget = widgets.pooling_explorer(VALUES, SCORES, labels=WORDS)
    weights, expected = aggregate(VALUES, SCORES)
    assert shown_results(widget._repr_html_()) == pytest.approx(expected, abs=0.0051)
    best = int(weights.argmax())
    assert f"o maior peso é o de «{WORDS[best]}», " in widget.summary
    ratio = re.search(r'data-role="ratio">([^<]+)<', widget._repr_html_())[1]
    assert number(ratio) == pytest.approx(expected[4] / expected[2], abs=0.0051)


def test_summary_by_hand():
    # Pontuações iguais: peso 1/2 cada; atenção = média; fonte = metade do máximo.
    widget = widgets.pooling_explorer([3.0, -1.0], [0.0, 0.0])
    assert widget.summary == (
        "Escala 1,00, sem tanh: os pesos são todos iguais, 50,0% cada um. Soma 2,00; média 1,00; "
        "máximo 3,00; atenção 1,00; fonte 1,50."
    )


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        # e⁰ = 1 e e^−20 ≈ 0: um empate de dois dá 1/2 a cada um, de três, 1/3.
        ([0, -20, 0, -20], "os maiores pesos são os de «o» e «bom», 50,0% cada um."),
        ([0, 0, 0, -20], "os maiores pesos são os de «o», «não» e «bom», 33,3% cada um."),
        ([0, 0, 0, 0], "os pesos são todos iguais, 25,0% cada um."),
        ([-20, 0, -20, -20], "o maior peso é o de «não», 100,0%."),
        ([0, 0.1, 0, 0], "o maior peso é o de «não», 26,9%."),  # e^0,1 ÷ (e^0,1 + 3)
    ],
)
def test_summary_names_every_position_of_a_tie(scores, said):
    widget = widgets.pooling_explorer(np.ones(4), scores, labels=["o", "não", "bom", "fim"])
    assert widget.summary.startswith(f"Escala 1,00, sem tanh: {said} Soma 4,00;")


@pytest.mark.parametrize("count", [2, 5, 16])
def test_ceiling_is_the_weight_of_one_against_minus_one(count):
    html = widgets.pooling_explorer(np.ones(count), np.zeros(count))._repr_html_()
    shown = number(re.search(r'data-role="ceiling">([^<]+)<', html)[1])
    expected = reference.softmax(np.array([1.0] + [-1.0] * (count - 1))).max()
    assert shown == pytest.approx(100 * expected, abs=0.051)


def test_scores_are_used_as_shown():
    html = widgets.pooling_explorer([1.0, 2.0], [0.26, -0.34])._repr_html_()
    assert re.findall(r'data-role="score-\d"[^>]* value="([^"]+)"', html) == ["0.3", "-0.3"]
    assert 'aria-valuetext="−0,3"' in html
    _, expected = aggregate([1.0, 2.0], [0.3, -0.3])
    assert shown_results(html) == pytest.approx(expected, abs=0.0051)


def test_all_zero_values_have_no_ratio():
    html = widgets.pooling_explorer([0.0, 0.0], [1.0, 2.0])._repr_html_()
    assert re.search(r'data-role="ratio">([^<]+)<', html)[1] == "—"


BAD = [
    (lambda: widgets.pooling_explorer([1.0], [1.0]), r"1 posições e scores 1; aceito.*2 a 16"),
    (lambda: widgets.pooling_explorer([1, 2, 3], [1, 2]), r"values tem 3 .* scores 2; .*trecho"),
    (lambda: widgets.pooling_explorer(np.ones(17), np.ones(17)), r"17 posições.*de 2 a 16"),
    (lambda: widgets.pooling_explorer([1, 2], [0, -21]), r"de -21 a 0; aceito de -20.*Divida"),
    (lambda: widgets.pooling_explorer([1, np.nan], [0, 1]), r"values tem nan.*finitos"),
    (lambda: widgets.pooling_explorer([1, 2], [0, 1], labels=["a"]), r"labels tem 1 rótulos"),
]


@pytest.mark.parametrize("index", range(len(BAD)))
def test_bad_value_says_what_came_and_how_to_mend_it(index):
    build, message = BAD[index]
    with pytest.raises(ValueError, match=message):
        build()
