"""Capítulo 17: a fatia quadrática, o diâmetro, a frase sobre GPT-3 e BERT e os pares."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter17_pairs import pair_checks, window_pairs
from coursekit.exercises.chapter17_switch import switch_checks
from coursekit.exercises.chapter17_window import window_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

BERT, GPT3, LONG = (512, 768), (2048, 12288), (32768, 768)
RADIUS = 64
SHORT_LENGTH, SHORT_RADIUS = 64, 8
FAR_LENGTH, FAR_RADIUS = 1000, 30
STRIDE, STRIDE_RADIUS = 9, 4


def _share(length: int, width: int, *, pairs: float | None = None) -> float:
    """Fatia das operações que depende dos pares: 2 contas de 2·P·d, contra 24·n·d²."""
    scored = 4 * (length**2 if pairs is None else pairs) * width
    return scored / (scored + 24 * length * width**2)


def _share_check(name: str, model: tuple[int, int]) -> Check:
    n, d = model
    return number_check(
        name,
        lambda: _share(n, d),
        tolerance=2e-4,
        hint="n/(6d + n), com n o comprimento e d a largura do modelo inteiro, todas as cabeças "
        "juntas.",
        mistakes=(
            Mistake(lambda: n / (6 * d), "o denominador: a fatia quadrática também é parte dele."),
            Mistake(lambda: _share(d, n), "quem é n e quem é d: n é o comprimento."),
            Mistake(
                lambda: _share(n, d // 12 if d == 768 else 128),
                "a largura: a do modelo, e não a de uma cabeça.",
            ),
            Mistake(
                lambda: 100 * _share(n, d), "a unidade: uma fração, entre 0 e 1, e não porcentagem."
            ),
            Mistake(lambda: 1 - _share(n, d), "que fatia se pede: a que depende dos pares."),
            Mistake(
                lambda: _share((GPT3 if d == 768 else BERT)[0], d),
                "de que modelo são o comprimento e a largura: os dois, do mesmo.",
            ),
            Mistake(
                lambda: _share(n, (GPT3 if d == 768 else BERT)[1]),
                "de que modelo são o comprimento e a largura: os dois, do mesmo.",
            ),
            Mistake(lambda: n / (d + n), "as seis: as projeções e a rede densa custam 24·n·d²."),
            Mistake(lambda: n / (4 * d + n), "a rede densa: ela também entra na conta, e dá o 6."),
        ),
    )


def share_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-2."""
    n, d = BERT
    even = 6 * d
    tie = number_check(
        "comprimento em que a fatia é metade",
        lambda: even,
        tolerance=0,
        hint="que n faz n/(6d + n) valer 1/2?",
        mistakes=(
            Mistake(lambda: d, "o 6: a fatia é metade quando as **duas** partes são iguais."),
            Mistake(lambda: 6 * GPT3[1], "de que modelo: o de largura 768."),
            Mistake(lambda: 12 * d, "a metade: as duas partes são n e 6d."),
            Mistake(lambda: 3 * d, "a metade: as duas partes são n e 6d."),
            Mistake(
                lambda: 6 * n,
                "o que multiplica o quê: o 6 inteiro, e a largura, não o comprimento.",
            ),
            Mistake(lambda: 6 * 64, "a largura: a do modelo, e não a de uma cabeça."),
        ),
    )
    gain = number_check(
        "maior ganho possível",
        lambda: 1 / (1 - _share(n, d)),
        tolerance=2e-3,
        hint="se a fatia quadrática custasse zero, que fração do trabalho sobraria?",
        mistakes=(
            Mistake(
                lambda: 1 / _share(n, d),
                "o que sobra: a fatia que **não** depende dos pares continua toda lá.",
            ),
            Mistake(
                lambda: 1 - _share(n, d),
                "o que se pede: quantas **vezes** mais rápido, um número maior que 1.",
            ),
            Mistake(
                lambda: 1 + _share(n, d),
                "a conta: divida o trabalho de antes pelo de depois; somar a fração só aproxima.",
            ),
            Mistake(
                lambda: 1 / (1 - _share(*GPT3)), "de que modelo: o BERT-base, com 512 posições."
            ),
            Mistake(lambda: _share(n, d), "o que se pede: quantas vezes mais rápido."),
            Mistake(
                lambda: 1 / (1 - _share(n, d)) - 1,
                "o que se pede: quantas vezes mais rápido, e não quanto a mais.",
            ),
            Mistake(
                lambda: 100 * (1 / (1 - _share(n, d)) - 1),
                "a unidade: quantas vezes mais rápido, e não porcentagem de ganho.",
            ),
        ),
    )
    return entry_checks(
        {
            "BERT": _share_check("BERT-base", BERT),
            "GPT-3": _share_check("GPT-3", GPT3),
            "empate": tie,
            "ganho": gain,
        }
    )


def _diameter(mask: NDArray[np.bool_]) -> float:
    return float(reference.hop_counts(mask).max())


def _window(*, radius: int = SHORT_RADIUS) -> NDArray[np.bool_]:
    return reference.sliding_window_mask(SHORT_LENGTH, radius)


def _window_check(name: str, length: int, radius: int) -> Check:
    """Conferência do diâmetro de uma janela sozinha."""
    right = math.ceil((length - 1) / radius)
    return number_check(
        name,
        lambda: right,
        tolerance=0,
        hint="quanto a informação anda por camada, e a maior distância entre duas posições.",
        mistakes=(
            Mistake(
                lambda: math.floor((length - 1) / radius),
                "o arredondamento: com uma camada a menos, o último par ainda não se liga.",
            ),
            Mistake(
                lambda: math.ceil((length - 1) / (2 * radius)),
                "quanto se anda por camada: o raio, para **um** lado, e não a largura da janela.",
            ),
            Mistake(
                lambda: math.ceil((length - 1) / (2 * radius + 1)),
                "quanto se anda por camada: o raio, para **um** lado, e não a largura da janela.",
            ),
            Mistake(lambda: right + 1, "a maior distância: da primeira à última há n − 1 passos."),
            Mistake(
                lambda: math.ceil((length - 1) / (radius + 1)),
                "quanto se anda por camada: a própria posição não faz andar.",
            ),
            Mistake(lambda: length - 1, "o raio: cada camada anda vários passos."),
            Mistake(
                lambda: length / radius, "o arredondamento: não há parte de camada, e conte passos."
            ),
            Mistake(lambda: 1, "a janela: sem ver todas, uma camada não liga todos os pares."),
        ),
    )


def _shortcut_check(
    name: str, mask: Callable[[], NDArray[np.bool_]], hint: str, near: dict[int, str]
) -> Check:
    """Conferência do diâmetro de uma janela com atalhos."""
    return number_check(
        name,
        lambda: _diameter(mask()),
        tolerance=0,
        hint=hint,
        mistakes=(
            Mistake(
                lambda: 1,
                "a ida e a volta: nem todo par se vê direto; passa-se por uma posição no meio.",
            ),
            *(Mistake(lambda n=n: n, text) for n, text in near.items()),
            Mistake(
                lambda: math.ceil((SHORT_LENGTH - 1) / SHORT_RADIUS),
                "o atalho: ele vale de qualquer posição, e a janela sozinha não.",
            ),
            Mistake(
                lambda: math.ceil((SHORT_LENGTH - 1) / STRIDE_RADIUS),
                "o atalho: ele vale de qualquer posição, e a janela sozinha não.",
            ),
            Mistake(
                lambda: math.ceil((SHORT_LENGTH - 1) / STRIDE),
                "o passo: de uma posição se veem **todas** as de mesmo resto, e não só a seguinte.",
            ),
        ),
    )


def _with_global() -> NDArray[np.bool_]:
    return _window() | reference.global_mask(SHORT_LENGTH, [0])


def _with_stride() -> NDArray[np.bool_]:
    return _window(radius=STRIDE_RADIUS) | reference.strided_mask(SHORT_LENGTH, STRIDE)


def diameter_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-3."""
    return entry_checks(
        {
            "janela": _window_check("janela, 64 posições", SHORT_LENGTH, SHORT_RADIUS),
            "longa": _window_check("janela, 1.000 posições", FAR_LENGTH, FAR_RADIUS),
            "global": _shortcut_check(
                "janela e uma posição global",
                _with_global,
                "o caminho de uma ponta a outra: quem todos veem, e quem vê todos?",
                {3: "o caminho mais curto: toda posição vê a global **sem** se mover antes."},
            ),
            "passo": _shortcut_check(
                "janela e passo",
                _with_stride,
                "o caminho: a janela acha uma posição de mesmo resto que o destino; e depois?",
                {
                    2: "as pontas: perto delas a janela é cortada, e nem todo resto está nela. "
                    "Conte com a máscara, em vez de imaginar.",
                },
            ),
        }
    )


def _speedup(model: tuple[int, int], *, radius: int | None = RADIUS) -> float:
    """Operações densas sobre operações com a janela."""
    n, d = model
    fixed, dense = 24 * n * d**2, 4 * n**2 * d
    sparse = 0 if radius is None else 4 * window_pairs(n, radius) * d
    return (fixed + dense) / (fixed + sparse)


def _speedups(**options: Any) -> Array:
    return np.array([_speedup(model, **options) for model in (BERT, GPT3, LONG)])


def _pair_speedups(pairs: Callable[[int], float]) -> Array:
    """As três razões, com outra conta de pares."""
    found = [(24 * d + 4 * n) / (24 * d + 4 * pairs(n) / n) for n, d in (BERT, GPT3, LONG)]
    return np.array(found)


def _run_speedups(answer: object) -> Failure | None:
    right = _speedups()
    return table_failure(
        answer,
        right,
        tolerance=2e-4,
        mistakes=(
            Mistake(lambda: right[[1, 0, 2]], "a ordem: BERT-base, GPT-3, e o longo."),
            Mistake(lambda: 1 / right, "o sentido: as operações **densas** sobre as da janela."),
            Mistake(
                lambda: _speedups(radius=None),
                "os pares que sobram: a janela ainda calcula os dela.",
            ),
            Mistake(
                lambda: np.array([n**2 / window_pairs(n, RADIUS) for n, _ in (BERT, GPT3, LONG)]),
                "o resto do bloco: as projeções e a rede densa não encolhem com a janela.",
            ),
            Mistake(
                lambda: _pair_speedups(lambda n: n * (2 * RADIUS + 1)),
                "as pontas: as primeiras e as últimas posições não têm 64 vizinhas de cada lado.",
            ),
            Mistake(
                lambda: _pair_speedups(lambda n: window_pairs(n, RADIUS, causal=True)),
                "os dois lados: esta janela não é causal.",
            ),
            Mistake(
                lambda: 1 - 1 / right, "o que se pede: antes **sobre** depois, e não a poupança."
            ),
            Mistake(
                lambda: np.array([_share(*m) for m in (BERT, GPT3, LONG)]),
                "o que se pede: uma razão de operações, e não a fatia.",
            ),
            Mistake(
                lambda: _speedups(radius=2 * RADIUS),
                "a janela: 64 para cada lado.",
            ),
            Mistake(
                lambda: _speedups(radius=RADIUS // 2),
                "a janela: 64 para **cada** lado, e a própria posição.",
            ),
            Mistake(
                lambda: np.array([1 + _share(*m) for m in (BERT, GPT3, LONG)]),
                "a conta: operações antes, divididas por operações depois.",
            ),
            Mistake(
                lambda: 100 * (right - 1),
                "a unidade: quantas vezes menos operações, e não porcentagem.",
            ),
        ),
    )


def _sentence_key(measured: NDArray[Any]) -> str:
    """Letra que as três razões apontam."""
    bert, gpt, long = measured.tolist()
    return "b" if max(bert, gpt) < 1.1 and long > 2 else "a"


def sentence_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-5."""
    measure = Check(
        "as três razões",
        _run_speedups,
        "cada razão: (24·n·d² + 4·n²·d) sobre (24·n·d² + 4·P·d), com P os pares da janela.",
    )
    choice = Choice(
        options={
            "a": "GPT-3 e BERT se beneficiam enormemente da atenção esparsa.",
            "b": "O BERT usa atenção densa, e o GPT-3 alterna camadas densas e de banda local; nos "
            "comprimentos deles, a janela pouparia menos de 10% das operações. Ela compensa em "
            "sequências muito mais longas que 6d.",
            "c": "GPT-3 e BERT usam só atenção densa, e a atenção esparsa não poupa operações em "
            "comprimento nenhum.",
            "d": "GPT-3 e BERT usam só atenção esparsa; o ganho é pequeno porque a janela é larga.",
        },
        key=_sentence_key,
        hints={
            "a": "as duas primeiras razões que você mediu: o que é «enormemente»?",
            "c": "a terceira razão que você mediu; e o que o artigo do GPT-3 diz das camadas dele.",
            "d": "o enunciado: que atenção o BERT usa? E, com janela nenhuma, a conta quase não "
            "mudaria.",
        },
    )
    return choice_checks(choice, measure, to_array)


CHECKS = {
    "17-1": window_checks,
    "17-2": share_checks,
    "17-3": diameter_checks,
    "17-4": switch_checks,
    "17-5": sentence_checks,
    "17-6": pair_checks,
}
