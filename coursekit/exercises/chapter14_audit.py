"""Exercício 14-1: cinco defeitos de um código popular, cada um com a sua medida."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import number_check
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import kind_of, plain_text
from coursekit.exercises.report import Check

__all__ = ["audit_checks", "audited_maps"]

Array = NDArray[np.float64]

LENGTH, WIDTH, FEATURES, FILTERS, VOCABULARY = 500, 5, 128, 64, 10_000
POSITIONS = LENGTH - WIDTH + 1
PARAMETERS = 41_750
LAYERS = 8
SUSPECTS = {
    "a": "layers.Input((500, 128))",
    "b": 'layers.Dense(1, activation="tanh")',
    "c": "softmax com axis=1",
    "d": "layers.Lambda",
    "e": "layers.Multiply seguido de GlobalMaxPooling1D",
}
INNOCENT = "c"


def audited_maps() -> tuple[Array, Array]:
    """Saída da convolução e pontuações, antes da tangente, de um exemplo sorteado.

    Returns:
        ``(mapas, pontuações)``, de formas ``(496, 64)``, sem negativos, e ``(496,)``.

    Example:
        >>> maps, scores = audited_maps()
        >>> maps.shape, scores.shape, bool(maps.min() >= 0)
        ((496, 64), (496,), True)
    """
    generator = np.random.default_rng(141)
    maps = np.maximum(generator.normal(size=(POSITIONS, FILTERS)), 0)
    return maps, 0.3 * generator.normal(size=POSITIONS)


def _pooled(*, bounded: bool = True) -> Array:
    """O que o código entrega à densa: o máximo, no tempo, dos mapas vezes os pesos."""
    maps, scores = audited_maps()
    weights = reference.softmax(np.tanh(scores) if bounded else scores)
    return np.asarray((maps * weights[:, None]).max(axis=0))


def _ratio_check() -> Check:
    return number_check(
        "a maior razão entre dois pesos",
        lambda: math.exp(2),
        tolerance=0.01,
        hint="os valores extremos da tangente, e o que é a razão entre duas exponenciais.",
        mistakes=(
            Mistake(
                lambda: math.e, "até onde a tangente desce: a menor pontuação não é 0, é quase −1."
            ),
            Mistake(lambda: 2.0, "o que se pede: a razão dos **pesos**, que são exponenciais."),
            Mistake(lambda: math.exp(-2), "o sentido da razão: o maior peso sobre o menor."),
            Mistake(
                lambda: math.exp(2) / (math.exp(2) + POSITIONS - 1),
                "o que se pede: a razão entre **dois** pesos, e não o maior peso de todos.",
            ),
            Mistake(lambda: math.e**4, "a diferença entre as pontuações extremas: de −1 a 1."),
            Mistake(lambda: math.tanh(1), "o que se pede: a razão entre dois pesos."),
        ),
    )


def _vectors_check() -> Check:
    return number_check(
        "vetores que saem da «atenção»",
        lambda: POSITIONS,
        tolerance=0,
        hint="a forma que sai de Multiply: quantos vetores de 64 números há em cada exemplo?",
        mistakes=(
            Mistake(
                lambda: LENGTH,
                "a convolução: sem preenchimento, o filtro não passa das pontas.",
            ),
            Mistake(
                lambda: 1,
                "o que o código faz: um vetor só é o que a atenção **deveria** entregar.",
            ),
            Mistake(lambda: FILTERS, "o que se conta: vetores, e não os números de cada um."),
            Mistake(
                lambda: POSITIONS * FILTERS, "o que se conta: vetores, e não os números de cada um."
            ),
            Mistake(lambda: LENGTH - WIDTH, "quantas paradas: um filtro de 5 em 5 faz uma."),
        ),
    )


def _scale_check() -> Check:
    maps, scores = audited_maps()
    highest = maps.max(axis=0)
    terms = np.exp(np.tanh(scores))[:, None]
    weighted = maps * terms / terms.sum()
    return number_check(
        "quantas vezes o máximo encolheu",
        lambda: float(highest.mean() / _pooled().mean()),
        tolerance=0.5,
        hint="numerador: a média dos 64 máximos dos mapas. Denominador: a média dos 64 números "
        "que saem de GlobalMaxPooling1D.",
        mistakes=(
            Mistake(
                lambda: float(_pooled().mean() / highest.mean()),
                "o sentido da razão: quantas vezes **menor**, maior que 1.",
            ),
            Mistake(
                lambda: float((highest / _pooled()).mean()),
                "a ordem: a razão das médias, e não a média das razões.",
            ),
            Mistake(
                lambda: float(highest.max() / _pooled().max()),
                "o que se divide: médias dos 64 filtros, e não o maior de todos.",
            ),
            Mistake(
                lambda: float(highest.mean() / _pooled(bounded=False).mean()),
                "as pontuações: as do código passam pela tangente.",
            ),
            Mistake(
                lambda: float(maps.mean() / _pooled().mean()),
                "o numerador: o **máximo** no tempo de cada filtro, e não a média.",
            ),
            Mistake(
                lambda: float(highest.mean() / weighted.sum(axis=0).mean()),
                "o que o código faz depois do produto: o máximo no tempo, e não a soma.",
            ),
            Mistake(
                lambda: float(highest.mean() / (maps * terms).max(axis=0).mean()),
                "os pesos: as exponenciais divididas pela soma delas, no tempo.",
            ),
            Mistake(
                lambda: 1.0,
                "o eixo do softmax: no último, de tamanho 1, todo peso vale 1 e nada encolhe.",
            ),
            Mistake(
                lambda: POSITIONS,
                "se você mediu, e em que eixo: esse valor sai com pesos iguais, ou com o máximo no "
                "eixo dos filtros. As pontuações não são iguais, e o máximo é no tempo.",
            ),
        ),
    )


def _words_check() -> Check:
    missing = VOCABULARY * FEATURES
    return number_check(
        "parâmetros da camada que falta",
        lambda: missing,
        tolerance=0,
        hint="a tabela de vetores: uma linha para cada palavra, tantas colunas quantos números a "
        "convolução espera por posição.",
        mistakes=(
            Mistake(lambda: missing + PARAMETERS, "o que se pede: só a camada que falta."),
            Mistake(
                lambda: LENGTH * FEATURES,
                "o que a tabela guarda: um vetor por palavra do **vocabulário**, não por posição.",
            ),
            Mistake(
                lambda: VOCABULARY * FILTERS,
                "a largura dos vetores: a que a convolução **recebe**, e não a que ela devolve.",
            ),
            Mistake(lambda: VOCABULARY, "a largura: cada palavra tem vários números."),
            Mistake(
                lambda: (VOCABULARY + 1) * FEATURES,
                "o viés: uma tabela de vetores não tem nenhum.",
            ),
            Mistake(
                lambda: VOCABULARY * LENGTH,
                "a largura dos vetores: não é o comprimento do texto.",
            ),
            Mistake(lambda: 0, "a camada que **falta**: o código tem zero; quantos ela teria?"),
        ),
    )


def _file_check() -> Check:
    return number_check(
        "camadas que não reabrem",
        lambda: 1,
        tolerance=0,
        hint="uma camada de cada vez: serialize e deserialize; conte as que levantam ValueError.",
        mistakes=(
            Mistake(
                lambda: 0,
                "se o modo seguro estava ligado: com safe_mode=False tudo abre, e código alheio "
                "roda.",
            ),
            Mistake(lambda: LAYERS - 1, "o que se conta: as que **não** reabrem."),
            Mistake(
                lambda: LAYERS,
                "por que todas falharam: uma camada se desfaz com deserialize(serialize(camada)).",
            ),
        ),
    )


def _run_innocent(options: dict[str, str], answer: object) -> Failure | None:
    """Confere a letra da linha que não tem defeito."""
    letter = plain_text(answer).strip("().: ") if isinstance(answer, str) else ""
    if letter == INNOCENT:
        return None
    if letter not in options:
        detail = f"recebi {kind_of(answer)}; as letras são {', '.join(options)}"
        return Failure(detail, "a forma da resposta: uma letra, entre aspas.")
    hints = {
        "a": "o que entra: o fluxo promete texto, e essa linha pede vetores prontos.",
        "b": "a maior razão entre dois pesos que você mediu: essa linha é a causa dela.",
        "d": "o arquivo: que camada não reabriu?",
        "e": "os vetores e a escala que você mediu: essa linha é a causa dos dois.",
    }
    return Failure(f"a linha «{letter}» tem defeito", hints[letter])


def audit_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-1."""
    hint = "as medidas: a linha inocente é a que nenhuma delas acusa. Os pesos somam 1 no tempo?"
    return entry_checks(
        {
            "tangente": _ratio_check(),
            "soma": _vectors_check(),
            "escala": _scale_check(),
            "palavras": _words_check(),
            "arquivo": _file_check(),
            "inocente": Check("a linha inocente", partial(_run_innocent, SUSPECTS), hint),
        }
    )
