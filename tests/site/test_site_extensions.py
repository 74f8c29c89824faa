"""As extensões do site, uma a uma, sem construir o livro."""

import doctest
import importlib
import pkgutil
import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import course_site
import numpy as np
import pytest
from course_site import (
    assets,
    card_links,
    chapter_head,
    claims_page,
    course_map,
    fold_code,
    html_polish,
    image_weight,
    page_context,
    page_uri,
    palette_css,
    references,
    search_index,
    social_card,
)
from course_site.course_plan import chapter_of, load_plan
from course_site.repository import Repository, load_repository
from docutils import nodes
from english import is_english
from fontTools.ttLib import TTFont
from PIL import Image

from coursekit.evidence import load_claims
from coursekit.plotting.palette import DARK, LIGHT

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = Repository("https://github.com/ana-lima/atencao", "principal")
BIBLIOGRAPHY = r"""
@incollection{simon1971,
  author = {Simon, Herbert A. and L{\'e}on, Ana},
  title = {Designing Organizations},
  booktitle = {Computers and {the} Public Interest},
  editor = {Greenberger, Martin},
  pages = {37--72},
  publisher = {Imprensa},
  year = {1971},
}
@misc{muitos2020,
  author = {A, B and C, D and E, F and G, H and I, J and K, L and M, N},
  title = {Is attention enough?},
  eprint = {2001.00001},
  year = {2020},
}
@mastersthesis{tese1991,
  author = {Silva, Rui},
  title = {Redes},
  type = {Diploma thesis},
  school = {Universidade},
  language = {pt},
  year = {1991},
}
"""


def module_names() -> list[str]:
    return [f"course_site.{module.name}" for module in pkgutil.iter_modules(course_site.__path__)]


@pytest.mark.parametrize("name", module_names())
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.fixture
def works(tmp_path: Path) -> dict[str, references.Reference]:
    path = tmp_path / "obras.bib"
    path.write_text(BIBLIOGRAPHY, encoding="utf-8")
    return references.load_references(path)


def test_reference_speaks_portuguese(works: dict[str, references.Reference]) -> None:
    work = works["simon1971"]
    assert work.authors == "Simon, Herbert A. e Léon, Ana"
    assert work.venue == (
        "Em: Computers and the Public Interest, Greenberger, Martin (org.), páginas 37–72, Imprensa"
    )
    assert work.language == "en"


def test_reference_cuts_long_author_lists(works: dict[str, references.Reference]) -> None:
    work = works["muitos2020"]
    assert work.authors == "A, B; C, D; E, F; G, H; I, J; K, L e outros"
    assert (work.link, work.label) == ("https://arxiv.org/abs/2001.00001", "arXiv:2001.00001")


def test_reference_names_thesis_and_language(works: dict[str, references.Reference]) -> None:
    work = works["tese1991"]
    assert work.venue == "Trabalho de diploma, Universidade"
    assert work.language == "pt-BR"


def test_reference_node_is_anchored_on_its_key(works: dict[str, references.Reference]) -> None:
    node = references.entry_node(works["muitos2020"])
    assert node["ids"] == ["muitos2020"]
    assert node.astext().count("?.") == 0


def test_course_bibliography_has_no_english_connectives() -> None:
    works = references.load_references(ROOT / references.BIBLIOGRAPHY)
    assert len(works) >= 175
    for work in works.values():
        assert not re.search(r"\b(pages|editors?|et al|edition|thesis)\b", work.venue), work.key
        assert " and " not in work.authors
        assert "\\" not in work.title + work.authors + work.venue
        assert "{" not in work.title + work.authors + work.venue


def test_every_claim_reference_is_in_the_bibliography() -> None:
    works = references.load_references(ROOT / references.BIBLIOGRAPHY)
    cited = {key for claim in load_claims().values() for key in claim.references}
    assert len(cited) > 20
    assert cited - set(works) == set()


def test_repository_derives_every_address() -> None:
    name = "notebooks/exercicios/02-ponderar.ipynb"
    assert PUBLISHED.colab(name) == (
        "https://colab.research.google.com/github/ana-lima/atencao/blob/principal/"
        "notebooks/exercicios/02-ponderar.ipynb"
    )
    target = "lab%2Ftree%2Fnotebooks%2Fexercicios%2F02-ponderar.ipynb"
    assert PUBLISHED.binder(name) == (
        f"https://mybinder.org/v2/gh/ana-lima/atencao/principal?urlpath={target}"
    )
    assert PUBLISHED.local_lab(name).endswith(":8888/lab/tree/exercicios/02-ponderar.ipynb")
    assert PUBLISHED.site_url == "https://ana-lima.github.io/atencao/"


def test_placeholder_repository_has_no_site_address() -> None:
    assert Repository("https://github.com/exemplo/curso", "main").site_url == ""
    assert Repository("https://github.com/Ana/ana.github.io", "main").site_url == (
        "https://ana.github.io/"
    )


@pytest.mark.parametrize("url", ["https://gitlab.com/a/b", "https://github.com/so-dono", "curso"])
def test_repository_refuses_what_colab_cannot_open(url: str, tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {url}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"(?s)github.*_config\.yml|GitHub.*_config\.yml"):
        load_repository(tmp_path)


def test_address_is_written_only_in_the_configuration() -> None:
    address = load_repository(ROOT).slug
    places = [*ROOT.glob("book/*.md"), *ROOT.glob("book/_ext/**/*.*"), *ROOT.glob("tools/*.py")]
    places = [path for path in places if path.suffix in {".md", ".py", ".html", ".js", ".toml"}]
    assert len(places) > 20
    assert [p.name for p in places if address in p.read_text(encoding="utf-8")] == []


def test_plan_has_twenty_chapters_in_five_parts() -> None:
    parts = load_plan()
    assert [part.numeral for part in parts] == ["I", "II", "III", "IV", "V"]
    assert sum(len(part.chapters) for part in parts) == 20
    place = chapter_of("notebooks/solucoes/03-softmax")
    assert place is not None
    assert (place[0].numeral, place[1].number) == ("I", 3)
    assert chapter_of("book/index") is None


@pytest.mark.parametrize("layout", [course_map.WIDE, course_map.NARROW], ids=lambda x: x.name)
def test_map_is_well_formed_and_links_only_ready_chapters(layout: course_map.Layout) -> None:
    ready = "notebooks/02-ponderar"
    svg = course_map.map_svg(layout, {ready})
    tree = ET.fromstring(svg)
    assert tree.find("title") is not None
    description = tree.findtext("desc") or ""
    assert description.count("em preparação") == 19
    assert [a.get("href") for a in tree.iter("a")] == [page_uri.uri(ready)]
    assert len(tree.findall(".//circle")) == 20
    height = float(tree.get("viewBox", "").split()[3])
    assert all(float(c.get("cy", "0")) < height for c in tree.iter("circle"))


def test_palette_css_has_both_variants_and_prints_light() -> None:
    css = palette_css.render()
    screen, paper = css.split("@media print")
    light, rest = screen.split('html[data-theme="dark"] {')
    dark, automatic = rest.split("@media (prefers-color-scheme: dark)")
    assert LIGHT.primary in light
    assert DARK.primary in dark
    assert DARK.primary in automatic
    assert LIGHT.primary in paper
    assert DARK.primary not in paper


def test_polish_translates_and_retargets_links() -> None:
    body = (
        '<summary aria-label="Toggle hidden content">x</summary><p>Show code cell source</p>'
        '<a href="../book/referencias.md#vaswani2017attention">V</a>'
        '<a href="03-softmax.ipynb">3</a><a href="https://exemplo.org/x.ipynb">fora</a>'
        '<table class="docutils align-default"><tr><th class="head"><p></p></th></tr></table>'
    )
    result = html_polish.polish(body)
    assert "Toggle" not in result
    assert "Mostrar o código" in result
    assert 'href="../book/referencias.html#vaswani2017attention"' in result
    assert 'href="03-softmax.html"' in result
    assert 'href="https://exemplo.org/x.ipynb"' in result
    assert '<div class="table-frame"><table class="docutils' in result
    assert "<td></td>" in result


def test_header_with_only_a_formula_gets_a_word() -> None:
    body = '<th class="head"><p><span class="math notranslate">s(q, k)</span></p></th>'
    assert '<span class="visually-hidden">fórmula: </span><span class="math' in (
        html_polish.polish(body)
    )


def test_figures_become_lighter_webp_without_loss(tmp_path: Path) -> None:
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[10:30, 5:50] = (11, 74, 91)
    path = tmp_path / "figura.png"
    Image.fromarray(pixels).save(path)
    target = image_weight.lighten(path)
    assert not path.exists()
    with Image.open(target) as image:
        assert image.format == "WEBP"
        assert np.array_equal(np.asarray(image.convert("RGB")), pixels)


def test_page_points_to_the_lighter_figure() -> None:
    before = '<img alt="x" src="../_images/ab12.png" /><img src="outra.png">'
    after = image_weight.point_to_webp(before, {"ab12.png": (641, 397)})
    assert after == (
        '<img alt="x" src="../_images/ab12.webp" width="641" height="397" loading="lazy" />'
        '<img src="outra.png">'
    )


def test_claims_table_escapes_and_keeps_code_and_emphasis() -> None:
    assert claims_page.inline("use `a<b` & <script>, *gating*") == (
        "use <code>a&lt;b</code> &amp; &lt;script&gt;, <em>gating</em>"
    )


def test_claims_view_never_shows_an_unmeasured_verdict(tmp_path: Path) -> None:
    view = claims_page.ClaimsView(tmp_path, set())
    html = view.html()
    assert html.count('<tr role="row" id="S') == 264
    assert sum(view.states().values()) == 264
    measured_by_card = [c for c in view.claims.values() if "{E" in c.measured]
    assert len(measured_by_card) > 5
    for claim in measured_by_card:
        row = re.search(rf'id="{claim.claim_id}".*?</tr>', html, re.DOTALL)
        assert row is not None
        assert "ainda não medido" in row[0]
        assert "{E" not in row[0]


def test_card_pages_are_read_from_the_outputs(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    text = r'{"text/html": "<section class=\"cartao-experimento\" id=\"E07\" aria-label=\"x\">"}'
    (folder / "04-busca.ipynb").write_text(text, encoding="utf-8")
    assert card_links.card_pages(tmp_path) == {"E07": "notebooks/04-busca"}


def test_search_index_skips_code_and_keeps_prose() -> None:
    section = nodes.section(ids=["a"])
    section += nodes.title("", "Título")
    section += nodes.paragraph("", "", nodes.Text("Pesos "), nodes.strong("", "somam"))
    section += nodes.literal_block("", "codigo_secreto = 1")
    inner = nodes.section(ids=["b"])
    inner += nodes.title("", "Dentro")
    inner += nodes.paragraph("", "outro texto")
    section += inner
    assert search_index.own_text(section) == "Pesos somam"


def test_description_comes_from_prose_and_is_cut_at_a_word() -> None:
    assert page_context.description(None, {"description": "D" * 60}) == "D" * 60
    assert page_context.description(None, {}) == page_context.DEFAULT_DESCRIPTION


@pytest.mark.parametrize(
    "text",
    [
        "Skip to main content", "Search", "Show code cell source", "Copy to clipboard", "Previous",
        "Link to this heading", "The weights are normalized over the keys",
        "This is a figure with two bars", "Toggle primary sidebar",
    ],
)  # fmt: skip
def test_detector_catches_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Buscar no curso", "Pesos por palavra", "A atenção aloca recursos como na economia",
        "do dito ao medido", "Mova o controle", "Bahdanau, Cho e Bengio (2015)", "JupyterLab",
        "O softmax de PyTorch e o de Keras são iguais", "Colab", "era uma vez a rede",
    ],
)  # fmt: skip
def test_detector_accepts_portuguese(text: str) -> None:
    assert not is_english(text)


def cell(source: str, output: str) -> nodes.container:
    """Uma célula como o myst-nb a monta, com entrada e saída."""
    box = nodes.container(classes=["cell"])
    box += nodes.container("", nodes.literal_block("", source), classes=["cell_input"])
    box += nodes.container("", nodes.raw("", output, format="html"), classes=["cell_output"])
    return box


@pytest.mark.parametrize(
    ("source", "output", "folded"),
    [
        ("quiz(questions)", '<div class="cw-question">', True),
        ("verdict_board()", '<section class="quadro-dito-medido">', True),
        ("questions = [Question('?', [])]", "", True),
        ("softmax_temperature([1, 2])", '<figure class="curso-widget">', False),
    ],
)
def test_folds_only_the_code_that_builds_questions_or_the_board(
    source: str, output: str, folded: bool
) -> None:
    assert fold_code.shows_only_markup(cell(source, output)) is folded


def test_notebook_header_becomes_a_box_and_loses_the_doors() -> None:
    section = nodes.section()
    section += nodes.title("", "Capítulo")
    door = nodes.reference("", "Abrir no Colab", refuri="https://colab.research.google.com/x")
    section += nodes.paragraph("", "", door)
    section += nodes.paragraph("", "Ao final deste capítulo, você vai saber:")
    section += nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "somar")))
    section += nodes.paragraph("", "Antes de começar: nada.")
    section += nodes.paragraph("", "Prosa.")
    chapter_head.arrange_section(section)
    assert [type(child).__name__ for child in section.children] == [
        "title", "container", "paragraph",
    ]  # fmt: skip
    assert "Abrir no Colab" not in section.astext()
    assert len(section.children[1].children) == 3
    assert section.children[2].astext() == "Prosa."


def test_social_card_has_the_size_networks_expect(tmp_path: Path) -> None:
    social_card.draw(tmp_path / "cartao.png")
    data = (tmp_path / "cartao.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (1200, 630)


def test_fonts_are_subset_renamed_and_keep_portuguese_and_math(tmp_path: Path) -> None:
    face = assets.FACES[0]
    source = assets.package_folder(face.package) / "files" / face.file
    target = tmp_path / face.output
    assets.subset_font(source, target, face)
    assert target.read_bytes()[:4] == b"wOF2"
    assert target.stat().st_size < source.stat().st_size / 3
    with TTFont(target) as font:
        assert {ord(letter) for letter in "ãõçáéíóúâêôàüÃÇ«»—–αβτΣ×→≤≥√"} <= set(font.getBestCmap())
        assert "Source" not in str(font["name"].getDebugName(1))


def test_missing_package_says_how_to_install_it() -> None:
    with pytest.raises(FileNotFoundError, match=r"pacote_que_nao_existe.*pip install.*book"):
        assets.package_folder("pacote_que_nao_existe")
