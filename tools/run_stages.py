"""Tudo o que prova o curso, em etapas, com o tempo de cada uma: é o que ``make test`` roda.

Cada etapa é um ou mais comandos. Nenhuma é pulada em silêncio: o resumo final diz o que
rodou, o que falhou e quanto demorou, e soma os testes que cada etapa contou.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PARALLEL = ("-n", "2", "--dist", "loadfile")
PYTEST = (PYTHON, "-m", "pytest", "-q")
CODE = ("coursekit", "tests", "tools", "book/_ext")
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/sanitize.cfg")
COUNT = re.compile(r"\b(\d+) (passed|failed|error|errors)\b")


@dataclass(frozen=True)
class Stage:
    """Uma etapa: nome curto, o que prova e os comandos, na ordem."""

    name: str
    proves: str
    commands: tuple[tuple[str, ...], ...]


def tracked(*patterns: str) -> list[str]:
    """Arquivos do repositório que casam com os padrões, em ordem."""
    return sorted(str(p.relative_to(ROOT)) for pattern in patterns for p in ROOT.glob(pattern))


def stages(cards: str) -> list[Stage]:
    """A lista das etapas; ``cards`` é a pasta onde o nbval deixa os cartões remedidos."""
    workflows = tracked(".github/workflows/*.yml")
    solved = tracked("notebooks/*.ipynb", "notebooks/solucoes/*.ipynb")
    return [
        Stage("lint", "formato, estilo, tipos, docstrings e fluxos do CI", (
            (PYTHON, "-m", "ruff", "format", "--check", *CODE),
            (PYTHON, "-m", "ruff", "check", *CODE),
            (PYTHON, "-m", "mypy"),
            (PYTHON, "-m", "mypy", "--ignore-missing-imports", "book/_ext/course_site", "tools"),
            ("pydoclint", "--quiet", "coursekit"),
            ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows),
            ("zizmor", "--offline", "--quiet", *workflows),
        )),
        Stage("unidade", "unidade, paridade, propriedade, doctests e verificadores × erros", (
            (*PYTEST, *PARALLEL, "-m", "not browser and not install", "--ignore=tests/notebooks",
             "coursekit", "tests"),
        )),
        Stage("autoria", "cadernos em dia, texto, células, textos alternativos e orçamento", (
            (PYTHON, "-m", "coursekit", "notebooks", "--check"),
            (*PYTEST, "-m", "not browser and not install", "tests/notebooks"),
        )),
        Stage("cadernos", "cada capítulo e solução reexecutado e comparado (nbval)", (
            (*PYTEST, *PARALLEL, *NBVAL, "-W", "default", "-p", "no:cacheprovider", *solved),
        )),
        Stage("cartoes", "as medidas refeitas agora batem com as publicadas", (
            (PYTHON, "-m", "coursekit.authoring", "compare-cards", cards),
        )),
        Stage("site", "o livro constrói sem nenhum aviso, a frio", (
            (PYTHON, "tools/build_site.py", "--clean"),
        )),
        Stage("navegador", "o site e as figuras num navegador de verdade", (
            # Cada suíte abre o seu navegador, e num processo só cabe um.
            (*PYTEST, "-m", "browser", "tests/site"),
            (*PYTEST, "-m", "browser", "tests", "--ignore=tests/site"),
        )),
        Stage("instalacao", "a porta do Colab num ambiente limpo", (
            (*PYTEST, "-m", "install", "tests"),
        )),
    ]  # fmt: skip


def execute(command: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str]:
    """Roda um comando mostrando a saída ao vivo e guardando-a para contar testes."""
    output: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line)
            print(line, end="", flush=True)
    return process.returncode, "".join(output)


def counted(output: str) -> tuple[int, int]:
    """Soma «N passed» e «N failed» da última linha de resumo do pytest, se houver."""
    summaries = [
        line for line in output.splitlines() if re.search(r"\d+ (passed|failed|error)", line)
    ]
    found = COUNT.findall(summaries[-1]) if summaries else []
    passed = sum(int(n) for n, word in found if word == "passed")
    return passed, sum(int(n) for n, word in found) - passed


def run_stage(stage: Stage, environment: dict[str, str]) -> tuple[bool, int, int, float]:
    """Roda a etapa inteira; um comando que falha não esconde os seguintes."""
    print(f"\n━━ {stage.name}: {stage.proves}", flush=True)
    start = time.perf_counter()
    good, passed, failed = True, 0, 0
    for command in stage.commands:
        code, output = execute(command, environment)
        good = good and code == 0
        ok, bad = counted(output) if "pytest" in command else (int(code == 0), int(code != 0))
        passed, failed = passed + ok, failed + max(bad, int(code != 0))
    return good, passed, failed, time.perf_counter() - start


def main() -> int:
    """Escolhe as etapas, roda e imprime o resumo."""
    parser = argparse.ArgumentParser(description="Etapas de prova do curso")
    parser.add_argument("--only", nargs="+", default=[], help="só estas etapas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cards:
        chosen = [s for s in stages(cards) if not options.only or s.name in options.only]
        unknown = set(options.only) - {s.name for s in chosen}
        if unknown:
            parser.error(f"etapas desconhecidas: {', '.join(sorted(unknown))}")
        folders = f"{Path(PYTHON).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = {**os.environ, "COURSEKIT_CARDS_DIR": cards, "PATH": folders}
        environment.pop("MPLBACKEND", None)  # desligaria o motor de figuras dos cadernos
        if any(s.name in {"navegador", "unidade"} for s in chosen):
            environment["COURSEKIT_CHROMIUM"] = browser.ensure()
        results = [(stage, *run_stage(stage, environment)) for stage in chosen]
    return summary(results)


def summary(results: list[tuple[Stage, bool, int, int, float]]) -> int:
    """Imprime a tabela final e a linha que conta tudo."""
    print("\n━━ resumo")
    for stage, good, passed, failed, seconds in results:
        mark = "ok    " if good else "FALHOU"
        print(f"  {mark} {stage.name:<11} {seconds:6.0f} s  {passed:5d} provas  {failed:3d} falhas")
    seconds = sum(row[4] for row in results)
    rates = ", ".join(f"{row[0].name} {row[4]:.0f} s" for row in results)
    print(f"Rodei em {seconds / 60:.1f} min: {rates}.")
    passed, failed = sum(row[2] for row in results), sum(row[3] for row in results)
    print(f"{passed} passed, {failed} failed")
    return 0 if all(row[1] for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
