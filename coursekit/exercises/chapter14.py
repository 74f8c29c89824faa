"""Capítulo 14: o teto da tangente, o campo receptivo e a lista dos exercícios."""

import math

import numpy as np

from coursekit import reference
from coursekit.exercises.answers import number_check
from coursekit.exercises.chapter14_audit import audit_checks
from coursekit.exercises.chapter14_binding import binding_checks
from coursekit.exercises.chapter14_diagram import diagram_checks
from coursekit.exercises.chapter14_repair import repair_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.functions import Mistake
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

NUM_POSITIONS = 496
FOCUS = 0.9
STACKED, STACKED_WIDTH = 3, 7
DILATIONS, DILATED_WIDTH = (1, 2, 4, 8, 16), 3
PAIR_WIDTH, POOL_STEP = 5, 2
DISTANCE, WIDTH = 14, 5


def _ceiling(count: int, bound: float = 1.0, *, others: float | None = None) -> float:
    """Maior peso, com escores entre −bound e bound (ou com os outros num valor dado)."""
    scores = np.full(count, -bound if others is None else others)
    scores[0] = bound
    return float(reference.softmax(scores)[0])


def _ceiling_check() -> Check:
    return number_check(
        "maior peso com 496 posições",
        lambda: _ceiling(NUM_POSITIONS),
        tolerance=1.5e-5,
        hint="o melhor caso de uma posição: a pontuação dela no alto, e todas as outras embaixo.",
        mistakes=(
            Mistake(
                lambda: 1 / NUM_POSITIONS,
                "o melhor caso: assim todas as pontuações são iguais, e ninguém se destaca.",
            ),
            Mistake(
                lambda: _ceiling(NUM_POSITIONS, others=0.0),
                "até onde a tangente desce: as outras pontuações podem ser negativas.",
            ),
            Mistake(
                lambda: _ceiling(NUM_POSITIONS + 1),
                "quantas são **as outras**: a favorecida não se conta duas vezes.",
            ),
            Mistake(
                lambda: _ceiling(500),
                "quantas posições chegam à atenção: a convolução, sem preenchimento, perde as "
                "pontas.",
            ),
            Mistake(
                lambda: math.exp(2),
                "o que é e²: a razão entre dois pesos. Falta dividir pela soma de todos.",
            ),
            Mistake(
                lambda: math.exp(2) / NUM_POSITIONS,
                "o denominador: a soma de todos, e nela a parcela da favorecida também cresceu.",
            ),
            Mistake(
                lambda: 100 * _ceiling(NUM_POSITIONS),
                "a unidade: uma fração, entre 0 e 1, e não porcentagem.",
            ),
        ),
    )


def _half_check() -> Check:
    half = max(count for count in range(1, 50) if _ceiling(count) >= 0.5)
    return number_check(
        "posições em que o teto chega à metade",
        lambda: half,
        tolerance=0,
        hint="a fórmula ao contrário: que n faz o teto valer 1/2? E com uma posição a mais?",
        mistakes=(
            Mistake(
                lambda: half + 1,
                "o arredondamento: com essa quantidade, o teto já está abaixo de 1/2.",
            ),
            Mistake(
                lambda: half - 1,
                "quantas são ao todo: a favorecida e as outras; ou o arredondamento, se o n exato "
                "não é inteiro.",
            ),
            Mistake(
                lambda: math.e**2 + 1,
                "o que se conta: posições inteiras, e o teto tem de chegar à metade.",
            ),
            Mistake(lambda: math.e**2, "quem falta na conta: a própria posição favorecida."),
            Mistake(
                lambda: 3,
                "até onde a tangente desce: as outras pontuações chegam a −1, e a razão entre dois "
                "pesos, a e².",
            ),
            Mistake(lambda: 2, "a razão entre dois pesos: ela chega a e², e não a 1."),
        ),
    )


def _bound_check() -> Check:
    odds = FOCUS / (1 - FOCUS) * (NUM_POSITIONS - 1)
    bound = math.log(odds) / 2
    return number_check(
        "limite das pontuações para um peso de 0,9",
        lambda: bound,
        tolerance=1e-3,  # distingue 495 de 496, e aceita 4,2
        hint="o teto com pontuações entre −b e b: que razão entre dois pesos dá 0,9 a um deles?",
        mistakes=(
            Mistake(
                lambda: 2 * bound,
                "a distância entre o alto e o baixo: de −b a b são **duas** vezes b.",
            ),
            Mistake(
                lambda: math.log(FOCUS / (1 - FOCUS) * NUM_POSITIONS) / 2,
                "quantas são **as outras**: a favorecida não se conta entre elas.",
            ),
            Mistake(
                lambda: math.log(FOCUS * (NUM_POSITIONS - 1)) / 2,
                "quanto sobra para as outras: se uma tem 0,9, elas dividem 0,1.",
            ),
            Mistake(
                lambda: math.log(FOCUS / (1 - FOCUS)) / 2,
                "quantas são as outras: com duas posições essa conta serviria; são 496.",
            ),
            Mistake(
                lambda: odds,
                "de onde vem a razão: ela é uma exponencial das pontuações; falta o logaritmo.",
            ),
            Mistake(
                lambda: math.log10(odds) / 2,
                "a base do logaritmo: o softmax usa a exponencial de base e.",
            ),
            Mistake(
                lambda: math.exp(bound),
                "o que se pede: o limite das pontuações, e não a exponencial dele.",
            ),
            Mistake(
                lambda: 1.0,
                "a tangente comum: com b = 1 o teto é o do primeiro item, longe de 0,9.",
            ),
        ),
    )


def ceiling_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-2."""
    return entry_checks(
        {"teto": _ceiling_check(), "metade": _half_check(), "limite": _bound_check()}
    )


def _field(layers: list[tuple[int, int, int]]) -> int:
    """Campo receptivo de camadas (largura, dilatação, passo), da entrada à saída."""
    field, jump = 1, 1
    for width, dilation, step in layers:
        field += (width - 1) * dilation * jump
        jump *= step
    return field


def _stacked_check() -> Check:
    k, L = STACKED_WIDTH, STACKED
    return number_check(
        "três camadas de largura 7",
        lambda: _field([(k, 1, 1)] * L),
        tolerance=0,
        hint="o que cada camada **acrescenta** ao que a anterior já enxergava.",
        mistakes=(
            Mistake(
                lambda: k * L,
                "o que cada camada acrescenta: a posição do meio já estava contada.",
            ),
            Mistake(lambda: k, "as três camadas: cada uma olha saídas que já enxergavam várias."),
            Mistake(lambda: k**L, "como crescem: por soma, quando os filtros não saltam posições."),
            Mistake(
                lambda: L * (k - 1),
                "o ponto de partida: sem nenhuma camada já se enxerga uma posição.",
            ),
            Mistake(lambda: 1 + L * k, "o que cada camada acrescenta: k − 1, e não k."),
            Mistake(lambda: 1 + k * (L - 1), "quem é a largura e quem é o número de camadas."),
        ),
    )


def _dilated_check() -> Check:
    k = DILATED_WIDTH
    return number_check(
        "cinco camadas dilatadas",
        lambda: _field([(k, dilation, 1) for dilation in DILATIONS]),
        tolerance=0,
        hint="com dilatação d, os números do filtro ficam a d posições um do outro.",
        mistakes=(
            Mistake(
                lambda: _field([(k, 1, 1)] * len(DILATIONS)),
                "as dilatações: o filtro de três números salta posições, e alcança mais longe.",
            ),
            Mistake(
                lambda: _field([(k, d, 1) for d in DILATIONS]) - 1,
                "o ponto de partida: sem nenhuma camada já se enxerga uma posição.",
            ),
            Mistake(
                lambda: k * sum(DILATIONS),
                "o que cada camada acrescenta: três números têm **dois** intervalos entre eles.",
            ),
            Mistake(
                lambda: 1 + k * sum(DILATIONS),
                "o que cada camada acrescenta: três números têm **dois** intervalos entre eles.",
            ),
            Mistake(
                lambda: 1 + sum(DILATIONS),
                "os dois intervalos: o filtro tem três números, e não dois.",
            ),
            Mistake(
                lambda: 1 + (k - 1) * DILATIONS[-1],
                "as outras quatro camadas: os alcances se somam.",
            ),
            Mistake(
                lambda: _field([(k, d, 1) for d in DILATIONS[:-1]]),
                "quantas camadas: são cinco, e a última tem dilatação 16.",
            ),
        ),
    )


def _pooled_check() -> Check:
    k, s = PAIR_WIDTH, POOL_STEP
    return number_check(
        "duas convoluções com uma agregação no meio",
        lambda: _field([(k, 1, 1), (s, 1, s), (k, 1, 1)]),
        tolerance=0,
        hint="depois da agregação, vizinhas na fila são posições a 2 de distância na entrada.",
        mistakes=(
            Mistake(
                lambda: _field([(k, 1, 1)] * 2),
                "a agregação no meio: ela também alarga, e faz a segunda convolução ir mais longe.",
            ),
            Mistake(
                lambda: _field([(k, 1, 1), (s, 1, 1), (k, 1, 1)]),
                "o passo da agregação: depois dela, cada casa da fila vale 2 posições da entrada.",
            ),
            Mistake(
                lambda: _field([(k, 1, 1), (1, 1, s), (k, 1, 1)]),
                "a própria agregação: cada saída dela olha **duas** posições.",
            ),
            Mistake(
                lambda: 2 * _field([(k, 1, 1)] * 2),
                "o que dobra: só o que a segunda convolução acrescenta; a primeira vem antes.",
            ),
            Mistake(
                lambda: k * s + k,
                "a sobreposição: trechos vizinhos têm posições em comum; acrescente intervalos.",
            ),
            Mistake(
                lambda: k * s * k,
                "como crescem: somam-se intervalos, cada um medido em posições da entrada.",
            ),
        ),
    )


def _layers_check() -> Check:
    needed = next(n for n in range(1, 99) if _field([(WIDTH, 1, 1)] * n) >= DISTANCE + 1)
    return number_check(
        "camadas para alcançar a palavra",
        lambda: needed,
        tolerance=0,
        hint="quantas posições vão de uma palavra à outra, **contando as duas**, e a primeira "
        "pilha que as cobre.",
        mistakes=(
            Mistake(
                lambda: needed - 1,
                "se cabem as duas pontas: com uma camada a menos, o trecho não alcança as duas.",
            ),
            Mistake(lambda: needed + 1, "se já bastava: com uma camada a menos elas já cabem."),
            Mistake(
                lambda: (DISTANCE) / (WIDTH - 1),
                "o arredondamento: não há meia camada, e é preciso alcançar.",
            ),
            Mistake(
                lambda: DISTANCE + 1,
                "quanto cada camada acrescenta: a largura é 5, e não 2.",
            ),
            Mistake(
                lambda: 1,
                "quanto uma camada de largura 5 enxerga: cinco palavras seguidas.",
            ),
            Mistake(lambda: DISTANCE, "quanto cada camada acrescenta: a largura é 5, e não 2."),
        ),
    )


def field_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-4."""
    return entry_checks(
        {
            "empilhadas": _stacked_check(),
            "dilatadas": _dilated_check(),
            "agregação": _pooled_check(),
            "camadas": _layers_check(),
        }
    )


CHECKS = {
    "14-1": audit_checks,
    "14-2": ceiling_checks,
    "14-3": repair_checks,
    "14-4": field_checks,
    "14-5": binding_checks,
    "14-6": diagram_checks,
}
