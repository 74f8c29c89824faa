"""Exercício 15-4: RoPE, a posição como rotação."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["rotation_checks"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

BASE = 10_000.0


def _right(x: Array, positions: Positions) -> Array:
    """Gira uma linha de cada vez, pela referência."""
    rows = [reference.rotate_pairs(row, int(p)) for row, p in zip(x, positions, strict=True)]
    return np.stack(rows)


def _angles(x: Array, positions: Positions, exponent: Callable[[Array, int], Array]) -> Array:
    """Ângulo de cada par em cada posição: (T, D/2)."""
    width = x.shape[-1]
    pairs = np.arange(width // 2, dtype=np.float64)
    return np.asarray(positions[:, None] * BASE ** -exponent(pairs, width))


def _turned(
    x: Array,
    positions: Positions,
    *,
    exponent: Callable[[Array, int], Array] = lambda pairs, width: 2 * pairs / width,
    sign: float = 1.0,
) -> Array:
    """Rotação de pares vizinhos, com outro expoente ou outro sentido."""
    angles = sign * _angles(x, positions, exponent)
    even, odd = x[:, 0::2], x[:, 1::2]
    result = np.empty_like(x, dtype=np.float64)
    result[:, 0::2] = even * np.cos(angles) - odd * np.sin(angles)
    result[:, 1::2] = even * np.sin(angles) + odd * np.cos(angles)
    return result


def _halves(x: Array, positions: Positions) -> Array:
    """Engano de convenção: o par do número i é o i + D/2."""
    half = x.shape[-1] // 2
    order = np.arange(x.shape[-1]).reshape(2, half).T.ravel()
    back = np.argsort(order)
    return _turned(x[:, order], positions)[:, back]


def _joined(x: Array, positions: Positions) -> Array:
    """Engano: as metades giradas ficam lado a lado, em vez de intercaladas."""
    result = _turned(x, positions)
    return np.concatenate([result[:, 0::2], result[:, 1::2]], axis=1)


def _reflected(x: Array, positions: Positions) -> Array:
    """Engano: sinal trocado numa das contas; vira reflexão."""
    angles = _angles(x, positions, lambda pairs, width: 2 * pairs / width)
    even, odd = x[:, 0::2], x[:, 1::2]
    result = np.empty_like(x, dtype=np.float64)
    result[:, 0::2] = even * np.cos(angles) + odd * np.sin(angles)
    result[:, 1::2] = even * np.sin(angles) + odd * np.cos(angles)
    return result


def _swapped_waves(x: Array, positions: Positions) -> Array:
    """Engano: seno no lugar do cosseno, e cosseno no do seno."""
    angles = _angles(x, positions, lambda pairs, width: 2 * pairs / width)
    even, odd = x[:, 0::2], x[:, 1::2]
    result = np.empty_like(x, dtype=np.float64)
    result[:, 0::2] = even * np.sin(angles) - odd * np.cos(angles)
    result[:, 1::2] = even * np.cos(angles) + odd * np.sin(angles)
    return result


def _cosine_only(x: Array, positions: Positions) -> Array:
    angles = _angles(x, positions, lambda pairs, width: 2 * pairs / width)
    return np.asarray(x * np.repeat(np.cos(angles), 2, axis=1))


def _in_place(x: Array, positions: Positions) -> Array:
    """Engano: o segundo número do par usa o primeiro já girado."""
    angles = _angles(x, positions, lambda pairs, width: 2 * pairs / width)
    result = np.array(x, dtype=np.float64)
    result[:, 0::2] = result[:, 0::2] * np.cos(angles) - result[:, 1::2] * np.sin(angles)
    result[:, 1::2] = result[:, 0::2] * np.sin(angles) + result[:, 1::2] * np.cos(angles)
    return result


def _added(x: Array, positions: Positions) -> Array:
    length = int(positions.max()) + 1
    return np.asarray(x + reference.sinusoidal_positions(length, x.shape[1])[positions])


_SLIPS: tuple[tuple[Callable[[Array, Positions], Any], str], ...] = (
    (
        lambda x, p: _turned(x, p, sign=-1.0),
        (
            "o sentido: positivo, do primeiro número do par para o segundo. Quem leva o sinal de "
            "menos?"
        ),
    ),
    (
        _halves,
        (
            "os pares: números **vizinhos**, (0, 1), (2, 3)…; as metades são a convenção de outras "
            "bibliotecas."
        ),
    ),
    (_joined, "a volta: os números girados voltam intercalados, cada um ao seu lugar."),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: pairs / width),
        "o expoente: 2i/D para o par de número i.",
    ),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: 4 * pairs / width),
        "o expoente: i é o número do **par** (0, 1, 2…), e a divisão é por D.",
    ),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: 2 * pairs),
        "o expoente: depois do primeiro, os pares quase não giraram. Falta dividir por D?",
    ),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: 2 * (pairs + 1) / width),
        "o primeiro par: i começa em 0, e ele gira um radiano por posição.",
    ),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: 0 * pairs),
        "as frequências: cada par gira numa velocidade; todos giraram na mesma.",
    ),
    (
        lambda x, p: _turned(x, p, exponent=lambda pairs, width: -2 * pairs / width),
        "o sinal do expoente: os pares seguintes giram mais **devagar**.",
    ),
    (
        lambda x, p: _turned(x, np.arange(len(x))),
        "as posições: as que a função recebe, e não 0, 1, 2…",
    ),
    (lambda x, p: _turned(x, p + 1), "as posições: a de número 0 não gira."),
    (
        lambda x, p: _turned(x, p - p.min()),
        "as posições: as que a função recebe, mesmo que nenhuma seja 0.",
    ),
    (
        lambda x, p: _turned(x, np.sort(p)),
        "as posições: cada linha tem a sua, na ordem em que vieram.",
    ),
    (
        _reflected,
        "os sinais: numa rotação, um dos quatro produtos leva sinal de menos.",
    ),
    (
        _swapped_waves,
        "seno e cosseno: na posição 0 nada gira, e o cosseno de 0 é 1.",
    ),
    (_in_place, "o primeiro número do par: o segundo usa o valor **original** dele."),
    (_cosine_only, "o seno: cada número recebe também uma parte do seu par."),
    (_added, "o que se faz com a posição: gira-se o vetor; não se soma nada a ele."),
    (lambda x, p: x, "a rotação: o vetor saiu como entrou."),
    (
        lambda x, p: _turned(x, np.degrees(p)),
        "a unidade: seno e cosseno recebem radianos.",
    ),
)


def rotation_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-4."""

    def drawn(positions: tuple[int, ...], width: int) -> tuple[Array, Positions]:
        x = np.random.default_rng(154).normal(size=(len(positions), width))
        return x, np.array(positions)

    cases: dict[str, Callable[[], tuple[Array, Positions]]] = {
        "um par, posições 0 e 1": lambda: (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1])),
        "um par, três posições": lambda: drawn((0, 1, 2), 2),
        "três pares": lambda: drawn((0, 1, 2, 3, 4), 6),
        "posições fora de ordem e distantes": lambda: drawn((7, 0, 105, 3), 8),
        "posições sem o zero": lambda: drawn((11, 5, 7), 4),
    }
    hint = (
        "as etapas: os ângulos, um para cada posição e par; separar os números pares dos ímpares; "
        "girar; intercalar de volta."
    )
    mistakes = tuple(Mistake(wrong, text) for wrong, text in _SLIPS)
    return function_checks(
        [Case(name, make, _right, hint, mistakes) for name, make in cases.items()]
    )
