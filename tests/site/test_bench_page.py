"""A página do desempenho: tabelas, frases e gráfico saem do registro, e só dele."""

import itertools
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from benchmark.test_gpu_record import record as gpu_record_of_test
from course_site import bench_chart, bench_page, bench_records, bench_words

from coursekit.benchmark import environment
from coursekit.benchmark.spread import Spread

ROOT = Path(__file__).resolve().parents[2]
LENGTHS = (1000, 2000, 4000, 8000)


def spread(median: float, half: float = 0.05) -> dict[str, float]:
    return {"median": median, "lower": median - half, "upper": median + half, "count": 9}


def row(n: int, *, causal: bool = False, mode: str = "ida") -> dict[str, Any]:
    """«denso» cresce com o quadrado de n; «meu» e «par», em linha reta."""
    seconds = {"meu": 1e-6 * n, "par": 3e-6 * n, "denso": 1e-9 * n * n, "a<b": 5e-6 * n}
    ratios = {name: spread(value / seconds["meu"]) for name, value in seconds.items()}
    ratios.pop("meu")
    memory = {"meu": n / 100, "denso": 2.0 * n}
    return {
        "n": n, "causal": causal, "mode": mode, "ratios": ratios, "seconds": seconds,
        "memory_mib": memory,
    }  # fmt: skip


def data(**changes: Any) -> dict[str, Any]:
    rows = [row(n, causal=causal) for causal in (False, True) for n in LENGTHS]
    return {
        "baseline": "meu", "rows": rows, "environment": environment().to_dict(),
        "date": "2026-11-05", "threads": 1, "absent": {"natten": "não instala <aqui>"}, **changes,
    }  # fmt: skip


@pytest.fixture
def record() -> bench_records.Record:
    return bench_records.read_record("attention", data())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


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


def test_table_has_scopes_caption_and_dispersion(record: bench_records.Record) -> None:
    tree = ET.fromstring(bench_page.ratio_table(record, "ida"))
    assert tree.get("class") == "table-frame"
    caption = "".join(tree.find(".//caption").itertext())  # type: ignore[union-attr]
    assert caption == "Ida: tempo dividido pelo de meu, mediana [quartis] de 9 rodadas"
    heads = ["".join(th.itertext()) for th in tree.findall(".//thead//th[@scope='col']")]
    assert heads == ["Caso", "par", "denso", "a<b"]
    rows = tree.findall(".//tbody/tr")
    assert [r.find("th[@scope='row']").text for r in rows[:2]] == [  # type: ignore[union-attr]
        "n = 1.000, bidirecional",
        "n = 2.000, bidirecional",
    ]
    assert ["".join(td.itertext()) for td in rows[0].findall("td")] == [
        "3,00 [2,95; 3,05]", "1,00 [0,95; 1,05]", "5,00 [4,95; 5,05]",
    ]  # fmt: skip


def test_candidate_missing_in_a_row_is_said() -> None:
    changed = data()
    del changed["rows"][1]["ratios"]["denso"]
    record = bench_records.read_record("x", changed)
    cells = ET.fromstring(bench_page.ratio_table(record, "ida")).findall(".//tbody/tr")[1]
    assert "não medido" in "".join(cells.itertext())


def test_memory_and_exponents_have_their_tables(record: bench_records.Record) -> None:
    memory = text_of(bench_page.memory_table(record, "ida"))
    assert "pico de memória acima da entrada" in memory
    assert "10 MiB" in memory
    assert "16.000 MiB" in memory
    table = text_of(bench_page.exponent_table(record))
    assert "tempo, ida, causal" in table
    assert "2,00 [2,00; 2,00]" in table
    assert bench_page.memory_table(bench_records.read_record("r", minimal()), "ida") == ""


def minimal(**ratios: float) -> dict[str, Any]:
    entries = {name: spread(value) for name, value in (ratios or {"a": 0.5}).items()}
    rows = [{"kind": "lstm", "size": [2, 3, 5], "mode": "ida", "ratios": entries}]
    return {"baseline": "b", "rows": rows, "environment": environment().to_dict()}


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
    assert bench_page.limit_table(record) == ""
    assert bench_words.limit_sentence(record) == []
    changed = data(limit="núcleo<c>")
    for entry, median in zip(changed["rows"], itertools.cycle([0.5, 0.4]), strict=False):
        entry["ratios"]["núcleo<c>"] = spread(median, 0.1)
    del changed["rows"][2]["ratios"]["núcleo<c>"]
    with_limit = bench_records.read_record("x", changed)
    tree = ET.fromstring(bench_page.limit_table(with_limit))
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
    assert "só a&lt;s&gt; contas" in bench_page.ratio_table(floored, "ida")
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
    assert "n = 8.192, bfloat16" in text_of(html)
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


def test_chart_places_each_point_on_logarithmic_scales(record: bench_records.Record) -> None:
    curves = bench_chart.curves_of(record, "ida", "bidirecional")
    assert set(curves) == {"meu", "par", "denso", "a<b"}
    assert curves["denso"] == {float(n): pytest.approx(1e-9 * n * n) for n in LENGTHS}
    root = ET.fromstring(bench_chart.chart_svg("Tempo", curves, "g1"))
    assert root.get("role") == "img"
    assert root.find("title").text == "Tempo"  # type: ignore[union-attr]
    assert "denso, de 1 ms em n = 1.000 a 64 ms em n = 8.000" in (root.findtext("desc") or "")
    groups = [g for g in root.findall("g") if "serie" in g.get("class", "")]
    slopes = []
    for group in groups:
        points = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in group.findall("circle")]
        steps = {round(b[0] - a[0]) for a, b in itertools.pairwise(points)}
        assert max(steps) - min(steps) <= 1, "n dobra a cada ponto: passos iguais"
        slopes.append((points[0][1] - points[-1][1]) / (points[-1][0] - points[0][0]))
    assert slopes[2] == pytest.approx(2 * slopes[0], rel=0.01)
    assert slopes[1] == pytest.approx(slopes[0], rel=0.01)


def test_chart_needs_sizes_and_never_mixes_settings() -> None:
    few = bench_records.read_record("r", minimal())
    assert bench_chart.settings(few, "ida") == []
    assert bench_page.charts(few) == ""
    changed = data()
    for entry in changed["rows"][4:]:
        entry["seconds"] = {"meu": 100.0}
    record = bench_records.read_record("x", changed)
    assert bench_chart.settings(record, "ida") == ["bidirecional", "causal"]
    assert max(bench_chart.curves_of(record, "ida", "bidirecional")["meu"].values()) < 1
    assert set(bench_chart.curves_of(record, "ida", "causal")) == {"meu"}
    html = bench_page.charts(record)
    assert re.findall("<figcaption>(.*?):", html) == ["Ida, bidirecional", "Ida, causal"]


def test_chart_names_do_not_overlap() -> None:
    curves = {f"c{i}": {1.0: 1.0, 2.0: 2.0, 4.0: 4.0 + i / 100} for i in range(7)}
    root = ET.fromstring(bench_chart.chart_svg("T", curves, "g"))
    heights = sorted(
        float(text.get("y", 0)) for text in root.findall("text") if (text.text or "")[0] == "c"
    )
    assert len(heights) == 7
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 16.9
