"""A porta do Colab: a primeira célula, num ambiente limpo que já tem PyTorch e NumPy.

Roda a célula de instalação dos cadernos, só trocando o endereço do repositório pela roda
construída aqui, e confere o que importa a quem abre o Colab: o ``coursekit`` passa a existir,
e nem o PyTorch nem o NumPy que já estavam lá são tocados.
"""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from test_project_files import ROOT, constraints

from coursekit.authoring.header import install_cell

pytestmark = pytest.mark.install

PROBE = """
import json, pathlib, numpy, torch
times = {m: pathlib.Path(m.__file__).stat().st_mtime_ns for m in (numpy, torch)}
print(json.dumps({m.__name__: [m.__version__, times[m]] for m in times}))
"""


def python_of(folder: Path) -> str:
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def call(*command: str, cwd: Path = ROOT) -> str:
    """Roda um comando num ambiente sem vestígio do repositório e devolve a saída."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    result = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roda")
    call(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT))
    (found,) = folder.glob("coursekit-*.whl")
    return found


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Um ambiente novo com PyTorch e NumPy e mais nada, como quem chega pronto."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder, with_pip=True)
    pins = constraints()
    wanted = [f"{name}=={pins[name]}" for name in ("torch", "numpy")]
    call(python_of(folder), "-m", "pip", "install", "-q", *wanted)
    return folder


def test_the_cell_installs_coursekit_and_touches_neither_torch_nor_numpy(colab, wheel, tmp_path):
    python = python_of(colab)
    before = json.loads(call(python, "-c", PROBE))
    cell = tmp_path / "celula.py"
    cell.write_text(install_cell(wheel.as_posix())["source"], encoding="utf-8")
    call(python, str(cell), cwd=tmp_path)
    assert json.loads(call(python, "-c", PROBE)) == before
    code = "import coursekit, sys; print(coursekit.__file__); assert 'torch' not in sys.modules"
    assert "site-packages" in call(python, "-c", code, cwd=tmp_path)


def test_the_first_cell_of_each_chapter_runs_there(colab, wheel, tmp_path):
    call(python_of(colab), "-m", "pip", "install", "-q", str(wheel))
    chapters = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert chapters
    for chapter in chapters:
        cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        imports = "\n".join(
            line for line in sources[1].splitlines() if re.match(r"(import|from) ", line)
        )
        assert "coursekit" in imports, (
            f"{chapter.name}: a segunda célula devia importar o coursekit"
        )
        call(python_of(colab), "-c", imports.replace("import keras", ""), cwd=tmp_path)


def test_the_wheel_carries_what_the_course_needs(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    kernel = "coursekit/attention/sparse"
    sources = [f"{kernel}/{path.name}" for path in (ROOT / kernel).glob("*.[ch]pp")]
    assert len(sources) == 3
    for wanted in ("coursekit/py.typed", "coursekit/evidence/claims.csv", *sources):
        assert wanted in names
    assert any(name.startswith("coursekit/widgets/") and name.endswith(".js") for name in names)
    assert not any(name.startswith(("tests/", "book/", "notebooks/")) for name in names)


def test_a_second_run_of_the_cell_installs_nothing(colab, wheel, tmp_path):
    """Com o coursekit presente, a célula não chama o pip (aqui, um requisito impossível)."""
    call(python_of(colab), "-m", "pip", "install", "-q", str(wheel))
    cell = tmp_path / "celula.py"
    cell.write_text(
        install_cell("pacote-que-nao-existe-em-lugar-nenhum")["source"], encoding="utf-8"
    )
    assert call(python_of(colab), str(cell), cwd=tmp_path) == ""
