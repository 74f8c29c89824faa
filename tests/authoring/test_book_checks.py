"""As conferências que olham o livro inteiro, num livro em miniatura com defeitos plantados."""

import json

import pytest

from authoring.miniature import CHAPTER, EXERCISES, LABELS, write_book
from coursekit.authoring.assembly import assemble
from coursekit.authoring.build import build_all
from coursekit.authoring.checks.book import (
    check_exercise_stubs,
    check_notebook_contents,
    check_notebooks_fresh,
)
from coursekit.authoring.checks.budget import check_budgets
from coursekit.authoring.checks.freshness import check_freshness, check_orphans
from coursekit.authoring.notebook_file import write_notebook

PLAIN = CHAPTER.split("```{code-cell}")[0]


def whats(problems):
    return [problem.what for problem in problems]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = write_book(tmp_path_factory.mktemp("livro"))
    build_all(project)
    return project


def rewritten(project, tmp_path, change):
    """Copia o livro com o caderno do capítulo alterado."""
    copy = write_book(tmp_path)
    for kind in ("capitulo", "exercicio", "solucao"):
        old, new = project.edition(kind, "02-ponderar"), copy.edition(kind, "02-ponderar")
        new.target.parent.mkdir(parents=True, exist_ok=True)
        new.target.write_bytes(old.target.read_bytes())
    times = copy.data / "tempos.json"
    times.write_bytes((project.data / "tempos.json").read_bytes())
    target = copy.edition("capitulo", "02-ponderar").target
    content = json.loads(target.read_text("utf-8"))
    change(content)
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return copy


def test_clean_book_has_no_defect(built):
    assert check_notebooks_fresh(built) == []
    assert check_notebook_contents(built) == []
    assert check_exercise_stubs(built) == []
    assert check_budgets(built) == []


def edit_text(content):
    content["cells"][2]["source"][0] += "!"


def edit_code(content):
    content["cells"][3]["source"].append("\nx = 1")


def edit_tag(content):
    content["cells"][3]["metadata"]["tags"] = ["hide-input"]


def forget_execution(content):
    content["cells"][3]["execution_count"] = None


def add_timestamp(content):
    content["cells"][3]["metadata"]["execution"] = {"iopub.status.busy": "2026-01-01"}


def drop_cell(content):
    del content["cells"][3]


def change_id(content):
    content["cells"][3]["id"] = "a1b2c3"


def add_version(content):
    content["metadata"]["language_info"]["version"] = "3.11.7"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (edit_text, "a célula difere da fonte."),
        (edit_code, "a célula difere da fonte."),
        (edit_tag, "a célula difere da fonte."),
        (add_timestamp, "a célula difere da fonte."),
        (forget_execution, "a célula não foi executada."),
        (drop_cell, "o caderno tem 6 células, e a fonte gera 7."),
        (change_id, "a célula difere da fonte."),
        (add_version, "o arquivo não está normalizado."),
    ],
)
def test_stale_notebook(built, tmp_path, change, what):
    copy = rewritten(built, tmp_path, change)
    assert whats(check_notebooks_fresh(copy)) == [what]


def test_notebook_not_generated(tmp_path):
    project = write_book(tmp_path, exercises=None)
    edition = project.edition("capitulo", "02-ponderar")
    assert whats(check_freshness(project, edition, LABELS)) == ["o caderno ainda não foi gerado."]


def test_student_edition_with_outputs(tmp_path):
    project = write_book(tmp_path)
    edition = project.edition("exercicio", "02-ponderar")
    cells = assemble(project, edition, LABELS)
    write_notebook(edition.target, cells)
    assert check_freshness(project, edition, LABELS) == []
    cells[3]["execution_count"] = 1
    write_notebook(edition.target, cells)
    assert whats(check_freshness(project, edition, LABELS)) == ["a edição do estudante tem saídas."]


def test_orphan_notebook(built, tmp_path):
    project = write_book(tmp_path, exercises=None)
    for name in ("02-ponderar.ipynb", "99-velho.ipynb", "exercicios/02-ponderar.ipynb"):
        path = project.notebooks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", "utf-8")
    assert [problem.where for problem in check_orphans(project)] == [
        "notebooks/99-velho.ipynb",
        "notebooks/exercicios/02-ponderar.ipynb",
    ]


def test_stale_reference_labels(built, tmp_path):
    copy = rewritten(built, tmp_path, lambda content: None)
    table = tmp_path / "coursekit" / "evidence" / "references.csv"
    table.parent.mkdir(parents=True)
    table.write_text("key,label,year\n", "utf-8")
    problems = check_notebooks_fresh(copy)
    assert [problem.where for problem in problems] == ["coursekit/evidence/references.csv"]


@pytest.mark.parametrize(
    ("chapter", "solution", "expected"),
    [
        (120.0, 60.0, []),
        (120.1, 60.0, ["notebooks/02-ponderar.ipynb"]),
        (3.0, 60.1, ["notebooks/solucoes/02-ponderar.ipynb"]),
        (None, 3.0, ["notebooks/02-ponderar.ipynb"]),
    ],
)
def test_budget(tmp_path, chapter, solution, expected):
    project = write_book(tmp_path)
    times = {
        "capitulos": {} if chapter is None else {"02-ponderar": {"cpu": chapter, "wall": 1.0}},
        "solucoes": {"02-ponderar": {"cpu": solution, "wall": 1.0}},
    }
    (project.data / "tempos.json").write_text(json.dumps(times), "utf-8")
    assert [problem.where for problem in check_budgets(project)] == expected


def test_content_checks_reach_every_edition(tmp_path):
    long_cell = "```{code-cell} ipython3\n" + "x = 1\n" * 26 + "```\n"
    project = write_book(tmp_path, chapter=PLAIN + long_cell, exercises=EXERCISES + long_cell)
    for edition in project.editions():
        write_notebook(edition.target, assemble(project, edition, LABELS))
    problems = [problem for problem in check_notebook_contents(project) if problem.is_error]
    assert [problem.where.split(",")[0] for problem in problems] == [
        "notebooks/02-ponderar.ipynb",
        "notebooks/exercicios/02-ponderar.ipynb",
        "notebooks/solucoes/02-ponderar.ipynb",
    ]


def test_stub_check_reads_the_files(built, tmp_path):
    copy = rewritten(built, tmp_path, lambda content: None)
    target = copy.edition("exercicio", "02-ponderar").target
    target.write_text(target.read_text("utf-8").replace("values = [3, 5]", "values = [3]"), "utf-8")
    assert whats(check_exercise_stubs(copy)) == [
        "a edição do estudante difere da solução fora da lacuna."
    ]
