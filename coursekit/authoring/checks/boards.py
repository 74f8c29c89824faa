"""Quadros guardados: o que mostram é o que a tabela de afirmações diz hoje."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coursekit.authoring.checks.problem import Problem, cell_place
from coursekit.evidence import Claim, literal_pieces

_ROW = re.compile(
    r"^(?P<id>S\d-\d+) \[(?P<verdict>[^\]]+)\]\n"
    r" {2}dito: {3}(?P<said>.*)\n {2}medido: (?P<measured>.*)$",
    re.MULTILINE,
)


def check_boards(
    file_name: str, cells: Sequence[dict[str, Any]], claims: Mapping[str, Claim]
) -> list[Problem]:
    """Confere cada linha dos quadros de um caderno com a sua afirmação.

    Mudar só a tabela não muda a fonte do capítulo, e o quadro guardado ficaria velho em
    silêncio. Os números não se conferem aqui: são da execução.

    Args:
        file_name: nome do caderno, para as mensagens.
        cells: células, com saídas.
        claims: afirmações, por identificador.

    Returns:
        Um defeito por linha cujo dito, medido ou veredito mudou, ou cuja afirmação sumiu.
    """
    problems = []
    for number, cell in enumerate(cells):
        for row in _rows(cell):
            claim = claims.get(row["id"])
            if claim is None or not _tells(row, claim):
                problems.append(
                    Problem(
                        cell_place(file_name, number),
                        f"o quadro guardado não diz o que a tabela diz hoje de {row['id']}.",
                        "Rode «make notebooks ARGS=--force», com o número do capítulo.",
                    )
                )
    return problems


def _rows(cell: dict[str, Any]) -> Iterator[re.Match[str]]:
    """Acha as linhas de quadro nas saídas de uma célula."""
    for output in cell.get("outputs", ()):
        text = output.get("data", {}).get("text/plain", "")
        yield from _ROW.finditer("".join(text))


def _tells(row: re.Match[str], claim: Claim) -> bool:
    """Diz se a linha mostra o veredito e os textos da afirmação, sejam quais forem os números."""
    pattern = ".+?".join(map(re.escape, literal_pieces(claim.measured)))
    told = (row["verdict"], row["said"]) == (claim.verdict, claim.said)
    return told and re.fullmatch(pattern, row["measured"]) is not None
