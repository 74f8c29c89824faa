"""Respostas típicas do exercício 08-6, a receita de oito passos."""

import numpy as np
import torch

from coursekit.exercises.chapter08_recipe import running_sums
from exercises.typical_answer import Right, Wrong

X_TRAIN, Y_TRAIN, X_TEST, Y_TEST = running_sums()
GOOD = X_TEST.sum(axis=1) * 0.97
GOOD_ERROR = float(np.mean((GOOD - Y_TEST) ** 2))
SHAPES = [(None, 16), (None, 1)]


def recipe(**changes):
    answer = {"formas": SHAPES, "parametros": 1169, "previsoes": GOOD, "erro": GOOD_ERROR}
    answer |= changes
    predictions = np.asarray(answer["previsoes"])
    if predictions.shape == Y_TEST.shape and "erro" not in changes:
        answer["erro"] = float(np.mean((predictions - Y_TEST) ** 2))
    return answer


def recipe_with_accents():
    answer = recipe(previsoes=GOOD.astype(np.float32))
    return {
        "Formas": [list(shape) for shape in SHAPES],
        "parâmetros": "1169",
        "previsões": answer["previsoes"],
        "erro": np.float32(answer["erro"]),
    }


def recipe_trained():
    """Os mínimos quadrados no lugar da LSTM: o corretor só olha o que saiu."""
    columns = np.hstack([X_TRAIN[..., 0], np.ones((480, 1))])
    solution = np.linalg.lstsq(columns, Y_TRAIN, rcond=None)[0]
    predictions = np.hstack([X_TEST[..., 0], np.ones((120, 1))]) @ solution
    return recipe(previsoes=torch.from_numpy(predictions))


RECIPE_RIGHT = [
    Right("previsões boas", recipe),
    Right("com acentos, float32", recipe_with_accents),
    Right("mínimos quadrados", recipe_trained),
    Right("evaluate com métricas", lambda: recipe(erro=[GOOD_ERROR, 0.5])),
    Right("evaluate em dicionário", lambda: recipe(erro={"loss": GOOD_ERROR, "mae": 0.5})),
    Right("keras.Model", lambda: recipe(formas=[(None, 12, 1), *SHAPES])),
    Right("previsões em lista", lambda: recipe(previsoes=GOOD.tolist())),
]

RECIPE_WRONG = [
    Wrong("formas vazias", recipe(formas=[]), "a lista de camadas"),
    Wrong("sem a densa", recipe(formas=[(None, 16)]), "falta uma camada densa"),
    Wrong(
        "um estado por passo",
        recipe(formas=[(None, 12, 16), (None, 12, 1)]),
        "um estado por **passo**",
    ),
    Wrong("lote na entrada", recipe(formas=[(480, 16), (480, 1)]), "o lote não entra"),
    Wrong("densa de 16", recipe(formas=[(None, 16), (None, 16)]), "uma por previsão"),
    Wrong("32 unidades", recipe(formas=[(None, 32), (None, 1)]), "quantas unidades"),
    Wrong("três camadas", recipe(formas=[(None, 16), (None, 8), (None, 1)]), "só duas"),
    Wrong("sem a densa na conta", recipe(parametros=1152), "a camada densa também"),
    Wrong("eixos trocados", recipe(parametros=1873), "os eixos trocados"),
    Wrong("dois vieses", recipe(parametros=1233), "tem um por bloco"),
    Wrong("SimpleRNN", recipe(parametros=305), "não uma SimpleRNN"),
    Wrong("GRU", recipe(parametros=929), "e não uma GRU"),
    Wrong("prevê o treino", recipe(previsoes=Y_TRAIN * 0.9), "e não das de treino"),
    Wrong("uma previsão por passo", recipe(previsoes=np.zeros((120, 12, 1))), "por passo"),
    Wrong("em fila", recipe(previsoes=GOOD.ravel()), "em uma coluna"),
    Wrong("sem treino", recipe(previsoes=GOOD * 0.3), "fit vem antes"),
    Wrong("saída presa", recipe(previsoes=np.tanh(GOOD)), "entre −1 e 1"),
    Wrong("saída positiva", recipe(previsoes=np.maximum(GOOD, 0)), "nenhuma previsão é"),
    Wrong("copia os rótulos", recipe(previsoes=Y_TEST), "os próprios rótulos"),
    Wrong("treino que estourou", recipe(previsoes=GOOD * np.nan, erro=1.0), "estourou"),
    Wrong("evaluate no treino", recipe(erro=GOOD_ERROR * 0.8), "usa as sequências"),
    Wrong("raiz", recipe(erro=GOOD_ERROR**0.5), "sem a raiz"),
    Wrong("erro absoluto", recipe(erro=float(np.abs(GOOD - Y_TEST).mean())), "não o absoluto"),
    Wrong("sem o erro", {"formas": SHAPES, "parâmetros": 1169}, "as chaves"),
    Wrong("previsões constantes", recipe(previsoes=np.full((120, 1), 0.3)), "fit vem antes"),
    Wrong("sem fit", recipe(previsoes=np.tanh(GOOD) * 0.3), "fit vem antes"),
    Wrong("saída sigmoide", recipe(previsoes=1 / (1 + np.exp(-GOOD))), "entre −1 e 1"),
    Wrong("bidirecional", recipe(formas=[(None, 32), (None, 1)]), "quantas unidades"),
    Wrong("treino e teste", recipe(previsoes=np.zeros((600, 1)), erro=1.0), "de **teste**"),
    Wrong("formas escalares", recipe(formas=[16, 1]), "a lista de camadas"),
]
