"""Refaz ``constraints.txt``: as versões exatas com que o curso foi testado.

Cria um ambiente novo, instala o projeto com todos os extras a partir dos limites do
``pyproject.toml`` e anota o que veio. O arquivo não cita índice algum: quem instala usa o
seu. Versões locais (``+cpu``) perdem o sufixo, que só existe em quem as construiu.
"""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Versões exatas com que o curso foi testado. Gerado por: make constraints
# O coursekit só declara limites inferiores (pyproject.toml); isto é para repetir o teste.
"""
# Só vêm com a construção CUDA do PyTorch, que o pip escolhe sozinho onde for o caso.
ACCELERATOR = re.compile(r"^(nvidia|cuda|triton|pytorch-triton)[-_]?", re.IGNORECASE)


def pinned(frozen: str) -> list[str]:
    """Limpa a saída do ``pip freeze``: sem editáveis, sem sufixo local, sem CUDA."""
    lines = [line.strip() for line in frozen.splitlines()]
    lines = [re.sub(r"\+[\w.]+$", "", line) for line in lines if "==" in line]
    return sorted((line for line in lines if not ACCELERATOR.match(line)), key=str.lower)


def resolve(arguments: list[str]) -> str:
    """Instala num ambiente temporário e devolve o ``pip freeze`` dele."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(
            Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        )
        project = f"{ROOT}[book,torch,keras,dev,bench]"
        subprocess.run([python, "-m", "pip", "install", "-q", *arguments, project], check=True)
        freeze = [python, "-m", "pip", "freeze", "--exclude", "coursekit"]
        return subprocess.run(freeze, check=True, capture_output=True, text=True).stdout


def main() -> int:
    """Argumentos extras vão ao pip: por exemplo ``torch==2.13.0`` para fixar um deles."""
    lines = pinned(resolve(sys.argv[1:]))
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(lines)} versões.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
