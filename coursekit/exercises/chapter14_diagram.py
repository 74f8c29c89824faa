"""Exercício 14-6: o diagrama da CNN com atenção, em Mermaid que se desenha."""

from coursekit.exercises.failure import AnswerError, Failure
from coursekit.exercises.reading import kind_of, plain_text
from coursekit.exercises.report import Check
from coursekit.flowchart import Flowchart, FlowchartError, parse_flowchart

__all__ = ["diagram_checks"]

STAGES = (
    ("texto", ("texto",)),
    ("*embedding*", ("embedding", "vetores", "vetor denso")),
    ("convolução", ("convolu", "conv1d")),
    ("atenção", ("atencao", "atende", "peso")),
    ("agregação", ("agrega", "soma", "pooling", "contexto")),
    ("camada densa", ("densa", "dense", "totalmente conectada")),
    ("saída", ("saida", "sigmoide", "resposta", "classe")),
)
MIN_DESCRIPTION, MIN_TOLD = 30, 3
DESCRIPTION_HINT = "a descrição: quem não vê o desenho precisa saber que etapas há, e em que ordem."
FENCE_HINT = "as cercas: a resposta é só o que vai dentro do bloco, da palavra flowchart em diante."


def _chart(answer: object) -> Flowchart:
    """Lê o diagrama; o erro do leitor vira a mensagem."""
    if not isinstance(answer, str):
        raise AnswerError(
            f"esperava um texto; recebi {kind_of(answer)}",
            "a forma da resposta: o diagrama inteiro entre três aspas.",
        )
    if "```" in answer:
        raise AnswerError("o texto tem cercas de bloco", FENCE_HINT)
    try:
        return parse_flowchart(answer)
    except FlowchartError as error:
        raise AnswerError(str(error).rstrip("."), _syntax_hint(str(error))) from error


def _syntax_hint(problem: str) -> str:
    """Pista conforme o que o leitor de fluxogramas acusou."""
    hints = {
        "não abre um fluxograma": "a primeira linha: flowchart e a direção, LR ou TD.",
        "accTitle": "o título para quem não vê o desenho: accTitle, dois-pontos e uma frase.",
        "accDescr": "a descrição para quem não vê o desenho: accDescr, dois-pontos e uma frase.",
        "sem o nome do nó": "o nome do nó: todo nó tem um identificador curto antes dos colchetes.",
        "não é «-->»": "a seta: dois hifens e um sinal de maior.",
        "sem aspas": "os sinais dentro do texto: com parênteses ou colchetes, ele vai entre aspas.",
        "não há nenhuma seta": "as setas: cada etapa se liga à seguinte.",
    }
    return next(
        (hint for sign, hint in hints.items() if sign in problem),
        "a linha que a mensagem aponta: ela diz também como escrever.",
    )


def _run_syntax(answer: object) -> Failure | None:
    _chart(answer)
    return None


def _run_description(answer: object) -> Failure | None:
    """Confere que a descrição conta o desenho, e não repete o título."""
    chart = _chart(answer)
    title, description = plain_text(chart.title), plain_text(chart.description)
    if title == description:
        return Failure(
            "título e descrição são iguais",
            "a descrição: o título dá o assunto, e a descrição conta o que há no desenho.",
        )
    if len(description) < MIN_DESCRIPTION:
        return Failure(
            f"a descrição tem {len(description)} letras",
            DESCRIPTION_HINT,
        )
    told = sum(any(word in description for word in words) for _, words in STAGES)
    if told < MIN_TOLD:
        return Failure(f"a descrição fala de {told} das {len(STAGES)} etapas", DESCRIPTION_HINT)
    return None


def _run_count(answer: object) -> Failure | None:
    chart = _chart(answer)
    if len(chart.nodes) == len(STAGES):
        return None
    few = len(chart.nodes) < len(STAGES)
    return Failure(
        f"há {len(chart.nodes)} nós, e o fluxo tem {len(STAGES)} etapas",
        "as etapas: cada uma tem o seu nó; releia a lista do enunciado."
        if few
        else "os nós: um para cada etapa. Um identificador escrito de dois jeitos vira dois nós.",
    )


def _chain(chart: Flowchart) -> list[str] | None:
    """Percorre a fila de nós, se o desenho é uma fila; devolve os textos."""
    follows = {edge.source: edge.target for edge in chart.edges}
    reached = set(follows.values())
    starts = [node.name for node in chart.nodes if node.name not in reached]
    if len(starts) != 1 or len(chart.edges) != len(chart.nodes) - 1:
        return None
    labels = {node.name: " ".join(node.label) for node in chart.nodes}
    order, here = [starts[0]], starts[0]
    while here in follows and len(order) < len(labels):
        here = follows[here]
        order.append(here)
    return [labels[name] for name in order] if len({*order}) == len(labels) else None


def _run_chain(answer: object) -> Failure | None:
    """Confere que as sete etapas estão em fila."""
    chart = _chart(answer)
    if _chain(chart) is not None:
        return None
    if any(edge.source == edge.target for edge in chart.edges):
        hint = "as setas: uma etapa não aponta para si mesma."
    elif len(chart.edges) < len(chart.nodes) - 1:
        hint = "as setas: alguma etapa ficou solta."
    else:
        hint = "as setas: sete etapas em fila têm seis setas, cada uma para a etapa seguinte."
    return Failure(f"há {len(chart.edges)} setas, e elas não formam uma fila", hint)


def _run_stages(answer: object) -> Failure | None:
    """Confere que cada nó da fila diz a etapa que lhe cabe."""
    labels = _chain(_chart(answer)) or []
    plain = [plain_text(label) for label in labels]
    for number, ((name, words), label) in enumerate(zip(STAGES, plain, strict=True), start=1):
        if any(word in label for word in words):
            continue
        elsewhere = any(word in other for other in plain for word in words)
        return Failure(
            f"no {number}º nó se lê «{labels[number - 1]}»",
            f"a ordem das etapas: onde fica {name} no fluxo?"
            if elsewhere
            else f"os textos dos nós: nenhum fala de {name}.",
        )
    return None


def diagram_checks() -> tuple[Check, ...]:
    """Monta as conferências de 14-6."""
    return (
        Check("o texto se lê", _run_syntax, "a linha que a mensagem aponta."),
        Check("a descrição", _run_description, "accTitle e accDescr."),
        Check("os nós", _run_count, "as sete etapas do enunciado."),
        Check("as setas", _run_chain, "as setas: sete etapas em fila têm seis."),
        Check("as etapas", _run_stages, "a ordem das etapas, da entrada à saída."),
    )
