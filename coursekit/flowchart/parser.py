"""Leitura de um subconjunto do Mermaid: o que se aceita aqui, o Mermaid também aceita.

Aceita-se ``flowchart LR`` ou ``flowchart TD``; nós ``A[texto]`` e ``A(texto)``; setas ``-->``,
com ``|rótulo|`` ou sem; ``accTitle`` e ``accDescr``, obrigatórios; e comentários ``%%``.
"""

import re
from dataclasses import dataclass, field

from coursekit.flowchart.model import Edge, Flowchart, FlowchartError, Node

_HEADER = re.compile(r"(?:flowchart|graph)\s+(LR|TD|TB)\s*;?")
_ACCESSIBLE = re.compile(r"(accTitle|accDescr)\s*:\s*(.*)")
_ACCESSIBLE_BLOCK = re.compile(r"accDescr\s*\{\s*([^{}]*?)\s*\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ARROW = re.compile(r"\s*-->\s*")
_BREAK = re.compile(r"\s*<br\s*/?>\s*")
# fmt: off
RESERVED = frozenset({
    "end", "graph", "flowchart", "subgraph", "style", "linkStyle", "classDef", "class", "click",
    "href", "call", "default", "direction", "accTitle", "accDescr",
})
# fmt: on
_COMMANDS = {
    "subgraph": (
        "agrupar nós (subgraph) não faz parte do subconjunto do curso.",
        "Apague a linha.",
    ),
    "end": ("«end» é palavra reservada do Mermaid.", "Dê outro nome ao nó, como «fim»."),
    **dict.fromkeys(
        ("style", "linkStyle", "classDef", "class"),
        ("as cores do diagrama são as da página, clara ou escura.", "Apague a linha."),
    ),
    "click": ("nó que responde ao clique não faz parte do subconjunto.", "Apague a linha."),
    "direction": ("a direção se diz uma vez só, na primeira linha.", "Apague a linha."),
    "accTitle": ("accTitle pede dois-pontos.", "Escreva «accTitle: título do desenho»."),
    "accDescr": (
        "accDescr pede dois-pontos, ou chaves que se fechem.",
        "Escreva «accDescr: o que há no desenho».",
    ),
}
_SHAPES = {"[": ("]", False), "(": (")", True)}
# O Mermaid lê estes começos como lista de Markdown e, no lugar do texto, mostra um aviso.
_LIST_START = re.compile(r"(?:\d+\.|[-*+])\s")
_ENTITY = re.compile(r"#\w+;")


def parse_flowchart(text: str) -> Flowchart:
    """Lê um fluxograma.

    Args:
        text: o conteúdo de um bloco ``mermaid``, sem as cercas.

    Returns:
        O fluxograma; os nós aparecem na ordem do texto, e quem não tem texto próprio mostra o
        identificador.

    Raises:
        FlowchartError: se algo não for do subconjunto; a mensagem diz a linha e como escrever.

    Example:
        >>> chart = parse_flowchart('''flowchart LR
        ...     accTitle: Do escore ao peso
        ...     accDescr: O escore passa pelo softmax e vira peso.
        ...     S[escore] -->|softmax| P(peso)''')
        >>> chart.nodes[1]
        Node(name='P', label=('peso',), rounded=True)
        >>> chart.edges
        (Edge(source='S', target='P', label=('softmax',)),)
    """
    lines = _logical_lines(text)
    if not lines:
        raise FlowchartError(1, "o diagrama está vazio.", "Comece por «flowchart LR».")
    number, first = lines[0]
    header = _HEADER.fullmatch(first)
    if header is None:
        raise FlowchartError(
            number,
            f"a primeira linha é «{first}», que não abre um fluxograma do curso.",
            "Escreva «flowchart LR» (da esquerda para a direita) ou «flowchart TD» (de cima para "
            "baixo), sozinho na linha.",
        )
    draft = _Draft()
    for number, line in lines[1:]:
        _read_line(draft, number, line)
    return draft.finish("LR" if header[1] == "LR" else "TD", lines[-1][0])


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Linhas que dizem algo, numeradas; a descrição entre chaves vira uma linha só."""

    def join(match: re.Match[str]) -> str:
        words = " ".join(match[1].split())
        return f"accDescr: {words}" + "\n" * match[0].count("\n")

    numbered = enumerate(_ACCESSIBLE_BLOCK.sub(join, text).splitlines(), start=1)
    stripped = [(number, line.strip()) for number, line in numbered]
    for number, line in stripped:
        if line.startswith("%%{"):
            raise FlowchartError(
                number,
                "diretivas %%{…}%% mudam o aspecto só onde o Mermaid desenha.",
                "Apague a linha.",
            )
    return [(number, line) for number, line in stripped if line and not line.startswith("%%")]


@dataclass
class _Draft:
    """O fluxograma enquanto se lê."""

    accessible: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    edges: list[Edge] = field(default_factory=list)

    def add_node(self, number: int, name: str, label: tuple[str, ...], rounded: bool) -> None:
        """Registra um nó; sem texto, só o menciona."""
        if not label:
            self.nodes.setdefault(name, Node(name, (name,)))
            return
        node = Node(name, label, rounded)
        if name in self.written and self.nodes[name] != node:
            before = " ".join(self.nodes[name].label)
            raise FlowchartError(
                number,
                f"o nó {name} já foi escrito, com «{before}».",
                "Escreva o texto uma vez só, ou dê outro nome a este nó.",
            )
        self.nodes[name] = node
        self.written.add(name)

    def add_edge(self, number: int, edge: Edge) -> None:
        """Registra uma seta; de um nó para ele mesmo, só cabe uma."""
        if edge.source == edge.target and any(
            edge.source == other.source == other.target for other in self.edges
        ):
            raise FlowchartError(
                number,
                f"o nó {edge.source} já tem uma seta para si mesmo.",
                "Deixe uma só, com os dois rótulos.",
            )
        self.edges.append(edge)

    def finish(self, direction: str, last_line: int) -> Flowchart:
        """Confere o que só se sabe no fim e entrega o fluxograma."""
        for key, example in (
            ("accTitle", "accTitle: Do escore ao peso"),
            ("accDescr", "accDescr: Os escores passam pelo softmax e viram pesos."),
        ):
            if not self.accessible.get(key):
                raise FlowchartError(
                    last_line,
                    f"falta {key}, que diz a quem não vê o desenho o que há nele.",
                    f"Acrescente uma linha como «{example}».",
                )
        if not self.edges:
            raise FlowchartError(last_line, "não há nenhuma seta.", "Ligue dois nós: A --> B.")
        title, description = self.accessible["accTitle"], self.accessible["accDescr"]
        return Flowchart(
            direction, title, description, tuple(self.nodes.values()), tuple(self.edges)
        )


def _read_line(draft: _Draft, number: int, line: str) -> None:
    """Lê uma linha: título, descrição ou uma corrente de nós e setas."""
    if match := _ACCESSIBLE.fullmatch(line):
        if match[1] in draft.accessible:
            raise FlowchartError(number, f"{match[1]} aparece de novo.", "Deixe um só.")
        if wrong := re.search("[<>]", match[2]):
            raise FlowchartError(
                number, f"{match[1]} tem «{wrong[0]}», que o Mermaid apaga.", "Diga com palavras."
            )
        draft.accessible[match[1]] = match[2].strip()
        return
    word = line.split()[0].rstrip(";")
    if word in _COMMANDS:
        raise FlowchartError(number, *_COMMANDS[word])
    _read_chain(draft, _Cursor(number, line.removesuffix(";").rstrip()))


def _read_chain(draft: _Draft, cursor: "_Cursor") -> None:
    """Lê ``A[texto] -->|rótulo| B(texto) --> …`` até o fim da linha."""
    source = _read_node(draft, cursor, after_arrow=False)
    while not cursor.at_end:
        if not cursor.take(_ARROW):
            raise cursor.error(*_arrow_problem(cursor.rest))
        label: tuple[str, ...] = ()
        if cursor.rest.startswith("|"):
            label = _read_text(cursor, "|", "|")
            cursor.skip_spaces()
        target = _read_node(draft, cursor, after_arrow=True)
        draft.add_edge(cursor.number, Edge(source, target, label))
        source = target


def _read_node(draft: _Draft, cursor: "_Cursor", *, after_arrow: bool) -> str:
    """Lê o identificador de um nó e, se houver, o seu texto."""
    name = cursor.take(_NAME)
    if not name:
        raise cursor.error(*_name_problem(cursor.rest, after_arrow))
    if name in RESERVED:
        raise cursor.error(
            f"«{name}» é palavra reservada do Mermaid.", "Dê outro nome ao nó, como «fim»."
        )
    opening = cursor.rest[:1]
    if opening not in _SHAPES:
        draft.add_node(cursor.number, name, (), False)
        return name
    closing, rounded = _SHAPES[opening]
    label = _read_text(cursor, opening, closing)
    draft.add_node(cursor.number, name, label, rounded)
    return name


def _read_text(cursor: "_Cursor", opening: str, closing: str) -> tuple[str, ...]:
    """Lê o texto entre dois sinais, com ou sem aspas, e o separa nas suas linhas."""
    if opening != "|" and cursor.rest[1:2] in set("[({/\\>"):
        raise cursor.error(*_arrow_problem(cursor.rest))
    cursor.advance(1)
    quoted = cursor.rest.startswith('"')
    end = cursor.rest.find(f'"{closing}' if quoted else closing, 1 if quoted else 0)
    if end < 0:
        wanted = f'"{closing}' if quoted else closing
        raise cursor.error(
            f"o texto aberto em «{opening}» não fecha.", f"Feche-o com «{wanted}» na mesma linha."
        )
    text = cursor.rest[1:end] if quoted else cursor.rest[:end]
    _check_text(cursor, text, quoted)
    cursor.advance(end + (2 if quoted else 1))
    return tuple(_BREAK.split(text.strip()))


def _check_text(cursor: "_Cursor", text: str, quoted: bool) -> None:
    """Recusa textos que o Mermaid leria de outro jeito, ou não leria."""
    plain = _BREAK.sub(" ", text)
    if not plain.strip():
        raise cursor.error("há um texto vazio.", "Escreva o que se deve ler ali.")
    if not quoted and (wrong := re.search(r'[\[\](){}|"@]', plain)):
        raise cursor.error(
            f"o texto «{plain.strip()}» tem «{wrong[0]}» sem aspas.",
            f'Ponha o texto inteiro entre aspas: ["{plain.strip().replace(chr(34), "")}"].',
        )
    for pattern, problem in (
        (r'[<>`"]|%%|\$\$', "sinal que o Mermaid não mostra como está"),
        (_ENTITY.pattern, "código que o Mermaid troca por um sinal"),
    ):
        if wrong := re.search(pattern, plain):
            raise cursor.error(
                f"o texto tem «{wrong[0]}», {problem}.",
                "Diga com palavras; a linha quebra em <br>.",
            )
    if any(_LIST_START.match(part) for part in _BREAK.split(text.strip())):
        raise cursor.error(
            f"o texto «{plain.strip()}» começa como uma lista, e o Mermaid não o mostraria.",
            "Comece por uma palavra.",
        )


def _name_problem(rest: str, after_arrow: bool) -> tuple[str, str]:
    """Por que não há um identificador onde devia haver."""
    place = "depois da seta" if after_arrow else "no começo da linha"
    if not rest:
        return f"falta o nó {place}.", "Escreva, por exemplo, A --> B."
    if rest[0] in _SHAPES:
        return (
            f"{place} há um texto sem o nome do nó.",
            f"Ponha um nome curto antes: B{rest.split('-->')[0].strip()}.",
        )
    return (
        f"«{rest}» não começa pelo nome de um nó.",
        "O nome tem letras sem acento, algarismos e _, e começa por letra.",
    )


def _arrow_problem(rest: str) -> tuple[str, str]:
    """Por que não há uma seta onde devia haver."""
    text = rest.strip()
    if text.startswith(("{", ">", "[", "(")):
        return (
            f"a forma «{text}» não faz parte do subconjunto do curso.",
            "Use A[texto] ou A(texto).",
        )
    if text.startswith("&"):
        return "«&» não faz parte do subconjunto do curso.", "Escreva uma seta por linha."
    if text.startswith(("-", "=", "<", "~")):
        return (
            f"a seta em «{text}» não é «-->».",
            "A seta do curso é «-->»; com rótulo, «-->|rótulo|».",
        )
    return f"depois do nó vem «{text}».", "Depois de um nó vem «-->» ou o fim da linha."


@dataclass
class _Cursor:
    """Uma linha e até onde já se leu."""

    number: int
    line: str
    position: int = 0

    @property
    def rest(self) -> str:
        """O que falta ler."""
        return self.line[self.position :]

    @property
    def at_end(self) -> bool:
        """Se já se leu tudo."""
        return not self.rest.strip()

    def advance(self, count: int) -> None:
        """Anda alguns sinais."""
        self.position += count

    def skip_spaces(self) -> None:
        """Anda até o próximo sinal que não é espaço."""
        self.position = len(self.line) - len(self.rest.lstrip())

    def take(self, pattern: re.Pattern[str]) -> str:
        """Lê o que casa com o padrão a partir daqui; vazio se nada casa."""
        match = pattern.match(self.line, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def error(self, what: str, remedy: str) -> FlowchartError:
        """Um erro nesta linha."""
        return FlowchartError(self.number, what, remedy)
