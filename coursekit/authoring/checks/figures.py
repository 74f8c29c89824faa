"""Figuras: toda imagem precisa de um texto alternativo que a descreva."""

import re
from collections.abc import Sequence
from typing import Any

from coursekit.authoring.checks.problem import Problem, cell_place

MIN_ALT_LENGTH = 20
_MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)")
_FILE_NAME = re.compile(r"\S+\.(png|svg|jpe?g|gif|webp)", re.IGNORECASE)


def check_figures(file_name: str, cells: Sequence[dict[str, Any]]) -> list[Problem]:
    """Confere o texto alternativo de cada figura de um caderno executado.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células, com saídas.

    Returns:
        Um defeito por figura sem descrição, ou por célula com mais de uma figura.

    Example:
        >>> cell = {"cell_type": "markdown", "source": "![](a.png)", "metadata": {}}
        >>> len(check_figures("a.ipynb", [cell]))
        1
    """
    problems = []
    for number, cell in enumerate(cells):
        place = cell_place(file_name, number)
        if cell["cell_type"] == "markdown":
            problems += [
                Problem(place, f"a imagem {match['target']} está sem descrição.", _MARKDOWN_REMEDY)
                for match in _MARKDOWN_IMAGE.finditer(cell["source"])
                if not _describes(match["alt"])
            ]
        else:
            problems += _output_problems(place, cell)
    return problems


_MARKDOWN_REMEDY = "Escreva entre os colchetes o que se vê nela."


def _output_problems(place: str, cell: dict[str, Any]) -> list[Problem]:
    """Confere as imagens que a célula produziu."""
    num_images = sum(_is_image(output) for output in cell.get("outputs", ()))
    if not num_images:
        return []
    if num_images > 1:
        return [
            Problem(
                place,
                f"produz {num_images} figuras, e só cabe um texto alternativo.",
                "Faça uma figura por célula.",
            )
        ]
    alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
    if _describes(alt):
        return []
    return [
        Problem(
            place,
            f"a figura não tem descrição (texto alternativo: {alt!r}).",
            "Acrescente ao cabeçalho da célula mystnb: {image: {alt: «o que se vê»}}; as "
            "funções describe_* de coursekit.plotting ajudam a escrever.",
        )
    ]


def _is_image(output: dict[str, Any]) -> bool:
    """Diz se a saída é uma imagem."""
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def _describes(alt: str) -> bool:
    """Diz se o texto descreve: não é curto, nem um nome de arquivo."""
    return len(alt.strip()) >= MIN_ALT_LENGTH and not _FILE_NAME.fullmatch(alt.strip())
