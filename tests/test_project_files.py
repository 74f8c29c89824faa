"""pyproject.toml, constraints.txt, environment.yml, Makefile e fluxos dizem a mesma coisa."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def load_tool(name: str) -> ModuleType:
    """Carrega um arquivo de tools/, que não é pacote."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def all_requirements() -> list[Requirement]:
    """Dependências do pacote e de todos os extras."""
    texts = [*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
    return [Requirement(text) for text in texts]


def constraints() -> dict[str, Version]:
    """Nome canônico → versão presa."""
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = line.split("==")
            pins[canonicalize_name(name)] = Version(version)
    return pins


def pip_section() -> list[str]:
    """Linhas da seção pip do environment.yml."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (section,) = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    return section


def test_the_extras_are_the_documented_ones():
    assert sorted(EXTRAS) == ["bench", "book", "dev", "keras", "torch"]


def test_the_package_itself_needs_neither_torch_nor_tensorflow():
    names = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert names
    assert not names & {"torch", "tensorflow", "keras", "jax"}


@pytest.mark.parametrize("requirement", all_requirements(), ids=str)
def test_requirements_have_lower_bounds_only(requirement: Requirement):
    operators = {specifier.operator for specifier in requirement.specifier}
    allowed = {">=", "<"} if requirement.name == "jupyter-book" else {">="}
    assert operators <= allowed, (
        f"{requirement}: use só limite inferior (>=); pinos moram em constraints.txt"
    )


@pytest.mark.parametrize("requirement", all_requirements(), ids=str)
def test_every_requirement_is_pinned_within_its_bounds(requirement: Requirement):
    pins = constraints()
    name = canonicalize_name(requirement.name)
    assert name in pins, f"{name} não está em constraints.txt: rode make constraints"
    assert requirement.specifier.contains(pins[name]), f"{name}=={pins[name]} fora de {requirement}"


def test_constraints_name_no_index_and_no_local_version():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--|\+", text.replace("# ", "")), "índice ou versão local"
    assert not re.search(r"(?im)^(nvidia|triton|cuda)", text)


def test_jupyter_book_stays_below_two():
    (book,) = [r for r in all_requirements() if r.name == "jupyter-book"]
    assert not book.specifier.contains("2.0")
    assert constraints()["jupyter-book"] < Version("2")


def test_environment_installs_this_repository_with_the_constraints():
    lines = pip_section()
    assert "-c constraints.txt" in lines
    (editable,) = [line for line in lines if line.startswith("-e ")]
    found = re.fullmatch(r"-e \.\[([\w,]+)\]", editable)
    assert found, f"não entendi {editable!r}"
    assert set(found[1].split(",")) == {"book", "torch", "keras"}


def test_environment_python_is_accepted_by_the_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [
        d for d in environment["dependencies"] if isinstance(d, str) and d.startswith("python=")
    ]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(
        python.split("=")[1]
    )


def test_the_makefile_and_the_tasks_agree():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^TASKS := (.+)$", text, re.MULTILINE)
    assert found
    assert set(found[1].split()) - {"help"} == set(load_tool("task").TASKS)


def test_the_ci_runs_make_test_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]


def test_the_package_version_is_written_once():
    import coursekit

    assert coursekit.__version__ == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{PROJECT['version']}]" in changelog


def test_the_license_covers_code_and_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "MIT License" in text
    assert "CC BY-SA 4.0" in text
