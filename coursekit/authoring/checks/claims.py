"""Afirmações: toda afirmação de capítulo pronto tem cartão ou fonte, e aparece no texto."""

from collections.abc import Collection, Mapping

from coursekit.authoring.checks.problem import Problem
from coursekit.authoring.project import Project
from coursekit.evidence import Card, Claim, ExperimentEntry, fill_template, placeholders

_CLAIMS = "coursekit/evidence/claims.csv"


def finished_chapters(project: Project) -> dict[int, str]:
    """Lista os capítulos prontos: os que têm caderno gerado.

    Args:
        project: o livro.

    Returns:
        Nome do capítulo por número.
    """
    return {
        int(path.stem.split("-")[0]): path.stem
        for path in sorted(project.notebooks.glob("[0-9]*.ipynb"))
    }


def check_claims(
    claims: Mapping[str, Claim],
    cards: Mapping[str, Card],
    known_references: Collection[str],
    chapter_texts: Mapping[int, str],
) -> list[Problem]:
    """Confere as afirmações dos capítulos prontos.

    Args:
        claims: afirmações, por identificador.
        cards: cartões guardados.
        known_references: chaves da bibliografia.
        chapter_texts: texto de cada capítulo pronto, por número.

    Returns:
        Defeitos: afirmação sem veredito, sem cartão nem fonte, ausente do texto, com
        chave desconhecida ou com lacuna que nenhum cartão preenche.
    """
    problems = []
    for claim in claims.values():
        place = f"{_CLAIMS}, {claim.claim_id}"
        problems += [
            Problem(place, f"a referência {key} não existe.", "Confira a chave no arquivo .bib.")
            for key in claim.references
            if key not in known_references
        ]
        finished = [number for number in claim.chapters if number in chapter_texts]
        if finished:
            problems += _finished_problems(place, claim, cards)
            if not any(claim.claim_id in chapter_texts[number] for number in finished):
                chapters = " nem no ".join(str(number) for number in finished)
                problems.append(
                    Problem(
                        place,
                        f"a afirmação não aparece no capítulo {chapters}.",
                        "Retome-a no texto pelo identificador.",
                    )
                )
    return problems


def check_cards(
    cards: Mapping[str, Card],
    experiments: Mapping[str, ExperimentEntry],
    finished: Collection[int],
) -> list[Problem]:
    """Confere os cartões: um por experimento de capítulo pronto, cumprido e em português.

    Args:
        cards: cartões guardados.
        experiments: catálogo de experimentos.
        finished: números dos capítulos prontos.

    Returns:
        Defeitos: experimento sem cartão, cartão não cumprido, medida sem nome em português.
    """
    problems = [
        Problem(
            f"book/_data/cartoes/{entry.experiment_id}.json",
            f"o capítulo {entry.chapter} está pronto, e o experimento não tem cartão.",
            "Feche-o com card() no capítulo e rode «make notebooks».",
        )
        for entry in experiments.values()
        if entry.chapter in finished and entry.experiment_id not in cards
    ]
    for card in cards.values():
        for item in card.measurements:
            place = f"book/_data/cartoes/{card.card_id}.json, {item.name}"
            if not item.passed:
                problems.append(
                    Problem(place, "a medida não satisfaz o limiar.", "Corrija o texto.")
                )
            if item.label == item.name.replace("_", " "):
                problems.append(
                    Problem(
                        place,
                        "a medida não tem nome em português.",
                        "Passe label= em measure().",
                    )
                )
    return problems


def _finished_problems(place: str, claim: Claim, cards: Mapping[str, Card]) -> list[Problem]:
    """Confere uma afirmação de capítulo pronto."""
    if not claim.verdict or not claim.measured:
        what = "o capítulo está pronto, e a afirmação não tem veredito ou texto do que se mediu."
        return [Problem(place, what, "Preencha as colunas measured e verdict.")]
    problems = []
    supported = any(claim.claim_id in card.supports for card in cards.values())
    if not supported and not claim.references:
        problems.append(
            Problem(
                place,
                "a afirmação não tem cartão que a apoie nem referência.",
                "Meça-a com supports= num experimento, ou cite a fonte na coluna references.",
            )
        )
    try:
        placeholders(claim.measured)
        fill_template(claim.measured, cards)
    except (KeyError, ValueError) as error:
        problems.append(Problem(place, str(error.args[0]), ""))
    return problems
