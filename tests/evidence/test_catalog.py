from collections import Counter
from pathlib import Path

import pytest

from coursekit.authoring.bibliography import read_bibliography, reference_labels_csv
from coursekit.evidence import (
    VERDICTS,
    load_claims,
    load_experiments,
    load_reference_labels,
    placeholders,
)

ROOT = Path(__file__).parents[2]
SIZES = {"S0": 36, "S1": 30, "S2": 51, "S3": 38, "S4": 109}
FINISHED = range(1, 5)


def test_every_item_of_the_five_texts_is_there():
    expected = [
        f"{text}-{number:02d}" for text, size in SIZES.items() for number in range(1, size + 1)
    ]
    assert list(load_claims()) == expected


def test_planned_verdicts_add_up():
    # 137 corretas, 63 parciais, 39 erradas, 13 sem apoio, 7 lacunas e 5 resíduos editoriais.
    assert Counter(claim.planned for claim in load_claims().values()) == {
        "confirmado": 137,
        "parcial": 63,
        "refutado": 39,
        "sem apoio": 13,
        "lacuna": 7,
        "editorial": 5,
    }


def test_every_claim_says_something_and_has_a_chapter():
    silent = [claim.claim_id for claim in load_claims().values() if len(claim.said) < 10]
    assert silent == []
    homeless = [
        claim.claim_id
        for claim in load_claims().values()
        if bool(claim.chapters) == (claim.planned == "editorial")
    ]
    assert homeless == []


def test_chapters_and_experiments_exist():
    experiments = load_experiments()
    assert list(experiments) == [f"E{number:02d}" for number in range(1, 54)]
    assert {entry.chapter for entry in experiments.values()} <= set(range(1, 21))
    for claim in load_claims().values():
        assert set(claim.chapters) <= set(range(1, 21)), claim.claim_id
        assert set(claim.experiments) <= set(experiments), claim.claim_id


def test_placeholders_belong_to_the_experiments_of_the_claim():
    for claim in load_claims().values():
        asked = {card_id for card_id, _ in placeholders(claim.measured)}
        assert asked <= set(claim.experiments), claim.claim_id


def test_placeholders_are_measured_in_a_chapter_of_the_claim():
    experiments = load_experiments()
    for claim in load_claims().values():
        for card_id, _ in placeholders(claim.measured):
            assert experiments[card_id].chapter in claim.chapters, claim.claim_id


def test_verdict_and_measure_come_together():
    for claim in load_claims().values():
        if claim.verdict in VERDICTS:
            assert len(claim.measured) > 10, claim.claim_id
        else:
            assert claim.measured == "", claim.claim_id


def test_part_one_is_told():
    part_one = [claim for claim in load_claims().values() if set(claim.chapters) & set(FINISHED)]
    assert len(part_one) >= 45
    assert [claim.claim_id for claim in part_one if claim.verdict not in VERDICTS] == []


def test_labels_come_from_the_bibliography():
    references = read_bibliography(ROOT / "book" / "references.bib")
    stored = (ROOT / "coursekit" / "evidence" / "references.csv").read_text(encoding="utf-8")
    assert stored == reference_labels_csv(references)
    cited = {key for claim in load_claims().values() for key in claim.references}
    assert cited <= set(references)
    assert load_reference_labels()["itti1998model"] == "Itti, Koch e Niebur (1998)"


HEADER = "id,said,measured,verdict,chapters,experiments,references,planned\n"


def test_reads_another_file(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(HEADER + "S0-01,dito,medido,parcial,3 4,E05 E06,a b,parcial\n", "utf-8")
    claim = load_claims(path)["S0-01"]
    assert (claim.chapters, claim.experiments, claim.references) == (
        (3, 4),
        ("E05", "E06"),
        ("a", "b"),
    )


@pytest.mark.parametrize(("verdict", "planned"), [("refutada", "parcial"), ("parcial", "")])
def test_rejects_unknown_verdict(tmp_path, verdict, planned):
    path = tmp_path / "claims.csv"
    path.write_text(f"{HEADER}S0-01,dito,,{verdict},1,,,{planned}\n", "utf-8")
    with pytest.raises(ValueError, match=r"S0-01: veredito .* não existe"):
        load_claims(path)


def test_rejects_repeated_id(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(HEADER + "S0-01,dito,,,1,,,parcial\n" * 2, "utf-8")
    with pytest.raises(ValueError, match=r"repete a afirmação S0-01"):
        load_claims(path)
