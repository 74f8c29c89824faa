"""O padrão em hierarquia, e os níveis de que é feito."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursekit.attention.sparse.pattern import IntArray, Pairs, Pattern, check_count, inside

__all__ = ["Hierarchical"]


@dataclass(frozen=True)
class Hierarchical(Pattern):
    r"""Hierarquia: cada grupo se vê inteiro, e o primeiro de cada grupo sobe um nível.

    No nível 0, todas as posições, em grupos de ``block`` vizinhas; no nível :math:`\ell`, só os
    múltiplos de :math:`\text{block}^\ell`, em grupos de ``block``; e assim até restar um grupo
    só. Como palavras em frases e frases em parágrafos: qualquer par se liga subindo e descendo,
    em número de camadas que cresce com o logaritmo do comprimento.

    Args:
        block: tamanho de cada grupo, ``>= 2``.

    Raises:
        TypeError: se ``block`` não for inteiro.
        ValueError: se for menor que 2.

    Fonte:
        A ideia é a de Yang et al. (2016) e Ye et al. (2019); este desenho, de grupos e
        representantes, é do curso.

    Example:
        >>> Hierarchical(2).mask(4).astype(int)
        array([[1, 1, 1, 0],
               [1, 1, 0, 0],
               [1, 0, 1, 1],
               [0, 0, 1, 1]])
    """

    block: int

    def __post_init__(self) -> None:
        check_count("block", self.block, least=2)

    def components(self, length: int) -> tuple[Pattern, ...]:
        """Os níveis, do mais baixo ao mais alto.

        Args:
            length: número de posições ``T``.

        Returns:
            Um padrão por nível; ao menos o nível 0.
        """
        block = min(self.block, max(length, 2))  # um grupo maior que a sequência é ela inteira
        levels, unit = [_Level(block, 1)], block
        while unit < length:
            levels.append(_Level(block, unit))
            unit *= block
        return tuple(levels)

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        found = [level._pairs(queries, length) for level in self.components(length)]
        return np.concatenate([q for q, _ in found]), np.concatenate([k for _, k in found])


@dataclass(frozen=True)
class _Level(Pattern):
    """Um nível da hierarquia: os múltiplos de ``unit`` veem os do seu grupo de ``block``."""

    block: int
    unit: int

    @property
    def grain(self) -> int:
        """O tamanho do grupo."""
        return self.block

    def _pairs(self, queries: IntArray, length: int) -> Pairs:
        rising = queries[queries % self.unit == 0]
        group = rising // (self.unit * self.block) * (self.unit * self.block)
        return inside(rising, group[:, None] + self.unit * np.arange(self.block), length)
