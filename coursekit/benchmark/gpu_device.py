"""A placa em que se mede: nome, capacidade, memória e versões do que a move."""

from __future__ import annotations

import shutil
import subprocess
from importlib import metadata
from typing import Any

__all__ = ["gpu_device"]

UNKNOWN = "desconhecido"


def gpu_device() -> dict[str, Any]:
    """Descreve a placa em uso, sem nada que identifique a máquina.

    Returns:
        Nome, capacidade de computação, memória em MiB e versões do *driver*, do CUDA e do Triton.

    Raises:
        RuntimeError: se o PyTorch não vir GPU nenhuma.
    """
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError(
            "o PyTorch não vê nenhuma GPU CUDA. Rode numa máquina com uma placa da NVIDIA; "
            "«coursekit doctor» diz o que falta."
        )
    traits = torch.cuda.get_device_properties(torch.cuda.current_device())
    triton = _version_of("triton")
    return {
        "name": str(traits.name),
        "capability": f"{traits.major}.{traits.minor}",
        "memory_mib": round(traits.total_memory / 2**20),
        "driver": _driver_version(),
        "cuda": str(torch.version.cuda),
        "triton": triton,
    }


def _version_of(distribution: str) -> str:
    """Versão de uma biblioteca instalada."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "ausente"


def _driver_version() -> str:
    """Versão do *driver*, de quem vem com ele."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return UNKNOWN
    command = [program, "--query-gpu=driver_version", "--format=csv,noheader"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return (result.stdout.split() or [UNKNOWN])[0] if result.returncode == 0 else UNKNOWN
