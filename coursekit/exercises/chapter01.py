"""Capítulo 1: alocação ótima, operação N, telas que saltam, pixels e o farol."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from coursekit.exercises.answers import Choice, choice_checks, number_check
from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import keys_of, spoken, to_number
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

NUM_SAMPLES, SENSITIVITY = 40.0, 0.35
PEAK_FLOOR = 0.05
NUM_PIXELS = 12
FEATURES = ("color", "orientation", "brightness")
CONDITIONS = (*FEATURES, "conjunction")


def accuracy(samples: float) -> float:
    """Acurácia de quem tem ``samples`` amostras do alvo, no modelo do capítulo."""
    return float(norm.cdf(SENSITIVITY * np.sqrt(samples) / np.sqrt(2)))


def mean_accuracy(share: float, validity: float) -> float:
    """Acurácia média de quem dá a fração ``share`` ao lado apontado."""
    cued, other = accuracy(share * NUM_SAMPLES), accuracy((1 - share) * NUM_SAMPLES)
    return validity * cued + (1 - validity) * other


def best_share(validity: float) -> float:
    """Fração ótima, por busca numérica do máximo (outro caminho que o do capítulo)."""
    found = minimize_scalar(
        lambda share: -mean_accuracy(share, validity),
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(found.x)


def optimal_share_checks() -> tuple[Check, ...]:
    """Monta as conferências de 01-1."""
    share = best_share(0.7)
    return (
        number_check(
            "fração ótima para validade 0,7",
            lambda: share,
            tolerance=0.01,
            hint="o acerto médio U(g), com N = 40 e d = 0,35: que g o torna máximo?",
            mistakes=(
                Mistake(
                    lambda: 0.7,
                    "a diagonal da figura do capítulo: apostar na proporção da pista é uma regra "
                    "próxima da ótima, mas não é a ótima. Compare U(g) em torno de 0,7.",
                ),
                Mistake(
                    lambda: 1 - share,
                    "de que lado é a fração pedida: g é a parte do lado que a pista indica.",
                ),
                Mistake(
                    lambda: mean_accuracy(share, 0.7),
                    "a diferença entre o maior valor de U e o g em que ele ocorre (max e argmax).",
                ),
                Mistake(lambda: best_share(0.8), "a validade: aqui a pista acerta 70% das vezes."),
                Mistake(lambda: 100 * share, "a unidade: a resposta é uma fração, entre 0 e 1."),
                Mistake(
                    lambda: share * NUM_SAMPLES,
                    "a unidade: a resposta é a fração g, não o número de olhadelas g·N.",
                ),
                Mistake(
                    lambda: 1.0,
                    "o retorno que diminui: as primeiras olhadelas do outro lado rendem muito.",
                ),
                Mistake(
                    lambda: 0.5,
                    "o que a pista informa: dividir ao meio só é ótimo se ela não informa nada.",
                ),
            ),
        ),
    )


def highlight(
    feature_map: NDArray[np.float64],
    factor: Callable[[list[float]], float] = lambda peaks: (1 - float(np.mean(peaks or [0]))) ** 2,
    *,
    rescale: bool = True,
    keep_highest: bool = False,
) -> NDArray[np.float64]:
    """A operação N, célula por célula; os argumentos trocam uma peça para imitar enganos."""
    lowest, span = feature_map.min(), np.ptp(feature_map)
    if span == 0:
        return np.zeros(feature_map.shape)
    scaled = (feature_map - lowest) / span
    peaks = []
    for i, j in np.ndindex(scaled.shape):
        around = scaled[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2]
        is_peak = scaled[i, j] == around.max() and scaled[i, j] > PEAK_FLOOR
        if is_peak and (keep_highest or scaled[i, j] < 1):
            peaks.append(float(scaled[i, j]))
    return np.asarray((scaled if rescale else feature_map) * factor(peaks))


def _peaks_on_background(
    shape: tuple[int, int], peaks: Mapping[tuple[int, int], float], background: float
) -> tuple[NDArray[np.float64]]:
    """Mapa plano com picos isolados."""
    values = np.full(shape, background)
    for position, height in peaks.items():
        values[position] = height
    return (values,)


def _random_map() -> tuple[NDArray[np.float64]]:
    return (np.random.default_rng(11).normal(size=(11, 13)),)


_MAP_MISTAKES = (
    Mistake(
        lambda values: highlight(values, rescale=False),
        "a primeira etapa: antes do fator, o mapa vai ao intervalo de 0 a 1.",
    ),
    Mistake(
        lambda values: highlight(values, lambda peaks: 1.0),
        "a segunda etapa: falta reduzir o mapa conforme a altura média dos outros picos.",
    ),
    Mistake(
        lambda values: highlight(values, lambda peaks: 1 - float(np.mean(peaks or [0]))),
        "o expoente do fator (1 − m̄)².",
    ),
    Mistake(
        lambda values: highlight(values, lambda peaks: 1 - float(np.mean(peaks or [0])) ** 2),
        "a ordem das contas no fator: primeiro a diferença 1 − m̄, depois o quadrado.",
    ),
    Mistake(
        lambda values: highlight(values, keep_highest=True),
        "quais picos entram na média m̄: todos, menos o maior do mapa.",
    ),
    Mistake(
        lambda values: highlight(values, lambda peaks: (1 - max(peaks, default=0.0)) ** 2),
        "o que resume os outros picos: a média deles, não o maior deles.",
    ),
    Mistake(
        lambda values: highlight(values, lambda peaks: 1.0 if peaks else np.nan),
        "o mapa sem outros picos: a média de um vetor vazio é nan, e o enunciado diz que m̄ vale 0.",
    ),
)


def _mean_of_everything(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Engano: m̄ como média do mapa todo."""
    if np.ptp(values) == 0:
        return np.zeros(values.shape)
    scaled = (values - values.min()) / np.ptp(values)
    return np.asarray(scaled * (1 - scaled.mean()) ** 2)


def normalize_map_checks() -> tuple[Check, ...]:
    """Monta as conferências de 01-2."""
    everything = Mistake(
        _mean_of_everything, "de que se tira a média m̄: só dos picos locais, não do mapa todo."
    )
    mistakes = (*_MAP_MISTAKES, everything)
    general = "as três etapas: levar a [0, 1], achar os picos locais, multiplicar pelo fator."
    cases = (
        ("um pico só", lambda: _peaks_on_background((5, 7), {(2, 3): 3.0}, 0.0), general),
        (
            "três picos",
            lambda: _peaks_on_background((7, 11), {(1, 2): 5.0, (3, 7): 3.0, (5, 4): 1.0}, 0.0),
            general,
        ),
        (
            "mapa que não começa em zero, com um pico no canto",
            lambda: _peaks_on_background((5, 11), {(0, 0): 1.0, (3, 6): 2.0, (2, 9): 0.0}, -2.0),
            "o mínimo do mapa, que nem sempre é 0, e as bordas, que têm menos vizinhos.",
        ),
        (
            "um pico baixo demais para contar",
            lambda: _peaks_on_background((5, 7), {(2, 1): 50.0, (2, 4): 2.0}, 0.0),
            "o piso: só contam os picos maiores que 0,05.",
        ),
        (
            "um pico largo, de dois pontos iguais",
            lambda: _peaks_on_background((5, 11), {(2, 1): 4.0, (2, 6): 3.0, (2, 7): 3.0}, 0.0),
            "o que é pico: pontos maiores que os vizinhos ou iguais aos vizinhos mais altos.",
        ),
        ("mapa irregular", _random_map, general),
        (
            "mapa constante",
            lambda: (np.full((3, 5), 0.7),),
            "a divisão pela amplitude do mapa, que aqui é 0: o enunciado diz o que devolver.",
        ),
    )
    return function_checks(
        [Case(name, arguments, highlight, hint, mistakes) for name, arguments, hint in cases]
    )


def _read_fractions(answer: object) -> dict[str, float]:
    """Lê a fração de cada condição."""
    if not isinstance(answer, Mapping) or set(answer) != set(CONDITIONS):
        raise AnswerError(
            f"esperava um dicionário com as quatro condições; recebi {keys_of(answer)}",
            f"a forma da medida: um número para cada uma de {', '.join(CONDITIONS)}.",
        )
    return {name: to_number(answer[name]) for name in CONDITIONS}


def _run_fractions(answer: object) -> Failure | None:
    """Confere as frações com os limiares do experimento E02."""
    fractions = _read_fractions(answer)
    features = [fractions[name] for name in FEATURES]
    told = ", ".join(f"{name}: {spoken(value)}" for name, value in fractions.items())
    if max(fractions.values()) > 1 or min(fractions.values()) < 0:
        hint = "a unidade: fração de telas em que o alvo tem posto 1, entre 0 e 1; não o posto."
        return Failure(f"recebi {told}", hint)
    if max(features) == 0:
        return Failure(f"recebi {told}", "de onde se conta o posto: o primeiro da fila é o 1.")
    if fractions["conjunction"] >= min(features):
        hint = "se a condição muda mesmo de uma medida para a outra (o argumento kind)."
        return Failure(f"recebi {told}", hint)
    if min(features) < 0.9 or fractions["conjunction"] > 0.3:
        return Failure(f"recebi {told}")
    return None


def pop_out_checks() -> tuple[Check, ...]:
    """Monta as conferências de 01-3."""
    letters = dict(zip("abcd", CONDITIONS, strict=True))
    by_condition = {name: letter for letter, name in letters.items()}
    choice = Choice(
        options={"a": "cor", "b": "orientação", "c": "brilho", "d": "conjunção"},
        key=lambda measured: by_condition[min(measured, key=measured.get)],
        hints={
            "a": "a sua medida na condição color: em quantas telas o alvo foi o primeiro?",
            "b": "a sua medida em orientation: um traço deitado entre traços em pé salta ou não?",
            "c": "a sua medida em brightness: um traço claro entre escuros salta ou não?",
        },
    )
    measure = Check(
        "fração de telas em que o alvo salta",
        _run_fractions,
        "a contagem: em cada tela, o posto do alvo na fila das 49 barras, da mais saliente à "
        "menos; depois, a fração de telas com posto 1.",
    )
    return choice_checks(choice, measure, _read_fractions)


@lru_cache(maxsize=1)
def _digits() -> tuple[NDArray[Any], ...]:
    """Dígitos repartidos como no capítulo (semente 0), direto do scikit-learn."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(pixels / 16.0, labels, test_size=0.3, random_state=0, stratify=labels)
    return tuple(parts)


@lru_cache(maxsize=1)
def _information_order() -> NDArray[np.intp]:
    """Pixels do mais ao menos informativo."""
    from sklearn.feature_selection import mutual_info_classif

    train, _, labels, _ = _digits()
    return np.argsort(-mutual_info_classif(train, labels, random_state=0), kind="stable")


@lru_cache(maxsize=16)
def _digit_accuracy(order: tuple[int, ...], on_train: bool = False) -> float:
    """Acurácia da regressão logística que só vê os pixels dados."""
    from sklearn.linear_model import LogisticRegression

    train, test, train_labels, test_labels = _digits()
    columns = list(order)
    model = LogisticRegression(max_iter=1000).fit(train[:, columns], train_labels)
    if on_train:
        return float(model.score(train[:, columns], train_labels))
    return float(model.score(test[:, columns], test_labels))


def _best_pixels(count: int, *, reverse: bool = False) -> tuple[int, ...]:
    """Os ``count`` pixels mais (ou menos) informativos."""
    order = _information_order()[::-1] if reverse else _information_order()
    return tuple(order[:count].tolist())


def _brightest(count: int) -> tuple[int, ...]:
    """Os ``count`` pixels mais brilhantes em média."""
    return tuple(np.argsort(-_digits()[0].mean(axis=0), kind="stable")[:count].tolist())


def twelve_pixels_checks() -> tuple[Check, ...]:
    """Monta as conferências de 01-4."""
    return (
        number_check(
            "acurácia com 12 pixels",
            lambda: _digit_accuracy(_best_pixels(NUM_PIXELS)),
            tolerance=0.008,
            hint="a receita: semente 0, ordem pela informação mútua, os 12 primeiros, acurácia no "
            "teste.",
            mistakes=(
                Mistake(
                    lambda: 100 * _digit_accuracy(_best_pixels(NUM_PIXELS)),
                    "a unidade: a resposta é uma fração, entre 0 e 1.",
                ),
                Mistake(
                    lambda: _digit_accuracy(_best_pixels(NUM_PIXELS), on_train=True),
                    "em que dados se mede: os do treino o modelo já viu.",
                ),
                Mistake(
                    lambda: _digit_accuracy(_brightest(NUM_PIXELS)),
                    "a ordem dos pixels: brilho é preferência do estímulo; a tarefa pede outra.",
                ),
                Mistake(
                    lambda: _digit_accuracy(_best_pixels(NUM_PIXELS, reverse=True)),
                    "o sentido da ordem: você ficou com o fim da fila.",
                ),
                Mistake(
                    lambda: _digit_accuracy(tuple(range(NUM_PIXELS))),
                    "quais pixels: os 12 primeiros da ordem, não os 12 primeiros da imagem.",
                ),
                Mistake(
                    lambda: _digit_accuracy(_best_pixels(8)), "o orçamento: aqui são 12 pixels."
                ),
                Mistake(
                    lambda: _digit_accuracy(_best_pixels(16)), "o orçamento: aqui são 12 pixels."
                ),
                Mistake(
                    lambda: _digit_accuracy(_best_pixels(64)),
                    "o orçamento: você usou a imagem inteira.",
                ),
            ),
        ),
    )


def spotlight_checks() -> tuple[Check, ...]:
    """Monta as conferências de 01-5."""
    share = best_share(0.8)
    valid, invalid = accuracy(share * NUM_SAMPLES), accuracy((1 - share) * NUM_SAMPLES)
    measure = number_check(
        "acurácia do lado não indicado",
        lambda: invalid,
        tolerance=0.01,
        hint="o recurso que sobra para o outro lado, (1 − g)·N, e a acurácia que ele compra.",
        mistakes=(
            Mistake(lambda: valid, "de que lado se mede: o que a pista **não** indicou."),
            Mistake(
                lambda: accuracy(0.5 * NUM_SAMPLES),
                "a divisão: com pista de 80%, o recurso não se reparte ao meio.",
            ),
            Mistake(
                lambda: mean_accuracy(share, 0.8),
                "o que se mede: a acurácia de um lado só, não a média dos dois.",
            ),
            Mistake(
                lambda: accuracy((1 - 0.8) * 1.0),
                "o número de olhadelas: a fração ainda precisa ser multiplicada por N.",
            ),
            Mistake(lambda: 0.5, "o recurso do outro lado: ele recebe pouco, mas não recebe zero."),
        ),
    )
    choice = Choice(
        options={
            "a": "Que o resto some: o que não é atendido não é processado.",
            "b": "Que o resto fica atenuado, mas continua sendo processado em parte.",
            "c": "Que o resto é processado tão bem quanto o que é atendido.",
            "d": "Que só entra do resto aquilo que a pessoa decide escutar.",
        },
        key=lambda measured: "a" if measured < 0.51 else "c" if measured > valid - 0.01 else "b",
        hints={
            "a": "a sua medida diante do chute, 0,5: se o resto sumisse, ela valeria quanto?",
            "c": "a sua medida diante da acurácia do lado apontado: são iguais?",
            "d": "o que Moray observou: alguém tinha pedido que se prestasse atenção ao nome?",
        },
    )
    return choice_checks(choice, measure, to_number)


CHECKS = {
    "01-1": optimal_share_checks,
    "01-2": normalize_map_checks,
    "01-3": pop_out_checks,
    "01-4": twelve_pixels_checks,
    "01-5": spotlight_checks,
}
