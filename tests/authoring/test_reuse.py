"""Quando as saídas guardadas ainda servem: decisão pura, sem executar nada."""

import pytest

from coursekit.authoring.build import reusable, with_outputs_of


def cells(**changes):
    header = {"id": "cel-00", "cell_type": "markdown", "source": "# Título", "metadata": {}}
    install = {"id": "cel-01", "cell_type": "code", "source": "pip", "metadata": {}}
    lesson = {"id": "cel-02", "cell_type": "code", "source": "x = 1", "metadata": {}}
    ran = {"execution_count": 2, "outputs": ["saída"]}
    return [header, install | {"execution_count": 1}, lesson | ran | changes]


def test_same_author_cells_are_reused():
    assert reusable(cells(), cells())


def test_generated_cells_may_change():
    mine = cells()
    mine[0] = mine[0] | {"source": "# Título\n\noutro endereço"}
    assert reusable(mine, cells())
    assert with_outputs_of(mine, cells())[0]["source"].endswith("outro endereço")


@pytest.mark.parametrize(
    "change",
    [
        {"source": "x = 2"},
        {"cell_type": "markdown"},
        {"metadata": {"tags": ["hide-input"]}},
        {"execution_count": None},
    ],
)
def test_any_author_change_asks_for_execution(change):
    assert not reusable(cells(), cells(**change))


@pytest.mark.parametrize("change", [{"source": "y = 1"}, {"metadata": {"tags": ["licao"]}}])
def test_generated_code_is_not_the_author_s(change):
    mine = cells()
    mine[1] = mine[1] | change
    assert reusable(mine, cells())


def prose(text):
    return {"id": "cel-09", "cell_type": "markdown", "source": text, "metadata": {}}


def test_new_prose_keeps_the_outputs_with_their_code():
    first, second = cells()[2], cells(source="y = 2", outputs=["outra"], execution_count=3)[2]
    stored = [*cells()[:2], prose("Antes."), first, second]
    mine = [*cells()[:2], first, prose("Uma frase."), prose("Mais uma."), second]
    assert reusable(mine, stored)
    joined = with_outputs_of(mine, stored)
    assert [cell.get("outputs") for cell in joined[2:]] == [["saída"], None, None, ["outra"]]


def test_new_description_of_a_figure_keeps_its_output():
    described = {"metadata": {"mystnb": {"image": {"alt": "Uma curva."}}}}
    assert reusable(cells(**described), cells())


def test_swapped_code_asks_for_execution():
    other = cells(source="y = 2")[2]
    assert not reusable([*cells(), other], [*cells()[:2], other, cells()[2]])


def test_outputs_of_another_program_are_refused():
    with pytest.raises(ValueError, match="são 2 células de código, e 3 executadas"):
        with_outputs_of(cells(), [*cells(), cells()[2]])


def test_new_or_longer_notebook_asks_for_execution():
    assert not reusable(cells(), [])
    assert not reusable([*cells(), cells()[2]], cells())


def test_outputs_follow_their_cells():
    assembled = [
        {name: cell[name] for name in ("id", "cell_type", "source", "metadata")} for cell in cells()
    ]
    joined = with_outputs_of(assembled, cells())
    assert joined[2]["outputs"] == ["saída"]
    assert "outputs" not in joined[0]
