"""Exames do ambiente: cada um olha uma coisa e devolve achados, sem importar o que examina."""

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from coursekit.doctor.report import Finding, Status
from coursekit.doctor.requirements import (
    Requirement,
    compare_versions,
    declared_requirements,
    installed_version,
)

GIB = 2**30
LITTLE_DISK, TOO_LITTLE_DISK = 3 * GIB, GIB // 2
PROBE_SECONDS = 180
_TORCH_PROBE = """
import json, torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
print(json.dumps({
    "built_for_cuda": torch.version.cuda,
    "gpus": [torch.cuda.get_device_name(i) for i in range(count)],
    "mps": torch.backends.mps.is_available(),
}))
"""


def probe_python() -> list[Finding]:
    """Confere a versão do Python com a que o pacote pede."""
    try:
        wanted = metadata.metadata("coursekit")["Requires-Python"].removeprefix(">=").strip()
    except metadata.PackageNotFoundError:
        return [
            Finding(
                "Python",
                "coursekit",
                "falta",
                "não está instalado neste Python",
                "python -m pip install -e . (na pasta do curso)",
            )
        ]
    current = ".".join(str(number) for number in sys.version_info[:3])
    good = compare_versions(current, wanted) >= 0
    detail = f"{current} (o curso pede {wanted} ou mais novo)"
    remedy = "" if good else f"instale o Python {wanted} e crie outro ambiente virtual"
    return [Finding("Python", "versão", "ok" if good else "falta", detail, remedy)]


def probe_packages() -> list[Finding]:
    """Compara cada pacote obrigatório, e os do PyTorch, com os limites declarados."""
    try:
        requirements = declared_requirements()
    except metadata.PackageNotFoundError:
        return []
    titles = {"": "Pacotes básicos", "torch": "PyTorch (capítulos)"}
    return [
        _package_finding(titles[extra], requirement)
        for extra in titles
        for requirement in requirements
        if requirement.extra == extra
    ]


def probe_optional_groups() -> list[Finding]:
    """Resume cada grupo opcional numa linha."""
    try:
        requirements = declared_requirements()
    except metadata.PackageNotFoundError:
        return []
    purposes = {
        "keras": "para as células de Keras",
        "book": "para construir o livro",
        "dev": "para rodar os testes",
    }
    return [
        _group_finding(extra, purpose, [r for r in requirements if r.extra == extra])
        for extra, purpose in purposes.items()
    ]


def probe_kernel() -> list[Finding]:
    """Confere se o Jupyter deste ambiente sabe abrir um caderno."""
    group = "Cadernos"
    if find_spec("ipykernel") is None:
        return [
            Finding(
                group,
                "núcleo do Jupyter",
                "falta",
                "ipykernel não está instalado",
                "python -m pip install jupyterlab ipykernel",
            )
        ]
    specs = {
        path.parent.name for folder in _kernel_folders() for path in folder.glob("*/kernel.json")
    }
    if "python3" not in specs:
        return [
            Finding(
                group,
                "núcleo do Jupyter",
                "falta",
                "o núcleo 'python3', que os cadernos pedem, não está registrado",
                "python -m ipykernel install --sys-prefix --name python3",
            )
        ]
    return [Finding(group, "núcleo do Jupyter", "ok", "'python3' registrado")]


def probe_machine() -> list[Finding]:
    """Olha o disco e os linhas de execução."""
    free = shutil.disk_usage(Path.cwd()).free
    status: Status = (
        "ok" if free >= LITTLE_DISK else "aviso" if free >= TOO_LITTLE_DISK else "falta"
    )
    space = f"{free / GIB:.1f}".replace(".", ",") + " GiB livres nesta pasta"
    remedy = "" if status == "ok" else "libere espaço: o ambiente completo usa cerca de 3 GiB"
    return [Finding("Máquina", "disco", status, space, remedy), _threads_finding()]


def probe_accelerator() -> list[Finding]:
    """Pergunta ao PyTorch, noutro processo, que aparelhos ele vê."""
    if find_spec("torch") is None:
        return [Finding("Máquina", "GPU", "aviso", "sem PyTorch não há como procurar GPU")]
    answer = _ask_torch()
    if "error" in answer:
        return [
            Finding(
                "Máquina",
                "PyTorch",
                "falta",
                f"instalado, mas não carrega: {answer['error']}",
                "python -m pip install --force-reinstall torch",
            )
        ]
    if answer["gpus"]:
        return [Finding("Máquina", "GPU", "ok", ", ".join(answer["gpus"]))]
    if answer["mps"]:
        return [Finding("Máquina", "GPU", "ok", "GPU da Apple (mps)")]
    if shutil.which("nvidia-smi") is not None:
        return [_unseen_gpu_finding(answer["built_for_cuda"])]
    return [Finding("Máquina", "GPU", "ok", "nenhuma; o curso inteiro roda em CPU")]


def _package_finding(group: str, requirement: Requirement) -> Finding:
    """Achado de um pacote que precisa estar lá."""
    version = installed_version(requirement.name)
    wanted = f"pede {requirement.wanted}" if requirement.wanted else "qualquer versão"
    command = f'python -m pip install "{requirement.name}{requirement.wanted}"'
    if version is None:
        return Finding(group, requirement.name, "falta", f"não instalado ({wanted})", command)
    if not requirement.accepts(version):
        return Finding(group, requirement.name, "falta", f"{version} não serve ({wanted})", command)
    return Finding(group, requirement.name, "ok", f"{version} ({wanted})")


def _group_finding(extra: str, purpose: str, requirements: list[Requirement]) -> Finding:
    """Achado de um grupo opcional inteiro."""
    problems = [_package_finding("", r) for r in requirements]
    bad = [finding for finding in problems if finding.status != "ok"]
    if not bad:
        detail = f"{len(requirements)} pacotes no ponto, {purpose}"
        return Finding("Grupos opcionais", extra, "ok", detail)
    detail = f"{purpose}, {'; '.join(f'{finding.name} {finding.detail}' for finding in bad)}"
    wanted = {r.name: f'"{r.name}{r.wanted}"' for r in requirements}
    command = "python -m pip install " + " ".join(wanted[finding.name] for finding in bad)
    return Finding("Grupos opcionais", extra, "aviso", detail, command)


def _unseen_gpu_finding(built_for_cuda: str | None) -> Finding:
    """Há placa NVIDIA, mas o PyTorch não a usa."""
    reason = (
        "é só para CPU" if built_for_cuda is None else f"é para CUDA {built_for_cuda} e não a vê"
    )
    return Finding(
        "Máquina",
        "GPU",
        "aviso",
        f"há placa NVIDIA, mas o PyTorch instalado {reason}",
        "escolha a versão com CUDA em https://pytorch.org/get-started/locally/",
    )


def _threads_finding() -> Finding:
    """Linhas de execução: núcleos que o processo pode usar e limite pedido."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = cores or 1
    asked = os.environ.get("OMP_NUM_THREADS", "")
    detail = f"{cores} núcleo" + "s" * (cores > 1)
    if not asked:
        return Finding("Máquina", "processador", "ok", detail)
    detail += f"; OMP_NUM_THREADS={asked}"
    if asked.isdecimal() and 1 <= int(asked) <= cores:
        return Finding("Máquina", "processador", "ok", detail)
    remedy = f"ajuste OMP_NUM_THREADS para um número de 1 a {cores}, ou remova a variável"
    return Finding("Máquina", "processador", "aviso", detail, remedy)


def _kernel_folders() -> list[Path]:
    """Pastas em que o Jupyter procura núcleos."""
    listed = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    roots = [Path(root) for root in listed if root]
    roots.append(Path(sys.prefix) / "share" / "jupyter")
    roots.append(Path.home() / ".local" / "share" / "jupyter")
    roots.append(Path.home() / "Library" / "Jupyter")
    if os.environ.get("APPDATA"):
        roots.append(Path(os.environ["APPDATA"]) / "jupyter")
    roots.append(Path("/usr/local/share/jupyter"))
    roots.append(Path("/usr/share/jupyter"))
    return [root / "kernels" for root in roots]


def _ask_torch() -> dict[str, Any]:
    """Roda a pergunta noutro processo; devolve a resposta ou ``{"error": ...}``."""
    command = [sys.executable, "-c", _TORCH_PROBE]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": f"não respondeu em {PROBE_SECONDS} s"}
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines()
        return {"error": lines[-1] if lines else f"saiu com código {result.returncode}"}
    answer: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return answer
