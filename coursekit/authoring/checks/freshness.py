"""Cadernos em dia: o que está em ``notebooks/`` é o que ``book/`` geraria."""

from collections.abc import Mapping
from typing import Any

from coursekit.authoring.assembly import assemble
from coursekit.authoring.checks.problem import Problem, cell_place
from coursekit.authoring.notebook_file import notebook_text, read_notebook, recipe
from coursekit.authoring.project import Edition, Project

_REMEDY = "Rode «make notebooks» e guarde o resultado; não edite o caderno à mão."


def check_freshness(project: Project, edition: Edition, labels: Mapping[str, str]) -> list[Problem]:
    """Confere um caderno contra a sua fonte.

    Args:
        project: o livro.
        edition: caderno a conferir.
        labels: rótulo de cada chave da bibliografia.

    Returns:
        Defeitos: caderno ausente, célula diferente da fonte, código não executado, saída
        na edição do estudante, ou arquivo não normalizado.
    """
    name = edition.target.relative_to(project.root).as_posix()
    if not edition.target.is_file():
        return [Problem(name, "o caderno ainda não foi gerado.", _REMEDY)]
    expected, stored = assemble(project, edition, labels), read_notebook(edition.target)
    if len(expected) != len(stored):
        what = f"o caderno tem {len(stored)} células, e a fonte gera {len(expected)}."
        return [Problem(name, what, _REMEDY)]
    problems = [
        Problem(cell_place(name, number), "a célula difere da fonte.", _REMEDY)
        for number, (mine, theirs) in enumerate(zip(expected, stored, strict=True))
        if (mine["id"], recipe(mine)) != (theirs["id"], recipe(theirs))
    ]
    problems += _execution_problems(name, edition, stored)
    if not problems and edition.target.read_text(encoding="utf-8") != notebook_text(stored):
        problems.append(Problem(name, "o arquivo não está normalizado.", _REMEDY))
    return problems


def check_orphans(project: Project) -> list[Problem]:
    """Procura cadernos que nenhuma fonte gera.

    Args:
        project: o livro.

    Returns:
        Um defeito por caderno sem fonte.
    """
    expected = {edition.target for edition in project.editions()}
    return [
        Problem(
            path.relative_to(project.root).as_posix(),
            "o caderno não tem fonte em book/.",
            "Apague-o, ou escreva a fonte.",
        )
        for path in sorted(project.notebooks.rglob("*.ipynb"))
        if path not in expected and ".ipynb_checkpoints" not in path.parts
    ]


def _execution_problems(name: str, edition: Edition, cells: list[dict[str, Any]]) -> list[Problem]:
    """Confere se o caderno foi executado inteiro, ou se não tem saída nenhuma."""
    problems = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        place = cell_place(name, number)
        if edition.executed and not cell["execution_count"]:
            problems.append(Problem(place, "a célula não foi executada.", _REMEDY))
        if not edition.executed and (cell["outputs"] or cell["execution_count"]):
            problems.append(Problem(place, "a edição do estudante tem saídas.", _REMEDY))
    return problems
