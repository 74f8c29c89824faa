"""Registro de GPU: gravar, ler, recusar o que não serve, e dizer se é registro ou de agora."""

import copy
import json
import platform
from datetime import date
from types import SimpleNamespace

import pytest
import torch
from test_project_files import ROOT

from coursekit.benchmark import (
    GpuRecord,
    TimingOptions,
    Unmeasured,
    compare,
    environment,
    gpu_device,
    gpu_record,
    gpu_row,
    recorded_gpu,
)
from coursekit.benchmark import gpu_device as gpu_device_function

DEVICE = {
    "name": "Placa X", "capability": "8.9", "memory_mib": 24000, "driver": "550.1", "cuda": "12.4",
    "triton": "3.1.0",
}  # fmt: skip


def spread(median):
    return {"median": median, "lower": 0.9 * median, "upper": 1.1 * median, "count": 5}


def row(n=8192, dtype="bfloat16", mode="ida", dense=7.5):
    return {
        "n": n, "dtype": dtype, "mode": mode,
        "ratios": {"nossa": spread(1.0), "densa": spread(dense)},
        "seconds": {"nossa": spread(1e-3), "densa": spread(dense * 1e-3)},
        "memory_mib": {"nossa": 16.0},
    }  # fmt: skip


def record(**changes):
    known = {
        "title": "janela", "baseline": "nossa", "date": "2026-11-05", "device": DEVICE,
        "environment": {**environment().to_dict(), "gpu": "Placa X"},
        "rows": [row(), row(n=16384, dense=15.5), row(dtype="float32", mode="ida e volta")],
        "checks": 84, "absent": {"outra": "não compilou"},
    }  # fmt: skip
    return GpuRecord(**{**known, **changes})


@pytest.fixture
def card(monkeypatch):
    traits = SimpleNamespace(name="Placa X", major=8, minor=9, total_memory=24000 * 2**20 + 7)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Placa X")
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: traits)
    monkeypatch.setattr(torch.version, "cuda", "12.4")
    module = gpu_device_function.__globals__
    monkeypatch.setitem(module, "shutil", SimpleNamespace(which=lambda name: name))
    answer = SimpleNamespace(returncode=0, stdout="550.1\n550.1\n")
    monkeypatch.setitem(module, "subprocess", SimpleNamespace(run=lambda *a, **k: answer))
    monkeypatch.setitem(module, "_version_of", lambda name: "3.1.0")
    return answer


def test_what_is_written_is_what_is_read(tmp_path):
    path = tmp_path / "a" / "gpu" / "attention.json"
    record(fresh=True).write(path)
    read = GpuRecord.read(path)
    assert read == record()
    assert not read.fresh
    assert [p.name for p in path.parent.iterdir()] == ["attention.json"]


def test_the_text_says_first_if_it_is_a_record_and_from_where():
    lines = repr(record()).splitlines()
    assert lines[0] == "registro, medido em outra hora: janela"
    torch_version = environment().versions["torch"]
    assert lines[1] == (
        f"Placa X (capacidade 8.9), driver 550.1, CUDA 12.4, PyTorch {torch_version}, em 05/11/2026"
    )
    assert lines[2] == "tempo dividido pelo de nossa, mediana [quartis]; 1 é empate"
    assert lines[3].split() == ["ida,", "bfloat16", "densa"]
    assert lines[4].split() == ["n", "=", "8.192", "7,50", "[6,75;", "8,25]"]
    assert lines[5].split() == ["n", "=", "16.384", "15,50", "[13,95;", "17,05]"]
    assert lines[6].split() == ["ida", "e", "volta,", "float32", "densa"]
    assert len({len(line) for line in lines[3:]}) == 1, "as colunas se alinham"
    assert repr(record(fresh=True)).startswith("medido agora: janela")


def test_who_is_missing_in_a_case_is_said():
    alone = row(n=65536)
    del alone["ratios"]["densa"]
    assert repr(record(rows=[row(), alone])).splitlines()[-1].endswith("não medido")


def changed(path, value):
    """Um registro em JSON com um valor trocado; ``None`` apaga o campo."""
    data = copy.deepcopy(record().to_dict())
    *way, last = path
    inner = data
    for step in way:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["rows"], None, r"não tem a forma de um registro \(KeyError: 'rows'"),
        (["rows"], [], "não tem nenhum caso medido"),
        (["rows"], 3, "não tem a forma de um registro"),
        (["date"], "05/11/2026", r"data que não é AAAA-MM-DD: '05/11/2026'"),
        (["device", "driver"], None, "não diz da placa: driver"),
        (["device", "name"], " ", "não diz da placa: name"),
        (["environment", "versions"], None, "não diz as versões"),
        (["rows", 1, "dtype"], None, "tem um caso sem dtype"),
        (["baseline"], "outra", "a referência 'outra'"),
        (["rows", 0, "seconds", "densa"], None, "os mesmos candidatos em tudo"),
        (["rows", 0, "ratios", "densa", "median"], -1.0, "n = 8192, bfloat16, ida, medida de 'den"),
        (["rows", 0, "ratios", "densa", "upper"], None, "não é de números positivos"),
        (["rows", 2, "seconds", "nossa", "lower"], "1", "float32, ida e volta, medida de 'nossa'"),
        (["rows", 0, "memory_mib", "nossa"], 0, "memória que não é positiva"),
    ],
)
def test_what_does_not_serve_is_refused(tmp_path, path, value, message):
    stored = tmp_path / "x.json"
    stored.write_text(json.dumps(changed(path, value)), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"x\.json .*{message}.*make gpu"):
        GpuRecord.read(stored)


def test_not_even_json_is_refused_and_a_bad_record_is_not_written(tmp_path):
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.json não tem a forma.*make gpu"):
        GpuRecord.read(tmp_path / "x.json")
    with pytest.raises(ValueError, match=r"nenhum caso medido\. Nada foi gravado"):
        record(rows=[]).write(tmp_path / "y.json")
    broken = row()
    broken["ratios"]["densa"]["median"] = float("nan")
    with pytest.raises(ValueError, match="números positivos"):
        record(rows=[broken]).write(tmp_path / "y.json")
    assert not (tmp_path / "y.json").exists()


def test_the_record_is_found_from_any_folder_below(tmp_path):
    record().write(tmp_path / "book" / "_data" / "gpu" / "attention.json")
    inner = tmp_path / "notebooks" / "solucoes"
    inner.mkdir(parents=True)
    assert recorded_gpu("attention", start=inner) == record()
    assert recorded_gpu("outra", start=inner) == Unmeasured("outra")
    assert repr(Unmeasured("outra")).startswith("ainda não medido")


@pytest.mark.parametrize("name", ["../x", "A", "", "a.json"])
def test_the_name_is_not_a_path(name):
    with pytest.raises(ValueError, match=r"letras minúsculas.*'attention'"):
        recorded_gpu(name)


def test_the_card_is_described(card):
    assert gpu_device() == DEVICE
    card.returncode = 9
    assert gpu_device()["driver"] == "desconhecido"


def test_without_a_card_there_is_nothing_to_describe(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match=r"não vê nenhuma GPU CUDA.*NVIDIA.*doctor"):
        gpu_device()


def test_a_comparison_becomes_a_row_and_a_record_of_today(card):
    tasks = {"nossa": lambda: sum(range(50)), "densa": lambda: sum(range(500))}
    found = compare(tasks, options=TimingOptions(repeats=3, min_seconds=0.0))
    measured = gpu_row(found, n=64, dtype="float32", memory_mib={"nossa": 2.0})
    assert measured["ratios"]["densa"]["median"] == found.ratios["densa"].median
    assert measured["seconds"]["nossa"]["count"] == 3
    made = gpu_record([measured], title="t", baseline="nossa", checks=7, absent={"a": "b"})
    assert made.date == date.today().isoformat()
    assert (made.device, made.checks, made.absent, made.fresh) == (DEVICE, 7, {"a": "b"}, True)
    assert made.environment["gpu"] == "Placa X"
    assert "mode" in made.rows[0]
    assert "Placa X" in repr(made)


def test_nothing_of_the_machine_is_stored(card, tmp_path):
    made = gpu_record([row()], title="t", baseline="nossa")
    made.write(tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert platform.node() not in text
    assert str(ROOT) not in text


def test_every_published_record_serves():
    # Enquanto ninguém mediu, não há nenhum.
    published = sorted((ROOT / "book/_data/gpu").glob("*.json"))
    records = [GpuRecord.read(path) for path in published]
    assert [made for made in records if made.checks == 0 or made.fresh] == []
