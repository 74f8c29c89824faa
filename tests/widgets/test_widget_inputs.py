"""Entradas recusadas, com o que veio, o que se aceita e como consertar."""

import numpy as np
import pytest

from coursekit import widgets

KEYS = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
ABC = ["a", "b", "c"]


def lookup(**changes):
    arguments = {"keys": KEYS, "values": [1, 2, 3], "labels": ABC, "query": [1, 0]}
    return widgets.query_key_value(**{**arguments, **changes})


BAD = [
    (lambda: widgets.softmax_temperature([1.0], ["a"]), r"1 valor; aceito 2.*Acrescente"),
    (lambda: widgets.softmax_temperature([1, 2], ["a"]), r"1 rótulos para 2 itens.*Confira"),
    (
        lambda: widgets.softmax_temperature([1, 2], ["a", "b"], temperature=0.05),
        r"temperature = 0\.05.*\[0\.1, 10\].*Comece",
    ),
    (
        lambda: widgets.softmax_temperature([1, np.inf], ["a", "b"]),
        r"scores tem inf na posição \(1,\).*finitos.*Procure",
    ),
    (lambda: lookup(keys=[[1.0], [2.0], [3.0]]), r"keys tem forma \(3, 1\).*\(Tk, 2\).*escolha"),
    (lambda: lookup(query=[1, 0, 0]), r"query \(3,\).*\(2,\).*escolha"),
    (lambda: lookup(values=[1, 2]), r"values tem forma \(2, 1\) para 3 chaves.*Confira"),
    (lambda: lookup(values=np.ones((3, 5))), r"values tem forma \(3, 5\).*1 ou 2.*Confira"),
    (lambda: lookup(temperature=11), r"temperature = 11.*alcance.*Comece"),
    (lambda: widgets.weighting_threshold([3, 3]), r"não varia; aceito 2 ou mais.*diferença"),
    (lambda: widgets.weighting_threshold([1, 2], 7), r"threshold = 7.*\[0\.5, 2\.5\].*Escolha"),
    (lambda: widgets.weighting_threshold([1, 2], high=0), r"high = 0 não é positivo.*máscara"),
    (lambda: widgets.attention_budget(validity=0.4), r"validity = 0\.4.*\[0\.5, 0\.99\].*outro"),
    (lambda: widgets.attention_budget(num_samples=0), r"num_samples = 0 não é positivo.*40"),
    (lambda: widgets.attention_budget(sensitivity=np.nan), r"sensitivity = nan não é positivo"),
    (lambda: widgets.kernel_bandwidth([1, 2], [1, 2]), r"\[2\] pontos; aceito.*3 ou.*Confira"),
    (lambda: widgets.kernel_bandwidth([1, 2, 3], [1, 2]), r"\[2, 3\] pontos.*Confira"),
    (
        lambda: widgets.kernel_bandwidth([1, 2, 3], [1, 2, 3], bandwidth=0.01),
        r"bandwidth = 0\.01.*\[0\.05, 10\].*Reescale",
    ),
    (
        lambda: widgets.kernel_bandwidth([1, 2, 3], [1, 2, 3], query=9),
        r"query = 9 está fora de \[0\.92, 3\.08\].*Escolha",
    ),
    (lambda: widgets.scaled_scores(num_keys=1), r"num_keys = 1.*2 a 32.*valores da casa"),
    (lambda: widgets.scaled_scores(dim=3), r"dim = 3.*potências de 2.*Escolha"),
    (
        lambda: widgets.slider_figure("k", [2, 1], [[1], [2]], ["a"], title="t"),
        r"positions tem 2 valores.*crescentes.*Ordene",
    ),
    (
        lambda: widgets.slider_figure("k", [1, 2], [[1], [-2]], ["a"], title="t"),
        r"bars tem valor negativo \(-2\).*≥ 0.*Mostre",
    ),
    (
        lambda: widgets.slider_figure("k", [1, 2], [[1], [2]], ["a"], title="t", start=2),
        r"start = 2 está fora de 0 a 1.*Use 0",
    ),
    (lambda: widgets.quiz([]), r"questions está vazia.*Acrescente"),
    (lambda: widgets.Option(" ", True, "x"), r"text está em branco.*Diga por que"),
    (lambda: widgets.Option("x", True, ""), r"explanation está em branco.*Diga por que"),
    (
        lambda: widgets.Question("?", [widgets.Option("a", True, "x")]),
        r"1 opções e 1 certas.*Confira",
    ),
    (
        lambda: widgets.Question("?", [widgets.Option(c, True, "x") for c in "ab"]),
        r"2 opções e 2 certas; aceito.*exatamente uma",
    ),
    (
        lambda: widgets.Question(
            "?", [widgets.Option("a", True, "x"), widgets.Option("a", False, "y")]
        ),
        r"opções de texto igual.*Reescreva",
    ),
    (
        lambda: widgets.Question(" ", [widgets.Option("a", True, "x")]),
        r"text está em branco; aceito um enunciado",
    ),
]


@pytest.mark.parametrize("index", range(len(BAD)))
def test_bad_value_says_what_came_and_how_to_mend_it(index):
    build, message = BAD[index]
    with pytest.raises(ValueError, match=message):
        build()


def test_answer_key_must_be_boolean():
    with pytest.raises(TypeError, match=r"correct = 1 é int; aceito bool.*comparação"):
        widgets.Option("a", 1, "x")


def test_answer_key_may_come_from_numpy():
    option = widgets.Option("a", np.float64(2) > 1, "x")
    assert widgets.Question("?", [option, widgets.Option("b", False, "y")]).answer == 0


def test_labels_given_as_one_string_are_refused():
    with pytest.raises(TypeError, match=r"lista de textos; recebi 'ab'.*split"):
        widgets.softmax_temperature([1, 2], "ab")


def test_arguments_are_not_changed():
    scores = np.array([2.0, 1.0])
    before = scores.copy()
    widgets.softmax_temperature(scores, ["a", "b"])
    keys = np.array(KEYS)
    widgets.query_key_value(keys, keys, ABC, keys[0])
    assert (scores == before).all()
    assert (keys == np.array(KEYS)).all()
