"""Cada página do site, num navegador de verdade: nada de fora, nada em inglês, nada quebrado."""

import pytest
from page_visit import Visitor

pytestmark = pytest.mark.browser

MAX_GZIP = 1.25 * 1024 * 1024


def test_requests_nothing_from_other_hosts(docname: str, visit: Visitor) -> None:
    assert visit(docname).external == []


def test_console_is_clean_and_nothing_is_missing(docname: str, visit: Visitor) -> None:
    seen = visit(docname)
    assert seen.console == []
    assert seen.missing == []


def test_shows_no_english(docname: str, visit: Visitor) -> None:
    seen = visit(docname)
    assert seen.texts >= 10, "o detector quase não achou texto: a página está vazia?"
    assert seen.english == []


@pytest.mark.parametrize("mode", ["claro", "escuro", "320 px"])
def test_has_no_accessibility_violation(docname: str, mode: str, visit: Visitor) -> None:
    assert visit(docname).axe[mode] == []


def test_does_not_scroll_sideways_on_a_small_phone(docname: str, visit: Visitor) -> None:
    assert visit(docname).overflow["320 px"] <= 0


def test_every_figure_has_a_real_description(docname: str, visit: Visitor) -> None:
    assert visit(docname).unlabelled == []


def test_weighs_at_most_one_and_a_quarter_mebibytes(docname: str, visit: Visitor) -> None:
    weight = visit(docname).gzip_bytes
    assert 10_000 < weight <= MAX_GZIP, f"{weight / 1024:.0f} KiB comprimidos"
