"""Onde a linha pode quebrar, na página pronta."""

import pytest
from course_site import html_polish
from course_site.line_breaks import WIDEST_LINE, keep_together, wrap_prose

MATH = r'<span class="math notranslate nohighlight">\(\tau\)</span>'


def output(text: str) -> str:
    """Uma saída de célula, como o myst-nb a escreve."""
    return (
        '<div class="output stream highlight-myst-ansi notranslate"><div class="highlight">'
        f"<pre><span></span>{text}\n</pre></div></div>"
    )


@pytest.mark.parametrize(("before", "after"), [("", "."), ("(", ")"), ("(", "),"), ("«", "»?")])
def test_a_formula_stays_with_its_punctuation(before: str, after: str) -> None:
    assert keep_together(f"<p>se {before}{MATH}{after} e</p>") == (
        f'<p>se <span class="together">{before}{MATH}{after}</span> e</p>'
    )


def test_a_formula_between_words_is_left_alone() -> None:
    body = f"<p>se {MATH} e</p>"
    assert keep_together(body) == body


def test_a_size_in_the_board_does_not_break() -> None:
    cell = '<td role="cell" class="medido">com n = 4096, d = 0,5 e x = y: <b>2</b></td>'
    assert "com n\u00a0=\u00a04096, d\u00a0=\u00a00,5 e x = y" in keep_together(cell)
    assert keep_together(cell.replace("medido", "outra")) == cell.replace("medido", "outra")


def test_the_chapter_number_stays_with_its_word() -> None:
    title = "<h1>Exercícios do capítulo 7 · LSTM e GRU<a>#</a></h1><p>capítulo 7 · x</p>"
    assert keep_together(title) == title.replace("capítulo 7 · L", "capítulo\u00a07\u00a0· L")


@pytest.mark.parametrize(
    "text", ["mesma saída: sim", "a: 1\nb: 2", "<span class='x'>ValueError</span>: não serve"]
)
def test_sentences_wrap(text: str) -> None:
    assert wrap_prose(output(text)) == output(text).replace("notranslate", "notranslate frase")


@pytest.mark.parametrize("text", ["[[1 0]\n [0 1]]", "  a: 1\nbc: 2", "média:   1\nsoma:    2"])
def test_columns_keep_their_lines(text: str) -> None:
    assert wrap_prose(output(text)) == output(text)


@pytest.mark.parametrize(("length", "wraps"), [(WIDEST_LINE, False), (WIDEST_LINE + 1, True)])
def test_columns_too_wide_for_a_desktop_wrap_too(length: int, wraps: bool) -> None:
    assert ("frase" in wrap_prose(output("  a".ljust(length, "x")))) is wraps


def test_every_output_is_judged_alone() -> None:
    body = wrap_prose(output("mesma saída: sim") + output("  a: 1\nbc: 2"))
    assert body.count("frase") == 1


def test_the_page_gets_both_and_a_framed_table_is_not_framed_twice() -> None:
    table = '<table class="docutils plain"><tr><td>1</td></tr></table>'
    body = html_polish.polish(f"<p>({MATH})</p>{output('sim')}{table}")
    assert 'class="together"' in body
    assert "frase" in body
    framed = f'<div class="table-frame">{table}</div>'
    assert framed in body
    assert html_polish.polish(framed) == framed
