"""Posição por rotação (RoPE): gira consultas e chaves conforme o lugar de cada uma."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coursekit.attention.checks import check_floating, check_whole, positive_number

__all__ = ["RotaryPosition"]


class RotaryPosition(nn.Module):
    r"""Gira cada par de componentes por um ângulo proporcional à posição.

    .. math::

        \begin{pmatrix} x'_{2i} \\ x'_{2i+1} \end{pmatrix} =
        \begin{pmatrix} \cos p\,\theta_i & -\sin p\,\theta_i \\
                        \sin p\,\theta_i & \phantom{-}\cos p\,\theta_i \end{pmatrix}
        \begin{pmatrix} x_{2i} \\ x_{2i+1} \end{pmatrix},
        \qquad \theta_i = \text{base}^{-2i/D}

    Girar não muda a norma, e o produto escalar entre a consulta em :math:`p` e a chave em
    :math:`r` passa a depender só de :math:`p - r`. Não há parâmetros nem comprimento máximo.

    Os pares são de componentes vizinhos, como no artigo. Bibliotecas há que juntam o componente
    ``i`` ao ``i + D/2``: a mesma conta com os componentes em outra ordem, e pesos treinados numa
    convenção não servem na outra sem reordenar.

    Args:
        head_dim: largura ``D`` de cada cabeça, inteiro positivo e par.
        base: base das frequências, maior que zero.

    Raises:
        TypeError: se ``head_dim`` não for inteiro, ou ``base``, número.
        ValueError: se ``head_dim`` não for positivo e par, ou ``base`` não for positiva.

    Fonte:
        Su et al. (2021).

    Example:
        >>> import math
        >>> rotate = RotaryPosition(2)
        >>> rotate(torch.tensor([[1.0, 0.0]]), first=0)  # na posição 0, nada gira
        tensor([[1., 0.]])
        >>> rotate(torch.tensor([[1.0, 0.0]]), first=1)  # na 1, um radiano
        tensor([[0.5403, 0.8415]])
    """

    def __init__(self, head_dim: int, *, base: float = 10_000.0) -> None:
        super().__init__()
        check_whole(head_dim=head_dim)
        if head_dim < 2 or head_dim % 2:
            raise ValueError(
                f"head_dim deve ser positivo e par, para formar pares; recebi {head_dim}. "
                "Use embed_dim // num_heads par."
            )
        self.head_dim = head_dim
        self.base = float(positive_number("base", base))

    def forward(self, heads: Tensor, *, first: int = 0) -> Tensor:
        """Gira cada posição.

        Args:
            heads: consultas ou chaves, forma ``(..., T, D)``.
            first: posição da primeira linha; as seguintes estão em ``first + 1``, ``first + 2``…

        Returns:
            Tensor de mesma forma e tipo, com as mesmas normas.

        Raises:
            TypeError: se ``heads`` não for de ponto flutuante, ou ``first``, inteiro.
            ValueError: se o último eixo não for ``head_dim``.
        """
        check_floating("heads", heads)
        check_whole(first=first)
        if heads.ndim < 2 or heads.shape[-1] != self.head_dim:
            raise ValueError(
                f"heads deve ter a forma (..., T, {self.head_dim}); recebi {tuple(heads.shape)}. "
                "Crie RotaryPosition com a largura de cada cabeça, e não a do modelo."
            )
        # Em float64: com p grande, o ângulo p·θ em float32 já perderia casas do seno.
        exponents = torch.arange(0, self.head_dim, 2, dtype=torch.float64, device=heads.device)
        frequencies = self.base ** (-exponents / self.head_dim)  # (D/2,)
        steps = torch.arange(heads.shape[-2], dtype=torch.float64, device=heads.device)
        angles = (steps + first)[:, None] * frequencies  # (T, D/2)
        cosine, sine = angles.cos().to(heads.dtype), angles.sin().to(heads.dtype)
        even, odd = heads[..., 0::2], heads[..., 1::2]
        turned = (even * cosine - odd * sine, even * sine + odd * cosine)
        return torch.stack(turned, dim=-1).flatten(-2)

    def extra_repr(self) -> str:
        """Descreve a camada em uma linha."""
        return f"head_dim={self.head_dim}, base={self.base:g}"
