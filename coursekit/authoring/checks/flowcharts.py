"""Fluxogramas: todo bloco ``mermaid`` se lê, e diz a quem não vê o que há nele."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from coursekit.authoring.checks.figures import MIN_ALT_LENGTH
from coursekit.authoring.checks.problem import Problem, cell_place
from coursekit.authoring.project import Project
from coursekit.flowchart import FlowchartError, parse_flowchart

MIN_TITLE = 8
_BLOCK = re.compile(
    r"(?ms)^(?P<pad>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*mermaid[ \t]*\n"
    r"(?P<body>.*?)^(?P=pad)(?P=fence)[ \t]*$"
)
_REMEDY = (
    "Corrija o bloco mermaid; um diagrama errado de propósito vai num bloco «text», que ninguém "
    "tenta desenhar."
)


def mermaid_blocks(markdown: str) -> Iterator[str]:
    r"""Percorre os blocos ``mermaid`` de um texto.

    Args:
        markdown: o texto.

    Yields:
        O conteúdo de cada bloco, sem as cercas nem o recuo.

    Example:
        >>> list(mermaid_blocks("a\n```mermaid\nflowchart LR\n```\n"))
        ['flowchart LR\n']
    """
    for match in _BLOCK.finditer(markdown):
        yield textwrap.dedent(match["body"])


def flowchart_texts(markdown: str) -> list[str]:
    r"""Lista o que se lê nos fluxogramas de um texto, para a conferência da língua.

    Args:
        markdown: o texto.

    Returns:
        Títulos, descrições, nós e rótulos; nada dos fluxogramas que não se deixam ler.

    Example:
        >>> flowchart_texts("```mermaid\nflowchart LR\n```")
        []
    """
    texts: list[str] = []
    for block in mermaid_blocks(markdown):
        try:
            texts += parse_flowchart(block).texts
        except FlowchartError:
            continue
    return texts


def check_flowcharts(file_name: str, cells: Sequence[dict[str, Any]]) -> list[Problem]:
    r"""Confere os fluxogramas das células de texto de um caderno.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células do caderno.

    Returns:
        Um defeito por fluxograma que não é do subconjunto do curso.

    Example:
        >>> source = "```mermaid\nflowchart LR\nA --> B\n```"
        >>> cell = {"cell_type": "markdown", "source": source, "metadata": {}}
        >>> len(check_flowcharts("a.ipynb", [cell]))
        1
    """
    problems = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            problems += _problems(cell_place(file_name, number), cell["source"])
    return problems


def check_page_flowcharts(project: Project) -> list[Problem]:
    """Confere os fluxogramas das páginas que não são cadernos.

    Args:
        project: o livro.

    Returns:
        Um defeito por fluxograma que não é do subconjunto do curso.
    """
    problems = []
    for path in sorted((project.root / "book").glob("*.md")):
        place = path.relative_to(project.root).as_posix()
        problems += _problems(place, path.read_text(encoding="utf-8"))
    return problems


def _problems(place: str, markdown: str) -> list[Problem]:
    """Os defeitos dos fluxogramas de um texto."""
    problems = []
    for number, block in enumerate(mermaid_blocks(markdown), start=1):
        where = f"{place}, {number}º fluxograma"
        try:
            chart = parse_flowchart(block)
        except FlowchartError as error:
            problems.append(Problem(where, str(error), _REMEDY))
            continue
        if len(chart.title) < MIN_TITLE or len(chart.description) < MIN_ALT_LENGTH:
            said = f"accTitle «{chart.title}» e accDescr «{chart.description}» dizem pouco."
            problems.append(Problem(where, said, "Escreva o que se vê no desenho."))
    return problems
