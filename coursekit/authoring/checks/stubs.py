"""Lacuna e solução: iguais em tudo, menos dentro das marcas.

A conferência lê os dois cadernos gravados e a fonte por um caminho próprio (linha a linha),
sem usar o código que gera as edições: um defeito naquele código aparece aqui.
"""

import re
from collections.abc import Sequence
from typing import Any

from coursekit.authoring.assembly import NUM_GENERATED
from coursekit.authoring.checks.problem import Problem, cell_place
from coursekit.authoring.source import SOLUTION_END, SOLUTION_START

GAP = None
SOLUTION_TAG = "solucao"
_GAP_COMMENT = "# escreva aqui"
_GAP_LINE = re.compile(r"\s*(raise NotImplementedError|[A-Za-z_]\w* = None)")
_REMEDY = "Rode «make notebooks»; se persistir, confira as marcas <solução> na fonte."


def check_stubs(
    file_name: str,
    source_cells: Sequence[dict[str, Any]],
    student_cells: Sequence[dict[str, Any]],
    solved_cells: Sequence[dict[str, Any]],
) -> list[Problem]:
    """Confere que a edição do estudante é a resolvida com lacunas, e nada mais.

    Args:
        file_name: nome do capítulo, para as mensagens.
        source_cells: células da fonte, com as marcas de solução.
        student_cells: células da edição do estudante.
        solved_cells: células da edição resolvida.

    Returns:
        Defeitos: célula que difere fora das lacunas, solução que vazou para o estudante,
        ou lacuna que ficou na edição resolvida.

    Example:
        >>> generated = [{"cell_type": "markdown", "source": "", "metadata": {}}] * 2
        >>> check_stubs("02", [], generated, generated)
        []
    """
    for_student = [cell for cell in source_cells if not _only_solved(cell)]
    expected = (len(for_student) + NUM_GENERATED, len(source_cells) + NUM_GENERATED)
    if (len(student_cells), len(solved_cells)) != expected:
        what = (
            f"estudante e solução têm {len(student_cells)} e {len(solved_cells)} células, e a "
            f"fonte gera {expected[0]} e {expected[1]}."
        )
        return [Problem(file_name, what, _REMEDY)]
    student = iter(student_cells[NUM_GENERATED:])
    problems = []
    for number, cell in enumerate(source_cells):
        place = cell_place(file_name, number + NUM_GENERATED)
        solved = solved_cells[number + NUM_GENERATED]
        given = solved if _only_solved(cell) else next(student)
        problems += [Problem(place, what, _REMEDY) for what in _differences(cell, given, solved)]
    return problems


def _only_solved(cell: dict[str, Any]) -> bool:
    """Diz se a célula só existe na edição resolvida."""
    return SOLUTION_TAG in cell["metadata"].get("tags", ())


def _differences(
    source: dict[str, Any], student: dict[str, Any], solved: dict[str, Any]
) -> list[str]:
    """Compara as três versões de uma célula."""
    if source["cell_type"] != "code":
        return []
    if SOLUTION_START not in source["source"]:
        same = source["source"] == student["source"] == solved["source"]
        return [] if same else ["célula sem lacuna difere entre as edições."]
    outside, inside = _split_source(source["source"])
    found = []
    if _split_student(student["source"]) != outside:
        found.append("a edição do estudante difere da solução fora da lacuna.")
    leaked = set(inside) - {line for line in outside if line is not None}
    if leaked & set(student["source"].splitlines()):
        found.append("há linha da solução na edição do estudante.")
    whole = [line for line in source["source"].splitlines() if not _is_mark(line)]
    if solved["source"].splitlines() != whole:
        found.append("a edição resolvida difere da fonte.")
    return found


def _split_source(text: str) -> tuple[list[str | None], list[str]]:
    """Separa as linhas de fora (com uma lacuna no lugar de cada bloco) das de dentro."""
    outside: list[str | None] = []
    inside: list[str] = []
    within = False
    for line in text.splitlines():
        if line.strip() == SOLUTION_START:
            within = True
            outside.append(GAP)
        elif line.strip() == SOLUTION_END:
            within = False
        elif within:
            inside.append(line)
        else:
            outside.append(line)
    return outside, [line for line in inside if len(line.strip()) > 1]


def _split_student(text: str) -> list[str | None]:
    """Troca cada lacuna do estudante pelo mesmo sinal."""
    lines: list[str | None] = []
    in_gap = False
    for line in text.splitlines():
        if line.strip() == _GAP_COMMENT:
            in_gap = True
            lines.append(GAP)
        elif not (in_gap and _GAP_LINE.fullmatch(line)):
            in_gap = False
            lines.append(line)
    return lines


def _is_mark(line: str) -> bool:
    """Diz se a linha é uma das marcas de solução."""
    return line.strip() in {SOLUTION_START, SOLUTION_END}
