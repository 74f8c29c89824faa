"""Exercício 08-6: a receita de oito passos do Keras, conferida pelo que ela produz."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.reading import kind_of, spoken, to_array, to_number, where
from coursekit.exercises.report import Check

__all__ = ["recipe_checks", "running_sums"]

Array = NDArray[np.float64]

UNITS, STEPS, FEATURES = 16, 12, 1
NUM_TRAIN, NUM_TEST, NOISE = 480, 120, 0.1
INPUT_SHAPE = (None, STEPS, FEATURES)
SHAPES = ((None, UNITS), (None, 1))


def running_sums() -> tuple[Array, Array, Array, Array]:
    """Sequências de números e a soma de cada uma, com um pouco de ruído.

    Returns:
        ``(x_train, y_train, x_test, y_test)``; os ``x`` têm forma ``(n, 12, 1)`` e os ``y``,
        ``(n, 1)``.

    Example:
        >>> [part.shape for part in running_sums()]
        [(480, 12, 1), (480, 1), (120, 12, 1), (120, 1)]
    """
    generator = np.random.default_rng(86)
    x = generator.normal(size=(NUM_TRAIN + NUM_TEST, STEPS, FEATURES))
    y = x.sum(axis=1) + NOISE * generator.normal(size=(NUM_TRAIN + NUM_TEST, 1))
    return x[:NUM_TRAIN], y[:NUM_TRAIN], x[NUM_TRAIN:], y[NUM_TRAIN:]


def _read_shapes(answer: object) -> list[tuple[object, ...]]:
    """Lê a lista de formas de saída das camadas."""
    shapes = [*answer] if isinstance(answer, list | tuple) else []
    if not shapes or not all(isinstance(shape, list | tuple) and shape for shape in shapes):
        raise AnswerError(f"esperava uma lista de formas; recebi {kind_of(answer)}")
    return [tuple(shape) for shape in shapes]


def _run_shapes(answer: object) -> Failure | None:
    shapes = _read_shapes(answer)
    if shapes[0] == INPUT_SHAPE and len(shapes) > len(SHAPES):
        shapes = shapes[1:]  # a camada de entrada, que keras.Model lista e Sequential não
    detail = f"recebi {len(shapes)} camadas, de saídas {', '.join(map(str, shapes))}"
    if len(shapes) == 1:
        return Failure(
            detail,
            "o passo 4: depois da LSTM falta uma camada densa, de uma unidade, que transforma o "
            "estado na previsão.",
        )
    first, last = shapes[0], shapes[-1]
    if any(len(shape) == 3 for shape in shapes):
        return Failure(
            detail,
            "o passo 3: há um rótulo por sequência, e a LSTM está devolvendo um estado por "
            "**passo**.",
        )
    if first[0] is not None:
        return Failure(
            detail, "o passo 2: a forma da entrada é (passos, características); o lote não entra."
        )
    if last != SHAPES[1]:
        return Failure(detail, "o passo 4: a última camada tem uma unidade, uma por previsão.")
    if first != SHAPES[0]:
        return Failure(detail, "o passo 3: quantas unidades o enunciado pede na LSTM.")
    if len(shapes) != len(SHAPES):
        return Failure(detail, "o passo 4: só duas camadas, a LSTM e a densa.")
    return None


def _run_count(answer: object) -> Failure | None:
    received = to_number(answer)
    lstm = 4 * (UNITS * (FEATURES + UNITS) + UNITS)
    if received == lstm + UNITS + 1:
        return None
    detail = f"recebi {spoken(received)} parâmetros"
    known = {
        lstm: "a contagem: a camada densa também tem parâmetros.",
        4 * (UNITS * (STEPS + UNITS) + UNITS) + UNITS + 1: (
            "o passo 2: os eixos trocados fazem dos 12 passos 12 características. A ordem é "
            "(passos, características)."
        ),
        lstm + 4 * UNITS + UNITS + 1: "os vieses: no Keras, a LSTM tem um por bloco.",
        UNITS * (FEATURES + UNITS) + UNITS + UNITS + 1: "o passo 3: uma LSTM, não uma SimpleRNN.",
        3 * (UNITS * (FEATURES + UNITS) + 2 * UNITS) + UNITS + 1: (
            "o passo 3: uma LSTM, e não uma GRU."
        ),
    }
    return Failure(detail, known.get(int(received)))


def _run_predictions(answer: object) -> Failure | None:
    _, y_train, _, y_test = running_sums()
    predictions = to_array(answer).astype(np.float64)
    if predictions.shape != y_test.shape:
        hint = "o passo 8: uma previsão para cada sequência de **teste**, em uma coluna."
        if predictions.ndim == 3:
            hint = "o passo 3: há um rótulo por sequência, e saiu uma previsão por passo."
        elif predictions.shape == y_train.shape:
            hint = "o passo 8: a previsão é das sequências de teste, e não das de treino."
        detail = f"recebi a forma {where(predictions.shape)} e esperava {where(y_test.shape)}"
        return Failure(detail, hint)
    error = float(np.mean((predictions - y_test) ** 2))
    baseline = float(np.mean((y_train.mean() - y_test) ** 2))
    if not np.isfinite(error):
        return Failure("há previsões que não são números", "o passo 6: o treino estourou.")
    detail = f"o erro quadrático médio delas é {spoken(error)}"
    if error < NOISE**2 / 4:
        return Failure(
            f"{detail}, menor que o ruído dos rótulos",
            "de onde vêm as previsões: parecem os próprios rótulos de teste.",
        )
    if error > baseline / 4:
        return Failure(f"{detail}; prever sempre a média dá {spoken(baseline)}", _weak(predictions))
    return None


def _weak(predictions: Array) -> str:
    """Pista para previsões que pouco melhoram a média."""
    if 0.8 <= np.abs(predictions).max() <= 1:  # encostadas no limite, e não só pequenas
        return (
            "o passo 4: previsões presas entre −1 e 1. A saída da LSTM, uma sigmoide ou uma "
            "tangente não alcançam somas maiores; a última camada é linear."
        )
    if predictions.min() >= 0 and np.ptp(predictions) > 1:
        return "o passo 4: nenhuma previsão é negativa. Que ativação tem a última camada?"
    return "o passo 6: fit vem antes de predict, e são precisas algumas dezenas de épocas."


def _run_error(answer: object) -> Failure | None:
    """O erro avaliado é o das próprias previsões, no teste."""
    if not isinstance(answer, Mapping):
        raise AnswerError("esperava um dicionário")
    entries = {str(key).casefold(): value for key, value in answer.items()}
    predictions = to_array(next(v for k, v in entries.items() if k.startswith("previs")))
    error = to_number(_loss_of(entries["erro"]))
    gaps = predictions.astype(np.float64) - running_sums()[3]
    right = float(np.mean(gaps**2))
    if abs(error - right) <= 2e-3 * right + 1e-6:
        return None
    detail = f"evaluate deu {spoken(error)}, e o erro quadrático das previsões é {spoken(right)}"
    for wrong, hint in (
        (np.sqrt(right), "o passo 5: a perda é o erro quadrático médio, sem a raiz."),
        (np.abs(gaps).mean(), "o passo 5: a perda é o erro quadrático médio, e não o absoluto."),
    ):
        if abs(error - float(wrong)) <= 2e-3 * float(wrong):
            return Failure(detail, hint)
    return Failure(detail)


def _loss_of(evaluated: object) -> object:
    """A perda no que ``evaluate`` devolve: sozinha ou, com métricas, à frente delas."""
    if isinstance(evaluated, Mapping):
        return evaluated.get("loss", evaluated)
    return evaluated[0] if isinstance(evaluated, list) and evaluated else evaluated


def recipe_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-6."""
    form, shapes, count, predictions, _ = entry_checks(
        {
            "formas": Check(
                "formas das saídas",
                _run_shapes,
                "o passo 4: a lista de camadas do modelo, e a forma de saída de cada uma.",
            ),
            "parâmetros": Check(
                "número de parâmetros",
                _run_count,
                "as contas do exercício 07-2, com D = 1 e H = 16, mais a camada densa.",
            ),
            "previsões": Check(
                "previsões",
                _run_predictions,
                "os passos 6 e 8: treinar com os dados de treino, prever com os de teste.",
            ),
            "erro": Check("erro", lambda answer: None, "o passo 7."),
        }
    )
    error = Check(
        "erro de evaluate",
        _run_error,
        "o passo 7: evaluate usa as sequências e os rótulos de **teste**, com a mesma perda.",
    )
    return form, shapes, count, predictions, error
