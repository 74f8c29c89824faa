"""Exercício 17-1: atenção em janela, calculada por blocos."""

import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["window_checks"]

Array = NDArray[np.float64]
Visible = Callable[[Any, Any, int, int], Any]

LONG = 2003
HUGE = 1e11  # além do −1e9 que muito código usa por «menos infinito», e cabe em precisão simples
MEMORY_HINT = (
    "o que se guarda: nada de tamanho T × T, nem a máscara. Um bloco de consultas por vez, e só as "
    "chaves que ele alcança."
)


def _right(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
    """A janela, pela referência, que pergunta par a par."""
    rows = (query[None], key[None], value[None])
    return np.asarray(reference.attend(*rows, window=(radius, radius))[0][0])


def _dense(visible: Visible, *, scaled: bool = True) -> Callable[..., Array]:
    """Engano: atenção completa com outra máscara, a partir de i, j, raio e bloco."""

    def wrong(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
        i, j = np.arange(len(query))[:, None], np.arange(len(key))
        scores = query @ key.T / (np.sqrt(query.shape[1]) if scaled else 1.0)
        scores = np.where(visible(i, j, radius, block), scores, -np.inf)
        terms = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(terms / terms.sum(axis=1, keepdims=True) @ value)

    return wrong


def _wrapped(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
    """Engano: a janela dá a volta nas pontas."""
    length = len(query)

    def around(i: Any, j: Any, r: int, b: int) -> Any:
        return (abs(i - j) <= r) | (length - abs(i - j) <= r)

    return _dense(around)(query, key, value, radius, block)


def _inside(i: Any, j: Any, r: int, b: int) -> Any:
    return abs(i - j) <= r


def _softmax(scores: Array, axis: int = 1) -> Array:
    terms = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(terms / terms.sum(axis=axis, keepdims=True))


def _scored(query: Array, key: Array, radius: int) -> tuple[Array, Array]:
    """As pontuações de todos os pares, e quais a janela deixa ver."""
    i, j = np.arange(len(query))[:, None], np.arange(len(key))
    return query @ key.T / np.sqrt(query.shape[1]), _inside(i, j, radius, 0)


def _hidden_as(
    hide: Callable[[Array, Array], Array],
) -> Callable[[Array, Array, Array, int, int], Array]:
    """Engano: do que o bloco lê e a consulta não vê, a pontuação fica finita, e tem peso."""

    def wrong(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
        scores, visible = _scored(query, key, radius)
        near = _block_offset(len(query), block, radius)
        return np.asarray(_softmax(np.where(near, hide(scores, visible), -np.inf)) @ value)

    return wrong


def _zeroed_weights(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
    """Engano: os pesos de fora são zerados depois do softmax, e a soma não dá 1."""
    scores, visible = _scored(query, key, radius)
    near = _block_offset(len(query), block, radius)
    return np.asarray(np.where(visible, _softmax(np.where(near, scores, -np.inf)), 0.0) @ value)


def _block_offset(length: int, block: int, radius: int) -> NDArray[np.bool_]:
    """Que chaves cada bloco de consultas lê: de radius antes a radius depois."""
    i, j = np.arange(length)[:, None], np.arange(length)
    start = i // block * block
    return np.asarray((j >= start - radius) & (j < start + block + radius))


def _without_short_block(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
    """Engano: o último bloco, mais curto, some."""
    whole = len(query) // block * block
    return _dense(_inside)(query, key, value, radius, block)[:whole]


_FINITE_HINT = (
    "o valor que esconde: menos infinito. Um número finito deixa vazar, se as pontuações da janela "
    "forem ainda menores."
)
_FINITE: tuple[Callable[[Array, Array], Array], ...] = (
    lambda s, seen: np.where(seen, s, -100.0),
    lambda s, seen: np.where(seen, s, -1e4),
    lambda s, seen: np.where(seen, s, -1e9),
    lambda s, seen: s - 100.0 * np.logical_not(seen),
    lambda s, seen: s - 1e4 * np.logical_not(seen),
    lambda s, seen: s - 1e9 * np.logical_not(seen),
)

_SLIPS: tuple[tuple[Callable[..., Any], str], ...] = (
    (
        _dense(lambda i, j, r, b: i >= -1),
        "a janela: toda consulta viu todas as chaves.",
    ),
    (
        _dense(lambda i, j, r, b: (abs(i - j) <= r) & (i // b == j // b)),
        "as bordas dos blocos: uma consulta do fim de um bloco também vê o começo do seguinte.",
    ),
    (
        _dense(lambda i, j, r, b: i // b == j // b),
        "o que cada consulta vê: a janela **dela**, e não o bloco em que ela está.",
    ),
    (
        _dense(lambda i, j, r, b: abs(i // b - j // b) <= 1),
        (
            "a máscara dentro do bloco: as chaves lidas servem ao bloco inteiro, mas cada consulta "
            "só vê as que estão a até radius passos."
        ),
    ),
    (
        _dense(lambda i, j, r, b: (j >= i // b * b - r) & (j < i // b * b + b + r)),
        (
            "a máscara dentro do bloco: as chaves lidas servem ao bloco inteiro, mas cada consulta "
            "só vê as que estão a até radius passos."
        ),
    ),
    (
        _dense(lambda i, j, r, b: (abs(i - j) <= r) & (j <= i)),
        "os dois lados: a janela vai também para a frente.",
    ),
    (
        _dense(lambda i, j, r, b: (j - i <= r) & (i - j <= r) & (j != i)),
        "a própria posição: ela está na janela.",
    ),
    (
        _dense(lambda i, j, r, b: (i - j <= r) & (j - i < r)),
        "o fim da janela: uma fatia do Python não inclui o último índice.",
    ),
    (
        _dense(lambda i, j, r, b: abs(i - j) < np.maximum(r, 1)),
        "o raio: vê-se quem está a **até** radius passos, e essa distância conta.",
    ),
    (
        _dense(lambda i, j, r, b: abs(i - j) <= r // 2),
        "o raio: radius posições para **cada** lado, e não ao todo.",
    ),
    (
        _dense(lambda i, j, r, b: abs(i - j) <= r + 1),
        "o raio: uma posição a mais entrou na janela.",
    ),
    (
        _dense(lambda i, j, r, b: (j >= i) & (j - i <= r)),
        "os dois lados: a janela vai também para trás.",
    ),
    (
        _dense(lambda i, j, r, b: abs(i // b * b + b // 2 - j) <= r),
        "o que cada consulta vê: a janela **dela**, e não a do meio do bloco.",
    ),
    (
        _hidden_as(lambda s, seen: np.where(seen, s, 0.0)),
        "quem está fora da janela: pontuação 0 ainda tem peso. Que pontuação dá peso zero?",
    ),
    *((_hidden_as(hide), _FINITE_HINT) for hide in _FINITE),
    (
        _zeroed_weights,
        "a ordem: esconda antes do softmax, para os pesos que ficam somarem 1.",
    ),
    (_dense(_inside, scaled=False), "a escala: as pontuações se dividem por √D."),
    (
        lambda q, k, v, r, b: _dense(_inside)(q / np.sqrt(q.shape[1]), k, v, r, b),
        "a escala: divide-se por √D, e não por D, e uma vez só.",
    ),
    (
        _wrapped,
        (
            "as pontas: um índice negativo, no Python, volta pelo fim. O primeiro bloco não vê o "
            "último."
        ),
    ),
    (_without_short_block, "o último bloco: ele pode ser mais curto, e também conta."),
)


def _drawn(length: int, width: int, value_width: int) -> tuple[Array, Array, Array]:
    generator = np.random.default_rng(171)
    sizes = ((length, width), (length, width), (length, value_width))
    query, key, value = (generator.normal(size=size) for size in sizes)
    return query, key, value


def _run_memory(answer: object) -> Failure | None:
    """Mede o pico de memória do NumPy; a do PyTorch não se vê daqui, e passa."""
    if not callable(answer):
        return Failure("esperava uma função")
    query, key, value = _drawn(LONG, 3, 2)
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        function_checks([Case("memória", lambda: (query, key, value, 5, 16), _zeros, "")])[0].run(
            answer
        )
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        if started:
            tracemalloc.stop()
    if peak < LONG**2 / 2:  # a máscara booleana inteira já teria T² bytes
        return None
    return Failure(
        f"com {LONG} posições, a conta ocupou mais de {LONG**2 // 2 // 1000} mil bytes de uma vez"
    )


def _zeros(query: Array, key: Array, value: Array, radius: int, block: int) -> Array:
    """Valor qualquer: nesta conferência só a memória importa."""
    return np.zeros((len(query), value.shape[1]))


def window_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-1."""

    def arguments(length: int, sizes: tuple[int, int], radius: int, block: int) -> tuple[Any, ...]:
        return *_drawn(length, *sizes), radius, block

    def buried() -> tuple[Any, ...]:
        """Toda chave, menos a última, com pontuação muito negativa: esconder é pior que isso."""
        query, key, value = _drawn(17, 3, 2)
        key[:-1] = -HUGE
        return np.abs(query), key, value, 2, 5

    cases: dict[str, tuple[int, tuple[int, int], int, int]] = {
        "quinze posições, raio 3, blocos de 5": (15, (2, 1), 3, 5),
        "raio maior que o bloco": (16, (3, 2), 5, 2),
        "o último bloco mais curto": (17, (3, 2), 2, 5),
        "raio 0": (7, (2, 3), 0, 3),
        "raio maior que a sequência": (5, (2, 3), 11, 2),
        "um bloco maior que a sequência": (7, (5, 2), 2, 64),
    }
    hint = (
        "as etapas, para cada bloco: as consultas dele; as chaves de radius antes a radius depois, "
        "cortadas nas pontas; a máscara de cada consulta; softmax; soma."
    )
    mistakes = tuple(Mistake(wrong, text) for wrong, text in _SLIPS)
    return (
        *function_checks(
            [
                Case(name, partial(arguments, *sizes), _right, hint, mistakes, tolerance=1e-6)
                for name, sizes in cases.items()
            ]
            + [Case("pontuações muito negativas", buried, _right, hint, mistakes, tolerance=1e-6)]
        ),
        Check("a memória", _run_memory, MEMORY_HINT),
    )
