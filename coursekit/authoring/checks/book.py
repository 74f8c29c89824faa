"""Todas as conferências, sobre o livro inteiro."""

from collections.abc import Callable
from itertools import chain

from coursekit.authoring.bibliography import read_bibliography, reference_labels_csv
from coursekit.authoring.checks.boards import check_boards
from coursekit.authoring.checks.budget import check_budgets
from coursekit.authoring.checks.claims import check_cards, check_claims, finished_chapters
from coursekit.authoring.checks.code_cells import check_code_cells
from coursekit.authoring.checks.figures import check_figures
from coursekit.authoring.checks.flowcharts import check_flowcharts, check_page_flowcharts
from coursekit.authoring.checks.freshness import check_freshness, check_orphans
from coursekit.authoring.checks.language import (
    check_accents,
    check_spelling,
    check_variants,
    read_dictionary,
    read_variants,
)
from coursekit.authoring.checks.outputs import check_outputs
from coursekit.authoring.checks.portable import check_portable
from coursekit.authoring.checks.problem import Problem
from coursekit.authoring.checks.prose import book_passages, package_passages
from coursekit.authoring.checks.stubs import check_stubs
from coursekit.authoring.notebook_file import read_notebook
from coursekit.authoring.project import Project
from coursekit.authoring.source import read_source
from coursekit.evidence import load_cards, load_claims, load_experiments


def check_book(project: Project) -> list[Problem]:
    """Roda todas as conferências.

    Args:
        project: o livro.

    Returns:
        Defeitos e avisos, na ordem das conferências.
    """
    return list(chain.from_iterable(check(project) for check in CHECKS.values()))


def check_notebooks_fresh(project: Project) -> list[Problem]:
    """Confere se todo caderno está em dia com a fonte, e se a tabela de rótulos também."""
    references = read_bibliography(project.bibliography)
    labels = {key: reference.label for key, reference in references.items()}
    problems = check_orphans(project)
    for edition in project.editions():
        problems += check_freshness(project, edition, labels)
    table = project.root / "coursekit" / "evidence" / "references.csv"
    if table.is_file() and table.read_text(encoding="utf-8") != reference_labels_csv(references):
        problems.append(
            Problem(
                "coursekit/evidence/references.csv",
                "a tabela não corresponde a book/references.bib.",
                "Rode «make notebooks».",
            )
        )
    return problems


def check_notebook_contents(project: Project) -> list[Problem]:
    """Confere células, figuras, saídas, portabilidade e fluxogramas de cada caderno gerado."""
    problems, claims = [], load_claims()
    for edition in project.editions():
        name = edition.target.relative_to(project.root).as_posix()
        cells = read_notebook(edition.target)
        problems += check_code_cells(name, cells)
        problems += check_figures(name, cells)
        problems += check_outputs(name, cells)
        problems += check_portable(name, cells)
        problems += check_flowcharts(name, cells)
        problems += check_boards(name, cells, claims)
    return problems


def check_exercise_stubs(project: Project) -> list[Problem]:
    """Confere, capítulo a capítulo, que a lacuna e a solução só diferem onde devem."""
    problems = []
    for edition in project.editions():
        if edition.kind == "exercicio":
            solved = project.edition("solucao", edition.slug)
            problems += check_stubs(
                f"{edition.slug}.ipynb",
                read_source(edition.source).cells,
                read_notebook(edition.target),
                read_notebook(solved.target),
            )
    return problems


def check_language(project: Project) -> list[Problem]:
    """Confere acentos, termos da casa e ortografia do livro e das docstrings."""
    book, package = list(book_passages(project)), list(package_passages(project))
    unaccented = read_dictionary(project.data / "sem_acento.txt")
    variants = read_variants(project.data / "variantes.csv")
    words = read_dictionary(project.data / "dicionario.txt")
    code_words = read_dictionary(project.data / "dicionario_codigo.txt")
    return [
        *check_accents([*book, *package], unaccented),
        *check_variants([*book, *package], variants),
        *check_spelling(book, words),
        *check_spelling(package, words | code_words),
    ]


def check_evidence(project: Project) -> list[Problem]:
    """Confere afirmações e cartões dos capítulos prontos."""
    cards = load_cards(project.cards)
    finished = finished_chapters(project)
    texts = {
        number: "\n".join(
            cell["source"] for cell in read_notebook(project.notebooks / f"{slug}.ipynb")
        )
        for number, slug in finished.items()
    }
    return [
        *check_claims(load_claims(), cards, read_bibliography(project.bibliography), texts),
        *check_cards(cards, load_experiments(), finished),
    ]


CHECKS: dict[str, Callable[[Project], list[Problem]]] = {
    "em dia": check_notebooks_fresh,
    "cadernos": check_notebook_contents,
    "páginas": check_page_flowcharts,
    "lacunas": check_exercise_stubs,
    "orçamento": check_budgets,
    "evidência": check_evidence,
    "língua": check_language,
}
