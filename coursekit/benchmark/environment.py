"""O ambiente em que se mediu: um número sem ele não se compara com nada."""

import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

_DISTRIBUTIONS = ("numpy", "scipy", "torch", "tensorflow", "keras", "coursekit")
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Environment:
    """Máquina e programas, sem nada que identifique pessoa, máquina ou pasta.

    Args:
        python: versão do Python.
        system: sistema operacional, como ``"Linux"``.
        architecture: arquitetura, como ``"x86_64"``.
        cpu: modelo do processador; ``"desconhecido"`` se o sistema não disser.
        cores: núcleos lógicos que este processo pode usar.
        threads: linhas de execução pedidos por variável de ambiente e, se o PyTorch já
            estiver carregado, as que ele usa.
        gpu: nome da GPU que o PyTorch vê, se já estiver carregado; senão ``None``.
        versions: versão de cada biblioteca instalada que importa para uma medida.
    """

    python: str
    system: str
    architecture: str
    cpu: str
    cores: int
    threads: dict[str, int]
    gpu: str | None
    versions: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """O ambiente como dicionário que cabe em JSON."""
        return asdict(self)


def environment() -> Environment:
    """Descreve o ambiente atual, sem importar bibliotecas pesadas.

    Returns:
        O ambiente; não contém nome da máquina, de usuário nem caminho.

    Example:
        >>> environment().cores >= 1
        True
    """
    return Environment(
        python=platform.python_version(),
        system=platform.system(),
        architecture=platform.machine(),
        cpu=_cpu_model(),
        cores=_usable_cores(),
        threads=_threads(),
        gpu=_gpu_name(),
        versions=_versions(),
    )


def _usable_cores() -> int:
    """Núcleos que este processo pode usar (numa máquina partilhada, menos que todos)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_model() -> str:
    """Modelo do processador, onde cada sistema o guarda."""
    readers = {"Linux": _linux_cpu, "Darwin": _mac_cpu}
    reader = readers.get(platform.system(), platform.processor)
    return " ".join(reader().split()) or "desconhecido"


def _linux_cpu() -> str:
    """Lê ``/proc/cpuinfo``."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    names = (line.split(":", 1)[1] for line in lines if line.startswith(("model name", "Model")))
    return next(names, "")


def _mac_cpu() -> str:
    """Pergunta ao ``sysctl``."""
    command = ["sysctl", "-n", "machdep.cpu.brand_string"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout


def _threads() -> dict[str, int]:
    """Limites de linhas de execução em vigor."""
    asked = {name: os.environ.get(name, "") for name in _THREAD_VARIABLES}
    threads = {name: int(value) for name, value in asked.items() if value.isdecimal()}
    torch = sys.modules.get("torch")
    if torch is not None:
        threads["torch"] = int(torch.get_num_threads())
    return threads


def _gpu_name() -> str | None:
    """Nome da GPU, se o PyTorch já estiver carregado e a vir."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return str(torch.cuda.get_device_name())


def _versions() -> dict[str, str]:
    """Versões pelos metadados, sem importar nada."""
    versions: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
