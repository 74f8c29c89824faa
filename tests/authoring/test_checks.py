"""Cada conferência, com o defeito plantado que ela tem de achar e o caso limpo que não acusa."""

import pytest

from coursekit.authoring.checks.code_cells import check_code_cells
from coursekit.authoring.checks.figures import check_figures
from coursekit.authoring.checks.flowcharts import check_flowcharts
from coursekit.authoring.checks.outputs import check_outputs
from coursekit.authoring.checks.portable import check_portable
from coursekit.authoring.checks.prose import readable_text
from coursekit.authoring.checks.stubs import check_stubs

GENERATED = [{"cell_type": "markdown", "source": "", "metadata": {}}] * 2
PNG = {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}}


def code(source, *tags, outputs=(), alt=None):
    metadata = {"tags": list(tags)} if tags else {}
    if alt is not None:
        metadata["mystnb"] = {"image": {"alt": alt}}
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": list(outputs),
    }


def text(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def found(problems):
    return [(problem.what, problem.is_error) for problem in problems]


# --- células de código


@pytest.mark.parametrize(
    ("lines", "expected"), [(1, []), (15, []), (16, [False]), (25, [False]), (26, [True])]
)
def test_cell_length(lines, expected):
    source = "x = 1\n\n   \n" * lines
    problems = check_code_cells("a.ipynb", [code(source)])
    assert [problem.is_error for problem in problems] == expected
    assert all(f"{lines} linhas" in problem.what for problem in problems)


@pytest.mark.parametrize("source", ["def f():\n    pass", "class A:\n    pass", "async def f(): 1"])
def test_definition_out_of_place(source):
    problems = check_code_cells("a.ipynb", [text(""), code(source, "hide-input")])
    assert [problem.where for problem in problems] == ["a.ipynb, célula 1 (cel-01)"]
    assert "sem ser lição nem exercício" in problems[0].what
    assert check_code_cells("a.ipynb", [code(source, "licao")]) == []
    assert check_code_cells("a.ipynb", [code(source, "exercicio")]) == []


def test_lambda_and_method_call_are_not_definitions():
    assert check_code_cells("a.ipynb", [code("f = lambda x: x\nf(1)")]) == []


def test_one_lesson_per_cell():
    problems = check_code_cells("a.ipynb", [code("def f(): 1\ndef g(): 2", "licao")])
    assert found(problems) == [("define mais de uma coisa (f, g).", True)]


def test_an_exercise_may_compare_two_functions():
    assert check_code_cells("a.ipynb", [code("def f(): 1\ndef g(): 2", "exercicio")]) == []


@pytest.mark.parametrize(("lines", "num_problems"), [(20, 0), (21, 1)])
def test_definition_length(lines, num_problems):
    source = "def f():\n" + "    x = 1\n" * (lines - 1)
    problems = [p for p in check_code_cells("a", [code(source, "licao")]) if p.is_error]
    assert len(problems) == num_problems


def test_trailing_semicolon():
    problems = check_code_cells("a.ipynb", [code("plot(x);\n")])
    assert "termina em «;»" in problems[0].what
    assert check_code_cells("a.ipynb", [code("a = 1; b = 2")]) == []


# --- figuras


@pytest.mark.parametrize("alt", [None, "", "curta", "   ", "figura-do-capitulo-dois.png"])
def test_figure_without_description(alt):
    problems = check_figures("a.ipynb", [code("plot()", outputs=[PNG], alt=alt)])
    assert len(problems) == 1
    assert "a figura não tem descrição" in problems[0].what


def test_figure_with_description():
    cell = code("plot()", outputs=[PNG], alt="Uma reta que sobe da esquerda.")
    assert check_figures("a.ipynb", [cell]) == []


def test_one_description_cannot_serve_two_figures():
    cell = code("plot()", outputs=[PNG, PNG], alt="Uma reta que sobe da esquerda.")
    assert "produz 2 figuras" in check_figures("a.ipynb", [cell])[0].what


def test_cell_without_figure_needs_nothing():
    output = {"output_type": "execute_result", "data": {"text/html": "<p>"}}
    assert check_figures("a.ipynb", [code("x", outputs=[output])]) == []


@pytest.mark.parametrize(
    ("source", "num_problems"),
    [
        ("![](a.png)", 1),
        ("![a.png](a.png) e ![b](b.svg)", 2),
        ("![Uma reta que sobe da esquerda](a.png)", 0),
    ],
)
def test_markdown_image(source, num_problems):
    assert len(check_figures("a.ipynb", [text(source)])) == num_problems


# --- Markdown portátil


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("```{note}\nOi\n```", "diretiva MyST"),
        ("````{prf:proof}\nOi\n````", "diretiva MyST"),
        (":::{tip}\nOi\n:::", "bloco :::"),
        ("(minha-secao)=\n## Seção", "âncora"),
        ("> [!NOTE]\n> Oi", "aviso"),
        ("$$x = 1$$ (eq-um)", "fórmula com rótulo"),
        ("Ver {ref}`figura`.", "papel MyST"),
        ("São {eval}`n` itens.", "papel MyST"),
        ("Ver [@cherry1953some p. 3", "citação não expandida"),
        ("<script>alert(1)</script>", "<script>"),
    ],
)
def test_only_the_site_would_understand(source, what):
    problems = check_portable("a.ipynb", [text("ok"), text(source)])
    assert len(problems) == 1
    assert problems[0].what.startswith(what)
    assert problems[0].where == "a.ipynb, célula 1 (cel-01)"


@pytest.mark.parametrize(
    "source",
    [
        "**Nota.** `{ref}` e `(x)=` são sintaxe.",
        "```python\n:::\n(x)=\n```",
        "$$p_i = \\frac{e^{s_i}}{2}$$\n\n$e^{x}$ e `código`",
        "<details><summary>Dica</summary>\n\nTexto\n\n</details>",
        "[enlace](a.md#secao) e {chaves}",
    ],
)
def test_portable_markdown(source):
    assert check_portable("a.ipynb", [text(source)]) == []


def test_code_is_not_prose():
    assert check_portable("a.ipynb", [code(":::")]) == []


# --- saídas


def stream(name, content):
    return {"output_type": "stream", "name": name, "text": content}


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": ["linha"]}


@pytest.mark.parametrize(
    ("output", "what"),
    [
        (ERROR, "a saída guardada é um erro (ValueError)."),
        (stream("stderr", "aviso grave\n"), "há aviso na saída: «aviso grave»."),
        (stream("stdout", "em /home/ana/curso/x.py"), "/home/ana"),
        (stream("stdout", ["em C:\\Users\\ana\n"]), "C:\\Users"),
        ({"output_type": "execute_result", "data": {"text/html": ["'/tmp/x'"]}}, "/tmp/x"),
        (ERROR | {"traceback": ["/usr/lib/python3"]}, "/usr/lib"),
        (ERROR | {"traceback": ["File \x1b[32m/tmp/a/b.py\x1b[39m"]}, "/tmp/a"),
    ],
)
def test_bad_output(output, what):
    problems = check_outputs("a.ipynb", [code("x", outputs=[output])])
    assert any(what in problem.what for problem in problems)


@pytest.mark.parametrize(
    "content", ["a/b e x/home/y", "<p>/tmp</p>", "https://a.b/home/x", "1/2", "</var></tmp/x>"]
)
def test_clean_output(content):
    assert check_outputs("a.ipynb", [code("x", outputs=[stream("stdout", content)])]) == []


def test_announced_error_is_the_lesson():
    assert check_outputs("a.ipynb", [code("1/0", "raises-exception", outputs=[ERROR])]) == []


# --- lacunas

SOURCE = "def f(x):\n    # <solução>\n    y = 2 * x\n    return y\n    # </solução>\n\nz = 3"
STUDENT = "def f(x):\n    # escreva aqui\n    raise NotImplementedError\n\nz = 3"
SOLVED = "def f(x):\n    y = 2 * x\n    return y\n\nz = 3"


def stubs(source=SOURCE, student=STUDENT, solved=SOLVED):
    return check_stubs(
        "02.ipynb", [code(source)], [*GENERATED, code(student)], [*GENERATED, code(solved)]
    )


def test_stub_equals_solution_outside_the_gap():
    assert stubs() == []


@pytest.mark.parametrize(
    ("editions", "what"),
    [
        ({"student": STUDENT.replace("z = 3", "z = 4")}, "difere da solução fora da lacuna"),
        ({"student": STUDENT.replace("f(x)", "f(x, y)")}, "difere da solução fora da lacuna"),
        ({"student": SOLVED}, "difere da solução fora da lacuna"),
        (
            {"student": STUDENT.replace("    # escreva aqui\n", "    y = 2 * x\n")},
            "há linha da solução",
        ),
        ({"solved": SOLVED.replace("2 * x", "3 * x")}, "a edição resolvida difere da fonte"),
        ({"solved": STUDENT}, "a edição resolvida difere da fonte"),
        ({"source": "a = 1", "student": "a = 1", "solved": "a = 2"}, "célula sem lacuna difere"),
    ],
)
def test_stub_differences(editions, what):
    problems = stubs(**editions)
    assert any(what in problem.what for problem in problems)
    assert {problem.where for problem in problems} == {"02.ipynb, célula 2 (cel-02)"}


def test_line_common_to_both_sides_is_not_a_leak():
    source = "# <solução>\na = 1\n# </solução>\na = 1"
    assert stubs(source, "# escreva aqui\na = None\na = 1", "a = 1\na = 1") == []


def test_different_number_of_cells():
    problems = check_stubs("02.ipynb", [code("a")], GENERATED, GENERATED)
    assert problems[0].what == ("estudante e solução têm 2 e 2 células, e a fonte gera 3 e 3.")


def test_solution_cells_stay_out_of_the_student_edition():
    comment = code("comentário da solução", "solucao")
    sources, solved = [code(SOURCE), comment, code("z")], [code(SOLVED), comment, code("z")]
    right = [code(STUDENT), code("z")]
    leaked = [code(STUDENT), comment, code("z")]
    assert check_stubs("02", sources, [*GENERATED, *right], [*GENERATED, *solved]) == []
    assert "têm 5 e 5 células" in str(
        check_stubs("02", sources, [*GENERATED, *leaked], [*GENERATED, *solved])[0]
    )


def test_problem_reads_as_a_sentence():
    problem = stubs(solved=STUDENT)[0]
    assert str(problem).startswith("[defeito] 02.ipynb, célula 2 (cel-02): a edição resolvida")
    assert "make notebooks" in str(problem)


# --- fluxogramas

FLOW = "flowchart LR\n accTitle: Um título\n accDescr: Descrição do que se vê.\n A --> B\n"


def test_flowchart_must_be_read_and_described():
    good, mute = f"```mermaid\n{FLOW}```", "Antes.\n\n```mermaid\nflowchart LR\nA --> B\n```"
    cells = [text(good), text(mute), code("x = 1")]
    problems = check_flowcharts("a.ipynb", cells)
    assert [problem.where for problem in problems] == ["a.ipynb, célula 1 (cel-01), 1º fluxograma"]
    assert "linha 2 do diagrama: falta accTitle" in problems[0].what
    assert "bloco «text»" in problems[0].remedy


@pytest.mark.parametrize(
    "source",
    [
        "````mermaid\nflowchart\n````",
        "~~~ mermaid\nflowchart\n~~~",
        "1. lista\n\n   ```mermaid\n   flowchart\n   ```",
        f"```mermaid\n{FLOW}```\n\n```mermaid\nflowchart\n```",
    ],
)
def test_every_fence_is_seen(source):
    (problem,) = check_flowcharts("a.ipynb", [text(source)])
    assert "«flowchart», que não abre" in problem.what


@pytest.mark.parametrize(
    ("old", "new"), [("Um título", "Treino"), ("Descrição do que se vê.", "A leva a B.")]
)
def test_flowchart_with_a_poor_description(old, new):
    source = f"```mermaid\n{FLOW}```".replace(old, new)
    (problem,) = check_flowcharts("a.ipynb", [text(source)])
    assert f"«{new}»" in problem.what
    assert "dizem pouco" in problem.what


def test_broken_flowchart_shown_as_text_is_not_a_defect():
    assert check_flowcharts("a.ipynb", [text("```text\nflowchart LR\nA --> [x]\n```")]) == []


def test_language_reads_the_flowchart():
    source = f"Prosa.\n\n```mermaid\n{FLOW.replace('Descrição', 'Uma funcao')}```"
    assert "Uma funcao do que" in readable_text(source)
    assert "accDescr" not in readable_text(source)
    assert "-->" not in readable_text(source)
