"""O subconjunto do Mermaid: o que entra, o que sai e o que cada erro diz."""

import re

import pytest
from hypothesis import given

from coursekit.flowchart import Edge, FlowchartError, Node, parse_flowchart
from flowchart.charts import ACCEPTED, HEAD, REJECTED, chart_text, chart_texts


def test_reads_nodes_edges_direction_and_texts():
    chart = parse_flowchart(chart_text('A[x<br/>y] -->|um| B("f(x)") --> C', direction="TB"))
    assert chart.direction == "TD"
    assert chart.title == "Título do desenho"
    assert chart.description == "O que há no desenho."
    assert chart.nodes == (Node("A", ("x", "y")), Node("B", ("f(x)",), True), Node("C", ("C",)))
    assert chart.edges == (Edge("A", "B", ("um",)), Edge("B", "C"))
    assert chart.texts == ("Título do desenho", "O que há no desenho.", "x y", "f(x)", "C", "um")


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts(name):
    chart = parse_flowchart(ACCEPTED[name])
    assert chart.edges
    assert {end for edge in chart.edges for end in (edge.source, edge.target)} <= {
        node.name for node in chart.nodes
    }


def test_node_keeps_the_text_wherever_it_is_written():
    chart = parse_flowchart(ACCEPTED["texto depois da menção"])
    assert [(node.name, node.label, node.rounded) for node in chart.nodes] == [
        ("A", ("escores",), False),
        ("B", ("contexto",), True),
    ]


def test_same_text_twice_is_fine_and_another_text_is_not():
    parse_flowchart(chart_text("A[x] --> B", "A[x] --> C"))
    with pytest.raises(FlowchartError, match=r"linha 5 .*nó A já foi escrito, com «x».*outro nome"):
        parse_flowchart(chart_text("A[x] --> B", "A[y] --> C"))
    with pytest.raises(FlowchartError, match=r"nó A já foi escrito"):
        parse_flowchart(chart_text("A[x] --> B", "A(x) --> C"))


def test_description_in_braces_keeps_line_numbers():
    text = "flowchart TD\n accTitle: T\n accDescr {\n  duas\n  linhas\n }\n A --> [B]"
    with pytest.raises(FlowchartError, match=r"^linha 7 do diagrama"):
        parse_flowchart(text)
    chart = parse_flowchart(ACCEPTED["descrição entre chaves"])
    assert chart.description == "duas linhas"


@pytest.mark.parametrize("name", REJECTED)
def test_rejects_saying_the_line_and_how_to_write(name):
    line, message = REJECTED[name]
    with pytest.raises(FlowchartError) as caught:
        parse_flowchart(chart_text("A --> B", line))
    assert caught.value.line == 5
    assert str(caught.value).startswith("linha 5 do diagrama: ")
    assert re.search(message, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"linha 1 .*vazio.*flowchart LR"),
        ("\n%% nada\n", r"linha 1 .*vazio"),
        (f"A --> B\n{HEAD}", r"linha 1 .*«A --> B».*não abre.*flowchart LR"),
        (f"flowchart RL\n{HEAD}A --> B", r"«flowchart RL».*flowchart TD"),
        (f"flowchart LR A --> B\n{HEAD}", r"sozinho na linha"),
        ("flowchart LR\naccDescr: d\nA --> B", r"linha 3 .*falta accTitle.*não vê"),
        ("flowchart LR\naccTitle: t\nA --> B", r"linha 3 .*falta accDescr.*não vê"),
        ("flowchart LR\naccTitle:\naccDescr: d\nA --> B", r"falta accTitle"),
        ("flowchart LR\naccTitle: t\naccDescr: se a < b\nA --> B", r"linha 3 .*accDescr tem «<»"),
        (f"flowchart LR\n{HEAD}A[sozinho]", r"nenhuma seta.*A --> B"),
    ],
)
def test_rejects_an_incomplete_chart(text, message):
    with pytest.raises(FlowchartError, match=message):
        parse_flowchart(text)


@given(chart_texts())
def test_generated_charts_are_read_whole(text):
    chart = parse_flowchart(text)
    arrows = [line for line in text.splitlines() if "-->" in line]
    assert len(chart.edges) == len(arrows)
    for edge, line in zip(chart.edges, arrows, strict=True):
        assert line.split()[0] == edge.source
        assert line.split()[-1] == edge.target
