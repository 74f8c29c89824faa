"""Uma resposta típica: certa, ou errada de um jeito que alguém erra de verdade."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wrong:
    """Resposta errada e um trecho da pista que ela deve receber."""

    name: str
    answer: Any
    hint: str


@dataclass(frozen=True)
class Right:
    """Resposta certa; ``make`` a constrói quando o teste roda."""

    name: str
    make: Callable[[], Any]
