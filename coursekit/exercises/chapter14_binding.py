"""Exercício 14-5: por que a CNN com atenção para nos 75%."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.data.distant_binding import COMPLAINTS, PRAISES, SUBJECT, DistantBinding
from coursekit.exercises.answers import Choice, choice_checks, table_failure
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["binding_checks", "drawn_passages"]

Array = NDArray[np.float64]

DISTANCE, LENGTH, NUM_PASSAGES = 8, 40, 2000
WIDTH = 5


def drawn_passages() -> tuple[list[list[str]], NDArray[np.int64]]:
    """Trechos sobre um filme e uma comida, e se o filme era bom.

    Returns:
        ``(trechos, rótulos)``: 2.000 listas de 40 palavras, e 1 se o adjetivo do filme é elogio.

    Example:
        >>> passages, labels = drawn_passages()
        >>> len(passages), len(passages[0]), labels.shape
        (2000, 40, (2000,))
    """
    task = DistantBinding(DISTANCE, LENGTH)
    batch = task.sample(NUM_PASSAGES, generator=np.random.default_rng(145))
    return [task.decode(row).split() for row in batch.tokens], batch.labels


def _measures(*, tie: int = 1, rows: slice = slice(None)) -> Array:
    """As quatro medidas de 14-5; ``tie`` é a resposta quando os adjetivos discordam."""
    passages, labels = drawn_passages()
    passages, labels = passages[rows], labels[rows]
    praises = np.array([sum(word in PRAISES for word in words) for words in passages])
    hits = np.where(praises == 1, tie, praises == 2) == labels
    split = praises == 1
    width = max(_span(words) for words in passages)
    return np.array([width, (~split).mean(), hits[split].mean(), hits.mean()])


def _counts(agree: float, split: float, total: float) -> Array:
    """As medidas de quem conta trechos em vez de dividir."""
    width, apart = _measures()[0], (1 - agree) * NUM_PASSAGES
    return np.array([width, agree * NUM_PASSAGES, split * apart, total * NUM_PASSAGES])


def _span(words: list[str]) -> int:
    """Palavras de «filme» ao primeiro adjetivo depois dele, contando os dois."""
    start = words.index(SUBJECT)
    return next(n for n, word in enumerate(words[start:], 1) if word in (*PRAISES, *COMPLAINTS))


def _run_measures(answer: object) -> Failure | None:
    right = _measures()
    width, agree, split, total = right
    return table_failure(
        answer,
        right,
        tolerance=1e-6,
        mistakes=(
            Mistake(
                lambda: (DISTANCE, agree, split, total),
                "a largura: contam-se as duas pontas, e as palavras entre elas.",
            ),
            Mistake(
                lambda: (WIDTH, agree, split, total),
                "a largura: a de que se **precisaria**, e não a do filtro.",
            ),
            Mistake(
                lambda: (width, 1 - agree, split, total),
                "o segundo número: a fração em que os dois adjetivos **concordam**.",
            ),
            Mistake(
                lambda: (width, agree, 1.0, total),
                "o terceiro número: só os trechos em que os adjetivos **discordam**.",
            ),
            Mistake(
                lambda: _measures(tie=0),
                "o leitor: quando os adjetivos discordam, ele responde 1.",
            ),
            Mistake(
                lambda: (width, agree, total, split),
                "a ordem: primeiro os acertos nos trechos em que discordam, depois em todos.",
            ),
            Mistake(
                lambda: (width, agree, (1 - agree) * split, total),
                "o terceiro número: a fração **desses** trechos, e não de todos.",
            ),
            Mistake(
                lambda: (width, 0.5, 0.5, 0.75),
                "de onde vêm os números: esses são os esperados; meça os dos 2.000 trechos.",
            ),
            Mistake(
                lambda: (width, agree, split, (agree + split) / 2),
                "o quarto número: conte os acertos em todos os trechos; a média de duas frações só "
                "serve se os grupos forem iguais.",
            ),
            Mistake(lambda: _counts(agree, split, total), "a unidade: frações, e não contagens."),
            Mistake(
                lambda: (width, 100 * agree, 100 * split, 100 * total),
                "a unidade: frações, entre 0 e 1, e não porcentagens.",
            ),
        ),
    )


def _ceiling_key(measured: NDArray[Any]) -> str:
    """Letra que as quatro medidas apontam."""
    width, agree, split, total = measured.tolist()
    coin = abs(split - 0.5) < 0.1 and abs(total - (agree + (1 - agree) * split)) < 1e-3
    return "b" if width > WIDTH and coin else "a"


def binding_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-5."""
    measure = Check(
        "as quatro medidas",
        _run_measures,
        "cada medida: a largura que cobre «filme» e o seu adjetivo; a fração em que os adjetivos "
        "concordam; os acertos do leitor quando discordam; os acertos dele em todos os trechos.",
    )
    choice = Choice(
        options={
            "a": "A rede treinou pouco: com mais passos, passaria de 75%.",
            "b": "Nenhum filtro vê «filme» e o adjetivo dele juntos. Sobra saber que adjetivos "
            "apareceram: acerta-se quando concordam, e chuta-se no resto.",
            "c": "Com quarenta posições, os pesos da atenção se espalham demais.",
            "d": "Um quarto dos rótulos está errado.",
        },
        key=_ceiling_key,
        hints={
            "a": "o leitor que você mediu: ele não treina, sabe tudo o que há em pedaços de cinco "
            "palavras, e também para ali.",
            "c": "o leitor que você mediu: ele não tem atenção nenhuma, acha sempre os dois "
            "adjetivos, e para no mesmo lugar.",
            "d": "os trechos em que os adjetivos concordam: neles o leitor acerta todos. Se "
            "houvesse rótulo errado, não acertaria.",
        },
    )
    return choice_checks(choice, measure, to_array)
