"""O arquivo ``.ipynb``: normalizado, para que gerar de novo não produza diferença."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_text(cells: Sequence[dict[str, Any]]) -> str:
    """Escreve um caderno como texto, sempre igual para as mesmas células.

    Ficam só ``id``, tipo, texto, tags, texto alternativo e saídas; nada de carimbos de
    tempo, nem da versão do Python de quem executou.

    Args:
        cells: células montadas, com ``outputs`` e ``execution_count`` se executadas.

    Returns:
        JSON do formato 4.5, com acentos legíveis e quebra de linha no fim.

    Example:
        >>> cell = {"id": "cel-00", "cell_type": "markdown", "source": "Olá", "metadata": {}}
        >>> '"Olá"' in notebook_text([cell])
        True
    """
    content = {
        "cells": [_written(cell) for cell in cells],
        "metadata": _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_notebook(path: Path, cells: Sequence[dict[str, Any]]) -> bool:
    """Grava o caderno se ele mudou.

    Args:
        path: destino.
        cells: células do caderno.

    Returns:
        Se o arquivo foi gravado.
    """
    text = notebook_text(cells)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def read_notebook(path: Path) -> list[dict[str, Any]]:
    """Lê as células de um caderno gravado, com o texto de cada uma numa só cadeia.

    Args:
        path: arquivo ``.ipynb``.

    Returns:
        As células; lista vazia se o arquivo não existir.
    """
    if not path.is_file():
        return []
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def recipe(cell: dict[str, Any]) -> tuple[str, str, str]:
    """Devolve o que uma célula tem de igual à sua fonte: tipo, texto e metadados.

    Args:
        cell: célula montada ou lida.

    Returns:
        Tupla comparável.

    Example:
        >>> recipe({"cell_type": "code", "source": "x", "metadata": {"tags": ["licao"]}})
        ('code', 'x', '{"tags": ["licao"]}')
    """
    metadata = json.dumps(cell["metadata"], ensure_ascii=False, sort_keys=True)
    return cell["cell_type"], cell["source"], metadata


def _written(cell: dict[str, Any]) -> dict[str, Any]:
    """Prepara uma célula para o JSON, com o texto em linhas."""
    written = {
        "id": cell["id"],
        "cell_type": cell["cell_type"],
        "metadata": cell["metadata"],
        "source": cell["source"].splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        written["execution_count"] = cell.get("execution_count")
        written["outputs"] = [_written_output(output) for output in cell.get("outputs", ())]
    return written


def _written_output(output: dict[str, Any]) -> dict[str, Any]:
    """Põe os textos de uma saída em linhas, como o Jupyter grava."""
    written = dict(output)
    if "text" in written:
        written["text"] = _lines(written["text"])
    if "data" in written:
        written["data"] = {
            kind: _lines(value) if kind.startswith("text/") or kind == "image/svg+xml" else value
            for kind, value in written["data"].items()
        }
    return written


def _lines(text: str | list[str]) -> list[str]:
    """Divide um texto em linhas, aceitando o que já vem dividido."""
    return "".join(text).splitlines(keepends=True)
