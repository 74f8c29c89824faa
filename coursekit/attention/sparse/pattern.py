"""Padrão de atenção: um valor que diz quem vê quem, e que se compõe por união."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.attention.sparse import pattern_graph

__all__ = [
    "BoolArray",
    "IntArray",
    "Pairs",
    "Pattern",
    "Union",
    "check_count",
    "check_flag",
    "inside",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Pairs = tuple[IntArray, IntArray]
STRIP = 1024  # consultas de cada vez, para a memória não crescer com o quadrado


class Pattern(ABC):
    """Quem vê quem numa sequência de qualquer comprimento.

    Padrões são valores imutáveis: comparam-se por ``==``, servem de chave e compõem-se por
    ``|``. A união não repete pares, é associativa, comutativa e idempotente.

    Uma subclasse só precisa dizer os pares das consultas pedidas (``_pairs``); daí saem a
    máscara, os blocos, a contagem e o grafo.

    Example:
        >>> from coursekit.attention.sparse import GlobalTokens, SlidingWindow
        >>> local = SlidingWindow(1)
        >>> (local | GlobalTokens(count=1)).mask(4).astype(int)
        array([[1, 1, 1, 1],
               [1, 1, 1, 0],
               [1, 1, 1, 1],
               [1, 0, 1, 1]])
        >>> local.visible_pairs(4), local.diameter(4)
        (10, 3)
    """

    @abstractmethod
    def _pairs(self, queries: IntArray, length: int) -> tuple[IntArray, IntArray]:
        """Pares visíveis das consultas dadas; pode repetir pares."""

    @property
    def period(self) -> int:
        """De quantas em quantas posições a vizinhança se repete; 1 se são as próximas."""
        return 1

    @property
    def grain(self) -> int:
        """Quantas consultas seguidas veem as mesmas chaves; 0 se isso não se sabe."""
        return 0

    def components(self, length: int) -> tuple[Pattern, ...]:
        """Reparte o padrão em outros mais simples, que o núcleo pode calcular à parte.

        Args:
            length: número de posições ``T``.

        Returns:
            Padrões cuja união vê os mesmos pares, sem repetição; só ele mesmo, se não há como
            repartir.
        """
        return (self,)

    def pairs(self, queries: npt.ArrayLike, length: int) -> tuple[IntArray, IntArray]:
        """Lista os pares visíveis de algumas consultas.

        Args:
            queries: posições das consultas, inteiros em ``[0, length)``.
            length: número de posições ``T``, inteiro não negativo.

        Returns:
            ``(consultas, chaves)``, de mesma forma ``(P,)``, sem repetição e em ordem
            crescente de consulta e, nela, de chave.

        Raises:
            TypeError: se ``length`` ou alguma consulta não for inteira.
            ValueError: se for negativo, ou alguma consulta sair da sequência.
        """
        length = check_count("length", length)
        asked = np.asarray(queries).reshape(-1)
        if asked.size and not np.issubdtype(asked.dtype, np.integer):
            raise TypeError(
                f"queries deve ter posições inteiras; recebi {asked.dtype}. "
                "Use, por exemplo, range(length)."
            )
        chosen = asked.astype(np.int64)
        if ((chosen < 0) | (chosen >= length)).any():
            raise ValueError(
                f"queries deve ter posições entre 0 e {length - 1}; recebi {chosen.tolist()}. "
                "Use, por exemplo, range(length)."
            )
        query, key = self._pairs(chosen, length)
        codes = np.unique(query * length + key)
        return codes // max(length, 1), codes % max(length, 1)

    def mask(self, length: int) -> BoolArray:
        """Máscara densa, para o oráculo e para as figuras.

        Args:
            length: número de posições ``T``.

        Returns:
            Booleana ``(T, T)``, ``True`` onde a consulta (linha) vê a chave (coluna).
        """
        length = check_count("length", length)
        visible = np.zeros((length, length), dtype=bool)
        visible[self.pairs(np.arange(length), length)] = True
        return visible

    def visible_pairs(self, length: int) -> int:
        """Conta os pares visíveis, exatamente e sem montar a máscara densa.

        Args:
            length: número de posições ``T``.

        Returns:
            Quantos pares (consulta, chave) se veem.
        """
        length = check_count("length", length)
        return sum(len(query) for query, _ in self._strips(length))

    def degrees(self, length: int) -> IntArray:
        """Conta quantas chaves cada consulta vê.

        Args:
            length: número de posições ``T``.

        Returns:
            Inteiros, forma ``(T,)``.
        """
        length = check_count("length", length)
        counts = np.zeros(length, dtype=np.int64)
        for query, _ in self._strips(length):
            counts += np.bincount(query, minlength=length)
        return counts

    def block_layout(self, length: int, block: int) -> BoolArray:
        """Diz que blocos da máscara têm ao menos um par visível.

        Args:
            length: número de posições ``T``.
            block: lado do bloco, ``>= 1``; o último pode ser menor.

        Returns:
            Booleana ``(N, N)``, com ``N = ceil(T / block)``.
        """
        length, block = check_count("length", length), check_count("block", block, least=1)
        count = -(-length // block)
        layout = np.zeros((count, count), dtype=bool)
        for query, key in self._strips(length):
            layout[query // block, key // block] = True
        return layout

    def reach(self, length: int, layers: int) -> BoolArray:
        """De que posições a informação chega a cada uma, depois de algumas camadas.

        Cada camada anda uma aresta e guarda o que já sabia (a conexão residual).

        Args:
            length: número de posições ``T``.
            layers: número de camadas, ``>= 0``.

        Returns:
            Booleana ``(T, T)``: ``True`` se a posição da linha já pode depender da coluna.
        """
        layers = check_count("layers", layers)
        return pattern_graph.reach(self.mask(length), layers)

    def diameter(self, length: int) -> float:
        """Quantas camadas bastam para que toda posição dependa de todas as que pode ver.

        Se nenhum par olha para a frente (padrão causal), as posições à frente não contam.

        Args:
            length: número de posições ``T``.

        Returns:
            O maior dos caminhos mais curtos, um inteiro; ``inf`` se falta caminho entre
            algum par; 0 com menos de duas posições.
        """
        return pattern_graph.diameter(self.mask(length))

    def __or__(self, other: Pattern) -> Pattern:
        """União: vê-se o que um dos dois deixa ver."""
        if not isinstance(other, Pattern):
            return NotImplemented
        return Union.of(self, other)

    def _strips(self, length: int) -> Iterator[tuple[IntArray, IntArray]]:
        """Todos os pares, uma tira de consultas de cada vez."""
        for start in range(0, length, STRIP):
            yield self.pairs(np.arange(start, min(start + STRIP, length)), length)


@dataclass(frozen=True)
class Union(Pattern):
    """União de padrões; criada por ``a | b``.

    Args:
        parts: os padrões unidos, sem uniões dentro.
    """

    parts: frozenset[Pattern]

    @classmethod
    def of(cls, *patterns: Pattern) -> Pattern:
        """Une padrões, desfazendo uniões internas e repetições.

        Args:
            *patterns: ao menos um padrão.

        Returns:
            A união; o próprio padrão, se só houver um diferente.

        Raises:
            TypeError: se algum não for um padrão.
            ValueError: se não vier nenhum.

        Example:
            >>> from coursekit.attention.sparse import SlidingWindow
            >>> window = SlidingWindow(2)
            >>> Union.of(window, window) == window
            True
        """
        strange = [type(p).__name__ for p in patterns if not isinstance(p, Pattern)]
        if strange:
            raise TypeError(
                f"só se unem padrões; recebi {strange[0]}. Use, por exemplo, "
                "SlidingWindow(8) | GlobalTokens(count=1)."
            )
        if not patterns:
            raise ValueError("a união precisa de ao menos um padrão; recebi nenhum. Dê o primeiro.")
        parts = frozenset(
            part for p in patterns for part in (p.parts if isinstance(p, Union) else (p,))
        )
        return next(iter(parts)) if len(parts) == 1 else cls(parts)

    @property
    def period(self) -> int:
        """O maior período das partes."""
        return max(part.period for part in self.parts)

    def components(self, length: int) -> tuple[Pattern, ...]:
        """Reparte cada uma das partes.

        Args:
            length: número de posições ``T``.

        Returns:
            Os componentes de todas, sem repetição.
        """
        found = chain.from_iterable(part.components(length) for part in self.parts)
        return tuple(dict.fromkeys(found))

    def _pairs(self, queries: IntArray, length: int) -> tuple[IntArray, IntArray]:
        found = [part._pairs(queries, length) for part in self.parts]
        return np.concatenate([q for q, _ in found]), np.concatenate([k for _, k in found])


def inside(queries: IntArray, keys: IntArray, length: int) -> Pairs:
    """Desfaz a tabela das candidatas em pares, só com chaves da sequência.

    Args:
        queries: posições das consultas, forma ``(Q,)``.
        keys: chaves candidatas de cada uma, forma ``(Q, M)``, mesmo fora da sequência.
        length: número de posições ``T``.

    Returns:
        ``(consultas, chaves)``, de mesma forma ``(P,)``.
    """
    rows = np.broadcast_to(queries[:, None], keys.shape)
    within = (keys >= 0) & (keys < length)
    return rows[within], keys[within]


def check_count(name: str, count: Any, *, least: int = 0) -> int:
    """Exige um inteiro a partir de um mínimo.

    Args:
        name: nome do argumento, para a mensagem.
        count: valor recebido.
        least: o menor valor aceito.

    Returns:
        O inteiro.

    Raises:
        TypeError: se não for inteiro.
        ValueError: se for menor que ``least``.
    """
    if isinstance(count, bool) or not isinstance(count, Integral):
        raise TypeError(
            f"{name} deve ser um inteiro; recebi {type(count).__name__}. "
            f"Use, por exemplo, {name}={max(least, 1)}."
        )
    if count < least:
        raise ValueError(f"{name} deve ser pelo menos {least}; recebi {count}. Aumente {name}.")
    return int(count)


def check_flag(name: str, flag: Any) -> None:
    """Exige ``True`` ou ``False``: um texto como ``"não"`` valeria ``True`` em silêncio.

    Args:
        name: nome do argumento, para a mensagem.
        flag: valor recebido.

    Raises:
        TypeError: se não for booleano.
    """
    if not isinstance(flag, bool):
        raise TypeError(
            f"{name} deve ser True ou False; recebi {type(flag).__name__}. Use {name}=True."
        )
