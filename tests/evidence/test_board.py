import re
import subprocess
import sys

import pytest

from coursekit.evidence import Experiment, verdict_board
from coursekit.evidence.board import VerdictBoard
from coursekit.evidence.catalog import Claim


def counted():
    experiment = Experiment("E04", title="Contagem", data="sete números", seeds=[])
    experiment.measure("count_equal", 4, equals=4)
    experiment.measure("count_increased", 3, equals=3)
    experiment.measure("count_decreased", 0, equals=0)
    experiment.measure("normalized_decreased", 4, equals=4)
    return experiment


def a_claim(**changes):
    fields = {
        "claim_id": "S1-26",
        "said": "dito",
        "measured": "medido",
        "verdict": "parcial",
        "chapters": (2,),
        "experiments": (),
        "references": (),
        "planned": "parcial",
    }
    return Claim(**(fields | changes))


def test_numbers_come_from_the_cards():
    html = verdict_board("S1-26", experiments=[counted()])._repr_html_()
    assert "<b>4</b> ficam iguais e <b>3</b> aumentam." in html


def test_accepts_experiment_or_card():
    experiment = counted()
    from_experiment = verdict_board("S1-26", "S1-27", experiments=[experiment])
    from_card = verdict_board("S1-26", "S1-27", experiments=[experiment.card()])
    assert from_experiment._repr_html_() == from_card._repr_html_()


def test_order_is_the_asked_one():
    text = repr(verdict_board("S1-27", "S1-26", experiments=[counted()]))
    assert text.index("S1-27 [refutado]") < text.index("S1-26 [confirmado]")


def test_text_form_has_the_four_parts():
    assert repr(verdict_board("S1-26", experiments=[counted()])).splitlines() == [
        "Quadro dito × medido (1 afirmação: 1 confirmada)",
        "S1-26 [confirmado]",
        "  dito:   Alguns valores ficam iguais e outros aumentam.",
        "  medido: 4 ficam iguais e 3 aumentam.",
        "  fontes: experimento E04",
    ]


def test_summary_counts_each_verdict():
    board = verdict_board("S1-26", "S1-27", "S1-09", "S1-15", "S1-13", experiments=[counted()])
    assert board.summary() == "5 afirmações: 1 confirmada, 2 parciais, 1 refutada, 1 sem apoio"


def test_strip_has_one_cell_per_claim_in_the_order_and_colour_of_the_rows():
    html = verdict_board("S1-27", "S1-15", "S1-26", experiments=[counted()])._repr_html_()
    strip = re.search(r'<span class="faixa" aria-hidden="true">(.*?)</span>', html)
    assert strip is not None
    order = re.findall(r'<i class="([\w-]+)">', strip[1])
    assert order == ["refutado", "parcial", "confirmado"]
    assert order == re.findall(r'<tr role="row" class="([\w-]+)">', html)


def test_html_summary_reads_as_the_text_one():
    board = verdict_board("S1-26", "S1-27", "S1-13", experiments=[counted()])
    caption = re.search(r"<caption>.*?</caption>", board._repr_html_())
    assert caption is not None
    assert re.sub(r"<[^>]+>", "", caption[0]) == f"Quadro dito × medido{board.summary()}"


def test_links_to_card_and_reference():
    html = verdict_board("S1-26", "S1-15", experiments=[counted()])._repr_html_()
    assert '<a href="#E04">experimento E04</a>' in html
    assert '<a href="../book/referencias.html#lindsay2020attention">Lindsay (2020)</a>' in html


def test_other_pages_choose_their_links():
    board = verdict_board(
        "S1-26",
        "S1-15",
        experiments=[counted()],
        card_links={"E04": "../notebooks/02-ponderar.html#E04"},
        references_page="referencias.html",
    )
    html = board._repr_html_()
    assert 'href="../notebooks/02-ponderar.html#E04"' in html
    assert 'href="referencias.html#lindsay2020attention"' in html


def test_is_a_real_table_with_the_verdict_in_words():
    html = verdict_board("S1-27", experiments=[counted()])._repr_html_()
    assert "<caption><b>Quadro dito × medido</b>" in html
    assert html.count('scope="col"') == 3
    assert html.count('scope="row"') == 1
    assert re.search(r'<svg aria-hidden="true".*?</svg>refutado</span>', html)


def test_escapes_what_comes_from_the_table():
    board = VerdictBoard(
        claims=(a_claim(said="<script>", measured="a & `x < y` e *gating*"),),
        cards={},
        card_links={},
    )
    html = board._repr_html_()
    assert "<q>&lt;script&gt;</q>" in html
    assert "a &amp; <code>x &lt; y</code> e <em>gating</em>" in html


@pytest.mark.parametrize(
    ("claim_ids", "message"),
    [
        ((), "ao menos uma afirmação"),
        (("S1-27", "S1-27"), "sem repetir"),
        (("S1-99",), "'S1-99' não existe"),
        (("S4-77",), "S4-77 ainda não tem veredito"),
        (("S1-30",), "S1-30 ainda não tem veredito"),
    ],
)
def test_rejects_claims_it_cannot_show(claim_ids, message):
    with pytest.raises(ValueError, match=message):
        verdict_board(*claim_ids)


def test_missing_card_is_an_error_when_the_board_is_made():
    with pytest.raises(KeyError, match="o cartão E04 não foi dado"):
        verdict_board("S1-27")


def test_missing_measure_is_an_error_when_the_board_is_made():
    experiment = Experiment("E04", title="Contagem", data="sete números", seeds=[])
    experiment.measure("count_equal", 4, equals=4)
    with pytest.raises(KeyError, match="não tem a medida count_increased"):
        verdict_board("S1-26", experiments=[experiment])


def test_colours_are_the_course_palette_in_light_and_dark():
    from coursekit.plotting import palette

    html = verdict_board("S1-15")._repr_html_()
    light, dark = palette.LIGHT.verdict("parcial"), palette.DARK.verdict("parcial")
    assert f"--q-parcial:var(--curso-parcial,{light})" in html
    assert f"--q-parcial:var(--curso-parcial,{dark})" in html
    for selector in (
        'html[data-theme="dark"] section',
        'body[data-jp-theme-light="false"] section',
        "html[theme=dark] section",
    ):
        assert selector in html


def test_import_does_not_load_frameworks():
    code = (
        "import sys, coursekit.evidence;"
        "sys.exit(bool({'torch', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
