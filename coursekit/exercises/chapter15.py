"""Capítulo 15: contagem de parâmetros, a camada que copia e a equivariância."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter15_heads import causal_checks, heads_checks
from coursekit.exercises.chapter15_rotation import rotation_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_array, to_number
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]
Layer = Callable[[Array], Array]

WIDTH, NUM_HEADS = 64, 8
LENGTH, SMALL = 50, 0.05


def _count(inner: int, *, biases: bool = True, projections: int = 4) -> int:
    """Parâmetros das projeções: ``projections − 1`` de d para a largura interna, e a de volta."""
    into = WIDTH * inner + (inner if biases else 0)
    back = inner * WIDTH + (WIDTH if biases else 0)
    return (projections - 1) * into + back


def _heads_count(name: str, heads: int) -> Check:
    """Conferência da contagem quando as cabeças repartem a largura."""
    right = _count(WIDTH)
    return number_check(
        name,
        lambda: right,
        tolerance=0,
        hint="a forma de cada projeção, com o viés dela; depois, quantas projeções.",
        mistakes=(
            Mistake(lambda: _count(WIDTH, biases=False), "os vieses: cada projeção tem o seu."),
            *(
                Mistake(
                    lambda b=b: _count(WIDTH, projections=3, biases=b),
                    "quantas projeções: há também a que mistura as cabeças, na saída.",
                )
                for b in (True, False)
            ),
            Mistake(
                lambda: heads * right,
                "as cabeças: elas **repartem** a largura; cada uma fica com d/H números.",
            ),
            Mistake(
                lambda: _count(heads * WIDTH),
                "as cabeças: elas **repartem** a largura; cada uma fica com d/H números.",
            ),
            Mistake(
                lambda: right / heads,
                "todas as cabeças: você contou os pesos de uma só.",
            ),
            Mistake(
                lambda: 3 * (WIDTH * (WIDTH // heads) + WIDTH // heads) + WIDTH * WIDTH + WIDTH,
                "todas as cabeças: cada uma tem a sua fatia das três projeções.",
            ),
            Mistake(lambda: _count(WIDTH) - 3 * WIDTH, "os vieses: cada projeção tem o seu."),
        ),
    )


def count_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-3."""
    wide = _count(NUM_HEADS * WIDTH)
    other = number_check(
        "8 cabeças de 64",
        lambda: wide,
        tolerance=0,
        hint="a largura interna: agora ela é a de todas as cabeças juntas. A saída volta a 64.",
        mistakes=(
            Mistake(
                lambda: _count(WIDTH),
                "a largura de cada cabeça: aqui ninguém reparte, e cada uma tem 64 números.",
            ),
            Mistake(
                lambda: _count(NUM_HEADS * WIDTH, biases=False),
                "os vieses: cada projeção tem o seu.",
            ),
            Mistake(
                lambda: NUM_HEADS * _count(WIDTH),
                "a projeção de saída: é uma só, e o viés dela também.",
            ),
            Mistake(
                lambda: 4 * (WIDTH * NUM_HEADS * WIDTH + NUM_HEADS * WIDTH),
                "a projeção de saída: ela **volta** a 64, e o viés dela tem 64 números.",
            ),
            Mistake(
                lambda: 3 * (WIDTH * NUM_HEADS * WIDTH + NUM_HEADS * WIDTH),
                "a projeção de saída: ela também conta.",
            ),
            Mistake(
                lambda: 4 * ((NUM_HEADS * WIDTH) ** 2 + NUM_HEADS * WIDTH),
                "o que entra nas projeções: as palavras continuam com 64 números.",
            ),
            Mistake(
                lambda: wide - 3 * NUM_HEADS * WIDTH + 3 * WIDTH,
                "os vieses das três primeiras: um para cada número que elas **devolvem**.",
            ),
        ),
    )
    return entry_checks(
        {
            "uma cabeça": _heads_count("1 cabeça", 1),
            "oito cabeças": _heads_count("8 cabeças", NUM_HEADS),
            "oito de 64": other,
        }
    )


def _copying(x: Array, *, scale: float = 1.0) -> tuple[float, float]:
    """Peso médio da diagonal e distância relativa da saída à entrada, com q = k = v = x."""
    output, weights = reference.attend(x[None], x[None], x[None], scale=scale)
    diagonal = float(np.diagonal(weights[0]).mean())
    return diagonal, float(np.linalg.norm(output[0] - x) / np.linalg.norm(x))


def _drawn_inputs(width: int) -> Array:
    return np.random.default_rng(155).normal(size=(LENGTH, width))


def _copy_measures(*, scaled: bool = False) -> Array:
    """As quatro medidas de 15-5."""
    narrow, wide = _drawn_inputs(8), _drawn_inputs(WIDTH)
    scales = (8**-0.5, WIDTH**-0.5) if scaled else (1.0, 1.0)
    first = _copying(narrow, scale=scales[0])[0]
    second, error = _copying(wide, scale=scales[1])
    return np.array([first, second, error, _copying(SMALL * wide, scale=scales[1])[0]])


def _run_copy(answer: object) -> Failure | None:
    right = _copy_measures()
    narrow, wide, error, small = right
    return table_failure(
        answer,
        right,
        tolerance=1e-6,
        mistakes=(
            Mistake(
                lambda: _copy_measures(scaled=True),
                "a escala: a camada popular **não** divide por √d.",
            ),
            Mistake(
                lambda: (wide, narrow, error, small),
                "a ordem: primeiro d = 8, depois d = 64.",
            ),
            Mistake(
                lambda: (narrow, wide, error, wide),
                "o quarto número: com a entrada multiplicada por 0,05.",
            ),
            Mistake(
                lambda: (narrow, wide, 1 - error, small),
                "o terceiro número: a distância entre a saída e a entrada, e não a semelhança.",
            ),
            Mistake(
                lambda: LENGTH * right,
                "a diagonal: a **média** dos cinquenta pesos, e não a soma.",
            ),
            Mistake(
                lambda: (LENGTH * narrow, LENGTH * wide, error, LENGTH * small),
                "a diagonal: a **média** dos cinquenta pesos, e não a soma.",
            ),
        ),
    )


def _copy_key(measured: NDArray[Any]) -> str:
    """Letra que as quatro medidas apontam."""
    narrow, wide, error, small = measured.tolist()
    return "b" if wide > 0.99 > narrow and error < 0.01 and small < 0.1 else "c"


def copy_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-5."""
    measure = Check(
        "as quatro medidas",
        _run_copy,
        "cada medida: softmax de x·xᵀ, linha por linha; a média da diagonal em três delas, e a "
        "distância relativa da saída à entrada na outra.",
    )
    choice = Choice(
        options={
            "a": "A camada aprendeu a copiar.",
            "b": "Sem projeções nem escala, o produto de um vetor com ele mesmo cresce como d e os "
            "outros como √d: o softmax dá quase tudo à diagonal.",
            "c": "Na autoatenção, cada posição sempre dá quase todo o peso a si mesma.",
            "d": "O softmax normaliza as linhas, e a média de linhas normalizadas é a entrada.",
        },
        key=_copy_key,
        hints={
            "a": "o que se treina: quantos parâmetros há na conta que você fez?",
            "c": "o quarto número que você mediu: a mesma conta, com vetores pequenos.",
            "d": "o primeiro e o quarto números: as linhas somam 1 em todos os casos, e a diagonal "
            "muda.",
        },
    )
    return choice_checks(choice, measure, to_array)


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
        tolerance=1e-9,
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


CHECKS = {
    "15-1": heads_checks,
    "15-2": causal_checks,
    "15-3": count_checks,
    "15-4": rotation_checks,
    "15-5": copy_checks,
    "15-6": equivariance_checks,
}
