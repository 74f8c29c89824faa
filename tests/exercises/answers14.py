"""Respostas típicas do capítulo 14."""

import math

import numpy as np

from coursekit.data.distant_binding import COMPLAINTS, PRAISES
from coursekit.exercises.chapter14_audit import audited_maps
from coursekit.exercises.chapter14_binding import drawn_passages
from exercises.diagrams14 import RIGHT_DIAGRAMS, WRONG_DIAGRAMS
from exercises.typical_answer import Right, Wrong

MAPS, RAW = audited_maps()


def softmax(scores):
    terms = np.exp(scores - scores.max())
    return terms / terms.sum()


def pooled(scores):
    return (MAPS * softmax(scores)[:, None]).max(axis=0)


UNDIVIDED = MAPS * np.exp(np.tanh(RAW))[:, None]
WEIGHTED = MAPS * softmax(np.tanh(RAW))[:, None]
SHRINKING = MAPS.max(axis=0).mean() / pooled(np.tanh(RAW)).mean()


def audit(**changes):
    answer = {"tangente": math.e**2, "soma": 496, "escala": SHRINKING, "palavras": 1_280_000}
    return answer | {"arquivo": 1, "inocente": "c"} | changes


def ceilings(**changes):
    return {"teto": math.e**2 / (math.e**2 + 495), "metade": 8, "limite": 4.2009} | changes


def fields(**changes):
    return {"empilhadas": 19, "dilatadas": 63, "agregação": 14, "camadas": 4} | changes


def repaired(*, length=496, context=None, **changes):
    """O que o resumo do caderno devolveria, com mapas e pontuações sorteados."""
    generator = np.random.default_rng(3)
    maps = np.maximum(generator.normal(size=(length, 64)), 0).astype(np.float32)
    scores = 5 * generator.normal(size=(length, 1)).astype(np.float32)
    right = softmax(scores[:, 0].astype(float)) @ maps
    layers = ["InputLayer", "Embedding", "Conv1D", "Dense", "Softmax", "Dot", "Flatten", "Dense"]
    answer = {
        "camadas": [*layers, "Dense"],
        "parâmetros": 169_750,
        "mapas": maps,
        "pontuações": scores,
        "contexto": right if context is None else context(maps, scores),
        "reaberto": 0.0,
    }
    return answer | changes


def with_layers(*, without=(), extra=()):
    kept = [name for name in repaired()["camadas"] if name not in without]
    return repaired(camadas=[*kept, *extra])


def weighted(maps, scores):
    return maps * softmax(scores[:, 0].astype(float))[:, None]


PASSAGES, LABELS = drawn_passages()
PRAISED = np.array([sum(word in PRAISES for word in words) for words in PASSAGES])
SPLIT = PRAISED == 1
HITS = (PRAISED >= 1) == LABELS


def span(words):
    tail = words[words.index("filme") :]
    return 1 + min(tail.index(word) for word in (*PRAISES, *COMPLAINTS) if word in tail)


WIDEST = max(map(span, PASSAGES))
BINDING = [WIDEST, (~SPLIT).mean(), HITS[SPLIT].mean(), HITS.mean()]


def binding(letter, measure=BINDING):
    return {"alternativa": letter, "medida": measure}


def changed(place, value, right=BINDING):
    return [value if index == place else number for index, number in enumerate(right)]


CAUTIOUS = (PRAISED == 2) == LABELS


RIGHT = {
    "14-1": [
        Right("contas", audit),
        Right("texto", lambda: audit(tangente="7,389", inocente="C)", palavras="1280000")),
    ],
    "14-2": [
        Right("contas", ceilings),
        Right("arredondado", lambda: ceilings(teto="0,0147", limite=4.2)),
        Right("float32", lambda: ceilings(metade=8.0, limite=np.float32(4.20089))),
    ],
    "14-3": [
        Right("sem preenchimento", repaired),
        Right("com preenchimento", lambda: repaired(length=500)),
        Right("float32 do arquivo", lambda: repaired(reaberto=np.float32(3e-7))),
    ],
    "14-4": [
        Right("contas", fields),
        Right("vetores", lambda: {key: np.array(value) for key, value in fields().items()}),
    ],
    "14-5": [
        Right("medidas", lambda: binding("b")),
        Right("vetor", lambda: binding("(B)", np.array(BINDING))),
        Right("float32", lambda: binding("b)", np.array(BINDING, dtype=np.float32))),
    ],
    "14-6": RIGHT_DIAGRAMS,
}

WRONG = {
    "14-1": [
        Wrong("de 0 a 1", audit(tangente=math.e), "até onde a tangente desce"),
        Wrong("diferença", audit(tangente=2.0), "dos **pesos**"),
        Wrong("razão invertida", audit(tangente=math.e**-2), "o sentido da razão"),
        Wrong("o teto", audit(tangente=0.0147), "entre **dois** pesos"),
        Wrong("um vetor", audit(soma=1), "**deveria** entregar"),
        Wrong("quinhentos", audit(soma=500), "não passa das pontas"),
        Wrong("filtros", audit(soma=64), "o que se conta: vetores"),
        Wrong("495", audit(soma=495), "quantas paradas"),
        Wrong("encolheu ao contrário", audit(escala=1 / SHRINKING), "o sentido da razão"),
        Wrong(
            "média das razões",
            audit(escala=(MAPS.max(axis=0) / pooled(np.tanh(RAW))).mean()),
            "a razão das médias",
        ),
        Wrong(
            "sem tangente",
            audit(escala=MAPS.max(axis=0).mean() / pooled(RAW).mean()),
            "passam pela tangente",
        ),
        Wrong(
            "o maior",
            audit(escala=MAPS.max() / pooled(np.tanh(RAW)).max()),
            "médias dos 64 filtros",
        ),
        Wrong("sem medir", audit(escala=496), "se você mediu"),
        Wrong(
            "outro eixo",
            audit(escala=MAPS.max(axis=1).mean() / WEIGHTED.max(axis=1).mean()),
            "eixo dos filtros",
        ),
        Wrong(
            "soma depois do produto",
            audit(escala=MAPS.max(axis=0).mean() / WEIGHTED.sum(axis=0).mean()),
            "o máximo no tempo, e não a soma",
        ),
        Wrong(
            "pesos sem dividir",
            audit(escala=MAPS.max(axis=0).mean() / UNDIVIDED.max(axis=0).mean()),
            "divididas pela soma",
        ),
        Wrong("softmax no último eixo", audit(escala=1.0), "de tamanho 1"),
        Wrong("razão dos pesos sorteados", audit(tangente=4.2), "os valores extremos"),
        Wrong("razão infinita", audit(tangente=math.inf), "os valores extremos"),
        Wrong("a forma inteira", audit(soma=(496, 64)), "um número"),
        Wrong("o nome da camada", audit(arquivo="Lambda"), "um número"),
        Wrong(
            "média dos mapas",
            audit(escala=MAPS.mean() / pooled(np.tanh(RAW)).mean()),
            "o **máximo**",
        ),
        Wrong("por posição", audit(palavras=64_000), "**vocabulário**"),
        Wrong("tudo junto", audit(palavras=1_321_750), "só a camada que falta"),
        Wrong("largura da saída", audit(palavras=640_000), "que a convolução **recebe**"),
        Wrong("uma por palavra", audit(palavras=10_000), "cada palavra tem vários números"),
        Wrong("modo seguro desligado", audit(arquivo=0), "safe_mode=False"),
        Wrong("as que reabrem", audit(arquivo=7), "as que **não** reabrem"),
        Wrong("acusa a entrada", audit(inocente="a"), "o fluxo promete texto"),
        Wrong("acusa a tangente", audit(inocente="b"), "a maior razão"),
        Wrong("acusa a Lambda", audit(inocente="d"), "que camada não reabriu"),
        Wrong("acusa o produto", audit(inocente="e"), "a causa dos dois"),
        Wrong("letra que não há", audit(inocente="z"), "uma letra"),
        Wrong("falta a linha", {"tangente": 7.389}, "as chaves"),
    ],
    "14-2": [
        Wrong("uniforme", ceilings(teto=1 / 496), "ninguém se destaca"),
        Wrong("outras em zero", ceilings(teto=math.e / (math.e + 495)), "podem ser negativas"),
        Wrong("conta duas vezes", ceilings(teto=math.e**2 / (math.e**2 + 496)), "duas vezes"),
        Wrong("quinhentas", ceilings(teto=math.e**2 / (math.e**2 + 499)), "perde as pontas"),
        Wrong("só a razão", ceilings(teto=math.e**2), "pela soma de todos"),
        Wrong("divide por n", ceilings(teto=math.e**2 / 496), "a parcela da favorecida"),
        Wrong("tangente de 1", ceilings(teto=0.00922), "o melhor caso"),
        Wrong("metade de 496", ceilings(metade=248), "a fórmula ao contrário"),
        Wrong("496 no limite", ceilings(limite=math.log(9 * 496) / 2), "quantas são **as outras**"),
        Wrong("o próprio peso", ceilings(limite=0.9), "que razão entre dois pesos"),
        Wrong("chances ao contrário", ceilings(limite=math.log(495 / 9) / 2), "que razão"),
        Wrong("porcentagem", ceilings(teto=1.4708), "a unidade"),
        Wrong("nove", ceilings(metade=9), "já está abaixo"),
        Wrong("sete", ceilings(metade=7), "quantas são ao todo"),
        Wrong("sem arredondar", ceilings(metade=math.e**2 + 1), "posições inteiras"),
        Wrong("só de 0 a 1", ceilings(metade=3), "as outras pontuações chegam a −1"),
        Wrong("dobro", ceilings(limite=8.4018), "de −b a b"),
        Wrong("esquece o 0,1", ceilings(limite=math.log(0.9 * 495) / 2), "elas dividem 0,1"),
        Wrong("duas posições", ceilings(limite=math.log(9) / 2), "quantas são as outras"),
        Wrong("sem logaritmo", ceilings(limite=4455.0), "falta o logaritmo"),
        Wrong("base 10", ceilings(limite=math.log10(4455) / 2), "a base do logaritmo"),
    ],
    "14-3": [
        Wrong("Lambda", with_layers(extra=["Lambda"]), "não volta do arquivo"),
        Wrong("máximo global", with_layers(extra=["GlobalMaxPooling1D"]), "um vetor só"),
        Wrong("média global", with_layers(extra=["GlobalAveragePooling1D"]), "um vetor só"),
        Wrong("sem palavras", with_layers(without=["Embedding"]), "viram vetores onde"),
        Wrong("sem convolução", with_layers(without=["Conv1D"]), "não estava errada"),
        Wrong("sem tabela", repaired(parâmetros=41_750), "a tabela de vetores"),
        Wrong("sem pontuação", repaired(parâmetros=169_685), "um número por posição"),
        Wrong("posições esticadas", repaired(parâmetros=486_540), "todas as posições esticadas"),
        Wrong("outra contagem", repaired(parâmetros=100), "as camadas do enunciado"),
        Wrong("mapas do lote", repaired(mapas=np.ones((1, 496, 64))), "os nomes das camadas"),
        Wrong("32 filtros", repaired(mapas=np.ones((496, 32))), "são 64 filtros"),
        Wrong("mapas negativos", repaired(mapas=-np.ones((496, 64))), "a ReLU não estava"),
        Wrong("tangente", repaired(pontuações=np.tanh(repaired()["pontuações"])), "um teto"),
        Wrong("ReLU", repaired(pontuações=np.abs(repaired()["pontuações"])), "ela é linear"),
        Wrong("64 pontuações", repaired(pontuações=np.ones((496, 64))), "**um** número"),
        Wrong("sem somar", repaired(context=weighted), "saiu um vetor por posição"),
        Wrong("máximo", repaired(context=lambda m, s: weighted(m, s).max(axis=0)), "**soma**"),
        Wrong("último eixo", repaired(context=lambda m, s: m.sum(axis=0)), "todo peso vale 1"),
        Wrong("média", repaired(context=lambda m, s: m.mean(axis=0)), "a média simples"),
        Wrong("sem softmax", repaired(context=lambda m, s: s[:, 0] @ m), "pelo softmax"),
        Wrong(
            "eixo que sobra",
            repaired(context=lambda m, s: weighted(m, s).sum(axis=0, keepdims=True)),
            "o eixo que sobrou",
        ),
        Wrong(
            "tangente depois",
            repaired(context=lambda m, s: softmax(np.tanh(s[:, 0].astype(float))) @ m),
            "entre a pontuação e o softmax",
        ),
        Wrong("recusado", repaired(reaberto="recusado"), "a camada que não volta"),
        Wrong(
            "ELU",
            repaired(pontuações=np.maximum(repaired()["pontuações"], -1)),
            "ela é linear",
        ),
        Wrong(
            "sigmoide no lugar do softmax",
            repaired(context=lambda m, s: (m / (1 + np.exp(-s))).sum(axis=0)),
            "softmax **no tempo**",
        ),
        Wrong("10.000 palavras", repaired(parâmetros=1_321_750), "com os tamanhos dele"),
        Wrong("largura 3", repaired(parâmetros=153_366), "com os tamanhos dele"),
        Wrong("sem vieses", repaired(parâmetros=169_749), "os vieses"),
        Wrong("volta diferente", repaired(reaberto=0.3), "o que se guarda"),
        Wrong("só camadas", {"camadas": ["Embedding"]}, "as chaves"),
    ],
    "14-4": [
        Wrong("multiplica", fields(empilhadas=21), "já estava contada"),
        Wrong("só uma camada", fields(empilhadas=7), "as três camadas"),
        Wrong("potência", fields(empilhadas=343), "por soma"),
        Wrong("sem o um", fields(empilhadas=18), "o ponto de partida"),
        Wrong("k por camada", fields(empilhadas=22), "k − 1, e não k"),
        Wrong("sem dilatação", fields(dilatadas=11), "as dilatações"),
        Wrong("sem o um, dilatadas", fields(dilatadas=62), "o ponto de partida"),
        Wrong("três intervalos", fields(dilatadas=93), "**dois** intervalos"),
        Wrong("um intervalo", fields(dilatadas=32), "três números, e não dois"),
        Wrong("só a última", fields(dilatadas=33), "os alcances se somam"),
        Wrong("quatro camadas", fields(dilatadas=31), "são cinco"),
        Wrong("sem agregação", fields(agregação=9), "ela também alarga"),
        Wrong("agregação sem passo", fields(agregação=10), "o passo da agregação"),
        Wrong("só o passo", fields(agregação=13), "olha **duas** posições"),
        Wrong("dobra tudo", fields(agregação=18), "o que dobra"),
        Wrong("uma camada a menos", fields(camadas=3), "se cabem as duas pontas"),
        Wrong("uma a mais", fields(camadas=5), "se já bastava"),
        Wrong("meia camada", fields(camadas=3.5), "meia camada"),
        Wrong("troca k e L", fields(empilhadas=15), "quem é a largura"),
        Wrong("cinco e três", fields(dilatadas=94), "**dois** intervalos"),
        Wrong("potência de três", fields(dilatadas=243), "a d posições"),
        Wrong("trechos sem sobrepor", fields(agregação=15), "a sobreposição"),
        Wrong("tudo multiplicado", fields(agregação=50), "somam-se intervalos"),
        Wrong("sete", fields(camadas=7), "**contando as duas**"),
        Wrong("catorze", fields(camadas=14), "a largura é 5"),
    ],
    "14-5": [
        Wrong("pouco treino", binding("a"), "ele não treina"),
        Wrong("pesos espalhados", binding("c"), "não tem atenção nenhuma"),
        Wrong("rótulos errados", binding("d"), "o leitor acerta todos"),
        Wrong("oito", binding("b", changed(0, 8)), "as duas pontas"),
        Wrong("a do filtro", binding("a", changed(0, 5)), "a de que se **precisaria**"),
        Wrong("discordam", binding("b", changed(1, SPLIT.mean())), "**concordam**"),
        Wrong("acertos onde concordam", binding("b", changed(2, 1.0)), "**discordam**"),
        Wrong(
            "responde 0",
            binding("b", [WIDEST, (~SPLIT).mean(), CAUTIOUS[SPLIT].mean(), CAUTIOUS.mean()]),
            "ele responde 1",
        ),
        Wrong("ordem", binding("b", [*BINDING[:2], BINDING[3], BINDING[2]]), "a ordem"),
        Wrong("de todos", binding("b", changed(2, (HITS & SPLIT).mean())), "e não de todos"),
        Wrong("os esperados", binding("b", [WIDEST, 0.5, 0.5, 0.75]), "meça os dos 2.000"),
        Wrong(
            "média das frações",
            binding("b", changed(3, (BINDING[1] + BINDING[2]) / 2)),
            "a média de duas frações",
        ),
        Wrong(
            "contagens",
            binding("b", [WIDEST, (~SPLIT).sum(), HITS[SPLIT].sum(), HITS.sum()]),
            "e não contagens",
        ),
        Wrong("o trecho inteiro", binding("b", changed(0, 40)), "a largura que cobre"),
        Wrong("três medidas", binding("b", BINDING[:3]), "cada medida"),
        Wrong("só a letra", "b", "a forma da resposta"),
        Wrong("outra coisa", binding("b", [0.0, 0.0, 0.0, 0.0]), "cada medida"),
    ],
    "14-6": WRONG_DIAGRAMS,
}
