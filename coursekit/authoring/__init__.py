"""De ``book/`` a ``notebooks/``: gerar, executar, normalizar e conferir os cadernos.

A fonte é MyST Markdown; o caderno é gerado, executado e guardado com saídas. Gerar duas
vezes sem mudar nada dá os mesmos bytes.
"""

from coursekit.authoring.cli import cli_main
from coursekit.authoring.header import install_cell, requirement_for
from coursekit.authoring.project import Edition, Project, Repository

__all__ = [
    "Edition",
    "Project",
    "Repository",
    "cli_main",
    "install_cell",
    "requirement_for",
]
