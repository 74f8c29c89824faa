"""Laudo do ambiente: o que está instalado, que GPU se vê, o que falta e como consertar.

Nada pesado é importado aqui: as versões vêm dos metadados, e o PyTorch só é consultado
noutro processo.
"""

from coursekit import __version__
from coursekit.doctor.probes import (
    probe_accelerator,
    probe_kernel,
    probe_machine,
    probe_optional_groups,
    probe_packages,
    probe_python,
)
from coursekit.doctor.report import Finding, Report

__all__ = ["Finding", "Report", "examine"]


def examine(*, with_gpu: bool = True) -> Report:
    """Examina o ambiente em que este Python roda.

    Args:
        with_gpu: falso não carrega o PyTorch (noutro processo, alguns segundos).

    Returns:
        O laudo; ``passed`` é falso se faltar algo sem o que o curso não roda.

    Example:
        >>> examine(with_gpu=False).findings[0].name
        'versão'
    """
    findings = [
        *probe_python(),
        *probe_packages(),
        *probe_optional_groups(),
        *probe_kernel(),
        *probe_machine(),
        *(probe_accelerator() if with_gpu else []),
    ]
    return Report(version=__version__, findings=tuple(findings))
