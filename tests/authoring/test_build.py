import json
import os
import shutil
import sys

import pytest

from authoring.miniature import CHAPTER, EXERCISES, write_book
from coursekit.authoring.build import build_all
from coursekit.authoring.cli import cli_main
from coursekit.authoring.execution import ExecutionError
from coursekit.authoring.notebook_file import read_notebook
from coursekit.evidence import load_cards


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Livro em miniatura já gerado; os testes que o mudam trabalham numa cópia."""
    root = tmp_path_factory.mktemp("livro")
    project = write_book(root)
    outcomes = [(item.edition.kind, item.outcome) for item in build_all(project)]
    return project, outcomes


@pytest.fixture
def copy(built, tmp_path):
    shutil.copytree(built[0].root, tmp_path / "livro")
    return type(built[0])(tmp_path / "livro")


def contents(project):
    folders = (project.notebooks, project.data)
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_generates_the_three_editions(built):
    project, outcomes = built
    assert outcomes == [
        ("capitulo", "executado"),
        ("exercicio", "atualizado"),
        ("solucao", "executado"),
    ]
    assert set(contents(project)) == {
        "notebooks/02-ponderar.ipynb",
        "notebooks/exercicios/02-ponderar.ipynb",
        "notebooks/solucoes/02-ponderar.ipynb",
        "book/_data/tempos.json",
        "book/_data/cartoes/E04.json",
    }


def test_again_without_change_does_nothing(copy):
    before = contents(copy)
    assert {item.outcome for item in build_all(copy)} == {"em dia"}
    assert contents(copy) == before


def test_again_by_force_gives_the_same_bytes(copy):
    before = contents(copy)
    outcomes = [item.outcome for item in build_all(copy, force=True)]
    assert outcomes == ["executado", "em dia", "executado"]
    assert contents(copy) == before


def test_chapter_is_executed_and_normalised(built):
    project, _ = built
    text = (project.notebooks / "02-ponderar.ipynb").read_text(encoding="utf-8")
    content = json.loads(text)
    assert content["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    counts = [cell.get("execution_count") for cell in content["cells"]]
    assert counts == [None, 1, None, 2, 3, 4, 5]
    assert all("execution" not in cell["metadata"] for cell in content["cells"])
    assert str(project.root) not in text
    assert sys.prefix not in text
    figure = content["cells"][4]["outputs"][0]
    assert figure["data"]["image/png"].startswith("iVBOR")
    assert "<b>4</b> ficam iguais" in "".join(
        content["cells"][6]["outputs"][0]["data"]["text/html"]
    )


def test_chapter_writes_its_card_and_its_time(built):
    project, _ = built
    assert load_cards(project.cards)["E04"].verdict == "cumprido"
    times = json.loads((project.data / "tempos.json").read_text(encoding="utf-8"))
    assert 0 < times["capitulos"]["02-ponderar"]["cpu"] < 60
    assert (
        "tempo medido: menos de 10 s"
        in read_notebook(project.notebooks / "02-ponderar.ipynb")[0]["source"]
    )


def test_student_edition_has_gaps_and_no_outputs(built):
    project, _ = built
    cells = read_notebook(project.notebooks / "exercicios" / "02-ponderar.ipynb")
    sources = "\n".join(cell["source"] for cell in cells)
    assert "raise NotImplementedError" in sources
    assert "answer = None" in sources
    assert "left + right" not in sources
    assert all(not cell["outputs"] for cell in cells if cell["cell_type"] == "code")


def test_solved_edition_has_answers_and_outputs(built):
    project, _ = built
    cells = read_notebook(project.notebooks / "solucoes" / "02-ponderar.ipynb")
    sources = "\n".join(cell["source"] for cell in cells)
    assert "left + right" in sources
    assert "solução>" not in sources
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == ["'02-2: True'"]


def test_executes_only_what_changed(copy):
    source = copy.root / "book" / "exercicios" / "02-ponderar.md"
    source.write_text(EXERCISES.replace("values = [3, 5]", "values = [3, 5, 7]"), "utf-8")
    outcomes = [item.outcome for item in build_all(copy)]
    assert outcomes == ["em dia", "atualizado", "executado"]


def test_new_address_changes_the_header_and_keeps_the_outputs(copy):
    config = copy.root / "_config.yml"
    config.write_text(config.read_text("utf-8").replace("dono", "outra"), "utf-8")
    before = read_notebook(copy.notebooks / "02-ponderar.ipynb")
    assert {item.outcome for item in build_all(copy)} == {"atualizado"}
    after = read_notebook(copy.notebooks / "02-ponderar.ipynb")
    assert "github/outra/curso/" in after[0]["source"]
    assert after[2:] == before[2:]


def test_changed_tag_is_a_change(copy):
    source = copy.root / "book" / "capitulos" / "02-ponderar.md"
    text = CHAPTER.replace(
        "ipython3\nverdict_board", "ipython3\n:tags: [hide-input]\nverdict_board"
    )
    source.write_text(text, "utf-8")
    assert build_all(copy)[0].outcome == "executado"


def test_failing_cell_says_where_and_writes_nothing(tmp_path):
    project = write_book(tmp_path, chapter=CHAPTER.replace("equals=4", "equals=5"), exercises=None)
    with pytest.raises(
        ExecutionError, match=r"02-ponderar\.md, célula 5 \(cel-05\): MeasurementError: E04\."
    ):
        build_all(project)
    assert contents(project) == {}


def test_expected_exception_is_not_a_failure(tmp_path):
    cell = "\n```{code-cell} ipython3\n:tags: [raises-exception]\n1 / 0\n```\n"
    project = write_book(tmp_path, chapter=CHAPTER + cell, exercises=None)
    build_all(project)
    output = read_notebook(project.notebooks / "02-ponderar.ipynb")[-1]["outputs"][0]
    assert output["ename"] == "ZeroDivisionError"


def test_environment_of_the_author_does_not_leak(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("COURSEKIT_CARDS_DIR", str(tmp_path / "outra"))
    cell = (
        "\n```{code-cell} ipython3\nimport os\n\n"
        'os.environ.get("MPLBACKEND", ""), os.environ["TF_CPP_MIN_LOG_LEVEL"]\n```\n'
    )
    project = write_book(tmp_path / "livro", chapter=CHAPTER + cell, exercises=None)
    build_all(project)
    output = read_notebook(project.notebooks / "02-ponderar.ipynb")[-1]["outputs"][0]
    assert "agg" not in "".join(output["data"]["text/plain"])
    assert "'3')" in "".join(output["data"]["text/plain"])
    assert not (tmp_path / "outra").exists()
    assert os.environ["MPLBACKEND"] == "agg"


def test_asks_for_chapters_by_name_or_number(copy):
    assert len(build_all(copy, ("02",))) == len(build_all(copy, ("02-ponderar",))) == 3
    with pytest.raises(ValueError, match=r"não há fonte para '07'.*Há: 02-ponderar"):
        build_all(copy, ("07",))


def test_command_line(copy, monkeypatch, capsys):
    monkeypatch.chdir(copy.notebooks)
    assert cli_main([]) == 0
    assert capsys.readouterr().out.count("em dia") == 3
    assert cli_main(["07"]) == 1
    assert "não há fonte" in capsys.readouterr().err


def test_command_line_outside_the_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli_main([]) == 1
    assert "Rode o comando dentro do repositório" in capsys.readouterr().err


def test_book_without_sources(tmp_path, monkeypatch, capsys):
    project = write_book(tmp_path, exercises=None)
    (project.root / "book" / "capitulos" / "02-ponderar.md").unlink()
    monkeypatch.chdir(tmp_path)
    assert cli_main([]) == 0
    assert "Ainda não há fontes" in capsys.readouterr().out
