"""Células de código: curtas, e com ``def`` só quando a função é a lição."""

import ast
from collections.abc import Sequence
from typing import Any

from coursekit.authoring.checks.problem import Problem, cell_place

WARN_LINES, MAX_LINES, MAX_DEF_LINES = 15, 25, 20
DEF_TAGS = frozenset({"licao", "exercicio"})


def check_code_cells(file_name: str, cells: Sequence[dict[str, Any]]) -> list[Problem]:
    r"""Confere o tamanho das células e onde se definem funções e classes.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células do caderno.

    Returns:
        Defeitos (mais de 25 linhas; ``def`` fora de lugar; ``;`` no fim) e avisos (mais de
        15 linhas).

    Example:
        >>> cell = {"cell_type": "code", "source": "x = 1\n" * 26, "metadata": {}}
        >>> [problem.is_error for problem in check_code_cells("a.ipynb", [cell])]
        [True]
    """
    problems = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code" and cell["source"].strip():
            place = cell_place(file_name, number)
            problems += _length_problems(place, cell["source"])
            problems += _definition_problems(place, cell)
            problems += _semicolon_problems(place, cell["source"])
    return problems


def _length_problems(place: str, source: str) -> list[Problem]:
    """Confere quantas linhas com conteúdo a célula tem."""
    lines = _num_lines(source)
    if lines <= WARN_LINES:
        return []
    return [
        Problem(
            place,
            f"{lines} linhas de código (o alvo é {WARN_LINES}; o limite, {MAX_LINES}).",
            "Divida a célula numa ideia por vez, ou mova o que não é a lição para o coursekit.",
            is_error=lines > MAX_LINES,
        )
    ]


def _definition_problems(place: str, cell: dict[str, Any]) -> list[Problem]:
    """Confere as funções e classes definidas na célula."""
    definitions = _definitions(cell["source"])
    if not definitions:
        return []
    if not DEF_TAGS & set(cell["metadata"].get("tags", ())):
        return [
            Problem(
                place,
                f"define {definitions[0].name} sem ser lição nem exercício.",
                "Mova a função para o coursekit, ou marque a célula com a tag licao.",
            )
        ]
    problems = []
    if len(definitions) > 1 and "licao" in cell["metadata"]["tags"]:
        names = ", ".join(item.name for item in definitions)
        problems.append(
            Problem(place, f"define mais de uma coisa ({names}).", "Uma lição por célula.")
        )
    for item in definitions:
        lines = _num_lines(ast.get_source_segment(cell["source"], item) or "")
        if lines > MAX_DEF_LINES:
            problems.append(
                Problem(
                    place,
                    f"{item.name} tem {lines} linhas (o limite é {MAX_DEF_LINES}).",
                    "Encurte a função ao mecanismo que se quer mostrar.",
                )
            )
    return problems


def _semicolon_problems(place: str, source: str) -> list[Problem]:
    """Recusa o ``;`` que esconde a última saída: o nbval executa sem obedecer a ele."""
    if not source.rstrip().endswith(";"):
        return []
    return [
        Problem(
            place,
            "termina em «;» para esconder a saída, e a conferência com nbval a vê mesmo assim.",
            "Guarde o resultado num nome, ou termine pela figura.",
        )
    ]


def _definitions(source: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Lista as definições no primeiro nível; código que não compila não define nada."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [item for item in tree.body if isinstance(item, kinds)]


def _num_lines(source: str) -> int:
    """Conta as linhas que não são vazias."""
    return sum(bool(line.strip()) for line in source.splitlines())
