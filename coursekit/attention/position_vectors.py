"""Posição somada à entrada: senoides fixas ou vetores aprendidos."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coursekit.attention.checks import check_floating, check_whole, finite_number

__all__ = ["LearnedPosition", "SinusoidalPosition", "sinusoidal_positions"]


def sinusoidal_positions(
    length: int, dim: int, *, first: int = 0, base: float = 10_000.0
) -> Tensor:
    r"""Calcula os vetores senoidais de posição.

    .. math::

        P_{p,2i} = \sin(p\,\theta_i), \qquad P_{p,2i+1} = \cos(p\,\theta_i), \qquad
        \theta_i = \text{base}^{-2i/D}

    O produto escalar de dois deles é :math:`\sum_i \cos((p-r)\,\theta_i)`: só depende da
    distância. Todos têm norma :math:`\sqrt{D/2}`.

    Args:
        length: quantas posições ``T``, inteiro ≥ 0.
        dim: largura ``D``, inteiro positivo e par.
        first: primeira posição.
        base: base das frequências, maior que zero.

    Returns:
        Vetores de forma ``(T, D)``, em float64.

    Raises:
        TypeError: se ``length``, ``dim`` ou ``first`` não for inteiro, ou ``base``, número.
        ValueError: se ``length`` for negativo, ``dim`` não for positivo e par, ou ``base`` não
            for positiva e finita.

    Fonte:
        Vaswani et al. (2017), seção 3.5.

    Example:
        >>> sinusoidal_positions(2, 2)
        tensor([[0.0000, 1.0000],
                [0.8415, 0.5403]], dtype=torch.float64)
    """
    check_whole(length=length, dim=dim, first=first)
    base = float(finite_number("base", base))
    if length < 0 or dim < 2 or dim % 2 or base <= 0:
        raise ValueError(
            "length deve ser ao menos 0, dim positivo e par, e base positiva; recebi "
            f"length={length}, dim={dim} e base={base}. Use uma largura par."
        )
    exponents = torch.arange(0, dim, 2, dtype=torch.float64) / dim
    positions = torch.arange(length, dtype=torch.float64) + first
    angles = positions[:, None] * base**-exponents  # (T, D/2)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2)


class SinusoidalPosition(nn.Module):
    """Soma à entrada os vetores senoidais; sem parâmetros e sem comprimento máximo.

    Args:
        dim: largura ``D`` da entrada, inteiro positivo e par.

    Raises:
        TypeError: se ``dim`` não for inteiro.
        ValueError: se ``dim`` não for positivo e par.

    Fonte:
        Vaswani et al. (2017), seção 3.5.

    Example:
        >>> SinusoidalPosition(2)(torch.zeros(1, 1, 2))
        tensor([[[0., 1.]]])
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        sinusoidal_positions(0, dim)  # recusa já uma largura que não serve
        self.dim = dim

    def forward(self, inputs: Tensor, *, first: int = 0) -> Tensor:
        """Soma a cada linha o vetor da sua posição.

        Args:
            inputs: sequência, forma ``(..., T, D)``.
            first: posição da primeira linha (na geração com cache, quantas já passaram).

        Returns:
            Sequência de mesma forma e tipo.

        Raises:
            TypeError: se ``inputs`` não for de ponto flutuante, ou ``first``, inteiro.
            ValueError: se o último eixo não for ``D``.
        """
        _check_width(inputs, self.dim)
        return inputs + sinusoidal_positions(inputs.shape[-2], self.dim, first=first).to(inputs)


class LearnedPosition(nn.Module):
    """Soma à entrada um vetor aprendido por posição; não há vetor além do comprimento máximo.

    Args:
        max_length: posições que têm vetor, inteiro positivo.
        dim: largura ``D`` da entrada, inteiro positivo.
        generator: gerador que sorteia os vetores; ``None`` usa o gerador global do PyTorch.

    Raises:
        TypeError: se algum tamanho não for inteiro.
        ValueError: se algum tamanho for menor que 1.

    Fonte:
        Gehring et al. (2017); Vaswani et al. (2017), seção 3.5, que o compara com as
        senoides. O desvio inicial, 0,02, é decisão do curso.

    Example:
        >>> LearnedPosition(7, 3)(torch.zeros(2, 5, 3)).shape
        torch.Size([2, 5, 3])
    """

    def __init__(
        self, max_length: int, dim: int, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        check_whole(max_length=max_length, dim=dim)
        if max_length < 1 or dim < 1:
            raise ValueError(
                "max_length e dim devem ser inteiros positivos; recebi "
                f"max_length={max_length} e dim={dim}. Aumente o que veio errado."
            )
        self.weight = nn.Parameter(torch.empty(max_length, dim))
        nn.init.normal_(self.weight, std=0.02, generator=generator)

    def forward(self, inputs: Tensor, *, first: int = 0) -> Tensor:
        """Soma a cada linha o vetor da sua posição.

        Args:
            inputs: sequência, forma ``(..., T, D)``.
            first: posição da primeira linha, ≥ 0.

        Returns:
            Sequência de mesma forma e tipo.

        Raises:
            TypeError: se ``inputs`` não for de ponto flutuante, ou ``first``, inteiro.
            ValueError: se o último eixo não for ``D``, ou alguma posição não tiver vetor.
        """
        check_whole(first=first)
        max_length, dim = self.weight.shape
        _check_width(inputs, dim)
        last = first + inputs.shape[-2]
        if first < 0 or last > max_length:
            raise ValueError(
                f"só há vetores para as posições de 0 a {max_length - 1}; recebi de {first} a "
                f"{last - 1}. Vetores aprendidos não extrapolam: aumente max_length e treine de "
                "novo, ou use SinusoidalPosition."
            )
        return inputs + self.weight[first:last].to(inputs)


def _check_width(inputs: Tensor, dim: int) -> None:
    """Exige (..., T, D) de ponto flutuante."""
    check_floating("inputs", inputs)
    if inputs.ndim < 2 or inputs.shape[-1] != dim:
        raise ValueError(
            f"inputs deve ter a forma (..., T, {dim}); recebi {tuple(inputs.shape)}. "
            "Use a mesma largura na camada e na entrada."
        )
