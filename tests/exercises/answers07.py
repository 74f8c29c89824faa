"""Respostas típicas do capítulo 7."""

import math

import numpy as np
import torch

from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.reference import run_lstm, softmax
from exercises.answers07_cell import CELL_RIGHT, CELL_WRONG, cell, sigmoid
from exercises.typical_answer import Right, Wrong


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


def signal(
    *, cells=False, transposed=False, normalize=False, steps=slice(None), rest=None, mean=False
):
    generator = np.random.default_rng(978)
    inputs = generator.normal(size=(1, 20, 1))
    weights = drawn_weights("lstm", 1, 6, generator)
    calm, memory = run_lstm(inputs, weights)
    pushed, _ = run_lstm(inputs, weights, np.full((1, 6), 0.5))
    values = (memory if cells else softmax(calm) if normalize else calm)[:, steps]
    last = values[0, :, -1] if transposed else values[0, -1]
    total = last.mean() if mean else last.sum()
    measure = rest or (lambda gap: np.abs(gap[0, -1]).max())
    return [float(values.min()), float(total), float(measure(pushed - calm) / 0.5)]


def signal_torch():
    generator = np.random.default_rng(978)
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
    "07-1": CELL_RIGHT,
    "07-2": [
        Right("conta", counted),
        Right("bibliotecas", counted_by_libraries),
        Right("tensores", lambda: {key: torch.tensor(value) for key, value in COUNTS.items()}),
        Right("minúsculas", lambda: {key.lower(): str(value) for key, value in COUNTS.items()}),
    ],
    "07-3": [
        Right("conta", half),
        Right(
            "sem cedilha, aproximada", lambda: {"fracao": "1,58e-30", "zeros": 29, "porta": 0.993}
        ),
        Right("float32", lambda: half(np.float32(0.5) ** 99, np.int64(29), np.float32(0.99302))),
        Right("logaritmo", lambda: half(math.exp(-99 * math.log(2)), 29.0, math.exp(-0.0070015))),
    ],
    "07-4": [
        Right("NumPy", lambda: forgetting("b")),
        Right("empurrão menor", lambda: forgetting("b", remaining(push=1e-5))),
        Right("tensor", lambda: forgetting("(B)", torch.tensor(FRACTIONS))),
        Right("float32", lambda: forgetting("b", np.array(FRACTIONS, dtype=np.float32))),
    ],
    "07-5": [
        Right("referência", lambda: named("b")),
        Right("torch", lambda: named("b)", signal_torch())),
        Right("float32", lambda: named("b", np.array(SIGNAL, dtype=np.float32))),
    ],
    "07-6": [
        Right("conta", ratio),
        Right("texto", lambda: ratio("0,75", "0,8077")),
        Right("tensor e float32", lambda: ratio(torch.tensor(0.75), np.float32(294 / 364))),
    ],
}

WRONG = {
    "07-1": CELL_WRONG,
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
        Wrong("viés do tamanho de D", counted(lt=4 * (80 * 48 + 80 * 80 + 2 * 48)), "os vieses"),
        Wrong("cinco blocos", counted(lt=5 * block(2)), "quantos blocos"),
        Wrong("um viés para todos", counted(lk=4 * (80 * 48 + 80 * 80) + 80), "os vieses"),
        Wrong("camada de saída junto", counted(gt=3 * block(2) + 81), "um bloco"),
        Wrong("ponto de milhar", counted(lt="42.240"), "um bloco"),
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
        Wrong("só a ordem de grandeza", half(1e-30), "99 vezes"),
        Wrong("o logaritmo", half(-99 * math.log10(2)), "99 vezes"),
        Wrong("arredondada", half(round(0.5**99, 10)), "ainda cabe"),
        Wrong("casas sobrantes", half(zeros=11), "por extenso"),
        Wrong("raiz quadrada", half(gate=math.sqrt(0.5)), "que número"),
        Wrong("porta em e", half(gate=math.exp(-1 / 99)), "que número"),
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
        Wrong("só zeros", forgetting("b", [0.0] * 4), "as duas rodadas"),
        Wrong("mínimo", forgetting("b", remaining(reduce=np.min)), "não a menor"),
        Wrong("norma", forgetting("b", remaining(reduce=np.linalg.norm)), "a norma"),
        Wrong("29 passos", forgetting("b", remaining(steps=29)), "quantos passos"),
        Wrong("porcentagem", forgetting("b", [100 * v for v in FRACTIONS]), "porcentagem"),
        Wrong("três vieses", forgetting("b", FRACTIONS[1:]), "a conta"),
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
        Wrong("sem dividir", named("b", [*SIGNAL[:2], SIGNAL[2] * 0.5]), "**dividida**"),
        Wrong("sem módulo", named("b", signal(rest=lambda g: g[0, -1].max())), "o módulo"),
        Wrong(
            "média das diferenças",
            named("b", signal(rest=lambda g: np.abs(g[0, -1]).mean())),
            "e não a média",
        ),
        Wrong("todos os passos", named("b", signal(rest=lambda g: np.abs(g).max())), "em todos"),
        Wrong("primeiro passo", named("b", signal(steps=slice(1))), "no **último** passo"),
        Wrong("menor do último", named("b", signal(steps=slice(-1, None))), "**todos** os passos"),
        Wrong("média das unidades", named("b", signal(mean=True)), "e não a média"),
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
        Wrong("Keras do 07-2", ratio(keras=3 * block(2) / (4 * block(1))), "os tamanhos"),
        Wrong("Keras, economia", ratio(keras=1 - 294 / 364), "a economia"),
        Wrong("Keras, porcentagem", ratio(keras=80.77), "a unidade"),
        Wrong("Keras, duas casas", ratio(keras=0.81), "três casas"),
        Wrong("a contagem", ratio(294), "a razão entre"),
        Wrong(
            "Keras, só portas", ratio(keras=2 * block(2, 7, 5) / (3 * block(1, 7, 5))), "**candid"
        ),
        Wrong("fração em texto", ratio("3/4"), "a forma da resposta"),
        Wrong(
            "Keras, vieses trocados",
            ratio(keras=3 * block(1, 7, 5) / (4 * block(2, 7, 5))),
            "qual das duas",
        ),
    ],
}
