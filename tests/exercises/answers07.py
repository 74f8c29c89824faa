"""Respostas típicas do capítulo 7."""

import math

import numpy as np
import torch

from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.reference import run_lstm, softmax
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


def remaining(step=cell, *, block=1, steps=30, seen=1, reduce=np.mean, push=1e-3):
    generator = np.random.default_rng(74)
    bound = 1 / np.sqrt(8)
    inputs = generator.normal(size=(30, 1, 3))
    W = generator.uniform(-bound, bound, size=(32, 3))
    U = generator.uniform(-bound, bound, size=(32, 8))
    fractions = []
    for bias in (0.0, 1.0, 3.0, 5.0):
        b = np.zeros(32)
        b[8 * block : 8 * block + 8] = bias
        finals = []
        for start in (0.0, push):
            state = (np.zeros((1, 8)), np.full((1, 8), start))
            for x in inputs[:steps]:
                state = step(x, *state, W, U, b)
            finals.append(np.asarray(state[seen]))
        fractions.append(float(reduce(abs(finals[1] - finals[0])) / push))
    return fractions


FRACTIONS = remaining()


def forgetting(letter, measure=FRACTIONS):
    return {"alternativa": letter, "medida": measure}


def signal(*, cells=False, transposed=False, normalize=False):
    generator = np.random.default_rng(75)
    inputs = generator.normal(size=(1, 20, 1))
    weights = drawn_weights("lstm", 1, 6, generator)
    calm, memory = run_lstm(inputs, weights)
    pushed, _ = run_lstm(inputs, weights, np.full((1, 6), 0.5))
    values = memory if cells else softmax(calm) if normalize else calm
    last = values[0, :, -1] if transposed else values[0, -1]
    rest = np.abs(pushed - calm)[0, -1].max() / 0.5
    return [float(values.min()), float(last.sum()), float(rest)]


def signal_torch():
    generator = np.random.default_rng(75)
    inputs = torch.from_numpy(generator.normal(size=(1, 20, 1)))
    layer = torch.nn.LSTM(1, 6, batch_first=True, dtype=torch.float64)
    layer.load_state_dict(
        {
            f"{name}_l0": torch.from_numpy(value)
            for name, value in drawn_weights("lstm", 1, 6, generator).items()
        }
    )
    start = torch.full((1, 1, 6), 0.5, dtype=torch.float64)
    with torch.no_grad():
        calm, _ = layer(inputs)
        pushed, _ = layer(inputs, (start, torch.zeros_like(start)))
    return [calm.min(), calm[0, -1].sum(), (pushed - calm)[0, -1].abs().max() / 0.5]


SIGNAL = signal()


def named(letter, measure=SIGNAL):
    return {"alternativa": letter, "medida": measure}


def block(biases, H=80, D=48):
    return H * D + H * H + biases * H


COUNTS = {
    "LSTM PyTorch": 4 * block(2),
    "LSTM Keras": 4 * block(1),
    "GRU PyTorch": 3 * block(2),
    "GRU Keras": 3 * block(2),
}


def counted(**changes):
    names = {"lt": "LSTM PyTorch", "lk": "LSTM Keras", "gt": "GRU PyTorch", "gk": "GRU Keras"}
    return {**COUNTS, **{names[short]: value for short, value in changes.items()}}


def counted_by_libraries():
    lstm, gru = torch.nn.LSTM(48, 80), torch.nn.GRU(48, 80)
    return counted(
        lt=sum(p.numel() for p in lstm.parameters()), gt=sum(p.numel() for p in gru.parameters())
    )


def half(fraction=0.5**99, zeros=29, gate=0.5 ** (1 / 99)):
    return {"fração": fraction, "zeros": zeros, "porta": gate}


def ratio(torch_ratio=0.75, keras=294 / 364):
    return {"PyTorch": torch_ratio, "Keras": keras}


RIGHT = {
    "07-1": [
        Right("NumPy", lambda: cell),
        Right("listas", lambda: cell_rows),
        Right("torch", lambda: cell_torch),
        Right("LSTMCell", lambda: cell_library),
    ],
    "07-2": [
        Right("conta", counted),
        Right("bibliotecas", counted_by_libraries),
        Right("minúsculas", lambda: {key.lower(): str(value) for key, value in COUNTS.items()}),
    ],
    "07-3": [
        Right("conta", half),
        Right(
            "sem cedilha, aproximada", lambda: {"fracao": "1,58e-30", "zeros": 29, "porta": 0.993}
        ),
        Right("logaritmo", lambda: half(math.exp(-99 * math.log(2)), 29.0, math.exp(-0.0070015))),
    ],
    "07-4": [
        Right("NumPy", lambda: forgetting("b")),
        Right("empurrão menor", lambda: forgetting("b", remaining(push=1e-5))),
        Right("tensor", lambda: forgetting("(B)", torch.tensor(FRACTIONS))),
    ],
    "07-5": [
        Right("referência", lambda: named("b")),
        Right("torch", lambda: named("b)", signal_torch())),
    ],
    "07-6": [
        Right("conta", ratio),
        Right("texto", lambda: ratio("0,75", "0,8077")),
    ],
}

WRONG = {
    "07-1": [
        Wrong("ordem i, f, o, g", cell_with(order="ifog"), "a ordem dos blocos"),
        Wrong("ordem f, i, g, o", cell_with(order="figo"), "a ordem dos blocos"),
        Wrong("ordem f, i, o, g", cell_with(order="fiog"), "a ordem dos blocos"),
        Wrong("devolve trocado", cell_with(swap=True), "primeiro o estado oculto"),
        Wrong("sem tanh na célula", cell_with(new_state=lambda o, n, c: o * n), "antes da porta"),
        Wrong(
            "célula velha", cell_with(new_state=lambda o, n, c: o * np.tanh(c)), "a célula **nova**"
        ),
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
        Wrong(
            "sem célula velha", cell_with(new_cell=lambda i, f, g, o, c: i * g), "a célula velha"
        ),
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
        Wrong("altera a célula", cell_in_place, "escrevem no lugar"),
    ],
    "07-2": [
        Wrong("um viés no PyTorch", counted(lt=4 * block(1)), "os vieses"),
        Wrong("sem viés", counted(lt=4 * block(0)), "os vieses"),
        Wrong("dois vieses no Keras", counted(lk=4 * block(2)), "os vieses"),
        Wrong("um viés na GRU do Keras", counted(gk=3 * block(1)), "os vieses"),
        Wrong("só as portas da LSTM", counted(lt=3 * block(1)), "o candidato também"),
        Wrong("só as portas da GRU", counted(gt=2 * block(2)), "o candidato também"),
        Wrong("um bloco", counted(lk=block(1)), "quantos blocos"),
        Wrong("células trocadas", counted(lt=3 * block(2), gt=4 * block(2)), "quantos blocos"),
        Wrong("GRU com a conta da LSTM", counted(gt=4 * block(2)), "de qual das duas"),
        Wrong("sem recorrência", counted(lk=4 * (80 * 48 + 80)), "a recorrência"),
        Wrong("tamanhos trocados", counted(lt=4 * block(2, 48, 80)), "é quadrada"),
        Wrong("falta uma", {"LSTM PyTorch": 4 * block(2)}, "as chaves"),
    ],
    "07-3": [
        Wrong("vezes", half(0.5 * 99), "é potência"),
        Wrong("dividido", half(0.5 / 99), "é potência"),
        Wrong("100 passos", half(0.5**100), "um a mais"),
        Wrong("98 passos", half(0.5**98), "um a menos"),
        Wrong("dobra", half(2.0**99), "dobra"),
        Wrong("o que se perde", half(1 - 0.5**99), "**sobra**"),
        Wrong("zero", half(0.0), "ainda cabe"),
        Wrong("expoente", half(zeros=30), "**um** zero"),
        Wrong("um zero a menos", half(zeros=28), "antes da vírgula"),
        Wrong("99 zeros", half(zeros=99), "a base"),
        Wrong("negativo", half(zeros=-30), "o sinal"),
        Wrong("logaritmo natural", half(zeros=69), "base 10"),
        Wrong("porta linear", half(gate=1 - 0.5 / 99), "**fator**"),
        Wrong("porta 0,5", half(gate=0.5), "muito menos"),
        Wrong("porta inteira", half(gate=1), "sobra tudo"),
        Wrong("o que se perde por passo", half(gate=1 - 0.5 ** (1 / 99)), "**mantém**"),
        Wrong("porta de 100 passos", half(gate=0.5**0.01), "nem um a mais nem a menos"),
        Wrong("porta com duas casas", half(gate=0.99), "que número"),
        Wrong("o viés", half(gate=4.96), "o viés que a produz"),
        Wrong("inversa", half(gate=2 ** (1 / 99)), "nunca passa de 1"),
    ],
    "07-4": [
        Wrong("nada muda", forgetting("a"), "um centésimo"),
        Wrong("atrapalha", forgetting("c"), "crescem ou caem"),
        Wrong("nem com 5", forgetting("d"), "os dois últimos"),
        Wrong("ordem", forgetting("c", FRACTIONS[::-1]), "a ordem"),
        Wrong("sem dividir", forgetting("d", [v * 1e-3 for v in FRACTIONS]), "**dividida**"),
        Wrong("viés na entrada", forgetting("d", remaining(block=0)), "que bloco"),
        Wrong("viés no candidato", forgetting("d", remaining(block=2)), "que bloco"),
        Wrong("viés na saída", forgetting("d", remaining(block=3)), "que bloco"),
        Wrong("olha o estado", forgetting("b", remaining(seen=0)), "a célula, que guarda"),
        Wrong("soma", forgetting("b", remaining(reduce=np.sum)), "não a soma"),
        Wrong("máximo", forgetting("b", remaining(reduce=np.max)), "não a maior"),
        Wrong("um passo", forgetting("a", remaining(steps=1)), "quantos passos"),
        Wrong(
            "só a porta",
            forgetting("a", [float(sigmoid(b)) for b in (0, 1, 3, 5)]),
            "**um** passo",
        ),
        Wrong(
            "a potência da porta",
            forgetting("b", [float(sigmoid(b)) ** 30 for b in (0, 1, 3, 5)]),
            "a conta",
        ),
    ],
    "07-5": [
        Wrong("geradora de linguagem", named("a"), "alguma palavra"),
        Wrong("guarda tudo", named("c"), "quanto do empurrão"),
        Wrong("híbrida", named("d"), "uma célula só"),
        Wrong("a célula", named("b", signal(cells=True)), "o estado oculto"),
        Wrong("soma no tempo", named("b", signal(transposed=True)), "**último passo**"),
        Wrong("com softmax", named("a", signal(normalize=True)), "Nenhum softmax"),
        Wrong("ordem", named("b", [SIGNAL[1], SIGNAL[0], SIGNAL[2]]), "a ordem"),
        Wrong("empurrão intacto", named("c", [*SIGNAL[:2], 0.5]), "estados **finais**"),
        Wrong("sem o estado inicial", named("b", [*SIGNAL[:2], 0.0]), "não é zero"),
        Wrong("tudo zero", named("b", [0.0, 0.0, 0.0]), "as três contas"),
    ],
    "07-6": [
        Wrong("invertida", ratio(4 / 3), "a GRU sobre a LSTM"),
        Wrong("só portas", ratio(2 / 3), "**candidato**"),
        Wrong("um viés na LSTM", ratio(3 * block(2, 7, 5) / (4 * block(1, 7, 5))), "os vieses"),
        Wrong("economia", ratio(0.25), "a economia"),
        Wrong("porcentagem", ratio(75), "a unidade"),
        Wrong("Keras igual", ratio(keras=0.75), "não são em mesmo número"),
        Wrong("Keras invertida", ratio(keras=364 / 294), "a GRU sobre a LSTM"),
        Wrong("Keras do capítulo", ratio(keras=74496 / 98816), "os tamanhos"),
        Wrong(
            "Keras, vieses trocados",
            ratio(keras=3 * block(1, 7, 5) / (4 * block(2, 7, 5))),
            "qual das duas",
        ),
    ],
}
