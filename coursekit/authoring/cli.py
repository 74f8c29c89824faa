"""A porta de linha de comando da autoria: gerar, conferir, comparar cartões."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from coursekit.authoring.build import Built, build_all
from coursekit.authoring.execution import ExecutionError
from coursekit.authoring.project import Project


def cli_main(argv: Sequence[str] | None = None) -> int:
    """Gera os cadernos, ou confere o livro.

    Args:
        argv: ``[--force] [--check] [capítulo…]``, ou ``compare-cards PASTA``; ``None`` lê
            da linha de comando.

    Returns:
        0 se tudo deu certo; 1 se há defeito ou falha; 2 se o pedido está errado.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        project = Project.find()
        if arguments[:1] == ["compare-cards"]:
            return _compare_cards(project, arguments[1:])
        options = _parser().parse_args(arguments)
        if options.check:
            return _check(project)
        done = build_all(project, tuple(options.slugs), force=options.force, report=_tell)
    except (ExecutionError, FileNotFoundError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not done:
        sys.stdout.write("Ainda não há fontes em book/capitulos nem em book/exercicios.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    """Descreve as opções de geração."""
    parser = argparse.ArgumentParser(
        prog="coursekit notebooks", description="Gera notebooks/ a partir de book/."
    )
    parser.add_argument("slugs", nargs="*", metavar="capítulo", help="02 ou 02-ponderar")
    parser.add_argument("--force", action="store_true", help="executa mesmo o que está em dia")
    parser.add_argument("--check", action="store_true", help="confere, sem gerar nada")
    return parser


def _tell(built: Built) -> None:
    """Mostra o que aconteceu com um caderno."""
    seconds = f" ({built.seconds:.0f} s)" if built.seconds else ""
    where = built.edition.target.relative_to(built.edition.source.parents[2])
    sys.stdout.write(f"{where.as_posix():<48} {built.outcome}{seconds}\n")
    sys.stdout.flush()


def _check(project: Project) -> int:
    """Roda as conferências e lista os defeitos."""
    from coursekit.authoring.checks import check_book

    problems = check_book(project)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    errors = sum(problem.is_error for problem in problems)
    sys.stdout.write(f"{errors} defeito(s), {len(problems) - errors} aviso(s).\n")
    return 1 if errors else 0


def _compare_cards(project: Project, arguments: list[str]) -> int:
    """Compara os cartões de uma nova execução com os guardados."""
    from coursekit.authoring.compare_cards import compare_cards

    if len(arguments) != 1:
        sys.stderr.write("Diga a pasta dos cartões novos: compare-cards PASTA\n")
        return 2
    problems = compare_cards(project.cards, Path(arguments[0]))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("Os cartões da nova execução contam a mesma história.\n")
    return 1 if problems else 0
