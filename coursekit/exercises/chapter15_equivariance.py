"""Exercício 15-6: quanto falta a uma camada para ser equivariante."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_number
from coursekit.exercises.report import Check

__all__ = ["equivariance_checks", "gap"]

Array = NDArray[np.float64]
Layer = Callable[[Array], Array]


def _attention(x: Array, *, causal: bool = False) -> Array:
    """Autoatenção sem projeções, com escala."""
    x = np.asarray(x, dtype=np.float64)
    return np.asarray(reference.attend(x[None], x[None], x[None], causal=causal)[0][0])


def _neighbours(x: Array) -> Array:
    """Cada posição menos a anterior: convolução que não é equivariante."""
    x = np.asarray(x, dtype=np.float64)
    return np.diff(x, axis=0, prepend=0)


def _positioned(x: Array) -> Array:
    """Autoatenção depois de somar as senoides de posição."""
    x = np.asarray(x, dtype=np.float64)
    return _attention(x + reference.sinusoidal_positions(*x.shape))


def gap(layer: Layer, x: Array, order: NDArray[np.int64]) -> float:
    """Mede quanto falta a uma camada para ser equivariante a uma permutação.

    Args:
        layer: função de ``(T, D)`` em ``(T, D')``.
        x: entrada, ``(T, D)``.
        order: permutação das posições, ``(T,)``.

    Returns:
        O maior módulo de ``layer(x[order]) − layer(x)[order]``.

    Example:
        >>> gap(lambda x: 2 * x, np.eye(3), np.array([2, 0, 1]))
        0.0
    """
    x, order = np.asarray(x, dtype=np.float64), np.asarray(order)
    return float(np.abs(layer(x[order]) - layer(x)[order]).max())


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.argsort(order)


_GAP_MISTAKES: tuple[tuple[Callable[[Layer, Array, NDArray[np.int64]], Any], str], ...] = (
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)).max(),
        (
            "o que se compara: se a entrada foi embaralhada, a saída de referência também precisa "
            "ser. Assim se mede invariância."
        ),
    ),
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)[_inverse(p)]).max(),
        "a ordem da referência: a **mesma** permutação, e não a inversa.",
    ),
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).mean(),
        "a medida: o maior módulo, e não a média.",
    ),
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).sum(),
        "a medida: o maior módulo, e não a soma.",
    ),
    (
        lambda f, x, p: (f(x[p]) - f(x)[p]).max(),
        "o módulo: uma diferença negativa também é diferença.",
    ),
    (
        lambda f, x, p: np.linalg.norm(f(x[p]) - f(x)[p]),
        "a medida: o maior módulo, e não a norma.",
    ),
    (
        lambda f, x, p: np.abs(f(x[p]).mean(axis=0) - f(x).mean(axis=0)).max(),
        "onde se compara: posição por posição. A média das posições não vê a ordem.",
    ),
    (
        lambda f, x, p: ((f(x[p]) - f(x)[p]) ** 2).max(),
        "a medida: o módulo, e não o quadrado.",
    ),
    (
        lambda f, x, p: np.abs(x[p] - x).max(),
        "a camada: ela precisa ser chamada, duas vezes.",
    ),
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).min(),
        "a medida: o **maior** módulo, e não o menor.",
    ),
    (
        lambda f, x, p: np.linalg.norm(f(x[p]) - f(x)[p], axis=1).max(),
        "a medida: o maior módulo entre todos os números, e não a maior norma de linha.",
    ),
    (
        lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).sum(axis=1).max(),
        "a medida: o maior módulo entre todos os números, sem somar as colunas.",
    ),
    (
        lambda f, x, p: abs(f(x[p]).max() - f(x).max()),
        "a ordem das contas: primeiro a diferença, posição por posição; depois o máximo.",
    ),
    (lambda f, x, p: 0.0, "a medida: faça a conta; nem toda camada é equivariante."),
)


def _one_number(result: object) -> Array:
    """Lê um número só; verdadeiro ou falso não serve."""
    return np.asarray(to_number(result))


def _run_gap(case: Case, layer: Layer, answer: object) -> Failure | None:
    """Prende a camada à função de quem responde e confere o resto."""
    bound = partial(answer, layer) if callable(answer) else answer
    return function_checks([case])[0].run(bound)


def _gap_check(name: str, layer: Layer, order: tuple[int, ...], width: int) -> Check:
    """Conferência de uma camada, com uma permutação."""

    def arguments() -> tuple[Array, NDArray[np.int64]]:
        x = np.random.default_rng(156).normal(size=(len(order), width))
        return x, np.array(order)

    hint = (
        "as duas contas: embaralhar e chamar a camada; chamar a camada e embaralhar. O maior "
        "módulo da diferença."
    )
    case = Case(
        name,
        arguments,
        partial(gap, layer),
        hint,
        tuple(Mistake(partial(wrong, layer), text) for wrong, text in _GAP_MISTAKES),
        tolerance=1e-6,
        read=_one_number,
    )
    return Check(name, partial(_run_gap, case, layer), hint)


def equivariance_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-6."""
    order = (3, 0, 4, 1, 6, 2, 5)
    causal = partial(_attention, causal=True)
    return (
        _gap_check("diferença entre vizinhos", _neighbours, order, 3),
        _gap_check("autoatenção com posição", _positioned, order, 4),
        _gap_check("autoatenção causal", causal, (2, 0, 1), 5),
        _gap_check("autoatenção", _attention, order, 3),
        _gap_check("permutação que não muda nada", causal, (0, 1, 2, 3, 4), 2),
    )
