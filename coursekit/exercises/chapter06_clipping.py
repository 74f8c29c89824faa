"""Exercício 06-2: recorte do gradiente por norma."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.failure import AnswerError
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import kind_of, to_array, where
from coursekit.exercises.report import Check

__all__ = ["clip_checks"]

Array = NDArray[np.float64]
Gradients = list[Array]


def _clip(gradients: Gradients, max_norm: float) -> Gradients:
    """Recorte por norma: a norma é a de todos os números juntos."""
    total = np.sqrt(sum(float((g**2).sum()) for g in gradients))
    return [g * (max_norm / total) if total > max_norm else 1.0 * g for g in gradients]


def _each(rule: Callable[[Array, float], Array]) -> Callable[[Gradients, float], Gradients]:
    """Engano: a mesma regra em cada vetor, sozinho."""
    return lambda gradients, max_norm: [rule(g, max_norm) for g in gradients]


def _scaled(
    factor: Callable[[Array, float], float],
) -> Callable[[Gradients, float], Gradients]:
    """Engano: outro fator, calculado com todos os números juntos."""

    def wrong(gradients: Gradients, max_norm: float) -> Gradients:
        flat = np.concatenate([g.ravel() for g in gradients])
        return [g * factor(flat, max_norm) for g in gradients]

    return wrong


def _norm(flat: Array) -> float:
    return float(np.linalg.norm(flat))


_CLIP_SLIPS = (
    (
        _scaled(lambda flat, c: 1.0),
        "a comparação: nada foi recortado, e a norma está acima do limite.",
    ),
    (
        _each(lambda g, c: g * min(1.0, c / max(_norm(g.ravel()), 1e-300))),
        (
            "que norma: uma só, de **todos** os gradientes juntos. Recortados um a um, eles mudam "
            "de proporção entre si."
        ),
    ),
    (
        _each(lambda g, c: np.clip(g, -c, c)),
        "o que se recorta: a norma. Limitar cada número é o recorte por valor, que muda a direção.",
    ),
    (
        _scaled(lambda flat, c: c / _norm(flat)),
        "o gradiente que já é pequeno: ele sai como entrou, sem crescer.",
    ),
    (
        _scaled(lambda flat, c: 1 / _norm(flat) if _norm(flat) > c else 1.0),
        "o tamanho final: a norma de quem foi recortado é max_norm, e não 1.",
    ),
    (
        _scaled(lambda flat, c: c if _norm(flat) > c else 1.0),
        "a divisão: antes de multiplicar por max_norm, divida pela norma.",
    ),
    (
        _scaled(lambda flat, c: min(1.0, c / max(float((flat**2).sum()), 1e-300))),
        "a norma: falta a raiz da soma dos quadrados.",
    ),
    (
        _scaled(lambda flat, c: min(1.0, c / max(float(np.abs(flat).sum()), 1e-300))),
        "a norma: é a raiz da soma dos quadrados, e não a soma dos módulos.",
    ),
    (
        _scaled(lambda flat, c: min(1.0, c / max(float(np.abs(flat).max()), 1e-300))),
        "a norma: é a raiz da soma dos quadrados, e não o maior módulo.",
    ),
    (
        _scaled(lambda flat, c: min(1.0, c / max(_norm(flat) / np.sqrt(flat.size), 1e-300))),
        "a norma: soma dos quadrados, não média.",
    ),
    (
        _scaled(lambda flat, c: float(_norm(flat) <= c)),
        "o gradiente grande: ele encolhe até max_norm; não se joga fora.",
    ),
    (
        _each(lambda g, c: np.full_like(g, np.nan)),
        "o gradiente zero: a norma dele é 0, e dividir por ela dá nan.",
    ),
)


def _joined(shapes: tuple[tuple[int, ...], ...], result: object) -> NDArray[Any]:
    """Lê a lista devolvida e põe todos os números em fila."""
    hint = "o que a função devolve: uma lista de vetores, nas mesmas formas e na mesma ordem."
    if not isinstance(result, list | tuple) or len(result) != len(shapes):
        raise AnswerError(f"esperava uma lista de {len(shapes)}; recebi {kind_of(result)}", hint)
    arrays = [to_array(item) for item in result]
    for array, shape in zip(arrays, shapes, strict=True):
        if array.shape != shape:
            raise AnswerError(f"um dos vetores tem forma {where(array.shape)}", hint)
    return np.concatenate([array.ravel() for array in arrays])


def _flat(function: Callable[[Gradients, float], Gradients]) -> Callable[..., Array]:
    """A mesma conta, com os números em fila."""
    return lambda gradients, c: np.concatenate([g.ravel() for g in function(gradients, c)])


def _arguments(make: Callable[[], Gradients], limit: float) -> tuple[Gradients, float]:
    return make(), limit


def clip_checks() -> tuple[Check, ...]:
    """Monta as conferências de 06-2."""

    def drawn(*shapes: tuple[int, ...], norm: float) -> Callable[[], Gradients]:
        generator = np.random.default_rng(62)
        arrays = [generator.normal(size=shape) for shape in shapes]
        total = np.sqrt(sum(float((array**2).sum()) for array in arrays))
        return lambda: [array * (norm / total) for array in arrays]

    many = ((3, 5), (5, 5), (5,))
    cases: tuple[tuple[str, Callable[[], Gradients], float], ...] = (
        ("o vetor (3, 4), limite 2", lambda: [np.array([3.0, 4.0])], 2.0),
        ("um vetor, limite 3", drawn((7,), norm=13.0), 3.0),
        ("um vetor já pequeno", drawn((7,), norm=1.5), 2.0),
        ("três vetores", drawn(*many, norm=50.0), 5.0),
        ("três vetores, limite menor que 1", drawn(*many, norm=50.0), 0.3),
        ("três vetores já pequenos", drawn(*many, norm=2.0), 5.0),
        ("três vetores pequenos, de norma total grande", drawn(*many, norm=6.0), 5.0),
        ("norma exatamente no limite", lambda: [np.array([3.0]), np.array([0.0, 4.0])], 5.0),
        ("norma enorme", drawn(*many, norm=1e12), 5.0),
        ("gradiente zero", lambda: [np.zeros((2, 3)), np.zeros(5)], 1.0),
    )
    hint = "as etapas: a norma de todos os números juntos, a comparação, um só fator para todos."
    mistakes = tuple(Mistake(_flat(slip), text) for slip, text in _CLIP_SLIPS)
    return function_checks(
        [
            Case(
                name,
                partial(_arguments, make, limit),
                _flat(_clip),
                hint,
                mistakes,
                tolerance=2e-6,  # o PyTorch soma 10⁻⁶ à norma antes de dividir
                read=partial(_joined, tuple(array.shape for array in make())),
            )
            for name, make, limit in cases
        ]
    )
