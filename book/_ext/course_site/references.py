"""Lista de referências em português, com a chave da bibliografia como âncora de cada obra.

A diretiva ``{referencias}`` separa o que o curso cita do que só recomenda. As âncoras entram
no índice do MyST, para que ``[Fulano (2015)](../book/referencias.md#chave)`` seja conferido
na construção como qualquer outro link.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

BIBLIOGRAPHY = Path("book/references.bib")
CITATION = re.compile(r"referencias\.(?:md|html)#([a-z][\w-]+)")
MAX_NAMES = 6
PORTUGUESE = {"pt", "portuguese", "brazilian", "pt-br"}
THESES = {"mastersthesis": "Dissertação de mestrado", "phdthesis": "Tese de doutorado"}


@dataclass(frozen=True)
class Reference:
    """Uma obra pronta para mostrar.

    Attributes:
        key: chave na bibliografia, que é também a âncora.
        authors: nomes em ordem, já unidos por vírgulas e «e».
        year: ano de publicação.
        title: título, na língua original.
        language: etiqueta da língua do título, como ``en``.
        venue: onde saiu, em português.
        link: endereço permanente (DOI, arXiv ou página), ou vazio.
        label: texto do link, como ``doi:10…``.
        sort_key: chave de ordenação alfabética.
    """

    key: str
    authors: str
    year: str
    title: str
    language: str
    venue: str
    link: str
    label: str
    sort_key: str


def plain(latex: str) -> str:
    """Texto Unicode de um campo escrito em LaTeX."""
    text = str(Text.from_latex(latex))  # render_as releria os plugins a cada chamada
    return re.sub(r"\s+", " ", text).replace("--", "–").strip()


def person_name(person: Person) -> str:
    """``Sobrenome, Nome`` de uma pessoa."""
    last = plain(" ".join([*person.prelast_names, *person.last_names, *person.lineage_names]))
    first = plain(" ".join([*person.first_names, *person.middle_names]))
    return f"{last}, {first}" if first else last


def join_names(names: list[str]) -> str:
    """Une nomes à maneira portuguesa: «A; B e C», ou «A; B e outros».

    Example:
        >>> join_names(["Bahdanau, D.", "Cho, K.", "Bengio, Y."])
        'Bahdanau, D.; Cho, K. e Bengio, Y.'
    """
    cut = names[:MAX_NAMES] if len(names) > MAX_NAMES else list(names)
    if cut and cut[-1] == "others":
        cut = [*cut[:-1], "outros"]
    elif len(names) > MAX_NAMES:
        cut.append("outros")
    if len(cut) < 2:
        return "".join(cut)
    return f"{'; '.join(cut[:-1])} e {cut[-1]}"


def pages(value: str) -> str:
    """``páginas 1–9`` ou ``página 7``."""
    number = plain(value)
    return f"páginas {number}" if re.search(r"[–,-]", number) else f"página {number}"


def venue(entry: Entry) -> str:
    """Onde a obra saiu: revista, livro, anais, tese ou página."""
    fields = entry.fields
    parts: list[str] = []
    if "booktitle" in fields:
        parts.append(f"Em: {plain(fields['booktitle'])}")
        editors = [person_name(person) for person in entry.persons.get("editor", [])]
        if editors:
            parts.append(f"{join_names(editors)} ({'orgs.' if len(editors) > 1 else 'org.'})")
    if "journal" in fields:
        parts.append(plain(fields["journal"]))
    if "volume" in fields:
        number = f"({plain(fields['number'])})" if "number" in fields else ""
        parts.append(f"{plain(fields['volume'])}{number}")
    if "edition" in fields:
        parts.append(f"{plain(fields['edition'])} edição")
    if "pages" in fields:
        parts.append(pages(fields["pages"]))
    parts.extend(institution(entry))
    return ", ".join(parts)


def institution(entry: Entry) -> list[str]:
    """Tipo de relatório ou tese, editora e instituição, quando houver."""
    fields = entry.fields
    parts = []
    if entry.type in THESES:
        kind = plain(fields.get("type", ""))
        parts.append({"Diploma thesis": "Trabalho de diploma"}.get(kind, THESES[entry.type]))
    if entry.type == "techreport":
        number = f" {plain(fields['number'])}" if "number" in fields else ""
        parts.append(f"Relatório técnico{number}")
    parts.extend(
        plain(fields[name]) for name in ("institution", "school", "publisher") if name in fields
    )
    if "howpublished" in fields:
        text = re.sub(r"\\url\{[^}]*\}", "", fields["howpublished"]).strip(" ,")
        parts.extend([plain(text)] if text else [])
    return parts


def link(entry: Entry) -> tuple[str, str]:
    """Endereço permanente e o texto que o mostra: DOI, depois arXiv, depois página."""
    fields = entry.fields
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}", f"doi:{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}", f"arXiv:{fields['eprint']}"
    found = re.search(r"\\url\{([^}]*)\}", fields.get("howpublished", ""))
    url = fields.get("url") or (found.group(1) if found else "")
    return url, re.sub(r"^https?://", "", url).rstrip("/")


def reference(key: str, entry: Entry) -> Reference:
    """Converte uma entrada da bibliografia."""
    names = [person_name(person) for person in entry.persons.get("author", [])]
    names = ["others" if name == "others" else name for name in names]
    language = "pt-BR" if entry.fields.get("language", "").lower() in PORTUGUESE else "en"
    url, label = link(entry)
    return Reference(
        key=key,
        authors=join_names(names),
        year=plain(entry.fields["year"]),
        title=plain(entry.fields["title"]),
        language=language,
        venue=venue(entry),
        link=url,
        label=label,
        sort_key=f"{', '.join(names).casefold()} {entry.fields['year']}",
    )


@lru_cache(maxsize=2)
def load_references(path: Path, _modified: float = 0.0) -> dict[str, Reference]:
    """Lê a bibliografia inteira.

    Args:
        path: arquivo ``.bib``.

    Returns:
        As obras por chave, em ordem alfabética de autoria.
    """
    entries = parse_file(str(path)).entries
    works = sorted(
        (reference(key, entry) for key, entry in entries.items()), key=lambda work: work.sort_key
    )
    return {work.key: work for work in works}


def cited_keys(root: Path, claim_references: set[str]) -> set[str]:
    """Chaves citadas nos cadernos, nas páginas e na tabela de afirmações."""
    keys = set(claim_references)
    for pattern in ("notebooks/**/*.ipynb", "book/*.md"):
        for path in root.glob(pattern):
            keys.update(CITATION.findall(path.read_text(encoding="utf-8")))
    return keys


def entry_node(work: Reference) -> nodes.list_item:
    """Item de lista com a obra, ancorado na chave dela."""
    paragraph = nodes.paragraph()
    paragraph += nodes.strong("", f"{work.authors} ({work.year}).")
    paragraph += nodes.Text(" ")
    paragraph += nodes.emphasis("", work.title, classes=[f"language-{work.language}"])
    end = "" if work.title.endswith(("?", "!", ".")) else "."
    paragraph += nodes.Text(end)
    if work.venue:
        paragraph += nodes.Text(" ")
        paragraph += nodes.inline("", f"{work.venue}.", classes=["venue"])
    if work.link:
        paragraph += nodes.Text(" ")
        paragraph += nodes.reference("", work.label, refuri=work.link, internal=False)
    return nodes.list_item("", paragraph, ids=[work.key], classes=["reference-entry"])


class ReferenceList(SphinxDirective):
    """``{referencias}`` com ``:grupo: citadas`` ou ``:grupo: leituras``."""

    has_content = False
    option_spec = {"grupo": lambda value: directives.choice(value, ("citadas", "leituras"))}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Monta a lista e anota as âncoras da página."""
        from course_site.claims_data import claim_references

        root = Path(self.env.srcdir)
        path = root / BIBLIOGRAPHY
        self.env.note_dependency(str(path))
        works = load_references(path, path.stat().st_mtime)
        cited = cited_keys(root, claim_references())
        unknown = cited - set(works)
        if unknown:
            raise self.error(
                f"Citadas mas ausentes de references.bib: {', '.join(sorted(unknown))}"
            )
        wanted = self.options.get("grupo", "citadas") == "citadas"
        chosen = [work for key, work in works.items() if (key in cited) == wanted]
        anchors = self.env.metadata[self.env.docname].setdefault("reference_anchors", [])
        anchors.extend(work.key for work in chosen)
        listing = nodes.bullet_list("", *map(entry_node, chosen), classes=["reference-list"])
        return [listing]


def publish_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Põe as chaves no índice de âncoras do MyST, depois que a página foi lida."""
    metadata = app.env.metadata[app.env.docname]
    slugs = dict(metadata.get("myst_slugs", {}))
    for key in metadata.get("reference_anchors", []):
        slugs[key] = (0, key, key)
    if slugs:
        metadata["myst_slugs"] = slugs


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registra a diretiva e as âncoras."""
    app.add_directive("referencias", ReferenceList)
    app.connect("doctree-read", publish_anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
