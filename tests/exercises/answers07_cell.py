"""Respostas típicas do exercício 07-1, a célula LSTM."""

import numpy as np
import torch

from exercises.typical_answer import Right, Wrong


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def cell(
    x,
    h,
    c,
    W,
    U,
    b,
    *,
    order="ifgo",
    gate=sigmoid,
    candidate=np.tanh,
    new_cell=lambda i, f, g, o, c: f * c + i * g,
    new_state=lambda o, new, old: o * np.tanh(new),
    swap=False,
):
    size = h.shape[1]
    total = x @ W.T + h @ U.T + b
    part = {name: total[:, k * size : (k + 1) * size] for k, name in enumerate(order)}
    i, f, o, g = gate(part["i"]), gate(part["f"]), gate(part["o"]), candidate(part["g"])
    new = new_cell(i, f, g, o, c)
    state = new_state(o, new, c)
    return (new, state) if swap else (state, new)


def cell_with(**pieces):
    return lambda *arguments: cell(*arguments, **pieces)


def cell_rows(x, h, c, W, U, b):
    states, cells = [], []
    for example, hidden, memory in zip(x, h, c, strict=True):
        i, f, g, o = np.split(W @ example + U @ hidden + b, 4)
        new = sigmoid(f) * memory + sigmoid(i) * np.tanh(g)
        states.append((sigmoid(o) * np.tanh(new)).tolist())
        cells.append(new.tolist())
    return states, cells


def cell_torch(x, h, c, W, U, b):
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)
    new = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * new.tanh(), new


def cell_library(x, h, c, W, U, b):
    layer = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
    for parameter, value in zip(layer.parameters(), (W, U, b, 0 * b), strict=True):
        parameter.data = torch.from_numpy(np.asarray(value))
    return layer(torch.from_numpy(x), (torch.from_numpy(h), torch.from_numpy(c)))


def cell_in_place(x, h, c, W, U, b):
    state, new = cell(x, h, c, W, U, b)
    c += 1.0
    return state, new


CELL_RIGHT = [
    Right("NumPy", lambda: cell),
    Right("listas", lambda: cell_rows),
    Right("torch", lambda: cell_torch),
    Right("LSTMCell", lambda: cell_library),
    Right("empilhados em NumPy", lambda: lambda *a: np.stack(cell(*a))),
    Right("empilhados em torch", lambda: lambda *a: torch.stack(cell_torch(*a))),
    Right("float32", lambda: lambda *a: [v.astype(np.float32) for v in cell(*a)]),
]

CELL_WRONG = [
    Wrong("ordem i, f, o, g", cell_with(order="ifog"), "a ordem dos blocos"),
    Wrong("ordem f, i, g, o", cell_with(order="figo"), "a ordem dos blocos"),
    Wrong("ordem f, i, o, g", cell_with(order="fiog"), "a ordem dos blocos"),
    Wrong("devolve trocado", cell_with(swap=True), "primeiro o estado oculto"),
    Wrong("sem tanh na célula", cell_with(new_state=lambda o, n, c: o * n), "antes da porta"),
    Wrong("célula velha", cell_with(new_state=lambda o, n, c: o * np.tanh(c)), "a célula **nova**"),
    Wrong(
        "sem porta de saída",
        cell_with(new_state=lambda o, n, c: np.tanh(n)),
        "a porta de saída",
    ),
    Wrong("candidato sigmoide", cell_with(candidate=sigmoid), "pode ser negativo"),
    Wrong("candidato linear", cell_with(candidate=lambda v: v), "falta a tangente"),
    Wrong("portas tanh", cell_with(gate=np.tanh), "a função das portas"),
    Wrong("portas sem sigmoide", cell_with(gate=lambda v: v), "falta a sigmoide"),
    Wrong(
        "1 − f no lugar de i",
        cell_with(new_cell=lambda i, f, g, o, c: f * c + (1 - f) * g),
        "da GRU",
    ),
    Wrong(
        "esquecimento ao contrário",
        cell_with(new_cell=lambda i, f, g, o, c: (1 - f) * c + i * g),
        "**mantém**",
    ),
    Wrong("sem célula velha", cell_with(new_cell=lambda i, f, g, o, c: i * g), "a célula velha"),
    Wrong(
        "sem esquecimento",
        cell_with(new_cell=lambda i, f, g, o, c: c + i * g),
        "a porta de esquecimento",
    ),
    Wrong(
        "sem porta de entrada",
        cell_with(new_cell=lambda i, f, g, o, c: f * c + g),
        "a porta de entrada",
    ),
    Wrong(
        "tanh na célula nova",
        cell_with(new_cell=lambda i, f, g, o, c: np.tanh(f * c + i * g)),
        "ela é só a soma",
    ),
    Wrong(
        "soma 1 ao esquecimento",
        lambda x, h, c, W, U, b: cell(x, h, c, W, U, b + np.repeat([0, 1, 0, 0], h.shape[1])),
        "Somar 1",
    ),
    Wrong("sem estado", lambda x, h, c, W, U, b: cell(x, 0 * h, c, W, U, b), "o estado oculto"),
    Wrong("sem viés", lambda x, h, c, W, U, b: cell(x, h, c, W, U, 0 * b), "o viés"),
    Wrong(
        "sigmoide que estoura",
        cell_with(gate=lambda v: np.exp(v) / (1 + np.exp(v))),
        "nada estoura",
    ),
    Wrong("só o estado", lambda *a: cell(*a)[0], "o estado oculto e a célula"),
    Wrong("ordem o, f, g, i", cell_with(order="ofgi"), "a ordem dos blocos"),
    Wrong("ordem g, i, f, o", cell_with(order="gifo"), "a ordem dos blocos"),
    Wrong(
        "sigmoide de retas",
        cell_with(gate=lambda v: np.clip(v / 6 + 0.5, 0, 1)),
        "segmentos de reta",
    ),
    Wrong("viés dobrado", lambda x, h, c, W, U, b: cell(x, h, c, W, U, 2 * b), "uma vez só"),
    Wrong("sem entrada", lambda x, h, c, W, U, b: cell(0 * x, h, c, W, U, b), "a entrada x"),
    Wrong("soma h e c", lambda x, h, c, W, U, b: cell(x, h + c, c, W, U, b), "não se soma"),
    Wrong(
        "sigmoide na célula",
        cell_with(new_state=lambda o, n, c: o * sigmoid(n)),
        "e não pela sigmoide",
    ),
    Wrong(
        "porta de saída escreve",
        cell_with(new_cell=lambda i, f, g, o, c: f * c + o * g),
        "a de saída só age",
    ),
    Wrong(
        "lado a lado",
        lambda *a: np.concatenate(cell(*a), axis=1),
        "o estado oculto e a célula",
    ),
    Wrong("três tabelas", lambda *a: (*cell(*a), 0.0), "o estado oculto e a célula"),
    Wrong("dicionário", lambda *a: dict(zip("hc", cell(*a), strict=True)), "nessa ordem"),
    Wrong("altera a célula", cell_in_place, "escrevem no lugar"),
]
