"""As tabelas do desempenho: o que são as linhas e as colunas, e a ordem delas."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from bench_samples import (
    LENGTHS,
    caption_of,
    cells_of,
    data,
    heads_of,
    minimal,
    names_of,
    patterns,
    row,
    spread,
)
from course_site import bench_records, bench_tables, bench_words


@pytest.fixture
def record() -> bench_records.Record:
    return bench_records.read_record("attention", data())


def test_table_has_scopes_caption_and_dispersion(record: bench_records.Record) -> None:
    tree = ET.fromstring(bench_tables.by_length(record, "ida", "bidirecional"))
    assert tree.get("class") == "table-frame"
    assert tree.find("table").get("class") == "docutils plain bench-table"  # type: ignore[union-attr]
    assert caption_of(tree) == (
        "Ida, bidirecional: tempo dividido pelo de meu, mediana [quartis] de 9 rodadas"
    )
    assert heads_of(tree) == [
        "Candidato", "n = 1.000", "n = 2.000", "n = 4.000", "n = 8.000",
    ]  # fmt: skip
    # Do mais rápido ao mais lento: as medianas são 1, 3 (nos quatro), 3 (de 1 a 8) e 5.
    assert names_of(tree) == ["meu, a referência", "par", "denso", "a<b"]
    cells = dict(zip(names_of(tree), cells_of(tree), strict=True))
    assert cells["meu, a referência"] == ["1"] * 4
    assert cells["a<b"] == ["5,00 [4,95; 5,05]"] * 4
    assert cells["denso"][::3] == ["1,00 [0,95; 1,05]", "8,00 [7,95; 8,05]"]


def test_each_mode_and_setting_has_its_own_table(record: bench_records.Record) -> None:
    tables = bench_tables.ratio_tables(record)
    assert list(tables) == [("ida", "bidirecional"), ("ida", "causal")]
    changed = data()
    for entry in changed["rows"][4:]:
        entry["ratios"]["par"] = spread(77.0)
    causal = bench_tables.ratio_tables(bench_records.read_record("x", changed))["ida", "causal"]
    assert names_of(ET.fromstring(causal)) == ["meu, a referência", "denso", "a<b", "par"]
    assert causal.count("<td>77,0 ") == 4


def test_columns_of_n_are_in_order_even_if_the_rows_are_not() -> None:
    changed = data()
    changed["rows"].reverse()
    record = bench_records.read_record("x", changed)
    tree = ET.fromstring(bench_tables.by_length(record, "ida", "causal"))
    assert heads_of(tree)[1::3] == ["n = 1.000", "n = 8.000"]


def test_candidate_missing_in_a_row_is_said() -> None:
    changed = data()
    del changed["rows"][1]["ratios"]["denso"]
    record = bench_records.read_record("x", changed)
    tree = ET.fromstring(bench_tables.by_length(record, "ida", "bidirecional"))
    cells = dict(zip(names_of(tree), cells_of(tree), strict=True))
    assert cells["denso"][1] == "não medido"
    assert "não medido" not in cells["par"]


def test_code_breaks_after_the_underscore_in_a_narrow_column() -> None:
    assert bench_tables.breakable("duas_partes") == "<code>duas_<wbr/>partes</code>"
    changed = json.loads(json.dumps(data()).replace('"par"', '"a_b"'))
    html = bench_tables.by_length(bench_records.read_record("x", changed), "ida", "causal")
    assert "<code>a_<wbr/>b</code>" in html


def tables_of(record: bench_records.Record) -> str:
    return bench_tables.memory_tables(record)


def test_memory_by_n_has_one_column_per_n(record: bench_records.Record) -> None:
    first, *others = re.findall('<div class="table-frame">.*?</div>', tables_of(record), re.DOTALL)
    tree = ET.fromstring(first)
    assert caption_of(tree) == "Pico de memória acima da entrada, por n, bidirecional"
    assert heads_of(tree)[1::3] == ["n = 1.000", "n = 8.000"]
    assert names_of(tree) == ["meu, ida", "denso, ida"]
    assert cells_of(tree)[1] == ["2.000 MiB", "4.000 MiB", "8.000 MiB", "16.000 MiB"]
    assert len(others) == 1, "todos já aparecem por n: não se repete a tabela de um tamanho"
    assert bench_tables.memory_tables(bench_records.read_record("r", minimal())) == ""


def test_memory_shows_only_what_was_measured() -> None:
    both = [row(n, mode=mode) for n in LENGTHS for mode in ("ida", "ida e volta")]
    for entry in both:
        entry["memory_mib"] = {"meu": entry["n"] / 100}
    both[4]["memory_mib"] |= {"par": 7.5, "denso": 900.0}
    both[5]["memory_mib"] |= {"denso": 11.0, "a<b": 500.0}
    record = bench_records.read_record("x", data(rows=both))
    size, growth = map(
        ET.fromstring,
        re.findall('<div class="table-frame">.*?</div>', tables_of(record), re.DOTALL),
    )
    assert caption_of(size) == "Pico de memória acima da entrada, n = 4.000, bidirecional"
    assert heads_of(size) == ["Candidato", "Ida", "Ida e volta"]
    assert dict(zip(names_of(size), cells_of(size), strict=True)) == {
        "par": ["7,5 MiB", "não medido"],
        "meu": ["40 MiB", "40 MiB"],
        "a<b": ["não medido", "500 MiB"],
        "denso": ["900 MiB", "11 MiB"],
    }
    assert names_of(size) == ["par", "meu", "a<b", "denso"], "da menor à maior"
    assert names_of(growth) == ["meu, ida", "meu, ida e volta"]
    assert "não medido" not in "".join(growth.itertext())


def test_exponents_are_split_by_cost_only_when_there_are_many_columns(
    record: bench_records.Record,
) -> None:
    (html,) = re.findall("<table.*?</table>", bench_tables.exponent_tables(record), re.DOTALL)
    tree = ET.fromstring(html)
    assert heads_of(tree)[1:3] == ["Tempo, ida, bidirecional", "Tempo, ida, causal"]
    assert "2,00 [2,00; 2,00]" in cells_of(tree)[-1]
    both = [
        row(n, mode=mode, causal=causal)
        for n in LENGTHS for mode in ("ida", "ida e volta") for causal in (False, True)
    ]  # fmt: skip
    many = bench_tables.exponent_tables(bench_records.read_record("x", data(rows=both)))
    trees = [ET.fromstring(html) for html in re.findall("<table.*?</table>", many, re.DOTALL)]
    assert ["tempo" in caption_of(t) for t in trees] == [True, False]
    assert [len(heads_of(t)) for t in trees] == [5, 5]
    assert heads_of(trees[1])[1] == "Ida, bidirecional"
    assert bench_tables.exponent_tables(bench_records.read_record("r", minimal())) == ""


def test_patterns_are_rows_and_modes_and_threads_are_columns() -> None:
    record = bench_records.read_record("padroes", patterns())
    (html,) = bench_tables.ratio_tables(record).values()
    tree = ET.fromstring(html)
    assert caption_of(tree) == (
        "bloco_esparso: tempo dividido pelo de janela, por par, mediana [quartis] de 9 rodadas "
        "(n = 8.192)"
    )
    assert heads_of(tree) == [
        "Caso", "Ida, 1 linha de execução", "Ida e volta, 1 linha de execução",
        "Ida, 2 linhas de execução", "Ida e volta, 2 linhas de execução",
    ]  # fmt: skip
    assert names_of(tree) == ["passo", "janela", "grafo"]
    assert [cell.split()[0] for cell in cells_of(tree)[2]] == ["8,00", "18,0", "9,00", "19,0"]
    alone = bench_records.read_record("padroes", patterns(threads=(1,)))
    (html,) = bench_tables.ratio_tables(alone).values()
    tree = ET.fromstring(html)
    assert heads_of(tree) == ["Caso", "Ida", "Ida e volta"]
    assert caption_of(tree).endswith("(n = 8.192, 1 linha de execução)")


def test_patterns_are_written_as_words_and_candidates_as_code() -> None:
    record = bench_records.read_record("padroes", patterns())
    table = bench_tables.exponent_tables(record)
    assert '<th scope="row">janela</th>' in table
    assert "<code>" not in table
    (sentence,) = [s for s in bench_words.readings(record) if "Memória" in s]
    assert "<code>" not in sentence
    assert "é janela, com" in sentence
    other = bench_records.read_record("x", data())
    assert "<code>meu</code>" in bench_tables.exponent_tables(other)


def test_cases_are_rows_and_candidates_keep_their_columns() -> None:
    slow = {name: spread(value) for name, value in {"a": 9.0, "c": 2.0, "d": 3.0}.items()}
    fast = {name: spread(value) for name, value in {"a": 2.0, "c": 3.0, "d": 1.0}.items()}
    shapes = {"kind": "lstm", "size": [2, 3, 5]}
    rows = [{**shapes, "mode": "ida", "ratios": slow}, {**shapes, "mode": "volta", "ratios": fast}]
    record = bench_records.read_record("r", {**minimal(), "rows": rows})
    trees = [ET.fromstring(html) for html in bench_tables.ratio_tables(record).values()]
    assert [heads_of(tree) for tree in trees] == [["Caso", "d", "c", "a"]] * 2
    assert names_of(trees[0]) == ["LSTM · lote 2, 3 passos, 5 unidades"]
