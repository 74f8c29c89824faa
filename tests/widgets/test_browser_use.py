"""Em Chromium de verdade: teclado, toque, cópias, temas, telas estreitas e acessibilidade."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from coursekit import widgets

from .cases import CASES, QUESTION

pytestmark = pytest.mark.browser

READY = "figure.curso-widget[data-pronto]"
SUMMARY = '[data-role="summary"]'


def summary_after(page, *, index=0):
    """O resumo depois da espera que poupa o leitor de tela."""
    page.wait_for_timeout(300)
    return page.locator(SUMMARY).nth(index).inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing(show, name, theme):
    page = show(CASES[name]()._repr_html_(), theme=theme, reduced_motion="reduce")
    if name == "quiz":
        page.locator("input").nth(1).check()
        page.get_by_role("button", name="Conferir").first.click()
        page.locator("input").nth(3).check()
        page.get_by_role("button", name="Conferir").nth(1).click()
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    found = [
        f"{item['id']}: {node['html'][:90]}"
        for item in results.response["violations"]
        for node in item["nodes"]
    ]
    assert found == []


@pytest.mark.parametrize("name", CASES)
def test_fits_320_pixels_without_scrolling(show, name):
    page = show(CASES[name]()._repr_html_(), width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    figure = page.locator("figure.curso-widget").bounding_box()
    for control in page.locator("input:visible, button:visible").all():
        box = control.bounding_box()
        assert box["x"] >= figure["x"]
        assert box["x"] + box["width"] <= figure["x"] + figure["width"]


@pytest.mark.parametrize("name", CASES)
def test_two_copies_work_apart(show, name):
    html = CASES[name]()._repr_html_()
    page = show(html + html)
    assert page.locator(READY).count() == 2
    first, second = (page.locator("figure.curso-widget").nth(i) for i in (0, 1))
    if name == "quiz":
        first.locator("input").nth(0).check()
        second.locator("input").nth(1).check()
        assert first.locator("input").nth(0).is_checked()
        return
    before = second.inner_text()
    slider = first.locator("input[type=range]").first
    slider.focus()
    slider.press("End")
    slider.press("ArrowLeft")
    page.wait_for_timeout(300)
    assert second.inner_text() == before
    assert first.inner_text() != before


@pytest.mark.parametrize("name", CASES)
def test_starts_where_current_script_is_null(show, name):
    html = CASES[name]()._repr_html_()
    page = show('<div id="saida"></div>')
    # Scripts postos por innerHTML não rodam; avaliá-los depois deixa currentScript nulo.
    page.evaluate("(html) => { document.querySelector('#saida').innerHTML = html; }", html)
    assert page.locator(READY).count() == 0
    program = re.search(r"<script>(.*)</script>", html, re.S)[1]
    page.evaluate(program)
    assert page.locator(READY).count() == 1
    assert page.locator("figure input:enabled").count() >= 1


@pytest.mark.parametrize("name", CASES)
def test_without_javascript_the_drawing_and_a_note_remain(show, name):
    page = show(CASES[name]()._repr_html_(), java_script_enabled=False)
    assert page.locator('[data-role="static"]').first.is_visible()
    assert page.locator("figure input:enabled").count() == 0
    assert page.locator("figure button:visible").count() == 0


def test_with_javascript_the_static_note_is_gone(show):
    page = show(CASES["quiz"]()._repr_html_())
    assert page.locator('[data-role="static"]:visible').count() == 0


@pytest.mark.parametrize("name", [name for name in CASES if name != "quiz"])
def test_every_slider_obeys_the_keyboard(show, name):
    page = show(CASES[name]()._repr_html_())
    for slider in page.locator("input[type=range]").all():
        slider.focus()
        slider.press("Home")
        low = slider.input_value()
        slider.press("ArrowRight")
        assert float(slider.input_value()) > float(low)
        spoken = slider.get_attribute("aria-valuetext")
        slider.press("End")
        assert slider.input_value() == str(slider.get_attribute("max"))
        assert slider.get_attribute("aria-valuetext") != spoken or name == "attention_hero"


def test_keys_used_by_controls_never_reach_the_notebook(show):
    page = show(CASES["softmax_temperature"]()._repr_html_())
    page.evaluate("window.seen = []; addEventListener('keydown', (e) => window.seen.push(e.key))")
    page.locator("input").focus()
    for key in ("ArrowRight", "Home", "PageUp", "Enter", "Tab", "a"):
        page.keyboard.press(key)
    assert page.evaluate("window.seen") == ["Tab", "a"]
    assert page.locator("figure").get_attribute("data-lm-suppress-shortcuts") == "true"


def test_preset_buttons_move_the_slider(show):
    page = show(CASES["softmax_temperature"]()._repr_html_())
    page.get_by_role("button", name="10 · quase uniforme").click()
    assert page.locator("input").input_value() == "1"
    assert summary_after(page).startswith("Com temperatura 10,00, «gato» recebe")


def test_query_moves_with_arrow_keys_and_stays_inside(show):
    page = show(CASES["query_key_value-plano"]()._repr_html_())
    handle = page.get_by_role("slider", name="Consulta: arraste ou use as setas")
    handle.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    # 0,80 + 0,05 − 5·0,05 e 0,60 + 0,05.
    assert handle.get_attribute("aria-valuetext") == "(0,60; 0,65)"
    for _ in range(80):
        page.keyboard.press("ArrowUp")
    assert handle.get_attribute("aria-valuetext") == "(0,60; 1,50)"
    assert summary_after(page).startswith("Consulta (0,60; 1,50): «sofá» recebe")


def test_query_follows_the_mouse(show):
    page = show(CASES["query_key_value-plano"]()._repr_html_())
    board = page.locator("svg.cw-plane").first.bounding_box()
    page.mouse.move(board["x"] + board["width"] * 0.25, board["y"] + board["height"] * 0.5)
    page.mouse.down()
    assert page.locator('[data-role="query-x-value"]').inner_text() == "−0,75"
    page.mouse.move(board["x"] + board["width"] * 0.5, board["y"] + board["height"] * 0.25)
    page.mouse.up()
    page.mouse.move(board["x"], board["y"])
    shown = [page.locator(f'[data-role="query-{axis}-value"]').inner_text() for axis in "xy"]
    assert shown == ["0,00", "0,75"]


def test_query_follows_the_finger_only_from_the_handle(show):
    page = show(CASES["query_key_value-plano"]()._repr_html_(), has_touch=True)
    send = """([selector, x, y]) => {
      const board = document.querySelector("svg.cw-plane");
      const box = board.getBoundingClientRect();
      document.querySelector(selector).dispatchEvent(new PointerEvent("pointerdown", {
        bubbles: true, pointerType: "touch", isPrimary: true, pointerId: 1,
        clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
    }"""
    # Captura de ponteiro sintético não existe: troca-se só essa chamada.
    page.evaluate("Element.prototype.setPointerCapture = () => {}")
    page.evaluate(send, ["svg.cw-plane", 0.5, 0.5])
    assert page.locator('[data-role="query-x-value"]').inner_text() == "0,80"
    page.evaluate(send, [".cw-touch", 0.5, 0.5])
    assert page.locator('[data-role="query-x-value"]').inner_text() == "0,00"


def test_quiz_explains_each_choice_by_mouse(show):
    page = show(widgets.quiz([QUESTION])._repr_html_())
    feedback, check = page.locator('[data-role="feedback"]'), page.get_by_role("button")
    check.click()
    assert feedback.inner_text() == "Escolha uma opção. Depois, confira."
    for index, option in enumerate(QUESTION.options):
        page.locator("input").nth(index).check()
        assert feedback.inner_text() == ""
        check.click()
        verdict = "✓ Certo." if option.correct else "✗ Ainda não."
        assert feedback.inner_text() == f"{verdict} {option.explanation}"
        mark = page.locator('[data-role="mark"]').nth(index).inner_text()
        assert mark == ("✓ certa" if option.correct else "✗ errada")
    assert page.locator("[data-result=wrong].cw-option").count() == 1


def test_quiz_works_by_keyboard_alone(show):
    page = show(widgets.quiz([QUESTION])._repr_html_())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    feedback = page.locator('[data-role="feedback"]')
    assert feedback.inner_text() == "✗ Ainda não. Seis é o produto."
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert feedback.inner_text() == "✓ Certo. Dois mais três são cinco."


def test_hero_words_are_chosen_by_keyboard(show):
    page = show(CASES["attention_hero"]()._repr_html_())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert summary_after(page).startswith("«da» olha para praça")
    assert page.locator('[data-role="arcs"] path').count() >= 1


BACKGROUND = "getComputedStyle(document.querySelector('figure.curso-widget')).backgroundColor"
LIGHT_CARD, DARK_CARD = "rgb(255, 255, 255)", "rgb(26, 37, 43)"


@pytest.mark.parametrize(
    ("scheme", "attributes", "expected"),
    [
        ("light", {}, LIGHT_CARD),
        ("dark", {}, DARK_CARD),
        ("dark", {"documentElement.dataset.theme": "light"}, LIGHT_CARD),
        ("light", {"documentElement.dataset.theme": "dark"}, DARK_CARD),
        ("light", {"body.dataset.jpThemeLight": "false"}, DARK_CARD),
        ("dark", {"body.dataset.jpThemeLight": "true"}, LIGHT_CARD),
        ("light", {"documentElement.attributes.theme": "dark"}, DARK_CARD),
    ],
    ids=[
        "claro",
        "sistema escuro",
        "site claro",
        "site escuro",
        "lab escuro",
        "lab claro",
        "colab",
    ],
)
def test_colors_follow_page_notebook_and_system(show, scheme, attributes, expected):
    page = show(CASES["softmax_temperature"]()._repr_html_(), color_scheme=scheme)
    page.evaluate("delete document.documentElement.dataset.theme")
    for target, value in attributes.items():
        if target == "documentElement.attributes.theme":
            page.evaluate(f"document.documentElement.setAttribute('theme', '{value}')")
        else:
            page.evaluate(f"document.{target} = '{value}'")
    assert page.evaluate(BACKGROUND) == expected


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_bars_move_softly_only_if_the_reader_allows(show, motion, moves):
    page = show(CASES["softmax_temperature"]()._repr_html_(), reduced_motion=motion)
    duration = page.evaluate(
        "getComputedStyle(document.querySelector('.cw-fill')).transitionDuration"
    )
    assert (duration != "0s") is moves


def test_summary_waits_before_speaking(show):
    page = show(CASES["softmax_temperature"]()._repr_html_())
    page.locator("input").focus()
    before = page.locator(SUMMARY).inner_text()
    page.keyboard.press("End")
    assert page.locator(SUMMARY).inner_text() == before
    assert summary_after(page) != before
