import getpass
import json
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from coursekit.benchmark import environment
from coursekit.benchmark.environment import Environment


def module():
    return sys.modules[Environment.__module__]


def test_says_where_it_ran():
    here = environment()
    assert here.python == platform.python_version()
    assert here.versions["numpy"] == metadata.version("numpy")
    assert here.cpu != ""
    assert here.cores >= 1


def test_identifies_no_machine_no_person_no_folder(monkeypatch):
    monkeypatch.setattr(module().platform, "node", lambda: "maquina-de-alguem")
    text = json.dumps(environment().to_dict())
    assert "maquina-de-alguem" not in text
    assert f'"{getpass.getuser()}"' not in text
    assert str(Path.home()) not in text
    assert "/" + "usr" not in text


def test_reads_threads_asked_and_used(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("MKL_NUM_THREADS", "muitos")
    torch = SimpleNamespace(
        get_num_threads=lambda: 5,
        cuda=SimpleNamespace(is_available=lambda: True, get_device_name=lambda: "Placa X"),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    here = environment()
    assert here.threads["OMP_NUM_THREADS"] == 3
    assert "MKL_NUM_THREADS" not in here.threads
    assert here.threads["torch"] == 5
    assert here.gpu == "Placa X"


def test_does_not_load_torch():
    program = (
        "import sys; from coursekit.benchmark import environment; e = environment()\n"
        "sys.exit('torch' in sys.modules or 'torch' in e.threads or e.gpu is not None)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nmodel name\t: Chip  A 3.0\nmodel name\t: Chip B\n", "Chip A 3.0"),
        ("Model\t\t: Placa de 4 núcleos\n", "Placa de 4 núcleos"),
        ("nada aqui\n", "desconhecido"),
    ],
)
def test_cpu_model_on_linux(monkeypatch, text, expected):
    monkeypatch.setattr(module().platform, "system", lambda: "Linux")
    monkeypatch.setattr(Path, "read_text", lambda *a, **k: text)
    assert module()._cpu_model() == expected


def test_cpu_model_elsewhere(monkeypatch):
    monkeypatch.setattr(module().platform, "system", lambda: "Windows")
    monkeypatch.setattr(module().platform, "processor", lambda: "Chip W")
    assert module()._cpu_model() == "Chip W"
    monkeypatch.setattr(module().platform, "system", lambda: "Darwin")
    answer = SimpleNamespace(stdout="Chip M\n")
    monkeypatch.setattr(module().subprocess, "run", lambda *a, **k: answer)
    assert module()._cpu_model() == "Chip M"
