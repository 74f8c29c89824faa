"""O bloco ``mermaid`` na página: vira desenho, ou o livro não se constrói."""

from types import SimpleNamespace

import pytest
from course_site import flow_charts
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from flowchart.charts import ACCEPTED, chart_text

from coursekit.flowchart import parse_flowchart

APP = SimpleNamespace(env=SimpleNamespace(docname="notebooks/07-lstm"))


def page(*blocks: tuple[str, str]) -> nodes.document:
    document = new_document("página", get_default_settings())
    for language, text in blocks:
        document += nodes.literal_block(text, text, language=language)
    return document


def test_only_mermaid_blocks_become_drawings() -> None:
    document = page(
        ("python", "x = 1"), ("mermaid", ACCEPTED["laço"]), ("mermaid", ACCEPTED["ciclo"])
    )
    flow_charts.draw(APP, document)
    code, first, second = document.children
    assert isinstance(code, nodes.literal_block)
    assert isinstance(first, nodes.raw)
    assert 'class="flow-frame"' in first.astext()
    assert "fluxo-notebooks-07-lstm-1-titulo" in first.astext()
    assert "fluxo-notebooks-07-lstm-2-titulo" in second.astext()


def test_broken_block_stops_the_build_and_says_where() -> None:
    document = page(("mermaid", ACCEPTED["laço"]), ("mermaid", chart_text("A --> [B]")))
    with pytest.raises(ValueError, match=r"notebooks/07-lstm, 2º fluxograma, linha 4 .*nome do nó"):
        flow_charts.draw(APP, document)


@pytest.mark.parametrize(
    ("text", "drawings"),
    [
        (chart_text("A[um texto bem comprido] --> B[outro texto comprido] --> C"), 2),
        (chart_text("A --> B"), 1),
        (chart_text("A[um texto comprido] --> B", "A --> C[outro texto]", direction="TD"), 1),
    ],
)
def test_only_a_wide_lying_chart_gets_a_second_drawing(text: str, drawings: int) -> None:
    html = flow_charts.figure(parse_flowchart(text), "f")
    assert html.count("<svg") == drawings
    assert html.count('id="f-titulo"') == 1
    assert html.count('id="f-estreito-titulo"') == drawings - 1
    assert (" wide" in html, " narrow" in html) == (drawings == 2, drawings == 2)
