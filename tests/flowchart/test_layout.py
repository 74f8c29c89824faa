"""O desenho: nada se sobrepõe, as setas tocam os nós, e o SVG é acessível e escapado."""

import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.flowchart import (
    Edge,
    Flowchart,
    Node,
    flowchart_svg,
    lay_out,
    natural_width,
    parse_flowchart,
)
from coursekit.flowchart.layering import arrange, crossings
from coursekit.flowchart.placing import place_apart
from coursekit.flowchart.text_size import block_size, text_width, wrap_label
from flowchart.charts import ACCEPTED, chart_text, chart_texts

CHARTS = {name: parse_flowchart(text) for name, text in ACCEPTED.items()}
SVG = "{http://www.w3.org/2000/svg}"


def ranks(*lines):
    layers = arrange(parse_flowchart(chart_text(*lines)))
    return {slot.node: slot.rank for slot in layers.slots if slot.node}, layers


def test_ranks_follow_the_longest_path():
    # A→B→C→D e A→D: D fica depois de C, e a seta direta passa por duas dobras.
    found, layers = ranks("A --> B --> C --> D", "A --> D")
    assert found == {"A": 0, "B": 1, "C": 2, "D": 3}
    assert sorted(len(route.stops) for route in layers.routes) == [2, 2, 2, 4]
    assert not any(route.backwards for route in layers.routes)


def test_a_source_stays_beside_its_target():
    found, _ = ranks("A --> B --> C --> D", "V --> D")
    assert found["V"] == 2


def test_labels_take_the_odd_ranks():
    found, layers = ranks("A -->|um| B", "B --> C", "A -->|dois| C")
    assert found == {"A": 0, "B": 2, "C": 4}
    assert layers.step == 2
    assert {slot.label: slot.rank for slot in layers.slots if slot.label} == {
        ("um",): 1,
        ("dois",): 2,
    }


def test_only_the_edge_that_closes_the_cycle_goes_backwards():
    found, layers = ranks("A --> B --> C", "C --> A", "B --> B")
    assert found == {"A": 0, "B": 1, "C": 2}
    assert [(r.edge.source, r.edge.target) for r in layers.routes if r.backwards] == [("C", "A")]
    assert [edge.source for edge in layers.loops] == ["B"]


def test_ordering_removes_a_crossing():
    # Na ordem em que se escrevem, A→D e B→C se cruzam.
    _, layers = ranks("C[c]", "A --> D", "B --> C")
    links = [pair for route in layers.routes for pair in itertools.pairwise(route.stops)]
    assert crossings([[1, 3], [0, 2]], links) == 1
    assert crossings(layers.rows, links) == 0


def test_place_apart_by_hand():
    # Dois que querem 0 e precisam de 4 entre si, o segundo com o triplo do peso: x e x+4, com
    # x + 3(x + 4) = 0, ou x = −3.
    assert place_apart([0.0, 0.0], [4.0], [1.0, 3.0]) == [-3.0, 1.0]
    assert place_apart([5.0], [], [1.0]) == [5.0]
    assert place_apart([0.0, 9.0], [4.0], [1.0, 1.0]) == [0.0, 9.0]
    with pytest.raises(
        ValueError, match=r"2 posições, 2 distâncias e 2 pesos.*uma distância a men"
    ):
        place_apart([0.0, 1.0], [1.0, 1.0], [1.0, 1.0])


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=2, max_size=7))
def test_place_apart_is_optimal(rows):
    wanted, weights = [float(w) for w, _ in rows], [float(v) for _, v in rows]
    gaps = [3.0] * (len(rows) - 1)
    found = place_apart(wanted, gaps, weights)

    def cost(positions):
        return sum(w * (x - d) ** 2 for x, d, w in zip(positions, wanted, weights, strict=True))

    assert all(b - a >= 3.0 - 1e-9 for a, b in itertools.pairwise(found))
    # Problema convexo: nenhum passo pequeno e permitido (mover um prefixo ou um sufixo) melhora.
    for cut, step in itertools.product(range(len(found)), (-1e-3, 1e-3)):
        moved = [x + step if i >= cut else x for i, x in enumerate(found)]
        if all(b - a >= 3.0 - 1e-12 for a, b in itertools.pairwise(moved)):
            assert cost(moved) >= cost(found) - 1e-9


def test_text_width_grows_and_wraps():
    assert text_width("mm") > text_width("nn") > text_width("ii") > 0
    assert text_width("AA") > text_width("aa")
    assert wrap_label(["palavra " * 6]) == ("palavra palavra palavra",) * 2
    assert wrap_label(["x" * 40]) == ("x" * 40,)
    assert block_size(["aa", "a"]) == (text_width("aa"), 38.0)


def overlap(one, other):
    return all(
        abs(one.center[axis] - other.center[axis]) < (one.size[axis] + other.size[axis]) / 2 - 0.01
        for axis in (0, 1)
    )


def on_border(point, box):
    reach = [abs(point[a] - box.center[a]) - box.size[a] / 2 for a in (0, 1)]
    return max(reach) == pytest.approx(0, abs=0.01)


def check_drawing(chart, direction):
    drawing = lay_out(chart, direction)
    nodes = {box.node.name: box for box in drawing.boxes if box.node}
    assert set(nodes) == {node.name for node in chart.nodes}
    assert len(drawing.boxes) - len(nodes) == sum(bool(edge.label) for edge in chart.edges)
    for one, other in itertools.combinations(drawing.boxes, 2):
        assert not overlap(one, other), (one, other)
    for box in drawing.boxes:
        for axis in (0, 1):
            assert box.center[axis] - box.size[axis] / 2 >= -0.01
            assert box.center[axis] + box.size[axis] / 2 <= drawing.size[axis] + 0.01
    loops = [edge for edge in chart.edges if edge.source == edge.target]
    others = [edge for edge in chart.edges if edge.source != edge.target]
    for wire, edge in zip(drawing.wires, [*others, *loops], strict=True):
        assert on_border(wire.tip, nodes[edge.target])
        assert math.hypot(*wire.heading) == 1.0
        first, last = wire.curves[0][0], wire.curves[-1][3]
        ends = [on_border(first, nodes[edge.source]), on_border(last, nodes[edge.source])]
        assert any(ends), "a seta não parte da borda do seu nó"


@pytest.mark.parametrize("direction", ["LR", "TD"])
@pytest.mark.parametrize("name", CHARTS)
def test_drawing_is_sound(name, direction):
    check_drawing(CHARTS[name], direction)


@given(chart_texts())
def test_generated_drawings_are_sound(text):
    chart = parse_flowchart(text)
    check_drawing(chart, chart.direction)


def test_a_chain_is_drawn_straight():
    chart = parse_flowchart(chart_text("A[um texto] --> B(x) --> C[outro]"))
    drawing = lay_out(chart)
    assert len({box.center[1] for box in drawing.boxes}) == 1
    heights = {point[1] for wire in drawing.wires for curve in wire.curves for point in curve}
    assert len(heights) == 1


def test_turning_swaps_the_axes():
    chart = CHARTS["ciclo"]
    across, down = lay_out(chart, "LR"), lay_out(chart, "TD")
    assert across.size[0] > across.size[1]
    assert [box.center[0] for box in across.boxes] == sorted(b.center[0] for b in across.boxes)
    assert [box.center[1] for box in down.boxes] == sorted(b.center[1] for b in down.boxes)
    assert natural_width(chart, "LR") > natural_width(chart, "TD")
    assert natural_width(chart) == natural_width(chart, "TD")
    with pytest.raises(ValueError, match=r"'LR' ou 'TD'; recebi 'RL'"):
        lay_out(chart, "RL")


def test_svg_is_accessible_and_complete():
    svg = flowchart_svg(CHARTS["rótulos"], "f7", css_class="wide")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("class") == "curso-fluxo wide"
    title, description = root.find("title"), root.find("desc")
    assert (title.text, description.text) == ("Título do desenho", "O que há no desenho.")
    assert root.get("aria-labelledby") == title.get("id") == "f7-titulo"
    assert root.get("aria-describedby") == description.get("id") == "f7-descr"
    assert [t.text for t in root.iter("tspan")] == ["A", "B", "C", "sim", "não", "σ(x)"]
    assert len(root.findall(".//rect")) == 3
    assert len(root.findall(".//g[@class='fluxo-seta']")) == 3
    # Seta com rótulo tem o fio interrompido: começa duas vezes.
    assert [
        len(re.findall("M", g[0].get("d"))) for g in root.findall(".//g[@class='fluxo-seta']")
    ] == [2] * 3


def test_svg_escapes_every_text():
    text = chart_text("A[x & y] --> B").replace("O que há", "Se a & b")
    svg = flowchart_svg(parse_flowchart(text), "f")
    root = ET.fromstring(svg)
    assert root.findtext("desc") == "Se a & b no desenho."
    assert "x &amp; y" in svg
    hostile = Flowchart(
        "LR", "<script>", "<b>", (Node("A", ("<i>",)),), (Edge("A", "A", ("<u>",)),)
    )
    assert not re.search("<(script|b|i|u)>", flowchart_svg(hostile, "f"))


def test_rounded_and_square_nodes_differ():
    root = ET.fromstring(flowchart_svg(parse_flowchart(chart_text("A[x] --> B(y)")), "f"))
    groups = {
        g.get("class"): g.find("rect").get("rx") for g in root if "fluxo-no" in g.get("class", "")
    }
    assert groups == {"fluxo-no reto": "3", "fluxo-no redondo": "17"}


def test_arrow_head_points_where_the_arrow_goes():
    across = ET.fromstring(flowchart_svg(parse_flowchart(chart_text("A --> B")), "f"))
    (head,) = [p.get("d") for p in across.iter("path") if p.get("fill") == "currentColor"]
    (left_x, _), (tip_x, tip_y), (right_x, right_y) = [
        tuple(map(float, pair.split())) for pair in re.split("[MLZ]", head)[1:4]
    ]
    assert left_x == right_x < tip_x
    assert right_y < tip_y
