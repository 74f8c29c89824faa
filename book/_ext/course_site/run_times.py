"""Tempos medidos ao executar os cadernos, como o leitor os lê."""

from pathlib import Path

from coursekit.authoring.project import Kind
from coursekit.authoring.timings import timing_of

TIMES = Path("book/_data/tempos.json")
KINDS: dict[str, Kind] = {"exercicios": "exercicio", "solucoes": "solucao"}


def notebook_seconds(root: Path, docname: str) -> float | None:
    """Segundos de processador que o caderno de uma página levou.

    Args:
        root: raiz do repositório.
        docname: página, como ``notebooks/02-ponderar``.

    Returns:
        O tempo medido, ou ``None`` se a página não é de caderno ou não foi medida.
    """
    folder, _, rest = docname.partition("/")
    if folder != "notebooks":
        return None
    section, _, slug = rest.rpartition("/")
    timing = timing_of(root / TIMES, KINDS.get(section, "capitulo"), slug)
    return timing.cpu if timing else None


def spoken(seconds: float) -> str:
    """Duração como se diz: ``menos de 1 s``, ``12 s``, ``1 min 20 s``.

    Example:
        >>> spoken(80.4), spoken(0.3)
        ('1 min 20 s', 'menos de 1 s')
    """
    if seconds < 1:
        return "menos de 1 s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
