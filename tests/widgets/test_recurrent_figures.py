"""Figuras das redes recorrentes: estado inicial, leitura em voz alta e entradas recusadas."""

import re

import numpy as np
import pytest
from scipy.stats import linregress

from coursekit import widgets

from .cases import RADII, SENTENCE, gate_values, hidden_states, lag_curves
from .test_browser_values import number
from .test_initial_state import numbers
from .test_widget_html import Reader


def lag(*, radii=(0.5, 1.0), curves=None, **options):
    chosen = {"a": np.ones((2, 9))} if curves is None else curves
    return widgets.gradient_lag(radii, chosen, **options)


def portas(**changes):
    values = {**gate_values(), **changes}
    return widgets.lstm_gates(SENTENCE, {k: v for k, v in values.items() if v is not None})


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


def test_unrolled_summary_says_when_nothing_changes():
    widget = widgets.unrolled_rnn(["um", "dois"], [[0.0, 0.5], [0.0, 0.5], [0.2, 0.2]])
    assert widget.summary == (
        "Passo 1 de 2: a célula lê «um» e leva o estado de h₀ a h₁. Nenhuma unidade muda."
    )


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


def slopes(norms):
    """Fator por passo pelo ajuste do SciPy, outro caminho."""
    return np.exp(linregress(np.arange(len(norms)), np.log(norms)).slope)


def test_gradient_factors_and_crossings_come_from_the_curves():
    curves = lag_curves()
    widget = widgets.gradient_lag(RADII, curves)
    for radius in range(len(RADII)):
        factors = [number(text) for text in widget.config["factors"][radius]]
        expected = [slopes(norms[radius]) for norms in curves.values()]
        assert factors == pytest.approx(expected, abs=0.00051)
        for text, norms in zip(widget.config["reaches"][radius], curves.values(), strict=True):
            lag = next((k for k, norm in enumerate(norms[radius]) if norm < 1e-3), None)
            assert text == ("não até 99" if lag is None else f"defasagem {lag}")


def test_gradient_summary_says_what_each_line_does():
    widget = widgets.gradient_lag([0.9, 1.0, 1.1], {"linear": powers_of([0.9, 1.0, 1.1], 80)})
    # 0,9^66 = 9,5e-4 é a primeira potência abaixo de um milésimo.
    kept = "e não desce de 10⁻³ até a defasagem 79."
    expected = [
        "0,90: linear desvanece (fator 0,900 por passo) e desce de 10⁻³ na defasagem 66.",
        f"1,00: linear mantém-se (fator 1,000 por passo) {kept}",
        f"1,10: linear explode (fator 1,100 por passo) {kept}",
    ]
    assert widget.config["summaries"] == [f"Raio espectral {text}" for text in expected]
    assert widget.summary == widget.config["summaries"][0]


def powers_of(radii, num_lags):
    return np.array(radii)[:, None] ** np.arange(float(num_lags))


def test_gradient_lags_may_start_at_one():
    norms = powers_of([0.1, 0.9], 9)[:, 1:]
    widget = widgets.gradient_lag([0.1, 0.9], {"a": norms}, first_lag=1)
    # 0,1³ fica a um arredondamento do limiar: a primeira bem abaixo é a defasagem 4.
    assert widget.config["reaches"][0][0] in {"defasagem 3", "defasagem 4"}
    assert widget.config["reaches"][1][0] == "não até 8"
    assert ">1<" in widget._repr_html_()


def test_gradient_that_underflows_keeps_the_factor_of_its_positive_part():
    norms = np.array([[1.0, 0.25, 0.0625, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0]])
    widget = widgets.gradient_lag([0.25, 1.0], {"a": norms})
    assert widget.config["factors"] == [["0,250"], ["1,000"]]
    assert widget.config["reaches"][0] == ["defasagem 3"]
    assert widget.config["powers"][0][0][3] == -30


def test_gradient_axis_keeps_the_threshold_in_sight_and_cuts_the_absurd():
    flat = widgets.gradient_lag([0.5, 1.0], {"a": np.ones((2, 5))})
    assert flat.config["powerSpan"] == [-4, 1]
    wild = widgets.gradient_lag([0.5, 1.0], {"a": [[1, 1e-40, 1e-80], [1, 1e30, 1e60]]})
    assert wild.config["powerSpan"] == [-12, 6]
    assert wild.config["factors"] == [["0,000"], ["> 1000"]]


def test_each_line_has_its_own_stroke_and_marker():
    widget = widgets.gradient_lag([0.5, 1.0], {name: np.ones((2, 9)) for name in "abcd"})
    html = widget._repr_html_()
    shapes = [
        re.search(rf'class="cw-marker cw-marker-{n}" d="([^"]+)"', html)[1] for n in range(1, 5)
    ]
    assert len(set(shapes)) == 4
    strokes = [re.search(rf"cw-series-{n}\{{[^}}]*\}}", html)[0] for n in range(1, 5)]
    assert len({re.sub(r"stroke:var[^;}]+|series-.", "", stroke) for stroke in strokes}) == 4


def test_gates_summary_closes_the_arithmetic_by_hand():
    # c₁ = 0,5·(−1) + 0,25·0,8 = −0,3; h₁ = 0,5·tanh(−0,3). c₂ = 0,5·(−0,3) + 0·g = −0,15.
    cell, output = [[-0.3], [-0.15]], [[0.5], [1.0]]
    gates = {"forget": [[0.5], [0.5]], "input": [[0.25], [0.0]], "output": output}
    gates |= {"candidate": [[0.8], [-0.6]], "cell": cell, "hidden": output * np.tanh(cell)}
    widget = widgets.lstm_gates(["um", "dois"], gates, initial_cell=[-1.0])
    assert widget.summary == (
        "Passo 2 de 2, «dois», unidade 1: c₂ = 0,500 × (−0,300) + 0,000 × (−0,600) = −0,150; "
        "h₂ = 1,000 × tanh(−0,150) = −0,149. A porta de esquecimento guarda 50% da memória "
        "anterior."
    )
    html = widget._repr_html_()
    tiles = dict(re.findall(r'data-role="(\w+)"><span class="cw-tile-name">[^<]*</span> '
                            r'<span class="cw-number">([^<]+)<', html))  # fmt: skip
    assert tiles == {
        "before": "−0,300", "forget": "0,500", "kept": "−0,150", "candidate": "−0,600",
        "input": "0,000", "written": "0,000", "cell": "−0,150", "squashed": "−0,149",
        "output": "1,000", "hidden": "−0,149",
    }  # fmt: skip


def test_gates_accept_float32_and_the_real_layer_equations():
    values = {name: value.astype(np.float32) for name, value in gate_values().items()}
    assert widgets.lstm_gates(SENTENCE, values).config["initial"] == [0.0, 0.0, 0.0]


def test_gates_memory_scale_covers_every_unit():
    gates = gate_values(initial=3.0)
    widget = widgets.lstm_gates(SENTENCE, gates, initial_cell=[3.0, 3.0, 3.0])
    assert widget.config["largest"] == round(np.abs(gates["cell"]).max(), 4) > 3


def test_default_title_and_chosen_title():
    assert widgets.unrolled_rnn(["a", "b"], STATES[:3]).title.startswith("A mesma célula")
    assert widgets.unrolled_rnn(["a", "b"], STATES[:3], title="Outro").title == "Outro"


BAD = [
    (lambda: portas(cell=None), r"chaves \['candidate', 'forget'.*aceito exatamente.*nomes"),
    (lambda: portas(cell=np.ones((6, 3))), r"'cell'\] tem forma \(6, 3\).*Escolha um exemplo"),
    (lambda: portas(forget=2 * np.ones((7, 3))), r"'forget'\] vai de 2 a 2; aceito.*sigmoide"),
    (lambda: portas(input=-np.ones((7, 3))), r"'input'\] vai de -1 a -1; aceito.*sigmoide"),
    (lambda: portas(cell=np.ones((7, 3))), r"'cell'\] difere da equação.*0\.0001.*initial_cell"),
    (lambda: portas(hidden=np.ones((7, 3))), r"'hidden'\] difere da equação.*ordem das portas"),
    (
        lambda: widgets.lstm_gates(SENTENCE, gate_values(initial=1.0)),
        r"'cell'\] difere.*passe initial_cell",
    ),
    (
        lambda: widgets.lstm_gates(SENTENCE, gate_values(), initial_cell=[0.0]),
        r"initial_cell tem forma \(1,\); aceito \(3,\).*Omita",
    ),
    (lambda: widgets.lstm_gates(SENTENCE, gate_values(units=13)), r"gates tem 13 unidades; .*12"),
    (lambda: lag(radii=[1.0, 0.5]), r"de 1 a 0\.5; aceito 2 ou mais, positivos e crescentes.*sort"),
    (lambda: lag(radii=[0.0, 0.5]), r"de 0 a 0\.5; aceito.*positivos"),
    (lambda: lag(curves={}), r"0 dinâmicas; aceito de 1 a 4.*Escolha"),
    (lambda: lag(first_lag=-1), r"first_lag = -1 é negativa; aceito 0.*Use 0"),
    (
        lambda: lag(curves={"a": np.ones((3, 9))}),
        r"'a'\] tem forma \(3, 9\); aceito \(2, L\).*transpor",
    ),
    (lambda: lag(curves={"a": -np.ones((2, 9))}), r"'a'\] tem norma negativa.*Passe a norma"),
    (lambda: lag(curves={"a": np.zeros((2, 9))}), r"nula nas duas primeiras.*Passe a norma"),
    (
        lambda: lag(curves={"a": np.ones((2, 9)), "b": np.ones((2, 7))}),
        r"\[9, 7\]; aceito o mesmo número.*Corte",
    ),
    (lambda: widgets.unrolled_rnn(["a"], STATES[:2]), r"tokens tem 1 itens; aceito de 2.*Escolha"),
    (
        lambda: widgets.unrolled_rnn(["a", "b", "c"], STATES[:3]),
        r"states tem 3 linhas para 3 tokens; aceito uma a mais.*h₀.*np\.vstack",
    ),
    (
        lambda: widgets.unrolled_rnn(["a", "b"], np.zeros((3, 13))),
        r"13 unidades; aceito até 12.*corte cada matriz com \[:, :12\]",
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


HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"


def hostile_figures():
    words = [HOSTILE, *SENTENCE[1:]]
    return {
        "unrolled": widgets.unrolled_rnn(words, hidden_states(7, 2), title=HOSTILE),
        "gates": widgets.lstm_gates(words, gate_values(), title=HOSTILE),
        "gradient": widgets.gradient_lag([0.5, 1.0], {HOSTILE: np.ones((2, 9))}, title=HOSTILE),
        "pooling": widgets.pooling_explorer([1, 2], [0, 1], labels=[HOSTILE, "b"], title=HOSTILE),
        "pattern": widgets.pattern_explorer(title=HOSTILE),
    }


@pytest.mark.parametrize("name", ["unrolled", "gates", "gradient", "pooling", "pattern"])
def test_hostile_text_stays_text(name):
    html = hostile_figures()[name]._repr_html_()
    reader = Reader(html)
    assert "img" not in {tag for tag, _ in reader.tags}
    assert html.count("</script>") == 1
    assert HOSTILE in "".join(reader.text)
