"""Onde mora cada cartão: a página cujo caderno o mostra, e a âncora dele."""

import re
from functools import lru_cache
from pathlib import Path

ANCHOR = re.compile(r'class=\\"cartao-experimento\\" id=\\"(E\d{2})\\"')


@lru_cache(maxsize=2)
def card_pages(root: Path) -> dict[str, str]:
    """Página do capítulo que mostra cada cartão.

    Args:
        root: raiz do repositório.

    Returns:
        ``{"E04": "notebooks/02-ponderar"}`` para os cartões presentes nas saídas.
    """
    found: dict[str, str] = {}
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for card in ANCHOR.findall(path.read_text(encoding="utf-8")):
            found.setdefault(card, f"notebooks/{path.stem}")
    return found
