"""O HTML de toda figura: bem formado, escapado, igual a cada vez e sem nada de fora."""

import json
import re
from html.parser import HTMLParser

import pytest

from coursekit import widgets

from .cases import CASES

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"
VOID = {"br", "input"}


class Reader(HTMLParser):
    """Confere o fechamento dos elementos e junta atributos e textos."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def with_role(self, role):
        return [attributes for _, attributes in self.tags if attributes.get("data-role") == role]


@pytest.fixture(params=CASES)
def widget(request):
    return CASES[request.param]()


def test_elements_are_balanced_and_rooted_in_one_figure(widget):
    reader = Reader(widget._repr_html_())
    assert reader.open == []
    assert [tag for tag, _ in reader.tags].count("figure") == 1
    assert reader.tags[0][0] == "figure"
    assert [tag for tag, _ in reader.tags].count("figcaption") == 1


def test_same_input_gives_same_html(request, widget):
    again = CASES[request.node.callspec.params["widget"]]()
    assert widget._repr_html_() == widget._repr_html_() == again._repr_html_()


def test_nothing_comes_from_outside(widget):
    html = widget._repr_html_()
    assert re.findall(r"(?:https?:)?//[a-z]", html.replace("http://www.w3.org/2000/svg", "")) == []
    assert re.findall(r"\b(?:src|href|@import|eval|innerHTML|document\.write)\b", html) == []


def test_no_ids_so_that_two_copies_never_clash(widget):
    assert all("id" not in attributes for _, attributes in Reader(widget._repr_html_()).tags)


def test_configuration_is_json_without_nan(widget):
    attributes = Reader(widget._repr_html_()).tags[0][1]
    assert json.loads(attributes["data-config"]) == json.loads(json.dumps(widget.config))
    assert attributes["data-curso"] == widget.kind


def test_every_control_is_named_and_waits_for_the_program(widget):
    reader = Reader(widget._repr_html_())
    controls = [(tag, a) for tag, a in reader.tags if tag in {"input", "button"}]
    assert controls
    assert all("disabled" in attributes for _, attributes in controls)
    assert all(a["type"] in {"range", "radio", "button"} for _, a in controls)
    ranges = [a for _, a in controls if a["type"] == "range"]
    assert all(a["aria-valuetext"] for a in ranges)
    assert [tag for tag, _ in reader.tags].count("label") == len(
        [a for _, a in controls if a["type"] != "button"]
    )


def test_static_reader_learns_how_to_move_it(widget):
    assert "execute a célula" in widget._repr_html_()
    assert len(Reader(widget._repr_html_()).with_role("static")) >= 1


def test_plain_text_says_what_the_figure_shows(widget):
    assert repr(widget).startswith(f"[figura interativa: {widget.title}] ")
    assert len(repr(widget)) > len(widget.title) + 50
    assert "\n" not in repr(widget)


def test_summary_is_a_polite_live_region():
    for name, build in CASES.items():
        reader = Reader(build()._repr_html_())
        role = "feedback" if name == "quiz" else "summary"
        assert {a["aria-live"] for a in reader.with_role(role)} == {"polite"}, name


def hostile_widgets():
    question = widgets.Question(
        HOSTILE, [widgets.Option(HOSTILE, True, HOSTILE), widgets.Option("b", False, HOSTILE)]
    )
    keys = [[1.0, 0.0], [0.0, 1.0]]
    return [
        widgets.softmax_temperature([1.0, 2.0], [HOSTILE, "b"], title=HOSTILE),
        widgets.query_key_value(keys, keys, [HOSTILE, "b"], [1.0, 0.0], title=HOSTILE),
        widgets.query_key_value(keys, [1.0, 2.0], [HOSTILE, "b"], [1.0, 0.0]),
        widgets.weighting_threshold([1.0, 2.0], 1.5, labels=[HOSTILE, "b"], title=HOSTILE),
        widgets.slider_figure(HOSTILE, [1, 2], [[1.0], [2.0]], [HOSTILE], title=HOSTILE),
        widgets.quiz([question], title=HOSTILE),
    ]


@pytest.mark.parametrize("index", range(6))
def test_hostile_text_stays_text(index):
    html = hostile_widgets()[index]._repr_html_()
    reader = Reader(html)
    assert "img" not in {tag for tag, _ in reader.tags}
    assert html.count("</script>") == 1
    assert any(HOSTILE in text for text in ["".join(reader.text)])


def test_stylesheet_touches_only_the_figure():
    style = widgets.widget.stylesheet()
    flat = re.sub(r"@(?:media|container)[^{]*\{", "", style)
    selectors = [s for group in re.findall(r"([^{}]+)\{", flat) for s in split(group)]
    assert len(selectors) > 60
    assert [s for s in selectors if ".curso-widget" not in s] == []


def split(group):
    """Separa seletores por vírgula fora de parênteses."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", group) if part.strip()]


def test_program_is_strict_and_leaks_no_global():
    program = widgets.widget.program("quiz")
    assert program.startswith('(() => {\n"use strict";')
    assert program.endswith("})();")


def test_unknown_program_is_an_error():
    with pytest.raises(FileNotFoundError, match=r"inexistente\.js"):
        widgets.widget.program("inexistente")
