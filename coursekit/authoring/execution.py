"""Executar um caderno num processo próprio, e medir quanto custou."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit.authoring.timings import Timing
from coursekit.evidence import CARDS_DIR_VARIABLE

CELL_LIMIT_SECONDS = 600
# TensorFlow escreve avisos com horário dentro do caderno se não for calado antes.
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONHASHSEED": "0"}


class ExecutionError(RuntimeError):
    """Uma célula do caderno falhou."""


def execute(
    cells: Sequence[dict[str, Any]], *, folder: Path, cards: Path | None
) -> tuple[list[dict[str, Any]], Timing]:
    """Executa as células, de cima para baixo, no Python que está rodando.

    Args:
        cells: células montadas, sem saídas.
        folder: pasta em que o caderno roda (a do próprio caderno).
        cards: pasta em que gravar os cartões; ``None`` não grava.

    Returns:
        As células com saídas e numeração, e o tempo gasto pelo processo.

    Raises:
        ExecutionError: se uma célula sem a tag ``raises-exception`` falhar; a mensagem
            traz a célula e o fim do erro.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    as_notebook: Any = nbformat.from_dict
    notebook = as_notebook(
        {
            "cells": [_blank(cell) for cell in cells],
            "metadata": {"kernelspec": {"name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    client = NotebookClient(
        notebook,
        km=_kernel_manager(),
        timeout=CELL_LIMIT_SECONDS,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=40"],
    )
    # O gerente é nosso, mas quem encerra o processo (e o faz contar no tempo) é o cliente.
    client.owns_km = True
    cpu_before, wall_before = _children_cpu(), time.perf_counter()
    try:
        client.execute(env=_environment(cards))
    except CellExecutionError as error:
        raise ExecutionError(_failed_cell(notebook.cells, error)) from error
    timing = Timing(_children_cpu() - cpu_before, time.perf_counter() - wall_before)
    return [_executed(cell, ran) for cell, ran in zip(cells, notebook.cells, strict=True)], timing


def _blank(cell: dict[str, Any]) -> dict[str, Any]:
    """Prepara uma célula para o nbclient, sem saídas."""
    blank = {name: cell[name] for name in ("id", "cell_type", "source", "metadata")}
    return blank | ({"outputs": [], "execution_count": None} if _is_code(cell) else {})


def _executed(cell: dict[str, Any], ran: Any) -> dict[str, Any]:
    """Junta à célula montada o que a execução produziu."""
    if not _is_code(cell):
        return cell
    outputs = [_plain_output(output) for output in ran.outputs]
    return cell | {"outputs": outputs, "execution_count": ran.execution_count}


def _plain_output(output: Any) -> dict[str, Any]:
    """Copia a saída em dicionários comuns."""
    return {key: _as_plain(value) for key, value in output.items()}


def _as_plain(value: Any) -> Any:
    """Converte recursivamente o que o nbformat devolve."""
    if isinstance(value, dict):
        return {key: _as_plain(item) for key, item in value.items()}
    return value


def _is_code(cell: dict[str, Any]) -> bool:
    """Diz se a célula é de código."""
    return bool(cell["cell_type"] == "code")


def _kernel_manager() -> Any:
    """Cria o gerente do núcleo, forçando o Python que está rodando."""
    from jupyter_client.manager import AsyncKernelManager

    manager = AsyncKernelManager(kernel_name="python3")
    specification = manager.kernel_spec
    if specification is None:
        raise ExecutionError(
            "não há núcleo python3 do Jupyter neste ambiente. Instale-o com pip install ipykernel."
        )
    specification.argv[0] = sys.executable
    return manager


def _environment(cards: Path | None) -> dict[str, str]:
    """Monta o ambiente do processo: calado, com figuras embutidas e cartões onde pedido."""
    skipped = {"MPLBACKEND", CARDS_DIR_VARIABLE}
    kept = {name: value for name, value in os.environ.items() if name not in skipped}
    return kept | _QUIET | ({CARDS_DIR_VARIABLE: str(cards)} if cards else {})


def _children_cpu() -> float:
    """Soma o tempo de processador dos processos filhos já encerrados, em s."""
    times = os.times()
    return times.children_user + times.children_system


def _failed_cell(cells: Sequence[Any], error: Exception) -> str:
    """Diz qual célula falhou e com que erro."""
    for number, cell in enumerate(cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
                "tags", ()
            ):
                return (
                    f"célula {number} ({cell.id}): {output.ename}: {output.evalue}\n"
                    f"--- código ---\n{cell.source}"
                )
    return str(error)
