"""Diagramas que alguém escreveria em 14-6, certos e errados."""

from exercises.typical_answer import Right, Wrong

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


RIGHT_DIAGRAMS = [
    Right("em corrente", lambda: DIAGRAM),
    Right("uma seta por linha", lambda: OTHER_DIAGRAM),
    Right("quebras do Windows", lambda: DIAGRAM.replace("\n", "\r\n")),
]

WRONG_DIAGRAMS = [
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
    Wrong(
        "descrição vazia de etapas",
        redrawn(
            (
                "Sete etapas em fila, do texto à saída, com a atenção antes da soma ponderada.",
                "Um desenho bonito, com caixas e setas da esquerda para a direita.",
            )
        ),
        "que etapas há",
    ),
    Wrong("da direita", redrawn(("flowchart LR", "flowchart RL")), "a direção"),
    Wrong("seta de texto", redrawn(("D[camada densa] -->", "D[camada densa] ->")), "a seta"),
    Wrong("em ciclo", redrawn(("O[saída]", "O[saída]\n    O --> T")), "têm seis setas"),
    Wrong("máximo", redrawn(('"soma (ponderada)"', "máximo global")), "agregação"),
    Wrong("lista de linhas", DIAGRAM.splitlines(), "entre três aspas"),
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
]
