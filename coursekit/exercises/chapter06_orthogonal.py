"""Exercício 06-5: sorteio de uma matriz ortogonal."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.comparing import describe_difference
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_array, where
from coursekit.exercises.report import Check

__all__ = ["orthogonal_checks"]

Array = NDArray[np.float64]

SIZES = (2, 5, 16, 1)
DRAWS = 400
# A média de 400 sorteios de um elemento tem desvio 1/√(H · 400): 0,04 em 2 × 2.
MEAN_LIMIT = 0.15
SIGN_LIMIT = 0.35  # fração mínima de determinantes de cada sinal

GENERATOR_HINT = "de onde vem o sorteio: do gerador que a função recebe, e só dele."
SIGN_HINT = (
    "os sinais: a fatoração QR do NumPy os escolhe por uma regra fixa. A diagonal de R "
    "guarda os que ela escolheu; multiplique cada coluna de Q pelo sinal correspondente."
)
CENTER_HINT = (
    "o ponto de partida: números de média zero, sem lado preferido; e nenhuma regra fixa para os "
    "sinais das colunas."
)
TURN_HINT = (
    "os sinais: metade das matrizes tem de ter determinante −1. Um sorteio só de rotações fica "
    "com a outra metade."
)


def _gram(result: object) -> NDArray[Any]:
    """A matriz vezes a transposta dela, na precisão da resposta."""
    matrix = to_array(result)
    if matrix.ndim != 2:
        return matrix
    return np.asarray(matrix @ matrix.T)


def _normal(size: int, generator: np.random.Generator) -> Array:
    return np.asarray(generator.normal(size=(size, size)))


_GRAM_MISTAKES = (
    Mistake(
        lambda size, generator: (m := _normal(size, generator)) @ m.T,
        "a ortogonalidade: os números sorteados ainda precisam passar pela fatoração QR.",
    ),
    Mistake(
        lambda size, generator: (m := _normal(size, generator)) @ m.T / size,
        "a ortogonalidade: dividir por √H acerta o tamanho médio, mas as linhas continuam "
        "formando ângulos quaisquer. A fatoração QR as endireita.",
    ),
    Mistake(
        lambda size, generator: _gram(np.linalg.qr(_normal(size, generator))[1]),
        "qual das duas matrizes é a ortogonal: qr devolve Q e R, nessa ordem.",
    ),
    Mistake(
        lambda size, generator: _gram(_unit_rows(_normal(size, generator))),
        "a ortogonalidade: linhas de norma 1 ainda podem formar ângulos quaisquer entre si.",
    ),
    Mistake(
        lambda size, generator: _gram(_unit_rows(_normal(size, generator).T).T),
        "a ortogonalidade: colunas de norma 1 ainda podem formar ângulos quaisquer entre si.",
    ),
)


def _unit_rows(matrix: Array) -> Array:
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True))


def _repeated(answer: object, seeds: range, size: int) -> NDArray[Any] | Failure:
    """Chama a função uma vez por semente e empilha as matrizes."""
    if not callable(answer):
        return Failure("esperava uma função")
    drawn = [to_array(answer(size, np.random.default_rng(seed))) for seed in seeds]
    if any(matrix.shape != (size, size) for matrix in drawn):
        return Failure(f"uma das matrizes não tem a forma {where((size, size))}")
    return np.stack(drawn).astype(np.float64)


def _run_seeded(answer: object) -> Failure | None:
    """O mesmo gerador dá a mesma matriz; outro dá outra."""
    first, again = _repeated(answer, range(3), 5), _repeated(answer, range(3), 5)
    if isinstance(first, Failure) or isinstance(again, Failure):
        return Failure("as matrizes mudam de forma de uma chamada para outra", GENERATOR_HINT)
    if describe_difference(first, again, tolerance=1e-12) is not None:
        return Failure("dois geradores de mesma semente deram matrizes diferentes", GENERATOR_HINT)
    if np.abs(first[0] - first[1]).max() < 1e-9 or np.abs(first[1] - first[2]).max() < 1e-9:
        return Failure("geradores diferentes deram a mesma matriz", GENERATOR_HINT)
    return None


def _run_consecutive(answer: object) -> Failure | None:
    """Duas chamadas seguidas com um só gerador dão matrizes diferentes."""
    if not callable(answer):
        return Failure("esperava uma função")
    generator = np.random.default_rng(65)
    first, second = (to_array(answer(5, generator)) for _ in range(2))
    if np.abs(first - second).max() < 1e-9:
        return Failure("duas chamadas seguidas deram a mesma matriz", GENERATOR_HINT)
    return None


def _run_mixed(answer: object) -> Failure | None:
    """Cada matriz mistura as unidades: nem identidade, nem troca de lugares."""
    drawn = _repeated(answer, range(20), 5)
    if isinstance(drawn, Failure):
        return drawn
    lone = np.isclose(np.abs(drawn), 1, atol=1e-6).any(axis=(1, 2))
    if lone.mean() > 0.2:
        return Failure(
            f"em {int(lone.sum())} de 20 matrizes há uma unidade que só copia outra",
            "o sorteio: a identidade e as trocas de lugar são ortogonais, mas aqui se pede uma "
            "matriz sorteada, em que cada unidade nova mistura todas.",
        )
    return None


def _run_balanced(answer: object) -> Failure | None:
    """Nenhuma posição tem sinal preferido, e metade das matrizes inverte a orientação."""
    for size in (3, 2):  # trocar o sinal da matriz inteira só inverte a orientação se H é ímpar
        drawn = _repeated(answer, range(DRAWS), size)
        if isinstance(drawn, Failure):
            return drawn
        mean = np.abs(drawn.mean(axis=0))
        if mean.max() > MEAN_LIMIT:
            place = tuple(int(i) for i in np.unravel_index(int(mean.argmax()), mean.shape))
            return Failure(
                f"em {DRAWS} sorteios, a posição {where(place)} não tem média próxima de 0",
                SIGN_HINT if drawn[:, 0, 0].max() <= 0 else CENTER_HINT,
            )
        positive = float((np.linalg.det(drawn) > 0).mean())
        if not SIGN_LIMIT < positive < 1 - SIGN_LIMIT:
            return Failure(
                f"de {DRAWS} sorteios de tamanho {size}, {round(positive * DRAWS)} têm "
                "determinante positivo",
                SIGN_HINT if drawn[:, 0, 0].max() <= 0 else TURN_HINT,
            )
    return None


def _run_spread(answer: object) -> Failure | None:
    """O quadrado de cada posição vale 1/H em média: nenhuma direção é preferida."""
    drawn = _repeated(answer, range(DRAWS), 3)
    if isinstance(drawn, Failure):
        return drawn
    gap = np.abs((drawn**2).mean(axis=0) - 1 / 3)
    if gap.max() > 0.08:  # desvio de 400 sorteios: ≈ 0,015
        place = tuple(int(i) for i in np.unravel_index(int(gap.argmax()), gap.shape))
        return Failure(
            f"em {DRAWS} sorteios, a posição {where(place)} tem tamanho fora do comum",
            "o sorteio: parta de números de distribuição **normal**, sem direção preferida.",
        )
    return None


def orthogonal_checks() -> tuple[Check, ...]:
    """Monta as conferências de 06-5."""
    hint = "a fatoração QR de uma matriz sorteada: Q tem linhas de norma 1, perpendiculares."

    def fresh(size: int) -> Callable[[], tuple[Any, ...]]:
        return lambda: (size, np.random.default_rng(60 + size))

    cases = [
        Case(
            f"QQᵀ = I, tamanho {size}",
            fresh(size),
            lambda size, generator: np.eye(size),
            hint,
            _GRAM_MISTAKES,
            tolerance=1e-7,
            read=_gram,
        )
        for size in SIZES
    ]
    return (
        *function_checks(cases),
        Check("o gerador manda no sorteio", _run_seeded, GENERATOR_HINT),
        Check("duas chamadas seguidas", _run_consecutive, GENERATOR_HINT),
        Check("mistura de unidades", _run_mixed, hint),
        Check("sinais equilibrados", _run_balanced, SIGN_HINT),
        Check("tamanhos equilibrados", _run_spread, hint),
    )
