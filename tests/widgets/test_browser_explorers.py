"""Em Chromium de verdade: exploradores de padrões e de agregação, contra o NumPy e o pacote."""

import numpy as np
import pytest

from coursekit import widgets
from coursekit.widgets.pattern_masks import PATTERNS, Masks, layers_to_connect, reached

from .cases import CASES, SCORES, VALUES, WORDS
from .test_browser_use import summary_after
from .test_browser_values import CLOSE, MOVE, TEXTS, number
from .test_browser_values import VALUES as ROWS
from .test_pattern_figure import cells_of, course_pattern
from .test_pooling_figure import aggregate

pytestmark = pytest.mark.browser

PATH = """(role) => [...document.querySelectorAll(`[data-role="${role}"]`)]
  .map((path) => path.getAttribute("d"))"""


@pytest.mark.parametrize(("length", "radius"), [(32, 3), (19, 2)])
@pytest.mark.parametrize("index", range(len(PATTERNS)))
def test_pattern_mask_is_that_of_the_package(show, index, length, radius):
    page = show(widgets.pattern_explorer(length=length)._repr_html_())
    page.locator('[data-role="pattern"]').nth(index).check()
    page.evaluate(MOVE, ["radius", radius])
    kind = PATTERNS[index]
    mask = cells_of(page.evaluate(PATH, "cells")[0], (length, length))
    pattern = course_pattern(kind.key, radius, length)
    assert (mask == pattern.mask(length)).all()
    pairs = pattern.visible_pairs(length)
    assert page.evaluate(TEXTS, "pairs") == [f"{pairs} de {length**2}"]
    shown = number(page.evaluate(TEXTS, "share")[0])
    assert shown == pytest.approx(100 * pairs / length**2, abs=0.051)
    assert page.evaluate(TEXTS, "description") == [kind.describe(radius)]
    layers = layers_to_connect(mask)
    expected = "nunca" if layers is None else f"{layers} camada{'s' * (layers != 1)}"
    assert page.evaluate(TEXTS, "connect") == [expected]


@pytest.mark.parametrize(
    ("index", "query", "layers"), [(2, 5, 6), (5, 31, 1), (7, 0, 2), (9, 9, 3)]
)
def test_pattern_reach_layer_by_layer(show, index, query, layers):
    page = show(CASES["pattern_explorer"]()._repr_html_())
    page.locator('[data-role="pattern"]').nth(index).check()
    page.evaluate(MOVE, ["query", query])
    page.evaluate(MOVE, ["layers", layers])
    expected = reached(Masks(32).mask(PATTERNS[index].key, 3), query, layers)
    paths = page.evaluate(PATH, "layer-cells")[: layers + 1]
    assert (np.vstack([cells_of(path, (1, 32)) for path in paths]) == expected).all()
    assert page.locator('[data-role="layer"]:visible').count() == layers + 1
    counts = [f"{int(row.sum())} de 32" for row in expected]
    assert page.evaluate(TEXTS, "layer-count")[: layers + 1] == counts
    assert page.evaluate(TEXTS, "reach") == counts[-1:]
    row = Masks(32).mask(PATTERNS[index].key, 3)[[query]]
    assert (cells_of(page.evaluate(PATH, "seen")[0], (1, 32)) == row).all()


def test_pattern_speaks_what_is_seen(show):
    page = show(CASES["pattern_explorer"]()._repr_html_())
    page.get_by_role("radio", name="dilatada").check()
    # Par, de 2 em 2, até 6 de distância, duas vezes: de 4 a 28, treze posições soltas.
    assert summary_after(page) == (
        "Padrão dilatada, raio 3: 200 pares visíveis, 19,5% de 1024. Com 2 camadas, a consulta "
        "16 alcança 13 de 32 posições: 4, 6, 8, 10, 12, 14, …. Nem com mais camadas se ligam "
        "todos os pares."
    )


def test_pattern_works_by_keyboard_and_mouse(show):
    page = show(CASES["pattern_explorer"]()._repr_html_())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert summary_after(page).startswith("Padrão janela causal, raio 1: 63 pares visíveis")
    board = page.locator('[data-role="board"]').bounding_box()
    page.mouse.click(board["x"] + 5, board["y"] + board["height"] * 10.5 / 32)
    assert page.locator('[data-role="query"]').input_value() == "10"
    assert "a consulta 10 alcança 3 de 32 posições: 8 a 10." in summary_after(page)


@pytest.mark.parametrize("tanh", [False, True])
@pytest.mark.parametrize("position", [-1, 0, 0.5, 1])
def test_pooling_weights_and_results(show, position, tanh):
    page = show(CASES["pooling_explorer"]()._repr_html_())
    page.evaluate(MOVE, ["scale", position])
    page.locator('[data-role="mode"]').nth(int(tanh)).check()
    scale = number(page.evaluate(TEXTS, "scale-value")[0])
    assert scale == pytest.approx(10**position, abs=0.0051)
    weights, results = aggregate(VALUES, SCORES, scale=scale, tanh=tanh)
    assert page.evaluate(ROWS, "weight") == pytest.approx(weights.tolist(), **CLOSE)
    assert page.evaluate(ROWS, "result") == pytest.approx(results, rel=1e-12, abs=1e-13)
    display = "getComputedStyle(document.querySelector('.cw-weight .cw-mark')).display"
    assert page.evaluate(display) == ("inline" if tanh else "none")


def test_pooling_with_tanh_never_passes_the_ceiling(show):
    page = show(CASES["pooling_explorer"]()._repr_html_())
    page.locator('[data-role="mode"]').nth(1).check()
    for place in range(7):
        page.evaluate(MOVE, [f"score-{place}", 3 if place == 2 else -3])
    page.evaluate(MOVE, ["scale", 1])
    # Seis pontuações em −1 e uma em 1: o teto é atingido, até o erro da tanh em 30.
    expected = np.exp(2) / (np.exp(2) + 6)
    assert page.evaluate(ROWS, "weight")[2] == pytest.approx(expected, rel=1e-12)
    mark = page.locator(".cw-weight .cw-mark").first.get_attribute("x1")
    assert float(mark.rstrip("%")) == pytest.approx(100 * expected, abs=5.1e-5)


def test_pooling_scores_move_by_keyboard_and_come_back(show):
    page = show(CASES["pooling_explorer"]()._repr_html_())
    slider = page.get_by_role("slider", name="não · vale −1,20")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "1,6"
    scores = [*SCORES[:2], 1.6, *SCORES[3:]]
    weights, results = aggregate(VALUES, scores)
    assert page.evaluate(ROWS, "weight") == pytest.approx(weights.tolist(), **CLOSE)
    written = [f"{value:.2f}".replace(".", ",").replace("-", "−") for value in results]
    assert summary_after(page).endswith(
        f"Soma {written[0]}; média {written[1]}; máximo {written[2]}; atenção {written[3]}; "
        f"fonte {written[4]}."
    )
    page.get_by_role("button", name="Voltar às pontuações dadas").click()
    weights, _ = aggregate(VALUES, SCORES)
    assert page.evaluate(ROWS, "weight") == pytest.approx(weights.tolist(), **CLOSE)


def test_pooling_speaks_of_the_ceiling_only_with_tanh(show):
    page = show(CASES["pooling_explorer"]()._repr_html_())
    assert "de no máximo" not in summary_after(page)
    page.get_by_role("radio", name="com tanh").check()
    # e² ÷ (e² + 6) = 55,2%.
    best = WORDS[int(np.argmax(SCORES))]
    spoken = summary_after(page)
    assert spoken.startswith(f"Escala 1,00, com tanh: o maior peso é o de «{best}», ")
    assert ", de no máximo 55,2%." in spoken


def test_pooling_says_the_tie_as_python_does(show):
    scores, labels = [1.0, 1.0, -1.0, 1.0], ["o", "não", "bom", "fim"]
    page = show(widgets.pooling_explorer(np.ones(4), scores, labels=labels)._repr_html_())
    for moved in (1.0, 0.9, -1.0):
        page.evaluate(MOVE, ["score-0", moved])
        now = [moved, *scores[1:]]
        expected = widgets.pooling_explorer(np.ones(4), now, labels=labels).summary
        assert summary_after(page) == expected
    page.evaluate(MOVE, ["score-2", 1])
    page.evaluate(MOVE, ["score-0", 1])
    page.get_by_role("radio", name="com tanh").check()
    # e² ÷ (e² + 3) = 71,1%.
    said = "os pesos são todos iguais, 25,0% cada um, de no máximo 71,1%."
    assert said in summary_after(page)


@pytest.mark.parametrize("name", ["lstm_gates", "pattern_explorer", "pooling_explorer"])
def test_two_copies_keep_their_own_choice(show, name):
    html = CASES[name]()._repr_html_()
    page = show(html + html)
    first, second = (page.locator("figure.curso-widget").nth(index) for index in (0, 1))
    second.locator("input[type=radio]").nth(1).check()
    first.locator("input[type=radio]").nth(0).check()
    assert second.locator("input[type=radio]").nth(1).is_checked()
    assert first.locator("input[type=radio]").nth(0).is_checked()
