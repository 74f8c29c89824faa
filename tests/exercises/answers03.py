"""Respostas típicas do capítulo 3."""

import math

import numpy as np

from exercises.typical_answer import Right, Wrong


def softmax_numpy(scores):
    highest = np.nan_to_num(scores.max(-1, keepdims=True), neginf=0.0)
    terms = np.exp(scores - highest)
    return terms / np.maximum(terms.sum(-1, keepdims=True), 1e-30)


def softmax_logsumexp(scores):
    from scipy.special import logsumexp

    log_weights = scores - np.nan_to_num(logsumexp(scores, axis=-1, keepdims=True), neginf=0.0)
    return np.exp(log_weights)


def softmax_torch(scores):
    import torch

    return torch.nan_to_num(torch.softmax(torch.as_tensor(scores), dim=-1))


def softmax_torch_only(scores):
    return scores.softmax(dim=-1).nan_to_num()


def softmax_in_place(scores):
    weights = softmax_numpy(scores)
    scores -= 1.0
    return weights


def divided(terms):
    return terms / terms.sum(axis=-1, keepdims=True)


def visible_mean(scores):
    return np.where(np.isfinite(scores), scores, 0.0).mean(axis=-1, keepdims=True)


def visible_min(scores):
    return np.where(np.isfinite(scores), scores, 0.0).min(axis=-1, keepdims=True)


def softmax_minus(scores, reference):
    terms = np.exp(scores - reference(scores))
    total = terms.sum(axis=-1, keepdims=True)
    return terms / np.where(total == 0, 1.0, total)


def softmax_with_minus_thousand(scores):
    weights = softmax_numpy(np.maximum(scores, -1000.0) if np.isinf(scores).any() else scores)
    return np.where(np.isinf(scores).all(axis=-1, keepdims=True), 0.0, weights)


def sparsemax_sorted(scores):
    ordered = np.sort(scores)[::-1]
    sums = np.cumsum(ordered)
    count = np.flatnonzero(1 + np.arange(1, len(scores) + 1) * ordered > sums)[-1] + 1
    return np.maximum(scores - (sums[count - 1] - 1) / count, 0)


def sparsemax_bisection(scores):
    low, high = scores.min() - 1, scores.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(scores - middle, 0).sum() > 1 else (low, middle)
    return np.maximum(scores - high, 0)


def sparsemax_torch(scores):
    ordered = scores.sort(descending=True).values
    sums = ordered.cumsum(0)
    counts = ordered.new_ones(len(ordered)).cumsum(0)
    count = int((1 + counts * ordered > sums).sum())
    return (scores - (sums[count - 1] - 1) / count).clamp(min=0)


def ceiling(best, others, count):
    return math.exp(best) / (math.exp(best) + (count - 1) * math.exp(others))


def simulated_variance():
    q, k = np.random.default_rng(1).normal(size=(2, 5000, 300))
    return (q * k).sum(axis=1).var()


RIGHT = {
    "03-1": [
        Right("NumPy", lambda: softmax_numpy),
        Right("log da soma", lambda: softmax_logsumexp),
        Right("torch dentro", lambda: softmax_torch),
        Right("só torch", lambda: softmax_torch_only),
        Right("float32", lambda: lambda scores: softmax_numpy(scores.astype(np.float32))),
    ],
    "03-2": [
        Right("ln n", lambda: math.log(48)),
        Right("quase no limite", lambda: 3.87),
    ],
    "03-3": [
        Right("conta", lambda: 300),
        Right("simulação", simulated_variance),
    ],
    "03-4": [
        Right("fórmula", lambda: math.e**2 / (math.e**2 + 495)),
        Right("quatro casas", lambda: "0,0147"),
    ],
    "03-5": [
        Right("ordenação", lambda: sparsemax_sorted),
        Right("bisseção", lambda: sparsemax_bisection),
        Right("torch", lambda: sparsemax_torch),
    ],
}

WRONG = {
    "03-1": [
        Wrong(
            "eixo das colunas",
            lambda s: np.exp(s - s.max(axis=0)) / np.exp(s - s.max(axis=0)).sum(axis=0),
            "último eixo",
        ),
        Wrong(
            "tabela inteira",
            lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum(),
            "a tabela inteira",
        ),
        Wrong("ao pé da letra", lambda s: divided(np.exp(s)), "tamanho das exponenciais"),
        Wrong(
            "subtrai a média", lambda s: softmax_minus(s, visible_mean), "tamanho das exponenciais"
        ),
        Wrong(
            "subtrai o mínimo", lambda s: softmax_minus(s, visible_min), "tamanho das exponenciais"
        ),
        Wrong("−1000 no lugar de −∞", softmax_with_minus_thousand, "abaixo de qualquer número"),
        Wrong("máximo da tabela", lambda s: divided(np.exp(s - s.max())), "uma por linha"),
        Wrong("sem exponencial", lambda s: divided(s), "a exponencial"),
        Wrong("sem dividir", lambda s: np.exp(s - s.max(-1, keepdims=True)), "a divisão"),
        Wrong(
            "logaritmo", lambda s: s - np.log(np.exp(s).sum(-1, keepdims=True)), "não o logaritmo"
        ),
        Wrong("nan trocado por 0", lambda s: np.nan_to_num(divided(np.exp(s))), "a origem do nan"),
        Wrong(
            "nan na linha vazia",
            lambda s: divided(np.exp(s - s.max(-1, keepdims=True))),
            "−∞ − (−∞)",
        ),
        Wrong("altera os escores", softmax_in_place, "escrevem no lugar"),
        Wrong(
            "uniforme na linha vazia",
            lambda s: softmax_numpy(np.maximum(s, -1e9)),
            "o enunciado pede zeros",
        ),
        Wrong(
            "sem keepdims",
            lambda s: np.exp(s) / np.exp(s).sum(-1)[0],
            "a linha em que a função parou",
        ),
    ],
    "03-2": [
        Wrong("bits", math.log2(48), "nats"),
        Wrong("base 10", math.log10(48), "nats"),
        Wrong("limite contrário", 0, "o sentido do limite"),
        Wrong("peso", 1 / 48, "o peso de cada item"),
        Wrong("sinal", -math.log(48), "o sinal"),
        Wrong("número de itens", 48, "contar os itens"),
        Wrong("um termo só", math.log(48) / 48, "um termo para cada item"),
    ],
    "03-3": [
        Wrong("desvio-padrão", math.sqrt(300), "desvio-padrão"),
        Wrong("depois da escala", 1, "antes"),
        Wrong("soma das variâncias", 600, "se multiplicam"),
        Wrong("quadrado", 300**2, "como se somam"),
        Wrong("inverso", 1 / 300, "variância 1"),
        Wrong("a média", 0.0, "a diferença entre a média"),
    ],
    "03-4": [
        Wrong("uniforme", 1 / 496, "ninguém se destaca"),
        Wrong("outros em zero", ceiling(1, 0, 496), "podem ser negativos"),
        Wrong("conta a si mesmo", ceiling(1, -1, 497), "os outros"),
        Wrong("a razão", math.e**2, "o que é e²"),
        Wrong("sem limite", 1.0, "o limite dos escores"),
        Wrong("porcentagem", 1.4707836504853305, "entre 0 e 1"),
    ],
    "03-5": [
        Wrong("softmax", lambda s: np.exp(s) / np.exp(s).sum(), "nenhum peso chega a zero"),
        Wrong(
            "corte com todos",
            lambda s: np.maximum(s - (s.sum() - 1) / len(s), 0),
            "quantos itens entram",
        ),
        Wrong("na ordem ordenada", lambda s: sparsemax_sorted(np.sort(s)[::-1]), "a ordem"),
        Wrong("corte em zero", lambda s: np.maximum(s, 0) / np.maximum(s, 0).sum(), "ele não é 0"),
        Wrong("só o máximo", lambda s: (s == s.max()) * 1.0, "duro demais"),
        Wrong("subtrai o mínimo", lambda s: (s - s.min()) / (s - s.min()).sum(), "só zera um item"),
        Wrong("sem cortar em zero", lambda s: s - (s.max() - 1), "nunca negativo"),
        Wrong(
            "quase zeros",
            lambda s: np.maximum(sparsemax_sorted(s), 1e-12),
            "sem resto nenhum",
        ),
    ],
}
