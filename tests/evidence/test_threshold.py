import math

import pytest

from coursekit.evidence import Threshold


@pytest.mark.parametrize(
    ("options", "inside", "outside"),
    [
        ({"at_most": 0.1}, [0.1, 0.0, -7.0], [0.1000001, 3.0]),
        ({"at_least": 0.9}, [0.9, 5.0], [0.8999999, -1.0]),
        ({"equals": 4}, [4, 4.0], [3.9999999, 5]),
        ({"equals": 2.0, "tolerance": 0.5}, [1.5, 2.5, 2.0], [1.499, 2.501]),
        ({"equals": False}, [False, 0], [True, 1]),
        ({"between": (-1.0, 3.0)}, [-1.0, 0.0, 3.0], [-1.001, 3.001]),
    ],
)
def test_bounds_are_included(options, inside, outside):
    threshold = Threshold.choose(**options)
    assert [threshold.holds(value) for value in inside] == [True] * len(inside)
    assert [threshold.holds(value) for value in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    "options", [{"at_most": 1.0}, {"at_least": -1.0}, {"equals": 0}, {"between": (-9, 9)}]
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_undefined_never_holds(options, value):
    assert not Threshold.choose(**options).holds(value)


def test_threshold_is_mandatory():
    with pytest.raises(ValueError, match=r"recebi nenhum.*at_most="):
        Threshold.choose()


def test_only_one_threshold():
    with pytest.raises(ValueError, match="recebi at_most e equals"):
        Threshold.choose(at_most=1.0, equals=1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at_most": math.nan}, "at_most=nan não delimita"),
        ({"at_least": math.inf}, "at_least=inf não delimita"),
        ({"between": (3.0, 1.0)}, "o menor vem primeiro"),
        ({"between": (1.0, 2.0, 3.0)}, "não delimita"),
        ({"at_most": 1.0, "tolerance": 0.1}, "só acompanha equals="),
        ({"equals": 1.0, "tolerance": -0.1}, "não pode ser negativa"),
        ({"equals": 1.0, "tolerance": math.inf}, "só acompanha equals="),
    ],
)
def test_rejects_bad_bounds(options, message):
    with pytest.raises(ValueError, match=message):
        Threshold.choose(**options)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"at_most": 1e-12}, "no máximo 10⁻¹²"),
        ({"at_least": 0.95}, "no mínimo 0,95"),
        ({"equals": 4}, "igual a 4"),
        ({"equals": 0.5, "tolerance": 0.01}, "igual a 0,5 ± 0,01"),
        ({"between": (14, 16)}, "entre 14 e 16"),
        ({"equals": 4096}, "igual a 4096"),
        ({"equals": 16_777_216.0}, "igual a 16.777.216"),
        ({"at_most": 838_860.8}, "no máximo 838.861"),
    ],
)
def test_description_and_round_trip(options, text):
    threshold = Threshold.choose(**options)
    assert threshold.describe() == text
    assert Threshold.from_dict(threshold.to_dict()) == threshold
