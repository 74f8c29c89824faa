"""Exercícios 07-1 e 07-4: a célula LSTM, e quanto da memória chega ao fim."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.answers import Choice, choice_checks, table_failure
from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import kind_of, to_array, where
from coursekit.exercises.report import Check

__all__ = ["cell_checks", "forget_checks"]

Array = NDArray[np.float64]
Gates = tuple[Array, Array, Array, Array]

ORDER = "ifgo"
FORGET_BIASES = (0.0, 1.0, 3.0, 5.0)
DELAY, PUSH, ALIVE = 30, 1e-3, 0.01
RETURN_HINT = "o que a função devolve: o estado oculto e a célula, nessa ordem."


def _sigmoid(value: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * value)))


def _naive_sigmoid(value: Array) -> Array:
    """Engano: a fórmula que estoura para números grandes."""
    return np.asarray(np.exp(value) / (1 + np.exp(value)))


def _blocks(
    x: Array, h: Array, W: Array, U: Array, b: Array, order: str = ORDER
) -> dict[str, Array]:
    """Os quatro blocos antes das funções, lidos na ordem dita."""
    total = x @ W.T + h @ U.T + b
    return dict(zip(order, np.split(total, 4, axis=-1), strict=True))


def lstm_step(
    x: Array,
    h: Array,
    c: Array,
    W: Array,
    U: Array,
    b: Array,
    *,
    order: str = ORDER,
    gate: Callable[[Array], Array] = _sigmoid,
    candidate: Callable[[Array], Array] = np.tanh,
    update: Callable[[Gates, Array], Array] = lambda gates, c: gates[1] * c + gates[0] * gates[2],
    output: Callable[[Array, Array, Array], Array] = lambda o, new, old: o * np.tanh(new),
) -> Array:
    """Um passo da LSTM; cada peça pode ser trocada por uma enganada.

    Args:
        x: entrada, ``(B, D)``.
        h: estado oculto, ``(B, H)``.
        c: célula, ``(B, H)``.
        W: pesos da entrada, ``(4H, D)``.
        U: pesos do estado, ``(4H, H)``.
        b: viés, ``(4H,)``.
        order: ordem dos blocos de pesos.
        gate: função das portas.
        candidate: função do candidato.
        update: célula nova, a partir das portas ``i, f, g, o`` e da célula velha.
        output: estado novo, a partir da porta de saída e das células nova e velha.

    Returns:
        Estado oculto e célula, empilhados: ``(2, B, H)``.

    Example:
        >>> zeros = [np.zeros(shape) for shape in ((4, 1), (4, 1), (4,))]
        >>> lstm_step(np.ones((1, 1)), np.ones((1, 1)), np.full((1, 1), 4.0), *zeros)[1].item()
        2.0
    """
    raw = _blocks(x, h, W, U, b, order)
    i, f, o = (gate(raw[name]) for name in "ifo")
    new = update((i, f, candidate(raw["g"]), o), c)
    return np.stack([output(o, new, c), new])


def _with(**pieces: Any) -> Callable[..., Array]:
    """A célula com alguma peça trocada."""
    return lambda *arguments: lstm_step(*arguments, **pieces)


_SWAPPED_HINT = "a ordem dos blocos: linhas de W, U e b em i, f, g, o, como no PyTorch."
_OTHER_ORDERS = tuple(
    order for order in map("".join, itertools.permutations(ORDER)) if order != ORDER
)

_CELL_MISTAKES = (
    *(Mistake(_with(order=order), _SWAPPED_HINT) for order in _OTHER_ORDERS),
    Mistake(
        lambda *arguments: lstm_step(*arguments)[::-1],
        "a ordem do que se devolve: primeiro o estado oculto, depois a célula.",
    ),
    Mistake(
        _with(output=lambda o, new, old: o * new),
        "o estado oculto: a célula passa por uma tangente hiperbólica antes da porta de saída.",
    ),
    Mistake(
        _with(output=lambda o, new, old: o * np.tanh(old)),
        "o estado oculto: ele lê a célula **nova**, não a que entrou.",
    ),
    Mistake(
        _with(output=lambda o, new, old: np.tanh(new)),
        "a porta de saída: ela não entrou na conta.",
    ),
    Mistake(
        _with(output=lambda o, new, old: o * _sigmoid(new)),
        "o estado oculto: a célula passa pela tangente hiperbólica, e não pela sigmoide.",
    ),
    Mistake(
        _with(output=lambda o, new, old: np.tanh(o * new)),
        "o estado oculto: a tangente age na célula; a porta de saída multiplica depois.",
    ),
    Mistake(
        _with(candidate=_sigmoid),
        "o candidato g: ele usa a tangente hiperbólica, e por isso pode ser negativo.",
    ),
    Mistake(
        _with(candidate=lambda value: value),
        "o candidato g: falta a tangente hiperbólica.",
    ),
    Mistake(
        _with(gate=lambda value: np.clip(value / 6 + 0.5, 0, 1)),
        "a função das portas: é a sigmoide, e não a versão dela em segmentos de reta.",
    ),
    Mistake(
        _with(gate=np.tanh),
        "a função das portas: elas ficam entre 0 e 1, e a tangente pode ser negativa.",
    ),
    Mistake(
        _with(gate=lambda value: value),
        "a função das portas: falta a sigmoide.",
    ),
    Mistake(
        _with(update=lambda gates, c: gates[1] * c + (1 - gates[1]) * gates[2]),
        "a porta de entrada: na LSTM ela é independente da de esquecimento. Uma porta só para as "
        "duas coisas é da GRU.",
    ),
    Mistake(
        _with(update=lambda gates, c: (1 - gates[1]) * c + gates[0] * gates[2]),
        "o sentido da porta de esquecimento: apesar do nome, ela diz quanto se **mantém**.",
    ),
    Mistake(
        _with(update=lambda gates, c: gates[1] * c + gates[3] * gates[2]),
        "a porta que escreve na célula: é a de entrada; a de saída só age no estado oculto.",
    ),
    Mistake(
        _with(update=lambda gates, c: gates[0] * gates[2]),
        "a célula velha: ela não entrou na conta.",
    ),
    Mistake(
        _with(update=lambda gates, c: c + gates[0] * gates[2]),
        "a porta de esquecimento: ela não entrou na conta.",
    ),
    Mistake(
        _with(update=lambda gates, c: gates[1] * c + gates[2]),
        "a porta de entrada: ela não entrou na conta.",
    ),
    Mistake(
        _with(update=lambda gates, c: np.tanh(gates[1] * c + gates[0] * gates[2])),
        "a célula nova: ela é só a soma. A tangente entra depois, no estado oculto.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, h, c, W, U, b + np.repeat([0, 1, 0, 0], len(b) // 4)),
        "o viés: use o que a função recebe. Somar 1 à porta de esquecimento é escolha de quem "
        "inicia os pesos.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, np.zeros_like(h), c, W, U, b),
        "o estado oculto anterior: ele não entrou nas portas.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, c, c, W, U, b),
        "o que entra nas portas: o estado oculto h, não a célula c.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, h + c, c, W, U, b),
        "o que entra nas portas: só o estado oculto h; a célula c não se soma a ele.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(np.zeros_like(x), h, c, W, U, b),
        "a entrada x: ela não entrou nas portas.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, h, c, W, U, np.zeros_like(b)),
        "o viés: ele não entrou na conta.",
    ),
    Mistake(
        lambda x, h, c, W, U, b: lstm_step(x, h, c, W, U, 2 * b),
        "o viés: ele entra uma vez só; aqui b já é o viés inteiro.",
    ),
    Mistake(
        _with(gate=_naive_sigmoid),
        "a sigmoide com números grandes: exp estoura, e infinito sobre infinito é nan. Há um jeito "
        "de escrevê-la em que nada estoura.",
    ),
)


def _read_pair(result: object) -> NDArray[Any]:
    """Empilha o estado oculto e a célula; uma tabela ``(2, B, H)`` já os traz empilhados."""
    stacked = len(getattr(result, "shape", ())) == 3
    if not (stacked or isinstance(result, tuple | list)) or len(result) != 2:  # type: ignore[arg-type]
        raise AnswerError(f"esperava duas tabelas; recebi {kind_of(result)}", RETURN_HINT)
    if stacked:
        return to_array(result)
    first, second = (to_array(item) for item in result)  # type: ignore[attr-defined]
    if first.shape != second.shape:
        shapes = f"{where(first.shape)} e {where(second.shape)}"
        raise AnswerError(f"os dois têm formas diferentes, {shapes}", RETURN_HINT)
    return np.stack([first, second])


def _drawn(batch: int, inputs: int, hidden: int, *, scale: float = 1.0) -> tuple[Array, ...]:
    generator = np.random.default_rng(71)
    rows = 4 * hidden
    shapes = ((batch, inputs), (batch, hidden), (batch, hidden))
    x, h, c = (generator.normal(size=shape) for shape in shapes)
    W, U, b = (generator.normal(size=shape) for shape in ((rows, inputs), (rows, hidden), (rows,)))
    return scale * x, np.tanh(h), 1.5 * c, W, U, b


def cell_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-1."""
    general = "as equações do capítulo, uma a uma: as três portas, o candidato, a célula, o estado."
    cases = {
        "uma unidade, um exemplo": lambda: _drawn(1, 1, 1),
        "um lote de três exemplos": lambda: _drawn(3, 5, 2),
        "todos os tamanhos iguais": lambda: _drawn(3, 3, 3),
        "entradas enormes": lambda: _drawn(2, 5, 3, scale=2000.0),
    }
    return function_checks(
        [
            Case(name, make, lstm_step, general, _CELL_MISTAKES, read=_read_pair)
            for name, make in cases.items()
        ]
    )


def _remaining(
    *, block: int = 1, steps: int = DELAY, seen: int = 1, reduce: Callable[..., Any] = np.mean
) -> Array:
    """Fração do empurrão na célula que chega ao fim, para cada viés de esquecimento."""
    generator = np.random.default_rng(74)
    hidden, bound = 8, 1 / np.sqrt(8)
    x = generator.normal(size=(DELAY, 1, 3))
    W = generator.uniform(-bound, bound, size=(4 * hidden, 3))
    U = generator.uniform(-bound, bound, size=(4 * hidden, hidden))
    fractions = []
    for bias in FORGET_BIASES:
        b = np.zeros(4 * hidden)
        b[block * hidden : (block + 1) * hidden] = bias
        ends = []
        for push in (0.0, PUSH):
            h, c = np.zeros((1, hidden)), np.full((1, hidden), push)
            for step in range(steps):
                h, c = lstm_step(x[step], h, c, W, U, b)
            ends.append((h, c)[seen])
        fractions.append(float(reduce(np.abs(ends[1] - ends[0]))) / PUSH)
    return np.array(fractions)


def _run_remaining(answer: object) -> Failure | None:
    right = _remaining()
    received = to_array(answer)
    if received.shape == right.shape and not received.any():
        return Failure(
            "recebi só zeros: as duas células finais saíram iguais",
            "as duas rodadas: a célula inicial em 0,001 chegou mesmo à segunda? E a conta pede a "
            "célula final de cada uma, em float64.",
        )
    return table_failure(
        answer,
        right,
        tolerance=5e-4,
        mistakes=(
            Mistake(lambda: right[::-1], "a ordem: do menor viés para o maior."),
            Mistake(
                lambda: right * PUSH,
                "a fração: a mudança que chega ao fim, **dividida** pelo empurrão.",
            ),
            Mistake(
                lambda: _remaining(block=0),
                "que bloco recebe o viés: o da porta de esquecimento, o segundo dos quatro.",
            ),
            Mistake(
                lambda: _remaining(block=2),
                "que bloco recebe o viés: o da porta de esquecimento, o segundo dos quatro.",
            ),
            Mistake(
                lambda: _remaining(block=3),
                "que bloco recebe o viés: o da porta de esquecimento, o segundo dos quatro.",
            ),
            Mistake(
                lambda: _remaining(seen=0),
                "o que se observa no fim: a célula, que guarda a memória, e não o estado oculto.",
            ),
            Mistake(lambda: _remaining(reduce=np.sum), "a média das unidades, e não a soma."),
            Mistake(lambda: _remaining(reduce=np.max), "a média das unidades, e não a maior."),
            Mistake(lambda: _remaining(reduce=np.min), "a média das unidades, e não a menor."),
            Mistake(
                lambda: _remaining(reduce=np.linalg.norm),
                "a média das unidades, e não a norma do vetor.",
            ),
            Mistake(lambda: 100 * right, "a unidade: uma fração, e não porcentagem."),
            *(
                Mistake(
                    lambda n=n: _remaining(steps=n),
                    "quantos passos: trinta, um para cada linha de inputs.",
                )
                for n in (1, DELAY - 1)
            ),
            Mistake(
                lambda: _sigmoid(np.array(FORGET_BIASES)),
                "quantos passos: essa é a porta de **um** passo; são trinta, um depois do outro.",
            ),
        ),
    )


def _forget_key(fractions: NDArray[Any]) -> str:
    """Letra que as quatro frações apontam."""
    alive = (fractions > ALIVE).tolist()
    first_alive = alive.index(True) if True in alive else len(alive)
    return {0: "a", 1: "a", 2: "b"}.get(first_alive, "d")


def forget_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-4."""
    measure = Check(
        "fração que chega ao fim, para cada viés",
        _run_remaining,
        "a conta: rode os trinta passos duas vezes, com a célula inicial em 0 e em 0,001; a média "
        "do módulo da diferença das células finais, dividida por 0,001.",
    )
    choice = Choice(
        options={
            "a": "Não muda nada: com qualquer viés sobra memória bastante.",
            "b": "Ajuda: com viés 0 ou 1 quase nada da célula chega ao fim; com viés 3 ou 5, chega "
            "uma parte que o treino consegue aproveitar.",
            "c": "Atrapalha: quanto maior o viés, mais a rede esquece.",
            "d": "Não adianta: nem com viés 5 sobra um centésimo.",
        },
        key=_forget_key,
        hints={
            "a": "os dois primeiros números que você mediu: eles chegam a um centésimo?",
            "c": "a ordem dos números que você mediu: eles crescem ou caem com o viés?",
            "d": "os dois últimos números que você mediu: eles chegam a um centésimo?",
        },
    )
    return choice_checks(choice, measure, to_array)
