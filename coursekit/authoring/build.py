"""Gerar os cadernos: só o que mudou, e sempre o mesmo resultado."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.authoring.assembly import NUM_GENERATED, assemble
from coursekit.authoring.bibliography import read_bibliography, reference_labels_csv
from coursekit.authoring.execution import ExecutionError, execute
from coursekit.authoring.notebook_file import read_notebook, write_notebook
from coursekit.authoring.project import Edition, Project
from coursekit.authoring.timings import record_timing

FRESH, UPDATED, EXECUTED = "em dia", "atualizado", "executado"


@dataclass(frozen=True)
class Built:
    """O que aconteceu com um caderno: em dia, atualizado (sem executar) ou executado."""

    edition: Edition
    outcome: str
    seconds: float = 0.0


def build_notebook(
    project: Project, edition: Edition, labels: Mapping[str, str], *, force: bool = False
) -> Built:
    """Gera um caderno, executando-o só se o código do autor mudou.

    Mudança apenas no texto, nos textos alternativos ou nas células geradas (endereço do
    repositório, tempo medido) troca essas células e conserva as saídas.

    Args:
        project: o livro.
        edition: caderno a gerar.
        labels: rótulo de cada chave da bibliografia.
        force: executa mesmo o que está em dia.

    Returns:
        O que foi feito.

    Raises:
        ExecutionError: se uma célula falhar; a mensagem diz o arquivo e a célula.
    """
    cells = assemble(project, edition, labels)
    stored = read_notebook(edition.target)
    if not edition.executed:
        changed = write_notebook(edition.target, cells)
        return Built(edition, UPDATED if changed else FRESH)
    if not force and reusable(cells, stored):
        changed = write_notebook(edition.target, with_outputs_of(cells, stored))
        return Built(edition, UPDATED if changed else FRESH)
    edition.target.parent.mkdir(parents=True, exist_ok=True)
    cards = project.cards if edition.kind == "capitulo" else None
    try:
        executed, timing = execute(cells, folder=edition.target.parent, cards=cards)
    except ExecutionError as error:
        raise ExecutionError(f"{edition.source.name}, {error}") from error
    record_timing(project.data / "tempos.json", edition.kind, edition.slug, timing)
    # O cabeçalho mostra o tempo que acabou de ser medido.
    write_notebook(edition.target, with_outputs_of(assemble(project, edition, labels), executed))
    return Built(edition, EXECUTED, timing.wall)


def build_all(
    project: Project,
    slugs: tuple[str, ...] = (),
    *,
    force: bool = False,
    report: Callable[[Built], None] = lambda built: None,
) -> list[Built]:
    """Gera todos os cadernos, ou só os dos capítulos pedidos.

    Args:
        project: o livro.
        slugs: capítulos (``02-ponderar`` ou ``02``); vazio gera todos.
        force: executa mesmo o que está em dia.
        report: chamado a cada caderno pronto, para mostrar progresso.

    Returns:
        O que foi feito, na ordem.

    Raises:
        ValueError: se um dos capítulos pedidos não tiver fonte.
    """
    labels = write_reference_labels(project)
    editions = project.editions()
    known = {edition.slug for edition in editions}
    for slug in slugs:
        if not any(_asked(name, (slug,)) for name in known):
            raise ValueError(
                f"não há fonte para {slug!r} em book/capitulos ou book/exercicios. "
                f"Há: {', '.join(sorted(known)) or 'nenhuma'}."
            )
    done = []
    for edition in editions:
        if slugs and not _asked(edition.slug, slugs):
            continue
        built = build_notebook(project, edition, labels, force=force)
        report(built)
        done.append(built)
    return done


def write_reference_labels(project: Project) -> dict[str, str]:
    """Atualiza a tabela de rótulos do pacote a partir da bibliografia.

    Args:
        project: o livro.

    Returns:
        Rótulo de cada chave.
    """
    references = read_bibliography(project.bibliography)
    table = project.root / "coursekit" / "evidence" / "references.csv"
    text = reference_labels_csv(references)
    if table.is_file() and table.read_text(encoding="utf-8") != text:
        table.write_text(text, encoding="utf-8")
    return {key: reference.label for key, reference in references.items()}


def reusable(cells: list[dict[str, Any]], stored: list[dict[str, Any]]) -> bool:
    """Diz se as saídas guardadas ainda são as destas células.

    Args:
        cells: células montadas da fonte.
        stored: células do caderno gravado.

    Returns:
        ``True`` se o código do autor é o mesmo, na mesma ordem, e foi todo executado. O que
        está entre um código e outro (texto, texto alternativo) não muda saída alguma.
    """
    mine, theirs = _code(cells[NUM_GENERATED:]), _code(stored[NUM_GENERATED:])
    return (
        bool(stored)
        and [_program(cell) for cell in mine] == [_program(cell) for cell in theirs]
        and all(cell["execution_count"] for cell in theirs)
    )


def with_outputs_of(
    cells: list[dict[str, Any]], executed: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Junta às células montadas as saídas de uma execução do mesmo código.

    Args:
        cells: células montadas.
        executed: células já executadas, com o mesmo código na mesma ordem.

    Returns:
        Células com saídas.

    Raises:
        ValueError: se o número de células de código não for o mesmo.
    """
    kept = ("outputs", "execution_count")
    ran = iter(_code(executed))
    if len(_code(cells)) != len(_code(executed)):
        raise ValueError(
            f"são {len(_code(cells))} células de código, e {len(_code(executed))} executadas. "
            "Execute o caderno de novo antes de juntar as saídas."
        )
    return [
        cell | {name: value for name, value in next(ran).items() if name in kept}
        if cell["cell_type"] == "code"
        else cell
        for cell in cells
    ]


def _code(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Separa as células de código."""
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _program(cell: dict[str, Any]) -> tuple[str, list[str]]:
    """O que decide a execução de uma célula: o código e as etiquetas."""
    return cell["source"], cell["metadata"].get("tags", [])


def _asked(slug: str, asked: tuple[str, ...]) -> bool:
    """Diz se um capítulo foi pedido, pelo nome ou só pelo número."""
    return slug in asked or slug.split("-")[0] in asked
