"""As funções de pontuação como módulos, com parâmetros que se treinam."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coursekit.attention.scores import (
    additive_scores,
    dot_scores,
    general_scores,
    scaled_dot_scores,
)

__all__ = ["AdditiveScore", "DotScore", "GeneralScore", "ScaledDotScore"]


class DotScore(nn.Module):
    r"""Pontua pelo produto escalar :math:`q_i \cdot k_j`; não tem parâmetros.

    Example:
        >>> import torch
        >>> DotScore()(torch.ones(1, 3, 5), torch.ones(1, 2, 5)).shape
        torch.Size([1, 3, 2])
    """

    def forward(self, query: Tensor, key: Tensor) -> Tensor:
        """Pontua cada par; veja :func:`~coursekit.attention.dot_scores`.

        Args:
            query: consultas, forma ``(..., Tq, D)``.
            key: chaves, forma ``(..., Tk, D)``.

        Returns:
            Escores, forma ``(..., Tq, Tk)``.
        """
        return dot_scores(query, key)


class ScaledDotScore(nn.Module):
    r"""Pontua pelo produto escalar escalonado :math:`q_i \cdot k_j / \sqrt{D}`; sem parâmetros.

    Example:
        >>> import torch
        >>> ScaledDotScore()(torch.ones(1, 1, 4), torch.ones(1, 1, 4))
        tensor([[[2.]]])
    """

    def forward(self, query: Tensor, key: Tensor) -> Tensor:
        """Pontua cada par; veja :func:`~coursekit.attention.scaled_dot_scores`.

        Args:
            query: consultas, forma ``(..., Tq, D)``.
            key: chaves, forma ``(..., Tk, D)``.

        Returns:
            Escores, forma ``(..., Tq, Tk)``.
        """
        return scaled_dot_scores(query, key)


class GeneralScore(nn.Module):
    r"""Pontua pela forma bilinear :math:`q_i^\top W k_j`, com :math:`W` aprendida (Luong).

    ``weight`` começa uniforme em :math:`\pm 1/\sqrt{D_q D_k}`: com entradas de variância 1,
    os escores começam com variância 1/3, longe da saturação do softmax.

    Args:
        query_dim: largura da consulta ``Dq``, inteiro positivo.
        key_dim: largura da chave ``Dk``, inteiro positivo.
        generator: gerador que sorteia ``weight``; ``None`` usa o gerador global do PyTorch,
            como ``nn.Linear``.

    Raises:
        ValueError: se alguma largura for menor que 1.

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1, caso *general*; a inicialização do
        artigo é outra (uniforme em ±0,1, seção 4.1).

    Example:
        >>> import torch
        >>> score = GeneralScore(3, 5, generator=torch.Generator().manual_seed(0))
        >>> score(torch.ones(2, 7, 3), torch.ones(2, 11, 5)).shape
        torch.Size([2, 7, 11])
    """

    def __init__(
        self, query_dim: int, key_dim: int, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        _check_sizes(query_dim=query_dim, key_dim=key_dim)
        bound = 1 / math.sqrt(query_dim * key_dim)
        self.weight = _uniform_parameter((query_dim, key_dim), bound, generator)

    def forward(self, query: Tensor, key: Tensor) -> Tensor:
        """Pontua cada par; veja :func:`~coursekit.attention.general_scores`.

        Args:
            query: consultas, forma ``(..., Tq, Dq)``.
            key: chaves, forma ``(..., Tk, Dk)``.

        Returns:
            Escores, forma ``(..., Tq, Tk)``.
        """
        return general_scores(query, key, self.weight)


class AdditiveScore(nn.Module):
    r"""Pontua pela rede :math:`v^\top \tanh(W_q q_i + W_k k_j)`, toda aprendida (Bahdanau).

    As projeções começam uniformes em :math:`\pm 1/\sqrt{D}` da sua entrada e ``v`` em
    :math:`\pm 1/\sqrt{A}`, como ``nn.Linear``; não há vieses, como no artigo.

    Args:
        query_dim: largura da consulta ``Dq``, inteiro positivo.
        key_dim: largura da chave ``Dk``, inteiro positivo.
        hidden_dim: largura da camada oculta ``A``, inteiro positivo.
        generator: gerador que sorteia os parâmetros; ``None`` usa o gerador global do
            PyTorch, como ``nn.Linear``.

    Raises:
        ValueError: se alguma largura for menor que 1.

    Fonte:
        Bahdanau, Cho e Bengio (2015), apêndice A.1.2. No artigo, as projeções começam
        gaussianas de desvio 0,001 e ``v`` começa em 0 (apêndice B.1); aqui não.

    Example:
        >>> import torch
        >>> score = AdditiveScore(3, 5, hidden_dim=2, generator=torch.Generator().manual_seed(0))
        >>> score(torch.ones(2, 7, 3), torch.ones(2, 11, 5)).shape
        torch.Size([2, 7, 11])
    """

    def __init__(
        self,
        query_dim: int,
        key_dim: int,
        hidden_dim: int,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        _check_sizes(query_dim=query_dim, key_dim=key_dim, hidden_dim=hidden_dim)
        shapes = ((hidden_dim, query_dim), (hidden_dim, key_dim), (hidden_dim,))
        self.query_weight, self.key_weight, self.v = (
            _uniform_parameter(shape, 1 / math.sqrt(shape[-1]), generator) for shape in shapes
        )

    def forward(self, query: Tensor, key: Tensor) -> Tensor:
        """Pontua cada par; veja :func:`~coursekit.attention.additive_scores`.

        Args:
            query: consultas, forma ``(..., Tq, Dq)``.
            key: chaves, forma ``(..., Tk, Dk)``.

        Returns:
            Escores, forma ``(..., Tq, Tk)``.
        """
        return additive_scores(query, key, self.query_weight, self.key_weight, self.v)


def _uniform_parameter(
    shape: tuple[int, ...], bound: float, generator: torch.Generator | None
) -> nn.Parameter:
    """Sorteia um parâmetro uniforme em ±bound."""
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=generator))


def _check_sizes(**sizes: int) -> None:
    """Exige larguras inteiras positivas."""
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"{name} deve ser um inteiro positivo; recebi {size!r}. "
                "Use a largura do último eixo, por exemplo query.shape[-1]."
            )
