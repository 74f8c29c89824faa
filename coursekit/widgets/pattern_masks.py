"""Máscaras dos padrões de atenção esparsa e até onde eles alcançam, para o estado inicial."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NUM_RANDOM", "PATTERNS", "Kind", "Masks", "layers_to_connect", "mask_path", "reached"]

Mask = NDArray[np.bool_]
NUM_GLOBAL = 2
NUM_RANDOM = 2
DILATION = 2


@dataclass(frozen=True)
class Kind:
    """Um padrão da lista.

    Attributes:
        key: nome no programa.
        label: nome visível.
        description: o que cada posição vê; ``{r}`` é o raio, ``{w}`` a janela inteira
            (2r + 1), ``{s}`` o passo (2r) e ``{b}`` o tamanho do grupo (r + 1).
    """

    key: str
    label: str
    description: str

    def describe(self, radius: int) -> str:
        """Escreve a descrição com os números do raio.

        Args:
            radius: raio, inteiro positivo.

        Returns:
            Frase sem marcas.

        Example:
            >>> PATTERNS[2].describe(3)
            'Cada posição vê as que estão a até 3 de distância.'
        """
        sizes = {"r": radius, "w": 2 * radius + 1, "s": 2 * radius, "b": radius + 1}
        return self.description.format(**sizes)


PATTERNS = (
    Kind("full", "completa", "Cada posição vê todas; o raio não conta."),
    Kind("causal", "causal", "Cada posição vê a si mesma e as anteriores; o raio não conta."),
    Kind("window", "janela", "Cada posição vê as que estão a até {r} de distância."),
    Kind("causal_window", "janela causal", "Cada posição vê a si mesma e até {r} para trás."),
    Kind("dilated", "dilatada", f"Janela com furos: até {{r}} para cada lado, de {DILATION} em "
         f"{DILATION}."),
    Kind("strided", "com passo", "Janela de raio {r}, mais as posições de {s} em {s}."),
    Kind("global", "posições globais", f"Janela de raio {{r}}; as {NUM_GLOBAL} primeiras posições "
         "veem todas e são vistas por todas."),
    Kind("random", "aleatória", "{w} posições sorteadas para cada consulta, tantas quantas "
         "cabem na janela."),
    Kind("bigbird", "BigBird", f"Janela de raio {{r}}, {NUM_GLOBAL} posições globais e "
         f"{NUM_RANDOM} sorteadas por consulta."),
    Kind("hierarchical", "hierárquica", "Grupos de {b}; o primeiro de cada grupo fala por ele no "
         "nível de cima."),
)  # fmt: skip
"""Os padrões, na ordem em que aparecem."""


@dataclass(frozen=True)
class Masks:
    """Máscaras de um comprimento; as sorteadas dependem só da semente.

    Attributes:
        length: número de posições.
        seed: semente dos sorteios.
    """

    length: int
    seed: int = 0

    def mask(self, key: str, radius: int) -> Mask:
        """Monta a máscara de um padrão.

        Args:
            key: nome do padrão, como em :data:`PATTERNS`.
            radius: raio, inteiro positivo.

        Returns:
            Booleana, forma ``(T, T)``, ``True`` onde a consulta (linha) vê a chave.

        Example:
            >>> Masks(4).mask("causal_window", 1).astype(int)
            array([[1, 0, 0, 0],
                   [1, 1, 0, 0],
                   [0, 1, 1, 0],
                   [0, 0, 1, 1]])
        """
        query, key_position = np.indices((self.length, self.length))
        gap = query - key_position
        window = np.abs(gap) <= radius
        globals_ = (query < NUM_GLOBAL) | (key_position < NUM_GLOBAL)
        drawn: dict[str, Mask] = {
            "full": np.ones_like(window),
            "causal": gap >= 0,
            "window": window,
            "causal_window": window & (gap >= 0),
            "dilated": (np.abs(gap) <= DILATION * radius) & (gap % DILATION == 0),
            "strided": window | (gap % (2 * radius) == 0),
            "global": window | globals_,
        }
        if key in drawn:
            return np.asarray(drawn[key], dtype=np.bool_)
        if key == "random":
            return self.sample(2 * radius + 1)
        if key == "bigbird":
            return np.asarray(window | globals_ | self.sample(NUM_RANDOM))
        return self._hierarchy(radius + 1)

    def sample(self, per_row: int) -> Mask:
        """Sorteia chaves para cada consulta, um gerador por consulta.

        Args:
            per_row: quantas chaves por consulta; no máximo todas.

        Returns:
            Booleana, forma ``(T, T)``.

        Example:
            >>> Masks(8).sample(3).sum(axis=1).tolist()
            [3, 3, 3, 3, 3, 3, 3, 3]
        """
        mask = np.zeros((self.length, self.length), dtype=np.bool_)
        for query in range(self.length):
            generator = np.random.default_rng([self.seed, query])
            size = min(per_row, self.length)
            mask[query, generator.choice(self.length, size, replace=False)] = True
        return mask

    def _hierarchy(self, group: int) -> Mask:
        """Grupos que se veem inteiros; o primeiro de cada um sobe ao nível seguinte."""
        query, key = np.indices((self.length, self.length))
        mask, unit = query == key, 1
        while unit < self.length:
            heads = (query % unit == 0) & (key % unit == 0)
            mask |= heads & (query // (unit * group) == key // (unit * group))
            unit *= group
        return np.asarray(mask, dtype=np.bool_)


def reached(mask: Mask, query: int, layers: int) -> Mask:
    """Diz que posições influenciam uma consulta, camada por camada.

    Args:
        mask: booleana ``(T, T)``.
        query: posição da consulta.
        layers: número de camadas.

    Returns:
        Booleana, forma ``(layers + 1, T)``; a linha 0 tem só a consulta.

    Example:
        >>> reached(Masks(6).mask("window", 1), 2, 2).astype(int)
        array([[0, 0, 1, 0, 0, 0],
               [0, 1, 1, 1, 0, 0],
               [1, 1, 1, 1, 1, 0]])
    """
    rows = [np.arange(len(mask)) == query]
    for _ in range(layers):
        rows.append(rows[-1] | mask[rows[-1]].any(axis=0))
    return np.array(rows)


def layers_to_connect(mask: Mask) -> int | None:
    """Conta as camadas que ligam todos os pares; num padrão causal, só os pares para trás.

    Args:
        mask: booleana ``(T, T)``.

    Returns:
        O maior número de camadas de que um par precisa, ou ``None`` se algum nunca se liga.

    Example:
        >>> layers_to_connect(Masks(9).mask("window", 2))
        4
    """
    length = len(mask)
    causal = not np.triu(mask, 1).any() and np.tril(mask, -1).any()
    wanted = np.tri(length, dtype=bool) if causal else np.ones_like(mask)
    known = np.eye(length, dtype=bool)
    for layers in range(length + 1):
        if known[wanted].all():
            return layers
        known = known | np.array([known[row].any(axis=0) for row in mask])
    return None


def mask_path(mask: Mask) -> str:
    """Escreve as células visíveis como um caminho SVG de retângulos, um por corrida.

    Args:
        mask: booleana ``(linhas, colunas)``.

    Returns:
        Texto para o atributo ``d``; uma célula tem lado 1.

    Example:
        >>> mask_path(np.array([[True, True, False, True]]))
        'M0,0h2v1h-2zM3,0h1v1h-1z'
    """
    pieces = []
    for index, row in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(int), [0]))))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            pieces.append(f"M{begin},{index}h{end - begin}v1h-{end - begin}z")
    return "".join(pieces)
