"""O que o leitor faz no site: buscar, filtrar, trocar o tema, abrir em ``file://``."""

import itertools
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

COVER = "book/index"
CHAPTER = "notebooks/03-softmax"
# Grafias que têm de achar o mesmo: com e sem acento, singular e plural.
SAME_SEARCH = (
    ("atenção", "atencao", "atenções", "ATENÇÃO"),
    ("exercício", "exercicio", "exercícios"),
    ("equivariância", "equivariancia"),
    ("posição", "posicoes", "posições"),
    ("vetor", "vetores"),
    ("média ponderada", "medias ponderadas"),
    ("função", "funcoes"),
    ("sequência", "sequencias"),
    ("referência", "referencias"),
    ("sinal", "sinais"),
)


@pytest.fixture
def page(chromium: Any) -> Any:
    context = chromium.new_context(locale="pt-BR", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda line: page.problems.append(line.text) if line.type in {"error", "warning"} else None,
    )
    yield page
    context.close()


def search(page: Any, base: str, query: str) -> tuple[list[str], str]:
    """Endereços dos resultados e a frase que os conta."""
    page.goto(f"{base}/search.html")
    page.fill("#consulta", query)
    links = page.eval_on_selector_all("#search-results a", "all => all.map((a) => a.href)")
    return links, page.inner_text("#search-status")


@pytest.mark.parametrize("spellings", SAME_SEARCH, ids=lambda words: words[0])
def test_search_ignores_accents_and_plurals(
    spellings: tuple[str, ...], page: Any, server: str
) -> None:
    found = {word: search(page, server, word)[0] for word in spellings}
    assert found[spellings[0]], f"a busca não acha «{spellings[0]}»"
    for one, other in itertools.pairwise(spellings):
        assert sorted(found[one]) == sorted(found[other]), (one, other)


def test_search_from_the_header_reaches_the_glossary(page: Any, server: str) -> None:
    page.goto(f"{server}/{COVER}.html")
    page.fill("#busca", "autoatencao")
    page.press("#busca", "Enter")
    page.wait_for_url("**/search.html?q=autoatencao")
    first = page.locator("#search-results a").first
    assert first.get_attribute("href") == "./book/glossario.html#autoatencao"
    first.click()
    page.wait_for_url("**/book/glossario.html#autoatencao")
    assert page.locator("#autoatencao").is_visible()


def test_search_says_when_nothing_matches(page: Any, server: str) -> None:
    links, status = search(page, server, "xilofone")
    assert links == []
    assert "Nada encontrado" in status


def test_search_does_not_interpret_html(page: Any, server: str) -> None:
    search(page, server, "<img src=x onerror=alert(1)>")
    assert page.locator("#search-status img, #search-results img").count() == 0


def test_theme_button_switches_and_remembers(page: Any, server: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{server}/{COVER}.html")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click(".theme-button")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_attribute(".theme-button", "aria-label") == "Mudar para o tema claro"


def test_contents_open_and_close_by_keyboard_on_a_phone(page: Any, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(f"{server}/{CHAPTER}.html")
    assert not page.is_visible("#sumario")
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    assert page.is_visible("#sumario")
    page.keyboard.press("Escape")
    assert not page.is_visible("#sumario")
    assert page.evaluate("document.activeElement.className").endswith("menu-button")


def test_first_tab_skips_to_the_content(page: Any, server: str) -> None:
    page.goto(f"{server}/{CHAPTER}.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Pular para o conteúdo"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "conteudo"


def test_cover_slider_moves_attention(page: Any, server: str) -> None:
    page.goto(f"{server}/{COVER}.html")
    slider = page.locator(".hero-figure input[type=range]").first
    box = slider.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900, "o controle da capa tem de caber na primeira tela"
    before = page.inner_html(".hero-figure svg")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.inner_html(".hero-figure svg") != before


def test_claims_filter_by_verdict_text_and_reset(page: Any, server: str) -> None:
    page.goto(f"{server}/book/afirmacoes.html")
    rows = "table.claims tbody tr:not([hidden])"
    total = page.locator(rows).count()
    assert total == 264
    page.select_option("select[name=verdict]", "refutado")
    shown = page.locator(rows)
    assert 0 < shown.count() < total
    states = shown.evaluate_all("all => all.map((row) => row.dataset.verdict)")
    assert set(states) == {"refutado"}
    assert page.inner_text(".claims-count") == f"{shown.count()} de 264 afirmações"
    page.click(".claims-filter button[type=reset]")
    page.wait_for_function(
        "document.querySelector('.claims-count').textContent === '264 afirmações'"
    )
    page.fill("input[name=text]", "s1-27")
    assert page.locator(rows).evaluate_all("all => all.map((row) => row.id)") == ["S1-27"]


def test_claims_table_reads_whole_without_javascript(chromium: Any, server: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/book/afirmacoes.html")
    assert page.locator("table.claims tbody tr").count() == 264
    assert page.locator("#S1-27").is_visible()
    assert not page.is_visible(".claims-filter")
    context.close()


def test_self_hosted_fonts_and_formulas_are_used(page: Any, server: str) -> None:
    page.goto(f"{server}/{CHAPTER}.html")
    page.evaluate("window.MathJax.startup.promise")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter((face) => face.status === 'loaded')"
        ".map((face) => face.family.replaceAll('\"', ''))"
    )
    assert {"Serifa do curso", "Sem serifa do curso"} <= set(loaded)
    assert any(name.startswith("MJXTEX") for name in loaded)
    assert page.locator("mjx-container").count() > 0
    assert page.locator("mjx-container mjx-assistive-mml").count() > 0
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


@pytest.mark.parametrize("docname_file", ["index", COVER, CHAPTER, "book/afirmacoes"])
def test_works_from_a_folder_without_server(docname_file: str, page: Any, site: Path) -> None:
    page.goto((site / f"{docname_file}.html").as_uri())
    page.wait_for_load_state("load")
    page.wait_for_timeout(200)
    assert page.locator("h1").count() == 1
    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    if docname_file != "index":
        assert "Serifa do curso" in family
    assert page.problems == []


def test_root_leads_to_the_cover_from_a_folder(page: Any, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    assert page.locator(".hero-figure").count() == 1


def test_formulas_and_search_work_from_a_folder(page: Any, site: Path) -> None:
    page.goto((site / f"{CHAPTER}.html").as_uri())
    page.evaluate("window.MathJax.startup.promise")
    assert page.locator("mjx-container svg, mjx-container mjx-math").count() > 0
    links, status = search(page, site.as_uri(), "atencoes")
    assert links
    assert all(link.startswith("file:") for link in links)
    assert "para «atencoes»" in status
    assert page.problems == []


def test_copy_button_copies_the_code(chromium: Any, server: str) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{server}/{CHAPTER}.html")
    block = page.locator(".cell_input div.highlight").first
    block.hover()
    block.locator(".copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("pre").inner_text().strip()
    context.close()
