"""Exercício 14-3: a versão corrigida, conferida pelo que ela produz e pelo arquivo reaberto."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import number_check
from coursekit.exercises.comparing import describe_difference, matches
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import kind_of, plain_text, spoken, to_array, to_number, where
from coursekit.exercises.report import Check

__all__ = ["repair_checks"]

Array = NDArray[np.float64]

FILTERS, FEATURES, VOCABULARY = 64, 128, 1000
LENGTHS = (496, 500)  # sem e com preenchimento nas pontas
CONVOLUTION = (5 * FEATURES + 1) * FILTERS
SCORES, HIDDEN, OUTPUT = FILTERS + 1, (FILTERS + 1) * 10, 11
WORDS = VOCABULARY * FEATURES
TOTAL = WORDS + CONVOLUTION + SCORES + HIDDEN + OUTPUT

LAMBDA_HINT = (
    "a Lambda: uma função solta não volta do arquivo no modo seguro. Há uma camada com nome que "
    "faz o softmax num eixo."
)
POOLING_HINT = "a agregação: a soma ponderada já deixa um vetor só; não sobra tempo a resumir."


def _run_layers(answer: object) -> Failure | None:
    """Confere que camadas há, pelo nome da classe."""
    if not isinstance(answer, list | tuple) or not all(isinstance(name, str) for name in answer):
        raise AnswerError(f"esperava uma lista de nomes de camadas; recebi {kind_of(answer)}")
    detail = f"recebi as camadas {', '.join(answer) or 'nenhuma'}"
    for name, hint in (
        ("Lambda", LAMBDA_HINT),
        ("GlobalMaxPooling1D", POOLING_HINT),
        ("GlobalAveragePooling1D", POOLING_HINT),
    ):
        if name in answer:
            return Failure(detail, hint)
    for name, hint in (
        ("Embedding", "a entrada: o texto chega como números de palavras, e viram vetores onde?"),
        ("Conv1D", "a convolução: ela não estava errada, e continua no modelo."),
        ("Dense", "as densas: a que pontua, a de 10 unidades e a da saída."),
    ):
        if name not in answer:
            return Failure(f"{detail}; falta {name}", hint)
    return None


def _count_check() -> Check:
    return number_check(
        "número de parâmetros",
        lambda: TOTAL,
        tolerance=0,
        hint="as camadas do enunciado, com os tamanhos dele: 1.000 palavras de 128 números, 64 "
        "filtros de largura 5, a pontuação, 10 unidades e 1.",
        mistakes=(
            Mistake(lambda: TOTAL - WORDS, "a entrada: a tabela de vetores tem parâmetros."),
            Mistake(
                lambda: TOTAL - SCORES,
                "a pontuação: a densa de uma unidade que dá um número por posição.",
            ),
            Mistake(
                lambda: TOTAL - 1,
                "os vieses: o enunciado não tira nenhum.",
            ),
            Mistake(lambda: TOTAL - HIDDEN - OUTPUT + SCORES, "a densa de 10 unidades, no fim."),
            Mistake(
                lambda: TOTAL - HIDDEN + (LENGTHS[0] * FILTERS + 1) * 10,
                "o contexto: a densa de 10 recebeu todas as posições esticadas, e não um vetor.",
            ),
            Mistake(
                lambda: TOTAL - SCORES + (FILTERS + 1) * FILTERS,
                "a pontuação: **um** número por posição, e não um por filtro.",
            ),
        ),
    )


def _positions(answer: object, name: str) -> NDArray[Any]:
    """Lê uma saída de forma (T, …) e confere T."""
    array = to_array(answer)
    if array.ndim not in (1, 2) or array.shape[0] not in LENGTHS:
        raise AnswerError(
            f"{name}: recebi a forma {where(array.shape)}, e esperava uma linha por posição",
            "os nomes das camadas: «features» é a convolução, «scores» a densa que pontua e "
            "«context» a soma.",
        )
    return array


def _run_scores(answer: object) -> Failure | None:
    """Confere que há uma pontuação por posição, sem limite."""
    scores = _positions(answer, "pontuações")
    if scores.ndim == 2 and scores.shape[1] != 1:
        return Failure(
            f"recebi a forma {where(scores.shape)}",
            "a pontuação: **um** número por posição, de uma densa de uma unidade.",
        )
    if np.abs(scores).max() <= 1 + 1e-6:
        return Failure(
            f"a maior, em módulo, é {spoken(float(np.abs(scores).max()))}, e os pesos da camada "
            "foram multiplicados por 500",
            "a ativação da densa que pontua: com as pontuações presas, o peso tem um teto.",
        )
    if scores.min() >= -1 - 1e-6:
        return Failure(
            f"a menor é {spoken(float(scores.min()))}, e os pesos da camada foram multiplicados "
            "por 500",
            "a ativação da densa que pontua: ela é linear, sem ReLU nem outra função.",
        )
    return None


def _run_context(maps: NDArray[Any], scores: NDArray[Any], context: object) -> Failure | None:
    """Compara o contexto com a soma ponderada dos mapas."""
    received = to_array(context)
    features = maps.astype(np.float64)
    column = scores.astype(np.float64).reshape(len(features))
    weights = reference.softmax(column)
    known: tuple[tuple[Callable[[], Array], str], ...] = (
        (lambda: features * weights[:, None], "a soma: saiu um vetor por posição."),
        (
            lambda: (features * weights[:, None]).max(axis=0),
            "a agregação: o máximo dos produtos; a atenção **soma**.",
        ),
        (
            lambda: features.sum(axis=0),
            "o eixo do softmax: no último, que tem um número só, todo peso vale 1. É o do tempo.",
        ),
        (lambda: features.mean(axis=0), "os pesos: saiu a média simples."),
        (lambda: features.max(axis=0), "os pesos: saiu o máximo, sem atenção."),
        (lambda: (weights @ features)[None], "o eixo que sobrou: o contexto tem forma (64,)."),
        (lambda: column @ features, "os pesos: as pontuações não passaram pelo softmax."),
        (
            lambda: reference.softmax(np.tanh(column)) @ features,
            "a tangente: ela continua entre a pontuação e o softmax.",
        ),
        (
            lambda: weights @ features / len(features),
            "a soma: depois de ponderar não se divide por n.",
        ),
    )
    difference = describe_difference(received, weights @ features, tolerance=1e-5)
    if difference is None:
        return None
    hint = next((h for wrong, h in known if matches(received, wrong(), tolerance=1e-5)), None)
    return Failure(difference, hint)


def _run_all(answer: object) -> Failure | None:
    """Confere o contexto a partir dos mapas e das pontuações da mesma resposta."""
    if not isinstance(answer, Mapping):
        raise AnswerError(f"esperava um dicionário; recebi {kind_of(answer)}")
    entries = {plain_text(str(key)): value for key, value in answer.items()}
    maps = _positions(entries["mapas"], "mapas")
    scores = _positions(entries["pontuacoes"], "pontuações")
    if len(maps) != len(scores):
        return Failure("os mapas e as pontuações têm números de posições diferentes")
    return _run_context(maps, scores, entries["contexto"])


def _run_maps(answer: object) -> Failure | None:
    maps = _positions(answer, "mapas")
    if maps.ndim != 2 or maps.shape[1] != FILTERS:
        return Failure(f"recebi a forma {where(maps.shape)}", "a convolução: são 64 filtros.")
    if maps.min() < 0:
        return Failure("há mapas negativos", "a ativação da convolução: a ReLU não estava errada.")
    return None


def _run_reopened(answer: object) -> Failure | None:
    """Confere a diferença entre o modelo e o arquivo reaberto."""
    if isinstance(answer, str) and plain_text(answer) == "recusado":
        return Failure(
            "o Keras recusou o arquivo",
            "a camada que não volta: funções soltas e classes sem registro. Use camadas do Keras, "
            "ou keras.saving.register_keras_serializable.",
        )
    gap = to_number(answer)
    if gap <= 1e-5:
        return None
    return Failure(f"reaberto, o modelo responde outra coisa: difere em {spoken(gap)}")


def repair_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-3."""
    hint = "as três etapas: pontuar sem limite, softmax **no tempo**, e somar os mapas pesados."
    form, layers, count, maps, scores, _, reopened = entry_checks(
        {
            "camadas": Check("camadas", _run_layers, "a lista de camadas do modelo."),
            "parâmetros": _count_check(),
            "mapas": Check("mapas", _run_maps, "a camada «features»."),
            "pontuações": Check("pontuações", _run_scores, "a camada «scores»."),
            "contexto": Check("contexto", lambda answer: None, hint),
            "reaberto": Check(
                "arquivo reaberto",
                _run_reopened,
                "o que se guarda: os pesos vão ao arquivo, e voltam iguais. Há sorteio na saída?",
            ),
        }
    )
    context = Check("contexto", _run_all, hint)
    return form, layers, count, maps, scores, context, reopened
