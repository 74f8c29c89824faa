import json
import math
from dataclasses import replace

import pytest

from coursekit.evidence import Card, Measurement, Threshold, load_cards, write_card


def a_card(**changes):
    measurements = (
        Measurement(
            name="mse",
            label="erro <quadrático>",
            value=0.0251,
            unit="",
            threshold=Threshold.choose(at_most=0.1),
            per_seed=(0.02, 0.03, 0.0253),
            every_seed=True,
        ),
        Measurement(
            name="slowdown",
            label="razão de tempos",
            value=7.31,
            unit="vezes",
            threshold=Threshold.choose(at_least=5),
            timing=True,
        ),
    )
    fields = {
        "card_id": "E09",
        "title": "Aditiva & escalar",
        "chapter": 4,
        "seeds": (0, 1, 2),
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        "data": "chaves sorteadas",
        "measurements": measurements,
        "seconds": 12.5,
    }
    return Card(**(fields | changes))


def test_round_trip(tmp_path):
    card = a_card()
    write_card(card, tmp_path)
    assert load_cards(tmp_path)["E09"].to_dict() == card.to_dict()


def test_json_has_the_documented_fields(tmp_path):
    stored = json.loads(write_card(a_card(), tmp_path).read_text(encoding="utf-8"))
    assert set(stored) == {
        *("id", "title", "chapter", "seeds", "versions", "data", "measurements"),
        *("verdict", "seconds"),
    }
    assert stored["verdict"] == "cumprido"
    assert stored["measurements"][0]["per_seed"] == [0.02, 0.03, 0.0253]
    assert stored["measurements"][0]["threshold"] == {"at_most": 0.1}


def test_undefined_values_survive_the_json(tmp_path):
    failed = replace(a_card().measurements[0], value=math.nan, per_seed=())
    write_card(a_card(measurements=(failed,)), tmp_path)
    stored = load_cards(tmp_path)["E09"]
    assert math.isnan(stored.measurement("mse").value)
    assert stored.verdict == "não cumprido"


def slower(card):
    timing = replace(card.measurements[1], value=9.99)
    return replace(
        card,
        seconds=80.0,
        versions={"python": "3.11.9", "numpy": "2.4.7"},
        measurements=(card.measurements[0], timing),
    )


def test_same_story_keeps_the_file(tmp_path):
    path = write_card(a_card(), tmp_path)
    before = path.read_bytes()
    write_card(slower(a_card()), tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": (0, 1, 3)},
        {"data": "outras chaves"},
        {"versions": {"python": "3.12.0", "numpy": "2.4.6"}},
        {"measurements": (replace(a_card().measurements[0], value=0.0252),)},
    ],
)
def test_another_story_replaces_the_file(tmp_path, change):
    write_card(a_card(), tmp_path)
    write_card(a_card(**change), tmp_path)
    assert load_cards(tmp_path)["E09"].to_dict() == a_card(**change).to_dict()
    assert [path.name for path in tmp_path.iterdir()] == ["E09.json"]


def test_broken_file_is_replaced(tmp_path):
    (tmp_path / "E09.json").write_text("[]", encoding="utf-8")
    write_card(a_card(), tmp_path)
    assert load_cards(tmp_path)["E09"].title == "Aditiva & escalar"


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "E09"}'])
def test_unreadable_card_is_an_error(tmp_path, content):
    (tmp_path / "E09.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"E09\.json não é um cartão.*make notebooks"):
        load_cards(tmp_path)


def test_card_in_the_wrong_file_is_an_error(tmp_path):
    write_card(a_card(), tmp_path).rename(tmp_path / "E08.json")
    with pytest.raises(ValueError, match=r"E08\.json guarda o cartão E09"):
        load_cards(tmp_path)


def test_unknown_measurement_lists_the_known_ones():
    with pytest.raises(KeyError, match="não tem a medida rmse; tem mse, slowdown"):
        a_card().measurement("rmse")


def test_display_does_not_change_with_time_or_versions():
    card = a_card()
    assert repr(slower(card)) == repr(card)
    assert slower(card)._repr_html_() == card._repr_html_()


def test_text_display():
    assert repr(a_card()).splitlines() == [
        "E09 · Aditiva & escalar (cumprido)",
        "  erro <quadrático>: 0,0251 (limiar: no máximo 0,1; satisfeito)",
        "  razão de tempos: varia a cada execução (limiar: no mínimo 5; satisfeito)",
    ]


def test_html_display_escapes_and_names_everything():
    html = a_card()._repr_html_()
    assert '<section class="cartao-experimento" id="E09"' in html
    assert "Aditiva &amp; escalar" in html
    assert "erro &lt;quadrático&gt;" in html
    assert "por semente: 0,02 · 0,03 · 0,0253" in html
    assert "no máximo 0,1 em cada semente" in html
    assert html.count(">satisfeito<") == 2
    assert "7,31" not in html


def a_yes_or_no(**changes):
    fields = {
        "name": "grows",
        "label": "cresce",
        "value": True,
        "unit": "",
        "threshold": Threshold.choose(equals=True),
        "per_seed": (1.0, 1.0, 1.0),
    }
    return Measurement(**(fields | changes))


def test_yes_or_no_is_never_shown_as_one_or_zero():
    item = a_yes_or_no()
    assert repr(item) == "cresce: sim (limiar: sim; satisfeito)"
    assert item.shown_points == ("sim", "sim", "sim")
    refused = a_yes_or_no(value=False, threshold=Threshold.choose(equals=False), per_seed=())
    assert repr(refused) == "cresce: não (limiar: não; satisfeito)"
    assert Measurement.from_dict(item.to_dict()).shown_threshold == "sim"


def test_a_count_of_one_is_still_a_number():
    assert a_yes_or_no(value=1, per_seed=()).shown_threshold == "igual a 1"


def test_equal_seeds_are_told_once():
    html = a_card(measurements=(a_yes_or_no(),))._repr_html_()
    assert "<small>sim em cada uma das 3 sementes</small>" in html
    assert "igual a 1" not in html


def test_html_display_of_a_failure_says_so():
    failed = replace(a_card().measurements[0], value=3.0)
    html = a_card(measurements=(failed,))._repr_html_()
    assert ">não satisfeito<" in html
    assert ">satisfeito<" not in html
