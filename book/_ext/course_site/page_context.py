"""O que cada página precisa saber de si: lugar no curso, botões, tempo e metadados."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from course_site.course_plan import chapter_of
from course_site.repository import Repository, load_repository
from course_site.run_times import notebook_seconds, spoken

# Dependem de dados que o Sphinx não vigia (cartões, cadernos, afirmações): sempre relidas.
GENERATED = ("book/index", "book/afirmacoes", "book/referencias", "book/status")
DEFAULT_DESCRIPTION = (
    "Curso aberto, em português, sobre atenção e redes recorrentes: cada afirmação é citada "
    "da fonte ou medida na sua frente."
)
PDF = "atencao-do-dito-ao-medido.pdf"


def description(doctree: nodes.document | None, metadata: dict[str, Any]) -> str:
    """Uma ou duas frases sobre a página, para buscadores e redes."""
    if metadata.get("description"):
        return str(metadata["description"])
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if "goals" in paragraph.parent.get("classes", ()) or in_list(paragraph):
            continue
        text = re.sub(r"\s+", " ", paragraph.astext()).strip()
        if len(text) >= 60:
            return text if len(text) <= 157 else text[:157].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    return DEFAULT_DESCRIPTION


def in_list(node: nodes.Node) -> bool:
    """Diz se o nó está dentro de um item de lista."""
    return isinstance(node.parent, nodes.list_item)


def launch_links(repository: Repository, pagename: str) -> list[dict[str, str]]:
    """Portas para rodar o caderno: nuvem, máquina local e arquivo."""
    notebook = f"{pagename}.ipynb"
    name = notebook.rsplit("/", 1)[-1]
    return [
        {"icon": "cloud", "label": "Colab", "url": repository.colab(notebook),
         "title": "Abrir este caderno no Google Colab"},
        {"icon": "cloud", "label": "Binder", "url": repository.binder(notebook),
         "title": "Abrir este caderno num JupyterLab do Binder"},
        {"icon": "screen", "label": "JupyterLab", "url": repository.local_lab(notebook),
         "title": "Abrir no JupyterLab da sua máquina (rode «make lab» antes)"},
        {"icon": "download", "label": ".ipynb", "url": name, "download": name,
         "title": "Baixar este caderno (.ipynb)"},
    ]  # fmt: skip


def eyebrow(pagename: str) -> str:
    """Linha acima do título: a parte do curso a que o caderno pertence."""
    place = chapter_of(pagename)
    return f"Parte {place[0].numeral} · {place[0].title}" if place else ""


def siblings(app: Sphinx, pagename: str) -> list[tuple[str, str]]:
    """As outras edições do mesmo capítulo: página e nome."""
    place = chapter_of(pagename)
    if place is None:
        return []
    chapter = place[1].docname
    folder, slug = chapter.split("/")
    editions = (
        (chapter, "Capítulo"),
        (f"{folder}/exercicios/{slug}", "Exercícios"),
        (f"{folder}/solucoes/{slug}", "Soluções"),
    )
    found = app.env.found_docs
    return [(name, label) for name, label in editions if name in found and name != pagename]


def enrich(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Acrescenta ao contexto do modelo o que o tema mostra."""
    root = Path(app.srcdir)
    repository = load_repository(root)
    metadata = app.env.metadata.get(pagename, {})
    is_notebook = pagename.startswith("notebooks/")
    seconds = notebook_seconds(root, pagename)
    base = app.config.html_baseurl or repository.site_url
    context.update(
        {
            "repository": repository,
            "page_description": description(doctree, metadata),
            "launch_links": launch_links(repository, pagename) if is_notebook else [],
            "eyebrow": eyebrow(pagename),
            "siblings": siblings(app, pagename),
            "run_time": spoken(seconds) if seconds is not None else "",
            "is_cover": pagename == app.config.root_doc,
            "site_base": base,
            "canonical": f"{base}{pagename}.html" if base and app.builder.name == "html" else "",
            "pdf_name": PDF if (Path(app.outdir).parent / "pdf" / PDF).is_file() else "",
            "math_scripts": math_scripts(app, pagename, context),
        }
    )


def math_scripts(app: Sphinx, pagename: str, context: dict[str, Any]) -> list[Any]:
    """O MathJax, só em página com fórmula (o Sphinx o daria também às que a contêm)."""
    has_formula = app.env.domaindata["math"]["has_equations"].get(pagename, False)
    if not has_formula and app.builder.name != "singlehtml":
        return []
    return [script for script in context.get("script_files", []) if is_math_script(script)]


def is_math_script(script: Any) -> bool:
    """Diz se um script é do MathJax: é o único, além dos nossos, que vai à página."""
    body = str(getattr(script, "attributes", {}).get("body", ""))
    return "mathjax" in str(getattr(script, "filename", "") or "").lower() or "MathJax" in body


def always_outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Páginas geradas de dados são relidas a cada construção (custa milissegundos)."""
    return [name for name in GENERATED if name in env.found_docs]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga o contexto e a releitura."""
    app.connect("html-page-context", enrich, priority=800)
    app.connect("env-get-outdated", always_outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
