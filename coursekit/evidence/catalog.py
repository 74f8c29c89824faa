"""As tabelas que acompanham o pacote: afirmações, experimentos e rótulos das referências."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from coursekit.evidence.measurement import VERDICTS

EDITORIAL = "editorial"
UNTOLD = ""
PLANNED_VERDICTS = (*VERDICTS, "lacuna", EDITORIAL)


@dataclass(frozen=True)
class Claim:
    """Uma afirmação das fontes populares, e o que o curso encontrou.

    Args:
        claim_id: identificador, como ``S1-27``.
        said: o que se diz, parafraseado.
        measured: o que se mediu, modelo com lacunas como ``{E04.count_decreased}``.
        verdict: ``confirmado``, ``parcial``, ``refutado``, ``sem apoio`` ou
            ``editorial``; vazio enquanto o capítulo não estiver pronto.
        chapters: capítulos que retomam a afirmação.
        experiments: experimentos que a medem.
        references: chaves da bibliografia.
        planned: veredito previsto no plano do curso (não é mostrado ao leitor).
    """

    claim_id: str
    said: str
    measured: str
    verdict: str
    chapters: tuple[int, ...]
    experiments: tuple[str, ...]
    references: tuple[str, ...]
    planned: str


@dataclass(frozen=True)
class ExperimentEntry:
    """Linha do catálogo de experimentos: onde mora e como se chama."""

    experiment_id: str
    chapter: int
    title: str


@cache
def load_claims(path: Path | None = None) -> MappingProxyType[str, Claim]:
    """Lê a tabela de afirmações.

    Args:
        path: outro arquivo CSV de mesmas colunas; ``None`` lê o do pacote.

    Returns:
        As afirmações por identificador, na ordem do arquivo.

    Raises:
        ValueError: se uma linha repetir identificador ou trouxer veredito desconhecido.

    Example:
        >>> load_claims()["S1-27"].verdict
        'refutado'
    """
    claims: dict[str, Claim] = {}
    for row in _rows("claims.csv", path):
        claim = _claim(row)
        if claim.claim_id in claims:
            raise ValueError(
                f"claims.csv repete a afirmação {claim.claim_id}. Deixe uma só linha por id."
            )
        claims[claim.claim_id] = claim
    return MappingProxyType(claims)


@cache
def load_experiments() -> MappingProxyType[str, ExperimentEntry]:
    """Lê o catálogo de experimentos do curso, por identificador.

    Returns:
        As entradas por identificador (``E01``…), na ordem do catálogo.

    Example:
        >>> load_experiments()["E04"].chapter
        2
    """
    entries = (
        ExperimentEntry(row["id"], int(row["chapter"]), row["title"])
        for row in _rows("experiments.csv", None)
    )
    return MappingProxyType({entry.experiment_id: entry for entry in entries})


@cache
def load_reference_labels() -> MappingProxyType[str, str]:
    """Lê os rótulos autor–ano da bibliografia, por chave.

    Returns:
        Rótulos como ``Bahdanau, Cho e Bengio (2015)``, por chave do ``.bib``.

    Example:
        >>> load_reference_labels()["bahdanau2015neural"]
        'Bahdanau, Cho e Bengio (2015)'
    """
    return MappingProxyType({row["key"]: row["label"] for row in _rows("references.csv", None)})


def _rows(name: str, path: Path | None) -> list[dict[str, str]]:
    """Lê um CSV do pacote, ou o arquivo dado."""
    source = path or resources.files("coursekit.evidence").joinpath(name)
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def _claim(row: dict[str, str]) -> Claim:
    """Converte a linha do CSV, conferindo os vereditos."""
    if row["verdict"] not in (*VERDICTS, EDITORIAL, UNTOLD) or row["planned"] not in (
        PLANNED_VERDICTS
    ):
        raise ValueError(
            f"claims.csv, {row['id']}: veredito «{row['verdict']}» (previsto «{row['planned']}») "
            f"não existe. Use {', '.join(VERDICTS)} ou {EDITORIAL}; em verdict, vazio enquanto "
            "o capítulo não estiver pronto."
        )
    return Claim(
        claim_id=row["id"],
        said=row["said"],
        measured=row["measured"],
        verdict=row["verdict"],
        chapters=tuple(int(number) for number in row["chapters"].split()),
        experiments=tuple(row["experiments"].split()),
        references=tuple(row["references"].split()),
        planned=row["planned"],
    )
