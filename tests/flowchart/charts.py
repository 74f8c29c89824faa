"""Fluxogramas de prova: feitos à mão, tortos e sorteados."""

from hypothesis import strategies as st

HEAD = "    accTitle: Título do desenho\n    accDescr: O que há no desenho.\n"


def chart_text(*lines: str, direction: str = "LR") -> str:
    """Um fluxograma completo com essas linhas."""
    return f"flowchart {direction}\n{HEAD}" + "\n".join(f"    {line}" for line in lines)


ACCEPTED = {
    "corrente": chart_text("A[um] --> B(dois) --> C"),
    "rótulos": chart_text("A -->|sim| B", "A-->|não| C", 'B -->|"σ(x)"| C'),
    "aspas": chart_text('A["texto (com) [sinais] {e} | barra"] --> B("x, y; z")'),
    "quebra": chart_text("A[uma linha<br>outra] --> B(x <br/> y)"),
    "laço": chart_text("X --> H(estado)", "H -->|volta| H", "H --> H2"),
    "ciclo": chart_text("A --> B --> C --> A", direction="TD"),
    "de pé com TB": chart_text("A --> B", direction="TB"),
    "comentário e ponto e vírgula": chart_text(
        "%% isto não se lê", "A --> B;", "", "B --> C[fim];"
    ),
    "descrição entre chaves": "flowchart TD\n accTitle: T\n accDescr {\n  duas\n"
    "  linhas\n }\n A --> B",
    "graph": f"graph LR\n{HEAD}A_1 --> b2",
    "texto depois da menção": chart_text("A --> B", "B(contexto)", "A[escores]"),
    "setas repetidas": chart_text("A --> B", "A --> B", "B --> A"),
    "sinais soltos": chart_text(
        "A[x' = 2·(1)] --> B".replace("(1)", "1"), "B --> C[α ≥ 0,5 e 30%!]"
    ),
    "pedaços separados": chart_text("A --> B", "C --> D", "E[sozinho]"),
}
# Linha com defeito → (número da linha, trecho da mensagem). As linhas 2 e 3 são as do cabeçalho.
REJECTED = {
    "o da fonte, sem nome": (
        "A --> [Entrada: sequência]",
        r"falta o nome|sem o nome do nó.*B\[Entr",
    ),
    "texto no começo": ("[Entrada] --> A", r"no começo da linha.*sem o nome do nó"),
    "seta sem destino": ("A -->", r"falta o nó depois da seta"),
    "losango": ("A{decide} --> B", r"a forma «\{decide.*A\[texto\] ou A\(texto\)"),
    "círculo": ("A((x)) --> B", r"a forma «\(\(x"),
    "estádio": ("A([x]) --> B", r"a forma «\(\[x"),
    "paralelogramo": ("A[/x/] --> B", r"a forma «\[/x"),
    "seta sem ponta": ("A --- B", r"a seta em «--- B» não é «-->»"),
    "seta comprida": ("A ---> B", r"a seta em «---> B»"),
    "seta pontilhada": ("A -.-> B", r"a seta em «-\.-> B»"),
    "rótulo no meio da seta": ("A -- sim --> B", r"com rótulo, «-->\|rótulo\|»"),
    "e comercial": ("A & B --> C", r"uma seta por linha"),
    "parêntese sem aspas": ("A[f(x)] --> B", r'tem «\(» sem aspas.*\["f\(x\)"\]'),
    "arroba sem aspas": ("A[x@y] --> B", r'tem «@» sem aspas.*\["x@y"\]'),
    "colchete aberto": ("A[texto --> B", r"aberto em «\[» não fecha.*«\]»"),
    "aspas abertas": ('A["texto] --> B', r"não fecha.*«\"\]»"),
    "rótulo aberto": ("A -->|sim B", r"aberto em «\|» não fecha"),
    "texto vazio": ("A[ ] --> B", r"texto vazio"),
    "rótulo vazio": ("A -->|| B", r"texto vazio"),
    "html": ("A[<b>x</b>] --> B", r"«<», sinal que o Mermaid não mostra"),
    "código": ('A["#35;x"] --> B', r"«#35;», código que o Mermaid troca"),
    "lista": ("A[1. escores] --> B", r"começa como uma lista"),
    "nome com acento": ("Ação --> B", r"letras sem acento|depois do nó vem «ção"),
    "nome com algarismo": ("1A --> B", r"«1A --> B» não começa pelo nome"),
    "palavra reservada": ("A --> end", r"«end» é palavra reservada.*«fim»"),
    "end no começo": ("end --> A", r"«end» é palavra reservada"),
    "subgraph": ("subgraph x", r"subgraph.*Apague"),
    "cores": ("style A fill:#f00", r"cores do diagrama são as da página"),
    "clique": ("click A callback", r"clique"),
    "direção repetida": ("direction TD", r"uma vez só"),
    "sem dois-pontos": ("accTitle Outro", r"accTitle pede dois-pontos"),
    "título repetido": ("accTitle: Outro", r"accTitle aparece de novo"),
    "dois nós lado a lado": ("A[x] B[y]", r"depois do nó vem «B\[y\]»"),
    "classe": ("A:::forte --> B", r"depois do nó vem «:::forte"),
    "segundo laço": ("A --> A -->|x| A", r"nó A já tem uma seta para si mesmo.*Deixe uma só"),
    "diretiva": ("%%{init: {}}%%", r"diretivas %%"),
}
# Destes, o Mermaid também não faz nada que preste: recusa, ou desenha outra coisa.
REFUSED_BY_MERMAID = (
    "o da fonte, sem nome", "texto no começo", "seta sem destino", "parêntese sem aspas",
    "colchete aberto", "aspas abertas", "rótulo aberto", "palavra reservada",
    "arroba sem aspas",
    "dois nós lado a lado",
)  # fmt: skip

_WORD = st.text("abçãéxyzABT0189 αβ·−=≥,.;:!?%+*/'_-&", min_size=1, max_size=12)
_PLAIN = _WORD.map(lambda word: "n" + word.replace("%%", "")).map(str.rstrip)
_QUOTED = st.text("ab ()[]{}|çα,;:=", min_size=1, max_size=12).map(lambda word: f'"n{word}"')
_NAMES = st.sampled_from(["A", "B", "C", "D", "no_5", "X1", "estado"])


@st.composite
def chart_texts(draw: st.DrawFn) -> str:
    """Um fluxograma sorteado, do subconjunto aceito."""
    texts = {name: draw(_PLAIN | _QUOTED) for name in ("A", "B", "C", "estado")}
    rounded = draw(st.sets(st.sampled_from(sorted(texts))))
    lines = [
        f"{name}({text})" if name in rounded else f"{name}[{text}]" for name, text in texts.items()
    ]
    loops: set[str] = set()
    for source, target in draw(st.lists(st.tuples(_NAMES, _NAMES), min_size=1, max_size=9)):
        label = draw(st.just("") | _PLAIN.map(lambda word: f"|{word}|"))
        if source != target or source not in loops:
            lines.append(f"{source} -->{label} {target}")
        loops |= {source} & {target}
    return chart_text(*lines, direction=draw(st.sampled_from(["LR", "TD"])))
