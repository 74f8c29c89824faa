"""Entradas recusadas pelas figuras, com o que veio, o que se aceita e como consertar."""

import numpy as np
import pytest

from coursekit import plotting
from coursekit.plotting.decimal_comma import format_decimal, use_decimal_comma

from .cases import AXES

HEAT = {"query_labels": ["a"], "key_labels": ["b", "c"]}

BAD_VALUES = [
    (lambda: plotting.weight_bars([0.5, 0.6], ["a", "b"]), r"soma 1\.1; aceito.*Normalize"),
    (
        lambda: plotting.weight_bars([-0.5, 1.5], ["a", "b"]),
        r"negativo \(-0\.5\).*softmax",
    ),
    (lambda: plotting.weight_bars([np.nan, 1], ["a", "b"]), r"nan na posição \(0,\).*Procure"),
    (lambda: plotting.weight_bars([[1.0]], ["a"]), r"forma \(1, 1\); aceito 1 dim.*reshape"),
    (lambda: plotting.weight_bars([], []), r"forma \(0,\); aceito.*sem eixo vazio"),
    (lambda: plotting.weight_bars([1.0], ["a", "b"]), r"2 rótulos para 1 itens.*Confira"),
    (
        lambda: plotting.weight_bars([1.0], ["a"], reference=1.5),
        r"reference = 1\.5.*\[0, 1\].*1 / len",
    ),
    (lambda: plotting.attention_heatmap([[0.9, 0.2]], **HEAT), r"linha que soma 1\.1.*Normalize"),
    (lambda: plotting.attention_heatmap([[0.5, 0.5]] * 2, **HEAT), r"query_labels tem 1.*2 itens"),
    (lambda: plotting.attention_heatmap([[1.0]], **HEAT), r"key_labels tem 2.*1 itens"),
    (lambda: plotting.training_curves({}), r"history tem 0 medidas.*1 a 5"),
    (lambda: plotting.training_curves({"a": [1.0]}), r"tamanhos \[1\].*2 épocas"),
    (lambda: plotting.training_curves({"a": [1, 2], "b": [1, 2, 3]}), r"tamanhos \[2, 3\]"),
    (
        lambda: plotting.training_curves({"a": [1.0, 0.0]}, log_y=True),
        r"logarítmica recebeu 0; aceita só.*escala linear",
    ),
    (lambda: plotting.curve([2, 1], {"a": [1, 2]}, **AXES), r"não cresce.*Ordene"),
    (lambda: plotting.curve([1, 2], {}, **AXES), r"series tem 0 curvas.*1 a 5.*Divida"),
    (lambda: plotting.curve([1, 2], {"a": [1]}, **AXES), r"tamanhos \{'a': 1\} para 2.*Confira"),
    (
        lambda: plotting.curve([0, 1], {"a": [1, 2]}, log_x=True, **AXES),
        r"logarítmica recebeu 0;.*tire o zero",
    ),
    (lambda: plotting.points_by_seed({}, ylabel="s"), r"groups está vazio.*Passe"),
    (lambda: plotting.points_by_seed({"a": []}, ylabel="s"), r"groups\['a'\] tem forma \(0,\)"),
    (
        lambda: plotting.sequence_diagram(["a", "b"], [0.5, 0.5], query=2),
        r"query = 2 para 2 palavras.*0 a 1.*Conte a partir de 0",
    ),
    (lambda: plotting.sequence_diagram(["a"], [1.0], query=0), r"aceito 2 palavras ou mais"),
    (
        lambda: plotting.kernel_scatter([1, 2], [1], [1.0], query=0),
        r"têm 2, 1 e 1 itens.*uma consulta só",
    ),
    (lambda: plotting.image_map(np.zeros((2, 2, 4))), r"forma \(2, 2, 4\).*\(H, W, 3\).*Escolha"),
    (lambda: plotting.image_map([[np.inf]]), r"valor não finito.*Escolha"),
    (lambda: plotting.image_map(np.full((1, 1, 3), 2.0)), r"de 2 a 2; aceito \[0, 1\].*Divida"),
    (lambda: plotting.image_map([[1.0]], mark=(0, 1)), r"mark = \(0, 1\).*1 por 1.*ordem"),
    (lambda: format_decimal(np.nan), r"value = nan não é finito.*Procure"),
    (lambda: format_decimal(1.0, 13), r"decimals = 13.*0 a 12.*Use"),
    (lambda: use_decimal_comma(None, "z"), r"axis = 'z' não existe.*Escolha"),
]


@pytest.mark.parametrize("index", range(len(BAD_VALUES)))
def test_bad_value_says_what_came_and_how_to_mend_it(index):
    build, message = BAD_VALUES[index]
    with pytest.raises(ValueError, match=message):
        build()


BAD_TYPES = [
    (
        lambda: plotting.weight_bars("ab", ["a", "b"]),
        r"weights não é numérico.*Converta",
    ),
    (lambda: plotting.weight_bars([0.5, 0.5], "ab"), r"lista de textos; recebi 'ab'.*Separe"),
    (lambda: plotting.weight_bars([1.0], [3]), r"lista de textos; recebi \[3\]"),
    (lambda: plotting.weight_bars([1.0], ["a"], ax="eixo"), r"ax é str; aceito eixos.*subplots"),
    (lambda: plotting.image_map("foto"), r"image não é numérica \(recebi str\).*Converta"),
]


@pytest.mark.parametrize("index", range(len(BAD_TYPES)))
def test_bad_type_says_what_came_and_how_to_mend_it(index):
    build, message = BAD_TYPES[index]
    with pytest.raises(TypeError, match=message):
        build()


def test_rows_that_see_nothing_are_welcome():
    text = plotting.describe_attention_heatmap([[0.0, 0.0]], ["a"], ["b", "c"])
    assert text.endswith("1 consulta sem nenhuma chave visível: linha toda zero.")


def test_float32_weights_are_welcome():
    weights = np.full((1, 3), 1 / 3, dtype=np.float32)
    assert "olha por igual" in plotting.describe_attention_heatmap(weights, ["q"], list("abc"))
