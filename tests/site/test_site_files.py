"""Os arquivos do site pronto: links, âncoras, botões, metadados e o que não pode estar lá."""

import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.browser


class PageParser(HTMLParser):
    """Recolhe âncoras, links, recursos e metadados de uma página."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.meta: dict[str, str] = {}
        self.html: dict[str, str | None] = {}
        self.relations: dict[str, str] = {}
        self.launch: dict[str, dict[str, str | None]] = {}
        self.title = ""
        self.headings: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        for name in ("href", "src"):
            if values.get(name):
                self.links.append(str(values[name]))
        if tag == "html":
            self.html = values
        elif tag == "meta":
            key = values.get("name") or values.get("property")
            if key:
                self.meta[key] = str(values.get("content"))
        elif tag == "link" and values.get("rel"):
            self.relations[str(values["rel"])] = str(values["href"])
        elif tag == "a" and values.get("title"):
            self.launch[str(values["href"])] = values
        self._inside = tag if tag in {"title", "h1"} else self._inside
        if tag == "h1":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        elif self._inside == "h1":
            self.headings[-1] += data


@lru_cache(maxsize=200)
def parse(path: Path) -> PageParser:
    """Lê uma página uma vez só."""
    parser = PageParser()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def broken_links(path: Path) -> list[str]:
    """Links e recursos da página que não levam a lugar nenhum."""
    problems = []
    for link in parse(path).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            problems.append(f"{link}: o arquivo não existe")
        elif target.suffix == ".html" and unquote(parts.fragment) not in ["", *parse(target).ids]:
            problems.append(f"{link}: a âncora não existe")
    return problems


def test_every_internal_link_and_anchor_exists(docname: str, site: Path) -> None:
    path = site / f"{docname}.html"
    assert len(parse(path).links) > 10
    assert broken_links(path) == []


def test_anchors_are_unique(docname: str, site: Path) -> None:
    ids = parse(site / f"{docname}.html").ids
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_has_language_title_description_and_icon(docname: str, site: Path) -> None:
    page = parse(site / f"{docname}.html")
    assert page.html["lang"] == "pt-BR"
    assert len(page.headings) == 1, page.headings
    assert "Atenção: do dito ao medido" in page.title
    assert 50 <= len(page.meta["description"]) <= 200, page.meta["description"]
    assert page.meta["og:locale"] == "pt_BR"
    assert page.meta["og:title"]
    assert page.relations["icon"].endswith("favicon.svg")


def test_descriptions_differ_between_pages(site: Path) -> None:
    pages = sorted(site.glob("book/*.html"))
    found = [parse(path).meta["description"] for path in pages]
    assert len(pages) >= 8
    assert len(set(found)) == len(found)


def test_does_not_invent_an_address_for_the_site(site: Path, repository_url: str) -> None:
    page = parse(site / "book" / "index.html")
    published = "/exemplo/" not in repository_url
    assert ("canonical" in page.relations) == published
    assert ("og:url" in page.meta) == published


def test_launch_buttons_open_the_right_notebook(
    notebook: str, site: Path, repository_url: str, notebook_source: Any
) -> None:
    slug = urlsplit(repository_url).path.strip("/")
    path = site / f"{notebook}.html"
    links = set(parse(path).launch)
    assert f"https://colab.research.google.com/github/{slug}/blob/main/{notebook}.ipynb" in links
    target = f"lab/tree/{notebook}.ipynb".replace("/", "%2F")
    assert f"https://mybinder.org/v2/gh/{slug}/main?urlpath={target}" in links
    inside = notebook.removeprefix("notebooks/")
    assert f"http://localhost:8888/lab/tree/{inside}.ipynb" in links
    name = f"{notebook.rsplit('/', 1)[-1]}.ipynb"
    assert name in links
    root = Path(__file__).resolve().parents[2]
    assert (path.parent / name).read_bytes() == (root / f"{notebook}.ipynb").read_bytes()
    assert notebook_source(notebook)["nbformat"] == 4


def test_each_measured_claim_links_to_the_cell_that_measured_it(site: Path) -> None:
    html = (site / "book" / "afirmacoes.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr role="row" id="(S\d-\d+)".*?</tr>', html, re.DOTALL)
    assert len(rows) == 264
    links = re.findall(r'href="(\.\./notebooks/[^"]+\.html#(E\d\d))"', html)
    for link, card in links:
        target = (site / "book" / link.split("#")[0]).resolve()
        assert card in parse(target).ids


def test_ships_only_what_pages_use(site: Path) -> None:
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {"index.html", "search.html", ".nojekyll", "_static/favicon.svg"} <= names
    unwanted = ("fontawesome", "bootstrap", "thebe", "require.js", "jquery", "mermaid", "/sre")
    assert [name for name in names if any(word in name for word in unwanted)] == []
    assert [name for name in names if name.startswith("_sources/")] == []


def test_no_page_mentions_a_path_of_the_machine_that_built_it(site: Path) -> None:
    home = str(site.parents[1])
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 10
    assert [p.name for p in pages if home in p.read_text(encoding="utf-8")] == []
