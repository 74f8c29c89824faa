"""Exercício 17-4: trocar atenção densa por janela, sem treinar de novo."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, table_failure
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["finder_head", "switch_checks"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

LENGTH, NUM_SYMBOLS, NUM_SEQUENCES, RADIUS = 64, 10, 1000, 8
SHOUT = 12.0


def finder_head() -> tuple[Array, Integers, Integers]:
    """Uma cabeça que sabe achar a posição marcada, e o que há em cada posição.

    Returns:
        ``(pontuações, símbolos, lugares)``: as pontuações da **última** posição para cada chave,
        ``(1000, 64)``; o símbolo de cada posição, de 0 a 9, ``(1000, 64)``; e o lugar da marcada,
        ``(1000,)``. A resposta certa é o símbolo que está no lugar marcado.

    Example:
        >>> scores, symbols, places = finder_head()
        >>> scores.shape, symbols.shape, bool((scores.argmax(axis=1) == places).all())
        ((1000, 64), (1000, 64), True)
    """
    generator = np.random.default_rng(174)
    scores = generator.normal(size=(NUM_SEQUENCES, LENGTH))
    symbols = generator.integers(NUM_SYMBOLS, size=(NUM_SEQUENCES, LENGTH))
    places = generator.integers(LENGTH, size=NUM_SEQUENCES)
    scores[np.arange(NUM_SEQUENCES), places] = SHOUT
    return scores, symbols, places


def _hits(visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Em que sequências o símbolo de maior peso somado é o certo."""
    scores, symbols, places = finder_head()
    weights = reference.masked_softmax(scores, visible)
    votes = np.stack([(weights * (symbols == s)).sum(axis=1) for s in range(NUM_SYMBOLS)], axis=1)
    answers = symbols[np.arange(NUM_SEQUENCES), places]
    return np.asarray(votes.argmax(axis=1) == answers)


def _measures(*, seen: int = RADIUS + 1, near: int = RADIUS + 1, first: bool = False) -> Array:
    """As quatro medidas; ``seen`` é quantas chaves a última consulta vê."""
    positions, places = np.arange(LENGTH), finder_head()[2]
    visible = positions < seen if first else positions >= LENGTH - seen
    dense, sparse = _hits(np.ones(LENGTH, dtype=bool)), _hits(visible)
    close = places >= LENGTH - near
    return np.array([dense.mean(), sparse.mean(), sparse[close].mean(), sparse[~close].mean()])


def _close() -> NDArray[np.bool_]:
    """Em que sequências a marcada está ao alcance da janela."""
    return np.asarray(finder_head()[2] >= LENGTH - RADIUS - 1)


def _strongest() -> Array:
    """Engano: responde o símbolo da chave de maior pontuação, sem somar os pesos."""
    scores, symbols, places = finder_head()
    rows, near = np.arange(NUM_SEQUENCES), RADIUS + 1
    answers = symbols[rows, places]
    dense = symbols[rows, scores.argmax(axis=1)] == answers
    last = scores[:, -near:].argmax(axis=1) + LENGTH - near
    sparse = symbols[rows, last] == answers
    close = _close()
    return np.array([dense.mean(), sparse.mean(), sparse[close].mean(), sparse[~close].mean()])


def _run_switch(answer: object) -> Failure | None:
    right = _measures()
    return table_failure(
        answer,
        right,
        tolerance=5e-4,
        mistakes=(
            Mistake(
                lambda: _measures(seen=RADIUS, near=RADIUS),
                "a janela: as 8 anteriores **e** a própria posição, que é a última.",
            ),
            Mistake(
                lambda: _measures(seen=RADIUS),
                "a janela: as 8 anteriores **e** a própria posição, que é a última.",
            ),
            Mistake(
                lambda: _measures(near=RADIUS),
                "quais são as próximas: as que a janela alcança, a própria posição entre elas.",
            ),
            Mistake(
                lambda: _measures(first=True),
                "de que lado está a janela: junto da **última** posição, que é quem pergunta.",
            ),
            Mistake(
                _strongest,
                "o voto: somam-se os pesos de cada **símbolo**; não basta o da chave mais forte.",
            ),
            Mistake(
                lambda: (1.0, _close().mean(), 1.0, 0.0),
                "a última medida: sem ver a marcada, a cabeça ainda responde, e às vezes acerta.",
            ),
            Mistake(
                lambda: (*right[:2], right[2] * _close().mean(), right[3] * (~_close()).mean()),
                "o denominador das duas últimas: as sequências **daquele** grupo.",
            ),
            Mistake(lambda: 1 - right, "o que se pede: acertos, e não erros."),
            Mistake(
                lambda: NUM_SEQUENCES * right,
                "a unidade: frações, entre 0 e 1, e não quantas sequências.",
            ),
            Mistake(
                lambda: right[[1, 0, 2, 3]],
                "a ordem: primeiro a densa, depois a janela.",
            ),
            Mistake(
                lambda: right[[0, 1, 3, 2]],
                "a ordem: primeiro as próximas, depois as distantes.",
            ),
            Mistake(lambda: 100 * right, "a unidade: frações, entre 0 e 1, e não porcentagens."),
            Mistake(
                lambda: (right[0], right[0], 1.0, 1.0),
                "a segunda medida: o que está fora da janela não recebe peso.",
            ),
        ),
    )


def _switch_key(measured: NDArray[Any]) -> str:
    """Letra que as quatro medidas apontam."""
    dense, _, near, far = measured.tolist()
    chance = 1 / NUM_SYMBOLS
    return "b" if min(dense, near) > 0.99 and far < chance + 0.05 else "a"


def switch_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-4."""
    measure = Check(
        "as quatro medidas",
        _run_switch,
        "cada medida: a fração das sequências em que o símbolo com mais peso é o da posição "
        "marcada. Na janela, softmax só das nove últimas posições.",
    )
    choice = Choice(
        options={
            "a": "Serve: os pesos eram os certos, e a janela só poupa contas.",
            "b": "Serve onde a resposta cabe na janela; fora dela, o acerto cai ao acaso.",
            "c": "Não serve em lugar nenhum: mudar a máscara estraga todas as pontuações.",
            "d": "Serve, desde que as pontuações sejam multiplicadas por um fator maior.",
        },
        key=_switch_key,
        hints={
            "a": "a quarta medida: a posição marcada, fora da janela, ainda entra na soma?",
            "c": "a terceira medida: onde a janela alcança, quanto se acertou?",
            "d": "a quarta medida: fator nenhum dá peso a uma chave que não se vê.",
        },
    )
    return choice_checks(choice, measure, to_array)
