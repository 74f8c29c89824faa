"""Exercício 04-6: um ponto está no envelope convexo dos valores?"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, nnls

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
    return bool(nnls(values.T, context)[1] < 1e-8)


def _inside_affine(context: Array, values: Array) -> bool:
    rows = np.vstack([values.T, np.ones(len(values))])
    target = np.append(context, 1.0)
    weights = np.linalg.lstsq(rows, target, rcond=None)[0]
    return bool(np.allclose(rows @ weights, target))


def _inside_ball(context: Array, values: Array) -> bool:
    center = values.mean(axis=0)
    radius = np.linalg.norm(values - center, axis=1).max()
    return bool(np.linalg.norm(context - center) <= radius + 1e-9)


# A resposta é um sim ou não: cada ponto abaixo denuncia um engano só, e traz só a pista dele.
_BOX = Mistake(
    _inside_box,
    "a diferença entre caixa e envelope: estar entre o mínimo e o máximo de cada coordenada é "
    "necessário, mas não basta.",
)
_CONE = Mistake(_inside_cone, "a soma dos pesos: não basta que sejam não negativos.")
_AFFINE = Mistake(
    _inside_affine, "o sinal dos pesos: não basta que somem 1; nenhum pode ser negativo."
)
_BALL = Mistake(_inside_ball, "a forma do envelope: ele não é uma bola em torno da média.")
_INVERTED = Mistake(
    lambda context, values: not _is_inside(context, values),
    "o sentido da resposta: True quer dizer **dentro** do envelope.",
)


def _triangle() -> Array:
    return np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]])


def _attention_output() -> tuple[Array, Array]:
    generator = np.random.default_rng(47)
    query, key, value = (generator.normal(size=shape) for shape in ((1, 5), (7, 5), (7, 3)))
    context, _ = reference.attend(query[None], key[None], value[None])
    return np.asarray(context)[0, 0], value


def _copies(point: Array, values: Array) -> tuple[Array, Array]:
    """Argumentos novos, para que uma função que os altere não estrague a conferência."""
    return point.copy(), values.copy()


def _off_the_plane() -> tuple[Array, Array]:
    """Três valores no espaço, e um ponto longe do plano deles."""
    values = np.column_stack([_triangle(), np.ones(3)])
    return np.array([-3.0, 9.0, 5.0]), values


def hull_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-6."""
    general = "as três condições: os pesos são não negativos, somam 1 e reproduzem o ponto."
    triangle = _triangle()
    beyond = 1.5 * triangle[1] - 0.5 * triangle[2]
    points = (
        ("a média dos valores", triangle.mean(axis=0), triangle, general, _INVERTED),
        ("um ponto longe de tudo", *_off_the_plane(), general, None),
        (
            "um dos próprios valores",
            triangle[1],
            triangle,
            "a fronteira: cada valor é a média em que só ele pesa, e também está no envelope.",
            None,
        ),
        ("além de um valor, na reta que o liga a outro", beyond, triangle, general, _AFFINE),
        ("três décimos de um valor", 0.3 * (triangle[1] + 3), triangle + 3, general, _CONE),
        ("dentro da caixa, fora do triângulo", np.array([3.9, 1.95]), triangle, general, _BOX),
        ("perto da média, fora do triângulo", np.array([1.3, -1.5]), triangle, general, _BALL),
        (
            "um centésimo além de um valor",
            np.array([4.01, 0.0]),
            triangle,
            "a folga: serve ao arredondamento, e não a um ponto que está de fato do lado de fora.",
            None,
        ),
        ("a saída de uma atenção", *_attention_output(), general, None),
        (
            "contexto zero de uma consulta que não vê nada",
            np.zeros(3),
            np.abs(_attention_output()[1]) + 0.1,
            "a linha toda mascarada: o zero que ela devolve não é média de valor nenhum.",
            None,
        ),
    )
    return function_checks(
        [
            Case(
                name,
                partial(_copies, point, values),
                _is_inside,
                hint,
                () if mistake is None else (mistake,),
            )
            for name, point, values, hint, mistake in points
        ]
    )
