"""Cada exercício aceita as respostas certas e rejeita as erradas com a pista certa."""

from importlib import import_module

import pytest

from coursekit.exercises import EXERCISES, check
from coursekit.exercises.catalog import checks_for

CHAPTERS = ("01", "02", "03", "04", "05", "06", "07", "08", "14", "15", "17")
PLANNED = {1: 5, 2: 5, 3: 5, 4: 6, 5: 5, 6: 5, 7: 6, 8: 6, 14: 6, 15: 6, 17: 6}
ANSWERS = {number: import_module(f"exercises.answers{number}") for number in CHAPTERS}


def _cases(kind):
    return [
        pytest.param(exercise_id, case, id=f"{exercise_id}-{case.name}")
        for exercise_id in EXERCISES
        for case in getattr(ANSWERS[exercise_id[:2]], kind)[exercise_id]
    ]


@pytest.mark.parametrize(("exercise_id", "right"), _cases("RIGHT"))
def test_accepts_right_answer(exercise_id, right):
    report = check(exercise_id, right.make())
    assert report.passed, report.message


@pytest.mark.parametrize(("exercise_id", "wrong"), _cases("WRONG"))
def test_rejects_typical_mistake_with_its_hint(exercise_id, wrong):
    report = check(exercise_id, wrong.answer)
    assert not report.passed
    assert wrong.hint in (report.hint or ""), report.message


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_every_exercise_has_enough_typical_answers(exercise_id):
    answers = ANSWERS[exercise_id[:2]]
    assert len(answers.RIGHT[exercise_id]) >= 2
    assert len(answers.WRONG[exercise_id]) >= 5


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_no_hint_gives_the_number_away(exercise_id):
    answers = ANSWERS[exercise_id[:2]]
    numbers = [
        str(right) for case in answers.RIGHT[exercise_id] if isinstance(right := case.make(), float)
    ]
    hints = [check(exercise_id, case.answer).hint for case in answers.WRONG[exercise_id]]
    shown = {number[:6].replace(".", ",") for number in numbers}
    assert not [text for text in hints if any(number in text for number in shown)]


def test_catalog_covers_the_plan():
    expected = [f"{chapter:02d}-{k}" for chapter, n in PLANNED.items() for k in range(1, n + 1)]
    assert list(EXERCISES) == expected
    assert all(checks_for(exercise_id) for exercise_id in EXERCISES)
