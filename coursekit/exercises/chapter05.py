"""Capítulo 5: o passo da RNN, a contagem, a definição e a retropropagação no tempo."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter05_gradient import gradient_checks, truncated_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_array
from coursekit.exercises.recurrent_cases import one_bias
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

INPUT_SIZE, HIDDEN_SIZE, NUM_CLASSES, LENGTH, BATCH = 40, 96, 7, 50, 32
STACK = {"inputs": 3, "hidden": 5, "steps": 2}
PUSH = 0.5


def _step(x: Array, h: Array, W: Array, U: Array, b: Array) -> Array:
    """Um passo, pela referência: uma sequência de comprimento 1."""
    return reference.run_rnn(x[:, None, :], one_bias(W, U, b), initial=h)[:, 0]


_STEP_MISTAKES = (
    Mistake(
        lambda x, h, W, U, b: x @ W.T + h @ U.T + b,
        "a última conta: falta a função φ, que aqui é a tangente hiperbólica.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + b),
        "o estado anterior: ele não entrou na conta, e sem ele a rede não tem memória.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(h @ U.T + b),
        "a entrada: ela não entrou na conta.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T),
        "o viés: ele não entrou na conta.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T + 2 * b),
        "quantas vezes o viés entra: na equação do capítulo, uma só.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T) + b,
        "onde o viés entra: na soma, antes de φ.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + h * np.diag(U) + b),
        "o produto de U pelo estado: cada unidade nova ouve **todas** as do estado anterior.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U + b),
        "linhas e colunas de U: para um exemplo só, a conta é U h, e cada **linha** de U faz uma "
        "unidade do estado novo.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W + h @ U.T + b),
        "linhas e colunas de W: para um exemplo só, a conta é W x, e cada **linha** de W faz uma "
        "unidade do estado novo.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W + h @ U + b),
        "linhas e colunas de W e de U: cada **linha** delas faz uma unidade do estado novo.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(h @ W.T + x @ U.T + b),
        "quem multiplica quem: W recebe a entrada, U recebe o estado.",
    ),
    Mistake(
        lambda x, h, W, U, b: 1 / (1 + np.exp(-(x @ W.T + h @ U.T + b))),
        "a função φ: é a tangente hiperbólica; a sigmoide só aparece nas portas do capítulo 7.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.maximum(x @ W.T + h @ U.T + b, 0),
        "a função φ: aqui ela é a tangente hiperbólica, e não a ReLU.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T) + np.tanh(h @ U.T) + b,
        "a ordem das contas: primeiro se soma tudo, depois se aplica φ, uma vez só.",
    ),
    Mistake(
        lambda x, h, W, U, b: np.tanh(x @ W.T + np.tanh(h) @ U.T + b),
        "onde φ entra: o estado anterior já saiu de uma tangente; não passa por outra.",
    ),
    Mistake(
        lambda x, h, W, U, b: h + np.tanh(x @ W.T + h @ U.T + b),
        "o que a função devolve: o estado novo **substitui** o anterior; não se soma a ele.",
    ),
)


def _drawn_step(batch: int, inputs: int, hidden: int, *, scale: float = 1.0) -> tuple[Array, ...]:
    generator = np.random.default_rng(51)
    shapes = ((batch, inputs), (batch, hidden), (hidden, inputs), (hidden, hidden), (hidden,))
    x, h, W, U, b = (0.7 * generator.normal(size=shape) for shape in shapes)
    return scale * x, np.tanh(h), W, U, b


def _with_zero_state(arguments: tuple[Array, ...]) -> tuple[Array, ...]:
    x, h, *weights = arguments
    return (x, np.zeros_like(h), *weights)


def step_checks() -> tuple[Check, ...]:
    """Monta as conferências de 05-1."""
    b = np.array([0.1])
    cases = {
        "uma unidade, um exemplo": lambda: (*np.array([[[1.0]], [[0.3]], [[-0.8]], [[-0.4]]]), b),
        "um lote de três exemplos": lambda: _drawn_step(3, 5, 2),
        "estado zero": lambda: _with_zero_state(_drawn_step(3, 5, 2)),
        "todos os tamanhos iguais": lambda: _drawn_step(3, 3, 3),
        "um exemplo, entradas grandes": lambda: _drawn_step(1, 2, 7, scale=40.0),
    }
    hint = "a equação: φ(W x + U h + b), uma linha por exemplo do lote."
    return function_checks(
        [Case(name, make, _step, hint, _STEP_MISTAKES) for name, make in cases.items()]
    )


def count_checks() -> tuple[Check, ...]:
    """Monta as conferências de 05-3."""
    W, U, b = (HIDDEN_SIZE, INPUT_SIZE), (HIDDEN_SIZE, HIDDEN_SIZE), (HIDDEN_SIZE,)
    V, c = (NUM_CLASSES, HIDDEN_SIZE), (NUM_CLASSES,)

    def count(*shapes: tuple[int, ...]) -> int:
        return sum(np.broadcast_to(np.int8(0), shape).size for shape in shapes)

    recurrent, total = count(W, U, b), count(W, U, b, V, c)
    unbiased = (count(W, U, b, V), count(W, U, V, c), count(W, U, V))
    bias_hint = "os vieses: há um na camada recorrente e outro na leitura."
    return (
        number_check(
            "número de parâmetros",
            lambda: total,
            tolerance=0,
            hint="as formas de cada peso: W, U e b na camada recorrente, V e c na leitura.",
            mistakes=(
                Mistake(
                    lambda: LENGTH * recurrent + count(V, c),
                    "o compartilhamento: os mesmos pesos servem em todos os passos.",
                ),
                *(
                    Mistake(
                        lambda wrong=wrong: wrong,
                        "o compartilhamento: os mesmos pesos servem em todos os passos.",
                    )
                    for wrong in (
                        LENGTH * total,
                        LENGTH * BATCH * total,
                        recurrent + LENGTH * count(V, c),
                        LENGTH * count(W, b) + count(U, V, c),
                    )
                ),
                Mistake(
                    lambda: total / 1000,
                    "a escrita: o ponto e a vírgula separam decimais; escreva o inteiro sem eles.",
                ),
                Mistake(
                    lambda: total + BATCH * HIDDEN_SIZE,
                    "o estado inicial: ele vale zero e não se treina.",
                ),
                Mistake(lambda: recurrent, "a leitura: ela também tem pesos e viés."),
                *(Mistake(lambda n=n: n, bias_hint) for n in unbiased),
                Mistake(
                    lambda: count(W, b, V, c),
                    "a matriz da recorrência: o estado também multiplica pesos.",
                ),
                Mistake(
                    lambda: count(W, U, b, b, V, c),
                    "quantos vieses a equação do capítulo tem (dois é a convenção do PyTorch), e "
                    "que o estado inicial é zero: não se treina.",
                ),
                Mistake(
                    lambda: count(W, b, b, V, c),
                    "a forma de U: cada unidade do estado recebe **todas** as unidades do "
                    "passo anterior, não só a si mesma.",
                ),
                Mistake(
                    lambda: BATCH * total,
                    "o lote: todos os exemplos usam os mesmos pesos.",
                ),
            ),
        ),
    )


def _stack_effects(*, watched: int = 1) -> Array:
    """Quanto cada empurrão no estado inicial mexe em cada camada de uma pilha de duas."""
    generator = np.random.default_rng(61)
    hidden = STACK["hidden"]
    inputs = generator.normal(size=(1, STACK["steps"], STACK["inputs"]))
    layers = []
    for size in (STACK["inputs"], hidden):
        shapes = {
            "weight_ih": (hidden, size),
            "weight_hh": (hidden, hidden),
            "bias_ih": (hidden,),
            "bias_hh": (hidden,),
        }
        layers.append({name: generator.normal(size=shape) / 2 for name, shape in shapes.items()})

    def final(start: Array) -> Array:
        below = reference.run_rnn(inputs, layers[0], initial=start[:1])
        above = reference.run_rnn(below, layers[1], initial=start[1:])
        return np.stack([below[0, -1], above[0, -1]])

    calm, unit, top = np.zeros((3, 2, hidden))
    unit[0, 0], top[1] = PUSH, PUSH
    from_unit, from_top = (np.abs(final(start) - final(calm)) for start in (unit, top))
    return np.array([from_unit[0, watched:].max(), from_unit[1].max(), *from_top.max(axis=1)])


def _run_effects(answer: object) -> Failure | None:
    effects = _stack_effects()
    others, above, below_from_top, top_from_top = effects
    return table_failure(
        answer,
        effects,
        tolerance=1e-3,
        mistakes=(
            Mistake(
                lambda: effects[[2, 3, 0, 1]],
                "a ordem: primeiro os dois efeitos do empurrão embaixo, depois os dois do de cima.",
            ),
            Mistake(
                lambda: effects[[0, 1, 3, 2]],
                "a ordem dentro de cada par: primeiro a camada de baixo, depois a de cima.",
            ),
            Mistake(
                lambda: effects / PUSH,
                "o que se mede: a mudança, sem dividi-la pelo tamanho do empurrão.",
            ),
            Mistake(
                lambda: effects**2,
                "o que se mede: o módulo da mudança, não o quadrado.",
            ),
            Mistake(
                lambda: (others, above, top_from_top, top_from_top),
                "o terceiro número: que camada se observa quando o empurrão é em cima?",
            ),
            Mistake(
                lambda: _stack_effects(watched=0),
                "o primeiro número: só as **outras** unidades da camada de baixo, sem a empurrada.",
            ),
            Mistake(
                lambda: (0.0, above, below_from_top, top_from_top),
                "o primeiro número: as **outras** unidades da camada de baixo, da segunda em "
                "diante, depois de dois passos. Elas ficaram mesmo paradas?",
            ),
        ),
    )


def _wiring(effects: NDArray[Any]) -> str:
    """Letra que os quatro efeitos medidos apontam."""
    others, _, below_from_top, _ = effects.tolist()
    if below_from_top > 1e-9:
        return "a"
    return "b" if others > 1e-9 else "c"


def wiring_checks() -> tuple[Check, ...]:
    """Monta as conferências de 05-4."""
    measure = Check(
        "os quatro efeitos medidos",
        _run_effects,
        "cada medida: o estado final com o empurrão menos o estado final sem ele, em módulo; da "
        "camada observada, fica o maior valor.",
    )
    choice = Choice(
        options={
            "a": "A saída de cada passo volta para as camadas anteriores da rede.",
            "b": "Cada camada recorrente recebe, a cada passo, a entrada dela e o seu próprio "
            "estado oculto inteiro do passo anterior.",
            "c": "Cada neurônio recebe, a cada passo, a entrada e só o que ele mesmo guardou do "
            "passo anterior.",
            "d": "A saída da rede volta como parte da entrada do passo seguinte.",
        },
        key=_wiring,
        hints={
            "a": "o terceiro número que você mediu: mexer na camada de cima mudou a de baixo?",
            "c": "o primeiro número que você mediu: só a unidade empurrada mudou?",
            "d": "o terceiro número que você mediu: se a saída voltasse como entrada, a camada "
            "de baixo, que é a primeira a ler a entrada, mudaria.",
        },
    )
    return choice_checks(choice, measure, to_array)


CHECKS = {
    "05-1": step_checks,
    "05-2": gradient_checks,
    "05-3": count_checks,
    "05-4": wiring_checks,
    "05-5": truncated_checks,
}
