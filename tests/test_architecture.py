"""A casa por fora: quem importa quem, o que carrega, nomes, tamanhos e o que não se escreve."""

import ast
import importlib
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "coursekit"

# Andar → andares que pode importar, além de si mesmo. As setas só descem.
FLOORS: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "cli": {"", "arguments", "doctor", "authoring"},
    "arguments": set(),
    "quiet_startup": set(),
    "doctor": {""},
    "authoring": {"", "evidence", "flowchart"},
    "evidence": {"", "plotting"},
    # De plotting, só a paleta.
    "exercises": {"", "reference", "data", "plotting", "flowchart"},
    "flowchart": set(),
    "models": {"attention", "recurrent", "data", "training"},
    "attention": set(),
    "recurrent": set(),
    "keras_layers": set(),
    "reference": set(),
    "data": set(),
    "training": set(),
    "plotting": set(),
    "widgets": {"plotting"},
    "benchmark": set(),
}
FRAMEWORKS = {"torch", "tensorflow", "keras", "jax"}
# Andares que não conhecem nenhuma biblioteca de aprendizado, nem dentro de função.
WITHOUT_FRAMEWORK = {
    "__init__", "__main__", "cli", "arguments", "doctor", "authoring", "evidence", "exercises",
    "reference", "data", "plotting", "widgets", "flowchart",
}  # fmt: skip
# Pode importar o Keras dentro de função (LIGHT confere que é só dentro), nunca o PyTorch.
WITHOUT_TORCH = {"keras_layers"}
WITHOUT_KERAS = {"attention", "recurrent", "models", "training", "benchmark"}
LIGHT = (
    "coursekit", "coursekit.exercises", "coursekit.reference", "coursekit.evidence",
    "coursekit.plotting", "coursekit.widgets", "coursekit.data", "coursekit.authoring",
    "coursekit.benchmark", "coursekit.doctor", "coursekit.cli", "coursekit.keras_layers",
    "coursekit.flowchart",
)  # fmt: skip
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
MAX_LINES = 400


def sources(folder: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def floor_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_modules(path: Path) -> Iterator[str]:
    """Módulos importados em qualquer ponto do arquivo, por extenso."""
    inside = ["coursekit", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            if stem == "coursekit":
                yield from (f"coursekit.{alias.name}" for alias in node.names)
            else:
                yield stem


def target_floor(module: str) -> str:
    """Andar de um módulo do curso; nomes que não são andares vêm da raiz."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def tracked_files() -> list[Path]:
    """Arquivos versionados; fora de um repositório, todos os que se versionariam."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode == 0 and listing.stdout:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        skipped = {".venv", "_build", "__pycache__", ".git", ".pytest_cache", ".hypothesis"}
        paths = [path for path in ROOT.rglob("*") if not skipped & set(path.parts)]
    return [path for path in paths if path.is_file()]


def readable(path: Path) -> str:
    """Texto de um arquivo, ou vazio se for binário."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_every_floor_has_its_arrows():
    floors = {floor_of(path) for path in sources()}
    assert len(floors) > 10
    assert floors <= set(FLOORS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path):
    floor = floor_of(path)
    allowed = FLOORS[floor] | {floor}
    modules = set(imported_modules(path))
    ours = {name for name in modules if name.split(".")[0] == "coursekit"}
    upward = {name for name in ours if target_floor(name) not in allowed}
    assert upward == set(), f"{floor} não pode importar {upward}"
    roots = {name.split(".")[0] for name in modules}
    if floor in WITHOUT_FRAMEWORK:
        assert roots & FRAMEWORKS == set()
    if floor in WITHOUT_TORCH:
        assert roots & {"torch", "jax"} == set()
    if floor in WITHOUT_KERAS:
        assert roots & {"tensorflow", "keras"} == set()


def test_exercises_take_only_the_palette_from_plotting():
    taken = {
        alias.name
        for path in sources(PACKAGE / "exercises")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coursekit.plotting")
        for alias in node.names
    }
    assert taken <= {"palette"}


def test_the_arrows_have_no_cycle():
    remaining = {floor: targets - {""} for floor, targets in FLOORS.items()}
    while remaining:
        ground = {floor for floor, targets in remaining.items() if not targets & set(remaining)}
        assert ground, f"ciclo entre {sorted(remaining)}"
        remaining = {floor: t for floor, t in remaining.items() if floor not in ground}


@pytest.mark.parametrize("module", LIGHT)
def test_light_packages_load_no_framework(module):
    program = f"import sys, {module}; print(*sorted({FRAMEWORKS!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""


def test_importing_coursekit_is_quick():
    def seconds(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - start

    pairs = [(seconds("pass"), seconds("import coursekit")) for _ in range(5)]
    # A meta é 0,2 s; a folga é para máquina ocupada.
    assert statistics.median(after - before for before, after in pairs) < 0.5


def packages() -> list[str]:
    return sorted(f"coursekit.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("name", ["coursekit", *packages()])
def test_all_lists_exactly_the_public_names(name):
    module = importlib.import_module(name)
    public = module.__all__
    assert len(set(public)) == len(public)
    assert [entry for entry in public if not hasattr(module, entry)] == []
    assert [entry for entry in public if entry.startswith("_") and entry != "__version__"] == []
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coursekit")
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    hidden = {entry for entry in (imported - used) | defined if not entry.startswith("_")}
    assert hidden - set(public) == set()


@pytest.mark.parametrize("folder", ["coursekit", "tests", "tools", "book/_ext"])
def test_files_are_small_and_well_named(folder):
    paths = sources(ROOT / folder)
    assert paths
    assert [path.name for path in paths if path.stem in VAGUE_NAMES] == []
    long = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_assert_in_library_code():
    guilty = [
        f"{path.name}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert guilty == []


# Escritos em pedaços, para que este arquivo não se denuncie.
FORBIDDEN = {
    "caminho de máquina": rf"(?<![\w.])/({'wo'}{'rk'}|{'tm'}{'p'}|{'ro'}{'ot'}|home/\w+)/",
    "endereço de registro de pacotes": rf"{'pypi'}\.org|{'python'}hosted|--(extra-)?index-{'url'}",
    "nome de ferramenta do local de trabalho": rf"\b({'anth'}ropic|{'clau'}de|{'co'}dex)\b",
    "documento de trabalho": rf"{'sha'}red/(spec|design|prototypes)|\b{'iss'}ue 2\b",
    "endereço IP": r"\b(10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
}


# Provam, com pastas fictícias, que a autoria recusa caminhos de máquina.
WITH_EXAMPLES = {("caminho de máquina", "tests/authoring/test_checks.py")}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_nothing_of_the_workplace_is_written(kind):
    pattern = re.compile(FORBIDDEN[kind], re.IGNORECASE)
    files = tracked_files()
    assert len(files) > 50
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files
        for match in [pattern.search(readable(path))]
        if match and (kind, path.relative_to(ROOT).as_posix()) not in WITH_EXAMPLES
    }
    assert found == set()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("caminho de máquina", "abra /wo" + "rk/main/x"),
        ("caminho de máquina", "'/tm" + "p/x'"),
        ("endereço de registro de pacotes", "https://py" + "pi.org/simple"),
        ("nome de ferramenta do local de trabalho", "feito por Clau" + "de"),
        ("documento de trabalho", "ver sha" + "red/spec"),
        ("endereço IP", "http://10.0" + ".3.7:80"),
    ],
)
def test_the_patterns_do_catch(kind, text):
    assert re.search(FORBIDDEN[kind], text, re.IGNORECASE)


def test_repository_address_is_written_once():
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    (url,) = re.findall(r"^\s+url:\s*(https://github\.com/\S+)", config, re.MULTILINE)
    slug = url.removeprefix("https://github.com/")
    assert slug.count("/") == 1
    elsewhere = {
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if slug in readable(path) and path.relative_to(ROOT).parts[0] != "notebooks"
    }
    assert elsewhere <= {"_config.yml"}
