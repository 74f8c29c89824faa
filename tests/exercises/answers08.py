"""Respostas típicas do capítulo 8."""

import numpy as np
import torch

from coursekit.exercises.chapter08_recipe import running_sums
from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.reference import run_rnn
from exercises.typical_answer import Right, Wrong


def flip(x, axis=1):
    return np.flip(x, axis)


def both(join, turned=flip):
    def run(x, ahead, behind):
        return join(run_rnn(x, ahead), run_rnn(turned(x), behind))

    return run


def beside(*parts):
    return np.concatenate(parts, axis=2)


bidirectional = both(lambda there, back: beside(there, flip(back)))


def bidirectional_library(x, ahead, behind):
    hidden, inputs = ahead["weight_ih"].shape
    layer = torch.nn.RNN(inputs, hidden, batch_first=True, bidirectional=True, dtype=torch.float64)
    names = {f"{name}_l0": value for name, value in ahead.items()}
    names |= {f"{name}_l0_reverse": value for name, value in behind.items()}
    layer.load_state_dict({name: torch.as_tensor(value) for name, value in names.items()})
    return layer(torch.as_tensor(x))[0]


def bidirectional_loop(x, ahead, behind):
    def walk(order, weights):
        h, states = torch.zeros(len(x), weights["weight_hh"].shape[0]).double(), {}
        for t in order:
            total = x[:, t] @ weights["weight_ih"].T + h @ weights["weight_hh"].T
            h = torch.tanh(total + weights["bias_ih"] + weights["bias_hh"])
            states[t] = h
        return torch.stack([states[t] for t in sorted(states)], dim=1)

    steps = range(x.shape[1])
    return torch.cat([walk(steps, ahead), walk(reversed(steps), behind)], dim=-1)


def bidirectional_in_place(x, ahead, behind):
    result = bidirectional(x, ahead, behind)
    behind["bias_hh"] *= 0
    return result


def reverse_loop(x, lengths):
    result = x.copy()
    for row, length in zip(result, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    return result


def reverse_indexed(x, lengths):
    steps = np.arange(x.shape[1])
    where = np.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    return np.take_along_axis(x, where[..., None], axis=1)


def reverse_torch(x, lengths):
    rows = [torch.cat([e[: int(n)].flip(0), e[int(n) :]]) for e, n in zip(x, lengths, strict=True)]
    return torch.stack(rows)


def reverse_list(x, lengths):
    return [[*e[:n][::-1].tolist(), *e[n:].tolist()] for e, n in zip(x, lengths, strict=True)]


def reverse_in_place(x, lengths):
    for row, length in zip(x, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    return x


def reverse_with(change):
    return lambda x, lengths: reverse_loop(x, change(lengths, x.shape[1]))


def padded_batch():
    generator = np.random.default_rng(83)
    batch = np.zeros((3, 11, 2))
    for row, length in enumerate((3, 7, 11)):
        batch[row, :length] = generator.normal(size=(length, 2))
    return batch, drawn_weights("rnn", 2, 5, generator)


BATCH, WEIGHTS = padded_batch()
PADDED = run_rnn(BATCH, WEIGHTS)
ALONE = [run_rnn(BATCH[i : i + 1, :n], WEIGHTS)[0] for i, n in enumerate((3, 7, 11))]
STATE_GAPS = [np.abs(PADDED[i, -1] - ALONE[i][-1]) for i in range(3)]
MEAN_GAPS = [np.abs(PADDED[i].mean(0) - ALONE[i].mean(0)) for i in range(3)]


def gaps(state=None, mean=None):
    return {
        "estado": float(np.max(STATE_GAPS)) if state is None else state,
        "média": float(np.max(MEAN_GAPS)) if mean is None else mean,
    }


def gaps_torch():
    layer = torch.nn.RNN(2, 5, batch_first=True, dtype=torch.float64)
    layer.load_state_dict({f"{k}_l0": torch.from_numpy(v) for k, v in WEIGHTS.items()})
    batch = torch.from_numpy(BATCH)
    with torch.no_grad():
        all_states = layer(batch)[0]
        alone = [layer(batch[i : i + 1, :n])[0][0] for i, n in enumerate((3, 7, 11))]
    last = torch.stack([(all_states[i, -1] - alone[i][-1]).abs().max() for i in range(3)])
    mean = torch.stack([(all_states[i].mean(0) - alone[i].mean(0)).abs().max() for i in range(3)])
    return {"estado": last.max(), "media": mean.max()}


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


def mean_in_place(values, mask):
    values[~mask] = 0.0
    return mean_where(values, mask)


def summed(values, mask):
    return np.where(mask[..., None], values, 0.0).sum(axis=1)


def future(*, position=2, turned=True):
    generator = np.random.default_rng(85)
    x = generator.normal(size=(1, 7, 3))
    ahead, behind = (drawn_weights("rnn", 3, 5, generator) for _ in range(2))
    other = x.copy()
    other[0, -1] += 1.0

    def run(sequence):
        there, back = run_rnn(sequence, ahead), run_rnn(flip(sequence), behind)
        return beside(there, flip(back) if turned else back)[0, position]

    change = np.abs(run(other) - run(x))
    prefix = np.abs(run(x[:, : position + 1]) - run(x)).max()
    return [float(change[:5].max()), float(change[5:].max()), float(prefix)]


FUTURE = future()


def generating(letter, measure=FUTURE):
    return {"alternativa": letter, "medida": measure}


X_TRAIN, Y_TRAIN, X_TEST, Y_TEST = running_sums()
GOOD = X_TEST.sum(axis=1) * 0.97
GOOD_ERROR = float(np.mean((GOOD - Y_TEST) ** 2))
SHAPES = [(None, 16), (None, 1)]


def recipe(**changes):
    answer = {"formas": SHAPES, "parametros": 1169, "previsoes": GOOD, "erro": GOOD_ERROR}
    answer |= changes
    predictions = np.asarray(answer["previsoes"])
    if predictions.shape == Y_TEST.shape and "erro" not in changes:
        answer["erro"] = float(np.mean((predictions - Y_TEST) ** 2))
    return answer


def recipe_with_accents():
    answer = recipe(previsoes=GOOD.astype(np.float32))
    return {
        "Formas": [list(shape) for shape in SHAPES],
        "parâmetros": "1169",
        "previsões": answer["previsoes"],
        "erro": np.float32(answer["erro"]),
    }


def recipe_trained():
    """Os mínimos quadrados no lugar da LSTM: o corretor só olha o que saiu."""
    columns = np.hstack([X_TRAIN[..., 0], np.ones((480, 1))])
    solution = np.linalg.lstsq(columns, Y_TRAIN, rcond=None)[0]
    predictions = np.hstack([X_TEST[..., 0], np.ones((120, 1))]) @ solution
    return recipe(previsoes=torch.from_numpy(predictions))


RIGHT = {
    "08-1": [
        Right("NumPy", lambda: bidirectional),
        Right("nn.RNN", lambda: bidirectional_library),
        Right("laço em torch", lambda: bidirectional_loop),
    ],
    "08-2": [
        Right("laço", lambda: reverse_loop),
        Right("índices", lambda: reverse_indexed),
        Right("torch", lambda: reverse_torch),
        Right("listas", lambda: reverse_list),
    ],
    "08-3": [
        Right("referência", gaps),
        Right("torch", gaps_torch),
        Right("três casas", lambda: gaps("0,608", 0.2417)),
    ],
    "08-4": [
        Right("where", lambda: mean_where),
        Right("laço", lambda: mean_loop),
        Right("torch", lambda: mean_torch),
    ],
    "08-5": [
        Right("lista", lambda: generating("b")),
        Right("vetor", lambda: generating("B)", np.array(FUTURE))),
    ],
    "08-6": [
        Right("previsões boas", recipe),
        Right("com acentos, float32", recipe_with_accents),
        Right("mínimos quadrados", recipe_trained),
    ],
}

WRONG = {
    "08-1": [
        Wrong("a receita popular", both(beside), "a ordem da volta"),
        Wrong("a ida duas vezes", both(lambda t, b: beside(t, t)), "duas vezes"),
        Wrong("a volta duas vezes", both(lambda t, b: beside(b, b)), "duas vezes"),
        Wrong("lê na mesma ordem", both(beside, turned=lambda x: x), "a entrada da volta"),
        Wrong(
            "só reverte a saída",
            both(lambda t, b: beside(t, flip(b)), turned=lambda x: x),
            "a entrada da volta",
        ),
        Wrong("reverte as duas", both(lambda t, b: flip(beside(t, b))), "só a volta"),
        Wrong("reverte a ida", both(lambda t, b: beside(flip(t), b)), "e não a ida"),
        Wrong("metades trocadas", both(lambda t, b: beside(flip(b), t)), "a ordem das metades"),
        Wrong("soma", both(lambda t, b: t + flip(b)), "lado a lado"),
        Wrong(
            "concatena no tempo",
            both(lambda t, b: np.concatenate([t, flip(b)], axis=1)),
            "o eixo da concatenação",
        ),
        Wrong(
            "reverte as características",
            both(lambda t, b: beside(t, flip(b, 2))),
            "saíram trocadas",
        ),
        Wrong("reverte o lote", both(lambda t, b: beside(t, flip(b, 0))), "a ordem da volta"),
        Wrong("mesmos pesos", lambda x, a, b: bidirectional(x, a, a), "os pesos da volta"),
        Wrong("pesos trocados", lambda x, a, b: bidirectional(x, b, a), "de quem são os pesos"),
        Wrong(
            "só o último estado",
            both(lambda t, b: beside(t, np.repeat(b[:, -1:], t.shape[1], axis=1))),
            "e não só o último",
        ),
        Wrong("altera os pesos", bidirectional_in_place, "escrevem no lugar"),
    ],
    "08-2": [
        Wrong("tudo", lambda x, n: flip(x), "vem para a frente"),
        Wrong("nada", lambda x, n: x.copy(), "se a função inverte"),
        Wrong("características", lambda x, n: flip(x, 2), "as características ficam"),
        Wrong("lote", lambda x, n: flip(x, 0), "se a função inverte"),
        Wrong(
            "lote, se houver mais de um",
            lambda x, n: flip(x, 0) if len(x) > 1 else reverse_loop(x, n),
            "a ordem dos exemplos",
        ),
        Wrong(
            "preenchimento vira zero",
            lambda x, n: np.where(
                (np.arange(x.shape[1]) < n[:, None])[..., None], reverse_loop(x, n), 0
            ),
            "Não o troque por zeros",
        ),
        Wrong(
            "preenchimento na frente",
            lambda x, n: np.stack(
                [np.concatenate([e[k:], e[:k][::-1]]) for e, k in zip(x, n, strict=True)]
            ),
            "o lugar do preenchimento",
        ),
        Wrong("um a menos", reverse_with(lambda n, T: n - 1), "comprimento − 1 também"),
        Wrong("um a mais", reverse_with(lambda n, T: np.minimum(n + 1, T)), "já é preenchimento"),
        Wrong("o primeiro", reverse_with(lambda n, T: 0 * n + n[0]), "não o do primeiro"),
        Wrong("o maior", reverse_with(lambda n, T: 0 * n + n.max()), "o comprimento de cada"),
        Wrong("o menor", reverse_with(lambda n, T: 0 * n + n.min()), "que comprimento"),
        Wrong("ordenados", reverse_with(lambda n, T: np.sort(n)), "não os ordene"),
        Wrong("altera a entrada", reverse_in_place, "escrevem no lugar"),
    ],
    "08-3": [
        Wrong("lê o passo certo", gaps(0.0), "que estado se lê"),
        Wrong("média dos erros", gaps(float(np.mean(STATE_GAPS))), "**maior**"),
        Wrong("outro exemplo", gaps(float(STATE_GAPS[1].max())), "**maior**"),
        Wrong("quadrado", gaps(float(np.max(STATE_GAPS) ** 2)), "não o quadrado"),
        Wrong("norma", gaps(float(np.linalg.norm(STATE_GAPS, axis=1).max())), "a norma do vetor"),
        Wrong("sem subtrair", gaps(float(np.abs(PADDED[:, -1]).max())), "falta subtrair"),
        Wrong("média sem preenchimento", gaps(mean=0.0), "as duas médias"),
        Wrong("média dos erros da média", gaps(mean=float(np.mean(MEAN_GAPS))), "**maior**"),
        Wrong("o mesmo número", gaps(mean=float(np.max(STATE_GAPS))), "o que se compara"),
        Wrong(
            "estados do preenchimento como zero",
            gaps(mean=float(max(np.abs(a.sum(0) / 11 - a.mean(0)).max() for a in ALONE))),
            "também **soma**",
        ),
        Wrong("quadrado da média", gaps(mean=float(np.max(MEAN_GAPS) ** 2)), "não o quadrado"),
        Wrong("só um", float(np.max(STATE_GAPS)), "as chaves"),
    ],
    "08-4": [
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
    ],
    "08-5": [
        Wrong("serve", generating("a"), "o segundo número"),
        Wrong("serve, revertida", generating("c"), "já foi revertida"),
        Wrong("as duas dependem", generating("d"), "o primeiro número"),
        Wrong("ordem", generating("b", [FUTURE[1], FUTURE[0], FUTURE[2]]), "a ordem"),
        Wrong("sem reverter", generating("b", future(turned=False)), "a volta"),
        Wrong("outra posição", generating("b", future(position=3)), "de índice 2"),
        Wrong("a última posição", generating("d", future(position=6)), "de índice 2"),
        Wrong("prefixo igual", generating("a", [*FUTURE[:2], 0.0]), "o terceiro número"),
        Wrong("quadrado", generating("b", [v**2 for v in FUTURE]), "não o quadrado"),
        Wrong("zeros", generating("a", [0.0, 0.0, 0.0]), "cada medida"),
    ],
    "08-6": [
        Wrong("formas vazias", recipe(formas=[]), "a lista de camadas"),
        Wrong("sem a densa", recipe(formas=[(None, 16)]), "falta uma camada densa"),
        Wrong(
            "um estado por passo",
            recipe(formas=[(None, 12, 16), (None, 12, 1)]),
            "um estado por **passo**",
        ),
        Wrong("lote na entrada", recipe(formas=[(480, 16), (480, 1)]), "o lote não entra"),
        Wrong("densa de 16", recipe(formas=[(None, 16), (None, 16)]), "uma por previsão"),
        Wrong("32 unidades", recipe(formas=[(None, 32), (None, 1)]), "quantas unidades"),
        Wrong("três camadas", recipe(formas=[(None, 16), (None, 8), (None, 1)]), "só duas"),
        Wrong("sem a densa na conta", recipe(parametros=1152), "a camada densa também"),
        Wrong("eixos trocados", recipe(parametros=1873), "os eixos trocados"),
        Wrong("dois vieses", recipe(parametros=1233), "tem um por bloco"),
        Wrong("SimpleRNN", recipe(parametros=305), "não uma SimpleRNN"),
        Wrong("GRU", recipe(parametros=929), "e não uma GRU"),
        Wrong("prevê o treino", recipe(previsoes=Y_TRAIN * 0.9), "e não das de treino"),
        Wrong("uma previsão por passo", recipe(previsoes=np.zeros((120, 12, 1))), "por passo"),
        Wrong("em fila", recipe(previsoes=GOOD.ravel()), "em uma coluna"),
        Wrong("sem treino", recipe(previsoes=GOOD * 0.3), "fit vem antes"),
        Wrong("saída presa", recipe(previsoes=np.tanh(GOOD)), "entre −1 e 1"),
        Wrong("saída positiva", recipe(previsoes=np.maximum(GOOD, 0)), "nenhuma previsão é"),
        Wrong("copia os rótulos", recipe(previsoes=Y_TEST), "os próprios rótulos"),
        Wrong("treino que estourou", recipe(previsoes=GOOD * np.nan, erro=1.0), "estourou"),
        Wrong("evaluate no treino", recipe(erro=GOOD_ERROR * 0.8), "usa as sequências"),
        Wrong("raiz", recipe(erro=GOOD_ERROR**0.5), "sem a raiz"),
        Wrong("erro absoluto", recipe(erro=float(np.abs(GOOD - Y_TEST).mean())), "não o absoluto"),
        Wrong("sem o erro", {"formas": SHAPES, "parâmetros": 1169}, "as chaves"),
    ],
}
