"""O livro de verdade passa em todas as conferências."""

from pathlib import Path

import pytest

from coursekit.authoring.checks.book import CHECKS
from coursekit.authoring.project import Project

ROOT = Path(__file__).parents[2]
PROJECT = Project(ROOT)


def test_part_one_has_its_sources():
    slugs = {edition.slug for edition in PROJECT.editions()}
    assert slugs >= {
        "01-da-mente-ao-modelo",
        "02-ponderar",
        "03-softmax",
        "04-busca-diferenciavel",
    }
    assert len(PROJECT.editions()) == 3 * len(slugs)


@pytest.mark.parametrize("name", list(CHECKS))
def test_book_has_no_defect(name):
    defects = [str(problem) for problem in CHECKS[name](PROJECT) if problem.is_error]
    assert defects == [], "\n" + "\n".join(defects)


def test_address_is_written_in_one_place():
    url = PROJECT.repository().url
    sources = [*(ROOT / "book").rglob("*.md"), *(ROOT / "coursekit").rglob("*.py")]
    assert len(sources) > 20
    assert [path.name for path in sources if url in path.read_text(encoding="utf-8")] == []
