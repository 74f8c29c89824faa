"""Exercício 15-2: atenção que não vê o futuro."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["causal_checks"]

Array = NDArray[np.float64]

TOLERANCE = 1e-6  # contas em precisão simples também servem
HUGE = 1e11  # além do −1e9 que muito código usa por «menos infinito», e cabe em precisão simples


def _softmax(scores: Array, axis: int) -> Array:
    terms = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(terms / terms.sum(axis=axis, keepdims=True))


def _causal(query: Array, key: Array, value: Array) -> Array:
    return reference.attend(query, key, value, causal=True)[0]


@dataclass(frozen=True)
class _Leak:
    """Uma atenção com a máscara causal trocada.

    Attributes:
        visible: quem vê quem, a partir dos índices i e j, e do desvio Tk − Tq.
        hide: o que se faz das pontuações escondidas, antes do softmax.
        after: o que se faz dos pesos, depois dele.
        scaled: se as pontuações se dividem por √D.
        axis: eixo do softmax.
    """

    visible: Callable[[Any, Any, int], Any] = lambda i, j, shift: j <= i + shift
    hide: Callable[[Array, Any], Array] = lambda s, seen: np.where(seen, s, -np.inf)
    after: Callable[[Array, Any], Array] = lambda w, seen: w
    scaled: bool = True
    axis: int = -1

    def run(self, query: Array, key: Array, value: Array) -> Array:
        """Calcula o contexto enganado."""
        scores = query @ key.swapaxes(-1, -2)
        scores = scores / np.sqrt(query.shape[-1]) if self.scaled else scores
        q_len, k_len = scores.shape[-2:]
        seen = self.visible(np.arange(q_len)[:, None], np.arange(k_len), k_len - q_len)
        weights = _softmax(self.hide(scores, seen), self.axis)
        return np.asarray(self.after(weights, seen) @ value)


def _keep(scores: Array, seen: Any) -> Array:
    return scores


_AFTER_HINT = (
    "quando se mascara: **antes** do softmax. Depois dele, o futuro já entrou no denominador, e os "
    "pesos que sobram não somam 1."
)

_FINITE_HINT = (
    "o valor que esconde: menos infinito. Um número finito deixa vazar, se a pontuação do futuro "
    "for grande ou as do passado forem muito negativas."
)

_CAUSAL_SLIPS: tuple[tuple[_Leak, str], ...] = (
    (_Leak(hide=lambda s, seen: s - 10.0 * ~seen), _FINITE_HINT),
    (_Leak(hide=lambda s, seen: s - 1e4 * ~seen), _FINITE_HINT),
    (_Leak(hide=lambda s, seen: np.where(seen, s, -10.0)), _FINITE_HINT),
    (_Leak(hide=lambda s, seen: np.where(seen, s, -100.0)), _FINITE_HINT),
    (_Leak(hide=lambda s, seen: s - 1e9 * np.logical_not(seen)), _FINITE_HINT),
    (_Leak(hide=lambda s, seen: np.where(seen, s, -1e9)), _FINITE_HINT),
    (_Leak(hide=_keep), "a máscara: o futuro entrou na conta."),
    (_Leak(hide=_keep, after=lambda w, seen: w * seen), _AFTER_HINT),
    (
        _Leak(
            hide=_keep,
            after=lambda w, seen: w * seen / (w * seen).sum(axis=-1, keepdims=True),
        ),
        (
            "quando se mascara: **antes** do softmax. Uma pontuação enorme no futuro apaga as do "
            "passado, e renormalizar depois dá 0/0."
        ),
    ),
    (
        _Leak(hide=lambda s, seen: s * seen),
        "o valor que esconde: uma pontuação 0 ainda recebe peso, porque e⁰ é 1.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j < i + shift),
        "a própria posição: cada uma vê a si mesma; sem isso, a primeira não vê ninguém.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j >= i + shift),
        "o lado da máscara: vê-se o passado, e não o futuro.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j > i + shift),
        "o sentido da máscara: verdadeiro quer dizer visível, e ela saiu ao contrário.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j <= i),
        (
            "o alinhamento: com menos consultas que chaves, a **última** consulta fica junto da "
            "última chave."
        ),
    ),
    (
        _Leak(visible=lambda i, j, shift: j <= i + shift + 1),
        "onde o passado acaba: ninguém vê a posição seguinte.",
    ),
    (_Leak(scaled=False), "a escala: as pontuações se dividem por √D."),
    (
        _Leak(hide=lambda s, seen: np.where(seen, s, -1e300), axis=-2),
        "o eixo do softmax: para cada **consulta**, os pesos das chaves somam 1.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j == i + shift),
        "o passado: cada uma vê a si mesma **e** todas as anteriores.",
    ),
)


def _with_loud_future(arguments: tuple[Array, ...]) -> tuple[Array, ...]:
    """Faz da última chave um grito: pontuação enorme para todas as consultas."""
    query, key, value = arguments
    loud = key.copy()
    loud[:, -1] = HUGE
    return np.abs(query), loud, value


def _with_buried_past(arguments: tuple[Array, ...]) -> tuple[Array, ...]:
    """Dá às chaves do passado, todas iguais, pontuações muito negativas; a última fica como está.

    Quem esconde o futuro com um número finito descobre aqui que ele era maior que o passado.
    """
    query, key, value = arguments
    buried = key.copy()
    buried[:, :-1] = -HUGE
    return np.abs(query), buried, value


def causal_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-2."""

    def drawn(batch: int, q_len: int, k_len: int, sizes: tuple[int, int]) -> tuple[Array, ...]:
        generator = np.random.default_rng(152)
        shapes = ((batch, q_len, sizes[0]), (batch, k_len, sizes[0]), (batch, k_len, sizes[1]))
        query, key, value = (generator.normal(size=shape) for shape in shapes)
        return query, key, value

    cases: dict[str, Callable[[], tuple[Any, ...]]] = {
        "três posições": lambda: drawn(1, 3, 3, (2, 1)),
        "um lote de dois": lambda: drawn(2, 7, 7, (5, 3)),
        "três consultas no fim de sete chaves": lambda: drawn(2, 3, 7, (5, 2)),
        "uma consulta só": lambda: drawn(2, 1, 5, (3, 2)),
        "futuro com pontuações enormes": lambda: _with_loud_future(drawn(1, 5, 5, (3, 2))),
        "passado com pontuações muito negativas": lambda: _with_buried_past(drawn(1, 5, 5, (3, 2))),
    }
    hint = (
        "as etapas: pontuar, dividir por √D, trocar por menos infinito o que está à frente, "
        "softmax, somar."
    )
    mistakes = tuple(Mistake(leak.run, text) for leak, text in _CAUSAL_SLIPS)
    return function_checks(
        [Case(name, make, _causal, hint, mistakes, TOLERANCE) for name, make in cases.items()]
    )
