"""Processo que mede o pico de memória de uma função; falado por ``peak_memory``.

Lê um pedido em JSON pela entrada padrão e responde em JSON na última linha da saída.
"""

import contextlib
import gc
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 2**20
_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def main() -> None:
    """Atende um pedido."""
    request = json.loads(sys.stdin.read())
    sys.path[:] = request["path"]
    # O que a função escrever não pode se misturar com a resposta.
    with contextlib.redirect_stdout(sys.stderr):
        answer = measured(request)
    sys.stdout.write(json.dumps(answer) + "\n")


def measured(request: dict[str, Any]) -> dict[str, Any]:
    """Prepara, anota a linha de base, chama e lê o pico.

    Args:
        request: ``function``, ``setup`` e ``arguments``.

    Returns:
        ``mib``, ``baseline_mib`` e ``method``.
    """
    function = _find(request["function"])
    arguments: dict[str, Any] = request["arguments"]
    prepared: tuple[Any, ...] = ()
    if request["setup"] is not None:
        prepared = (_find(request["setup"])(**arguments),)
        arguments = {}
    gc.collect()
    method, peak = _counter()
    before = peak()
    result = function(*prepared, **arguments)
    after = peak()
    del result
    return {
        "mib": (after - before) / MIB,
        "baseline_mib": before / MIB,
        "method": method,
    }


def _find(address: str) -> Callable[..., Any]:
    """Importa a função pelo endereço ``modulo:nome``."""
    module, name = address.split(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _counter() -> tuple[str, Callable[[], int]]:
    """Escolhe o contador de pico deste sistema; devolve nome e leitor em bytes."""
    if _reset_high_water_mark():
        return "VmHWM", _high_water_mark
    if sys.platform == "win32":
        return "peak_wset", _windows_peak
    return "ru_maxrss", _posix_peak


def _reset_high_water_mark() -> bool:
    """Zera o pico do processo, onde o sistema deixa (Linux)."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return False
    return _STATUS.exists()


def _high_water_mark() -> int:
    """Pico desde a última vez que foi zerado."""
    for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("o sistema não informa VmHWM em /proc/self/status")


def _posix_peak() -> int:
    """Pico da vida do processo: em KiB no Linux, em bytes no macOS."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _windows_peak() -> int:
    """Pico da vida do processo no Windows."""
    try:
        import psutil
    except ImportError as error:
        raise RuntimeError("instale o psutil: python -m pip install psutil") from error
    return int(psutil.Process().memory_info().peak_wset)


if __name__ == "__main__":
    main()
