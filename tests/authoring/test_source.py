import pytest

from authoring.miniature import CHAPTER, FRONT
from coursekit.authoring.source import read_source


def write(tmp_path, text):
    path = tmp_path / "02-ponderar.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_front_matter_title_and_cells(tmp_path):
    source = read_source(write(tmp_path, CHAPTER))
    assert source.title == "Capítulo 2 · Ponderar"
    assert source.objectives == ("calcular pesos;", "normalizá-los.")
    assert source.requirements == ("tensores.",)
    assert [cell["cell_type"] for cell in source.cells] == ["markdown", *["code"] * 4]
    assert source.cells[0]["source"] == "Uma média ponderada [@cherry1953some, p. 976]."
    assert source.cells[2]["metadata"] == {
        "mystnb": {"image": {"alt": "Uma reta que sobe da esquerda para a direita."}}
    }


def test_title_alone_leaves_no_empty_cell(tmp_path):
    source = read_source(write(tmp_path, FRONT + "\n# Só\n\n```{code-cell} ipython3\nx = 1\n```\n"))
    assert [cell["source"] for cell in source.cells] == ["x = 1"]


@pytest.mark.parametrize("body", ["Sem título.", "## Nível dois", "```{code-cell}\nx\n```"])
def test_title_is_mandatory(tmp_path, body):
    with pytest.raises(ValueError, match=r"02-ponderar\.md não começa por um título"):
        read_source(write(tmp_path, f"{FRONT}\n{body}\n"))


def test_unknown_tag(tmp_path):
    cell = "```{code-cell} ipython3\n:tags: [lição]\nx = 1\n```\n"
    with pytest.raises(ValueError, match=r"célula 0: tag desconhecida lição.*licao"):
        read_source(write(tmp_path, f"{FRONT}\n# Título\n\n{cell}"))
