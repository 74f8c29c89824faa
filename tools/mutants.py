"""Mutantes do código: cada defeito plantado tem de ser morto por algum teste.

Lê ``tests/mutants/*.toml``; para cada mutante copia ``coursekit`` para uma pasta
temporária, troca um trecho, roda só os testes indicados e confere que falham. Um mutante
que sobrevive mostra um teste que não sabe falhar.

Uso: ``python tools/mutants.py [nome-do-arquivo ...] [--jobs N]``.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "mutants"
TIMEOUT = 180.0


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


def run_tests(workspace: Path, tests: tuple[str, ...]) -> int:
    """Roda os testes dentro da cópia; devolve o código de saída do pytest."""
    environment = {**os.environ, "PYTHONPATH": str(workspace), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        result = subprocess.run(
            command, cwd=workspace, env=environment, capture_output=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired:
        return 1
    return result.returncode


def prepare(workspace: Path) -> None:
    """Copia para a pasta o que os testes leem do repositório."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("coursekit", "tests", "tools", "book", "notebooks"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, workspace / name, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, workspace / path.name)


def is_killed(mutant: Mutant) -> bool:
    """Aplica o mutante numa cópia e diz se algum teste falhou."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        prepare(workspace)
        target = workspace / mutant.file
        source = target.read_text(encoding="utf-8")
        target.write_text(source.replace(mutant.find, mutant.replace), encoding="utf-8")
        # 1: testes falharam; 2: a coleta falhou (o mutante nem importa). 5 = nenhum teste.
        return run_tests(workspace, mutant.tests) in {1, 2}


def baseline_passes(mutants: list[Mutant]) -> bool:
    """Sem mutante, os mesmos testes têm de passar: senão toda morte seria falsa."""
    tests = tuple(sorted({test for mutant in mutants for test in mutant.tests}))
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        return run_tests(Path(folder), tests) == 0


def main() -> int:
    """Roda tudo, imprime um resumo por área e grava ``_build/mutantes.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    start = time.perf_counter()
    mutants = load(options.areas)
    active = [mutant for mutant in mutants if not mutant.equivalent]
    if not baseline_passes(active):
        print("Os testes dos mutantes falham no código são: conserte-os primeiro.")
        return 1
    with ThreadPoolExecutor(options.jobs) as pool:
        killed = []
        for mutant, dead in zip(active, pool.map(is_killed, active), strict=True):
            killed.append(dead)
            if not dead:
                print(f"  VIVO {mutant.area}/{mutant.name} ({mutant.file})", flush=True)
    return report(mutants, active, killed, time.perf_counter() - start)


def report(mutants: list[Mutant], active: list[Mutant], killed: list[bool], seconds: float) -> int:
    """Imprime e grava o placar; devolve 0 só se todos morreram."""
    areas: dict[str, dict[str, int]] = {}
    for mutant, dead in zip(active, killed, strict=True):
        row = areas.setdefault(mutant.area, {"mortos": 0, "total": 0})
        row["total"] += 1
        row["mortos"] += dead
    for area, row in areas.items():
        print(f"  {area}: {row['mortos']}/{row['total']} mortos")
    equivalent = len(mutants) - len(active)
    print(
        f"Mutantes: {sum(killed)}/{len(killed)} mortos, {equivalent} equivalentes, {seconds:.0f} s."
    )
    output = ROOT / "_build" / "mutantes.json"
    output.parent.mkdir(exist_ok=True)
    summary = {"areas": areas, "equivalentes": equivalent, "segundos": round(seconds, 1)}
    output.write_text(json.dumps(summary, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0 if all(killed) else 1


if __name__ == "__main__":
    sys.exit(main())
