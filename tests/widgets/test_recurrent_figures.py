"""Figuras das redes recorrentes: estado inicial, leitura em voz alta e entradas recusadas."""

import re

import numpy as np
import pytest

from coursekit import widgets

from .cases import SENTENCE, hidden_states
from .test_initial_state import numbers

STATES = hidden_states(3, 2)


def test_unrolled_summary_names_the_token_and_the_unit_that_changes_most():
    states = [[0.0, 0.0, 0.0], [0.1, -0.6, 0.3], [0.2, 0.2, 0.9]]
    widget = widgets.unrolled_rnn(["um", "dois"], states)
    assert widget.summary == (
        "Passo 1 de 2: a célula lê «um» e leva o estado de h₀ a h₁. "
        "A unidade que mais muda é a 2, de 0,00 para −0,60."
    )
    html = widget._repr_html_()
    shown = [re.search(rf'data-role="{role}">([\d,]+)<', html)[1] for role in ("norm", "change")]
    assert shown == ["0,68", "0,68"]
    assert html.count("W, U, b<") == 2
    assert "de −1 a 1; o risco marca h₀" in html


def test_unrolled_scale_grows_when_the_state_leaves_the_unit_interval():
    widget = widgets.unrolled_rnn(["a", "b"], [[0.0], [-2.5], [1.0]])
    assert widget.config["largest"] == 2.5
    assert "de −2,50 a 2,50" in widget._repr_html_()
    # Meia barra para a esquerda, do meio até a borda.
    assert 'data-sign="minus" x="0.0000%" width="50.0000%"' in widget._repr_html_()


def test_unrolled_draws_one_column_per_state_in_reading_order():
    html = widgets.unrolled_rnn(SENTENCE, hidden_states(7, 5))._repr_html_()
    assert re.findall(r'data-state="(\w+)"', html) == ["done", "now"] + ["next"] * 6
    assert re.findall(r'class="cw-read">([^<]+)<', html) == ["início", *SENTENCE]


def test_default_title_and_chosen_title():
    assert widgets.unrolled_rnn(["a", "b"], STATES[:3]).title.startswith("A mesma célula")
    assert widgets.unrolled_rnn(["a", "b"], STATES[:3], title="Outro").title == "Outro"


BAD = [
    (lambda: widgets.unrolled_rnn(["a"], STATES[:2]), r"tokens tem 1 itens; aceito de 2.*Escolha"),
    (
        lambda: widgets.unrolled_rnn(["a", "b", "c"], STATES[:3]),
        r"states tem 3 linhas para 3 tokens; aceito uma a mais.*h₀.*np\.vstack",
    ),
    (
        lambda: widgets.unrolled_rnn(["a", "b"], np.zeros((3, 13))),
        r"13 unidades; aceito até 12.*states\[:, :12\]",
    ),
    (lambda: widgets.unrolled_rnn(["a", "b"], np.zeros(3)), r"states tem forma \(3,\).*2 dimens"),
]


@pytest.mark.parametrize("index", range(len(BAD)))
def test_bad_value_says_what_came_and_how_to_mend_it(index):
    build, message = BAD[index]
    with pytest.raises(ValueError, match=message):
        build()


def test_tokens_given_as_one_string_are_refused():
    with pytest.raises(TypeError, match=r"tokens deve ser uma lista de textos.*split"):
        widgets.unrolled_rnn("ab", STATES[:3])


def test_arguments_are_not_changed():
    states = STATES.copy()
    widgets.unrolled_rnn(["a", "b", "c"], states)
    assert (states == STATES).all()


def test_summary_numbers_come_from_the_states():
    widget = widgets.unrolled_rnn(["a", "b", "c"], STATES)
    unit = int(np.abs(STATES[1] - STATES[0]).argmax())
    expected = [1, 3, unit + 1, STATES[0, unit], STATES[1, unit]]
    assert numbers(widget.summary) == pytest.approx(expected, abs=0.0051)
