"""Os padrões de atenção esparsa: janela, passo, globais, aleatório, grafo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

import numpy as np

from coursekit.attention.sparse.pattern import (
    IntArray,
    Pairs,
    Pattern,
    check_count,
    check_flag,
    inside,
)

__all__ = [
    "BigBird",
    "GlobalTokens",
    "Graph",
    "RandomBlocks",
    "SlidingWindow",
    "Strided",
]

SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True)
class SlidingWindow(Pattern):
    r"""Janela deslizante: vê-se quem está a até ``radius`` passos.

    A consulta :math:`i` vê :math:`j` se :math:`j - i = d\,m`, com :math:`|m| \le r`
    (causal: :math:`-r \le m \le 0`). Sem dilatação, o alcance cresce ``radius`` por camada.

    ::

        radius=1                  radius=1, causal          radius=1, dilation=2
        ■ ■ · · ·                 ■ · · · ·                 ■ · ■ · ·
        ■ ■ ■ · ·                 ■ ■ · · ·                 · ■ · ■ ·
        · ■ ■ ■ ·                 · ■ ■ · ·                 ■ · ■ · ■
        · · ■ ■ ■                 · · ■ ■ ·                 · ■ · ■ ·
        · · · ■ ■                 · · · ■ ■                 · · ■ · ■

    Args:
        radius: :math:`r \ge 0`, chaves para cada lado.
        causal: se ``True``, só para trás (e a própria posição).
        dilation: :math:`d \ge 1`, distância entre chaves vizinhas da janela.

    Raises:
        TypeError: se ``radius`` ou ``dilation`` não for inteiro, ou ``causal``, booleano.
        ValueError: se sair do domínio.

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1: janela de largura ``w = 2 * radius``.

    Example:
        >>> SlidingWindow(2, causal=True).visible_pairs(5)
        12
    """

    radius: int
    causal: bool = False
    dilation: int = 1

    def __post_init__(self) -> None:
        check_count("radius", self.radius)
        check_flag("causal", self.causal)
        check_count("dilation", self.dilation, least=1)

    @property
    def period(self) -> int:
        """A dilatação: só se veem posições de mesmo resto."""
        return self.dilation

    def visible_pairs(self, length: int) -> int:
        """Conta os pares pela fórmula: à distância ``k`` há ``T - k`` pares de cada lado.

        Args:
            length: número de posições ``T``.

        Returns:
            Quantos pares (consulta, chave) se veem.
        """
        length = check_count("length", length)
        reach = min(self.radius, max(length - 1, 0) // self.dilation)
        one_side = reach * length - self.dilation * reach * (reach + 1) // 2
        return length + one_side * (1 if self.causal else 2)

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        reach = min(self.radius, length // self.dilation)
        offsets = np.arange(-reach, 1 if self.causal else reach + 1) * self.dilation
        return inside(queries, queries[:, None] + offsets, length)


@dataclass(frozen=True)
class Strided(Pattern):
    r"""De passo em passo: vê-se quem tem o mesmo resto da divisão por ``stride``.

    Sozinho não liga restos diferentes; junto de uma janela que cubra o passo, liga tudo em
    duas camadas.

    Args:
        stride: o passo, ``>= 1``; com 1, vê-se tudo.
        causal: se ``True``, só para trás (e a própria posição).

    Raises:
        TypeError: se ``stride`` não for inteiro, ou ``causal``, booleano.
        ValueError: se for menor que 1.

    Fonte:
        Child et al. (2019), seção 4.2, a parcela de passo da atenção «strided»; a outra é
        ``SlidingWindow(stride, causal=True)``, e as duas se unem com ``|``.

    Example:
        >>> Strided(2).mask(4).astype(int)
        array([[1, 0, 1, 0],
               [0, 1, 0, 1],
               [1, 0, 1, 0],
               [0, 1, 0, 1]])
    """

    stride: int
    causal: bool = False

    def __post_init__(self) -> None:
        check_count("stride", self.stride, least=1)
        check_flag("causal", self.causal)

    @property
    def period(self) -> int:
        """O passo."""
        return self.stride

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        keys = queries[:, None] % self.stride + np.arange(0, length, self.stride)
        query, key = inside(queries, keys, length)
        seen = key <= query if self.causal else key < length
        return query[seen], key[seen]


@dataclass(frozen=True)
class GlobalTokens(Pattern):
    """Posições globais: veem todas e são vistas por todas.

    Args:
        count: quantas posições do começo são globais, ``>= 0``.
        positions: outras posições globais, ``>= 0``; as que passarem do comprimento não contam.

    Raises:
        TypeError: se algum número não for inteiro, ou ``positions`` não for uma coleção.
        ValueError: se for negativo, ou não houver posição global nenhuma.

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1, «global attention».

    Example:
        >>> GlobalTokens(count=1).visible_pairs(5)
        9
    """

    count: int = 0
    positions: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_count("count", self.count)
        if not isinstance(self.positions, Iterable):
            raise TypeError(
                f"positions deve ser uma coleção de posições; recebi "
                f"{type(self.positions).__name__}. Use, por exemplo, positions=(0, 5)."
            )
        chosen = tuple(sorted({check_count("positions", p) for p in self.positions}))
        object.__setattr__(self, "positions", chosen)
        if not self.count and not chosen:
            raise ValueError(
                "GlobalTokens precisa de ao menos uma posição global; recebi count=0 e "
                "positions=(). Use, por exemplo, GlobalTokens(count=1)."
            )

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        chosen = np.unique(np.array([*range(min(self.count, length)), *self.positions], int))
        chosen = chosen[chosen < length]
        everyone = inside(queries, np.tile(chosen, (len(queries), 1)), length)
        watchers = queries[np.isin(queries, chosen)]
        theirs = inside(watchers, np.tile(np.arange(length), (len(watchers), 1)), length)
        return np.concatenate([everyone[0], theirs[0]]), np.concatenate([everyone[1], theirs[1]])


@dataclass(frozen=True)
class RandomBlocks(Pattern):
    """Blocos sorteados: cada bloco de consultas vê alguns blocos de chaves, ao acaso.

    O sorteio só depende da semente e de quantos blocos há: o mesmo valor dá sempre a mesma
    máscara.

    Args:
        block: lado do bloco, ``>= 1``; com 1, sorteiam-se posições.
        per_row: blocos de chave por bloco de consulta, ``>= 0``; se houver menos, todos.
        seed: semente do sorteio, ``>= 0``.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Fonte:
        Zaheer et al. (2020), seção 2, «random attention»; em blocos, como no apêndice D.

    Example:
        >>> pattern = RandomBlocks(block=2, per_row=1, seed=0)
        >>> pattern.visible_pairs(8), pattern == RandomBlocks(2, 1, 0)
        (16, True)
    """

    block: int
    per_row: int
    seed: int

    def __post_init__(self) -> None:
        check_count("block", self.block, least=1)
        check_count("per_row", self.per_row)
        check_count("seed", self.seed)

    @property
    def grain(self) -> int:
        """O lado do bloco."""
        return self.block

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        block = min(self.block, max(length, 1))  # um bloco maior que a sequência é ela inteira
        rows, which = np.unique(queries // block, return_inverse=True)
        count = -(-length // block)
        size = min(self.per_row, count)
        chosen = np.array([self._choose(row, count, size) for row in rows], int)
        first = chosen.reshape(len(rows), size)[which, :, None] * block
        keys = (first + np.arange(block)).reshape(len(queries), size * block)
        return inside(queries, keys, length)

    def _choose(self, row: int, count: int, size: int) -> IntArray:
        """Sorteia os blocos de uma linha; cada linha tem o seu gerador."""
        generator = np.random.default_rng([self.seed, int(row)])
        return generator.choice(count, size, replace=False)


@dataclass(frozen=True)
class BigBird(Pattern):
    """BigBird: janela, posições globais e blocos sorteados, juntos.

    É exatamente ``SlidingWindow(radius) | GlobalTokens(count) | RandomBlocks(block, per_row,
    seed)``, com um nome.

    Args:
        radius: raio da janela, ``>= 0``.
        global_count: quantas posições do começo são globais, ``>= 1``.
        block: lado dos blocos sorteados, ``>= 1``.
        per_row: blocos sorteados por linha de blocos, ``>= 0``.
        seed: semente do sorteio.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Fonte:
        Zaheer et al. (2020), seção 2 e figura 1 (BigBird-ITC trata as globais assim: são
        posições da própria sequência).

    Example:
        >>> BigBird(radius=1, global_count=1, block=1, per_row=1, seed=0).diameter(32)
        2
    """

    radius: int
    global_count: int
    block: int
    per_row: int
    seed: int

    def __post_init__(self) -> None:
        self.expand()

    def expand(self) -> Pattern:
        """Escreve o padrão como a união das suas três partes.

        Returns:
            A união, que vê exatamente os mesmos pares.
        """
        return (
            SlidingWindow(self.radius)
            | GlobalTokens(count=self.global_count)
            | RandomBlocks(self.block, self.per_row, self.seed)
        )

    def components(self, length: int) -> tuple[Pattern, ...]:
        """As três partes.

        Args:
            length: número de posições ``T``.

        Returns:
            Os componentes de :meth:`expand`.
        """
        return self.expand().components(length)

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        return self.expand()._pairs(queries, length)


@dataclass(frozen=True)
class Graph(Pattern):
    """Grafo qualquer: vê-se quem está ligado por uma aresta, e a si mesmo.

    Args:
        edges: pares ``(consulta, chave)`` de posições ``>= 0``; a ordem e as repetições não
            importam, e as arestas que passarem do comprimento não contam.
        directed: se ``False``, cada aresta vale nos dois sentidos.

    Raises:
        TypeError: se ``edges`` não for uma coleção de pares de inteiros, ou ``directed`` não for
            booleano.
        ValueError: se alguma for negativa ou uma aresta não tiver duas posições.

    Fonte:
        Veličković et al. (2018), seção 2.1: atenção entre vizinhos de um grafo, cada nó incluído.

    Example:
        >>> Graph(((0, 1), (1, 2))).mask(3).astype(int)
        array([[1, 1, 0],
               [1, 1, 1],
               [0, 1, 1]])
    """

    edges: Iterable[tuple[int, int]]
    directed: bool = False

    def __post_init__(self) -> None:
        check_flag("directed", self.directed)
        try:
            pairs = {tuple(edge) for edge in self.edges}
        except TypeError as error:
            raise TypeError(
                f"edges deve ser uma coleção de pares de inteiros; recebi "
                f"{type(self.edges).__name__} ({error}). Use, por exemplo, edges=((0, 1), (1, 2))."
            ) from error
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError(
                f"edges deve ter pares (consulta, chave); recebi {sorted(pairs, key=len)[-1]}. "
                "Use, por exemplo, edges=((0, 1), (1, 2))."
            )
        for position in chain.from_iterable(pairs):
            check_count("edges", position)
        if not self.directed:
            pairs |= {(key, query) for query, key in pairs}
        object.__setattr__(self, "edges", tuple(sorted(pairs)))

    @cached_property
    def _table(self) -> IntArray:
        """As arestas em tabela, por ordem de consulta: forma ``(E, 2)``."""
        return np.array(tuple(self.edges), dtype=np.int64).reshape(-1, 2)

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        first, last = (np.searchsorted(self._table[:, 0], queries, side) for side in SIDES)
        counts = last - first
        line = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        query, key = self._table[line].T
        within = key < length
        return np.concatenate([queries, query[within]]), np.concatenate([queries, key[within]])
