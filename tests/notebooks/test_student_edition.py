"""Quem abre a edição do estudante e roda tudo, sem responder nada, não vê erro nenhum."""

from pathlib import Path

import pytest

from coursekit.authoring.execution import execute
from coursekit.authoring.notebook_file import read_notebook
from coursekit.authoring.project import Edition, Project

PROJECT = Project(Path(__file__).parents[2])
STUDENT = [edition for edition in PROJECT.editions() if edition.kind == "exercicio"]


def test_there_are_student_editions():
    assert len(STUDENT) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("edition", STUDENT, ids=lambda edition: edition.slug)
def test_runs_to_the_end_and_says_what_is_missing(edition: Edition):
    cells, _ = execute(read_notebook(edition.target), folder=edition.target.parent, cards=None)
    checks = [cell for cell in cells if "check(" in cell["source"] and cell["outputs"]]
    exercises = [cell for cell in cells if "exercicio" in cell["metadata"].get("tags", ())]
    assert len(checks) >= len(exercises) > 0
    for cell in checks:
        shown = "".join(
            "".join(text) for output in cell["outputs"] for text in output["data"].values()
        )
        assert "ainda não feito" in shown, cell["source"]
