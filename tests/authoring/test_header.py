import ast
import json
import subprocess
import sys

import pytest

from authoring.miniature import LABELS, URL, write_book
from coursekit.authoring import Repository, install_cell, requirement_for
from coursekit.authoring.assembly import assemble


def cells_of(project, kind):
    return assemble(project, project.edition(kind, "02-ponderar"), LABELS)


def test_header_of_a_chapter(tmp_path):
    project = write_book(tmp_path)
    (tmp_path / "book/_data/tempos.json").write_text(
        json.dumps({"capitulos": {"02-ponderar": {"cpu": 31.0, "wall": 20.0}}, "solucoes": {}}),
        encoding="utf-8",
    )
    path = "notebooks/02-ponderar.ipynb"
    colab = "https://colab.research.google.com/github/dono/curso/blob/main"
    doors = [
        f"[Abrir no Colab]({colab}/{path})",
        f"[Baixar este caderno]({URL}/raw/main/{path})",
        "[Exercícios](exercicios/02-ponderar.ipynb)",
        "tempo medido: cerca de 35 s de processador",
    ]
    assert cells_of(project, "capitulo")[0]["source"].split("\n\n") == [
        "# Capítulo 2 · Ponderar",
        " · ".join(doors),
        "**Ao final deste capítulo, você vai saber:**",
        "- calcular pesos;\n- normalizá-los.",
        "**Antes de começar:** tensores.",
    ]


@pytest.mark.parametrize(
    ("kind", "title", "neighbour"),
    [
        ("exercicio", "# Exercícios do capítulo 2", "[Soluções](../solucoes/02-ponderar.ipynb)"),
        (
            "solucao",
            "# Exercícios do capítulo 2: soluções",
            "[Exercícios](../exercicios/02-ponderar.ipynb)",
        ),
    ],
)
def test_header_of_the_exercises(tmp_path, kind, title, neighbour):
    header = cells_of(write_book(tmp_path), kind)[0]["source"]
    assert header.startswith(title + "\n\n")
    assert "[Capítulo](../02-ponderar.ipynb)" in header
    assert neighbour in header
    assert "tempo medido" not in header
    assert "Ao final" not in header


def test_chapter_without_exercises_has_no_link_to_them(tmp_path):
    header = cells_of(write_book(tmp_path, exercises=None), "capitulo")[0]["source"]
    assert "Exercícios" not in header


def test_ids_are_fixed(tmp_path):
    cells = cells_of(write_book(tmp_path), "capitulo")
    assert [cell["id"] for cell in cells] == [f"cel-{number:02d}" for number in range(7)]


def test_citations_follow_the_folder(tmp_path):
    project = write_book(tmp_path)
    text = cells_of(project, "capitulo")[2]["source"]
    assert text.endswith("[Cherry (1953, p. 976)](../book/referencias.md#cherry1953some).")


def test_unknown_citation_names_the_file(tmp_path):
    project = write_book(tmp_path)
    with pytest.raises(ValueError, match=r"02-ponderar\.md: a citação \[@cherry1953some\]"):
        assemble(project, project.edition("capitulo", "02-ponderar"), {})


def test_install_cell_is_hidden_and_comes_from_the_address(tmp_path):
    cell = cells_of(write_book(tmp_path), "capitulo")[1]
    assert cell["metadata"] == {"tags": ["remove-cell"]}
    assert f'"coursekit @ git+{URL}@main"' in cell["source"]


def test_requirement_can_be_a_wheel(tmp_path):
    project = write_book(tmp_path)
    edition = project.edition("capitulo", "02-ponderar")
    cell = assemble(project, edition, LABELS, requirement="./coursekit-0.1.0.whl")[1]
    assert '"./coursekit-0.1.0.whl"' in cell["source"]
    assert "git+" not in cell["source"]


def test_install_cell_does_nothing_where_coursekit_is():
    # Se chamasse o pip, o requisito inexistente derrubaria o processo.
    source = install_cell("pacote-que-nao-existe-em-lugar-nenhum")["source"]
    result = subprocess.run([sys.executable, "-c", source], capture_output=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_install_cell_calls_pip_where_coursekit_is_not(monkeypatch):
    calls = []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("subprocess.run", lambda *args, **options: calls.append((args, options)))
    code = compile(ast.parse(install_cell("coursekit")["source"]), "célula", "exec")
    exec(code, {})
    pip_install = [sys.executable, "-m", "pip", "install", "--quiet", "coursekit"]
    assert calls == [((pip_install,), {"check": True})]


@pytest.mark.parametrize("requirement", ['a"b', "a\\b", "a\nb"])
def test_install_cell_rejects_what_would_break_it(requirement):
    with pytest.raises(ValueError, match="não cabe na célula"):
        install_cell(requirement)


def test_requirement_names_the_branch():
    assert (
        requirement_for(Repository("https://a.b/c/d", "x")) == "coursekit @ git+https://a.b/c/d@x"
    )
