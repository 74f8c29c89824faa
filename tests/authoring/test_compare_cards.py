from dataclasses import replace

import pytest

from authoring.miniature import write_book
from coursekit.authoring.cli import cli_main
from coursekit.authoring.compare_cards import compare_cards
from coursekit.evidence import Card, Measurement, Threshold, write_card


def measured(name, value, **options):
    return Measurement(
        name=name,
        label=name,
        value=value,
        unit="",
        threshold=options.pop("threshold", Threshold.choose(at_least=0.5)),
        **options,
    )


STORED = Card(
    card_id="E09",
    title="t",
    chapter=4,
    seeds=(0, 1),
    versions={"python": "3.11.7"},
    data="d",
    measurements=(
        measured("accuracy", 0.9, per_seed=(0.8, 1.0)),
        measured("rounding", 4.4e-16, threshold=Threshold.choose(at_most=1e-12)),
        measured("error", 0.3, threshold=Threshold.choose(at_most=0.5)),
        measured("slowdown", 7.0, timing=True, threshold=Threshold.choose(at_least=5)),
    ),
    seconds=3.0,
)


def compared(tmp_path, *measurements, **changes):
    write_card(STORED, tmp_path / "livro")
    new = replace(STORED, **changes)
    if measurements:
        new = replace(new, measurements=measurements)
    write_card(new, tmp_path / "nova")
    return compare_cards(tmp_path / "livro", tmp_path / "nova")


ACCURACY, ROUNDING, ERROR, SLOWDOWN = STORED.measurements


def test_same_run(tmp_path):
    assert compared(tmp_path) == []


def test_what_changes_with_the_machine_is_not_a_difference(tmp_path):
    problems = compared(
        tmp_path,
        replace(ACCURACY, value=0.9008, per_seed=(0.8007, 1.0)),
        replace(ROUNDING, value=8.8e-13),
        replace(ERROR, value=0.3049),
        replace(SLOWDOWN, value=40.0),
        seconds=90.0,
        versions={"python": "3.13.1"},
    )
    assert problems == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            (replace(ACCURACY, value=0.91), ROUNDING, ERROR, SLOWDOWN),
            "E09.accuracy: guardado 0.9, medido",
        ),
        (
            (replace(ACCURACY, per_seed=(0.7, 1.0)), ROUNDING, ERROR, SLOWDOWN),
            "E09.accuracy: guardado",
        ),
        ((replace(ACCURACY, per_seed=()), ROUNDING, ERROR, SLOWDOWN), "E09.accuracy: guardado"),
        ((ACCURACY, replace(ROUNDING, value=2e-12), ERROR, SLOWDOWN), "E09.rounding: não satisfaz"),
        ((ACCURACY, ROUNDING, replace(ERROR, value=0.3051), SLOWDOWN), "E09.error: guardado 0.3,"),
        (
            (ACCURACY, ROUNDING, ERROR, replace(SLOWDOWN, value=4.9)),
            "E09.slowdown: não satisfaz mais",
        ),
        (
            (
                replace(ACCURACY, threshold=Threshold.choose(at_least=0.1)),
                ROUNDING,
                ERROR,
                SLOWDOWN,
            ),
            "E09.accuracy: limiar ou veredito",
        ),
        (
            (replace(ACCURACY, supports={"S0-22": "confirmado"}), ROUNDING, ERROR, SLOWDOWN),
            "E09.accuracy: limiar ou veredito",
        ),
        ((ACCURACY, ROUNDING), "E09: a lista de medidas mudou"),
    ],
)
def test_contradictions(tmp_path, changed, message):
    problems = compared(tmp_path, *changed)
    assert len(problems) == 1
    assert problems[0].startswith(message)


@pytest.mark.parametrize("change", [{"seeds": (0, 2)}, {"data": "x"}, {"title": "x"}])
def test_another_experiment(tmp_path, change):
    assert compared(tmp_path, **change) == [
        "E09: título, dados ou sementes mudaram. Rode «make notebooks»."
    ]


def test_missing_cards_on_either_side(tmp_path):
    write_card(STORED, tmp_path / "livro")
    write_card(replace(STORED, card_id="E08"), tmp_path / "nova")
    problems = compare_cards(tmp_path / "livro", tmp_path / "nova")
    assert [problem.split(".")[0] for problem in problems] == [
        "E09: existe só no livro",
        "E08: existe só na nova execução",
    ]


def test_command_line(tmp_path, monkeypatch, capsys):
    project = write_book(tmp_path)
    monkeypatch.chdir(project.root)
    write_card(STORED, project.cards)
    write_card(STORED, tmp_path / "nova")
    assert cli_main(["compare-cards", str(tmp_path / "nova")]) == 0
    assert "contam a mesma história" in capsys.readouterr().out
    assert cli_main(["compare-cards", str(tmp_path / "vazia")]) == 1
    assert "não há cartões para comparar em vazia" in capsys.readouterr().out
    assert cli_main(["compare-cards"]) == 2
    assert "Diga a pasta" in capsys.readouterr().err
