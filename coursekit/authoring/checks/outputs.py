"""Saídas guardadas: sem erro, sem aviso e sem caminho da máquina de quem gerou."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from coursekit.authoring.checks.problem import Problem, cell_place

_ABSOLUTE_PATH = re.compile(
    r"(?<![\w:/.<-])/(?:home|root|tmp|usr|opt|var|work|srv|mnt|Users|private|content)/[\w.-]+"
    r"|\b[A-Z]:\\[\w.-]+"
)

# Cores do terminal: coladas ao caminho, o esconderiam.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def check_outputs(file_name: str, cells: Sequence[dict[str, Any]]) -> list[Problem]:
    """Confere as saídas de um caderno executado.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células, com saídas.

    Returns:
        Um defeito por erro não anunciado, aviso em ``stderr`` ou caminho absoluto.

    Example:
        >>> output = {"output_type": "stream", "name": "stderr", "text": "aviso"}
        >>> cell = {"cell_type": "code", "source": "x", "metadata": {}, "outputs": [output]}
        >>> len(check_outputs("a.ipynb", [cell]))
        1
    """
    problems = []
    for number, cell in enumerate(cells):
        tags = cell["metadata"].get("tags", ())
        for output in cell.get("outputs", ()):
            problems += _output_problems(cell_place(file_name, number), output, tags)
    return problems


def _output_problems(place: str, output: dict[str, Any], tags: Sequence[str]) -> list[Problem]:
    """Confere uma saída."""
    problems = []
    if output["output_type"] == "error" and "raises-exception" not in tags:
        problems.append(
            Problem(
                place,
                f"a saída guardada é um erro ({output.get('ename')}).",
                "Conserte a célula; se o erro é a lição, use a tag raises-exception.",
            )
        )
    if output.get("name") == "stderr":
        problems.append(
            Problem(
                place,
                f"há aviso na saída: «{_joined(output['text']).strip()[:60]}».",
                "Trate a causa do aviso; não o esconda.",
            )
        )
    for text in _texts(output):
        if match := _ABSOLUTE_PATH.search(_COLOUR.sub("", text)):
            problems.append(
                Problem(
                    place,
                    f"a saída mostra o caminho {match[0]}, da máquina de quem gerou.",
                    "Mostre só o nome do arquivo.",
                )
            )
    return problems


def _texts(output: dict[str, Any]) -> Iterator[str]:
    """Percorre os textos de uma saída."""
    yield _joined(output.get("text", ""))
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield _joined(value)
    yield "\n".join(output.get("traceback", ()))


def _joined(text: str | list[str]) -> str:
    """Junta um texto que o Jupyter guarda em linhas."""
    return "".join(text)
