"""Da fonte ao caderno ainda não executado: as células que ele deve ter."""

from collections.abc import Mapping
from typing import Any

from coursekit.authoring.citations import expand_citations
from coursekit.authoring.editions import edition_cells
from coursekit.authoring.header import header_cell, install_cell, requirement_for
from coursekit.authoring.project import Edition, Project
from coursekit.authoring.source import read_source
from coursekit.authoring.timings import timing_of

NUM_GENERATED = 2


def assemble(
    project: Project,
    edition: Edition,
    labels: Mapping[str, str],
    *,
    requirement: str | None = None,
) -> list[dict[str, Any]]:
    """Monta as células de um caderno a partir da sua fonte.

    As duas primeiras são geradas (cabeçalho e instalação); as outras são as do autor, na
    edição pedida e com as citações transformadas em enlaces.

    Args:
        project: o livro.
        edition: caderno a montar.
        labels: rótulo de cada chave da bibliografia.
        requirement: requisito do pip da célula de instalação; ``None`` deriva do endereço
            do repositório.

    Returns:
        Células com ``id`` fixo (``cel-00``…), tipo, texto e metadados, sem saídas.

    Raises:
        ValueError: se a fonte tiver defeito; a mensagem diz o arquivo.
    """
    repository = project.repository()
    source = read_source(edition.source)
    timing = timing_of(project.data / "tempos.json", edition.kind, edition.slug)
    try:
        body = list(source.cells)
        if edition.kind != "capitulo":
            body = edition_cells(body, solved=edition.kind == "solucao")
        cells = [
            header_cell(source, edition, repository, timing.cpu if timing else None),
            install_cell(requirement or requirement_for(repository)),
            *(_with_citations(cell, labels, edition.book_prefix) for cell in body),
        ]
    except (KeyError, ValueError) as error:
        raise ValueError(f"{edition.source.name}: {error.args[0]}") from error
    return [{"id": f"cel-{number:02d}", **cell} for number, cell in enumerate(cells)]


def _with_citations(cell: dict[str, Any], labels: Mapping[str, str], prefix: str) -> dict[str, Any]:
    """Expande as citações de uma célula de texto."""
    if cell["cell_type"] != "markdown":
        return cell
    return cell | {"source": expand_citations(cell["source"], labels, prefix)}
