"""Respostas típicas do capítulo 8."""

import numpy as np
import torch

from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.reference import run_rnn
from exercises.answers08_mean import MEAN_RIGHT, MEAN_WRONG
from exercises.answers08_recipe import RECIPE_RIGHT, RECIPE_WRONG
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
    generator = np.random.default_rng(845)
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


def biggest(gap):
    return np.abs(gap).max()


def future(*, position=2, turned=True, size=biggest, prefix_length=None):
    generator = np.random.default_rng(880)
    x = generator.normal(size=(1, 7, 3))
    ahead, behind = (drawn_weights("rnn", 3, 5, generator) for _ in range(2))
    other = x.copy()
    other[0, -1] += 1.0

    def run(sequence):
        there, back = run_rnn(sequence, ahead), run_rnn(flip(sequence), behind)
        return beside(there, flip(back) if turned else back)[0, position]

    change = run(other) - run(x)
    prefix = run(x[:, : prefix_length or position + 1]) - run(x)
    return [float(size(change[:5])), float(size(change[5:])), float(size(prefix))]


FUTURE = future()


def generating(letter, measure=FUTURE):
    return {"alternativa": letter, "medida": measure}


RIGHT = {
    "08-1": [
        Right("NumPy", lambda: bidirectional),
        Right("nn.RNN", lambda: bidirectional_library),
        Right("laço em torch", lambda: bidirectional_loop),
        Right("float32", lambda: lambda *a: bidirectional(*a).astype(np.float32)),
        Right("listas", lambda: lambda *a: bidirectional(*a).tolist()),
    ],
    "08-2": [
        Right("laço", lambda: reverse_loop),
        Right("índices", lambda: reverse_indexed),
        Right("torch", lambda: reverse_torch),
        Right("listas", lambda: reverse_list),
        Right("float32", lambda: lambda x, n: reverse_loop(x, n).astype(np.float32)),
    ],
    "08-3": [
        Right("referência", gaps),
        Right("torch", gaps_torch),
        Right(
            "três casas", lambda: gaps(round(np.max(STATE_GAPS), 3), round(np.max(MEAN_GAPS), 3))
        ),
        Right(
            "float32", lambda: gaps(np.float32(np.max(STATE_GAPS)), np.float32(np.max(MEAN_GAPS)))
        ),
    ],
    "08-4": MEAN_RIGHT,
    "08-5": [
        Right("lista", lambda: generating("b")),
        Right("vetor", lambda: generating("B)", np.array(FUTURE))),
        Right("float32", lambda: generating("b", np.array(FUTURE, dtype=np.float32))),
        Right("arredondamento na ida", lambda: generating("b", [1e-7, *FUTURE[1:]])),
    ],
    "08-6": RECIPE_RIGHT,
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
        Wrong("as duas, soltas", both(lambda t, b: (t, flip(b))), "numa tabela só"),
        Wrong("média", both(lambda t, b: (t + flip(b)) / 2), "lado a lado"),
        Wrong("produto", both(lambda t, b: t * flip(b)), "lado a lado"),
        Wrong(
            "intercala",
            both(lambda t, b: np.stack([t, flip(b)], -1).reshape(*t.shape[:2], -1)),
            "primeiro as da ida",
        ),
        Wrong("só a ida", both(lambda t, b: t), "falta uma"),
        Wrong("só a volta", both(lambda t, b: flip(b)), "falta uma"),
        Wrong(
            "a volta acaba um passo antes",
            both(lambda t, b: beside(t, np.concatenate([flip(b)[:, 1:], 0 * b[:, :1]], axis=1))),
            "o próprio passo t",
        ),
        Wrong(
            "reverte dois eixos",
            both(lambda t, b: beside(t, np.flip(b, (1, 2)))),
            "só o do tempo",
        ),
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
        Wrong(
            "inverte também o preenchimento",
            lambda x, n: np.stack(
                [np.r_[e[:k][::-1], e[k:][::-1]] for e, k in zip(x, n, strict=True)]
            ),
            "Só os passos válidos",
        ),
        Wrong(
            "inverte o fim",
            lambda x, n: np.stack(
                [np.r_[e[: len(e) - k], e[len(e) - k :][::-1]] for e, k in zip(x, n, strict=True)]
            ),
            "no começo de cada exemplo",
        ),
        Wrong("corta o lote", lambda x, n: flip(x[:, : n.max()]), "cada exemplo, sozinho"),
        Wrong(
            "nan no preenchimento",
            lambda x, n: np.where(
                (np.arange(x.shape[1]) < n[:, None])[..., None], reverse_loop(x, n), np.nan
            ),
            "cada exemplo, sozinho",
        ),
        Wrong("comprimentos ao contrário", lambda x, n: reverse_loop(x, n[::-1]), "a dos exemplos"),
        Wrong("nada devolve", lambda x, n: None, "falta um return"),
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
        Wrong(
            "sem módulo",
            gaps(max((PADDED[i, -1] - ALONE[i][-1]).max() for i in range(3))),
            "o módulo",
        ),
        Wrong(
            "média sem módulo",
            gaps(mean=max((ALONE[i].mean(0) - PADDED[i].mean(0)).max() for i in range(3))),
            "o módulo",
        ),
        Wrong("soma", gaps(float(np.sum(STATE_GAPS))), "**maior**"),
        Wrong("norma da média", gaps(mean=np.linalg.norm(MEAN_GAPS, axis=1).max()), "a norma"),
        Wrong(
            "divide pelo comprimento",
            gaps(
                mean=max(
                    np.abs(PADDED[i].sum(0) / n - ALONE[i].mean(0)).max()
                    for i, n in enumerate((3, 7, 11))
                )
            ),
            "por quanto se divide",
        ),
        Wrong("com colchetes", gaps([float(np.max(STATE_GAPS))]), "sem colchetes"),
    ],
    "08-4": MEAN_WRONG,
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
        Wrong("norma", generating("b", future(size=np.linalg.norm)), "nem a norma"),
        Wrong("média", generating("b", future(size=lambda g: np.abs(g).mean())), "não a média"),
        Wrong("sem módulo", generating("b", future(size=np.max)), "o módulo"),
        Wrong(
            "sem módulo, ao contrário", generating("b", future(size=lambda g: -g.min())), "o módulo"
        ),
        Wrong("começo de quatro", generating("b", future(prefix_length=4)), "cada medida"),
        Wrong("dois números", generating("b", FUTURE[:2]), "cada medida"),
    ],
    "08-6": RECIPE_WRONG,
}
