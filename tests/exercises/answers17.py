"""Respostas típicas do capítulo 17."""

import numpy as np
import torch

from coursekit.exercises.chapter17_switch import finder_head
from exercises.typical_answer import Right, Wrong


def softmax(scores):
    terms = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return terms / terms.sum(axis=-1, keepdims=True)


def blocks(query, key, value, radius, block, *, before=None, after=None, keep=None, scaled=True):
    """A janela em blocos, com os enganos por opção."""
    length, found = len(query), []
    for start in range(0, length, block):
        stop = min(start + block, length)
        first = max(0, start - (radius if before is None else before))
        last = min(length, stop + (radius if after is None else after))
        offset = np.arange(first, last) - np.arange(start, stop)[:, None]
        seen = np.abs(offset) <= radius if keep is None else keep(offset, radius)
        scores = query[start:stop] @ key[first:last].T
        scores = scores / np.sqrt(query.shape[1]) if scaled else scores
        found.append(softmax(np.where(seen, scores, -np.inf)) @ value[first:last])
    return np.concatenate(found)


def with_blocks(**options):
    return lambda q, k, v, radius, block: blocks(q, k, v, radius, block, **options)


def blocks_single(query, key, value, radius, block):
    """Conta em precisão simples, devolvida em dupla."""
    single = (rows.astype(np.float32) for rows in (query, key, value))
    return blocks(*single, radius, block).astype(float)


def row_by_row(query, key, value, radius, block):
    rows = []
    for i, row in enumerate(query):
        near = slice(max(0, i - radius), i + radius + 1)
        rows.append(softmax(key[near] @ row / np.sqrt(len(row))) @ value[near])
    return rows


def blocks_torch(query, key, value, radius, block):
    length, found = len(query), []
    for start in range(0, length, block):
        stop, first = min(start + block, length), max(0, start - radius)
        last = min(length, stop + radius)
        offset = torch.arange(first, last) - torch.arange(start, stop).unsqueeze(1)
        found.append(
            torch.nn.functional.scaled_dot_product_attention(
                query[start:stop], key[first:last], value[first:last],
                attn_mask=offset.abs() <= radius,
            )
        )  # fmt: skip
    return torch.cat(found)


def dense(visible):
    def run(query, key, value, radius, block):
        i, j = np.arange(len(query))[:, None], np.arange(len(key))
        scores = query @ key.T / np.sqrt(query.shape[1])
        return softmax(np.where(visible(i, j, radius, block), scores, -np.inf)) @ value

    return run


DENSE_WINDOW = dense(lambda i, j, r, b: abs(i - j) <= r)


def around(i, j, r, b):
    return np.minimum(abs(i - j), i.size - abs(i - j)) <= r


def hides_scores(hide):
    return lambda raw, seen: softmax(hide(raw, seen))


def blocks_after(weigh):
    """Esconde de outro modo: com outra pontuação, ou nos pesos depois do softmax."""

    def run(query, key, value, radius, block):
        length, found = len(query), []
        for start in range(0, length, block):
            stop, first = min(start + block, length), max(0, start - radius)
            last = min(length, stop + radius)
            offset = np.arange(first, last) - np.arange(start, stop)[:, None]
            seen = np.abs(offset) <= radius
            raw = query[start:stop] @ key[first:last].T / np.sqrt(query.shape[1])
            found.append(weigh(raw, seen) @ value[first:last])
        return np.concatenate(found)

    return run


def blocks_uncut(query, key, value, radius, block):
    """O começo da fatia negativo, sem o corte em 0."""
    found = []
    for start in range(0, len(query), block):
        stop = min(start + block, len(query))
        near = slice(start - radius, min(len(query), stop + radius))
        positions = np.arange(len(query))[near]
        seen = np.abs(positions - np.arange(start, stop)[:, None]) <= radius
        raw = query[start:stop] @ key[near].T / np.sqrt(query.shape[1])
        found.append(softmax(np.where(seen, raw, -np.inf)) @ value[near])
    return np.concatenate(found)


def blocks_in_place(query, key, value, radius, block):
    result = blocks(query, key, value, radius, block)
    query /= 2
    return result


def shares(**changes):
    return {"BERT": 0.1, "GPT-3": 2048 / 75_776, "empate": 4608, "ganho": 10 / 9} | changes


def diameters(**changes):
    return {"janela": 8, "longa": 34, "global": 2, "passo": 3} | changes


SCORES, SYMBOLS, PLACES = finder_head()
ANSWERS = SYMBOLS[np.arange(1000), PLACES]


def hits(columns):
    pairs = zip(SYMBOLS[:, columns], softmax(SCORES[:, columns]), strict=True)
    return np.array([np.bincount(s, w, 10).argmax() for s, w in pairs]) == ANSWERS


def switching(*, seen=9, near=9, columns=None):
    sparse = hits(slice(64 - seen, 64) if columns is None else columns)
    close = 64 - near <= PLACES
    return [hits(slice(0, 64)).mean(), sparse.mean(), sparse[close].mean(), sparse[~close].mean()]


SWITCH = switching()
CLOSE = PLACES >= 55


def strongest(seen):
    """Acertos de quem só olha a chave de maior pontuação."""
    winners = SCORES[:, -seen:].argmax(axis=1) + 64 - seen
    return SYMBOLS[np.arange(1000), winners] == ANSWERS


STRONGEST = [
    strongest(64).mean(), strongest(9).mean(),
    strongest(9)[CLOSE].mean(), strongest(9)[~CLOSE].mean(),
]  # fmt: skip


def switched(letter, measure=SWITCH):
    return {"alternativa": letter, "medida": measure}


MODELS = ((512, 768), (2048, 12_288), (32_768, 768))


def ratios(radius=64):
    found = []
    for n, d in MODELS:
        pairs = 0 if radius is None else n * (2 * radius + 1) - radius * (radius + 1)
        fixed = 24 * n * d**2
        found.append((fixed + 4 * n * n * d) / (fixed + 4 * pairs * d))
    return found


SPEEDUPS = ratios()


def with_pairs(pairs):
    return [(24 * d + 4 * n) / (24 * d + 4 * pairs(n) / n) for n, d in MODELS]


def sentence(letter, measure=SPEEDUPS):
    return {"alternativa": letter, "medida": measure}


def pairs(**changes):
    answer = {"janela": 524_224, "causal": 264_160, "blocos": 778_240, "fração": 524_224 / 4096**2}
    return answer | changes


RIGHT = {
    "17-1": [
        Right("blocos", lambda: blocks),
        Right("linha por linha", lambda: row_by_row),
        Right("torch", lambda: blocks_torch),
        Right("listas", lambda: lambda *inputs: blocks(*inputs).tolist()),
        Right("float32 no meio", lambda: blocks_single),
    ],
    "17-2": [
        Right("contas", shares),
        Right("arredondado", lambda: shares(**{"GPT-3": "0,027", "ganho": 1.11})),
        Right("float32", lambda: {key: np.float32(n) for key, n in shares().items()}),
        Right("tensores", lambda: {key: torch.tensor(float(n)) for key, n in shares().items()}),
    ],
    "17-3": [
        Right("contas", diameters),
        Right("vetores", lambda: {key: np.array(n) for key, n in diameters().items()}),
        Right("textos", lambda: {key: str(n) for key, n in diameters().items()}),
        Right("float32", lambda: {key: np.float32(n) for key, n in diameters().items()}),
    ],
    "17-4": [
        Right("lista", lambda: switched("b")),
        Right("vetor", lambda: switched("(b)", np.array(SWITCH))),
        Right("três casas", lambda: switched("b", [round(value, 3) for value in SWITCH])),
        Right("tensor", lambda: switched("B", torch.tensor(SWITCH))),
    ],
    "17-5": [
        Right("lista", lambda: sentence("b")),
        Right("vetor", lambda: sentence("B)", np.array(SPEEDUPS))),
        Right("float32", lambda: sentence("b", np.float32(SPEEDUPS))),
        Right("três casas", lambda: sentence("b", [round(value, 3) for value in SPEEDUPS])),
    ],
    "17-6": [
        Right("contas", pairs),
        Right("arredondado", lambda: pairs(janela="524224", fração=0.03125)),
        Right("vetores", lambda: {key: np.array(n) for key, n in pairs().items()}),
        Right("float32", lambda: {key: np.float32(n) for key, n in pairs().items()}),
    ],
}

WRONG = {
    "17-1": [
        Wrong("tudo", dense(lambda i, j, r, b: i > -1), "todas as chaves"),
        Wrong("só o bloco", with_blocks(before=0, after=0), "as bordas dos blocos"),
        Wrong("o bloco inteiro", dense(lambda i, j, r, b: i // b == j // b), "a janela **dela**"),
        Wrong("sem máscara", with_blocks(keep=lambda o, r: o > -999), "a máscara dentro do bloco"),
        Wrong(
            "blocos vizinhos",
            dense(lambda i, j, r, b: abs(i // b - j // b) <= 1),
            "a máscara dentro do bloco",
        ),
        Wrong("causal", with_blocks(keep=lambda o, r: (o >= -r) & (o <= 0)), "os dois lados"),
        Wrong("fatia curta", with_blocks(keep=lambda o, r: (o >= -r) & (o < r)), "o fim da janela"),
        Wrong("raio a menos", with_blocks(keep=lambda o, r: abs(o) < max(r, 1)), "a **até**"),
        Wrong("metade", with_blocks(keep=lambda o, r: abs(o) <= r // 2), "para **cada** lado"),
        Wrong("um a mais", lambda q, k, v, r, b: blocks(q, k, v, r + 1, b), "uma posição a mais"),
        Wrong("sem escala", with_blocks(scaled=False), "a escala"),
        Wrong("dá a volta", dense(around), "as pontas"),
        Wrong("só para a frente", with_blocks(keep=lambda o, r: (o >= 0) & (o <= r)), "para trás"),
        Wrong(
            "do meio do bloco",
            dense(lambda i, j, r, b: abs(i // b * b + b // 2 - j) <= r),
            "a do meio do bloco",
        ),
        Wrong("pontuação zero", blocks_after(hides_scores(lambda s, m: s * m)), "ainda tem peso"),
        Wrong("menos cem", blocks_after(hides_scores(lambda s, m: s - 100 * ~m)), "menos infinito"),
        Wrong(
            "troca por −10⁹",
            blocks_after(hides_scores(lambda s, m: np.where(m, s, -1e9))),
            "menos infinito",
        ),
        Wrong("peso zerado depois", blocks_after(lambda s, m: softmax(s) * m), "antes do softmax"),
        Wrong(
            "dividido por D",
            lambda q, k, v, r, b: blocks(q / len(q[0]) ** 0.5, k, v, r, b),
            "e não por D",
        ),
        Wrong("sem cortar o começo", blocks_uncut, "a linha em que a função parou"),
        Wrong(
            "sem o último bloco",
            lambda q, k, v, r, b: blocks(q, k, v, r, b)[: max(len(q) // b, 1) * b],
            "o último bloco",
        ),
        Wrong("tabela densa", DENSE_WINDOW, "nada de tamanho T × T"),
        Wrong("muda a consulta", blocks_in_place, "escrevem no lugar"),
    ],
    "17-2": [
        Wrong("sem somar", shares(BERT=512 / 4608), "o denominador"),
        Wrong("trocados", shares(BERT=768 / (6 * 512 + 768)), "quem é n"),
        Wrong("de uma cabeça", shares(BERT=512 / (6 * 64 + 512)), "de uma cabeça"),
        Wrong("porcentagem", shares(BERT=10), "a unidade"),
        Wrong("o resto", shares(BERT=0.9), "que fatia"),
        Wrong("sem o 6", shares(BERT=512 / 1280), "as seis"),
        Wrong("GPT de uma cabeça", shares(**{"GPT-3": 2048 / (768 + 2048)}), "de uma cabeça"),
        Wrong("GPT em porcentagem", shares(**{"GPT-3": 2.7}), "a unidade"),
        Wrong("empate em d", shares(empate=768), "o 6"),
        Wrong("empate do GPT", shares(empate=73_728), "de que modelo"),
        Wrong("empate em 12d", shares(empate=9216), "n e 6d"),
        Wrong("empate em 6n", shares(empate=3072), "o que multiplica"),
        Wrong("comprimento do outro", shares(BERT=2048 / (6 * 768 + 2048)), "do mesmo"),
        Wrong("largura do outro", shares(**{"GPT-3": 2048 / (6 * 768 + 2048)}), "do mesmo"),
        Wrong("quanto a mais", shares(ganho=1 / 9), "e não quanto a mais"),
        Wrong("empate com uma cabeça", shares(empate=384), "de uma cabeça"),
        Wrong("sem a rede densa", shares(BERT=512 / (4 * 768 + 512)), "a rede densa"),
        Wrong("dez vezes", shares(ganho=10), "**não** depende"),
        Wrong("menor que 1", shares(ganho=0.9), "maior que 1"),
        Wrong("soma", shares(ganho=1.1), "divida o trabalho"),
        Wrong("ganho do GPT", shares(ganho=1 / (1 - 2048 / 75_776)), "o BERT-base"),
    ],
    "17-3": [
        Wrong("para baixo", diameters(janela=7), "o arredondamento"),
        Wrong("largura inteira", diameters(janela=4), "o raio, para **um** lado"),
        Wrong("um a mais", diameters(janela=9), "n − 1 passos"),
        Wrong("um por um", diameters(janela=63), "vários passos"),
        Wrong("para baixo, longa", diameters(longa=33), "o arredondamento"),
        Wrong("largura, longa", diameters(longa=17), "o raio, para **um** lado"),
        Wrong("sem arredondar", diameters(longa=1000 / 30), "não há parte de camada"),
        Wrong("global direto", diameters(**{"global": 1}), "no meio"),
        Wrong("global em três", diameters(**{"global": 3}), "**sem** se mover"),
        Wrong("global sem atalho", diameters(**{"global": 8}), "o atalho"),
        Wrong("passo de cabeça", diameters(passo=2), "as pontas"),
        Wrong("só o passo", diameters(passo=7), "**todas** as de mesmo resto"),
        Wrong("só a janela", diameters(passo=16), "o atalho"),
        Wrong("um a mais, longa", diameters(longa=35), "n − 1 passos"),
        Wrong("um por um, longa", diameters(longa=999), "vários passos"),
        Wrong("uma camada", diameters(janela=1), "sem ver todas"),
        Wrong("passo sem janela", diameters(passo=float("inf")), "de mesmo resto"),
        Wrong("global e janela", diameters(**{"global": 5}), "quem todos veem"),
    ],
    "17-4": [
        Wrong("serve", switched("a"), "ainda entra na soma"),
        Wrong("não serve", switched("c"), "a terceira medida"),
        Wrong("fator", switched("d"), "fator nenhum"),
        Wrong("oito", switched("b", switching(seen=8, near=8)), "**e** a própria posição"),
        Wrong("oito vistas", switched("b", switching(seen=8)), "**e** a própria posição"),
        Wrong("oito próximas", switched("b", switching(near=8)), "a própria posição entre elas"),
        Wrong("as primeiras", switched("b", switching(columns=slice(0, 9))), "de que lado"),
        Wrong("ordem", switched("b", [SWITCH[1], SWITCH[0], *SWITCH[2:]]), "primeiro a densa"),
        Wrong("distantes antes", switched("b", [*SWITCH[:2], *SWITCH[:1:-1]]), "as próximas"),
        Wrong("porcentagem", switched("b", [100 * v for v in SWITCH]), "a unidade"),
        Wrong("não trocou", switched("a", [1.0, 1.0, 1.0, 1.0]), "a segunda medida"),
        Wrong("a chave mais forte", switched("b", STRONGEST), "o voto"),
        Wrong("zero fora", switched("b", [1.0, CLOSE.mean(), 1.0, 0.0]), "e às vezes acerta"),
        Wrong(
            "do total",
            switched("b", [*SWITCH[:2], CLOSE.mean(), SWITCH[3] * (~CLOSE).mean()]),
            "o denominador",
        ),
        Wrong("erros", switched("b", [1 - value for value in SWITCH]), "e não erros"),
        Wrong("contagens", switched("b", [1000 * v for v in SWITCH]), "quantas sequências"),
        Wrong("dezessete", switched("b", switching(seen=17, near=17)), "das nove últimas"),
    ],
    "17-5": [
        Wrong("enormemente", sentence("a"), "o que é «enormemente»"),
        Wrong("em nenhum", sentence("c"), "a terceira razão"),
        Wrong("só esparsa", sentence("d"), "que atenção o BERT usa"),
        Wrong("ordem", sentence("b", [SPEEDUPS[1], SPEEDUPS[0], SPEEDUPS[2]]), "a ordem"),
        Wrong("invertida", sentence("b", [1 / v for v in SPEEDUPS]), "o sentido"),
        Wrong("pares de graça", sentence("b", ratios(None)), "ainda calcula os dela"),
        Wrong(
            "só a atenção",
            sentence("a", [n * n / (n * 129 - 64 * 65) for n, _ in MODELS]),
            "o resto do bloco",
        ),
        Wrong("raio 32", sentence("b", ratios(32)), "para **cada** lado"),
        Wrong("porcentagem", sentence("b", [100 * (v - 1) for v in SPEEDUPS]), "a unidade"),
        Wrong("sem pontas", sentence("b", with_pairs(lambda n: n * 129)), "as pontas"),
        Wrong("causal", sentence("b", with_pairs(lambda n: n * 65 - 2080)), "não é causal"),
        Wrong("poupança", sentence("b", [1 - 1 / v for v in SPEEDUPS]), "e não a poupança"),
        Wrong("fatia", sentence("b", [n / (n + 6 * d) for n, d in MODELS]), "e não a fatia"),
        Wrong("raio 128", sentence("b", ratios(128)), "64 para cada lado"),
        Wrong("outra coisa", sentence("b", [1.0, 1.0, 1.0]), "cada razão"),
    ],
    "17-6": [
        Wrong("sem pontas", pairs(janela=528_384), "as pontas"),
        Wrong("sem si mesma", pairs(janela=520_128), "a própria posição"),
        Wrong("nem pontas nem si", pairs(janela=524_288), "E as pontas"),
        Wrong("um lado", pairs(janela=262_144), "os dois lados"),
        Wrong("causal", pairs(janela=264_160), "não é causal"),
        Wrong("64 ao todo", pairs(janela=4096 * 65 - 32 * 33), "64 para **cada** lado"),
        Wrong("uma ponta só", pairs(janela=528_384 - 2080), "são duas"),
        Wrong("todos", pairs(janela=4096**2), "só as vizinhas"),
        Wrong("causal sem ponta", pairs(causal=266_240), "as pontas"),
        Wrong("metade", pairs(causal=262_112), "não se divide ao meio"),
        Wrong("triângulo", pairs(causal=4096 * 4097 // 2), "só alcança 64"),
        Wrong("três em todos", pairs(blocos=786_432), "as pontas"),
        Wrong("só o próprio", pairs(blocos=262_144), "os vizinhos"),
        Wrong("dois vizinhos", pairs(blocos=524_288), "da esquerda"),
        Wrong("os visíveis", pairs(blocos=524_224), "blocos inteiros"),
        Wrong("blocos contados", pairs(blocos=190), "e não de blocos"),
        Wrong("invertida", pairs(fração=32.004), "o sentido"),
        Wrong("porcentagem", pairs(fração=3.1246), "a unidade"),
        Wrong("dos blocos", pairs(fração=778_240 / 4096**2), "e não os dos blocos"),
        Wrong("63 de cada lado", pairs(janela=4096 * 127), "e a própria"),
        Wrong("pontas curtas", pairs(janela=4096 * 129 - 64 * 63), "falta à primeira"),
        Wrong("pontas em dobro", pairs(janela=4096 * 129 - 2 * 64 * 65), "em cada uma"),
        Wrong("ponto de milhar", pairs(janela="524.224"), "sem ponto de milhar"),
        Wrong("duas pontas", pairs(causal=4096 * 65 - 64 * 65), "é uma só"),
        Wrong("bloco de um lado", pairs(blocos=64 * 190), "**e** 64 chaves"),
        Wrong("fração causal", pairs(fração=264_160 / 4096**2), "que não é causal"),
    ],
}
