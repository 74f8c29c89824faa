"""Respostas em dicionário, e argumentos que são listas ou dicionários de vetores."""

import numpy as np
import pytest
import torch

from coursekit.exercises import Check, run_checks
from coursekit.exercises.answers import number_check
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.functions import Case, function_checks


def two_numbers():
    return entry_checks(
        {
            "média": number_check("média", lambda: 2.0, tolerance=0.1, hint="a soma."),
            "maior": number_check("maior", lambda: 5.0, tolerance=0.1, hint="a ordem."),
        }
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"média": 2, "maior": 5},
        {"maior": "5,0", "Media": np.float64(2)},
        {"MÉDIA": torch.tensor(2.0), "maior": 5},
    ],
)
def test_accepts_the_keys_in_any_case_and_order(answer):
    assert run_checks(answer, two_numbers()).passed


@pytest.mark.parametrize(
    ("answer", "failed", "detail"),
    [
        ([2, 5], "forma da resposta", "esperava um dicionário; recebi list"),
        ({"média": 2}, "forma da resposta", "falta «maior»"),
        ({"média": 2, "maior": 5, "menor": 1}, "forma da resposta", "chaves a mais"),
        ({1: 2, "maior": 5}, "forma da resposta", "falta «média»"),
        ({"média": 3, "maior": 5}, "média", "recebi 3"),
        ({"média": 2, "maior": 6}, "maior", "recebi 6"),
        ({"média": [2], "maior": 5}, "média", "um número só"),
    ],
)
def test_says_which_entry_is_wrong(answer, failed, detail):
    report = run_checks(answer, two_numbers())
    assert (report.status, report.failed) == ("revise", failed)
    assert detail in report.message


@pytest.mark.parametrize("blank", [None, ...])
def test_blank_entry_is_not_done(blank):
    assert run_checks({"média": 2, "maior": blank}, two_numbers()).status == "por fazer"


def test_blank_entry_never_reaches_its_check():
    reached = []
    lenient = entry_checks({"texto": Check("texto", reached.append, "o texto.")})
    assert run_checks({"texto": None}, lenient).status == "por fazer"
    assert reached == []


def total_checks():
    case = Case(
        "soma",
        lambda: ([np.ones(2), np.ones((3, 5))], {"peso": np.full(7, 2.0)}),
        lambda parts, weights: sum(part.sum() for part in parts) + weights["peso"].sum(),
        "a conta.",
    )
    return function_checks([case])


def total(parts, weights):
    return sum(part.sum() for part in parts) + weights["peso"].sum()


def total_changing_the_list(parts, weights):
    result = total(parts, weights)
    parts[1][0] = 0
    return result


def total_dropping_from_the_list(parts, weights):
    result = total(parts, weights)
    parts.pop()
    return result


def total_changing_the_mapping(parts, weights):
    result = total(parts, weights)
    weights["peso"] *= 2
    return result


def total_adding_a_key(parts, weights):
    result = total(parts, weights)
    weights["outro"] = 1
    return result


def test_accepts_vectors_inside_lists_and_mappings():
    assert run_checks(total, total_checks()).passed


def test_offers_tensors_inside_lists_and_mappings():
    def only_torch(parts, weights):
        return (
            torch.cat([part.flatten() for part in parts]).sum() + weights["peso"].clamp(min=0).sum()
        )

    assert run_checks(only_torch, total_checks()).passed


@pytest.mark.parametrize(
    ("guilty", "place"),
    [
        (total_changing_the_list, "1º"),
        (total_dropping_from_the_list, "1º"),
        (total_changing_the_mapping, "2º"),
        (total_adding_a_key, "2º"),
    ],
)
def test_rejects_changes_inside_lists_and_mappings(guilty, place):
    report = run_checks(guilty, total_checks())
    assert not report.passed
    assert f"o {place} argumento mudou" in report.message
