"""Markdown portátil: o que o JupyterLab e o Colab mostram como o site mostra."""

import re
from collections.abc import Sequence
from typing import Any

from coursekit.authoring.checks.problem import Problem, cell_place

_FENCED = r"^(?P<fence>`{3,})(?![`{]).*?^(?P=fence)"
_CODE = re.compile(rf"(?sm){_FENCED}|(?<!`)`[^`\n]+`(?!`)")
_ROLE_SAFE_CODE = re.compile(rf"(?sm){_FENCED}")
_RULES = (
    (re.compile(r"^\s*(```+|~~~+)\{[\w:-]+\}", re.M), "diretiva MyST", "Use Markdown comum."),
    (re.compile(r"^\s*:::", re.M), "bloco :::", "Use citação (>) ou negrito."),
    (re.compile(r"^\([\w-]+\)=\s*$", re.M), "âncora (nome)=", "Aponte para o título da seção."),
    (re.compile(r"^>\s*\[!\w+\]", re.M), "aviso > [!NOTE]", "Comece a citação por **Nota.**"),
    (
        re.compile(r"\$\$\s*\([\w:-]+\)\s*$", re.M),
        "fórmula com rótulo",
        "Tire o rótulo e refira-se à fórmula pelo texto.",
    ),
    (re.compile(r"\[@[\w:-]+"), "citação não expandida", "Confira a sintaxe [@chave, §3]."),
    (re.compile(r"<script\b", re.I), "<script> em texto", "Use uma figura de coursekit.widgets."),
)
_ROLE = re.compile(r"(?<!`)\{[a-z][\w:-]*\}`[^`]+`")


def check_portable(file_name: str, cells: Sequence[dict[str, Any]]) -> list[Problem]:
    """Procura nas células de texto o que só o site entenderia.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células do caderno.

    Returns:
        Um defeito por construção encontrada.

    Example:
        >>> cell = {"cell_type": "markdown", "source": "Ver {ref}`figura`.", "metadata": {}}
        >>> len(check_portable("a.ipynb", [cell]))
        1
    """
    problems = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] != "markdown":
            continue
        place = cell_place(file_name, number)
        if role := _ROLE.search(_ROLE_SAFE_CODE.sub("", cell["source"])):
            problems.append(_problem(place, role[0], "papel MyST", "Use um enlace Markdown."))
        text = _CODE.sub("", cell["source"])
        problems += [
            _problem(place, match[0], what, remedy)
            for pattern, what, remedy in _RULES
            if (match := pattern.search(text))
        ]
    return problems


def _problem(place: str, found: str, what: str, remedy: str) -> Problem:
    """Escreve o defeito de uma construção que só o site entende."""
    return Problem(
        place,
        f"{what} («{found.strip()[:40]}») não aparece no JupyterLab nem no Colab.",
        remedy,
    )
