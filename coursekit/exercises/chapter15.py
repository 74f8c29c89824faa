"""Capítulo 15: contagem de parâmetros e a camada que copia."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter15_causal import causal_checks
from coursekit.exercises.chapter15_equivariance import equivariance_checks
from coursekit.exercises.chapter15_heads import heads_checks
from coursekit.exercises.chapter15_rotation import rotation_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

WIDTH, NUM_HEADS = 64, 8
LENGTH, SMALL = 50, 0.05
NARROW_WIDTH, WIDE_WIDTH = 8, 24
THOUSANDS_HINT = "o ponto: em Python ele é a vírgula dos decimais. Escreva o número sem ele."


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
            *(
                Mistake(lambda n=n: right - n * WIDTH, "os vieses: cada projeção tem o seu.")
                for n in (1, 3)
            ),
            Mistake(
                lambda: heads * 3 * (WIDTH * WIDTH + WIDTH) + WIDTH * WIDTH + WIDTH,
                "as cabeças: elas **repartem** a largura; cada uma fica com d/H números.",
            ),
            Mistake(
                lambda: WIDTH * WIDTH + WIDTH,
                "quantas projeções: você contou uma só.",
            ),
            Mistake(lambda: right / 1000, THOUSANDS_HINT),
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
            Mistake(
                lambda: 3 * (WIDTH * NUM_HEADS * WIDTH + NUM_HEADS * WIDTH) + WIDTH * WIDTH + WIDTH,
                "a projeção de saída: entram nela os números de **todas** as cabeças.",
            ),
            Mistake(lambda: wide - WIDTH, "o viés da projeção de saída: ela também tem o seu."),
            Mistake(lambda: wide / 1000, THOUSANDS_HINT),
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
    narrow, wide = _drawn_inputs(NARROW_WIDTH), _drawn_inputs(WIDE_WIDTH)
    scales = (NARROW_WIDTH**-0.5, WIDE_WIDTH**-0.5) if scaled else (1.0, 1.0)
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
                "a ordem: primeiro `narrow`, depois `wide`.",
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
                lambda: (narrow, wide, error * np.linalg.norm(_drawn_inputs(WIDE_WIDTH)), small),
                "o terceiro número: falta dividir pela norma da entrada.",
            ),
            Mistake(
                lambda: (narrow, wide, error**2, small),
                "o terceiro número: a razão das normas, e não a dos quadrados delas.",
            ),
            Mistake(
                lambda: (narrow, wide, _copying(_drawn_inputs(NARROW_WIDTH))[1], small),
                "o terceiro número: com `wide`, e não com `narrow`.",
            ),
            Mistake(
                lambda: (
                    narrow,
                    wide,
                    error,
                    _copying(np.sqrt(SMALL) * _drawn_inputs(WIDE_WIDTH))[0],
                ),
                "o quarto número: o que encolhe é a **entrada**, e ela aparece duas vezes em x·xᵀ.",
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


CHECKS = {
    "15-1": heads_checks,
    "15-2": causal_checks,
    "15-3": count_checks,
    "15-4": rotation_checks,
    "15-5": copy_checks,
    "15-6": equivariance_checks,
}
