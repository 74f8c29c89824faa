"""Respostas típicas do capítulo 15."""

import numpy as np
import torch

from exercises import answers15_heads
from exercises.answers15_heads import softmax
from exercises.typical_answer import Right, Wrong


def counts(one=16_640, eight=16_640, wide=132_672):
    return {"uma cabeça": one, "oito cabeças": eight, "oito de 64": wide}


def rotated(x, positions, *, rate=lambda pairs, width: 2 * pairs / width, sign=1, base=1e4):
    pairs = np.arange(x.shape[1] // 2)
    angles = sign * positions[:, None] * base ** -rate(pairs, x.shape[1])
    result = np.empty_like(x)
    result[:, 0::2] = x[:, 0::2] * np.cos(angles) - x[:, 1::2] * np.sin(angles)
    result[:, 1::2] = x[:, 0::2] * np.sin(angles) + x[:, 1::2] * np.cos(angles)
    return result


def with_rate(**options):
    return lambda x, positions: rotated(x, positions, **options)


def rotated_complex(x, positions):
    pairs = x[:, 0::2] + 1j * x[:, 1::2]
    rates = 1e4 ** (-2 * np.arange(pairs.shape[1]) / x.shape[1])
    pairs = pairs * np.exp(1j * positions[:, None] * rates)
    return np.stack([pairs.real, pairs.imag], axis=-1).reshape(x.shape)


def rotated_torch(x, positions):
    width = x.size(1)
    angles = positions[:, None] * 1e4 ** (-torch.arange(0, width, 2, dtype=x.dtype) / width)
    even, odd = x[:, 0::2], x[:, 1::2]
    sides = (even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos())
    return torch.stack(sides, dim=-1).flatten(1)


def rotated_halves(x, positions):
    half = x.shape[1] // 2
    angles = positions[:, None] * 1e4 ** (-np.arange(half) / half)
    first, second = x[:, :half], x[:, half:]
    return np.concatenate(
        [
            first * np.cos(angles) - second * np.sin(angles),
            first * np.sin(angles) + second * np.cos(angles),
        ],
        axis=1,
    )


def rotated_joined(x, positions):
    result = rotated(x, positions)
    return np.concatenate([result[:, 0::2], result[:, 1::2]], axis=1)


def rotated_loop(x, positions):
    result = []
    for row, position in zip(x, positions, strict=True):
        turned = []
        for pair in range(len(row) // 2):
            angle = position * 1e4 ** (-2 * pair / len(row))
            matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            turned.extend(matrix @ row[2 * pair : 2 * pair + 2])
        result.append(turned)
    return result


def rotated_swapped_waves(x, positions):
    angles = positions[:, None] * 1e4 ** (-np.arange(0, x.shape[1], 2) / x.shape[1])
    y = np.empty_like(x)
    y[:, 0::2] = x[:, 0::2] * np.sin(angles) - x[:, 1::2] * np.cos(angles)
    y[:, 1::2] = x[:, 0::2] * np.cos(angles) + x[:, 1::2] * np.sin(angles)
    return y


def rotated_in_place(x, positions):
    x[:] = rotated(x, positions)
    return x


def rotated_overwriting(x, positions):
    angles = positions[:, None] * 1e4 ** (-np.arange(0, x.shape[1], 2) / x.shape[1])
    y = x.copy()
    y[:, 0::2] = y[:, 0::2] * np.cos(angles) - y[:, 1::2] * np.sin(angles)
    y[:, 1::2] = y[:, 0::2] * np.sin(angles) + y[:, 1::2] * np.cos(angles)
    return y


def cosines(x, positions):
    angles = positions[:, None] * 1e4 ** (-np.arange(0, x.shape[1], 2) / x.shape[1])
    return x * np.repeat(np.cos(angles), 2, axis=1)


NARROW, WIDE = (np.random.default_rng(155).normal(size=(50, d)) for d in (8, 24))


def copying(x, scale=1.0):
    weights = softmax(scale * x @ x.T)
    return np.diagonal(weights).mean(), np.linalg.norm(weights @ x - x) / np.linalg.norm(x)


COPY = [copying(NARROW)[0], *copying(WIDE), copying(0.05 * WIDE)[0]]


def copied(letter, measure=COPY):
    return {"alternativa": letter, "medida": measure}


def gap(layer, x, order):
    return np.abs(layer(x[order]) - layer(x)[order]).max()


def gap_loop(layer, x, order):
    shuffled, plain = layer(x[order]), layer(x)
    rows = zip(shuffled, order, strict=True)
    return max(max(abs(a - b) for a, b in zip(r, plain[p], strict=True)) for r, p in rows)


def gap_undone(layer, x, order):
    back = np.argsort(order)
    return float(np.abs(layer(x[order])[back] - layer(x)).max())


def gap_in_place(layer, x, order):
    result = gap(layer, x, order)
    x *= 0
    return result


RIGHT = answers15_heads.RIGHT | {
    "15-3": [
        Right("contas", counts),
        Right("reais", lambda: counts(16_640.0, np.float32(16_640), np.array(132_672))),
        Right("texto", lambda: counts("16640", np.int64(16_640), torch.tensor(132_672))),
    ],
    "15-4": [
        Right("NumPy", lambda: rotated),
        Right("complexos", lambda: rotated_complex),
        Right("torch", lambda: rotated_torch),
        Right("laço e listas", lambda: rotated_loop),
        Right("float32", lambda: lambda x, p: rotated(x.astype(np.float32), p)),
    ],
    "15-5": [
        Right("lista", lambda: copied("b")),
        Right("tensor", lambda: copied("B", torch.tensor(COPY))),
        Right("tupla em float32", lambda: copied(" b ", tuple(map(np.float32, COPY)))),
    ],
    "15-6": [
        Right("uma linha", lambda: gap),
        Right("laço", lambda: gap_loop),
        Right("desembaralhar", lambda: gap_undone),
        Right("float32", lambda: lambda *a: np.float32(gap(*a))),
        Right("torch", lambda: lambda f, x, p: torch.as_tensor(f(x[p]) - f(x)[p]).abs().max()),
    ],
}


WRONG = answers15_heads.WRONG | {
    "15-3": [
        Wrong("sem vieses", counts(one=16_384), "os vieses"),
        Wrong("três projeções", counts(one=12_480), "quantas projeções"),
        Wrong("três, sem vieses", counts(one=12_288), "quantas projeções"),
        Wrong("vezes oito", counts(eight=133_120), "**repartem**"),
        Wrong("não reparte", counts(eight=132_672), "**repartem**"),
        Wrong("dividido por oito", counts(eight=2_080), "de uma só"),
        Wrong("sem vieses, oito", counts(eight=16_384), "os vieses"),
        Wrong("reparte a larga", counts(wide=16_640), "aqui ninguém reparte"),
        Wrong("larga sem vieses", counts(wide=131_072), "os vieses"),
        Wrong("vezes oito, larga", counts(wide=133_120), "é uma só"),
        Wrong("sem a saída", counts(wide=99_840), "ela também conta"),
        Wrong("quadrada", counts(wide=1_050_624), "continuam com 64"),
        Wrong("ponto de milhar", counts(one=16.640), "o ponto"),
        Wrong("ponto de milhar, larga", counts(wide=132.672), "o ponto"),
        Wrong("uma projeção", counts(one=4_160), "uma só"),
        Wrong("sem o viés da saída", counts(one=16_576), "os vieses"),
        Wrong("sem o viés da saída, larga", counts(wide=132_608), "o viés da projeção de saída"),
        Wrong("uma saída só, oito inteiras", counts(eight=104_000), "**repartem**"),
        Wrong("saída estreita", counts(wide=104_000), "**todas** as cabeças"),
        Wrong("falta uma", {"uma cabeça": 16_640}, "as chaves"),
    ],
    "15-4": [
        Wrong("sentido", with_rate(sign=-1), "o sentido"),
        Wrong("metades", rotated_halves, "**vizinhos**"),
        Wrong("lado a lado", rotated_joined, "intercalados"),
        Wrong("metade do expoente", with_rate(rate=lambda i, d: i / d), "o expoente: 2i/D"),
        Wrong("sem dividir", with_rate(rate=lambda i, d: 2.0 * i), "Falta dividir por D"),
        Wrong("a partir de 1", with_rate(rate=lambda i, d: 2 * (i + 1) / d), "o primeiro par"),
        Wrong("mesma velocidade", with_rate(rate=lambda i, d: 0.0 * i), "as frequências"),
        Wrong("cada vez mais rápido", with_rate(rate=lambda i, d: -2 * i / d), "**devagar**"),
        Wrong("conta as linhas", lambda x, p: rotated(x, np.arange(len(x))), "que a função recebe"),
        Wrong("uma a mais", lambda x, p: rotated(x, p + 1), "a de número 0 não gira"),
        Wrong("do zero em diante", lambda x, p: rotated(x, p - p.min()), "mesmo que nenhuma"),
        Wrong("posições ordenadas", lambda x, p: rotated(x, np.sort(p)), "cada linha tem a sua"),
        Wrong("número da coluna", with_rate(rate=lambda i, d: 4 * i / d), "número do **par**"),
        Wrong("seno e cosseno trocados", rotated_swapped_waves, "o cosseno de 0 é 1"),
        Wrong("só metade", lambda x, p: rotated(x, p)[:, 0::2], "as etapas"),
        Wrong("complexos", lambda x, p: x[:, 0::2] + 1j * x[:, 1::2], "só números"),
        Wrong("usa o já girado", rotated_overwriting, "**original**"),
        Wrong("só cosseno", cosines, "o seno"),
        Wrong("nada", lambda x, p: x.copy(), "saiu como entrou"),
        Wrong("graus", lambda x, p: rotated(x, np.degrees(p)), "radianos"),
        Wrong("outra base", with_rate(base=1000.0), "as etapas"),
        Wrong("altera x", rotated_in_place, "escrevem no lugar"),
    ],
    "15-5": [
        Wrong("aprendeu", copied("a"), "quantos parâmetros"),
        Wrong("sempre", copied("c"), "vetores pequenos"),
        Wrong("média de linhas", copied("d"), "em todos os casos"),
        Wrong(
            "com escala",
            copied(
                "b",
                [
                    copying(NARROW, 8**-0.5)[0],
                    *copying(WIDE, 24**-0.5),
                    copying(0.05 * WIDE, 24**-0.5)[0],
                ],
            ),
            "**não** divide",
        ),
        Wrong("ordem", copied("b", [COPY[1], COPY[0], *COPY[2:]]), "a ordem"),
        Wrong("sem encolher", copied("c", [*COPY[:3], COPY[1]]), "multiplicada por 0,05"),
        Wrong("semelhança", copied("b", [*COPY[:2], 1 - COPY[2], COPY[3]]), "a semelhança"),
        Wrong("soma", copied("b", [50 * COPY[0], 50 * COPY[1], COPY[2], 50 * COPY[3]]), "a soma"),
        Wrong("erro zero", copied("b", [*COPY[:2], 0.0, COPY[3]]), "cada medida"),
        Wrong("quadrado da razão", copied("b", [*COPY[:2], COPY[2] ** 2, COPY[3]]), "razão das"),
        Wrong(
            "sem dividir",
            copied("b", [*COPY[:2], COPY[2] * np.linalg.norm(WIDE), COPY[3]]),
            "falta dividir",
        ),
        Wrong(
            "encolhe o produto",
            copied("b", [*COPY[:3], copying(WIDE, 0.05)[0]]),
            "ela aparece duas vezes",
        ),
        Wrong("erro do estreito", copied("b", [*COPY[:2], copying(NARROW)[1], COPY[3]]), "`wide`"),
        Wrong("três medidas", copied("b", COPY[:3]), "cada medida"),
        Wrong("outra coisa", copied("b", [0.0, 0.0, 0.0, 0.0]), "cada medida"),
    ],
    "15-6": [
        Wrong("invariância", lambda f, x, p: np.abs(f(x[p]) - f(x)).max(), "mede invariância"),
        Wrong(
            "permutação inversa",
            lambda f, x, p: np.abs(f(x[p]) - f(x)[np.argsort(p)]).max(),
            "e não a inversa",
        ),
        Wrong(
            "embaralha de novo", lambda f, x, p: np.abs(f(x[p])[p] - f(x)).max(), "e não a inversa"
        ),
        Wrong("média", lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).mean(), "e não a média"),
        Wrong("soma", lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).sum(), "e não a soma"),
        Wrong("sem módulo", lambda f, x, p: (f(x[p]) - f(x)[p]).max(), "uma diferença negativa"),
        Wrong("norma", lambda f, x, p: np.linalg.norm(f(x[p]) - f(x)[p]), "e não a norma"),
        Wrong("quadrado", lambda f, x, p: ((f(x[p]) - f(x)[p]) ** 2).max(), "o quadrado"),
        Wrong(
            "das médias",
            lambda f, x, p: np.abs(f(x[p]).mean(0) - f(x).mean(0)).max(),
            "posição por posição",
        ),
        Wrong("mínimo", lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).min(), "e não o menor"),
        Wrong(
            "norma de cada linha",
            lambda f, x, p: np.linalg.norm(f(x[p]) - f(x)[p], axis=1).max(),
            "norma de linha",
        ),
        Wrong(
            "soma de cada linha",
            lambda f, x, p: np.abs(f(x[p]) - f(x)[p]).sum(axis=1).max(),
            "sem somar as colunas",
        ),
        Wrong("máximos antes", lambda f, x, p: abs(f(x[p]).max() - f(x).max()), "a ordem das"),
        Wrong("uma tabela", lambda f, x, p: np.abs(f(x[p]) - f(x)[p]), "sem colchetes"),
        Wrong("sem a camada", lambda f, x, p: np.abs(x[p] - x).max(), "ser chamada"),
        Wrong("zero", lambda f, x, p: 0.0, "nem toda camada"),
        Wrong("um booleano", lambda f, x, p: bool(gap(f, x, p) < 1e-9), "sem verdadeiro ou falso"),
        Wrong("muda x", gap_in_place, "escrevem no lugar"),
        Wrong("não é função", 0.0, "sem parênteses"),
    ],
}
