"""Recusa arquivos grandes no repositório: dados e modelos se geram, não se guardam."""

import sys
from pathlib import Path

LIMIT = 2**20


def main(names: list[str]) -> int:
    """Aponta cada arquivo acima de 1 MiB; devolve 1 se houver algum."""
    large = [name for name in names if Path(name).is_file() and Path(name).stat().st_size > LIMIT]
    for name in large:
        size = Path(name).stat().st_size / LIMIT
        print(f"{name}: {size:.1f} MiB. O limite é 1 MiB: gere o arquivo por código.")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
