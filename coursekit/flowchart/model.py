"""O que um fluxograma é: nós, setas, direção, título e descrição."""

from dataclasses import dataclass


class FlowchartError(ValueError):
    """O texto não é um fluxograma que o curso (e o Mermaid) entenda.

    Args:
        line: linha do diagrama, a partir de 1.
        what: o que há de errado nela.
        remedy: como escrever.

    Example:
        >>> str(FlowchartError(3, "falta a seta.", "Escreva A --> B."))
        'linha 3 do diagrama: falta a seta. Escreva A --> B.'
    """

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(f"linha {line} do diagrama: {what} {remedy}")
        self.line = line


@dataclass(frozen=True)
class Node:
    """Um nó.

    Args:
        name: identificador, único no diagrama.
        label: o que se lê nele, uma entrada por linha escrita com ``<br>``.
        rounded: se foi escrito entre parênteses, ``A(texto)``, e não ``A[texto]``.
    """

    name: str
    label: tuple[str, ...]
    rounded: bool = False


@dataclass(frozen=True)
class Edge:
    """Uma seta.

    Args:
        source: nó de onde sai.
        target: nó aonde chega; pode ser o mesmo.
        label: o que se lê nela; vazio se não tem rótulo.
    """

    source: str
    target: str
    label: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flowchart:
    """Um fluxograma lido.

    Args:
        direction: ``"LR"``, da esquerda para a direita, ou ``"TD"``, de cima para baixo.
        title: título para quem não vê o desenho (``accTitle``).
        description: descrição para quem não vê o desenho (``accDescr``).
        nodes: nós, na ordem em que aparecem.
        edges: setas, na ordem em que aparecem.
    """

    direction: str
    title: str
    description: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Tudo o que uma pessoa lê: título, descrição, nós e rótulos."""
        labels = [node.label for node in self.nodes] + [edge.label for edge in self.edges]
        return (self.title, self.description, *(" ".join(label) for label in labels if label))
