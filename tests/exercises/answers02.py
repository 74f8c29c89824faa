"""Respostas típicas do capítulo 2."""

import numpy as np

from exercises.typical_answer import Right, Wrong

DATA = np.array([1.0, 6.0, 3.0, 7.0, 2.0, 5.0, 9.0])


def raw(data, threshold=5.0):
    return np.where(data > threshold, 2.0, 1.0)


def report(weights, weighted):
    return {"pesos": weights, "dados ponderados": weighted}


def report_torch(data, threshold):
    import torch

    weights = torch.where(torch.as_tensor(data) > threshold, 2.0, 1.0)
    return report(weights, weights * torch.as_tensor(data))


def report_loop(data, threshold):
    weights = [2 if number > threshold else 1 for number in data]
    return report(weights, [w * x for w, x in zip(weights, data, strict=True)])


def weigh_torch(values, weights):
    if weights.sum() == 0:
        return values[0] * 0
    return (weights.unsqueeze(-1) * values.reshape(len(values), -1)).sum(dim=0).reshape(
        values.shape[1:]
    ) / weights.sum()


def weigh_loop(values, weights):
    total = float(sum(weights))
    result = values[0] * 0.0
    for value, weight in zip(values, weights, strict=True):
        result = result + (weight / total if total else 0.0) * value
    return result


def weigh_in_place(values, weights):
    result = weigh_loop(values, weights)
    weights /= max(weights.sum(), 1.0)
    return result


def weigh_float32(values, weights):
    return weigh_loop(values.astype(np.float32), weights.astype(np.float32)).astype(np.float32)


def hard(limit):
    return raw(DATA, limit) @ DATA / raw(DATA, limit).sum()


def soft(sharpness):
    weights = np.exp(sharpness * DATA)
    return weights @ DATA / weights.sum()


SOFT_SLOPE = (soft(0.2001) - soft(0.1999)) / 2e-4
EXACT_SLOPE = (np.exp(0.2 * DATA) @ DATA**2 / np.exp(0.2 * DATA).sum()) - soft(0.2) ** 2


def slopes(letter, hard_slope=0.0, soft_slope=SOFT_SLOPE):
    return {"alternativa": letter, "medida": [hard_slope, soft_slope]}


RIGHT = {
    "02-1": [
        Right("NumPy", lambda: lambda data, t: report(raw(data, t), data * raw(data, t))),
        Right("torch", lambda: report_torch),
        Right("listas", lambda: report_loop),
    ],
    "02-2": [
        Right("contado", lambda: int((raw(DATA) / 10 < 1 / 7).sum())),
        Right("NumPy sem eixos", lambda: np.int64(4)),
    ],
    "02-3": [
        Right("laço", lambda: weigh_loop),
        Right("torch", lambda: weigh_torch),
        Right("float32", lambda: weigh_float32),
    ],
    "02-4": [
        Right("fração", lambda: 2 / 11),
        Right("três casas", lambda: 0.182),
    ],
    "02-5": [
        Right("diferença central", lambda: slopes("b")),
        Right("derivada exata", lambda: slopes("(b)", 0, EXACT_SLOPE)),
    ],
}

WRONG = {
    "02-1": [
        Wrong(
            "o mesmo engano",
            lambda data, t: report(data * raw(data, t), data * raw(data, t)),
            "o que cada nome guarda",
        ),
        Wrong("trocados", lambda data, t: report(data * raw(data, t), raw(data, t)), "trocados"),
        Wrong("sem multiplicar", lambda data, t: report(raw(data, t), raw(data, t)), "multiplicar"),
        Wrong("os dados como pesos", lambda data, t: report(data, data * raw(data, t)), "«pesos»"),
        Wrong(
            "maior ou igual",
            lambda data, t: report(np.where(data >= t, 2, 1), data * np.where(data >= t, 2, 1)),
            "a comparação",
        ),
        Wrong(
            "normalizados",
            lambda data, t: report(
                raw(data, t) / raw(data, t).sum(), data * raw(data, t) / raw(data, t).sum()
            ),
            "só corrigir os rótulos",
        ),
        Wrong("só os pesos", lambda data, t: raw(data, t), "os rótulos"),
        Wrong("0 e 1", lambda data, t: report((data > t) * 1.0, data * (data > t)), "2 e 1, e não"),
    ],
    "02-2": [
        Wrong("nenhum", 0, "os brutos"),
        Wrong("todos", 7, "a referência da comparação"),
        Wrong("os que aumentam", 3, "o lado da comparação"),
        Wrong("fração", 4 / 7, "a comparação pedida"),
        Wrong("verdadeiro ou falso", raw(DATA) / 10 < 1 / 7, "um número"),
    ],
    "02-3": [
        Wrong("sem normalizar", lambda values, weights: weights @ values, "a soma dos pesos"),
        Wrong("divide por n", lambda v, w: w @ v / len(v), "por quanto se divide"),
        Wrong("média comum", lambda values, weights: values.mean(axis=0), "os pesos"),
        Wrong("softmax", lambda v, w: np.exp(w) @ v / np.exp(w).sum(), "dividir pela soma"),
        Wrong("só multiplica", lambda v, w: (v.T * w).T, "uma porta"),
        Wrong("soma as colunas", lambda v, w: (w @ v / (w.sum() or 1)).sum(), "o eixo da soma"),
        Wrong("0/0", lambda values, weights: weights @ values / weights.sum(), "divisão por zero"),
        Wrong("altera os pesos", weigh_in_place, "escrevem no lugar"),
        Wrong("sem return", lambda values, weights: None, "return"),
        Wrong("só se passar de 1", lambda v, w: w @ v / max(w.sum(), 1), "a soma dos pesos"),
    ],
    "02-4": [
        Wrong("peso bruto", 2, "a normalização"),
        Wrong("comparação estrita", 0.1, "a comparação"),
        Wrong("total antigo", 0.2, "a soma dos pesos"),
        Wrong("uniforme", 1 / 7, "o peso uniforme"),
        Wrong("multiplicado pelo dado", 10 / 11, "sem multiplicar"),
        Wrong("numerador antigo", 1 / 11, "o numerador"),
    ],
    "02-5": [
        Wrong("sim, nos saltos", slopes("a"), "salto e inclinação"),
        Wrong("sim, normalizado", slopes("c"), "já estavam normalizados"),
        Wrong("o softmax também não", slopes("d"), "o segundo número"),
        Wrong("trocadas", slopes("b", SOFT_SLOPE, 0.0), "a ordem"),
        Wrong("passo grande demais", slopes("a", (hard(6.5) - hard(4.5)) / 2), "tamanho do passo"),
        Wrong("valores", slopes("b", hard(4.5), soft(0.2)), "não o valor"),
        Wrong("sem dividir", slopes("b", 0.0, SOFT_SLOPE * 2e-4), "a divisão"),
        Wrong("divide por um passo", slopes("b", 0.0, 2 * SOFT_SLOPE), "o divisor"),
        Wrong("softmax parado", slopes("d", 0.0, 0.0), "o segundo número"),
    ],
}
