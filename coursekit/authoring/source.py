"""A fonte de um caderno: MyST Markdown, lido pelo jupytext."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOLUTION_START, SOLUTION_END = "# <solução>", "# </solução>"
KNOWN_TAGS = frozenset(
    {
        *("licao", "exercicio", "solucao", "gpu", "hide-input", "hide-output", "hide-cell"),
        *("remove-cell", "remove-input", "nbval-ignore-output", "raises-exception"),
    }
)
_TITLE = re.compile(r"\A#\s+(?P<title>.+?)\s*(?:\n|\Z)")


@dataclass(frozen=True)
class Source:
    """Uma fonte lida: o cabeçalho e as células do autor.

    Args:
        name: nome do arquivo, para as mensagens.
        title: título, da primeira linha ``# Título``.
        objectives: o que se saberá ao final.
        requirements: o que convém saber antes.
        cells: células do autor (a primeira já sem o título), como no nbformat.
    """

    name: str
    title: str
    objectives: tuple[str, ...]
    requirements: tuple[str, ...]
    cells: tuple[dict[str, Any], ...]


def read_source(path: Path) -> Source:
    """Lê um capítulo ou uma lista de exercícios.

    Args:
        path: arquivo MyST Markdown com células ``{code-cell}``.

    Returns:
        A fonte, com o título separado do resto.

    Raises:
        ValueError: se não começar por ``# Título``, ou se houver tag desconhecida.
    """
    import jupytext

    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    cells = [_plain_cell(cell) for cell in notebook.cells]
    match = _TITLE.match(cells[0]["source"]) if cells and _is_markdown(cells[0]) else None
    if match is None:
        raise ValueError(
            f"{path.name} não começa por um título. A primeira linha depois do cabeçalho YAML "
            "é «# Título do capítulo»."
        )
    rest = cells[0]["source"][match.end() :].strip()
    body = ([cells[0] | {"source": rest}] if rest else []) + cells[1:]
    _check_tags(path.name, body)
    return Source(
        name=path.name,
        title=match["title"],
        objectives=tuple(map(str, notebook.metadata.get("objetivos") or ())),
        requirements=tuple(map(str, notebook.metadata.get("requisitos") or ())),
        cells=tuple(body),
    )


def _plain_cell(cell: Any) -> dict[str, Any]:
    """Copia da célula só o que a casa guarda: tipo, texto, tags e texto alternativo."""
    metadata: dict[str, Any] = {}
    if cell.metadata.get("tags"):
        metadata["tags"] = [str(tag) for tag in cell.metadata["tags"]]
    if cell.metadata.get("mystnb"):
        metadata["mystnb"] = _as_plain(cell.metadata["mystnb"])
    return {"cell_type": cell.cell_type, "source": cell.source.strip("\n"), "metadata": metadata}


def _as_plain(value: Any) -> Any:
    """Converte os dicionários do nbformat em dicionários comuns."""
    if isinstance(value, dict):
        return {str(key): _as_plain(item) for key, item in value.items()}
    return value


def _is_markdown(cell: dict[str, Any]) -> bool:
    """Diz se a célula é de texto."""
    return bool(cell["cell_type"] == "markdown")


def _check_tags(name: str, cells: list[dict[str, Any]]) -> None:
    """Recusa tags que ninguém lê: em geral são erro de digitação."""
    for number, cell in enumerate(cells):
        unknown = sorted(set(cell["metadata"].get("tags", ())) - KNOWN_TAGS)
        if unknown:
            raise ValueError(
                f"{name}, célula {number}: tag desconhecida {', '.join(unknown)}. "
                f"As tags da casa são {', '.join(sorted(KNOWN_TAGS))}."
            )
