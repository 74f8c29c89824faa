"""Capítulo 7: contagens, meio elevado a 99, o nome da LSTM e a razão entre GRU e LSTM."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter07_cell import cell_checks, forget_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.recurrent_cases import BLOCKS, drawn_weights
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

INPUT_SIZE, HIDDEN_SIZE = 48, 80
RATIO_INPUT, RATIO_HIDDEN = 5, 7
LAG = 99
LENGTH, SIGNAL_HIDDEN, PUSH = 20, 6, 0.5


def count(kind: str, biases: int, input_size: int, hidden_size: int) -> int:
    """Conta os parâmetros de uma célula, bloco por bloco.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        biases: vieses por bloco.
        input_size: D.
        hidden_size: H.

    Returns:
        Número de parâmetros.

    Example:
        >>> count("lstm", 2, 64, 128), count("gru", 2, 64, 128), count("lstm", 1, 64, 128)
        (99328, 74496, 98816)
    """
    block = hidden_size * input_size + hidden_size * hidden_size + biases * hidden_size
    return BLOCKS[kind] * block


def _ours(kind: str, biases: int) -> int:
    return count(kind, biases, INPUT_SIZE, HIDDEN_SIZE)


def _count_check(name: str, kind: str, biases: int) -> Check:
    """Conferência de uma contagem, com os enganos comuns."""
    H, D = HIDDEN_SIZE, INPUT_SIZE
    blocks = BLOCKS[kind]
    other = "gru" if kind == "lstm" else "lstm"
    gates = (
        "quantos blocos há: cada porta tem os seus pesos, e o candidato também. Conte-os nas "
        "equações."
    )
    bias_hint = (
        "os vieses: quantos por bloco? O PyTorch tem dois em toda célula; no Keras, a LSTM tem um, "
        "e a GRU, por padrão, dois."
    )
    return number_check(
        name,
        lambda: _ours(kind, biases),
        tolerance=0,
        hint="um bloco: pesos da entrada, do estado e vieses. Depois, quantos blocos.",
        mistakes=(
            *(Mistake(lambda n=n: blocks * (H * D + H * H + n * H), bias_hint) for n in range(3)),
            *(Mistake(lambda n=n: (blocks - 1) * (H * D + H * H + n * H), gates) for n in range(3)),
            *(Mistake(lambda n=n: _ours("rnn", n), gates) for n in (1, 2)),
            *(
                Mistake(lambda n=n: _ours(other, n), "de qual das duas células é a conta.")
                for n in (1, 2)
            ),
            *(
                Mistake(
                    lambda n=n: blocks * (H * D + n * H),
                    "a recorrência: o estado também multiplica uma matriz em cada bloco.",
                )
                for n in range(3)
            ),
            *(
                Mistake(
                    lambda n=n: blocks * (D * H + D * D + n * D),
                    "qual dos tamanhos é o do estado: a matriz da recorrência é quadrada, H × H.",
                )
                for n in (1, 2)
            ),
        ),
    )


def count_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-2."""
    return entry_checks(
        {
            "LSTM PyTorch": _count_check("LSTM no PyTorch", "lstm", 2),
            "LSTM Keras": _count_check("LSTM no Keras", "lstm", 1),
            "GRU PyTorch": _count_check("GRU no PyTorch", "gru", 2),
            "GRU Keras": _count_check("GRU no Keras, como vem", "gru", 2),
        }
    )


def half_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-3."""
    kept = 0.5**LAG
    zeros = math.ceil(-math.log10(kept)) - 1
    gate = 0.5 ** (1 / LAG)
    fraction = number_check(
        "o que sobra depois de 99 passos",
        lambda: kept,
        tolerance=1e-32,
        hint="o que acontece com um número multiplicado por 0,5, e de novo, 99 vezes.",
        mistakes=(
            Mistake(lambda: 0.5 * LAG, "a conta: multiplica-se por 0,5 a cada passo; é potência."),
            Mistake(lambda: 0.5 / LAG, "a conta: multiplica-se por 0,5 a cada passo; é potência."),
            Mistake(lambda: 0.5 ** (LAG + 1), "quantos passos: 99, nem um a mais."),
            Mistake(lambda: 0.5 ** (LAG - 1), "quantos passos: 99, nem um a menos."),
            Mistake(lambda: 2.0**LAG, "o sentido: cada passo divide por dois; não dobra."),
            Mistake(lambda: 1 - kept, "o que se pede: o que **sobra**, não o que se perde."),
            Mistake(lambda: 0.0, "se é mesmo zero: em float64 esse número ainda cabe."),
            Mistake(lambda: 100 * kept, "a unidade: uma fração, e não porcentagem."),
            Mistake(lambda: math.exp(-LAG), "a base da potência: 0,5, e não 1/e."),
        ),
    )
    leading = number_check(
        "zeros depois da vírgula",
        lambda: zeros,
        tolerance=0,
        hint="a escrita por extenso: 0,05 tem um zero depois da vírgula, e 0,001 tem dois.",
        mistakes=(
            Mistake(
                lambda: zeros + 1,
                "a contagem: em 10⁻² = 0,01 há **um** zero depois da vírgula, não dois.",
            ),
            Mistake(lambda: zeros - 1, "a contagem: o zero antes da vírgula não entra."),
            Mistake(lambda: -(zeros + 1), "o sinal: é uma contagem."),
            Mistake(
                lambda: LAG,
                "a base: cada passo divide por 2, e cada zero decimal pede dividir por 10.",
            ),
            Mistake(
                lambda: round(LAG * math.log(2)),
                "a base do logaritmo: zeros decimais pedem o de base 10.",
            ),
        ),
    )
    opening = number_check(
        "porta que guarda metade por 99 passos",
        lambda: gate,
        tolerance=5e-5,
        hint="que número, elevado a 99, dá 0,5?",
        mistakes=(
            Mistake(
                lambda: 1 - 0.5 / LAG,
                "a conta: perder a mesma **parcela** a cada passo não é multiplicar pelo mesmo "
                "**fator**.",
            ),
            Mistake(lambda: 0.5 / LAG, "a conta: procura-se um fator, perto de 1."),
            Mistake(lambda: 0.5, "a conta: com 0,5 por passo sobra muito menos que metade."),
            Mistake(lambda: kept, "a conta inversa: agora se sabe o que sobra e se pede a porta."),
            Mistake(lambda: 1.0, "se sobra metade: com a porta toda aberta sobra tudo."),
            Mistake(lambda: 1 - gate, "o que se pede: o que a porta **mantém** em cada passo."),
            Mistake(
                lambda: math.log(gate / (1 - gate)),
                "o que se pede: o valor da porta, e não o viés que a produz.",
            ),
            *(
                Mistake(
                    lambda n=n: 0.5 ** (1 / n), "quantos passos: 99, nem um a mais nem a menos."
                )
                for n in (LAG - 1, LAG + 1)
            ),
            Mistake(lambda: 2 ** (1 / LAG), "o sentido: uma porta nunca passa de 1."),
        ),
    )
    return entry_checks({"fração": fraction, "zeros": leading, "porta": opening})


def _signal_measures(
    kind: Callable[[Array, Array], Array] | None = None,
    *,
    transposed: bool = False,
    reduce: Callable[[Array], Any] = lambda gap: np.abs(gap[0, -1]).max(),
) -> Array:
    """As três medidas de 07-5: menor saída, soma da última, o que sobra do empurrão."""
    generator = np.random.default_rng(978)
    signal = generator.normal(size=(1, LENGTH, 1))
    weights = drawn_weights("lstm", 1, SIGNAL_HIDDEN, generator)
    calm, cells = reference.run_lstm(signal, weights)
    pushed, _ = reference.run_lstm(signal, weights, np.full((1, SIGNAL_HIDDEN), PUSH))
    values = calm if kind is None else kind(calm, cells)
    last = values[0, :, -1] if transposed else values[0, -1]
    return np.array([values.min(), last.sum(), reduce(pushed - calm) / PUSH])


def _run_signal(answer: object) -> Failure | None:
    right = _signal_measures()
    return table_failure(
        answer,
        right,
        tolerance=1e-6,
        mistakes=(
            Mistake(
                lambda: _signal_measures(lambda hidden, cells: cells),
                "o que a camada devolve: o estado oculto, e não a célula.",
            ),
            Mistake(
                lambda: _signal_measures(transposed=True),
                "o segundo número: as seis unidades do **último passo**.",
            ),
            Mistake(
                lambda: _signal_measures(_softmax),
                "o que se soma: a saída como ela vem. Nenhum softmax foi aplicado, e é isso que se "
                "quer ver.",
            ),
            Mistake(lambda: right[[1, 0, 2]], "a ordem das três medidas."),
            *(
                Mistake(
                    lambda sign=sign: _signal_measures(
                        reduce=lambda gap: (sign * gap)[0, -1].max()
                    ),
                    "o módulo: uma diferença negativa também é rastro do empurrão.",
                )
                for sign in (1, -1)
            ),
            Mistake(
                lambda: _signal_measures(reduce=lambda gap: np.abs(gap[0, -1]).mean()),
                "o terceiro número: a **maior** diferença entre as unidades, e não a média.",
            ),
            Mistake(
                lambda: _signal_measures(reduce=lambda gap: np.abs(gap).max()),
                "o terceiro número: a diferença no **último** passo, e não em todos.",
            ),
            Mistake(
                lambda: right * (1, 1, PUSH),
                "o terceiro número: a diferença, **dividida** pelo tamanho do empurrão.",
            ),
            Mistake(
                lambda: _signal_measures(lambda hidden, cells: hidden[:, :1]),
                "o segundo número: a soma no **último** passo, e o primeiro, o menor de **todos** "
                "os passos.",
            ),
            Mistake(
                lambda: _signal_measures(lambda hidden, cells: hidden[:, -1:]),
                "o primeiro número: o menor entre as saídas de **todos** os passos.",
            ),
            Mistake(
                lambda: right / (1, SIGNAL_HIDDEN, 1),
                "o segundo número: a soma das seis unidades, e não a média.",
            ),
            Mistake(
                lambda: (right[0], right[1], 0.0),
                "o terceiro número: o estado inicial chegou mesmo à segunda rodada? A diferença é "
                "pequena, mas não é zero.",
            ),
            Mistake(
                lambda: (right[0], right[1], 1.0),
                "o terceiro número: a diferença dos estados **finais**, com e sem empurrão.",
            ),
            Mistake(
                lambda: (right[0], right[1], PUSH),
                "o terceiro número: a diferença dos estados **finais**, com e sem empurrão.",
            ),
        ),
    )


def _softmax(hidden: Array, cells: Array) -> Array:
    return reference.softmax(hidden)


def _signal_key(measured: NDArray[Any]) -> str:
    """Letra que as três medidas apontam."""
    lowest, total, remaining = measured.tolist()
    if lowest >= 0 and abs(total - 1) < 1e-6:
        return "a"
    return "c" if remaining > 0.5 else "b"


def name_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-5."""
    measure = Check(
        "as três medidas",
        _run_signal,
        "as três contas: o menor número das saídas, a soma das seis unidades no último passo, e a "
        "maior diferença do estado final, com e sem empurrão, dividida por 0,5.",
    )
    choice = Choice(
        options={
            "a": "LSTM é uma rede geradora de linguagem: lê palavras e devolve a probabilidade da "
            "próxima.",
            "b": "LSTM é a sigla em inglês de «memória de curto prazo longa»: uma célula "
            "recorrente que transforma uma sequência de vetores, de qualquer origem, em estados.",
            "c": "LSTM quer dizer memória de longo prazo: o que entra nela fica guardado.",
            "d": "LSTM é uma rede híbrida, que junta uma rede recorrente e uma adversária.",
        },
        key=_signal_key,
        hints={
            "a": "os dois primeiros números que você mediu: probabilidades podem ser negativas, e "
            "somar outra coisa que não 1? E a sequência tinha alguma palavra?",
            "c": "o terceiro número que você mediu: quanto do empurrão chegou ao fim?",
            "d": "o que você rodou: uma célula só, sem treino e sem adversário nenhum.",
        },
    )
    return choice_checks(choice, measure, to_array)


def _ratio(gru_biases: float, lstm_biases: float, blocks: tuple[int, int] = (3, 4)) -> float:
    """Razão entre os parâmetros da GRU e os da LSTM, com tantos vieses por bloco."""
    H, D = RATIO_HIDDEN, RATIO_INPUT
    gru, lstm = (
        n * (H * D + H * H + biases * H)
        for n, biases in zip(blocks, (gru_biases, lstm_biases), strict=True)
    )
    return gru / lstm


def ratio_checks() -> tuple[Check, ...]:
    """Monta as conferências de 07-6."""
    gates = "o que se conta: além das portas, o **candidato** também tem pesos."
    inverted = "o que se divide por quê: a GRU sobre a LSTM."
    torch_check = number_check(
        "razão no PyTorch",
        lambda: _ratio(2, 2),
        tolerance=5e-4,
        hint="quantos blocos iguais tem cada célula, no PyTorch.",
        mistakes=(
            Mistake(lambda: 1 / _ratio(2, 2), inverted),
            Mistake(lambda: 2 / 3, gates),
            Mistake(lambda: _ratio(2, 1), "os vieses: no PyTorch, dois por bloco nas **duas**."),
            Mistake(lambda: _ratio(1, 2), "os vieses: no PyTorch, dois por bloco nas **duas**."),
            Mistake(lambda: 1 - _ratio(2, 2), "o que se pede: a razão, e não a economia."),
            Mistake(lambda: 75.0, "a unidade: uma fração, e não porcentagem."),
            Mistake(
                lambda: float(count("gru", 2, RATIO_INPUT, RATIO_HIDDEN)),
                "o que se pede: a razão entre as duas contagens, e não uma delas.",
            ),
        ),
    )
    keras_check = number_check(
        "razão no Keras",
        lambda: _ratio(2, 1),
        tolerance=5e-4,
        hint="as duas contas do exercício 07-2, com D = 5 e H = 7, e os vieses de cada uma no "
        "Keras.",
        mistakes=(
            Mistake(
                lambda: _ratio(2, 2),
                "os vieses da GRU e da LSTM no Keras: eles não são em mesmo número.",
            ),
            Mistake(lambda: 1 / _ratio(2, 1), inverted),
            Mistake(lambda: _ratio(1, 2), "qual das duas tem dois vieses por bloco, no Keras."),
            Mistake(lambda: _ratio(2, 1, (2, 3)), gates),
            *(
                Mistake(
                    lambda D=D, H=H: count("gru", 2, D, H) / count("lstm", 1, D, H),
                    "os tamanhos: aqui D = 5 e H = 7; com matrizes maiores, o viés pesa menos.",
                )
                for D, H in ((64, 128), (INPUT_SIZE, HIDDEN_SIZE))
            ),
            Mistake(lambda: 1 - _ratio(2, 1), "o que se pede: a razão, e não a economia."),
            Mistake(lambda: 100 * _ratio(2, 1), "a unidade: uma fração, e não porcentagem."),
            Mistake(lambda: round(_ratio(2, 1), 2), "o arredondamento: dê três casas."),
        ),
    )
    return entry_checks({"PyTorch": torch_check, "Keras": keras_check})


CHECKS = {
    "07-1": cell_checks,
    "07-2": count_checks,
    "07-3": half_checks,
    "07-4": forget_checks,
    "07-5": name_checks,
    "07-6": ratio_checks,
}
