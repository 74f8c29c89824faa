"""Exercício 04-3: atenção aditiva com máscara."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["additive_checks"]

Array = NDArray[np.float64]


def _additive(
    query: Array, key: Array, value: Array, Wq: Array, Wk: Array, v: Array, mask: Array
) -> Array:
    """Atenção aditiva: pontuar, esconder, normalizar, somar."""
    scores = reference.additive_scores(query, key, Wq, Wk, v)
    return reference.weighted_mean(value, reference.masked_softmax(scores, mask))


def _linear_scores(query: Array, key: Array, Wq: Array, Wk: Array, v: Array) -> Array:
    """Pontuações sem a tangente hiperbólica."""
    return np.asarray((query @ Wq.T @ v)[:, None] + (key @ Wk.T @ v)[None, :])


def _row_softmax(scores: Array, axis: int = -1) -> Array:
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=axis, keepdims=True))


def _tweaked(
    weigh: Callable[[Array, Array], Array],
    score: Callable[..., Array] = reference.additive_scores,
) -> Callable[..., Array]:
    """Engano: outra pontuação, ou outro modo de chegar aos pesos."""

    def wrong(
        query: Array, key: Array, value: Array, Wq: Array, Wk: Array, v: Array, mask: Array
    ) -> Array:
        return np.asarray(weigh(score(query, key, Wq, Wk, v), mask) @ value)

    return wrong


def _minus_infinity(scores: Array, mask: Array) -> Array:
    return _row_softmax(np.where(mask, scores, -np.inf))


_ADDITIVE_MISTAKES = (
    Mistake(
        _tweaked(reference.masked_softmax, _linear_scores),
        "a pontuação: falta a tangente hiperbólica. Sem ela, a parte da consulta é igual para "
        "todas as chaves e se cancela no softmax.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: reference.masked_softmax(scores.T, mask.T).T),
        "o eixo do softmax: para cada consulta, os pesos das chaves somam 1.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: reference.masked_softmax(scores, np.logical_not(mask))),
        "o sentido da máscara: neste curso, True quer dizer **visível**.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: _row_softmax(scores)),
        "a máscara: ela não entrou na conta.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: _row_softmax(scores * mask)),
        "o valor que esconde uma pontuação: 0 é uma pontuação como outra qualquer.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: _row_softmax(scores) * mask),
        "a ordem: apagar pesos **depois** do softmax deixa a soma menor que 1.",
    ),
    Mistake(
        _tweaked(_minus_infinity),
        "a consulta que não vê nenhuma chave: lá a conta dá 0/0; o enunciado pede contexto zero.",
    ),
    Mistake(
        _tweaked(lambda scores, mask: _row_softmax(np.where(mask, scores, -1e9))),
        "a consulta que não vê nenhuma chave: com um número grande no lugar de −∞ ela dá pesos "
        "iguais a todas as escondidas.",
    ),
    Mistake(
        _tweaked(
            reference.masked_softmax,
            lambda query, key, Wq, Wk, v: np.tanh(
                (query @ Wq.T)[:, None, :] + (key @ Wk.T)[None, :, :]
            ).sum(axis=-1),
        ),
        "o último vetor da pontuação: as unidades não têm todas o mesmo peso.",
    ),
    Mistake(
        lambda *arguments: reference.masked_softmax(
            reference.additive_scores(arguments[0], arguments[1], *arguments[3:6]), arguments[6]
        ),
        "a terceira etapa: a função devolve o contexto, que ainda soma os valores com os pesos.",
    ),
)


def _additive_case(num_queries: int, num_keys: int, *, scale: float = 1.0) -> tuple[Any, ...]:
    """Sorteia um caso com todas as larguras diferentes e tudo visível."""
    generator = np.random.default_rng(43)
    shapes = ((num_queries, 5), (num_keys, 7), (num_keys, 2), (11, 5), (11, 7), (11,))
    query, key, value, Wq, Wk, v = (generator.normal(size=shape) for shape in shapes)
    mask = np.ones((num_queries, num_keys), dtype=bool)
    return query, key, value, Wq / 2, Wk / 2, scale * v, mask


def _very_negative_case(num_queries: int, num_keys: int) -> tuple[Any, ...]:
    """Um caso em que toda pontuação fica abaixo de −10 000."""
    query, key, value, Wq, Wk, _, mask = _additive_case(num_queries, num_keys)
    hidden = np.tanh((query @ Wq.T)[:, None] + (key @ Wk.T)[None])
    return query, key, value, Wq, Wk, -20_000.0 * hidden.mean(axis=(0, 1)), mask


def _hiding(arguments: tuple[Any, ...], rows: dict[int, list[int]]) -> tuple[Any, ...]:
    for row, columns in rows.items():
        arguments[6][row, columns] = False
    return arguments


def additive_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-3."""
    general = "as três etapas: pontuar cada par, normalizar entre as chaves, somar os valores."
    cases = (
        ("uma consulta, três chaves", lambda: _additive_case(1, 3), general),
        ("quatro consultas, três chaves, tudo visível", lambda: _additive_case(4, 3), general),
        (
            "pontuações enormes",
            lambda: _additive_case(3, 13, scale=400.0),
            "o softmax: com pontuações grandes ele precisa ser o estável, do capítulo 3.",
        ),
        (
            "algumas chaves escondidas",
            lambda: _hiding(_additive_case(4, 3), {0: [1], 2: [0, 2]}),
            "onde a máscara age: nas pontuações, antes do softmax.",
        ),
        (
            "pontuações muito negativas, e chaves escondidas",
            lambda: _hiding(_very_negative_case(2, 3), {0: [0, 1], 1: [0, 2]}),
            "o que esconde uma chave: só −∞ fica abaixo de qualquer número.",
        ),
        (
            "uma consulta que não vê nada",
            lambda: _hiding(_additive_case(4, 3), {0: [2], 1: [0, 1, 2]}),
            "a consulta que não vê nenhuma chave: o enunciado pede contexto zero.",
        ),
    )
    return function_checks(
        [
            Case(name, arguments, _additive, hint, _ADDITIVE_MISTAKES)
            for name, arguments, hint in cases
        ]
    )
