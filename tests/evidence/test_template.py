from dataclasses import replace

import pytest

from coursekit.evidence import Card, Measurement, Threshold, fill_template, placeholders


def a_card():
    def measured(name, value, **options):
        return Measurement(
            name=name,
            label=name,
            value=value,
            unit="",
            threshold=Threshold.choose(**{"at_most": 20, **options.pop("threshold", {})}),
            **options,
        )

    return Card(
        card_id="E04",
        title="t",
        chapter=2,
        seeds=(),
        versions={},
        data="d",
        measurements=(
            measured("count", 0),
            measured("error", 4.4e-16),
            measured("ratio", 15.02),
            measured("slow", 7.3, timing=True),
            measured("broken", 30.0),
            replace(measured("fast", 7.0), threshold=Threshold.choose(at_least=2.5)),
        ),
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("sem lacuna", "sem lacuna"),
        ("{E04.count} diminuíram", "0 diminuíram"),
        ("{E04.error} e {E04.error:.1e}", "menos de 10⁻¹² e 4,4·10⁻¹⁶"),
        ("{E04.ratio:.2f}", "15,02"),
        ("no máximo {E04.slow.limit}", "no máximo 20"),
        ("no mínimo {E04.fast.limit:.1f}", "no mínimo 2,5"),
    ],
)
def test_fills_with_decimal_comma(template, text):
    assert fill_template(template, {"E04": a_card()}) == text
    assert fill_template(template, [a_card()]) == text


def test_wrap_touches_only_the_numbers():
    filled = fill_template("são {E04.count} de 7", [a_card()], wrap=lambda text: f"<b>{text}</b>")
    assert filled == "são <b>0</b> de 7"


@pytest.mark.parametrize(
    ("template", "error", "message"),
    [
        ("{E05.count}", KeyError, "o cartão E05 não foi dado.*experiments="),
        ("{E04.counts}", KeyError, "não tem a medida counts"),
        ("{E04.slow}", ValueError, "medida de tempo.*limit"),
        ("{E04.broken}", ValueError, "não satisfez o limiar"),
        ("{E04}", ValueError, "lacuna malformada"),
        ("{E04.Count}", ValueError, "lacuna malformada"),
        ("um {", ValueError, "lacuna malformada"),
        ("um }", ValueError, "lacuna malformada"),
        ("{E04.count:>9}", ValueError, "formato «>9» não é aceito"),
    ],
)
def test_what_no_card_fills_is_an_error(template, error, message):
    with pytest.raises(error, match=message):
        fill_template(template, [a_card()])


def test_lists_placeholders_in_order():
    assert placeholders("{E04.a} {E05.b:.1e} {E04.c.limit}") == (
        ("E04", "a"),
        ("E05", "b"),
        ("E04", "c"),
    )
