"""Capítulo 3: softmax estável, entropia, variância, teto do peso e sparsemax."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import number_check
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

NUM_ITEMS = 48
DIMENSION = 300
NUM_POSITIONS = 496


def _stable(scores: Array) -> Array:
    """Softmax do último eixo; −∞ pesa 0, e a linha toda −∞ dá zeros."""
    visible = np.isfinite(scores)
    return reference.masked_softmax(np.where(visible, scores, 0.0), visible)


def _over(axis: int | None) -> Callable[[Array], Array]:
    """Engano: softmax ao longo de outro eixo, ou da tabela inteira."""

    def wrong(scores: Array) -> Array:
        exponentials = np.exp(scores - scores.max())
        return np.asarray(exponentials / exponentials.sum(axis=axis, keepdims=axis is not None))

    return wrong


def _literal(scores: Array) -> Array:
    """Engano: a definição ao pé da letra, que estoura."""
    exponentials = np.exp(scores)
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def _shifted(scores: Array, shift: Array) -> Array:
    exponentials = np.exp(scores - shift)
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


_SOFTMAX_MISTAKES = (
    Mistake(_over(0), "o eixo: cada **linha** soma 1; o softmax anda pelo último eixo."),
    Mistake(_over(None), "o eixo: cada linha soma 1 sozinha, e não a tabela inteira."),
    Mistake(
        lambda scores: _shifted(scores, scores.max(axis=-1, keepdims=True)),
        "a linha sem nenhum item visível: lá até o maior escore é −∞, e −∞ − (−∞) não é número.",
    ),
    Mistake(
        _literal,
        "o tamanho das exponenciais: subtrair uma constante de cada linha não muda o resultado, "
        "e pode impedir que elas estourem.",
    ),
    Mistake(
        lambda scores: _shifted(scores, scores.max()),
        "que constante se subtrai: uma por linha. Com a mesma para a tabela toda, a linha de "
        "escores pequenos some.",
    ),
    Mistake(
        lambda scores: scores / scores.sum(axis=-1, keepdims=True),
        "a exponencial: dividir pela soma não basta, porque escores podem ser negativos.",
    ),
    Mistake(
        lambda scores: np.exp(scores - scores.max(axis=-1, keepdims=True)),
        "a divisão: as exponenciais ainda não somam 1.",
    ),
    Mistake(
        lambda scores: np.log(_literal(scores)),
        "a última etapa: pediram-se os pesos, não o logaritmo deles.",
    ),
    Mistake(
        lambda scores: np.nan_to_num(_literal(scores)),
        "a origem do nan: trocá-lo por 0 esconde o estouro, e a linha deixa de somar 1.",
    ),
    Mistake(
        lambda scores: np.where(np.isfinite(scores), _stable(scores), 1 / scores.shape[-1]),
        "a linha sem nenhum item visível: sem ninguém a quem dar peso, o enunciado pede zeros.",
    ),
)


def _scores(*shape: int) -> Array:
    return np.random.default_rng(31).normal(size=shape)


def _with_hidden(scores: Array, hidden: list[tuple[int, ...]]) -> Array:
    for position in hidden:
        scores[position] = -np.inf
    return scores


def softmax_checks() -> tuple[Check, ...]:
    """Monta as conferências de 03-1."""
    general = "a definição: exponencial de cada escore, dividida pela soma das da mesma linha."
    axis = "o último eixo: ele some na soma e precisa voltar para a divisão (keepdims)."
    cases = (
        ("três escores", lambda: (np.array([0.0, math.log(2), math.log(5)]),), general),
        ("uma tabela", lambda: (_scores(3, 5),), axis),
        ("três eixos", lambda: (_scores(2, 7, 3),), axis),
        ("escores enormes", lambda: (np.array([1000.0, 998.5, 1001.0]),), general),
        ("escores muito negativos", lambda: (np.array([-2000.0, -2001.5, -1999.0]),), general),
        (
            "escores enormes e muito negativos na mesma linha",
            lambda: (np.array([3000.0, -2000.0, 2999.0, -2000.0]),),
            "a constante que se subtrai: com ela, nenhuma exponencial pode passar de 1.",
        ),
        (
            "linhas de tamanhos diferentes",
            lambda: (np.array([[3000.0, 2999.0, 3001.0], [0.3, -0.4, 0.1]]),),
            general,
        ),
        (
            "itens invisíveis (escore −∞)",
            lambda: (_with_hidden(_scores(3, 5), [(0, 1), (2, 0), (2, 4)]),),
            "o que a exponencial de −∞ vale, e se ela chega inteira à divisão.",
        ),
        (
            "um item invisível entre escores muito negativos",
            lambda: (np.array([-2000.0, -np.inf, -2001.0]),),
            "o que esconde um item: só −∞ fica abaixo de qualquer número.",
        ),
        (
            "uma linha toda invisível",
            lambda: (_with_hidden(_scores(2, 3), [(1, 0), (1, 1), (1, 2)]),),
            "a linha sem nenhum item visível: o enunciado pede zeros.",
        ),
    )
    return function_checks(
        [Case(name, arguments, _stable, hint, _SOFTMAX_MISTAKES) for name, arguments, hint in cases]
    )


def entropy_checks() -> tuple[Check, ...]:
    """Monta as conferências de 03-2."""
    # Com T → ∞ todos os escores divididos por T viram 0.
    limit = float(reference.entropy(reference.softmax(np.zeros(NUM_ITEMS))))
    return (
        number_check(
            "entropia no limite, em nats",
            lambda: limit,
            tolerance=0.005,
            hint="o que sobra dos escores quando são divididos por um número enorme, e a entropia "
            "da distribuição que eles dão.",
            mistakes=(
                Mistake(lambda: limit / math.log(2), "a unidade: nats pedem o logaritmo natural."),
                Mistake(lambda: limit / math.log(10), "a unidade: nats pedem o logaritmo natural."),
                Mistake(
                    lambda: 0.0, "o sentido do limite: T → 0 concentra; T → ∞ faz o contrário."
                ),
                Mistake(
                    lambda: 1 / NUM_ITEMS,
                    "a diferença entre o peso de cada item e a entropia de todos eles.",
                ),
                Mistake(lambda: -limit, "o sinal: a entropia nunca é negativa."),
                Mistake(
                    lambda: limit / NUM_ITEMS, "a soma: a entropia soma um termo para cada item."
                ),
                Mistake(
                    lambda: float(NUM_ITEMS),
                    "a diferença entre contar os itens e medir a entropia.",
                ),
            ),
        ),
    )


def variance_checks() -> tuple[Check, ...]:
    """Monta as conferências de 03-3."""
    # Componentes independentes, de média 0 e variância 1: as variâncias dos produtos se somam.
    ones = np.ones((1, DIMENSION))
    variance = float(reference.dot_scores(ones, ones)[0, 0])
    return (
        number_check(
            "variância de q·k",
            lambda: variance,
            tolerance=0.05 * variance,
            hint="a variância de **um** produto q₁k₁, e o que acontece com variâncias de parcelas "
            "independentes quando se somam.",
            mistakes=(
                Mistake(
                    lambda: math.sqrt(variance),
                    "a diferença entre variância e desvio-padrão.",
                ),
                Mistake(
                    lambda: 1.0,
                    "o que se mede: o produto escalar **antes** de ser dividido por √d.",
                ),
                Mistake(
                    lambda: 2 * variance,
                    "a variância de um produto de variáveis independentes de média 0: as "
                    "variâncias se multiplicam; não se somam.",
                ),
                Mistake(
                    lambda: variance**2,
                    "como se somam as variâncias de parcelas independentes.",
                ),
                Mistake(
                    lambda: 1 / variance,
                    "o que se divide por quê: cada componente já tem variância 1.",
                ),
                Mistake(
                    lambda: 0.0, "a diferença entre a média de q·k, que é 0, e a variância dele."
                ),
            ),
        ),
    )


def ceiling_checks() -> tuple[Check, ...]:
    """Monta as conferências de 03-4."""

    def ceiling(best: float, others: float, count: int = NUM_POSITIONS) -> float:
        scores = np.full(count, others)
        scores[0] = best
        return float(reference.softmax(scores)[0])

    return (
        number_check(
            "maior peso possível com 496 posições",
            lambda: ceiling(1.0, -1.0),
            tolerance=1.5e-5,
            hint="o melhor caso para um item: qual escore ele tem, e qual têm os outros?",
            mistakes=(
                Mistake(
                    lambda: 1 / NUM_POSITIONS,
                    "o melhor caso: assim todos os escores são iguais, e ninguém se destaca.",
                ),
                Mistake(
                    lambda: ceiling(1.0, 0.0),
                    "até onde a tangente hiperbólica desce: os outros escores podem ser negativos.",
                ),
                Mistake(
                    lambda: ceiling(1.0, -1.0, NUM_POSITIONS + 1),
                    "quantos são **os outros**: o item favorecido não se conta duas vezes.",
                ),
                Mistake(
                    lambda: math.exp(2),
                    "o que é e²: a razão entre dois pesos. Falta a soma de todos.",
                ),
                Mistake(
                    lambda: 1.0,
                    "o limite dos escores: sem ele, o peso chegaria a 1; com ele, não chega.",
                ),
                Mistake(
                    lambda: 100 * ceiling(1.0, -1.0),
                    "a unidade: a resposta é uma fração, entre 0 e 1.",
                ),
            ),
        ),
    )


def _clip_with_all(scores: Array) -> Array:
    """Engano: corte calculado com todos os itens, sem procurar o apoio."""
    return np.asarray(np.maximum(scores - (scores.sum() - 1) / len(scores), 0))


def _positive_part(scores: Array) -> Array:
    positive = np.maximum(scores, 0)
    return np.asarray(positive / positive.sum())


def _tiny_to_zero(scores: Array) -> Array:
    weights = reference.softmax(scores)
    kept = np.where(weights < weights.max() / 2, 0, weights)
    return np.asarray(kept / kept.sum())


_SPARSEMAX_MISTAKES = (
    Mistake(
        lambda scores: reference.softmax(scores),
        "a diferença entre as duas: no softmax nenhum peso chega a zero.",
    ),
    Mistake(
        _clip_with_all,
        "quantos itens entram no corte τ: só os que ficam acima dele. Com todos, a soma dos "
        "pesos não dá 1.",
    ),
    Mistake(
        lambda scores: np.sort(reference.sparsemax(scores))[::-1],
        "a ordem: os escores só se ordenam para achar o corte; os pesos voltam aos lugares deles.",
    ),
    Mistake(
        _positive_part,
        "o corte: ele não é 0. Deve sair dos próprios escores, para que a soma dê 1 sem dividir.",
    ),
    Mistake(
        lambda scores: np.eye(len(scores))[int(np.argmax(scores))],
        "a divisão entre os melhores: escores próximos dividem o peso; só o máximo é duro demais.",
    ),
    Mistake(
        _tiny_to_zero,
        "de onde vêm os zeros: da subtração de um corte, não de apagar pesos pequenos do softmax.",
    ),
    Mistake(
        lambda scores: (scores - scores.min()) / (scores - scores.min()).sum(),
        "o corte: subtrair o menor escore só zera um item.",
    ),
    Mistake(
        lambda scores: scores - (np.sort(scores)[::-1][0] - 1),
        "o corte: abaixo dele o peso é 0, nunca negativo.",
    ),
)


def sparsemax_checks() -> tuple[Check, ...]:
    """Monta as conferências de 03-5."""
    hint = "o corte τ: ordene os escores, descubra quantos ficam acima dele, subtraia e corte em 0."
    cases = (
        ("três escores, em ordem", lambda: (np.array([1.0, 0.8, 0.1]),)),
        ("fora de ordem", lambda: (np.array([0.1, 1.2, -0.5, 0.9, 1.1]),)),
        ("escores iguais", lambda: (np.array([0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]),)),
        ("um item muito à frente", lambda: (np.array([0.2, 3.5, 0.1]),)),
        ("todos deslocados para longe de zero", lambda: (np.array([-99.0, -98.5, -98.8, -97.9]),)),
        ("onze escores sorteados", lambda: (0.7 * _scores(11),)),
    )
    return function_checks(
        [
            Case(name, arguments, reference.sparsemax, hint, _SPARSEMAX_MISTAKES, exact_zeros=True)
            for name, arguments in cases
        ]
    )


CHECKS = {
    "03-1": softmax_checks,
    "03-2": entropy_checks,
    "03-3": variance_checks,
    "03-4": ceiling_checks,
    "03-5": sparsemax_checks,
}
