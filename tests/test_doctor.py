import json
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement as Oracle
from packaging.version import Version

from coursekit.doctor import Finding, Report, examine, probes
from coursekit.doctor.requirements import (
    Requirement,
    compare_versions,
    declared_requirements,
    installed_version,
    parse_requirement,
)

NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(
    lambda parts: ".".join(map(str, parts))
)
VERSIONS = st.builds(
    lambda number, suffix: number + suffix,
    NUMBERS,
    st.sampled_from(["", "rc1", "a2", "b3", ".dev4", "+cpu", "rc1+cu121"]),
)


@given(VERSIONS, NUMBERS)
def test_order_of_versions_agrees_with_packaging(first, second):
    left, right = Version(first.split("+")[0]), Version(second)
    assert compare_versions(first, second) == (left > right) - (left < right)


@given(NUMBERS, NUMBERS, st.sampled_from([">=", "<=", ">", "<", "==", "!="]))
def test_bounds_agree_with_packaging(version, bound, comparison):
    line = f"pacote{comparison}{bound}"
    expected = Oracle(line).specifier.contains(version, prereleases=True)
    assert parse_requirement(line).accepts(version) == expected


def test_reads_every_declared_requirement_as_packaging_does():
    lines = metadata.requires("coursekit")
    requirements = declared_requirements()
    assert len(requirements) == len(lines) > 10
    for line, requirement in zip(lines, requirements, strict=True):
        oracle = Oracle(line)
        assert requirement.name == oracle.name
        bounds = {(s.operator, s.version) for s in oracle.specifier}
        assert set(requirement.bounds) == bounds
        environment = {"extra": requirement.extra}
        assert oracle.marker is None or oracle.marker.evaluate(environment)
        assert (oracle.marker is None) == (requirement.extra == "")


def test_parses_the_written_forms():
    expected = Requirement("jupyter-book", ((">=", "1.0.4"), ("<", "2")), "book")
    for line in (
        "jupyter-book>=1.0.4,<2; extra == 'book'",
        'jupyter-book (>=1.0.4, <2) ; extra == "book"',
        "jupyter-book[tudo] >= 1.0.4, < 2; extra == 'book'",
    ):
        assert parse_requirement(line) == expected
    assert parse_requirement("types-tqdm") == Requirement("types-tqdm")
    assert expected.wanted == ">=1.0.4,<2"


@pytest.mark.parametrize("line", ["", "pacote~=1.0", "pacote @ https://exemplo", "pacote>>1"])
def test_refuses_requirement_it_cannot_read(line):
    with pytest.raises(ValueError, match=r"não sei ler o requisito .*Use a forma 'nome>=versão'"):
        parse_requirement(line)


def test_refuses_version_it_cannot_read():
    with pytest.raises(ValueError, match=r"não sei ler a versão 'nova'.*'2\.4\.1'"):
        compare_versions("nova", "1.0")


@pytest.fixture
def world(monkeypatch):
    """Ambiente de mentira: o que se pede e o que está instalado."""

    def make(requires, installed):
        monkeypatch.setattr(
            probes, "declared_requirements", lambda: tuple(map(parse_requirement, requires))
        )
        monkeypatch.setattr(probes, "installed_version", installed.get)

    return make


def statuses(findings):
    return {finding.name: finding.status for finding in findings}


def test_compares_installed_with_declared(world):
    world(
        ["numpy>=1.26", "scipy>=1.11", "tqdm>=4.66", 'torch>=2.4; extra == "torch"'],
        {"numpy": "1.26.0", "scipy": "1.9.3"},
    )
    findings = {finding.name: finding for finding in probes.probe_packages()}
    assert statuses(findings.values()) == {
        "numpy": "ok",
        "scipy": "falta",
        "tqdm": "falta",
        "torch": "falta",
    }
    assert findings["scipy"].detail == "1.9.3 não serve (pede >=1.11)"
    assert findings["tqdm"].remedy == 'python -m pip install "tqdm>=4.66"'
    assert findings["torch"].group.startswith("PyTorch")
    assert findings["numpy"].remedy == ""


def test_optional_groups_only_warn(world):
    world(
        ['keras>=3.4; extra == "keras"', 'tensorflow>=2.17; extra == "keras"'],
        {"keras": "3.0"},
    )
    findings = probes.probe_optional_groups()
    assert statuses(findings) == {"keras": "aviso", "book": "ok", "dev": "ok"}
    assert "keras 3.0 não serve" in findings[0].detail
    assert findings[0].remedy == 'python -m pip install "keras>=3.4" "tensorflow>=2.17"'


def test_says_when_the_course_itself_is_not_installed(monkeypatch):
    def absent(*_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(probes.metadata, "metadata", absent)
    monkeypatch.setattr(probes, "declared_requirements", absent)
    (finding,) = probes.probe_python()
    assert (finding.status, finding.remedy[:24]) == ("falta", "python -m pip install -e")
    assert probes.probe_packages() == probes.probe_optional_groups() == []


@pytest.mark.parametrize(("version", "status"), [((3, 11, 0), "ok"), ((3, 10, 9), "falta")])
def test_python_version(monkeypatch, version, status):
    monkeypatch.setattr(probes, "sys", SimpleNamespace(version_info=version))
    (finding,) = probes.probe_python()
    assert finding.status == status
    assert (finding.remedy == "") == (status == "ok")


def test_kernel_probe(monkeypatch, tmp_path):
    monkeypatch.setattr(probes, "_kernel_folders", lambda: [tmp_path, tmp_path / "nada"])
    (finding,) = probes.probe_kernel()
    assert (finding.status, finding.remedy[:27]) == ("falta", "python -m ipykernel install")
    (tmp_path / "python3").mkdir()
    (tmp_path / "python3" / "kernel.json").write_text("{}")
    assert statuses(probes.probe_kernel()) == {"núcleo do Jupyter": "ok"}
    monkeypatch.setattr(probes, "find_spec", lambda name: None)
    assert "ipykernel não está instalado" in probes.probe_kernel()[0].detail


def test_jupyter_finds_what_the_kernel_probe_finds():
    from jupyter_client.kernelspec import find_kernel_specs

    assert ("python3" in find_kernel_specs()) == (probes.probe_kernel()[0].status == "ok")


@pytest.mark.parametrize(
    ("gib", "status"), [(3.0, "ok"), (2.9, "aviso"), (0.5, "aviso"), (0.4, "falta")]
)
def test_disk_thresholds(monkeypatch, gib, status):
    usage = SimpleNamespace(free=int(gib * 2**30))
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda _: usage)
    disk = probes.probe_machine()[0]
    assert disk.status == status
    assert f"{gib:.1f}".replace(".", ",") + " GiB" in disk.detail


@pytest.mark.parametrize(
    ("asked", "status"), [("", "ok"), ("1", "ok"), ("2", "ok"), ("3", "aviso"), ("x", "aviso")]
)
def test_threads(monkeypatch, asked, status):
    monkeypatch.setattr(probes.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    finding = probes.probe_machine()[1]
    assert finding.status == status
    assert finding.detail.startswith("2 núcleos")


CPU_ONLY = {"gpus": [], "mps": False, "built_for_cuda": None}


@pytest.mark.parametrize(
    ("answer", "nvidia", "status", "text"),
    [
        (CPU_ONLY, False, "ok", "nenhuma; o curso inteiro roda em CPU"),
        (CPU_ONLY, True, "aviso", "há placa NVIDIA, mas o PyTorch instalado é só para CPU"),
        ({**CPU_ONLY, "built_for_cuda": "12.4"}, True, "aviso", "é para CUDA 12.4 e não a vê"),
        ({**CPU_ONLY, "gpus": ["Placa A", "Placa B"]}, True, "ok", "Placa A, Placa B"),
        ({**CPU_ONLY, "mps": True}, False, "ok", "Apple"),
        ({"error": "OSError: quebrado"}, False, "falta", "não carrega: OSError: quebrado"),
    ],
)
def test_accelerator(monkeypatch, answer, nvidia, status, text):
    monkeypatch.setattr(probes, "_ask_torch", lambda: answer)
    monkeypatch.setattr(probes.shutil, "which", lambda _: "nvidia-smi" if nvidia else None)
    (finding,) = probes.probe_accelerator()
    assert finding.status == status
    assert text in finding.detail


def test_accelerator_asks_in_another_process(monkeypatch):
    answer = probes._ask_torch()
    assert set(answer) == {"gpus", "mps", "built_for_cuda"}
    monkeypatch.setattr(probes, "_TORCH_PROBE", "raise OSError('biblioteca quebrada')")
    assert probes._ask_torch() == {"error": "OSError: biblioteca quebrada"}
    monkeypatch.setattr(probes, "_TORCH_PROBE", "import time; time.sleep(60)")
    monkeypatch.setattr(probes, "PROBE_SECONDS", 0.2)
    assert probes._ask_torch() == {"error": "não respondeu em 0.2 s"}
    monkeypatch.setattr(probes, "find_spec", lambda name: None)
    assert "sem PyTorch" in probes.probe_accelerator()[0].detail


def report(*kinds):
    return Report("1.2.3", tuple(Finding("G", f"n{i}", s, "d", "r") for i, s in enumerate(kinds)))


@pytest.mark.parametrize(
    ("kinds", "passed", "sentence"),
    [
        (["ok", "ok"], True, "tudo pronto."),
        (["ok", "aviso"], True, "pronto para estudar, com 1 aviso."),
        (["aviso", "aviso"], True, "pronto para estudar, com 2 avisos."),
        (["falta"], False, "falta 1 item."),
        (["falta", "falta", "aviso"], False, "faltam 2 itens, e há 1 aviso."),
    ],
)
def test_summary(kinds, passed, sentence):
    assert report(*kinds).passed == passed
    assert report(*kinds).to_text().endswith("Resultado: " + sentence)


def test_text_and_json_say_the_same():
    laudo = report("ok", "falta")
    record = json.loads(laudo.to_json())
    assert record["version"] == "1.2.3"
    assert [f["status"] for f in record["findings"]] == ["ok", "falta"]
    assert "  FALTA  n1: d\n         conserte com: r" in laudo.to_text()


def test_real_environment_writes_in_any_terminal():
    laudo = examine(with_gpu=False)
    assert laudo.to_text().encode("latin-1")
    names = statuses(laudo.findings)
    assert names["numpy"] == names["torch"] == "ok"
    assert installed_version("numpy") in laudo.to_text()
    assert installed_version("pacote-que-não-existe") is None


def test_examining_imports_nothing_heavy():
    program = (
        "import sys; from coursekit.cli import main; main(['doctor', '--sem-gpu'])\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'numpy', 'matplotlib', 'jupyter_client'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
