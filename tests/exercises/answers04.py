"""Respostas típicas do capítulo 4."""

import numpy as np
from scipy.optimize import linprog, minimize_scalar, nnls

from coursekit.data import noisy_curve, true_curve
from exercises.typical_answer import Right, Wrong


def normalized(terms, axis=-1):
    return terms / terms.sum(axis=axis, keepdims=True)


def stable(scores, axis=-1):
    return normalized(np.exp(scores - scores.max(axis=axis, keepdims=True)), axis)


def kernel_with(kernel, axis=-1):
    def regress(x_query, x_train, y_train, bandwidth):
        gap = x_query[:, None] - x_train[None, :]
        return normalized(kernel(gap, bandwidth), axis) @ y_train

    return regress


def kernel_numpy(x_query, x_train, y_train, h):
    return stable(-((x_query[:, None] - x_train) ** 2) / 2 / h**2) @ y_train


def kernel_expanded(x_query, x_train, y_train, h):
    # −(x − xᵢ)²/2h² sem o termo −x²/2h², que o softmax cancela.
    scores = (np.outer(x_query, x_train) - x_train**2 / 2) / h**2
    return stable(scores) @ y_train


def kernel_torch(x_query, x_train, y_train, h):
    scores = -((x_query.unsqueeze(1) - x_train) ** 2) / (2 * h**2)
    return scores.softmax(dim=-1) @ y_train


def kernel_unnormalized(x_query, x_train, y_train, h):
    return np.exp(-((x_query[:, None] - x_train) ** 2) / 2 / h**2) @ y_train


def loo_error(h, *, with_self=False, against_truth=False):
    sample = noisy_curve(50, generator=np.random.default_rng(0))
    weights = np.exp(-((sample.x[:, None] - sample.x) ** 2) / 2 / h**2)
    if not with_self:
        np.fill_diagonal(weights, 0.0)
    target = true_curve(sample.x) if against_truth else sample.y
    return np.mean((normalized(weights) @ sample.y - target) ** 2)


def best_h(**options):
    grid = np.arange(0.05, 1.0, 0.01)
    return grid[np.argmin([loo_error(h, **options) for h in grid])]


def best_h_self():
    grid = np.arange(0.01, 1.0, 0.01)
    return grid[np.argmin([loo_error(h, with_self=True) for h in grid])]


def fine_h():
    return minimize_scalar(loo_error, bounds=(0.1, 0.5), method="bounded").x


def hidden_units(q, k, wq, wk):
    return (q @ wq.T)[:, None] + (k @ wk.T)[None]


def scores_of(q, k, wq, wk, v):
    return np.tanh(hidden_units(q, k, wq, wk)) @ v


def additive(weigh, score=scores_of):
    def attend(q, k, values, wq, wk, v, mask):
        return weigh(score(q, k, wq, wk, v), mask) @ values

    return attend


def masked(scores, mask):
    hidden = np.where(mask, scores, -np.inf)
    highest = np.nan_to_num(hidden.max(-1, keepdims=True), neginf=0.0)
    terms = np.exp(hidden - highest)
    return terms / np.maximum(terms.sum(-1, keepdims=True), 1e-300)


def additive_loop(q, k, values, wq, wk, v, mask):
    context = np.zeros((len(q), values.shape[1]))
    for i in range(len(q)):
        seen = [j for j in range(len(k)) if mask[i, j]]
        scores = np.array([v @ np.tanh(wq @ q[i] + wk @ k[j]) for j in seen])
        if seen:
            context[i] = stable(scores) @ values[seen]
    return context


def additive_torch(q, k, values, wq, wk, v, mask):
    hidden = ((q @ wq.T).unsqueeze(1) + (k @ wk.T).unsqueeze(0)).tanh()
    scores = (hidden @ v).masked_fill(~mask, -float("inf"))
    return scores.softmax(dim=-1).nan_to_num() @ values


def additive_in_place(q, k, values, wq, wk, v, mask):
    result = additive_loop(q, k, values, wq, wk, v, mask)
    q *= 2
    return result


def lookup_errors(rescale, *, relative=True):
    generator = np.random.default_rng(7)
    keys = generator.normal(size=(50, 64))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    values = generator.normal(size=(50, 3))
    size = np.linalg.norm(values[17]) if relative else 1.0
    return [
        float(np.linalg.norm(stable(rescale(keys @ keys[17], b)) @ values - values[17]) / size)
        for b in (1, 5, 20, 100)
    ]


ERRORS = lookup_errors(lambda scores, beta: beta * scores)


def dictionary(letter, errors=ERRORS):
    return {"alternativa": letter, "medida": errors}


def hull_linprog(context, values):
    rows = np.vstack([values.T, np.ones(len(values))])
    return linprog(np.zeros(len(values)), A_eq=rows, b_eq=[*context, 1.0]).status == 0


def hull_nnls(context, values):
    return nnls(np.vstack([values.T, np.ones(len(values))]), np.append(context, 1))[1] < 1e-8


def hull_sloppy(context, values):
    equations = np.vstack([values.T, np.ones(len(values))])
    return bool(nnls(equations, np.append(context, 1.0))[1] < 0.1)


def hull_torch(context, values):
    import torch

    return torch.tensor(bool(hull_nnls(np.asarray(context), np.asarray(values))))


def hull_box(context, values):
    return bool(((values.min(0) <= context) & (context <= values.max(0))).all())


def hull_cone(context, values):
    return bool(nnls(values.T, context)[1] < 1e-8)


def hull_affine(context, values):
    rows, target = np.vstack([values.T, np.ones(len(values))]), np.append(context, 1.0)
    return bool(np.abs(rows @ np.linalg.lstsq(rows, target, rcond=None)[0] - target).max() < 1e-8)


def hull_ball(context, values):
    center = values.mean(0)
    return bool(
        np.linalg.norm(context - center) <= np.linalg.norm(values - center, axis=1).max() + 1e-9
    )


TOTAL = 8 * 256 * 512 * 48 * 4 / 2**20

RIGHT = {
    "04-1": [
        Right("NumPy", lambda: kernel_numpy),
        Right("quadrado aberto", lambda: kernel_expanded),
        Right("torch", lambda: kernel_torch),
        Right(
            "float32",
            lambda: lambda *a: kernel_numpy(*(np.float32(x) for x in a)),
        ),
    ],
    "04-2": [Right("grade", best_h), Right("busca fina", fine_h)],
    "04-3": [
        Right("laço", lambda: additive_loop),
        Right("NumPy", lambda: additive(masked)),
        Right("torch", lambda: additive_torch),
    ],
    "04-4": [Right("conta", lambda: TOTAL), Right("inteiro", lambda: 192)],
    "04-5": [
        Right("lista", lambda: dictionary("b")),
        Right("vetor", lambda: dictionary("b.", np.array(ERRORS))),
    ],
    "04-6": [
        Right("programação linear", lambda: hull_linprog),
        Right("mínimos quadrados", lambda: hull_nnls),
        Right("torch", lambda: hull_torch),
    ],
}

WRONG = {
    "04-1": [
        Wrong("nan longe", kernel_with(lambda g, h: np.exp(-(g**2) / 2 / h**2)), "longe dos dados"),
        Wrong("sem o 2", kernel_with(lambda g, h: np.exp(-(g**2) / h**2)), "compare-o"),
        Wrong("h sem quadrado", kernel_with(lambda g, h: np.exp(-(g**2) / 2 / h)), "ao quadrado"),
        Wrong("módulo", kernel_with(lambda g, h: np.exp(-abs(g) / h)), "não o módulo"),
        Wrong("sinal", kernel_with(lambda g, h: np.exp(g**2 / 2 / h**2)), "o sinal"),
        Wrong(
            "outro eixo",
            kernel_with(lambda g, h: np.exp(-(g**2) / 2 / h**2), axis=0),
            "o eixo da normalização",
        ),
        Wrong("sem normalizar", kernel_unnormalized, "a normalização"),
        Wrong("média", lambda q, x, y, h: np.full(len(q), y.mean()), "a distância não entrou"),
    ],
    "04-2": [
        Wrong("vê a si mesmo", best_h_self(), "quem cada ponto pode ver"),
        Wrong("contra a verdade", best_h(against_truth=True), "com que se compara"),
        Wrong("o erro", loo_error(best_h()), "o menor erro"),
        Wrong("ao quadrado", best_h() ** 2, "não o quadrado"),
        Wrong("valor de partida", 1.0, "valor de partida"),
        Wrong("fora de tudo", 0.7, "diagonal escondida"),
    ],
    "04-3": [
        Wrong(
            "sem tanh",
            additive(masked, lambda q, k, wq, wk, v: hidden_units(q, k, wq, wk) @ v),
            "tangente hiperbólica",
        ),
        Wrong("outro eixo", additive(lambda s, m: masked(s.T, m.T).T), "o eixo do softmax"),
        Wrong("máscara ao contrário", additive(lambda s, m: masked(s, ~m)), "o sentido da máscara"),
        Wrong("ignora a máscara", additive(lambda s, m: stable(s)), "não entrou na conta"),
        Wrong("zero no lugar de −∞", additive(lambda s, m: stable(s * m)), "0 é uma pontuação"),
        Wrong("máscara depois", additive(lambda s, m: stable(s) * m), "depois"),
        Wrong(
            "nan na linha vazia",
            additive(lambda s, m: stable(np.where(m, s, -np.inf))),
            "0/0",
        ),
        Wrong("−1e9", additive(lambda s, m: stable(np.where(m, s, -1e9))), "um número grande"),
        Wrong(
            "−30 no lugar de −∞",
            additive(lambda s, m: masked(np.where(m, s, -30.0), m | m.any(1, keepdims=True))),
            "uma pontuação como outra",
        ),
        Wrong(
            "instável", additive(lambda s, m: normalized(np.exp(s) * m)), "precisa ser o estável"
        ),
        Wrong(
            "sem o vetor final",
            additive(masked, lambda q, k, wq, wk, v: np.tanh(hidden_units(q, k, wq, wk)).sum(-1)),
            "o último vetor",
        ),
        Wrong(
            "devolve os pesos",
            lambda q, k, values, wq, wk, v, m: masked(scores_of(q, k, wq, wk, v), m),
            "a terceira etapa",
        ),
        Wrong("altera a consulta", additive_in_place, "escrevem no lugar"),
    ],
    "04-4": [
        Wrong("sem as unidades", TOTAL / 48, "a última dimensão"),
        Wrong("MB", TOTAL * 2**20 / 1e6, "MB"),
        Wrong("1 byte", TOTAL / 4, "4 bytes"),
        Wrong("float64", TOTAL * 2, "não float64"),
        Wrong("um exemplo", TOTAL / 8, "o lote"),
        Wrong("soma em vez de par", 8 * (256 + 512) * 48 * 4 / 2**20, "para cada **par**"),
        Wrong("bytes", TOTAL * 2**20, "não em bytes"),
        Wrong("GiB", TOTAL / 1024, "não em GiB"),
    ],
    "04-5": [
        Wrong("média", dictionary("a"), "o sentido de β"),
        Wrong("nan", dictionary("c"), "é um número"),
        Wrong("soma", dictionary("d"), "a soma dos pesos"),
        Wrong("ordem", dictionary("b", ERRORS[::-1]), "do menor β"),
        Wrong(
            "β divide",
            dictionary("a", lookup_errors(lambda scores, beta: scores / beta)),
            "multiplica",
        ),
        Wrong(
            "erro absoluto",
            dictionary("b", lookup_errors(lambda s, b: b * s, relative=False)),
            "relativo",
        ),
        Wrong("β parado", dictionary("b", [ERRORS[0]] * 4), "se β muda"),
        Wrong("quadrado", dictionary("b", [error**2 for error in ERRORS]), "com a raiz"),
        Wrong("zeros no fim", dictionary("b", [*ERRORS[:2], 0.0, 0.0]), "a receita"),
    ],
    "04-6": [
        Wrong("caixa", hull_box, "caixa e envelope"),
        Wrong("cone", hull_cone, "a soma dos pesos"),
        Wrong("afim", hull_affine, "o sinal dos pesos"),
        Wrong("bola", hull_ball, "não é uma bola"),
        Wrong("ao contrário", lambda c, v: not hull_nnls(c, v), "o sentido da resposta"),
        Wrong("sempre dentro", lambda context, values: True, "as três condições"),
        Wrong("folga larga demais", hull_sloppy, "a folga"),
    ],
}
