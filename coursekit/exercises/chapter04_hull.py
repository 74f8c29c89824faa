"""Exercício 04-6: um ponto está no envelope convexo dos valores?"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, lsq_linear

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["hull_checks"]

Array = NDArray[np.float64]


def _is_inside(context: Array, values: Array) -> bool:
    """Programação linear: há pesos não negativos, de soma 1, que dão o ponto?"""
    rows = np.vstack([values.T, np.ones(len(values))])
    found = linprog(
        np.zeros(len(values)), A_eq=rows, b_eq=np.append(context, 1.0), bounds=(0, None)
    )
    return bool(found.status == 0)


def _inside_box(context: Array, values: Array) -> bool:
    low, high = values.min(axis=0) - 1e-9, values.max(axis=0) + 1e-9
    return bool((low <= context).all() and (context <= high).all())


def _inside_cone(context: Array, values: Array) -> bool:
    return bool(lsq_linear(values.T, context, bounds=(0, np.inf)).cost < 1e-12)


def _inside_affine(context: Array, values: Array) -> bool:
    rows = np.vstack([values.T, np.ones(len(values))])
    target = np.append(context, 1.0)
    weights = np.linalg.lstsq(rows, target, rcond=None)[0]
    return bool(np.allclose(rows @ weights, target))


def _inside_ball(context: Array, values: Array) -> bool:
    center = values.mean(axis=0)
    radius = np.linalg.norm(values - center, axis=1).max()
    return bool(np.linalg.norm(context - center) <= radius + 1e-9)


_HULL_MISTAKES = (
    Mistake(
        _inside_box,
        "a diferença entre caixa e envelope: estar entre o mínimo e o máximo de cada coordenada é "
        "necessário, mas não basta.",
    ),
    Mistake(_inside_cone, "a soma dos pesos: não basta que sejam não negativos."),
    Mistake(_inside_affine, "o sinal dos pesos: não basta que somem 1; nenhum pode ser negativo."),
    Mistake(_inside_ball, "a forma do envelope: ele não é uma bola em torno da média."),
    Mistake(
        lambda context, values: not _is_inside(context, values),
        "o sentido da resposta: True quer dizer **dentro** do envelope.",
    ),
)


def _triangle() -> Array:
    return np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]])


def _attention_output() -> tuple[Array, Array]:
    generator = np.random.default_rng(47)
    query, key, value = (generator.normal(size=shape) for shape in ((1, 5), (7, 5), (7, 3)))
    context, _ = reference.attend(query[None], key[None], value[None])
    return np.asarray(context)[0, 0], value


def hull_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-6."""
    general = "as três condições: os pesos são não negativos, somam 1 e reproduzem o ponto."
    cases = (
        ("a média dos valores", lambda: (_triangle().mean(axis=0), _triangle()), general),
        ("um ponto longe", lambda: (np.array([9.0, 9.0]), _triangle()), general),
        ("um dos próprios valores", lambda: (_triangle()[1], _triangle()), general),
        (
            "dentro da caixa, fora do triângulo",
            lambda: (np.array([3.5, 1.8]), _triangle()),
            general,
        ),
        ("a saída de uma atenção", _attention_output, general),
        (
            "a metade de um valor",
            lambda: (0.5 * (_triangle()[1] + 3), _triangle() + 3),
            general,
        ),
        (
            "além de um valor, na reta que o liga a outro",
            lambda: (1.5 * _triangle()[1] - 0.5 * _triangle()[2], _triangle()),
            general,
        ),
        (
            "contexto zero de uma consulta que não vê nada",
            lambda: (np.zeros(3), np.abs(_attention_output()[1]) + 0.1),
            "a linha toda mascarada: o zero que ela devolve não é média de valor nenhum.",
        ),
    )
    return function_checks(
        [Case(name, arguments, _is_inside, hint, _HULL_MISTAKES) for name, arguments, hint in cases]
    )
