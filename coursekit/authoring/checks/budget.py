"""Orçamento de tempo: quanto cada caderno pode custar a quem o executa."""

from coursekit.authoring.checks.problem import Problem
from coursekit.authoring.project import Project
from coursekit.authoring.timings import BUDGETS, timing_of


def check_budgets(project: Project) -> list[Problem]:
    """Confere o tempo de processador medido de cada caderno executado.

    Args:
        project: o livro.

    Returns:
        Defeitos: tempo não medido, ou acima do orçamento da edição.
    """
    problems = []
    for edition in project.editions():
        if not edition.executed:
            continue
        name = edition.target.relative_to(project.root).as_posix()
        timing = timing_of(project.data / "tempos.json", edition.kind, edition.slug)
        budget = BUDGETS[edition.kind]
        if timing is None:
            problems.append(
                Problem(
                    name,
                    "não há tempo medido em book/_data/tempos.json.",
                    "Rode «make notebooks» para medir.",
                )
            )
        elif timing.cpu > budget:
            problems.append(
                Problem(
                    name,
                    f"gasta {timing.cpu:.0f} s de processador, e o orçamento é {budget:.0f} s.",
                    "Reduza dados, passos ou sementes, e recalibre os limiares.",
                )
            )
    return problems
