"""Mutantes do código: cada defeito plantado tem de ser morto por algum teste.

Lê ``tests/mutants/*.toml``; para cada mutante troca um trecho numa cópia do
projeto, roda só os testes indicados e confere que falham. Um mutante
que sobrevive mostra um teste que não sabe falhar.

Uso: ``python tools/mutants.py [nome-do-arquivo ...] [--jobs N]``.
"""

import argparse
import contextlib
import importlib
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "mutants"
# Quanto esperar pelo código são; um mutante tem dez vezes o tempo dele, e ao menos um minuto.
TIMEOUT = 600.0
PATIENCE, SHORTEST = 10.0, 60.0
TIMED_OUT, BROKEN = 98, 99
# O pai já carregou módulos que o pytest gostaria de reescrever; isso não muda os testes.
IGNORE_REWRITE = "ignore::pytest.PytestAssertRewriteWarning"


@dataclass(frozen=True)
class Mutant:
    """Um defeito plantado: arquivo, trecho exato, trecho trocado e testes que o matam."""

    area: str
    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
    equivalent: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """O fim de um mutante; ``killed`` é ``None`` se os testes já falhavam sem ele."""

    mutant: Mutant
    killed: bool | None


def load(areas: list[str]) -> list[Mutant]:
    """Lê as listas e recusa mutante mal descrito, antes de rodar qualquer teste."""
    mutants: list[Mutant] = []
    for path in sorted(LISTS.glob("*.toml")):
        if areas and path.stem not in areas:
            continue
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]:
            mutant = Mutant(area=path.stem, **{**row, "tests": tuple(row["tests"])})
            validate(mutant)
            mutants.append(mutant)
    if not mutants:
        sys.exit(f"Nenhum mutante encontrado em {LISTS} para {areas or 'todas as áreas'}.")
    return mutants


def validate(mutant: Mutant) -> None:
    """Confere que o trecho existe uma única vez e que um equivalente diz por quê."""
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    count = source.count(mutant.find)
    if count != 1:
        sys.exit(f"{mutant.area}/{mutant.name}: trecho ocorre {count} vezes em {mutant.file}.")
    if mutant.find == mutant.replace:
        sys.exit(f"{mutant.area}/{mutant.name}: a troca não muda nada.")
    if mutant.equivalent and not mutant.reason:
        sys.exit(f"{mutant.area}/{mutant.name}: diga em 'reason' por que é equivalente.")
    missing = [test for test in mutant.tests if not (ROOT / test.split("::")[0]).exists()]
    if missing or not mutant.tests:
        sys.exit(f"{mutant.area}/{mutant.name}: testes inexistentes {missing}.")


def run_tests(workspace: Path, tests: tuple[str, ...], limit: float = TIMEOUT) -> int:
    """Roda os testes dentro da cópia, num processo filho; devolve o código do pytest.

    Onde há ``fork``, o filho herda as bibliotecas pesadas já carregadas: é o que faz centenas
    de mutantes caberem em minutos. No Windows, paga-se um Python novo por mutante.
    """
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-W", IGNORE_REWRITE, *tests]
    if not hasattr(os, "fork"):
        return run_in_new_python(workspace, arguments, limit)
    child = os.fork()
    if child == 0:
        os._exit(test_in_this_process(workspace, arguments))
    return wait_for(child, limit)


def run_in_new_python(workspace: Path, arguments: list[str], limit: float) -> int:
    """O caminho sem ``fork``."""
    environment = {**os.environ, "PYTHONPATH": str(workspace)}
    command = [sys.executable, "-m", "pytest", *arguments]
    try:
        result = subprocess.run(
            command, cwd=workspace, env=environment, capture_output=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT
    return result.returncode


def test_in_this_process(workspace: Path, arguments: list[str]) -> int:
    """Já no filho: entra na cópia, cala a saída e roda o pytest."""
    os.setsid()
    os.chdir(workspace)
    os.environ["PYTHONPATH"] = str(workspace)
    sys.path.insert(0, str(workspace))
    for name in [module for module in sys.modules if module.split(".")[0] == "coursekit"]:
        del sys.modules[name]  # o que vale é o da cópia
    sys.dont_write_bytecode = True
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    try:
        import pytest

        return int(pytest.main(arguments))
    except BaseException:
        return BROKEN


def wait_for(child: int, limit: float) -> int:
    """Espera o filho; um mutante que não termina no prazo está morto, e o filho também."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def prepare(workspace: Path) -> None:
    """Copia para a pasta o que os testes leem do repositório."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("coursekit", "tests", "tools", "book", "notebooks"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, workspace / name, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, workspace / path.name)


def is_killed(mutant: Mutant, workspace: Path, limit: float) -> bool:
    """Aplica o mutante na cópia, diz se algum teste falhou e desfaz a troca."""
    target = workspace / mutant.file
    source = target.read_text(encoding="utf-8")
    target.write_text(source.replace(mutant.find, mutant.replace), encoding="utf-8")
    try:
        # 1: testes falharam; 2: a coleta falhou (o mutante nem importa). 5 = nenhum teste.
        return run_tests(workspace, mutant.tests, limit) in {1, 2, TIMED_OUT}
    finally:
        target.write_text(source, encoding="utf-8")


def work(mutants: list[Mutant]) -> list[Outcome]:
    """Um trabalhador: copia uma vez e, para cada grupo de testes, planta os seus defeitos.

    Sem mutante os testes do grupo têm de passar, senão toda morte seria falsa: os mutantes
    dele ficam sem julgamento, e o trabalho segue.
    """
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        prepare(workspace)
        for tests, group in itertools.groupby(mutants, key=lambda mutant: mutant.tests):
            start = time.perf_counter()
            if run_tests(workspace, tests) != 0:
                print(f"  o código são não passa em {' '.join(tests)}", flush=True)
                outcomes += [Outcome(mutant, killed=None) for mutant in group]
                continue
            limit = max(SHORTEST, PATIENCE * (time.perf_counter() - start))
            for mutant in group:
                outcomes.append(Outcome(mutant, is_killed(mutant, workspace, limit)))
                if not outcomes[-1].killed:
                    print(f"  VIVO {mutant.area}/{mutant.name} ({mutant.file})", flush=True)
    return outcomes


def preload() -> None:
    """Carrega no pai, uma vez, o que todo teste carregaria."""
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in ("numpy", "scipy.stats", "matplotlib", "sklearn", "hypothesis", "pytest", "torch"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def by_test(mutants: list[Mutant], jobs: int) -> list[list[Mutant]]:
    """Reparte os mutantes entre os trabalhadores, juntando os que usam os mesmos testes."""
    ordered = sorted(mutants, key=lambda mutant: (mutant.tests, mutant.area, mutant.name))
    size = -(-len(ordered) // jobs)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def main() -> int:
    """Roda tudo, imprime um resumo por área e grava ``_build/mutantes.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    start = time.perf_counter()
    mutants = load(options.areas)
    preload()
    shares = by_test([mutant for mutant in mutants if not mutant.equivalent], options.jobs)
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else None)
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        outcomes = [outcome for share in pool.map(work, shares) for outcome in share]
    return report(outcomes, len(mutants) - len(outcomes), time.perf_counter() - start)


def report(outcomes: list[Outcome], equivalent: int, seconds: float) -> int:
    """Imprime e grava o placar; devolve 0 só se todos foram julgados e morreram."""
    areas: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        row = areas.setdefault(outcome.mutant.area, {"mortos": 0, "total": 0})
        row["total"] += 1
        row["mortos"] += bool(outcome.killed)
    for area, row in sorted(areas.items()):
        print(f"  {area}: {row['mortos']}/{row['total']} mortos")
    killed = sum(bool(outcome.killed) for outcome in outcomes)
    unjudged = sum(outcome.killed is None for outcome in outcomes)
    print(
        f"Mutantes: {killed}/{len(outcomes)} mortos, {unjudged} sem julgamento, "
        f"{equivalent} equivalentes, {seconds:.0f} s."
    )
    output = ROOT / "_build" / "mutantes.json"
    output.parent.mkdir(exist_ok=True)
    summary = {
        "areas": areas, "sem julgamento": unjudged, "equivalentes": equivalent,
        "segundos": round(seconds, 1),
    }  # fmt: skip
    output.write_text(json.dumps(summary, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0 if killed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
