"""O que só uma GPU prova e mede: ``make gpu``.

Em três passos, na placa que houver: as provas de igualdade (``tests/device``), contra a CPU em
float64; a medida da atenção em janela; e as células marcadas ``gpu`` dos capítulos. Só se tudo
der certo grava ``book/_data/gpu/attention.json``, com a procedência. Sem placa, diz por quê, não
grava nada e sai com 1 (com 0, se se pediu ``--se-houver``).
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import bench_gpu
import torch

from coursekit.authoring.execution import ExecutionError, execute
from coursekit.authoring.source import read_source
from coursekit.benchmark import gpu_record

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "book" / "_data" / "gpu"
CHAPTERS = ROOT / "book" / "capitulos"
PASSED = re.compile(r"\b(\d+) passed\b")
SELECTOR = "https://pytorch.org/get-started/locally/"


def what_is_missing() -> str:
    """Por que não se pode medir aqui; vazio se se pode."""
    if torch.cuda.is_available() and torch.version.cuda is not None:
        return ""
    if torch.cuda.is_available():
        return "A placa que o PyTorch vê não é da NVIDIA, e as medidas do curso são em CUDA."
    if shutil.which("nvidia-smi") is None:
        return (
            "Não vejo nenhuma placa da NVIDIA nesta máquina. No Colab, troque o tipo do ambiente "
            "de execução para um com GPU."
        )
    if torch.version.cuda is None:
        return (
            f"Há uma placa da NVIDIA, mas o PyTorch deste ambiente ({torch.__version__}) é só "
            f"para CPU. Troque-o por um com CUDA, pelo seletor de {SELECTOR}; no Linux basta\n"
            f"  {sys.executable} -m pip install --force-reinstall torch"
        )
    return (
        f"Há uma placa da NVIDIA e um PyTorch para CUDA {torch.version.cuda}, mas um não vê o "
        "outro: em geral o driver é mais velho que o CUDA. Atualize o driver, ou instale um "
        f"PyTorch para um CUDA mais velho, pelo seletor de {SELECTOR}."
    )


def parity() -> int:
    """Roda as provas na placa e devolve quantas passaram; 0 se alguma falhou."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-W", "default", "tests/device"]
    variables = {**os.environ, "COURSEKIT_DEVICE": "cuda"}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            print(line, end="", flush=True)
    counts = PASSED.findall("".join(lines))
    return int(counts[-1]) if process.returncode == 0 and counts else 0


def bench(lengths: tuple[int, ...], repeats: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Mede todos os casos na placa em uso; quem não coube é dito, com o motivo."""
    device = torch.device("cuda", torch.cuda.current_device())
    rows: list[dict[str, Any]] = []
    absent: dict[str, str] = {}
    for case in bench_gpu.cases(lengths, torch.cuda.get_device_capability(device)):
        row, missing = bench_gpu.measure(case, device, repeats)
        for name, why in missing.items():
            absent[name] = "; ".join(filter(None, (absent.get(name), why)))
        rows.append(row)
        bench_gpu.show(row)
    return rows, absent


def gpu_cells(path: Path) -> list[dict[str, Any]]:
    """As células ``gpu`` de um capítulo, depois da primeira e do que as outras importam."""
    code = [cell for cell in read_source(path).cells if cell["cell_type"] == "code"]
    chosen: list[dict[str, Any]] = []
    for number, cell in enumerate(code):
        if is_marked(cell) or number == 0:
            chosen.append(cell)
        elif imports := imported_by(cell["source"]):
            chosen.append(cell | {"source": imports})
    return [cell | {"id": f"gpu-{n}"} for n, cell in enumerate(chosen)]


def is_marked(cell: dict[str, Any]) -> bool:
    """Diz se a célula pede uma GPU."""
    return "gpu" in cell["metadata"].get("tags", ())


def imported_by(source: str) -> str:
    """Só os ``import`` de uma célula."""
    nodes = ast.parse(source).body
    found = [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(found)


def run_chapters() -> list[str]:
    """Executa as células ``gpu`` de cada capítulo, mostra o que elas mostram e junta as falhas."""
    problems = []
    for path in sorted(CHAPTERS.glob("*.md")):
        cells = gpu_cells(path)
        if not any(is_marked(cell) for cell in cells):
            continue
        print(f"» células gpu de {path.stem}", flush=True)
        try:
            done, _ = execute(cells, folder=ROOT / "notebooks", cards=None)
        except ExecutionError as error:
            problems.append(f"{path.name}: {error}")
            continue
        for output in (o for cell in done if is_marked(cell) for o in cell["outputs"]):
            print(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return problems


def main() -> int:
    """Prova, mede, roda as células e grava."""
    parser = argparse.ArgumentParser(description="Provas e medidas que pedem uma GPU")
    parser.add_argument("--se-houver", action="store_true", help="sem GPU, sai com 0")
    parser.add_argument("--repeats", type=int, default=11, help="medidas por candidato")
    parser.add_argument("--lengths", type=int, nargs="+", default=list(bench_gpu.LENGTHS))
    parser.add_argument("--so-provas", action="store_true", help="só as provas; não mede nem grava")
    options = parser.parse_args()
    if missing := what_is_missing():
        print(f"{missing}\nNada foi rodado nem gravado; o curso inteiro funciona sem GPU.")
        return 0 if options.se_houver else 1
    print("» provas: saída e gradientes na placa, contra a CPU em float64", flush=True)
    checks = parity()
    if not checks:
        print("As provas falharam nesta placa: nada foi medido nem gravado.")
        return 1
    if options.so_provas:
        return 0
    print(f"» medida: {bench_gpu.TITLE}", flush=True)
    try:
        rows, absent = bench(tuple(options.lengths), options.repeats)
    except ValueError as error:
        print(f"{error}\nNada foi gravado.")
        return 1
    if problems := run_chapters():
        print("\n".join([*problems, "Uma célula falhou na placa: nada foi gravado."]))
        return 1
    return publish(rows, absent, checks)


def publish(rows: list[dict[str, Any]], absent: dict[str, str], checks: int) -> int:
    """Grava o registro, mostra-o, e diz se alguma razão ficou abaixo do piso."""
    record = gpu_record(
        rows, title=bench_gpu.TITLE, baseline=bench_gpu.OURS, checks=checks, absent=absent
    )
    record.write(OUTPUT / "attention.json")
    print(record)
    print("Gravado em book/_data/gpu/attention.json. Para os cadernos o mostrarem, refaça-os: "
          "make notebooks ARGS='--force 17'.")  # fmt: skip
    slow = bench_gpu.too_slow(rows)
    print("\n".join(slow) or "Todas as razões acima do piso.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
