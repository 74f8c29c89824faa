import pytest

from coursekit.authoring.editions import edition_cells, solved_cell, stub_cell

FUNCTION = '''def add(left, right):
    """Soma."""
    # <solução>
    total = left + right
    return total
    # </solução>'''


def code(source, *tags):
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}


def test_stub_of_a_function():
    assert stub_cell(FUNCTION) == (
        'def add(left, right):\n    """Soma."""\n    # escreva aqui\n    raise NotImplementedError'
    )


def test_solution_of_a_function():
    assert solved_cell(FUNCTION) == (
        'def add(left, right):\n    """Soma."""\n    total = left + right\n    return total'
    )


def test_stub_of_values_keeps_what_is_around():
    solution = "a, (b, c) = f(x)\nd: int = 2\na = 1\nx[0] = 5"
    source = f"x = [3]\n# <solução>\n{solution}\n# </solução>\nprint(a)"
    assert stub_cell(source) == (
        "x = [3]\n# escreva aqui\na = None\nb = None\nc = None\nd = None\nprint(a)"
    )


def test_two_gaps():
    source = "# <solução>\na = 1\n# </solução>\nmeio = 2\n# <solução>\nb = 3\n# </solução>"
    assert stub_cell(source) == ("# escreva aqui\na = None\nmeio = 2\n# escreva aqui\nb = None")
    assert solved_cell(source) == "a = 1\nmeio = 2\nb = 3"


@pytest.mark.parametrize(
    "source",
    [
        "a = 1",
        "# <solução>\na = 1",
        "a = 1\n# </solução>",
        "# <solução>\na = 1\n# <solução>\n# </solução>\n# </solução>",
        "# </solução>\na = 1\n# <solução>",
        "x = 2  # <solução>\na = 1\n# </solução>",
    ],
)
def test_rejects_broken_marks(source):
    with pytest.raises(ValueError, match="Cada solução fica entre as duas marcas"):
        stub_cell(source)


@pytest.mark.parametrize("body", ["def f():\n    return 1", "import math", "class A:\n    pass"])
def test_rejects_definitions_inside_a_loose_gap(body):
    with pytest.raises(ValueError, match="marque só o corpo"):
        stub_cell(f"# <solução>\n{body}\n# </solução>")


def test_rejects_a_loose_gap_that_defines_nothing():
    with pytest.raises(ValueError, match="não define nenhum nome"):
        stub_cell("# <solução>\nprint(3)\n# </solução>")


def test_editions_share_everything_else():
    cells = [
        {"cell_type": "markdown", "source": "enunciado", "metadata": {}},
        code(FUNCTION, "exercicio"),
        code('check("02-1", add)'),
    ]
    student, solved = edition_cells(cells, solved=False), edition_cells(cells, solved=True)
    assert [cell["source"] for cell in student[::2]] == ["enunciado", 'check("02-1", add)']
    assert "NotImplementedError" in student[1]["source"]
    assert "total = left + right" in solved[1]["source"]
    assert cells[1]["source"] == FUNCTION


def test_commented_solution_goes_only_to_the_solved_edition():
    cells = [code(FUNCTION, "exercicio"), code('check("02-1", add)'), code("add(1, 2)", "solucao")]
    assert len(edition_cells(cells, solved=False)) == 2
    assert edition_cells(cells, solved=True)[2]["source"] == "add(1, 2)"


@pytest.mark.parametrize("following", [[], [code("add(1, 2)")], [code('check("2-1", add)')]])
def test_every_exercise_is_followed_by_its_check(following):
    with pytest.raises(ValueError, match="não é seguido da conferência"):
        edition_cells([code(FUNCTION, "exercicio"), *following], solved=False)
