"""Respostas típicas do capítulo 14."""

import math

import numpy as np

from coursekit.data.distant_binding import COMPLAINTS, PRAISES
from coursekit.exercises.chapter14_audit import audited_maps
from coursekit.exercises.chapter14_binding import drawn_passages
from exercises.typical_answer import Right, Wrong

MAPS, RAW = audited_maps()


def softmax(scores):
    terms = np.exp(scores - scores.max())
    return terms / terms.sum()


def pooled(scores):
    return (MAPS * softmax(scores)[:, None]).max(axis=0)


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

DIAGRAM = """flowchart LR
    accTitle: A CNN com atenção
    accDescr: Sete etapas em fila, do texto à saída, com a atenção antes da soma ponderada.
    T[texto] --> E[embedding] --> C[convolução] --> A[atenção]
    A --> S["soma (ponderada)"] --> D[camada densa] --> O[saída]
"""

OTHER_DIAGRAM = (
    """graph TD
    accDescr: Do texto aos vetores, à convolução, aos pesos, ao contexto, à densa e à sigmoide.
    accTitle: Fluxo
    a(Texto de entrada)
    a --> b(Vetores densos)
    b --> c(Conv1D)
    c --> d(Atenção: um peso por posição)
    d --> e(Agregação)
    e --> f(Dense, 10)
    f --> g(Saída sigmoide)
""".replace("(Dense, 10)", "[Dense de 10]")
    .replace("(Atenção: um", "[Atenção, um")
    .replace("por posição)", "por posição]")
)


def redrawn(*changes):
    text = DIAGRAM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


RIGHT = {
    "14-1": [
        Right("contas", audit),
        Right("texto", lambda: audit(tangente="7,389", inocente="C)", palavras="1280000")),
    ],
    "14-2": [
        Right("contas", ceilings),
        Right("arredondado", lambda: ceilings(teto="0,0147", limite=4.2)),
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
    ],
    "14-6": [
        Right("em corrente", lambda: DIAGRAM),
        Right("uma seta por linha", lambda: OTHER_DIAGRAM),
    ],
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
        Wrong("outra coisa", binding("b", [0.0, 0.0, 0.0, 0.0]), "cada medida"),
    ],
    "14-6": [
        Wrong("nó sem nome", redrawn(("C[convolução]", "[convolução]")), "o nome do nó"),
        Wrong("sem título", redrawn(("    accTitle: A CNN com atenção\n", "")), "accTitle"),
        Wrong("sem descrição", redrawn(("accDescr: Sete", "%% Sete")), "accDescr"),
        Wrong("com cercas", f"```mermaid\n{DIAGRAM}```", "as cercas"),
        Wrong("sem cabeçalho", redrawn(("flowchart LR\n", "")), "a primeira linha"),
        Wrong("outra seta", redrawn(("D[camada densa] -->", "D[camada densa] ==>")), "a seta"),
        Wrong("sem aspas", redrawn(('"soma (ponderada)"', "soma (ponderada)")), "entre aspas"),
        Wrong(
            "descrição igual",
            redrawn(
                ("accTitle: A CNN com atenção", "accTitle: Do texto à saída, em sete etapas"),
                (
                    "Sete etapas em fila, do texto à saída, com a atenção antes da soma ponderada.",
                    "Do texto à saída, em sete etapas",
                ),
            ),
            "a descrição: o título dá o assunto",
        ),
        Wrong(
            "descrição curta",
            redrawn(
                (
                    "Sete etapas em fila, do texto à saída, com a atenção antes da soma ponderada.",
                    "Sete etapas.",
                )
            ),
            "que etapas há",
        ),
        Wrong("seis etapas", redrawn(("E[embedding] --> ", "")), "as etapas: cada uma"),
        Wrong("oito nós", redrawn(("O[saída]", "O[saída] --> F[fim]")), "um para cada etapa"),
        Wrong("etapa solta", redrawn(("    A --> S[", "    S[")), "ficou solta"),
        Wrong("seta a mais", redrawn(("O[saída]", "O[saída]\n    T --> O")), "têm seis setas"),
        Wrong("seta dupla", redrawn(("O[saída]", "O[saída]\n    D --> O")), "têm seis setas"),
        Wrong("volta a si", redrawn(("O[saída]", "O[saída]\n    O --> O")), "para si mesma"),
        Wrong(
            "atenção antes da convolução",
            redrawn(
                ("C[convolução] --> A[atenção]", "A[atenção] --> C[convolução]"),
                ("A --> S", "C --> S"),
            ),
            "a ordem das etapas",
        ),
        Wrong("outro nome", redrawn(("[convolução]", "[filtros]")), "nenhum fala de convolução"),
        Wrong("uma lista", ["texto", "saída"], "entre três aspas"),
    ],
}
