import pytest

from authoring.miniature import LABELS
from coursekit.authoring.citations import expand_citations

CHERRY = "../book/referencias.md#cherry1953some"
CHO = "../book/referencias.md#cho2014learning"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[@cherry1953some]", f"[Cherry (1953)]({CHERRY})"),
        ("Ver [@cherry1953some, p. 976].", f"Ver [Cherry (1953, p. 976)]({CHERRY})."),
        ("[@cho2014learning,§2.1, eq. 5]", f"[Cho et al. (2014, §2.1, eq. 5)]({CHO})"),
        (
            "[@cherry1953some; @cho2014learning, §3]",
            f"[Cherry (1953)]({CHERRY}); [Cho et al. (2014, §3)]({CHO})",
        ),
        ("`[@cherry1953some]`", "`[@cherry1953some]`"),
        ("```\n[@cherry1953some]\n```", "```\n[@cherry1953some]\n```"),
        ("um [enlace](a.md) e x@y.z", "um [enlace](a.md) e x@y.z"),
    ],
)
def test_expands_outside_code(text, expected):
    assert expand_citations(text, LABELS, "../book/") == expected


def test_prefix_depends_on_the_folder():
    expanded = expand_citations("[@cherry1953some]", LABELS, "../../book/")
    assert expanded == "[Cherry (1953)](../../book/referencias.md#cherry1953some)"


def test_unknown_key():
    with pytest.raises(KeyError, match=r"\[@cherri1953some\] não está na bibliografia"):
        expand_citations("[@cherri1953some]", LABELS, "")


@pytest.mark.parametrize("text", ["[@cherry1953some p. 3]", "[@cherry1953some; ver]", "[@]"])
def test_malformed(text):
    with pytest.raises(ValueError, match="citação malformada"):
        expand_citations(text, LABELS, "")
