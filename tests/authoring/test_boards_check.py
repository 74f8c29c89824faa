"""O quadro guardado não envelhece em silêncio."""

from dataclasses import replace

import pytest

from coursekit.authoring.checks.boards import check_boards
from coursekit.evidence import Experiment, load_claims, verdict_board

CLAIM = replace(
    load_claims()["S1-15"],
    said="A soma é 1.",
    measured="São {E04.total} pesos (erro {E04.error:.1e}).",
    verdict="parcial",
)


def board_text():
    experiment = Experiment("E04", title="Pesos", data="gerados", seeds=(0,))
    experiment.measure("total", 10, equals=10, label="total")
    experiment.measure("error", 0.0012, at_most=1, label="erro")
    board = replace(verdict_board("S1-15"), claims=(CLAIM,), cards={"E04": experiment.card()})
    return repr(board)


def cells(text):
    output = {"output_type": "execute_result", "data": {"text/plain": text}}
    return [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]}]


def test_a_board_that_tells_today_s_table_is_fine_whatever_the_numbers():
    text = board_text()
    assert "São 10 pesos (erro 1,2·10⁻³)." in text
    assert check_boards("a.ipynb", cells(text), {"S1-15": CLAIM}) == []
    assert check_boards("a.ipynb", cells(text.replace("10", "11")), {"S1-15": CLAIM}) == []
    lines = text.splitlines(keepends=True)
    assert check_boards("a.ipynb", cells(lines), {"S1-15": CLAIM}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"said": "A soma é 2."},
        {"verdict": "refutado"},
        {"measured": "São {E04.total} pesos."},
        {"measured": "Foram {E04.total} pesos (erro {E04.error:.1e})."},
    ],
)
def test_a_changed_claim_makes_the_board_stale(change):
    claims = {"S1-15": replace(CLAIM, **change)}
    (problem,) = check_boards("a.ipynb", cells(board_text()), claims)
    assert problem.is_error
    assert "de S1-15" in problem.what
    assert problem.where.startswith("a.ipynb")


def test_a_claim_that_no_longer_exists_makes_the_board_stale():
    (problem,) = check_boards("a.ipynb", cells(board_text()), {})
    assert "S1-15" in problem.what
