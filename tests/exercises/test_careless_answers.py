"""Respostas descuidadas: o relatório diz o que houve, em português, e aceita o que está certo."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from coursekit.exercises import EXERCISES, check, run_checks
from coursekit.exercises.functions import Case, function_checks
from coursekit.exercises.reading import to_array, to_number

NOT_DONE = "Exercício ainda não feito."
VECTOR = np.array([1.0, 2.0, 5.0])
DOUBLE = function_checks([Case("dobro", lambda: (VECTOR.copy(),), lambda x: 2 * x, "a conta.")])
SUM = function_checks([Case("soma", lambda: (2.0, 3.0), lambda x, y: x + y, "a conta.")])


def earlier_exercise(x):
    raise NotImplementedError


def calls_earlier(x):
    return 2 * earlier_exercise(x)


def uses_missing_name(x):
    return factor_of_another_cell * x  # noqa: F821


def uses_its_own_name_too_early(x):
    y = y + x  # noqa: F821
    return y


def only_dots(x): ...


def described_dots(x):
    """Dobra."""
    ...  # noqa: PIE790
    ...  # noqa: PIE790


def only_passes(x):
    pass


def forgets_to_return(x):
    double = 2 * x  # noqa: F841


def shows_instead_of_returning(x):
    str(2 * x)


@pytest.mark.parametrize("stub", [only_dots, described_dots, only_passes])
def test_body_left_in_dots_is_not_done(stub):
    report = run_checks(stub, DOUBLE)
    assert (report.status, report.message) == ("por fazer", NOT_DONE)


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_no_exercise_asks_dots_for_a_return(exercise_id):
    def dots(*arguments): ...

    message = check(exercise_id, dots).message
    assert message == NOT_DONE or "recebi function" in message  # pede número, não função


@pytest.mark.parametrize(
    "answer", [forgets_to_return, shows_instead_of_returning, lambda x: None, [].append]
)
def test_body_that_does_something_still_lacks_a_return(answer):
    report = run_checks(answer, DOUBLE)
    assert "a função devolveu None" in report.message
    assert "falta um return" in report.hint


@pytest.mark.parametrize(
    ("answer", "checks", "count"),
    [
        (lambda: 1, DOUBLE, "1 argumento,"),
        (lambda x, y: x, DOUBLE, "1 argumento,"),
        (lambda x: x, SUM, "2 argumentos,"),
        (lambda x, y, *, bias: x, SUM, "2 argumentos,"),
    ],
)
def test_wrong_number_of_arguments_is_told_in_portuguese(answer, checks, count):
    report = run_checks(answer, checks)
    assert f"chamei a função com {count} e ela não aceitou (TypeError)" in report.message
    assert "a linha do def" in report.hint
    assert "positional" not in report.message


def test_type_error_inside_the_function_still_shows_its_line():
    report = run_checks(lambda x: x + "1" + 1j, DOUBLE)
    assert "a função parou na linha" in report.message
    assert "a linha em que a função parou" in report.hint


def test_missing_name_sends_back_to_the_earlier_cells():
    report = run_checks(uses_missing_name, DOUBLE)
    assert "factor_of_another_cell" in report.message
    assert "células que vêm antes" in report.hint


def test_name_used_before_its_value_is_not_blamed_on_the_cells():
    report = run_checks(uses_its_own_name_too_early, DOUBLE)
    assert "UnboundLocalError" in report.message
    assert "a linha em que a função parou" in report.hint


def test_blank_of_an_earlier_exercise_is_named():
    report = run_checks(calls_earlier, DOUBLE)
    assert report.status == "revise"
    assert "chama earlier_exercise, que ainda não foi escrita" in report.message
    assert "o exercício em que se escreve earlier_exercise" in report.hint
    assert run_checks(earlier_exercise, DOUBLE).message == NOT_DONE


def test_not_implemented_with_a_message_is_an_error_and_not_a_blank():
    def unsupported(x):
        raise NotImplementedError("só existe para reais")

    report = run_checks(unsupported, DOUBLE)
    assert "com NotImplementedError: só existe para reais" in report.message


def test_number_where_a_table_was_expected_has_no_empty_parentheses():
    report = run_checks(lambda x: 7.0, DOUBLE)
    assert "recebi um número só e esperava a forma (3,)" in report.message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(3, 4), 0.75),
        (Decimal("0.125"), 0.125),
        (np.array(Fraction(1, 4)), 0.25),
    ],
)
def test_exact_numbers_are_numbers(value, expected):
    assert to_number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        [Fraction(1, 2), 2, Decimal(5)],
        [torch.tensor(0.5, requires_grad=True), torch.tensor(2.0), 5],
        (torch.tensor([0.5, 2.0, 5.0], requires_grad=True)),
        [np.float32(0.5), np.array(2.0), 5],
    ],
)
def test_lists_of_numbers_of_any_kind_are_read(value):
    assert to_array(value).tolist() == [0.5, 2.0, 5.0]


def test_a_huge_integer_becomes_a_report():
    report = check("05-3", 10**400)
    assert "esperava números; recebi int" in report.message


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (["0,1", "0,2"], "esperava números; recebi list, com textos"),
        (np.array([1j, 2]), "recebi ndarray de forma (2,), com números complexos"),
        ([[1, 2], [3]], "esperava números; recebi list, com partes de formas diferentes"),
        ((np.ones((2, 3)), np.ones(2)), "recebi tuple, com partes de formas diferentes"),
        ([np.ones(2), "x"], "esperava números; recebi list."),
        (np.complex128(1j), "recebi complex128, com números complexos"),
    ],
)
def test_says_what_the_table_has_instead_of_real_numbers(value, part):
    report = check("05-4", {"alternativa": "b", "medida": value})
    assert part in report.message


@pytest.mark.parametrize("blank", [None, ...])
def test_half_filled_list_says_that_something_is_missing(blank):
    report = check("05-4", {"alternativa": "b", "medida": [0.1, blank, 0.0, 0.2]})
    assert report.status == "revise"
    assert "há um lugar em branco na resposta" in report.message
    assert "o que falta preencher" in report.hint


def test_list_of_blanks_is_not_done():
    report = check("05-4", {"alternativa": "b", "medida": [None, ..., None, None]})
    assert report.message == NOT_DONE


def test_blank_part_of_what_a_function_returns_is_not_an_exercise_undone():
    report = check("07-1", lambda x, h, c, W, U, b: (h, None))
    assert report.status == "revise"
    assert "há uma parte em branco no que a função devolveu" in report.message
    assert "o que a função devolve" in report.hint


@pytest.mark.parametrize("value", [(13, 831), (0, 25), (13,)])
def test_comma_that_made_a_pair_is_explained(value):
    report = check("05-3", value)
    assert "esperava um número só; recebi tuple" in report.message
    assert report.hint.startswith("a vírgula: ")


def test_message_of_the_exception_does_not_end_in_two_stops():
    def refuses(x):
        raise ValueError("não serve.")

    assert "ValueError: não serve.\nReveja" in run_checks(refuses, DOUBLE).message


@pytest.mark.parametrize("value", [13.831, "13.831"])
@pytest.mark.parametrize("key", ["LSTM PyTorch", "LSTM Keras"])
def test_thousands_point_is_explained_in_every_count(key, value):
    right = {"LSTM PyTorch": 41_600, "LSTM Keras": 41_280, "GRU PyTorch": 31_200}
    right["GRU Keras"] = right["GRU PyTorch"]
    grouped = right | {key: type(value)(right[key] / 1000)}
    report = check("07-2", grouped)
    assert report.hint.startswith("o ponto: em Python")
    assert check("07-2", right).passed
    assert not check("07-2", right | {key: value}).hint.startswith("o ponto")


@pytest.mark.parametrize("letter", ["b) Não: o recorte multiplica tudo", "**b)** Não", "(B) não"])
def test_letter_copied_with_its_sentence_is_read(letter):
    unread = "não reconheci a alternativa"
    assert unread not in check("06-3", {"alternativa": letter, "medida": [1, 1, 1]}).message
    assert unread in check("06-3", {"alternativa": "x" + letter, "medida": [1, 1, 1]}).message


def test_dictionary_of_another_exercise_sends_back_to_the_answer_cell():
    other = check("06-4", {"fator": 0.8, "passos": 31})
    assert "falta «norma»; recebi as chaves «fator», «passos»" in other.message
    assert "as chaves do dicionário: «norma», «valor»." in other.hint
    assert "rode-a de novo" in other.hint
    assert "rode-a de novo" not in check("06-4", {"Norma": 1.0, "passos": 31}).hint
    assert "rode-a de novo" not in check("06-4", {}).hint
