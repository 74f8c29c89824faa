from dataclasses import replace

import pytest

from coursekit.authoring.checks.claims import check_cards, check_claims, finished_chapters
from coursekit.authoring.project import Project
from coursekit.evidence import Card, Claim, ExperimentEntry, Measurement, Threshold

MEASURED = Measurement(
    name="count",
    label="contagem",
    value=3,
    unit="",
    threshold=Threshold.choose(equals=3),
    supports={"S1-26": "confirmado"},
)
CARD = Card(
    card_id="E04",
    title="t",
    chapter=2,
    seeds=(),
    versions={},
    data="d",
    measurements=(MEASURED,),
    seconds=0.0,
)
CLAIM = Claim(
    claim_id="S1-26",
    said="dito",
    measured="são {E04.count}",
    verdict="confirmado",
    chapters=(2, 9),
    experiments=("E04",),
    references=(),
    planned="confirmado",
)
TEXTS = {2: "Aqui se retoma S1-26."}


def problems_of(claim, cards=None, texts=None):
    found = check_claims(
        {claim.claim_id: claim},
        {"E04": CARD} if cards is None else cards,
        {"cherry1953some"},
        TEXTS if texts is None else texts,
    )
    return [problem.what for problem in found]


def test_claim_with_card():
    assert problems_of(CLAIM) == []


def test_claim_with_reference_only():
    claim = replace(CLAIM, measured="medido", references=("cherry1953some",))
    assert problems_of(claim, cards={}) == []


def test_claim_with_neither():
    assert problems_of(replace(CLAIM, measured="medido"), cards={}) == [
        "a afirmação não tem cartão que a apoie nem referência."
    ]


def test_failed_measurement_supports_nothing():
    failed = replace(CARD, measurements=(replace(MEASURED, value=4),))
    claim = replace(CLAIM, measured="medido")
    assert problems_of(claim, cards={"E04": failed}) == [
        "a afirmação não tem cartão que a apoie nem referência."
    ]


@pytest.mark.parametrize("change", [{"verdict": ""}, {"measured": ""}])
def test_finished_claim_needs_verdict_and_measure(change):
    assert problems_of(replace(CLAIM, **change)) == [
        "o capítulo está pronto, e a afirmação não tem veredito ou texto do que se mediu."
    ]


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        ("são {E04.counts}", "não tem a medida counts"),
        ("são {E05.count}", "o cartão E05 não foi dado"),
        ("são {E04.count", "lacuna malformada"),
    ],
)
def test_template_must_be_fillable(measured, message):
    found = problems_of(replace(CLAIM, measured=measured))
    assert len(found) == 1
    assert message in found[0]


def test_unknown_reference_is_an_error_even_in_unfinished_chapters():
    claim = replace(CLAIM, chapters=(9,), references=("cherri1953some",), verdict="", measured="")
    assert problems_of(claim) == ["a referência cherri1953some não existe."]


def test_claim_must_appear_in_one_of_its_finished_chapters():
    assert problems_of(CLAIM, texts={2: "nada"}) == ["a afirmação não aparece no capítulo 2."]
    assert problems_of(CLAIM, texts={2: "nada", 9: "S1-26"}) == []


def test_unfinished_chapter_asks_nothing():
    assert problems_of(replace(CLAIM, verdict="", measured="", chapters=(9,))) == []


EXPERIMENTS = {
    "E04": ExperimentEntry("E04", 2, "t"),
    "E42": ExperimentEntry("E42", 9, "t"),
}


def test_finished_chapter_has_its_cards():
    assert check_cards({"E04": CARD}, EXPERIMENTS, {2}) == []
    missing = check_cards({"E04": CARD}, EXPERIMENTS, {2, 9})
    assert [problem.where for problem in missing] == ["book/_data/cartoes/E42.json"]


def test_cards_are_met_and_named_in_portuguese():
    bad = replace(MEASURED, value=4, name="count_equal", label="count equal")
    found = check_cards({"E04": replace(CARD, measurements=(bad,))}, EXPERIMENTS, {2})
    assert [problem.what for problem in found] == [
        "a medida não satisfaz o limiar.",
        "a medida não tem nome em português.",
    ]


def test_finished_chapters_are_those_with_a_notebook(tmp_path):
    folder = tmp_path / "notebooks" / "exercicios"
    folder.mkdir(parents=True)
    for path in ("02-ponderar.ipynb", "10-series.ipynb", "exercicios/03-softmax.ipynb"):
        (tmp_path / "notebooks" / path).write_text("{}", "utf-8")
    assert finished_chapters(Project(tmp_path)) == {2: "02-ponderar", 10: "10-series"}
