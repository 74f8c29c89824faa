"""Tempos medidos: guardados ao lado do livro e mostrados em cada caderno."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.authoring.project import Kind

BUDGETS: dict[Kind, float] = {"capitulo": 120.0, "solucao": 60.0}
SAME_FACTOR = 1.5
SAME_SECONDS = 2.0
_SECTIONS: dict[Kind, str] = {"capitulo": "capitulos", "solucao": "solucoes"}


@dataclass(frozen=True)
class Timing:
    """Tempo de uma execução, em segundos de processador e de parede."""

    cpu: float
    wall: float


def read_timings(path: Path) -> dict[str, dict[str, Timing]]:
    """Lê os tempos guardados, por seção (``capitulos``, ``solucoes``) e capítulo.

    Args:
        path: arquivo ``tempos.json``; se não existir, não há tempos.

    Returns:
        Tempos por seção e por capítulo.

    Raises:
        ValueError: se o arquivo não tiver o formato esperado.
    """
    if not path.is_file():
        return {"capitulos": {}, "solucoes": {}}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {
            section: {slug: Timing(**values) for slug, values in stored[section].items()}
            for section in _SECTIONS.values()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{path.name} não tem o formato esperado ({error}). "
            "Apague-o e rode «make notebooks ARGS=--force»."
        ) from error


def timing_of(path: Path, kind: Kind, slug: str) -> Timing | None:
    """Devolve o tempo guardado de um caderno.

    Args:
        path: arquivo ``tempos.json``.
        kind: edição; a do estudante não é executada e não tem tempo.
        slug: capítulo.

    Returns:
        O tempo, ou ``None`` se ainda não foi medido.
    """
    return read_timings(path)[_SECTIONS[kind]].get(slug) if kind in _SECTIONS else None


def record_timing(path: Path, kind: Kind, slug: str, measured: Timing) -> Timing:
    """Guarda um tempo medido, a menos que ele confirme o que já está guardado.

    Tempos variam com a máquina e a hora: até o fator 1,5 (ou 2 s), o guardado fica como
    está, para que gerar de novo não produza diferença.

    Args:
        path: arquivo ``tempos.json``.
        kind: ``"capitulo"`` ou ``"solucao"``.
        slug: capítulo.
        measured: tempo desta execução.

    Returns:
        O tempo que ficou guardado.
    """
    timings = read_timings(path)
    section = timings[_SECTIONS[kind]]
    stored = section.get(slug)
    if stored is not None and _close(stored.cpu, measured.cpu):
        return stored
    section[slug] = Timing(round(measured.cpu, 1), round(measured.wall, 1))
    content = {
        name: {key: asdict(value) for key, value in sorted(entries.items())}
        for name, entries in timings.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return section[slug]


def spoken_seconds(seconds: float) -> str:
    """Diz um tempo de processador como se fala, arredondado para cima.

    Args:
        seconds: tempo em s, não negativo.

    Returns:
        Texto como «menos de 10 s de processador».

    Example:
        >>> spoken_seconds(3.2), spoken_seconds(31.0)
        ('menos de 10 s de processador', 'cerca de 35 s de processador')
    """
    if seconds < 10:
        return "menos de 10 s de processador"
    return f"cerca de {5 * math.ceil(seconds / 5)} s de processador"


def _close(stored: float, measured: float) -> bool:
    """Diz se dois tempos contam a mesma história."""
    low, high = sorted((stored, measured))
    return high - low <= SAME_SECONDS or high <= SAME_FACTOR * low
