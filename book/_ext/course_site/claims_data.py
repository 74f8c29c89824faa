"""As afirmações e os cartões, prontos para as páginas do site."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from coursekit.evidence import Card, Claim, fill_template, load_cards, load_claims, placeholders

CARDS = Path("book/_data/cartoes")
PENDING = "pendente"
EDITORIAL = "editorial"
# Os cinco textos populares de onde vêm as afirmações, pelo título que trazem.
SOURCES = {
    "S0": "Entendendo a Atenção em Redes Neurais e Seus Benefícios",
    "S1": "Mecanismo de Atenção em Deep Learning",
    "S2": "Como fazer uma CNN do tipo AtNet?",
    "S3": "Atenção Esparsificada em Transformers",
    "S4": "Redes Neurais Recorrentes (RNN)",
}


def claim_references() -> set[str]:
    """Chaves da bibliografia citadas por alguma afirmação já medida ou conferida."""
    return {key for claim in load_claims().values() if claim.verdict for key in claim.references}


@lru_cache(maxsize=4)
def cards_in(folder: Path, _modified: float = 0.0) -> dict[str, Card]:
    """Lê os cartões de uma pasta uma única vez por construção."""
    return load_cards(folder)


def course_cards(root: Path) -> dict[str, Card]:
    """Cartões que a execução dos capítulos gravou.

    Args:
        root: raiz do repositório.

    Returns:
        Os cartões por identificador; vazio se nenhum capítulo rodou ainda.
    """
    folder = root / CARDS
    stamps = [path.stat().st_mtime for path in folder.glob("E*.json")]
    return cards_in(folder, max(stamps, default=0.0) + len(stamps))


def state(claim: Claim, cards: Mapping[str, Card]) -> str:
    """Veredito a mostrar, ou ``pendente`` enquanto faltar texto ou cartão."""
    if claim.verdict == EDITORIAL:
        return EDITORIAL
    if not claim.verdict or not claim.measured:
        return PENDING
    if any(card not in cards for card, _ in placeholders(claim.measured)):
        return PENDING
    return claim.verdict


def measured_text(claim: Claim, cards: Mapping[str, Card]) -> str:
    """O que se mediu, com os números lidos dos cartões."""
    return fill_template(claim.measured, cards)
