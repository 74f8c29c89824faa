"""make bench: confere antes de medir, e o guarda de regressão sabe falhar."""

import json

import pytest
import torch
from test_project_files import ROOT, load_tool

bench = load_tool("bench")


def row(kind: str, mode: str, median: float) -> dict:
    ratios = {"coursekit": {"median": median, "lower": median, "upper": median}}
    return {"kind": kind, "size": [1, 2, 3], "mode": mode, "ratios": ratios}


def test_the_guard_sees_a_slow_layer_and_only_in_training():
    limit = bench.LIMITS["gru"]
    slow = {"rows": [row("gru", "ida e volta", limit + 0.1), row("gru", "ida", limit + 9)]}
    (problem,) = bench.too_slow(slow)
    assert "gru" in problem
    assert f"limite {limit}" in problem
    assert bench.too_slow({"rows": [row("gru", "ida e volta", limit - 0.1)]}) == []


@pytest.mark.parametrize(("codes", "expected"), [((0, 0), 0), ((0, 1), 1), ((-9, 0), 1)])
def test_each_suite_runs_in_its_own_process_and_one_failure_is_enough(monkeypatch, codes, expected):
    called, left = [], list(codes)
    monkeypatch.setattr(
        bench.subprocess, "call", lambda command: called.append(command[2:]) or left.pop(0)
    )
    monkeypatch.setattr(bench.sys, "argv", ["bench.py", "padroes", "recurrent", "--repeats", "3"])
    assert bench.main() == expected
    assert called == [["padroes", "--repeats", "3"], ["recurrent", "--repeats", "3"]]


def test_one_suite_is_measured_here_and_only_checked_if_asked(monkeypatch, tmp_path, capsys):
    slow = [row("gru", "ida e volta", bench.LIMITS["gru"] + 0.1)]
    monkeypatch.setattr(bench, "OUTPUT", tmp_path)
    monkeypatch.setitem(bench.SUITES, "recurrent", lambda repeats: {"rows": slow[:repeats]})
    monkeypatch.setattr(bench.sys, "argv", ["bench.py", "recurrent", "--repeats", "1", "--check"])
    assert bench.main() == 1
    assert "gru" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(bench.sys, "argv", ["bench.py", "recurrent", "--repeats", "0"])
    assert bench.main() == 0
    assert json.loads((tmp_path / "recurrent.json").read_text())["rows"] == []


def test_an_unknown_suite_is_refused_and_the_known_ones_are_told(monkeypatch, capsys):
    monkeypatch.setattr(bench.sys, "argv", ["bench.py", "recorrentes"])
    with pytest.raises(SystemExit):
        bench.main()
    message = "não há conjunto recorrentes; há attention, padroes, recurrent."
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("kind", bench.KINDS)
def test_the_timed_tasks_give_the_same_numbers(kind, train):
    torch.manual_seed(0)
    mine, theirs, _ = bench.KINDS[kind]
    layer, peer = mine(3, 3), theirs(3, 3, batch_first=True)
    layer.load_state_dict(peer.state_dict())
    inputs = torch.randn(2, 5, 3)
    found = bench.torch_task(layer, inputs, train)()
    expected = bench.torch_task(peer, inputs, train)()
    assert abs(found - expected).max() < 1e-6
    has_gradient = next(layer.parameters()).grad is not None
    assert has_gradient == train


def test_the_published_record_is_complete_and_within_the_limits():
    record = json.loads((ROOT / "book/_data/bench/recurrent.json").read_text(encoding="utf-8"))
    assert len(record["rows"]) == len(bench.KINDS) * len(bench.SIZES) * 2
    assert record["threads"] == 1
    assert record["environment"]["versions"]["torch"]
    assert bench.too_slow(record) == []


def test_the_page_tells_what_the_record_shows_about_the_floor_of_the_lstm():
    # A página diz em prosa que, na ida da LSTM, só os produtos já levam mais que torch.nn.
    assert "É o caso da ida da LSTM" in (ROOT / "book/desempenho.md").read_text(encoding="utf-8")
    record = json.loads((ROOT / "book/_data/bench/recurrent.json").read_text(encoding="utf-8"))
    assert record["floor"] == bench.PRODUCTS
    floors = [
        row["ratios"][bench.PRODUCTS]["lower"]
        for row in record["rows"]
        if (row["kind"], row["mode"]) == ("lstm", "ida")
    ]
    assert len(floors) == len(bench.SIZES)
    assert min(floors) > 1
