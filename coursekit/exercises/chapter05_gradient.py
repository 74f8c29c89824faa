"""Exercícios 05-2 e 05-5: retropropagação no tempo, inteira e truncada."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.failure import AnswerError
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import kind_of, to_array
from coursekit.exercises.recurrent_cases import one_bias
from coursekit.exercises.report import Check

__all__ = ["gradient_checks", "truncated_checks"]

Array = NDArray[np.float64]
Gradients = tuple[Array, Array, Array]

NAMES = ("W", "U", "b")
FIELDS = ("weight_ih", "weight_hh", "bias_ih")
RETURN_HINT = "o que a função devolve: três gradientes, os de W, U e b, nessa ordem."


def _right(
    x: Array, W: Array, U: Array, b: Array, dh: Array, truncate: int | None = None
) -> Gradients:
    """Os três gradientes, pela referência."""
    back = reference.bptt("rnn", x, one_bias(W, U, b), dh, truncate=truncate)
    return back.weight_ih, back.weight_hh, back.bias_ih


def _last(step: int, total: int, blocks: int | None) -> bool:
    """Diz se o passo é o último da sequência."""
    return step == total - 1


@dataclass(frozen=True)
class _Slip:
    """Uma retropropagação com uma peça trocada.

    Attributes:
        slope: a derivada de φ, a partir do estado novo e do anterior.
        carry: o que passa ao passo anterior, a partir de δ, da soma antes de φ′ e de U.
        state: que estado entra no gradiente de U: 0, o anterior; 1, o próprio.
        keep: que passos entram na soma.
        listen: de que passos vem gradiente da perda.
        cut: depois de que passos o que voltava se apaga.
        scale: por quanto o resultado se multiplica, a partir da forma de x.
    """

    slope: Callable[[Array, Array], Array | float] = lambda new, old: 1 - new**2
    carry: Callable[[Array, Array, Array], Array] = lambda delta, total, U: delta @ U
    state: int = 0
    keep: Callable[[int, int, int | None], bool] = lambda step, total, blocks: True
    listen: Callable[[int, int, int | None], bool] = lambda step, total, blocks: True
    cut: Callable[[int, int, int | None], bool] = lambda step, total, blocks: False
    scale: Callable[[tuple[int, ...]], float] = lambda shape: 1.0

    def run(
        self, x: Array, W: Array, U: Array, b: Array, dh: Array, blocks: int | None = None
    ) -> Gradients:
        """Roda a ida e a volta enganada."""
        states = [np.zeros((len(x), len(b)))]
        for step in range(x.shape[1]):
            states.append(np.tanh(x[:, step] @ W.T + states[-1] @ U.T + b))
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        carried, length = np.zeros_like(states[0]), x.shape[1]
        for step in reversed(range(length)):
            total = carried + (dh[:, step] if self.listen(step, length, blocks) else 0)
            delta = total * self.slope(states[step + 1], states[step])
            if self.keep(step, length, blocks):
                dW, db = dW + delta.T @ x[:, step], db + delta.sum(axis=0)
                dU = dU + delta.T @ states[step + self.state]
            carried = self.carry(delta, total, U)
            if self.cut(step, length, blocks):
                carried = np.zeros_like(carried)
        scale = self.scale(x.shape)
        return scale * dW, scale * dU, scale * db


Backward = Callable[..., Gradients]

_GRADIENT_SLIPS: tuple[tuple[_Slip, str], ...] = (
    (
        _Slip(carry=lambda delta, total, U: np.zeros_like(delta)),
        (
            "o que volta do passo seguinte: o estado de um passo também age na perda por meio dos "
            "estados que vêm depois dele. Essa parcela sumiu."
        ),
    ),
    (
        _Slip(slope=lambda new, old: 1.0),
        "a derivada da tangente hiperbólica: ela multiplica o gradiente em cada passo.",
    ),
    (
        _Slip(slope=lambda new, old: 1 - new),
        "a derivada da tangente hiperbólica: derive tanh(a) e escreva o resultado com h.",
    ),
    (
        _Slip(slope=lambda new, old: 1 - np.tanh(new) ** 2),
        (
            "a derivada da tangente hiperbólica: o estado já é a tangente; aplicá-la outra vez "
            "deriva no ponto errado."
        ),
    ),
    (
        _Slip(slope=lambda new, old: new * (1 - new)),
        "a derivada da tangente hiperbólica: essa é a da sigmoide.",
    ),
    (
        _Slip(slope=lambda new, old: 1 - old**2),
        "em que estado se avalia a derivada: no que saiu deste passo, não no que entrou nele.",
    ),
    (
        _Slip(state=1),
        "o índice do estado no gradiente de U: que estado U multiplicou neste passo?",
    ),
    (
        _Slip(carry=lambda delta, total, U: delta @ U.T),
        (
            "o lado de U na volta: o que na ida soma ao longo das colunas, na volta soma ao longo "
            "das linhas."
        ),
    ),
    (
        _Slip(carry=lambda delta, total, U: delta),
        "o que volta: para chegar ao estado anterior, o gradiente ainda passa por U.",
    ),
    (
        _Slip(carry=lambda delta, total, U: total @ U),
        "o que volta: o gradiente **depois** de multiplicado pela derivada de φ, não antes.",
    ),
    (
        _Slip(keep=_last),
        (
            "a soma no tempo: os mesmos pesos trabalham em todos os passos, e cada passo deixa "
            "a sua parcela."
        ),
    ),
    (
        _Slip(keep=lambda step, total, blocks: step == 0),
        "a soma no tempo: a parcela de um passo está apagando a do outro. Some, não substitua.",
    ),
    (
        _Slip(listen=_last),
        "de onde vem gradiente: dh traz uma parcela em **cada** passo, não só no último.",
    ),
    (
        _Slip(scale=lambda shape: 1 / shape[0]),
        "o lote: os gradientes dos exemplos se somam; a média, se houver, já está em dh.",
    ),
    (
        _Slip(scale=lambda shape: 1 / shape[1]),
        "a soma no tempo: os passos se somam; ninguém pediu a média deles.",
    ),
    (
        _Slip(scale=lambda shape: -1.0),
        "o sinal: pede-se o gradiente; quem anda contra ele é o otimizador.",
    ),
)

_TRANSPOSED_HINT = "linhas e colunas: cada gradiente tem a orientação do peso que ele deriva."


def _from_resets(x: Array, W: Array, U: Array, b: Array, dh: Array, blocks: int) -> Gradients:
    """Engano: cada bloco recomeça do estado zero, também na ida."""
    starts = range(0, x.shape[1], blocks)
    parts = [_right(x[:, s : s + blocks], W, U, b, dh[:, s : s + blocks]) for s in starts]
    dW, dU, db = (np.sum(column, axis=0) for column in zip(*parts, strict=True))
    return dW, dU, db


def _sliding(x: Array, W: Array, U: Array, b: Array, dh: Array, blocks: int) -> Gradients:
    """Engano: a perda de cada passo volta ``blocks`` passos, em janela deslizante."""
    sums = [np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)]
    for end in range(x.shape[1]):
        alone = _Slip(
            listen=lambda step, total, _, end=end: step == end,  # type: ignore[misc]
            cut=lambda step, total, size, end=end: step == end - (size or 1) + 1,  # type: ignore[misc]
        )
        sums = [s + part for s, part in zip(sums, alone.run(x, W, U, b, dh, blocks), strict=True)]
    dW, dU, db = sums
    return dW, dU, db


def _at_start(step: int, total: int, blocks: int | None) -> bool:
    """Diz se o passo abre um bloco."""
    return step % (blocks or total) == 0


_TRUNCATED_SLIPS: tuple[tuple[Backward, str], ...] = (
    (
        lambda x, W, U, b, dh, blocks: _right(x, W, U, b, dh),
        "o corte: o gradiente está atravessando as fronteiras dos blocos.",
    ),
    (
        _from_resets,
        "a ida: truncar só corta o gradiente. O estado continua de um bloco para o outro.",
    ),
    (
        _Slip(cut=lambda step, total, blocks: (step + 1) % (blocks or total) == 0).run,
        "onde fica a fronteira: o primeiro bloco tem os passos de índice 0 a k − 1.",
    ),
    (
        _Slip(cut=lambda step, total, blocks: (total - step) % (blocks or total) == 0).run,
        "de onde se contam os blocos: do começo da sequência. O último é que pode ser mais curto.",
    ),
    (
        _sliding,
        (
            "o que se corta: as fronteiras são fixas, a cada k passos. Aqui cada perda está "
            "voltando k passos a partir de si mesma."
        ),
    ),
    (
        _Slip(
            cut=_at_start,
            keep=lambda step, total, blocks: step >= (total - 1) // (blocks or 1) * (blocks or 1),
        ).run,
        "a soma dos blocos: só o último entrou na conta.",
    ),
    (
        _Slip(
            cut=_at_start,
            keep=lambda step, total, blocks: step < total // (blocks or 1) * (blocks or 1),
        ).run,
        "o último bloco: quando a sequência não é múltipla de k, ele é mais curto, mas conta.",
    ),
    (
        _Slip(carry=lambda delta, total, U: np.zeros_like(delta)).run,
        "dentro do bloco: lá o gradiente continua voltando de um passo ao anterior.",
    ),
    (
        _Slip(
            cut=_at_start,
            listen=lambda step, total, blocks: (step + 1) % (blocks or total) == 0,
        ).run,
        "de onde vem gradiente: dh traz uma parcela em cada passo, não só no fim de cada bloco.",
    ),
    *((replace(slip, cut=_at_start).run, hint) for slip, hint in _GRADIENT_SLIPS),
)


def _transposed(x: Array, W: Array, U: Array, b: Array, dh: Array, *blocks: int) -> Gradients:
    """Engano: cada gradiente deitado."""
    dW, dU, db = _right(x, W, U, b, dh, *blocks)
    return dW.T, dU.T, db


def _piece(index: int, result: object) -> NDArray[Any]:
    """Lê um dos três gradientes devolvidos."""
    if not isinstance(result, tuple | list):
        raise AnswerError(f"esperava três gradientes; recebi {kind_of(result)}", RETURN_HINT)
    if len(result) != len(NAMES):
        raise AnswerError(f"esperava três gradientes; recebi {len(result)}", RETURN_HINT)
    return to_array(result[index])


def _only(function: Callable[..., Gradients], index: int) -> Callable[..., Array]:
    """A mesma conta, ficando com um dos três gradientes."""
    return lambda *arguments: function(*arguments)[index]


def _cases(
    arguments: dict[str, Callable[[], tuple[Any, ...]]],
    slips: tuple[tuple[Backward, str], ...],
    hint: str,
) -> tuple[Check, ...]:
    """Três conferências por caso: uma para cada gradiente."""
    every = (*slips, (_transposed, _TRANSPOSED_HINT))
    return function_checks(
        [
            Case(
                f"{case}: gradiente de {name}",
                make,
                _only(_right, index),
                hint,
                tuple(Mistake(_only(slip, index), text) for slip, text in every),
                tolerance=1e-7,
                read=partial(_piece, index),
            )
            for case, make in arguments.items()
            for index, name in enumerate(NAMES)
        ]
    )


def _drawn(
    batch: int, length: int, inputs: int, hidden: int, *, only_last: bool = False
) -> tuple[Array, Array, Array, Array, Array]:
    """Sorteia uma sequência, os pesos e o gradiente da perda em cada estado."""
    generator = np.random.default_rng(52)
    x = generator.normal(size=(batch, length, inputs))
    W, U = 0.6 * generator.normal(size=(hidden, inputs)), 0.6 * generator.normal(size=(hidden,) * 2)
    dh = generator.normal(size=(batch, length, hidden))
    if only_last:
        dh[:, :-1] = 0
    return x, W, U, 0.3 * generator.normal(size=hidden), dh


def gradient_checks() -> tuple[Check, ...]:
    """Monta as conferências de 05-2."""
    return _cases(
        {
            "dois passos, perda nos dois": lambda: _drawn(1, 2, 3, 2),
            "um passo só": lambda: _drawn(1, 1, 3, 2),
            "cinco passos, perda só no fim": lambda: _drawn(1, 5, 3, 2, only_last=True),
            "sete passos, perda em todos": lambda: _drawn(1, 7, 3, 2),
            "um lote de três exemplos": lambda: _drawn(3, 7, 5, 2),
            "todos os tamanhos iguais": lambda: _drawn(3, 3, 3, 3),
        },
        tuple((slip.run, hint) for slip, hint in _GRADIENT_SLIPS),
        "a volta, do último passo ao primeiro: some dh do passo com o que veio do seguinte, passe "
        "pela derivada de φ, acumule os três gradientes e devolva a parte do passo anterior.",
    )


def truncated_checks() -> tuple[Check, ...]:
    """Monta as conferências de 05-5."""
    return _cases(
        {
            "um bloco do tamanho da sequência": lambda: (*_drawn(2, 5, 3, 2), 5),
            "um bloco maior que a sequência": lambda: (*_drawn(2, 5, 3, 2), 11),
            "seis passos, blocos de dois": lambda: (*_drawn(2, 6, 5, 3), 2),
            "sete passos, blocos de três": lambda: (*_drawn(2, 7, 5, 3), 3),
            "blocos de um passo": lambda: (*_drawn(1, 5, 3, 2), 1),
            "perda só no fim": lambda: (*_drawn(3, 11, 5, 2, only_last=True), 4),
        },
        _TRUNCATED_SLIPS,
        "a volta do exercício 05-2, em que o que segue para o passo anterior vira zero quando "
        "o passo abre um bloco.",
    )
