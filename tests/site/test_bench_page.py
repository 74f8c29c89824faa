"""A página do desempenho: tabelas, frases e gráfico saem do registro, e só dele."""

import itertools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from bench_samples import data, minimal, patterns, spread, text_of
from benchmark.test_gpu_record import record as gpu_record_of_test
from course_site import bench_page, bench_records, bench_tables, bench_words

from coursekit.benchmark import environment
from coursekit.benchmark.spread import Spread

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def record() -> bench_records.Record:
    return bench_records.read_record("attention", data())


def test_missing_folder_means_not_measured_yet(tmp_path: Path) -> None:
    assert bench_records.load_records(tmp_path / "gpu") == []
    assert all("Ainda não medido" in text for text in bench_page.UNMEASURED.values())


def test_missing_field_names_file_and_field(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"rows": []}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.json não tem o campo 'baseline'.*make bench"):
        bench_records.load_records(tmp_path)


def test_stored_records_are_read_and_shown() -> None:
    folder = ROOT / bench_records.CPU
    records = bench_records.load_records(folder)
    assert "recurrent" in {record.name for record in records}
    for record in records:
        stored = json.loads((folder / f"{record.name}.json").read_text(encoding="utf-8"))
        html = bench_page.record_html(record)
        ET.fromstring(f"<div>{html}</div>")
        for entry in stored["rows"]:
            for name, ratio in entry["ratios"].items():
                if name != record.baseline:
                    assert f">{bench_words.ratio_text(ratio['median'])} <" in html


def test_patterns_have_one_sentence_per_mode_and_no_chart() -> None:
    record = bench_records.read_record("padroes", patterns())
    ida, volta, memory = map(text_of, bench_words.readings(record))
    assert ida == (
        " Ida : bloco_esparso , contra janela, por par, em 3 casos: o de menor razão, passo, leva "
        "de 1,50 a 2,50 vezes o tempo, e o de maior, grafo, de 8,00 a 9,00 vezes."
    ).replace("bloco_esparso ,", " bloco_esparso ,").replace("  ", " ")
    assert volta.startswith(" Ida e volta ")
    assert "Memória por n" in memory
    html = bench_page.record_html(record)
    ET.fromstring(f"<div>{html}</div>")
    assert "<figure" not in html
    assert "não medido" not in html


def test_exponents_are_fitted_only_within_one_setting(record: bench_records.Record) -> None:
    fits = {(f.name, f.mode, f.quantity): f.exponent for f in record.exponents}
    assert fits["denso", "ida, causal", "tempo"] == pytest.approx(2.0)
    assert fits["meu", "ida, bidirecional", "memória"] == pytest.approx(1.0)
    assert bench_records.read_record("r", minimal()).exponents == ()
    given = [{"name": "k", "exponent": 1.5, "low": 1.4, "high": 1.6}]
    stored = bench_records.read_record("x", data(exponents=given)).exponents
    assert [(fit.name, fit.quantity, fit.exponent) for fit in stored] == [("k", "tempo", 1.5)]
    assert bench_words.exponent_sentences(stored) == [
        "<b>Tempo por n</b>: <code>k</code> cresce com expoente 1,50."
    ]


def test_sentences_come_from_the_numbers(record: bench_records.Record) -> None:
    few = bench_words.readings(bench_records.read_record("r", minimal(a=0.5, c=2.5)))
    assert len(few) == 1
    assert few[0] == (
        "<b>LSTM, ida</b>: <code>a</code> leva 0,50 vez o tempo de <code>b</code> (mais rápido em "
        "1 caso); <code>c</code> leva 2,50 vezes o tempo de <code>b</code> (mais lento em 1 caso)."
    )
    sentences = [text_of(sentence) for sentence in bench_words.readings(record)]
    assert "expoente 2,00, perto de quadrático" in sentences[-2]
    assert sentences[-1].strip().startswith("Memória por n")


def test_many_candidates_are_summed_up() -> None:
    record = bench_records.read_record("r", minimal(a=3.0, c=2.5, d=0.5, e=9.0))
    (sentence,) = [text_of(s).replace(" ,", ",") for s in bench_words.readings(record)]
    assert "3 de 4 candidatos são mais lentos que b em todos os casos" in sentence
    assert "mais próximo da frente, d, leva 0,50 vez" in sentence
    assert "mais lento, e, 9,00 vezes" in sentence


def test_distance_to_the_limit_is_told_and_tabled(record: bench_records.Record) -> None:
    assert bench_tables.limit_table(record) == ""
    assert bench_words.limit_sentence(record) == []
    changed = data(limit="núcleo<c>")
    for entry, median in zip(changed["rows"], itertools.cycle([0.5, 0.4]), strict=False):
        entry["ratios"]["núcleo<c>"] = spread(median, 0.1)
    del changed["rows"][2]["ratios"]["núcleo<c>"]
    with_limit = bench_records.read_record("x", changed)
    tree = ET.fromstring(bench_tables.limit_table(with_limit))
    heads = ["".join(th.itertext()) for th in tree.findall(".//thead//th[@scope='col']")]
    assert heads == ["Caso", "Ida"]
    caption = "".join(tree.find(".//caption").itertext())  # type: ignore[union-attr]
    assert caption.startswith("Distância do limite: tempo de meu dividido pelo de núcleo<c>")
    cells = ["".join(td.itertext()) for td in tree.findall(".//tbody/tr/td")]
    assert cells[:2] == ["2,00 [1,67; 2,50]", "2,50 [2,00; 3,33]"]
    assert len(cells) == len(changed["rows"]) - 1
    sentences = [text_of(sentence) for sentence in bench_words.readings(with_limit)]
    (told,) = [sentence for sentence in sentences if "limite" in sentence]
    assert "meu leva de 2,00 a 2,50 vezes o tempo do núcleo&lt;c&gt; (ida)." in told
    # O limite não é um concorrente: as frases dos outros não o contam.
    assert [s for s in sentences if s != told] == [
        text_of(sentence) for sentence in bench_words.readings(record)
    ]
    assert "núcleo&lt;c&gt;" in bench_page.record_html(with_limit)


def test_the_floor_is_told_apart_and_is_nobodys_rival(record: bench_records.Record) -> None:
    changed = data(limit="núcleo", floor="só a<s> contas")
    for entry in changed["rows"]:
        entry["ratios"] |= {"núcleo": spread(0.5), "só a<s> contas": spread(0.4)}
    changed["rows"][1]["ratios"]["só a<s> contas"] = spread(0.3)
    floored = bench_records.read_record("x", changed)
    first, *others = [text_of(sentence) for sentence in bench_words.readings(floored)]
    before = text_of(bench_words.readings(record)[0])
    clause = "; o piso, só a&lt;s&gt; contas, leva de 0,30 a 0,40 vez esse tempo."
    assert first == before.removesuffix(".") + clause
    (limit,) = [sentence for sentence in others if "Distância" in sentence]
    assert limit.endswith(
        "O piso, só a&lt;s&gt; contas, já levaria, do tempo do núcleo, de 60% a 80% (ida)."
    )
    assert "só a&lt;s&gt; contas" in bench_tables.by_length(floored, "ida", "causal")
    without_limit = bench_records.read_record("x", {**changed, "limit": ""})
    assert bench_words.limit_sentence(without_limit) == []


def test_outcome_counts_ties_by_the_quartiles() -> None:
    ratios = [Spread(0.9, 0.8, 0.95, 9), Spread(0.97, 0.9, 1.2, 9), Spread(2, 1.9, 2.1, 9)]
    assert bench_words.outcome(ratios) == (
        "mais rápido em 1 caso, empatado em 1 caso e mais lento em 1 caso"
    )
    assert bench_words.reach(ratios) == "de 0,90 a 2,00 vezes"
    assert bench_words.outcome([Spread(1, 1, 1, 9)] * 2) == "empatado em todos os 2 casos"


def test_provenance_says_when_where_and_with_what(record: bench_records.Record) -> None:
    said = bench_words.provenance(record)
    assert said.startswith("Medido em 05/11/2026: ")
    assert "1 linha de execução" in said
    assert f"PyTorch {record.environment['versions']['torch']}" in said
    undated = bench_records.read_record("r", minimal())
    assert bench_words.provenance(undated).startswith("Medido em data não registrada: ")
    device = {**environment().to_dict(), "gpu": "Placa X"}
    on_device = bench_records.read_record("g", data(environment=device))
    assert ": Placa X, " in bench_words.provenance(on_device)


def test_what_make_gpu_writes_is_shown_with_its_card(tmp_path: Path) -> None:
    made = gpu_record_of_test()
    made.write(tmp_path / "attention.json")
    (on_card,) = bench_records.load_records(tmp_path)
    html = bench_page.record_html(on_card)
    ET.fromstring(f"<div>{html}</div>")
    assert "Ida, bfloat16: tempo dividido" in text_of(html)
    assert "Ida e volta, float32: tempo dividido" in text_of(html)
    assert "16 MiB" in text_of(html)
    said = bench_words.provenance(on_card)
    assert said.startswith(
        "Registro de 05/11/2026: Placa X (capacidade 8.9), driver 550.1, CUDA 12.4, Triton 3.1.0, "
        "84 provas de igualdade na placa, "
    )
    assert on_card.absent == {"outra": "não compilou"}
    assert "make gpu" in bench_page.UNMEASURED[bench_records.GPU]


def test_every_text_of_the_record_is_escaped(record: bench_records.Record) -> None:
    html = bench_page.record_html(record)
    assert "<aqui>" not in html
    assert "não instala &lt;aqui&gt;" in html
    assert "a&lt;b" in html
    assert "a<b" not in html
