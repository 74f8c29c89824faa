"""O motor da correção: para na primeira falha, nunca cai, nunca muda de opinião."""

import subprocess
import sys
import threading
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.exercises import EXERCISES, Check, Failure, Report, check, run_checks
from coursekit.exercises.comparing import describe_difference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.guard import call_with_limit
from coursekit.exercises.reading import to_number

NOT_DONE = "Exercício ainda não feito."


def double_check(**options):
    case = Case(
        "dobro", lambda: (np.array([1.0, 2.0, 5.0]),), lambda x: 2 * x, "a conta.", **options
    )
    return function_checks([case])


def always(failure):
    return Check("sempre", lambda answer: failure, "pista geral.")


class Hostile:
    """Objeto em que tudo falha."""

    shape = "não é tupla"

    def __repr__(self):
        raise RuntimeError("repr")

    def __array__(self, *args, **kwargs):
        raise SystemExit("array")

    def __call__(self, *args):
        raise Hostile.Error

    class Error(Exception):
        def __str__(self):
            raise RuntimeError("str")


def recursive(*args):
    return recursive(*args)


def quits(*args):
    sys.exit(3)


def test_stops_at_the_first_failure():
    ran = []
    checks = [
        Check("a", lambda answer: ran.append("a"), "x"),
        Check("b", lambda answer: ran.append("b") or Failure("quebrou"), "pista b."),
        Check("c", lambda answer: ran.append("c"), "x"),
    ]
    report = run_checks(1, checks)
    assert ran == ["a", "b"]
    assert (report.failed, report.hint, report.status) == ("b", "pista b.", "revise")
    assert report.message == "Ainda não. Caso «b»: quebrou.\nReveja: pista b."


def test_failure_hint_wins_over_the_check_hint():
    assert run_checks(1, [always(Failure("x", "pista própria."))]).hint == "pista própria."


def test_empty_list_of_checks_is_an_error():
    with pytest.raises(ValueError, match=r"vazia.*aprovaria.*ao menos um Check"):
        run_checks(1, [])


def test_data_are_frozen():
    report = run_checks(1, [always(None)])
    with pytest.raises(FrozenInstanceError):
        report.passed = False
    with pytest.raises(FrozenInstanceError):
        always(None).name = "outro"


@pytest.mark.parametrize("exercise_id", EXERCISES)
@pytest.mark.parametrize("blank", [None, ...])
def test_blank_answer_is_not_done(exercise_id, blank):
    report = check(exercise_id, blank)
    assert (report.passed, report.status, report.message) == (False, "por fazer", NOT_DONE)


@pytest.mark.parametrize("exercise_id", ["01-3", "01-5", "02-5", "04-5"])
@pytest.mark.parametrize("part", ["alternativa", "medida"])
def test_choice_with_a_blank_part_is_not_done(exercise_id, part):
    answer = {"alternativa": "b", "medida": 0.5, part: None}
    assert check(exercise_id, answer).message == NOT_DONE


def test_stub_is_not_done():
    def stub(*args):
        raise NotImplementedError

    assert check("03-1", stub).message == NOT_DONE


def test_unknown_exercise_suggests_a_close_one():
    with pytest.raises(ValueError, match=r"não há exercício '3-1'.*quis dizer 03-1.*01-1, 01-2"):
        check("3-1", 1)


def test_reports_shape_before_values():
    report = run_checks(lambda x: x[:2], double_check())
    assert "recebi a forma (2,) e esperava (3,)" in report.message


def test_reports_the_largest_difference_and_its_place():
    report = run_checks(lambda x: 2 * x + np.array([0.1, 0.0, -3.0]), double_check())
    assert "a maior diferença é 3, na posição (2,): recebi 7 e esperava 10" in report.message


def test_reports_nan_and_its_place():
    report = run_checks(lambda x: np.where(x == 2, np.nan, 2 * x), double_check())
    assert "recebi nan, na posição (1,), e esperava 4" in report.message


def test_recognizes_a_known_mistake():
    mistakes = (Mistake(lambda x: x, "o fator."), Mistake(lambda x: x**2, "o quadrado."))
    assert run_checks(lambda x: x * x, double_check(mistakes=mistakes)).hint == "o quadrado."
    assert run_checks(lambda x: x + 7, double_check(mistakes=mistakes)).hint == "a conta."


def test_rejects_a_function_that_changes_its_argument():
    def changes(x):
        x *= 2
        return x

    report = run_checks(changes, double_check())
    assert "o 1º argumento mudou" in report.message
    assert "no lugar" in report.hint


def test_rejects_a_torch_function_that_changes_its_argument():
    report = run_checks(lambda x: x.mul_(2), double_check())
    assert "o 1º argumento mudou" in report.message


def test_float32_answer_has_the_slack_of_its_precision():
    assert run_checks(lambda x: np.float32(2 * x) * np.float32(1 + 1e-6), double_check()).passed
    assert not run_checks(lambda x: 2 * x * (1 + 1e-6), double_check()).passed
    assert not run_checks(lambda x: np.float32(2 * x * 1.001), double_check()).passed


def test_torch_answers_keep_working_with_gradient_and_bfloat16():
    assert run_checks(lambda x: 2 * torch.tensor(x, requires_grad=True), double_check()).passed
    assert run_checks(lambda x: (2 * torch.tensor(x)).bfloat16(), double_check()).passed


def test_torch_function_error_is_reported_from_the_torch_attempt():
    def broken(x):
        y = x.unsqueeze(0)  # só existe em tensores
        return y.reshape(7, 7)

    message = run_checks(broken, double_check()).message
    assert "RuntimeError" in message
    assert "unsqueeze" not in message


def test_numpy_error_is_reported_when_the_torch_attempt_goes_no_further():
    message = run_checks(lambda x: x.nonexistent, double_check()).message
    assert "AttributeError" in message
    assert "ndarray" in message


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (3, "esperava uma função; recebi int"),
        (lambda x: None, "a função devolveu None"),
        (lambda x: "texto", "esperava números; recebi str"),
        (lambda x: (i for i in x), "esperava números; recebi generator"),
        (lambda x: [[1], [1, 2]], "esperava números; recebi list"),
        (lambda x: x * 1j, "esperava números; recebi ndarray de forma (3,)"),
        (lambda x: np.ma.array(2 * x, mask=x > 4), "vetor mascarado do NumPy (np.ma)"),
        (lambda x: [np.ma.array(2 * x[0]), *(2 * x[1:])], "vetor mascarado do NumPy (np.ma)"),
        (lambda: 1, "TypeError"),
        (quits, "com SystemExit: 3"),
        (recursive, "com RecursionError"),
        (Hostile(), "parou"),
        (lambda x: Hostile(), "não consegui ler a resposta (SystemExit)"),
        (lambda x: np.zeros((4000, 4000)), "recebi a forma (4000, 4000) e esperava (3,)"),
    ],
)
def test_strange_functions_become_reports(answer, part):
    report = run_checks(answer, double_check())
    assert not report.passed
    assert part in report.message
    assert len(report.message) < 600


def test_interruption_by_the_reader_passes_through():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks(interrupted, double_check())


def test_endless_loop_is_stopped():
    turns = []

    def endless(x):
        while True:
            try:
                turns.append(1)
            except Exception:
                turns.append(2)

    threads = threading.active_count()
    report = run_checks(endless, double_check(), seconds=0.2)
    assert "não terminou em 0.2 segundos" in report.message
    assert "laços" in report.hint
    assert threading.active_count() == threads  # nenhum fio ficou rodando


def test_warnings_of_the_answer_do_not_escape():
    assert run_checks(lambda x: np.log(x - x) * 0 + 2 * x, double_check()).status == "revise"
    assert call_with_limit(lambda: np.array([1.0]) / 0, ()).value == np.inf


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0,686", 0.686),
        (" 2.5 ", 2.5),
        ("-1e-3", -0.001),
        (np.float32(0.5), 0.5),
        (np.array(4), 4.0),
        (torch.tensor(1.5, requires_grad=True), 1.5),
    ],
)
def test_reads_numbers_with_good_will(value, expected):
    assert to_number(value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (True, "um número só"),
        ([300], "um número só"),
        (np.ones((1, 1)), "de forma (1, 1)"),
        ("muito", "o texto «muito»"),
        ("30%", "o texto «30%»"),
        (float("nan"), "número finito"),
        (1j, "esperava números"),
        ({"a": 1}, "esperava números; recebi dict"),
        (np.ma.array(300.0), "vetor mascarado do NumPy (np.ma)"),
        (np.ma.masked, "vetor mascarado do NumPy (np.ma)"),
    ],
)
def test_strange_numbers_become_reports(value, part):
    report = check("03-3", value)
    assert not report.passed
    assert part in report.message


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("b", "esperava um dicionário; recebi str"),
        ({"alternativa": "b"}, "falta «medida»"),
        ({"alternativa": "z", "medida": 1}, "as letras são a, b, c, d"),
        ({"alternativa": 2, "medida": 1}, "não reconheci"),
    ],
)
def test_malformed_choice_says_the_form(answer, part):
    report = check("01-5", answer)
    assert part in report.message
    assert "a forma da resposta" in report.hint


def test_html_escapes_what_the_student_wrote():
    def attack(x):
        raise ValueError("<script>alert(1)</script>")

    report = run_checks(attack, double_check())
    html = report._repr_html_()
    assert "<script>" in repr(report)  # texto comum fica como veio
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_html_escapes_the_name_of_a_type():
    strange = type("<img src=x onerror=alert(1)>", (), {})()
    html = check("03-3", strange)._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize(
    ("status", "word"), [("certo", "Certo"), ("revise", "Ainda não"), ("por fazer", "Por fazer")]
)
def test_html_is_announced_and_does_not_speak_by_color_alone(status, word):
    html = Report(status == "certo", "mensagem", status)._repr_html_()
    assert 'role="status"' in html
    assert f"<span>{word}</span>" in html
    assert '<svg aria-hidden="true"' in html
    assert 'html[data-theme="dark"]' in html
    assert 'body[data-jp-theme-light="false"]' in html


def test_same_answer_gives_the_same_report():
    reports = [check("03-5", lambda s: np.exp(s) / np.exp(s).sum()) for _ in range(3)]
    assert len({(repr(r), r._repr_html_()) for r in reports}) == 1


def test_light_import():
    code = (
        "import sys, coursekit.exercises as e; e.check('03-1', lambda s: s); "
        "e.check('04-3', lambda *a: a); e.check('02-5', 1); "
        "print([m for m in ('torch', 'tensorflow', 'keras', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
    | st.builds(Hostile)
    | st.sampled_from([object(), ..., recursive, quits, int, len, np.nan, range(3)]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["alternativa", "medida", "x"]), inner)
        | inner.map(lambda value: lambda *args: value)
    ),
    max_leaves=6,
)


@given(exercise_id=st.sampled_from([name for name in EXERCISES if name != "01-4"]), answer=anything)
@settings(max_examples=150)
def test_never_raises_whatever_the_answer(exercise_id, answer):
    report = check(exercise_id, answer)
    assert isinstance(report, Report)
    assert report.passed == (report.status == "certo")
    assert "<script" not in report._repr_html_()
    assert repr(report).startswith(f"Exercício {exercise_id}. ")


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ([True, True], "recebi False, na posição (1,), e esperava True"),
        ([1.0, 2.5], "recebi False, na posição (1,), e esperava 2,5"),
    ],
)
def test_a_truth_value_where_a_number_was_expected_is_told_and_never_crashes(expected, message):
    assert describe_difference(np.array([True, False]), expected, tolerance=1e-9) == message
