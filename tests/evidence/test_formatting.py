import math

import pytest

from coursekit.evidence import format_number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "sim"),
        (False, "não"),
        (0, "0"),
        (-3, "−3"),
        (7.0, "7"),
        (16_777_216, "16.777.216"),
        (0.91847, "0,918"),
        (-0.5, "−0,5"),
        (15.02, "15"),
        (1032.4, "1.032"),
        (0.00012, "1,2·10⁻⁴"),
        (1e-5, "10⁻⁵"),
        (2.5e9, "2,5·10⁹"),
        (9e-13, "menos de 10⁻¹²"),
        (-4.4e-16, "menos de 10⁻¹²"),
        (math.nan, "indefinido"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_house_style(value, expected):
    assert format_number(value) == expected


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (4.4e-16, ".1e", "4,4·10⁻¹⁶"),
        (1e-12, ".0e", "10⁻¹²"),
        (0.953, ".0%", "95%"),
        (2.0, "d", "2"),
        (1234.5, ",.1f", "1.234,5"),
        (3.14159, ".3f", "3,142"),
    ],
)
def test_explicit_format(value, spec, expected):
    assert format_number(value, spec) == expected


@pytest.mark.parametrize("spec", ["", ">10", ".2x", "s", ".2f}", "{", "10.2f"])
def test_rejects_other_formats(spec):
    with pytest.raises(ValueError, match=r"formato .* não é aceito.*\.1e"):
        format_number(1.0, spec)


def test_boolean_ignores_the_format():
    assert format_number(True, ".0%") == "sim"
