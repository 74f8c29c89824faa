"""O que o leitor de fluxogramas aceita, o Mermaid de verdade entende do mesmo jeito.

O Mermaid é o que vem dentro do JupyterLab, onde o leitor do curso vai ver o diagrama.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupyterlab
import pytest
from flowchart.charts import ACCEPTED, REFUSED_BY_MERMAID, REJECTED, chart_text, chart_texts
from hypothesis import HealthCheck, given, settings

from coursekit.flowchart import parse_flowchart

pytestmark = pytest.mark.browser

LOADER = Path(__file__).parent / "lab_mermaid.js"
CHUNK = re.compile(r"(webpack|rspack)Chunk_jupyterlab_application_top")
SHARED = re.compile(
    r'(\d+):\{shareScope:"default",shareKey:"[^"]+".{0,200}?fallback:.{0,400}?'
    r"__webpack_require__\((\d+)\)"
)


@pytest.fixture(scope="module")
def mermaid(chromium: Any) -> Iterator[Any]:
    """Uma página vazia com o Mermaid do JupyterLab carregado."""
    import sysconfig

    folder = Path(sysconfig.get_path("data")) / "share" / "jupyter" / "lab" / "static"
    page = chromium.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(path=str(LOADER))
    for path in sorted(folder.glob("[0-9]*.js")):
        if CHUNK.search(path.read_text(encoding="utf-8", errors="replace")[:300]):
            page.add_script_tag(path=str(path))
    (main,) = folder.glob("main.*.js")
    names = dict(SHARED.findall(main.read_text(encoding="utf-8")))
    assert page.evaluate("names => labMermaid.start(names)", names), (
        f"não achei o Mermaid dentro do JupyterLab {jupyterlab.__version__}: "
        "ajuste tests/site/lab_mermaid.js ao empacotador desta versão"
    )
    yield page
    page.close()


def understood(page: Any, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate("text => labMermaid.read(text)", text)
    return answer


def assert_same(page: Any, text: str) -> None:
    ours, theirs = parse_flowchart(text), understood(page, text)
    assert "refused" not in theirs, theirs
    assert theirs["title"] == ours.title
    assert " ".join(theirs["description"].split()) == ours.description
    assert theirs["direction"].replace("TB", "TD") == ours.direction
    shapes = {"square": False, "round": True}
    assert [
        (name, re.split(r"\s*<br\s*/?>\s*", words.strip()), shapes[kind])
        for name, words, kind in theirs["nodes"]
    ] == [(node.name, list(node.label), node.rounded) for node in ours.nodes]
    assert [(start, end, words.strip()) for start, end, words, _ in theirs["edges"]] == [
        (edge.source, edge.target, "<br>".join(edge.label)) for edge in ours.edges
    ]
    assert {kind for *_, kind in theirs["edges"]} == {"arrow_point"}


@pytest.mark.parametrize("name", ACCEPTED)
def test_understands_what_we_accept(name: str, mermaid: Any) -> None:
    assert_same(mermaid, ACCEPTED[name])


def test_draws_what_we_accept_with_title_and_description(mermaid: Any) -> None:
    svg = mermaid.evaluate("text => labMermaid.draw(text)", ACCEPTED["rótulos"])
    assert "Título do desenho</title>" in svg
    assert "O que há no desenho.</desc>" in svg


@given(text=chart_texts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_understands_generated_charts(text: str, mermaid: Any) -> None:
    assert_same(mermaid, text)


@pytest.mark.parametrize("name", REFUSED_BY_MERMAID)
def test_refuses_these_too(name: str, mermaid: Any) -> None:
    answer = understood(mermaid, chart_text("A --> B", REJECTED[name][0]))
    assert "refused" in answer, json.dumps(answer, ensure_ascii=False)
