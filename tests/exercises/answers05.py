"""Respostas típicas do capítulo 5."""

import numpy as np
import torch

from exercises.answers05_backward import (
    at_start,
    backward,
    backward_autograd,
    backward_by_example,
    backward_by_nudges,
    backward_in_place,
    backward_torch,
    last_block,
    reset_blocks,
    sliding,
    truncated_blocks,
    whole_blocks,
    wrong_backward,
)
from exercises.typical_answer import Right, Wrong


def step_numpy(x, h, W, U, b):
    return np.tanh(x @ W.T + h @ U.T + b)


def step_einsum(x, h, W, U, b):
    rows = [np.tanh(W @ x[i] + U @ h[i] + b).tolist() for i in range(len(x))]
    return rows


def step_torch(x, h, W, U, b):
    return torch.tanh(torch.nn.functional.linear(x, W, b) + h.matmul(U.T))


def step_cell(x, h, W, U, b):
    cell = torch.nn.RNNCell(x.shape[1], h.shape[1], dtype=torch.float64)
    new = (W, U, b, np.zeros_like(b))
    for parameter, value in zip(cell.parameters(), new, strict=True):
        parameter.data = torch.from_numpy(np.asarray(value))
    return cell(torch.from_numpy(x), torch.from_numpy(h))


def effects(*, whole_below=False, watch=1, divide=False, reduce=torch.max):
    generator = np.random.default_rng(61)
    inputs = torch.from_numpy(generator.normal(size=(1, 2, 3)))
    stack = torch.nn.RNN(3, 5, num_layers=2, batch_first=True, dtype=torch.float64)
    for parameter in stack.parameters():
        drawn = generator.normal(size=tuple(parameter.shape)) / 2
        parameter.data = torch.from_numpy(drawn)

    def final(start):
        with torch.no_grad():
            return stack(inputs, start)[1][:, 0]

    calm = torch.zeros(2, 1, 5, dtype=torch.float64)
    below, above = calm.clone(), calm.clone()
    below[0, 0, 0 if not whole_below else slice(None)] = 0.5
    above[1] = 0.5
    first = (final(below) - final(calm)).abs()
    second = (final(above) - final(calm)).abs()
    values = [reduce(part) for part in (first[0, watch:], first[1], second[0], second[1])]
    return [float(value) / (0.5 if divide else 1) for value in values]


EFFECTS = effects()


def wiring(letter, measure=EFFECTS):
    return {"alternativa": letter, "medida": measure}


RNN, READING = 96 * 40 + 96 * 96 + 96, 7 * 96 + 7

RIGHT = {
    "05-1": [
        Right("NumPy", lambda: step_numpy),
        Right("listas", lambda: step_einsum),
        Right("torch", lambda: step_torch),
        Right("RNNCell", lambda: step_cell),
        Right("float32", lambda: lambda *a: step_numpy(*(np.float32(v) for v in a))),
    ],
    "05-2": [
        Right("NumPy", lambda: backward),
        Right("torch à mão", lambda: backward_torch),
        Right("autograd", lambda: backward_autograd),
        Right("diferenças centradas", lambda: backward_by_nudges),
        Right("um exemplo de cada vez", lambda: backward_by_example),
    ],
    "05-3": [
        Right("conta", lambda: RNN + READING),
        Right("texto", lambda: str(RNN + READING)),
        Right("torch", lambda: torch.tensor(RNN + READING)),
    ],
    "05-4": [
        Right("letra", lambda: wiring("b")),
        Right("letra maiúscula e vetor", lambda: wiring("B)", np.array(EFFECTS))),
        Right("tensor", lambda: wiring("(b)", torch.tensor(EFFECTS))),
        Right("três casas", lambda: wiring("b", [round(value, 3) for value in EFFECTS])),
    ],
    "05-5": [
        Right("corte na volta", lambda: wrong_backward(cut=at_start)),
        Right("bloco por bloco", lambda: truncated_blocks),
        Right("detach", lambda: backward_autograd),
    ],
}

WRONG = {
    "05-1": [
        Wrong("sem tanh", lambda x, h, W, U, b: x @ W.T + h @ U.T + b, "falta a função φ"),
        Wrong("sem estado", lambda x, h, W, U, b: np.tanh(x @ W.T + b), "o estado anterior"),
        Wrong("sem entrada", lambda x, h, W, U, b: np.tanh(h @ U.T + b), "a entrada"),
        Wrong("sem viés", lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T), "o viés"),
        Wrong(
            "dois vieses",
            lambda x, h, W, U, b: np.tanh(x @ W.T + b + h @ U.T + b),
            "uma só",
        ),
        Wrong(
            "U do outro lado",
            lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U + b),
            "linhas e colunas de U",
        ),
        Wrong("W sem transpor", lambda x, h, W, U, b: np.tanh(x @ W + h @ U.T + b), ".shape"),
        Wrong(
            "pesos trocados",
            lambda x, h, W, U, b: np.tanh(
                (h @ W.T + x @ U.T if W.shape == U.shape else x @ W.T + h @ U.T) + b
            ),
            "quem multiplica quem",
        ),
        Wrong(
            "W transposta quando cabe",
            lambda x, h, W, U, b: np.tanh(
                (x @ W if W.shape[0] == W.shape[1] else x @ W.T) + h @ U.T + b
            ),
            "linhas e colunas de W",
        ),
        Wrong(
            "sigmoide",
            lambda x, h, W, U, b: 1 / (1 + np.exp(-x @ W.T - h @ U.T - b)),
            "a sigmoide",
        ),
        Wrong("ReLU", lambda x, h, W, U, b: np.maximum(0, x @ W.T + h @ U.T + b), "a ReLU"),
        Wrong(
            "duas tangentes",
            lambda x, h, W, U, b: np.tanh(x @ W.T) + np.tanh(h @ U.T) + b,
            "primeiro se soma tudo",
        ),
        Wrong(
            "tangente no estado",
            lambda x, h, W, U, b: np.tanh(x @ W.T + np.tanh(h) @ U.T + b),
            "onde φ entra",
        ),
        Wrong(
            "soma ao anterior",
            lambda x, h, W, U, b: h + np.tanh(x @ W.T + h @ U.T + b),
            "substitui",
        ),
        Wrong(
            "viés por fora",
            lambda x, h, W, U, b: np.tanh(x @ W.T + h @ U.T) + b,
            "onde o viés entra",
        ),
        Wrong(
            "só a diagonal",
            lambda x, h, W, U, b: np.tanh(x @ W.T + h * np.diag(U) + b),
            "**todas**",
        ),
        Wrong(
            "concatena trocado",
            lambda x, h, W, U, b: np.tanh(np.hstack([x, h]) @ np.hstack([U, W]).T + b),
            "quem multiplica quem",
        ),
        Wrong(
            "deitado", lambda x, h, W, U, b: np.tanh(W @ x.T + U @ h.T + b[:, None]), "uma linha"
        ),
        Wrong(
            "mistura com o anterior",
            lambda x, h, W, U, b: (h + np.tanh(x @ W.T + h @ U.T + b)) / 2,
            "a equação",
        ),
        Wrong("nada devolve", lambda x, h, W, U, b: None, "falta um return"),
        Wrong("não é função", 0.604, "o nome da função"),
    ],
    "05-2": [
        Wrong("esquece a recorrência", wrong_backward(carry=False), "o que volta"),
        Wrong("sem derivada", wrong_backward(slope="none"), "multiplica o gradiente"),
        Wrong("1 − h", wrong_backward(slope="linear"), "derive tanh(a)"),
        Wrong("derivada da sigmoide", wrong_backward(slope="sigmoid"), "a da sigmoide"),
        Wrong("derivada no estado velho", wrong_backward(slope="old"), "em que estado"),
        Wrong("tangente outra vez", wrong_backward(slope="twice"), "já é a tangente"),
        Wrong("volta sem U", wrong_backward(back="straight"), "ainda passa por U"),
        Wrong("quatro gradientes", lambda *a: (*backward(*a), a[0]), "três gradientes"),
        Wrong(
            "perda do passo seguinte",
            lambda x, W, U, b, dh: backward(x, W, U, b, np.roll(dh, -1, axis=1)),
            "a volta, do último",
        ),
        Wrong(
            "só um exemplo",
            lambda x, W, U, b, dh: backward(x[:1], W, U, b, dh[:1]),
            "a volta, do último",
        ),
        Wrong("índice do estado", wrong_backward(shift=1), "o índice do estado"),
        Wrong("U transposta na volta", wrong_backward(back="UT"), "o lado de U"),
        Wrong("volta antes de φ′", wrong_backward(back="total"), "não antes"),
        Wrong("só o primeiro passo", wrong_backward(add=False), "não substitua"),
        Wrong(
            "só o último passo",
            lambda x, W, U, b, dh: backward(
                x,
                W,
                U,
                b,
                np.where(np.arange(dh.shape[1])[:, None] == dh.shape[1] - 1, dh, 0),
                carry=False,
            ),
            "deixa a sua parcela",
        ),
        Wrong(
            "perda só no fim",
            lambda x, W, U, b, dh: backward(
                x, W, U, b, np.where(np.arange(dh.shape[1])[:, None] == dh.shape[1] - 1, dh, 0)
            ),
            "em **cada** passo",
        ),
        Wrong(
            "média do lote",
            lambda x, W, U, b, dh: [part / len(x) for part in backward(x, W, U, b, dh)],
            "o lote",
        ),
        Wrong(
            "média do tempo",
            lambda x, W, U, b, dh: [part / x.shape[1] for part in backward(x, W, U, b, dh)],
            "a média deles",
        ),
        Wrong(
            "sinal",
            lambda x, W, U, b, dh: [-part for part in backward(x, W, U, b, dh)],
            "o sinal",
        ),
        Wrong(
            "deitados",
            lambda x, W, U, b, dh: [part.T for part in backward(x, W, U, b, dh)],
            "linhas e colunas",
        ),
        Wrong(
            "deitados quando cabem",
            lambda x, W, U, b, dh: [
                part.T if W.shape == U.shape else part for part in backward(x, W, U, b, dh)
            ],
            "linhas e colunas",
        ),
        Wrong("só dois", lambda *a: backward(*a)[:2], "três gradientes"),
        Wrong("dicionário", lambda *a: dict(zip("WUb", backward(*a), strict=True)), "três"),
        Wrong("altera dh", backward_in_place, "escrevem no lugar"),
        Wrong(
            "precisão baixa",
            lambda *a: [part + 1e-6 for part in backward(*a)],
            "a volta, do último",
        ),
    ],
    "05-3": [
        Wrong("vezes o comprimento", 50 * RNN + READING, "o compartilhamento"),
        Wrong("tudo vezes o comprimento", 50 * (RNN + READING), "o compartilhamento"),
        Wrong("sem leitura", RNN, "a leitura"),
        Wrong("sem viés da leitura", RNN + READING - 7, "os vieses"),
        Wrong("sem viés da camada", RNN + READING - 96, "os vieses"),
        Wrong("sem vieses", RNN + READING - 96 - 7, "os vieses"),
        Wrong("sem recorrência", 96 * 40 + 96 + READING, "a matriz da recorrência"),
        Wrong("dois vieses, ou estado inicial", RNN + READING + 96, "a convenção do PyTorch"),
        Wrong("U diagonal", 96 * 40 + 2 * 96 + READING, "**todas**"),
        Wrong("vezes o lote", 32 * (RNN + READING), "o lote"),
        Wrong("vezes o lote e o comprimento", 32 * 50 * (RNN + READING), "o compartilhamento"),
        Wrong("uma leitura por passo", RNN + 50 * READING, "o compartilhamento"),
        Wrong("estado inicial do lote", RNN + READING + 32 * 96, "não se treina"),
        Wrong("ponto de milhar", "13.831", "separam decimais"),
        Wrong("em milhares", 13.831, "separam decimais"),
        Wrong("texto com unidade", "13831 parâmetros", "sem unidade"),
    ],
    "05-4": [
        Wrong("a frase popular", wiring("a"), "o terceiro número"),
        Wrong("cada neurônio só", wiring("c"), "o primeiro número"),
        Wrong("saída vira entrada", wiring("d"), "se a saída voltasse"),
        Wrong("ordem dos pares", wiring("b", [EFFECTS[i] for i in (2, 3, 0, 1)]), "a ordem"),
        Wrong("ordem no par", wiring("b", [EFFECTS[i] for i in (0, 1, 3, 2)]), "dentro de cada"),
        Wrong("dividido", wiring("b", effects(divide=True)), "sem dividi-la"),
        Wrong("quadrado", wiring("b", [value**2 for value in EFFECTS]), "não o quadrado"),
        Wrong("zero nas outras", wiring("c", [0.0, *EFFECTS[1:]]), "as **outras**"),
        Wrong(
            "olha a camada de cima duas vezes",
            wiring("a", [*EFFECTS[:2], EFFECTS[3], EFFECTS[3]]),
            "que camada se observa",
        ),
        Wrong("olha também a empurrada", wiring("b", effects(watch=0)), "sem a empurrada"),
        Wrong("empurra todas", wiring("b", effects(whole_below=True)), "com o empurrão"),
        Wrong("com sinal", wiring("b", [-value for value in EFFECTS]), "em módulo"),
        Wrong("norma", wiring("b", effects(reduce=torch.norm)), "o maior valor"),
        Wrong("média", wiring("b", effects(reduce=torch.mean)), "o maior valor"),
        Wrong("sim ou não", wiring("b", [1.0, 1.0, 0.0, 1.0]), "com o empurrão"),
        Wrong("tupla", ("b", EFFECTS), "a forma da resposta"),
        Wrong("sem medida", {"alternativa": "b"}, "a forma da resposta"),
        Wrong("só a letra", "b", "a forma da resposta"),
        Wrong("três números", wiring("b", EFFECTS[:3]), "com o empurrão"),
    ],
    "05-5": [
        Wrong("sem corte", wrong_backward(), "atravessando"),
        Wrong("zera a ida", reset_blocks, "a ida"),
        Wrong(
            "fronteira deslocada",
            wrong_backward(cut=lambda t, k, steps: (t + 1) % k == 0),
            "onde fica a fronteira",
        ),
        Wrong(
            "conta do fim",
            wrong_backward(cut=lambda t, k, steps: (steps - t) % k == 0),
            "de onde se contam",
        ),
        Wrong("janela deslizante", sliding, "as fronteiras são fixas"),
        Wrong("só o último bloco", last_block, "só o último"),
        Wrong("despreza o bloco curto", whole_blocks, "mais curto, mas conta"),
        Wrong("corta uma vez só", wrong_backward(cut=lambda t, k, steps: t == k), "abre um bloco"),
        Wrong("abre no segundo", wrong_backward(cut=lambda t, k, steps: t % k == 1 % k), "abre um"),
        Wrong(
            "corta na metade", wrong_backward(cut=lambda t, k, steps: t == steps // 2), "abre um"
        ),
        Wrong(
            "blocos de k + 1", wrong_backward(cut=lambda t, k, steps: t % (k + 1) == 0), "abre um"
        ),
        Wrong(
            "média dos blocos",
            lambda x, W, U, b, dh, k: [
                part / -(-x.shape[1] // k) for part in truncated_blocks(x, W, U, b, dh, k)
            ],
            "abre um bloco",
        ),
        Wrong("nunca volta", wrong_backward(carry=False), "dentro do bloco"),
        Wrong("sem derivada", wrong_backward(cut=at_start, slope="none"), "a derivada"),
        Wrong("índice do estado", wrong_backward(cut=at_start, shift=1), "o índice do estado"),
        Wrong(
            "perda só nas fronteiras",
            lambda x, W, U, b, dh, k: backward(
                x, W, U, b, dh * ((np.arange(dh.shape[1]) + 1) % k == 0)[:, None], k, cut=at_start
            ),
            "fim de cada bloco",
        ),
        Wrong(
            "só k passos do fim",
            lambda x, W, U, b, dh, k: backward(x[:, -k:], W, U, b, dh[:, -k:]),
            "a volta do exercício",
        ),
    ],
}
