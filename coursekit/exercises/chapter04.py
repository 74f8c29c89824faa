"""Capítulo 4: regressão por núcleo, largura, memória e dicionário; o resto mora ao lado."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter04_additive import additive_checks
from coursekit.exercises.chapter04_hull import hull_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

BATCH, NUM_QUERIES, NUM_KEYS, NUM_HIDDEN, BYTES = 8, 256, 512, 48, 4
MEBIBYTE = 2**20
BETAS = (1.0, 5.0, 20.0, 100.0)
TARGET = 17
SMALLEST_WIDTHS = (0.001, 0.01, 0.02, 0.03, 0.05)  # onde uma grade costuma começar


def _kernel_mistake(
    kernel: Callable[[Array, float], Array], axis: int = -1
) -> Callable[..., Array]:
    """Engano: outro núcleo, ou a normalização no eixo errado."""

    def wrong(x_query: Array, x_train: Array, y_train: Array, bandwidth: float) -> Array:
        weights = kernel(x_query[:, None] - x_train[None, :], bandwidth)
        return np.asarray(weights / weights.sum(axis=axis, keepdims=True) @ y_train)

    return wrong


def _gaussian(gap: Array, bandwidth: float) -> Array:
    return np.asarray(np.exp(-(gap**2) / (2 * bandwidth**2)))


def _without_normalizing(x_query: Array, x_train: Array, y_train: Array, bandwidth: float) -> Array:
    return np.asarray(_gaussian(x_query[:, None] - x_train[None, :], bandwidth) @ y_train)


_KERNEL_MISTAKES = (
    Mistake(
        _kernel_mistake(_gaussian),
        "o que acontece longe dos dados: todas as exponenciais viram 0, e 0/0 não é número. O "
        "softmax estável do capítulo 3 já resolveu isso.",
    ),
    Mistake(
        _kernel_mistake(lambda gap, h: np.exp(-(gap**2) / h**2)),
        "o divisor do expoente: compare-o com o da fórmula do capítulo.",
    ),
    Mistake(
        _kernel_mistake(lambda gap, h: np.exp(-(gap**2) / (2 * h))),
        "o divisor do expoente: a largura aparece ao quadrado.",
    ),
    Mistake(
        _kernel_mistake(lambda gap, h: np.exp(-np.abs(gap) / h)),
        "o núcleo: o gaussiano usa o quadrado da distância, não o módulo.",
    ),
    Mistake(
        _kernel_mistake(lambda gap, h: np.exp(gap**2 / (2 * h**2))),
        "o sinal do expoente: quem está longe deve pesar menos.",
    ),
    Mistake(
        _kernel_mistake(_gaussian, axis=0),
        "o eixo da normalização: para **cada consulta**, os pesos dos pontos conhecidos somam 1.",
    ),
    Mistake(
        _without_normalizing,
        "a normalização: uma soma de valores só é média se os pesos somam 1.",
    ),
    Mistake(
        lambda x_query, x_train, y_train, bandwidth: np.full(len(x_query), y_train.mean()),
        "os pesos: a previsão é a mesma para toda consulta; a distância não entrou na conta.",
    ),
)


def kernel_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-1."""

    def random_case(num_queries: int, num_points: int, bandwidth: float) -> tuple[Any, ...]:
        generator = np.random.default_rng(41)
        x_train = generator.uniform(0, 5, num_points)
        return (
            generator.uniform(0, 5, num_queries),
            x_train,
            generator.normal(size=num_points),
            bandwidth,
        )

    hint = "a receita: pontuar com −(x − xᵢ)²/2h², normalizar com softmax, somar os yᵢ."
    cases = (
        (
            "uma consulta entre dois pontos",
            lambda: (np.array([0.3]), np.array([0.0, 1.0]), np.array([2.0, 4.0]), 0.8),
        ),
        ("cinco consultas, onze pontos", lambda: random_case(5, 11, 0.4)),
        ("largura grande", lambda: random_case(7, 13, 3.0)),
        (
            "uma consulta longe de todos os pontos",
            lambda: (
                np.array([60.0, 1.0]),
                np.array([0.0, 2.0, 5.0]),
                np.array([1.0, 3.0, -2.0]),
                0.5,
            ),
        ),
    )
    return function_checks(
        [
            Case(
                name,
                arguments,
                reference.kernel_regression,
                hint,
                _KERNEL_MISTAKES,
                tolerance=1e-10,
            )
            for name, arguments in cases
        ]
    )


def _curve() -> tuple[Array, Array]:
    """As 50 observações do exercício."""
    from coursekit.data.noisy_curve import noisy_curve

    sample = noisy_curve(50, generator=np.random.default_rng(0))
    return sample.x, sample.y


def _loo_error(bandwidth: float, *, target: Array | None = None) -> float:
    """Erro médio ao prever cada ponto a partir dos outros; o alvo comum é o y observado."""
    x, y = _curve()
    scores = reference.gaussian_scores(x[:, None], x[:, None], bandwidth)
    predicted = reference.weighted_mean(
        y, reference.masked_softmax(scores, ~np.eye(len(x), dtype=bool))
    )
    return float(np.mean((predicted - (y if target is None else target)) ** 2))


@lru_cache(maxsize=1)
def loo_bandwidth() -> float:
    """Largura de menor erro, por grade seguida de busca fina."""
    grid = np.geomspace(0.05, 2.0, 16)
    best = int(np.argmin([_loo_error(h) for h in grid]))
    bounds = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)]))
    found = minimize_scalar(_loo_error, bounds=bounds, method="bounded", options={"xatol": 1e-3})
    return float(found.x)


@lru_cache(maxsize=1)
def _truth_bandwidth() -> float:
    """Engano: a largura que mais se aproxima da curva verdadeira, que ninguém conhece."""
    from coursekit.data.noisy_curve import true_curve

    truth = true_curve(_curve()[0])
    grid = np.arange(0.05, 1.0, 0.01)
    return float(grid[int(np.argmin([_loo_error(h, target=truth) for h in grid]))])


def bandwidth_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-2."""
    self_hint = (
        "quem cada ponto pode ver: se ele vê a si mesmo, a menor largura sempre ganha, porque "
        "decora tudo."
    )
    return (
        number_check(
            "largura escolhida deixando um de fora",
            loo_bandwidth,
            tolerance=0.015,
            hint="o erro de cada largura, com a diagonal escondida; use uma grade de passo 0,01 "
            "e fique com o argumento do mínimo.",
            mistakes=(
                *(Mistake(lambda h=smallest: h, self_hint) for smallest in SMALLEST_WIDTHS),
                Mistake(
                    lambda: _loo_error(loo_bandwidth()),
                    "a diferença entre o menor erro e a largura em que ele ocorre.",
                ),
                Mistake(
                    lambda: round(loo_bandwidth(), 2) ** 2,
                    "o que se pede: a largura h, não o quadrado dela.",
                ),
                Mistake(
                    lambda: 2 * loo_bandwidth() ** 2,
                    "o que se pede: a largura h, não o divisor 2h².",
                ),
                Mistake(
                    _truth_bandwidth,
                    "com que se compara a previsão: com o y observado do ponto deixado de fora. A "
                    "curva verdadeira, na vida real, ninguém tem.",
                ),
                Mistake(
                    lambda: 1.0,
                    "se o treino andou: esse é o valor de partida.",
                ),
            ),
        ),
    )


def memory_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-4."""
    hidden = np.broadcast_to(np.float32(0), (BATCH, NUM_QUERIES, NUM_KEYS, NUM_HIDDEN))
    total = hidden.nbytes / MEBIBYTE
    return (
        number_check(
            "memória da camada intermediária, em MiB",
            lambda: total,
            tolerance=0.5,
            hint="quantos números há: um por exemplo, consulta, chave **e** unidade; depois, os "
            "bytes de cada um.",
            mistakes=(
                Mistake(
                    lambda: total / NUM_HIDDEN,
                    "a última dimensão: essa é a tabela de pontuações; antes dela existe uma "
                    "camada de unidades para cada par.",
                ),
                Mistake(
                    lambda: total * MEBIBYTE / 1e6,
                    "a unidade: MiB são 2²⁰ bytes; milhões de bytes são MB.",
                ),
                Mistake(lambda: total / BYTES, "o tamanho de cada número: float32 ocupa 4 bytes."),
                Mistake(lambda: total * 2, "o tamanho de cada número: float32, e não float64."),
                Mistake(lambda: total / BATCH, "o lote: são 8 exemplos de uma vez."),
                Mistake(
                    lambda: total / NUM_KEYS / NUM_QUERIES * (NUM_KEYS + NUM_QUERIES),
                    "o que a soma das projeções gera: uma camada para cada **par**, não uma para "
                    "cada consulta e outra para cada chave.",
                ),
                Mistake(lambda: total * MEBIBYTE, "a unidade: a resposta é em MiB, não em bytes."),
                Mistake(lambda: total / 1024, "a unidade: a resposta é em MiB, não em GiB."),
            ),
        ),
    )


def _lookup_errors(scores_of: Callable[[Array, float], Array]) -> Array:
    """Erro relativo da busca suave por uma chave que existe, para cada β."""
    generator = np.random.default_rng(7)
    keys = generator.normal(size=(50, 64))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    values = generator.normal(size=(50, 3))
    wanted = values[TARGET]
    errors = []
    for beta in BETAS:
        weights = reference.softmax(scores_of(keys @ keys[TARGET], beta))
        context = reference.weighted_mean(values, weights)
        errors.append(np.linalg.norm(context - wanted) / np.linalg.norm(wanted))
    return np.array(errors)


def _run_errors(answer: object) -> Failure | None:
    errors = _lookup_errors(lambda scores, beta: beta * scores)
    wanted = np.random.default_rng(7)
    wanted.normal(size=(50, 64))
    length = float(np.linalg.norm(wanted.normal(size=(50, 3))[TARGET]))
    return table_failure(
        answer,
        errors,
        tolerance=1e-9,
        mistakes=(
            Mistake(lambda: errors[::-1], "a ordem: do menor β para o maior."),
            Mistake(
                lambda: _lookup_errors(lambda scores, beta: scores / beta),
                "o papel de β: ele **multiplica** as pontuações; a temperatura é que divide.",
            ),
            Mistake(
                lambda: errors * length,
                "a palavra «relativo»: o tamanho do erro, dividido pelo tamanho do valor certo.",
            ),
            Mistake(
                lambda: errors**2,
                "o tamanho do erro: a norma, com a raiz, e não o quadrado dela.",
            ),
            Mistake(
                lambda: np.full(len(BETAS), errors[0]),
                "se β muda mesmo de uma medida para a outra.",
            ),
        ),
    )


def dictionary_checks() -> tuple[Check, ...]:
    """Monta as conferências de 04-5."""
    measure = Check(
        "erro relativo para cada β",
        _run_errors,
        "a receita: pesos softmax(β · chaves·consulta), contexto, distância até o valor da chave "
        "procurada, dividida pelo tamanho desse valor.",
    )
    choice = Choice(
        options={
            "a": "A média de todos os valores.",
            "b": "O valor da chave mais parecida com a consulta.",
            "c": "Nada que preste: os pesos viram nan.",
            "d": "A soma de todos os valores.",
        },
        key=lambda errors: (
            "c" if np.isnan(errors).any() else "b" if errors[-1] < 1e-4 < errors[0] else "a"
        ),
        hints={
            "a": "o sentido de β: com β = 0 é que todos os pesos ficam iguais. E a sua medida?",
            "c": "a sua medida com β = 100: é um número? O softmax estável serve para isso.",
            "d": "a soma dos pesos, que continua 1 para qualquer β.",
        },
    )
    return choice_checks(choice, measure, to_array)


CHECKS = {
    "04-1": kernel_checks,
    "04-2": bandwidth_checks,
    "04-3": additive_checks,
    "04-4": memory_checks,
    "04-5": dictionary_checks,
    "04-6": hull_checks,
}
