"""Imprime os limites inferiores do pyproject como pinos: o mais antigo que prometemos."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def oldest(extras: tuple[str, ...] = ("torch",)) -> list[str]:
    """Troca ``>=`` por ``==`` nas dependências do pacote e dos extras pedidos."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return [re.sub(r">=([\d.]+).*", r"==\1", line) for line in wanted]


if __name__ == "__main__":
    print("\n".join(oldest()))
    sys.exit(0)
