"""Respostas típicas do capítulo 15."""

import numpy as np
import torch

from exercises.typical_answer import Right, Wrong


def softmax(scores, axis=-1):
    terms = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return terms / terms.sum(axis=axis, keepdims=True)


def heads_loop(x, w, num_heads, *, divisor=None, order="QKV", axis=-1, biases=True, final=True):
    q, k, v = (x @ w[f"W{n}"] + (w[f"b{n}"] if biases else 0) for n in order)
    size = x.shape[-1] // num_heads
    found = []
    for start in range(0, x.shape[-1], size):
        a, b, c = (part[..., start : start + size] for part in (q, k, v))
        scores = a @ b.swapaxes(-1, -2) / np.sqrt(size if divisor is None else divisor(size, x))
        found.append(softmax(scores, axis) @ c)
    joined = np.concatenate(found, axis=-1)
    return joined @ w["WO"] + w["bO"] if final else joined


def with_heads(**options):
    return lambda x, w, num_heads: heads_loop(x, w, num_heads, **options)


def heads_reshaped(split, join):
    def run(x, w, num_heads):
        parts = [x @ w[f"W{n}"] + w[f"b{n}"] for n in "QKV"]
        q, k, v = (split(part, num_heads) for part in parts)
        weights = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]))
        return join(weights @ v).reshape(x.shape) @ w["WO"] + w["bO"]

    return run


def split_right(x, num_heads):
    return x.reshape(*x.shape[:2], num_heads, -1).swapaxes(1, 2)


def heads_library(x, w, num_heads):
    layer = torch.nn.MultiheadAttention(x.shape[-1], num_heads, batch_first=True).double()
    w = {name: torch.as_tensor(value) for name, value in w.items()}
    names = {
        "in_proj_weight": torch.cat([w[f"W{n}"].T for n in "QKV"]),
        "in_proj_bias": torch.cat([w[f"b{n}"] for n in "QKV"]),
        "out_proj.weight": w["WO"].T,
        "out_proj.bias": w["bO"],
    }
    layer.load_state_dict(names)
    x = torch.as_tensor(x)
    return layer(x, x, x)[0]


def heads_in_place(x, w, num_heads):
    result = heads_loop(x, w, num_heads)
    w["WQ"] *= 2
    return result


def causal(query, key, value, *, visible=None, hide=None, after=None, divisor=None):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(divisor or query.shape[-1])
    rows, columns = scores.shape[-2:]
    i, j = np.arange(rows)[:, None] + columns - rows, np.arange(columns)
    seen = j <= i if visible is None else visible(i, j)
    scores = np.where(seen, scores, -np.inf) if hide is None else hide(scores, seen)
    weights = softmax(scores)
    return (weights if after is None else after(weights, seen)) @ value


def with_mask(**options):
    return lambda q, k, v: causal(q, k, v, **options)


def causal_torch(query, key, value):
    mask = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool)
    mask = mask.tril(key.shape[1] - query.shape[1])
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def causal_loop(query, key, value):
    shift = key.shape[1] - query.shape[1]
    rows = []
    for i in range(query.shape[1]):
        past, kept = key[:, : i + shift + 1], value[:, : i + shift + 1]
        scores = np.einsum("bd,bkd->bk", query[:, i], past) / np.sqrt(query.shape[-1])
        rows.append(np.einsum("bk,bkv->bv", softmax(scores), kept))
    return np.stack(rows, axis=1)


def start_aligned(i, j):
    return j <= i - i.min()


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


NARROW, WIDE = (np.random.default_rng(155).normal(size=(50, d)) for d in (8, 64))


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


RIGHT = {
    "15-1": [
        Right("laço", lambda: heads_loop),
        Right("reshape", lambda: heads_reshaped(split_right, lambda h: h.swapaxes(1, 2))),
        Right("nn.MultiheadAttention", lambda: heads_library),
    ],
    "15-2": [
        Right("menos infinito", lambda: causal),
        Right("sdpa com máscara", lambda: causal_torch),
        Right("laço", lambda: causal_loop),
        Right("desconto enorme", lambda: with_mask(hide=lambda s, m: np.where(m, s, -1e30))),
    ],
    "15-3": [
        Right("contas", counts),
        Right("texto", lambda: counts("16640", np.int64(16_640), torch.tensor(132_672))),
    ],
    "15-4": [
        Right("NumPy", lambda: rotated),
        Right("complexos", lambda: rotated_complex),
        Right("torch", lambda: rotated_torch),
    ],
    "15-5": [
        Right("lista", lambda: copied("b")),
        Right("tensor", lambda: copied("B", torch.tensor(COPY))),
    ],
    "15-6": [
        Right("uma linha", lambda: gap),
        Right("laço", lambda: gap_loop),
        Right("desembaralhar", lambda: gap_undone),
    ],
}


WRONG = {
    "15-1": [
        Wrong("sem escala", with_heads(divisor=lambda size, x: 1), "se dividem por uma raiz"),
        Wrong("raiz de d", with_heads(divisor=lambda size, x: x.shape[-1]), "**uma cabeça**"),
        Wrong("sem raiz", with_heads(divisor=lambda size, x: size**2), "falta a raiz"),
        Wrong("multiplica", with_heads(divisor=lambda size, x: 1 / size), "e não multiplicar"),
        Wrong("sem a saída", with_heads(final=False), "a projeção de saída"),
        Wrong(
            "sem o último viés",
            lambda x, w, h: heads_loop(x, w, h) - w["bO"],
            "a projeção de saída também",
        ),
        Wrong("sem vieses", with_heads(biases=False), "consulta, chave e valor"),
        Wrong("outro eixo", with_heads(axis=-2), "o eixo do softmax"),
        Wrong("uma cabeça só", lambda x, w, h: heads_loop(x, w, 1), "cada cabeça faz"),
        Wrong("consulta e chave trocadas", with_heads(order="KQV"), "quem pergunta"),
        Wrong("chave e valor trocados", with_heads(order="QVK"), "chave e valor"),
        Wrong(
            "pesos transpostos",
            lambda x, w, h: heads_loop(x, w | {f"W{n}": w[f"W{n}"].T for n in "QKV"}, h),
            "sem transpor",
        ),
        Wrong(
            "reshape sem troca",
            heads_reshaped(lambda x, h: x.reshape(len(x), h, x.shape[1], -1), lambda h: h),
            "mistura posições com cabeças",
        ),
        Wrong(
            "junta sem trocar", heads_reshaped(split_right, lambda h: h), "antes de juntar, o eixo"
        ),
        Wrong(
            "cabeças salteadas",
            heads_reshaped(
                lambda x, h: np.moveaxis(x.reshape(*x.shape[:2], -1, h), -1, 1),
                lambda h: h.swapaxes(1, 2),
            ),
            "**vizinhos**",
        ),
        Wrong("altera os pesos", heads_in_place, "escrevem no lugar"),
        Wrong("None", lambda x, w, h: None, "falta um return"),
    ],
    "15-2": [
        Wrong("sem máscara", with_mask(hide=lambda s, m: s), "o futuro entrou"),
        Wrong(
            "depois do softmax",
            with_mask(hide=lambda s, m: s, after=lambda w, m: w * m),
            "no denominador",
        ),
        Wrong(
            "depois, renormalizado",
            with_mask(hide=lambda s, m: s, after=lambda w, m: w * m / (w * m).sum(-1)[..., None]),
            "renormalizar depois",
        ),
        Wrong("pontuação zero", with_mask(hide=lambda s, m: s * m), "e⁰ é 1"),
        Wrong("sem si mesma", with_mask(visible=lambda i, j: j < i), "a própria posição"),
        Wrong("só o futuro", with_mask(visible=lambda i, j: j >= i), "o lado da máscara"),
        Wrong("invertida", with_mask(visible=lambda i, j: j > i), "ao contrário"),
        Wrong("alinha no começo", with_mask(visible=start_aligned), "o alinhamento"),
        Wrong("um a mais", with_mask(visible=lambda i, j: j <= i + 1), "a posição seguinte"),
        Wrong("sem escala", with_mask(divisor=1), "a escala"),
        Wrong("desconto de dez", with_mask(hide=lambda s, m: s - 10.0 * ~m), "menos infinito"),
        Wrong("desconto de dez mil", with_mask(hide=lambda s, m: s - 1e4 * ~m), "menos infinito"),
        Wrong(
            "is_causal",
            lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=True
            ),
            "o alinhamento",
        ),
        Wrong("não é função", 3, "sem parênteses"),
    ],
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
        Wrong("falta uma", {"uma cabeça": 16_640}, "as chaves"),
    ],
    "15-4": [
        Wrong("sentido", with_rate(sign=-1), "o sentido"),
        Wrong("metades", rotated_halves, "**vizinhos**"),
        Wrong("lado a lado", rotated_joined, "intercalados"),
        Wrong("metade do expoente", with_rate(rate=lambda i, d: i / d), "o expoente: 2i/D"),
        Wrong("sem dividir", with_rate(rate=lambda i, d: 2.0 * i), "falta dividir por D"),
        Wrong("a partir de 1", with_rate(rate=lambda i, d: 2 * (i + 1) / d), "o primeiro par"),
        Wrong("mesma velocidade", with_rate(rate=lambda i, d: 0.0 * i), "as frequências"),
        Wrong("cada vez mais rápido", with_rate(rate=lambda i, d: -2 * i / d), "**devagar**"),
        Wrong("conta as linhas", lambda x, p: rotated(x, np.arange(len(x))), "que a função recebe"),
        Wrong("uma a mais", lambda x, p: rotated(x, p + 1), "a de número 0 não gira"),
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
                    *copying(WIDE, 1 / 8),
                    copying(0.05 * WIDE, 1 / 8)[0],
                ],
            ),
            "**não** divide",
        ),
        Wrong("ordem", copied("b", [COPY[1], COPY[0], *COPY[2:]]), "a ordem"),
        Wrong("sem encolher", copied("c", [*COPY[:3], COPY[1]]), "multiplicada por 0,05"),
        Wrong("semelhança", copied("b", [*COPY[:2], 1 - COPY[2], COPY[3]]), "a semelhança"),
        Wrong("soma", copied("b", [50 * COPY[0], 50 * COPY[1], COPY[2], 50 * COPY[3]]), "a soma"),
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
        Wrong("sem a camada", lambda f, x, p: np.abs(x[p] - x).max(), "ser chamada"),
        Wrong("zero", lambda f, x, p: 0.0, "nem toda camada"),
        Wrong("um booleano", lambda f, x, p: bool(gap(f, x, p) < 1e-9), "sem verdadeiro ou falso"),
        Wrong("muda x", gap_in_place, "escrevem no lugar"),
        Wrong("não é função", 0.0, "sem parênteses"),
    ],
}
