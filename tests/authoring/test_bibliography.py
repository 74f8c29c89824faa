import pytest

from authoring.miniature import BIBLIOGRAPHY
from coursekit.authoring.bibliography import (
    author_year_label,
    read_bibliography,
    reference_labels_csv,
)


@pytest.mark.parametrize(
    ("surnames", "expected"),
    [
        (["Cherry"], "Cherry (1953)"),
        (["Simons", "Chabris"], "Simons e Chabris (1953)"),
        (["Bahdanau", "Cho", "Bengio"], "Bahdanau, Cho e Bengio (1953)"),
        (["Cho", "van Merriënboer", "Bahdanau", "Bengio"], "Cho et al. (1953)"),
        (["Dao", "others"], "Dao et al. (1953)"),
    ],
)
def test_label(surnames, expected):
    assert author_year_label(surnames, "1953") == expected


def test_label_needs_an_author():
    with pytest.raises(ValueError, match=r"sem autor.*campo author"):
        author_year_label([], "1953")


def test_reads_particles_and_accents(tmp_path):
    path = tmp_path / "references.bib"
    path.write_text(BIBLIOGRAPHY, encoding="utf-8")
    references = read_bibliography(path)
    assert references["cho2014learning"].label == "Cho, van Merriënboer e Bengio (2014)"
    assert reference_labels_csv(references).splitlines() == [
        "key,label,year",
        "cherry1953some,Cherry (1953),1953",
        'cho2014learning,"Cho, van Merriënboer e Bengio (2014)",2014',
    ]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"book/references\.bib"):
        read_bibliography(tmp_path / "references.bib")
