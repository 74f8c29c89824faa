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
