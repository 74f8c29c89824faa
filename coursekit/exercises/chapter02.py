"""Capítulo 2: do código que multiplica e rotula errado à média ponderada."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import keys_of, to_array
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

DATA = (1.0, 6.0, 3.0, 7.0, 2.0, 5.0, 9.0)
THRESHOLD = 5.0
REPORT_KEYS = ("pesos", "dados ponderados")
SLOPE_THRESHOLD, SLOPE_SCALE = 4.5, 0.2


def _read_report(result: object) -> NDArray[Any]:
    """Empilha os pesos e os dados ponderados do dicionário devolvido."""
    if not isinstance(result, Mapping) or set(result) != set(REPORT_KEYS):
        raise AnswerError(
            f"esperava um dicionário com «pesos» e «dados ponderados»; recebi {keys_of(result)}",
            "os rótulos: a função devolve um dicionário com as duas chaves do enunciado.",
        )
    weights, weighted = (to_array(result[key]) for key in REPORT_KEYS)
    if weights.shape != weighted.shape:
        raise AnswerError(
            f"os pesos têm forma {weights.shape} e os dados ponderados, {weighted.shape}",
            "quantos pesos há: um para cada dado, e um dado ponderado para cada peso.",
        )
    return np.stack([weights, weighted])


def _report(data: Array, threshold: float) -> Array:
    """Pesos na primeira linha, dados ponderados na segunda."""
    weights = reference.threshold_weights(data, threshold)
    return np.stack([weights, data * weights])


def relabel_checks() -> tuple[Check, ...]:
    """Monta as conferências de 02-1."""
    mistakes = (
        Mistake(
            lambda data, threshold: _report(data, threshold)[[1, 1]],
            "o que cada nome guarda: em attention_applied a multiplicação pelos dados já foi "
            "feita. Onde estão os pesos antes dela?",
        ),
        Mistake(
            lambda data, threshold: _report(data, threshold)[[1, 0]],
            "os rótulos: eles estão trocados entre si.",
        ),
        Mistake(
            lambda data, threshold: _report(data, threshold)[[0, 0]],
            "os dados ponderados: falta multiplicar os dados pelos pesos.",
        ),
        Mistake(
            lambda data, threshold: np.stack([data, data * _report(data, threshold)[0]]),
            "o rótulo «pesos»: ele guarda os dados, que são outra coisa.",
        ),
        Mistake(
            lambda data, threshold: _report(data, np.nextafter(threshold, -np.inf)),
            "a comparação do código original: ele dá peso 2 só a quem é **maior** que o limiar.",
        ),
        Mistake(
            lambda data, threshold: np.stack(
                [w := reference.normalize_weights(_report(data, threshold)[0]), data * w]
            ),
            "o que se pede: só corrigir os rótulos. A normalização vem num exercício adiante.",
        ),
        Mistake(
            lambda data, threshold: np.stack([w := (data > threshold) * 1.0, data * w]),
            "os pesos do código original: 2 e 1, e não 1 e 0.",
        ),
    )
    cases = (
        ("os sete números do capítulo", lambda: (np.array(DATA), THRESHOLD)),
        ("outros números e outro limiar", lambda: (np.array([0.5, -1.0, 2.0, 0.3, 1.5]), 0.4)),
        ("um dado igual ao limiar", lambda: (np.array([3.0, 1.0, 2.0]), 2.0)),
    )
    hint = "o que o código calcula em cada linha, e com que nome ele mostra."
    return function_checks(
        [
            Case(name, arguments, _report, hint, mistakes, read=_read_report)
            for name, arguments in cases
        ]
    )


def _relative_weights() -> Array:
    """Quantas vezes o peso normalizado de cada dado é o peso uniforme, 1/n."""
    weights = reference.threshold_weights(DATA, THRESHOLD)
    return reference.normalize_weights(weights) * len(DATA)


def decreased_checks() -> tuple[Check, ...]:
    """Monta as conferências de 02-2."""
    return (
        number_check(
            "quantos diminuem",
            lambda: int((_relative_weights() < 1).sum()),
            tolerance=0.0,
            hint="a comparação pedida: peso normalizado de cada dado contra o uniforme, 1/7.",
            mistakes=(
                Mistake(
                    lambda: int((reference.threshold_weights(DATA, THRESHOLD) < 1).sum()),
                    "de que pesos se trata: os brutos, 1 e 2, não diminuem ninguém; normalize-os.",
                ),
                Mistake(
                    lambda: len(DATA),
                    "a referência da comparação: todo peso normalizado é menor que 1; compare-o "
                    "com o que cada dado receberia se todos pesassem igual.",
                ),
                Mistake(
                    lambda: int((_relative_weights() > 1).sum()),
                    "o lado da comparação: contaram-se os que **aumentam** (ou o 5 entrou entre "
                    "eles, e ele não é maior que o limiar).",
                ),
            ),
        ),
    )


def _weigh(values: Array, weights: Array) -> Array:
    return reference.weighted_mean(values, weights)


def _some_values(*shape: int) -> Array:
    return np.random.default_rng(5).normal(size=shape)


def _softmax_mean(values: Array, weights: Array) -> Array:
    return reference.weighted_mean(values, reference.softmax(weights))


def weigh_checks() -> tuple[Check, ...]:
    """Monta as conferências de 02-3."""
    mistakes = (
        Mistake(
            lambda values, weights: weights @ values,
            "a soma dos pesos: se ela não é 1, o resultado não é média. Normalize antes.",
        ),
        Mistake(
            lambda values, weights: weights @ values / len(values),
            "por quanto se divide: pela soma dos pesos, não pelo número de valores.",
        ),
        Mistake(
            lambda values, weights: values.mean(axis=0),
            "os pesos: o resultado é a média comum; eles não entraram na conta.",
        ),
        Mistake(
            _softmax_mean,
            "a normalização: dividir pela soma. O softmax é assunto do próximo capítulo.",
        ),
        Mistake(
            lambda values, weights: (weights @ values / weights.sum()).sum(),
            "o eixo da soma: somam-se os itens; as colunas de cada valor continuam separadas.",
        ),
        Mistake(
            lambda values, weights: (
                weights @ values / np.where(values.sum(axis=0) == 0, 1, values.sum(axis=0))
            ),
            "o que se normaliza: os pesos, não os valores.",
        ),
        Mistake(
            lambda values, weights: (values.T * weights).T,
            "a última etapa: multiplicar não basta; falta somar. Sem soma isso é uma porta.",
        ),
        Mistake(
            lambda values, weights: np.full(values.shape[1:], np.nan),
            "a divisão por zero: quando todos os pesos são 0, o enunciado pede 0.",
        ),
    )
    general = "as três contas: normalizar os pesos, multiplicar, somar."
    cases = (
        ("pesos que já somam 1", lambda: (np.array([8.0, 4.0, 2.0]), np.array([0.5, 0.25, 0.25]))),
        (
            "pesos que não somam 1",
            lambda: (_some_values(5), np.array([2.0, 1.0, 2.0, 4.0, 0.5])),
        ),
        (
            "pesos pequenos, de soma menor que 1",
            lambda: (_some_values(3), np.array([0.001, 0.003, 0.002])),
        ),
        (
            "valores que são vetores",
            lambda: (_some_values(7, 3), np.array([1.0, 2.0, 0.5, 3.0, 1.0, 0.25, 2.0])),
        ),
        (
            "itens com peso zero",
            lambda: (_some_values(5, 2), np.array([0.0, 3.0, 0.0, 1.0, 0.0])),
        ),
        ("todos os pesos zero", lambda: (_some_values(3, 2), np.zeros(3))),
    )
    return function_checks(
        [Case(name, arguments, _weigh, general, mistakes) for name, arguments in cases]
    )


def _weight_of_five(threshold: float) -> float:
    """Peso normalizado do dado 5 com um limiar estrito."""
    weights = reference.normalize_weights(reference.threshold_weights(DATA, threshold))
    return float(weights[DATA.index(5.0)])


def inclusive_checks() -> tuple[Check, ...]:
    """Monta as conferências de 02-4."""
    just_below = float(np.nextafter(THRESHOLD, 0))
    return (
        number_check(
            "peso normalizado do 5",
            lambda: _weight_of_five(just_below),
            tolerance=5e-4,
            hint="as duas etapas: o peso bruto de cada dado com ≥, e a divisão pela soma deles.",
            mistakes=(
                Mistake(
                    lambda: 2.0,
                    "a normalização: esse é o peso bruto; falta dividi-lo pela soma dos pesos.",
                ),
                Mistake(
                    lambda: _weight_of_five(THRESHOLD),
                    "a comparação: com ≥, o 5 passa a contar como acima do limiar.",
                ),
                Mistake(
                    lambda: 2 * _weight_of_five(THRESHOLD),
                    "a soma dos pesos: ela também muda quando o 5 muda de lado.",
                ),
                Mistake(
                    lambda: 1 / len(DATA),
                    "o peso uniforme: é o que o 5 teria se todos pesassem igual.",
                ),
                Mistake(
                    lambda: _weight_of_five(just_below) * 5,
                    "o que se pede: o peso do 5, sem multiplicar pelo próprio 5.",
                ),
                Mistake(
                    lambda: 1 / (2 * len(DATA) - 3),
                    "o numerador: com ≥, o peso bruto do 5 deixa de ser 1.",
                ),
            ),
        ),
    )


def threshold_context(threshold: float) -> float:
    """Contexto com os pesos por limiar, normalizados."""
    return float(reference.weighted_mean(DATA, reference.threshold_weights(DATA, threshold)))


def softmax_context(scale: float) -> float:
    """Contexto com os pesos suaves, de nitidez ``scale``."""
    weights = reference.softmax(np.array(DATA) * scale)
    return float(reference.weighted_mean(DATA, weights))


def _slopes() -> tuple[float, float]:
    """Inclinações por diferença central: do limiar e do parâmetro do softmax."""
    by_threshold = (
        threshold_context(SLOPE_THRESHOLD + 0.1) - threshold_context(SLOPE_THRESHOLD - 0.1)
    ) / 0.2
    by_scale = (softmax_context(SLOPE_SCALE + 1e-4) - softmax_context(SLOPE_SCALE - 1e-4)) / 2e-4
    return by_threshold, by_scale


def _run_slopes(answer: object) -> Failure | None:
    slopes = _slopes()
    jump = (threshold_context(6.5) - threshold_context(4.5)) / 2
    return table_failure(
        answer,
        slopes,
        tolerance=2e-3,
        mistakes=(
            Mistake(
                lambda: slopes[::-1], "a ordem: primeiro o limiar, depois a nitidez do softmax."
            ),
            Mistake(
                lambda: (jump, slopes[1]),
                "o tamanho do passo: se ele atravessa um dado, mede um salto, não uma inclinação.",
            ),
            Mistake(
                lambda: (threshold_context(SLOPE_THRESHOLD), softmax_context(SLOPE_SCALE)),
                "o que se mede: a inclinação do contexto, não o valor dele.",
            ),
            Mistake(
                lambda: (0.0, slopes[1] * 2e-4),
                "a divisão: a diferença dos contextos ainda precisa ser dividida pelo passo.",
            ),
            Mistake(
                lambda: (0.0, 2 * slopes[1]),
                "o divisor: numa diferença central, a distância entre os dois pontos é 2 passos.",
            ),
            Mistake(
                lambda: (0.0, 0.0),
                "o segundo número: qualquer mudança na nitidez muda um pouco os pesos do softmax.",
            ),
        ),
    )


def _slope_key(measured: NDArray[Any]) -> str:
    """Letra que as duas inclinações medidas apontam."""
    by_threshold, by_scale = measured.tolist()
    if abs(by_threshold) > 1e-2:
        return "a"
    return "b" if abs(by_scale) > 1e-2 else "d"


def gradient_checks() -> tuple[Check, ...]:
    """Monta as conferências de 02-5."""
    measure = Check(
        "inclinações medidas",
        _run_slopes,
        "a diferença central: contexto um passo à frente menos contexto um passo atrás, dividido "
        "pela distância entre os dois pontos.",
    )
    choice = Choice(
        options={
            "a": "Sim: o contexto muda quando o limiar passa por um dado, e o gradiente mostra.",
            "b": "Não: entre um dado e outro o contexto não se mexe, e a derivada é zero.",
            "c": "Sim, desde que os pesos sejam normalizados.",
            "d": "Não, e a nitidez do softmax também não recebe.",
        },
        key=_slope_key,
        hints={
            "a": "a diferença entre salto e inclinação: que número você mediu no limiar?",
            "c": "os pesos da sua medida: eles já estavam normalizados. Mudou alguma coisa?",
            "d": "o segundo número que você mediu: ele é zero?",
        },
    )
    return choice_checks(choice, measure, to_array)


CHECKS = {
    "02-1": relabel_checks,
    "02-2": decreased_checks,
    "02-3": weigh_checks,
    "02-4": inclusive_checks,
    "02-5": gradient_checks,
}
