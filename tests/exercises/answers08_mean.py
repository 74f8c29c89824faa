"""Respostas típicas do exercício 08-4, a média mascarada."""

import numpy as np

from exercises.typical_answer import Right, Wrong


def mean_where(values, mask):
    total = np.where(mask[..., None], values, 0.0).sum(axis=1)
    return total / np.maximum(mask.sum(axis=1), 1)[:, None]


def mean_loop(values, mask):
    return [
        np.mean([v for v, valid in zip(rows, row, strict=True) if valid], axis=0).tolist()
        if any(row)
        else [0.0] * values.shape[2]
        for rows, row in zip(values, mask, strict=True)
    ]


def mean_torch(values, mask):
    total = values.masked_fill(~mask.unsqueeze(-1), 0.0).sum(dim=1)
    return total / mask.sum(dim=1, keepdim=True).clamp(min=1)


def mean_without_nan(values, mask):
    total = (np.nan_to_num(values) * mask[..., None]).sum(axis=1)
    return total / np.maximum(mask.sum(axis=1, keepdims=True), 1)


def mean_of_first(values, mask):
    return mean_where(values, np.arange(mask.shape[1]) < mask.sum(axis=1)[:, None])


def mean_with_numpy_mask(values, mask):
    hidden = np.broadcast_to(~mask[..., None], values.shape)
    return np.ma.masked_array(values, hidden).mean(axis=1)


def mean_in_place(values, mask):
    values[~mask] = 0.0
    return mean_where(values, mask)


def summed(values, mask):
    return np.where(mask[..., None], values, 0.0).sum(axis=1)


MEAN_RIGHT = [
    Right("where", lambda: mean_where),
    Right("laço", lambda: mean_loop),
    Right("torch", lambda: mean_torch),
    Right("nan vira zero, com a máscara", lambda: mean_without_nan),
    Right("np.ma, preenchido", lambda: lambda v, m: mean_with_numpy_mask(v, m).filled(0.0)),
    Right("float32", lambda: lambda v, m: mean_where(v, m).astype(np.float32)),
]

MEAN_WRONG = [
    Wrong("devolve np.ma", mean_with_numpy_mask, "um número em cada lugar"),
    Wrong("ignora a máscara", lambda v, m: v.mean(axis=1), "não entrou na conta"),
    Wrong("divide por T", lambda v, m: summed(v, m) / v.shape[1], "**válidos**"),
    Wrong("divide pelo lote", lambda v, m: summed(v, m) / m.sum(), "do lote inteiro"),
    Wrong("divide pelo maior", lambda v, m: summed(v, m) / m.sum(1).max(), "a do maior"),
    Wrong("só soma", summed, "uma soma"),
    Wrong("máscara ao contrário", lambda v, m: mean_where(v, ~m), "o sentido da máscara"),
    Wrong(
        "multiplica pela máscara",
        lambda v, m: (v * m[..., None]).sum(1) / np.maximum(m.sum(1), 1)[:, None],
        "zero vezes nan",
    ),
    Wrong("0/0", lambda v, m: summed(v, m) / m.sum(1)[:, None], "0/0"),
    Wrong(
        "soma um épsilon",
        lambda v, m: summed(v, m) / (m.sum(1)[:, None] + 1e-3),
        "Trate só o caso vazio",
    ),
    Wrong("máximo", lambda v, m: np.where(m[..., None], v, 0).max(1), "e não o máximo"),
    Wrong("outro eixo", lambda v, m: np.where(m[..., None], v, 0).mean(0), "o eixo"),
    Wrong("média de tudo", lambda v, m: mean_where(v, m).mean(1), "continuam separadas"),
    Wrong("nan vira zero", lambda v, m: np.nan_to_num(v).mean(1), "não entrou na conta"),
    Wrong(
        "vazio recebe a média comum",
        lambda v, m: np.where(m.any(1)[:, None], mean_where(v, m), v.mean(1)),
        "do preenchimento",
    ),
    Wrong("altera os valores", mean_in_place, "escrevem no lugar"),
    Wrong("um a mais", lambda v, m: summed(v, m) / (m.sum(1) + 1)[:, None], "nem um a mais"),
    Wrong(
        "um a menos",
        lambda v, m: summed(v, m) / np.maximum(m.sum(1) - 1, 1)[:, None],
        "nem um a mais",
    ),
    Wrong("os primeiros", mean_of_first, "podem não ser os primeiros"),
    Wrong(
        "vazio recebe um",
        lambda v, m: np.where(m.any(1)[:, None], mean_where(v, m), 1.0),
        "o enunciado pede zeros",
    ),
    Wrong("uma só", lambda v, m: np.tile(v[m].mean(0), (len(v), 1)), "uma por exemplo"),
    Wrong("eixo a mais", lambda v, m: mean_where(v, m)[:, None], "a forma do resultado"),
    Wrong(
        "mediana",
        lambda v, m: np.stack(
            [np.median(e[k], axis=0) if k.any() else 0 * v[0, 0] for e, k in zip(v, m, strict=True)]
        ),
        "e não a mediana",
    ),
]
