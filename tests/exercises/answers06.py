"""Respostas típicas do capítulo 6."""

import math

import numpy as np
import torch

from exercises.answers06_orthogonal import (
    drawn,
    float32_rounded,
    near_identity,
    one_sign,
    orthogonal_cholesky,
    orthogonal_gram_schmidt,
    orthogonal_qr,
    orthogonal_svd,
    orthogonal_torch,
    plane_rotations,
    random_signs,
    rotation_only,
    signed_permutation,
    torch_default,
    uniform_entries,
)
from exercises.typical_answer import Right, Wrong


def matrix(seed, size, radius, measure=None):
    drawn = np.random.default_rng(seed).normal(size=(size, size))
    size_now = measure(drawn) if measure else np.abs(np.linalg.eigvals(drawn)).max()
    return drawn * radius / size_now


def power_norm(U, k, order=2):
    power = np.linalg.matrix_power(U, k)
    return np.abs(power).max() if order == "max" else np.linalg.norm(power, order)


U = matrix(62, 64, 0.8)
BY_NORM = matrix(62, 64, 0.8, lambda m: np.linalg.norm(m, 2))


BY_REAL = U * 0.8 / np.linalg.eigvals(U).real.max()
BY_ROOT = np.random.default_rng(62).normal(size=(64, 64)) * 0.8 / 8


def elementwise_factor():
    return float((np.linalg.norm(U**150, 2) / np.linalg.norm(U**50, 2)) ** 0.01)


def elementwise_steps():
    return next(k for k in range(1, 300) if np.linalg.norm(U**k, 2) < 1e-3)


def factor(U=U, start=50, end=150, root=100):
    return float((power_norm(U, end) / power_norm(U, start)) ** (1 / root))


def steps(U=U, order=2, limit=1e-3):
    return next(k for k in range(1, 300) if power_norm(U, k, order) < limit)


def decay(value=None, count=None):
    return {
        "fator": factor() if value is None else value,
        "passos": steps() if count is None else count,
    }


def clip_loop(gradients, max_norm):
    norm = math.sqrt(sum(float(np.sum(np.square(g))) for g in gradients))
    scale = min(1.0, max_norm / norm) if norm else 1.0
    return [scale * np.asarray(g) for g in gradients]


def clip_torch(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return tuple(g * (max_norm / norm).clamp(max=1.0) if norm > 0 else g for g in gradients)


def clip_library(gradients, max_norm):
    parameters = [torch.nn.Parameter(torch.zeros(np.shape(g)).double()) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(np.asarray(gradient))
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters]


def clip_in_place(gradients, max_norm):
    scaled = clip_loop(gradients, max_norm)
    gradients[0] *= 0.5
    return scaled


def clip_each(gradients, max_norm):
    return [clip_loop([g], max_norm)[0] for g in gradients]


def scaled_by(rule):
    def clip(gradients, max_norm):
        flat = np.concatenate([g.ravel() for g in gradients])
        return [g * rule(flat, np.linalg.norm(flat), max_norm) for g in gradients]

    return clip


def separate_norms(combine):
    def clip(gradients, max_norm):
        norm = combine(float(np.linalg.norm(g)) for g in gradients)
        return [g * min(1.0, max_norm / norm) if norm else g for g in gradients]

    return clip


def lag_table(radius, transposed=True):
    W = matrix(63, 8, radius)
    rows = [np.ones(8)]
    for _ in range(39):
        rows.append(W.T @ rows[-1] if transposed else W @ rows[-1])
    return np.stack(rows)


def cure(clip=lambda t: t * min(1, 1 / np.linalg.norm(t)), transposed=True):
    small, big = lag_table(0.8, transposed), lag_table(1.2, transposed)

    def ratio(table):
        return float(np.linalg.norm(table[-1]) / np.linalg.norm(table[0]))

    return [ratio(small), ratio(clip(small)), float(np.linalg.norm(clip(big)))]


def by_row(table):
    return table * np.minimum(1, 1 / np.linalg.norm(table, axis=1, keepdims=True))


CURE = cure()


SMALL, BIG = lag_table(0.8), lag_table(1.2)
ROW_38 = float(np.linalg.norm(SMALL[38]) / np.linalg.norm(SMALL[0]))
DROP = float(np.linalg.norm(SMALL[39]) - np.linalg.norm(SMALL[0]))
GROWTH = float(np.linalg.norm(BIG[39]) / np.linalg.norm(BIG[0]))
LAST_ROW = float(np.linalg.norm(BIG[39]) / np.linalg.norm(BIG))


def cured(letter, measure=CURE):
    return {"alternativa": letter, "medida": measure}


GRADIENT = np.random.default_rng(64).standard_t(2, size=1000) + 0.5


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


VALUE = cosine(GRADIENT, GRADIENT.clip(-1, 1))
NORM = cosine(GRADIENT, GRADIENT / np.linalg.norm(GRADIENT))


def cosines(value=VALUE, norm=NORM):
    return {"norma": norm, "valor": value}


RIGHT = {
    "06-1": [
        Right("medida", decay),
        Right("o limite teórico", lambda: decay(0.8)),
        Right("tensores", lambda: decay(torch.tensor(factor()), torch.tensor(steps()))),
    ],
    "06-2": [
        Right("NumPy", lambda: clip_loop),
        Right("torch", lambda: clip_torch),
        Right("clip_grad_norm_", lambda: clip_library),
        Right("listas", lambda: lambda g, c: [v.tolist() for v in clip_loop(g, c)]),
        Right("float32", lambda: lambda g, c: tuple(np.float32(v) for v in clip_loop(g, c))),
    ],
    "06-3": [
        Right("lista", lambda: cured("b")),
        Right("vetor", lambda: cured("B.", np.array(CURE))),
        Right("float32", lambda: cured("b", np.float32(CURE))),
        Right("seis casas", lambda: cured("b", [round(value, 6) for value in CURE])),
    ],
    "06-4": [
        Right("conta", cosines),
        Right("três casas", lambda: cosines("0,658", 1)),
        Right("torch", lambda: cosines(torch.tensor(VALUE))),
        Right("float32", lambda: cosines(np.float32(VALUE), np.float32(NORM))),
    ],
    "06-5": [
        Right("QR", lambda: orthogonal_qr),
        Right("SVD", lambda: orthogonal_svd),
        Right("torch", lambda: orthogonal_torch),
        Right("Gram–Schmidt", lambda: orthogonal_gram_schmidt),
        Right("sinais sorteados", lambda: random_signs),
        Right("Cholesky", lambda: orthogonal_cholesky),
        Right("transposta", lambda: lambda n, g: orthogonal_qr(n, g).T),
        Right("float32", lambda: float32_rounded),
    ],
}

WRONG = {
    "06-1": [
        Wrong("sem raiz", decay(float(power_norm(U, 150) / power_norm(U, 50))), "a raiz"),
        Wrong("raiz de 150", decay(factor(root=150)), "entre 50 e 150"),
        Wrong("um passo", decay(float(power_norm(U, 1))), "um passo só"),
        Wrong("invertido", decay(1 / factor()), "o que se divide"),
        Wrong(
            "diferença",
            decay(float(power_norm(U, 50) - power_norm(U, 150)) / 100),
            "fatores se multiplicam",
        ),
        Wrong("reescala pela norma", decay(factor(BY_NORM)), "módulo dos autovalores"),
        Wrong(
            "sem reescala",
            decay(factor(U * matrix(62, 64, 1.0, lambda m: 1.0)[0, 0] / U[0, 0])),
            "a reescala",
        ),
        Wrong("passos pela teoria", decay(count=31), "a longo prazo"),
        Wrong("um a menos", decay(count=steps() - 1), "ainda não serve"),
        Wrong("reescala pela norma, passos", decay(count=steps(BY_NORM)), "módulo dos"),
        Wrong("Frobenius", decay(count=steps(order=None)), "que norma"),
        Wrong("raiz de 50", decay(factor(root=50)), "entre 50 e 150"),
        Wrong("desde o começo", decay(factor(start=0, root=150)), "de onde se parte"),
        Wrong("o que cai", decay(1 - factor()), "**sobra**"),
        Wrong("logaritmo", decay(math.log(factor())), "desfazer o logaritmo"),
        Wrong("parte real", decay(factor(BY_REAL)), "e não a parte real"),
        Wrong("raiz de 64", decay(factor(BY_ROOT)), "o raio desta matriz"),
        Wrong("número a número", decay(elementwise_factor()), "o produto de matrizes"),
        Wrong("número a número, passos", decay(count=elementwise_steps()), "o produto de"),
        Wrong("um a mais", decay(count=steps() + 1), "a primeira potência"),
        Wrong("maior número", decay(count=steps(order="max")), "a primeira potência"),
        Wrong("sem os passos", {"fator": 0.8}, "as chaves"),
        Wrong("só o fator", 0.8, "as chaves"),
        Wrong("limite de um centésimo", decay(count=steps(limit=1e-2)), "a primeira potência"),
    ],
    "06-2": [
        Wrong("um a um", clip_each, "uma só"),
        Wrong("por valor", lambda g, c: [np.clip(v, -c, c) for v in g], "por valor"),
        Wrong("cresce o pequeno", scaled_by(lambda flat, n, c: c / n), "já é pequeno"),
        Wrong("norma 1", scaled_by(lambda flat, n, c: 1 / n if n > c else 1), "e não 1"),
        Wrong("sem dividir", scaled_by(lambda flat, n, c: c if n > c else 1), "a divisão"),
        Wrong(
            "norma ao quadrado",
            scaled_by(lambda flat, n, c: min(1, c / n**2) if n else 1),
            "falta a raiz",
        ),
        Wrong(
            "soma dos módulos",
            scaled_by(lambda flat, n, c: min(1, c / abs(flat).sum()) if n else 1),
            "soma dos módulos",
        ),
        Wrong(
            "maior módulo",
            scaled_by(lambda flat, n, c: min(1, c / abs(flat).max()) if n else 1),
            "maior módulo",
        ),
        Wrong(
            "média dos quadrados",
            scaled_by(lambda flat, n, c: min(1, c / (n / len(flat) ** 0.5)) if n else 1),
            "não média",
        ),
        Wrong("joga fora", scaled_by(lambda flat, n, c: float(n <= c)), "não se joga fora"),
        Wrong("só o primeiro", lambda g, c: [clip_loop(g[:1], c)[0], *g[1:]], "um só fator"),
        Wrong("soma das normas", separate_norms(sum), "a norma de todos os números juntos"),
        Wrong("maior das normas", separate_norms(max), "a norma de todos os números juntos"),
        Wrong(
            "compara o quadrado",
            scaled_by(lambda flat, n, c: c / n if n**2 > c else 1),
            "já é pequeno",
        ),
        Wrong("divide pela norma", scaled_by(lambda flat, n, c: 1 / max(1, n)), "e não 1"),
        Wrong("não recorta", lambda g, c: [1.0 * v for v in g], "nada foi recortado"),
        Wrong("nan no zero", scaled_by(lambda flat, n, c: np.minimum(n, c) / n), "dá nan"),
        Wrong("tudo em fila", lambda g, c: np.concatenate([v.ravel() for v in g]), "uma lista"),
        Wrong(
            "em fila, dentro de uma lista",
            lambda g, c: [v.ravel() for v in clip_loop(g, c)],
            "mesmas formas",
        ),
        Wrong("altera os gradientes", clip_in_place, "escrevem no lugar"),
        Wrong(
            "corta tarde",
            scaled_by(lambda flat, n, c: c / n if n > 1.3 * c else 1),
            "nada foi recortado",
        ),
    ],
    "06-3": [
        Wrong("cura", cured("a"), "a razão mudou"),
        Wrong("nem a explosão", cured("c"), "passou do limite"),
        Wrong("cura se explodir", cured("d"), "alguma razão"),
        Wrong("por valor", cured("a", cure(lambda t: t.clip(-1, 1))), "por valor"),
        Wrong("linha a linha", cured("a", cure(by_row)), "a de cada linha"),
        Wrong("sem transpor", cured("b", cure(transposed=False)), "o lado de U"),
        Wrong("invertida", cured("b", [1 / CURE[0], 1 / CURE[1], CURE[2]]), "a razão"),
        Wrong(
            "sem recortar a explosão",
            cured("c", [*CURE[:2], float(np.linalg.norm(lag_table(1.2)))]),
            "**depois** do recorte",
        ),
        Wrong("ordem", cured("b", [CURE[2], *CURE[:2]]), "a ordem"),
        Wrong("linha 38", cured("b", [ROW_38, ROW_38, 1.0]), "a tabela"),
        Wrong("diferença", cured("b", [DROP, DROP, 1.0]), "a tabela"),
        Wrong("razão da que explode", cured("b", [*CURE[:2], GROWTH]), "entre duas linhas"),
        Wrong("última linha da que explode", cured("b", [*CURE[:2], LAST_ROW]), "**inteira**"),
        Wrong("duas medidas", cured("b", CURE[:2]), "a tabela"),
        Wrong("zeros", cured("b", [0.0, 0.0, 1.0]), "a tabela"),
    ],
    "06-4": [
        Wrong("trocados", cosines(NORM, VALUE), "trocaram-se"),
        Wrong("só o produto", cosines(GRADIENT @ GRADIENT.clip(-1, 1)), "as **duas** normas"),
        Wrong("valor igual a 1", cosines(1.0), "os números grandes encolhem"),
        Wrong("só por cima", cosines(cosine(GRADIENT, np.minimum(GRADIENT, 1))), "**negativos**"),
        Wrong("distância", cosines(1 - VALUE), "1 menos ele"),
        Wrong("ângulo", cosines(math.acos(VALUE)), "o ângulo"),
        Wrong("graus", cosines(math.degrees(math.acos(VALUE))), "o ângulo"),
        Wrong("ao quadrado", cosines(VALUE**2), "com a raiz"),
        Wrong("sinais", cosines(cosine(GRADIENT, np.sign(GRADIENT))), "não muda"),
        Wrong("distância na norma", cosines(norm=0.0), "1 − cosseno"),
        Wrong("produto na norma", cosines(norm=float(np.linalg.norm(GRADIENT))), "as **duas**"),
        Wrong(
            "correlação",
            cosines(float(np.corrcoef(GRADIENT, GRADIENT.clip(-1, 1))[0, 1])),
            "não desconta a média",
        ),
        Wrong("entre 0 e 1", cosines(cosine(GRADIENT, GRADIENT.clip(0, 1))), "entre −1 e 1"),
        Wrong(
            "joga fora os grandes",
            cosines(cosine(GRADIENT, np.where(abs(GRADIENT) > 1, 0, GRADIENT))),
            "entre −1 e 1",
        ),
        Wrong("porcentagem", cosines(100 * VALUE), "entre −1 e 1"),
        Wrong("norma ao contrário", cosines(norm=-1.0), "a direção de um vetor"),
        Wrong("lista", [NORM, VALUE], "as chaves"),
        Wrong("outra semente", cosines(0.7), "o recorte por valor"),
    ],
    "06-5": [
        Wrong("só sorteia", drawn, "ainda precisam"),
        Wrong("dividida por √H", lambda n, g: drawn(n, g) / n**0.5, "as endireita"),
        Wrong("devolve R", lambda n, g: np.linalg.qr(drawn(n, g))[1], "qual das duas"),
        Wrong(
            "linhas de norma 1",
            lambda n, g: (m := drawn(n, g)) / np.linalg.norm(m, axis=1, keepdims=True),
            "linhas de norma 1",
        ),
        Wrong(
            "colunas de norma 1",
            lambda n, g: (m := drawn(n, g)) / np.linalg.norm(m, axis=0),
            "colunas de norma 1",
        ),
        Wrong("identidade", lambda n, g: np.eye(n), "do gerador que a função recebe"),
        Wrong(
            "semente própria",
            lambda n, g: orthogonal_qr(n, np.random.default_rng(0)),
            "do gerador que a função recebe",
        ),
        Wrong(
            "sorteio sem gerador",
            lambda n, g: orthogonal_qr(n, np.random.default_rng()),
            "do gerador que a função recebe",
        ),
        Wrong("QR sem sinais", lambda n, g: np.linalg.qr(drawn(n, g))[0], "os sinais"),
        Wrong("só rotações", rotation_only, "os sinais"),
        Wrong("permutação", signed_permutation, "trocas de lugar"),
        Wrong("uniforme positiva", uniform_entries, "lado preferido"),
        Wrong("perto da identidade", near_identity, "direção preferida"),
        Wrong("um sinal só", one_sign, "os sinais"),
        Wrong("rotações planas", plane_rotations, "metade das matrizes"),
        Wrong(
            "autovetores",
            lambda n, g: np.linalg.eigh((m := drawn(n, g)) + m.T)[1],
            "lado preferido",
        ),
        Wrong(
            "dividida pela norma",
            lambda n, g: (m := drawn(n, g)) / np.linalg.norm(m, 2),
            "a fatoração QR",
        ),
        Wrong("sorteio do PyTorch", torch_default, "do gerador que a função recebe"),
        Wrong("sem sinal", lambda n, g: abs(orthogonal_qr(n, g)), "a fatoração QR"),
        Wrong("Q e R", lambda n, g: tuple(np.linalg.qr(drawn(n, g))), "a fatoração QR"),
        Wrong("ganho 2", lambda n, g: 2 * orthogonal_qr(n, g), "a fatoração QR"),
    ],
}
