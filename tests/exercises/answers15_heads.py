"""Respostas típicas de 15-1 e 15-2: várias cabeças e a atenção que não vê o futuro."""

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


def heads_summed(x, w, num_heads):
    """Sem juntar: a soma, cabeça por cabeça, do que cada uma manda pela sua fatia de WO."""
    size, total = x.shape[-1] // num_heads, 0
    for start in range(0, x.shape[-1], size):
        own = slice(start, start + size)
        q, k, v = (x @ w[f"W{n}"][:, own] + w[f"b{n}"][own] for n in "QKV")
        total = total + softmax(q @ k.swapaxes(-1, -2) / np.sqrt(size)) @ v @ w["WO"][own]
    return total + w["bO"]


def heads_without_key_bias(x, w, num_heads):
    """O viés da chave soma o mesmo a todas as pontuações da linha: some no softmax."""
    return heads_loop(x, w | {"bK": 0 * w["bK"]}, num_heads)


def heads_float32(x, w, num_heads):
    single = {name: value.astype(np.float32) for name, value in w.items()}
    return heads_loop(x.astype(np.float32), single, num_heads)


def heads_swapped_sizes(x, w, num_heads):
    return heads_loop(x, w, x.shape[-1] // num_heads)


def heads_reversed(x, w, num_heads):
    size = x.shape[-1] // num_heads
    order = np.arange(x.shape[-1]).reshape(num_heads, size)[::-1].ravel()
    return heads_loop(x, w | {"WO": w["WO"][order]}, num_heads)


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


def causal_cropped(query, key, value):
    """A máscara quadrada, e dela só as últimas linhas."""
    square = np.tril(np.ones((key.shape[1], key.shape[1]), dtype=bool))
    seen = square[-query.shape[1] :]
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    return softmax(np.where(seen, scores, -np.inf)) @ value


def causal_other_axis(query, key, value):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    rows, columns = scores.shape[-2:]
    seen = np.arange(columns) <= np.arange(rows)[:, None] + columns - rows
    return softmax(np.where(seen, scores, -np.finfo(float).max), axis=-2) @ value


def filled(number):
    """Troca por um número finito as pontuações do futuro."""
    return with_mask(hide=lambda s, m: np.where(m, s, number))


def start_aligned(i, j):
    return j <= i - i.min()


RIGHT = {
    "15-1": [
        Right("laço", lambda: heads_loop),
        Right("reshape", lambda: heads_reshaped(split_right, lambda h: h.swapaxes(1, 2))),
        Right("nn.MultiheadAttention", lambda: heads_library),
        Right("soma por cabeça", lambda: heads_summed),
        Right("sem o viés da chave", lambda: heads_without_key_bias),
        Right("float32", lambda: heads_float32),
        Right("listas", lambda: lambda *a: heads_loop(*a).tolist()),
    ],
    "15-2": [
        Right("menos infinito", lambda: causal),
        Right("sdpa com máscara", lambda: causal_torch),
        Right("laço", lambda: causal_loop),
        Right("máscara recortada", lambda: causal_cropped),
        Right("float32", lambda: lambda *a: causal(*(x.astype(np.float32) for x in a))),
        Right("menor número que há", lambda: filled(np.finfo(float).min)),
        Right("desconto enorme", lambda: with_mask(hide=lambda s, m: np.where(m, s, -1e30))),
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
        Wrong("tamanhos trocados", heads_swapped_sizes, "quantas são as cabeças"),
        Wrong("soma a entrada", lambda x, w, h: x + heads_loop(x, w, h), "só a saída da camada"),
        Wrong(
            "valor sem projeção",
            lambda x, w, h: heads_loop(x, w | {"WV": np.eye(x.shape[-1]), "bV": 0}, h),
            "o valor: ele também",
        ),
        Wrong("junta ao contrário", heads_reversed, "na ordem em que"),
        Wrong(
            "saída transposta",
            lambda x, w, h: heads_loop(x, w | {"WO": w["WO"].T}, h),
            "ela também vem pronta",
        ),
        Wrong("devolve também os pesos", lambda x, w, h: (heads_loop(x, w, h), w), "só números"),
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
        Wrong("troca por −10", filled(-10.0), "menos infinito"),
        Wrong("troca por menos 50", filled(-50.0), "menos infinito"),
        Wrong("troca por −10.000", filled(-1e4), "menos infinito"),
        Wrong("desconto de 10⁹", with_mask(hide=lambda s, m: s - 1e9 * ~m), "menos infinito"),
        Wrong("troca por −10⁹", filled(-1e9), "menos infinito"),
        Wrong("softmax no outro eixo", causal_other_axis, "o eixo do softmax"),
        Wrong("só a si mesma", with_mask(visible=lambda i, j: j == i), "todas as anteriores"),
        Wrong("troca por infinito", filled(np.inf), "as etapas"),
        Wrong(
            "is_causal",
            lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(
                q, k, v, is_causal=True
            ),
            "o alinhamento",
        ),
        Wrong("não é função", 3, "sem parênteses"),
    ],
}
