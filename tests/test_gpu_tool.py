"""«make gpu»: o que diz sem placa, o que confere antes de medir, e o que grava quando tudo passa.

Aqui não há GPU: a «placa» é a CPU, com o relógio e a memória dela fingidos.
"""

import ast
import os
import re
from types import SimpleNamespace

import bench_gpu
import gpu
import pytest
import torch
from benchmark.test_gpu_record import DEVICE, row
from test_project_files import ROOT

from coursekit import plotting
from coursekit.attention import attend
from coursekit.authoring.source import read_source
from coursekit.benchmark import GpuRecord, gpu_record

CPU = torch.device("cpu")
SMALL = bench_gpu.Case(512, "float32", True)


def by_mask(length, device):
    """Faz as vezes da flex_attention, que na CPU não tem volta."""
    return lambda q, k, v: attend(q, k, v, window=(bench_gpu.RADIUS, bench_gpu.RADIUS))


@pytest.fixture
def card(monkeypatch):
    """Uma placa de mentira: a CPU, que nunca faz esperar e aloca 3 MiB por chamada."""
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device=None: None)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: None)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 2**20)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 4 * 2**20)
    monkeypatch.setitem(bench_gpu.CANDIDATES, bench_gpu.COMPILED, by_mask)


def made_here(rows, **fields):
    """Um registro com a placa fictícia."""
    return GpuRecord(
        rows=rows, date="2026-11-05", device=DEVICE,
        environment={"cpu": "C", "cores": 2, "system": "S", "architecture": "A", "python": "3",
                     "gpu": "Placa X", "versions": {"torch": "2"}},
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sees", "cuda", "program", "said"),
    [
        (True, "12.4", None, ""),
        (True, None, None, "não é da NVIDIA"),
        (False, None, None, "Não vejo nenhuma placa da NVIDIA.*Colab"),
        (False, None, "nvidia-smi", r"só para CPU[\s\S]*get-started[\s\S]*--force-reinstall torch"),
        (False, "12.4", "nvidia-smi", r"CUDA 12\.4, mas um não vê o outro.*driver"),
    ],
)
def test_what_is_missing_is_told_with_the_way_out(monkeypatch, sees, cuda, program, said):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: sees)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(gpu.shutil, "which", lambda name: program)
    assert re.fullmatch(rf"[\s\S]*{said}[\s\S]*" if said else "", gpu.what_is_missing())


@pytest.fixture
def steps(monkeypatch, tmp_path):
    """Os passos de «make gpu», trocados por outros que anotam que rodaram."""
    ran = []
    answers = {"parity": 84, "bench": ([row()], {}), "run_chapters": []}

    def step(name):
        def run(*arguments):
            ran.append(name)
            if isinstance(answers[name], Exception):
                raise answers[name]
            return answers[name]

        return run

    for name in answers:
        monkeypatch.setattr(gpu, name, step(name))
    monkeypatch.setattr(gpu, "what_is_missing", lambda: "")
    monkeypatch.setattr(gpu, "OUTPUT", tmp_path / "gpu")
    monkeypatch.setattr(gpu, "gpu_record", made_here)
    monkeypatch.setattr(bench_gpu, "OURS", "nossa")
    monkeypatch.setattr(bench_gpu, "COMPILED", "densa")
    return SimpleNamespace(ran=ran, answers=answers, file=tmp_path / "gpu" / "attention.json")


def call(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["gpu.py", *arguments])
    return gpu.main()


@pytest.mark.parametrize(("arguments", "code"), [([], 1), (["--se-houver"], 0)])
def test_without_a_card_nothing_runs_and_nothing_is_written(
    monkeypatch, steps, capsys, arguments, code
):
    monkeypatch.setattr(gpu, "what_is_missing", lambda: "Falta a placa.")
    assert call(monkeypatch, *arguments) == code
    assert "Falta a placa.\nNada foi rodado nem gravado" in capsys.readouterr().out
    assert steps.ran == []
    assert not steps.file.exists()


def test_when_all_is_well_the_record_is_written_with_its_checks(monkeypatch, steps, capsys):
    assert call(monkeypatch) == 0
    assert steps.ran == ["parity", "bench", "run_chapters"]
    read = GpuRecord.read(steps.file)
    assert (read.checks, read.baseline, read.rows) == (84, "nossa", [row()])
    assert "Todas as razões acima do piso" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("step", "answer", "ran", "said"),
    [
        ("parity", 0, ["parity"], "provas falharam"),
        ("bench", ValueError("x difere de y"), ["parity", "bench"], "x difere de y\nNada foi"),
        ("run_chapters", ["17: célula 2"], ["parity", "bench", "run_chapters"], "17: célula 2"),
    ],
)
def test_any_failure_writes_nothing(monkeypatch, steps, capsys, step, answer, ran, said):
    steps.answers[step] = answer
    assert call(monkeypatch) == 1
    assert steps.ran == ran
    assert said in capsys.readouterr().out
    assert not steps.file.exists()


def test_the_checks_alone_measure_nothing(monkeypatch, steps):
    assert call(monkeypatch, "--so-provas") == 0
    assert steps.ran == ["parity"]


def test_losing_is_written_and_told(monkeypatch, steps, capsys):
    steps.answers["bench"] = ([row(dense=0.85)], {"densa": "n = 9: OutOfMemoryError"})
    assert call(monkeypatch) == 1
    assert "levou 0.85 vezes o tempo de nossa; o piso é 0.9" in capsys.readouterr().out
    assert GpuRecord.read(steps.file).absent == {"densa": "n = 9: OutOfMemoryError"}


@pytest.mark.parametrize(("body", "count"), [("assert True", 1), ("assert False", 0)])
def test_parity_runs_on_the_card_and_counts(monkeypatch, tmp_path, body, count):
    tests = tmp_path / "tests" / "device"
    tests.mkdir(parents=True)
    (tests / "test_x.py").write_text(
        "import os, pytest\n@pytest.mark.gpu\ndef test_x():\n"
        f"    assert os.environ['COURSEKIT_DEVICE'] == 'cuda'\n    {body}\n"
        "def test_without_marker(): assert False\n"
    )
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    assert gpu.parity() == count


def test_the_cases_cover_both_types_and_ways(monkeypatch):
    new, old = (bench_gpu.cases((8, 16), capability) for capability in ((8, 0), (7, 5)))
    assert len(new) == len(set(new)) == 8
    assert {case.dtype for case in new} == {"bfloat16", "float32"}
    assert {case.dtype for case in old} == {"float16", "float32"}
    assert {case.mode for case in new} == {"ida", "ida e volta"}
    assert bench_gpu.LENGTHS == (8192, 16384, 32768, 65536)


def test_a_case_is_checked_timed_and_weighed(card, tmp_path):
    found, absent = bench_gpu.measure(SMALL, CPU, 3)
    assert absent == {}
    assert set(found["ratios"]) == {bench_gpu.OURS, bench_gpu.COMPILED, bench_gpu.DENSE}
    assert found["memory_mib"] == dict.fromkeys(found["ratios"], 3.0)
    assert (found["n"], found["dtype"], found["mode"]) == (512, "float32", "ida e volta")
    made_here([found], title="t", baseline=bench_gpu.OURS).write(tmp_path / "x.json")


@pytest.mark.parametrize("wrong", [1.001, float("nan")])
def test_a_different_answer_stops_the_bench(card, monkeypatch, wrong):
    def build(length, device):
        return lambda q, k, v: by_mask(length, device)(q, k, v) * wrong

    monkeypatch.setitem(bench_gpu.CANDIDATES, bench_gpu.COMPILED, build)
    with pytest.raises(ValueError, match=r"flex_attention difere de windowed_attention em"):
        bench_gpu.measure(SMALL, CPU, 3)


def test_who_does_not_fit_is_left_out_with_the_reason(card, monkeypatch):
    def fails(length, device):
        raise torch.cuda.OutOfMemoryError("cheia")

    monkeypatch.setitem(bench_gpu.CANDIDATES, bench_gpu.DENSE, fails)
    tasks, absent = bench_gpu.prepare(SMALL, CPU)
    assert list(tasks) == [bench_gpu.OURS, bench_gpu.COMPILED]
    assert absent == {bench_gpu.DENSE: "float32, n = 512, ida e volta: OutOfMemoryError"}
    monkeypatch.setitem(bench_gpu.CANDIDATES, bench_gpu.OURS, fails)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        bench_gpu.prepare(SMALL, CPU)


def test_the_record_of_a_run_tells_who_was_left_out(card, monkeypatch):
    monkeypatch.setattr(bench_gpu, "OURS", "nossa")
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(bench_gpu, "measure", lambda case, device, repeats: (row(n=case.n), {
        "densa": f"{case.dtype}, {case.mode}"} if case.train else {}))  # fmt: skip
    rows, absent = gpu.bench((64,), 3)
    assert [found["n"] for found in rows] == [64] * 4
    assert absent == {"densa": "bfloat16, ida e volta; float32, ida e volta"}


# As células.

CHAPTER = ROOT / "book" / "capitulos" / "17-atencao-esparsa.md"


def test_a_gpu_cell_goes_with_the_imports_before_it():
    cells = gpu.gpu_cells(CHAPTER)
    marked = [cell for cell in cells if gpu.is_marked(cell)]
    assert len(marked) == 1
    position = cells.index(marked[0])
    for cell in cells[1:position]:
        kinds = {type(node) for node in ast.parse(cell["source"]).body}
        assert kinds <= {ast.Import, ast.ImportFrom}
    before = "\n".join(cell["source"] for cell in cells[:position])
    for name in ("partial", "TimingOptions", "compare", "scaled_dot_product_attention"):
        assert name in before
    assert len({cell["id"] for cell in cells}) == len(cells)


def cell_on(device_name, length):
    """A célula do capítulo 17, com outro aparelho e um comprimento que a CPU aguenta."""
    (source,) = (
        cell["source"]
        for cell in read_source(CHAPTER).cells
        if "gpu" in cell["metadata"].get("tags", ())
    )
    assert source.count('device="cuda"') == 1
    assert source.count("16_384") == 2
    return source.replace('device="cuda"', f'device="{device_name}"').replace("16_384", str(length))


def run_cell(source, folder, monkeypatch):
    """Roda a célula e devolve o que o caderno mostraria: a última expressão."""
    names = {}
    # O que a preparação do capítulo muda no processo volta ao que era no fim do teste.
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "torch"))
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    monkeypatch.setattr(plotting, "use_course_style", lambda: None)
    exec(  # a célula é nossa, e vem do livro
        "\n".join(cell["source"] for cell in gpu.gpu_cells(CHAPTER) if not gpu.is_marked(cell)
                  and "keras" not in cell["source"] and "widgets" not in cell["source"]), names,
    )  # fmt: skip
    monkeypatch.chdir(folder)
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "célula", "exec"), names)
    return repr(eval(compile(last, "célula", "eval"), names))


def test_without_a_card_the_cell_shows_the_record_or_says_there_is_none(monkeypatch, tmp_path):
    source = cell_on("cpu", 512)
    assert run_cell(source, tmp_path, monkeypatch).startswith("ainda não medido")
    made_here([row()], title="janela", baseline="nossa").write(
        tmp_path / "book/_data/gpu/attention.json"
    )
    shown = run_cell(source, tmp_path, monkeypatch)
    assert shown.startswith("registro, medido em outra hora: janela\nPlaca X")
    assert "em 05/11/2026" in shown


def test_with_a_card_the_cell_measures_and_shows_a_table(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Placa X")
    monkeypatch.setitem(gpu_record.__globals__, "gpu_device", lambda: DEVICE)
    lines = run_cell(cell_on("cpu", 512), tmp_path, monkeypatch).splitlines()
    assert lines[0] == "medido agora: janela de raio 128"
    assert lines[1].startswith("Placa X (capacidade 8.9), driver 550.1, CUDA 12.4")
    assert lines[3].split() == ["ida,", "float32", "SDPA", "densa"]
    assert lines[4].split()[:3] == ["n", "=", "512"]
    assert len(lines) == 5


@pytest.mark.slow
def test_the_cells_of_every_chapter_run(capsys):
    # Sem placa, num núcleo do Jupyter de verdade: é o que o leitor vê.
    assert gpu.run_chapters() == []
    out = capsys.readouterr().out
    assert "» células gpu de 17-atencao-esparsa" in out
    assert "ainda não medido" in out or "registro, medido em outra hora" in out
