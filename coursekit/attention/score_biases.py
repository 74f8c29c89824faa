"""Posição somada aos escores: vieses que dependem só da distância entre consulta e chave.

As duas camadas recebem quantas consultas e chaves há e devolvem o que se soma aos escores,
``(H, Tq, Tk)``. As posições se alinham pelo fim, como em :func:`~coursekit.attention.attend`:
a consulta ``i`` está na posição ``i + Tk - Tq``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coursekit.attention.checks import check_whole

__all__ = ["LinearBias", "RelativeBias", "alibi_slopes"]


def alibi_slopes(num_heads: int) -> list[float]:
    r"""Calcula a inclinação de cada cabeça do ALiBi.

    Se :math:`H` é potência de 2, é a progressão :math:`2^{-8/H}, 2^{-16/H}, \dots, 2^{-8}`. Se
    não é, tomam-se as da maior potência menor que :math:`H` e completa-se com as de ordem ímpar
    do dobro dela.

    Args:
        num_heads: cabeças ``H``, inteiro positivo.

    Returns:
        ``H`` números em (0, 1).

    Raises:
        TypeError: se ``num_heads`` não for inteiro.
        ValueError: se ``num_heads`` for menor que 1.

    Fonte:
        Press, Smith e Lewis (2022), para potências de 2; o caso geral segue o código
        publicado pelos autores.

    Example:
        >>> alibi_slopes(4)
        [0.25, 0.0625, 0.015625, 0.00390625]
    """
    check_whole(num_heads=num_heads)
    if num_heads < 1:
        raise ValueError(
            f"num_heads deve ser um inteiro positivo; recebi {num_heads}. Use ao menos uma cabeça."
        )
    power = 2 ** int(math.log2(num_heads))
    slopes = [2.0 ** (-8 * (h + 1) / power) for h in range(power)]
    doubled = [2.0 ** (-4 * (h + 1) / power) for h in range(0, 2 * power, 2)]
    return slopes + doubled[: num_heads - power]


class LinearBias(nn.Module):
    r"""Desconta dos escores a distância, com uma inclinação fixa por cabeça (ALiBi).

    .. math:: b_{hij} = -m_h\, |p_i - j|

    Não há parâmetros nem comprimento máximo. O artigo só trata o caso causal, em que a chave
    nunca está à frente; aqui, sem máscara causal, a distância conta igual para os dois lados.

    Args:
        num_heads: cabeças ``H``, inteiro positivo; as inclinações são as de
            :func:`alibi_slopes`.

    Raises:
        ValueError: se ``num_heads`` for menor que 1.

    Fonte:
        Press, Smith e Lewis (2022) (*Attention with Linear Biases*).

    Example:
        >>> LinearBias(8)(2, 3)[0]  # a primeira inclinação de 8 cabeças é 1/2
        tensor([[-0.5000,  0.0000, -0.5000],
                [-1.0000, -0.5000,  0.0000]])
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        slopes = torch.tensor(alibi_slopes(num_heads), dtype=torch.float64)
        self.slopes: Tensor
        self.register_buffer("slopes", slopes.to(torch.get_default_dtype()), persistent=False)

    @property
    def num_heads(self) -> int:
        """Cabeças ``H``."""
        return len(self.slopes)

    def forward(self, q_len: int, k_len: int) -> Tensor:
        """Calcula o que se soma aos escores.

        Args:
            q_len: consultas ``Tq``, inteiro ≥ 0.
            k_len: chaves ``Tk``, inteiro ≥ 0.

        Returns:
            Números ≤ 0, forma ``(H, Tq, Tk)``.

        Raises:
            TypeError: se algum comprimento não for inteiro.
            ValueError: se algum comprimento for negativo.
        """
        distance = _relative_positions(q_len, k_len, self.slopes.device).abs()
        return self.slopes[:, None, None] * -distance


class RelativeBias(nn.Module):
    r"""Soma aos escores um número aprendido por cabeça e por distância.

    .. math:: b_{hij} = B_{h,\, \operatorname{corta}(j - p_i)}

    É o viés escalar do T5 com o corte de Shaw et al. no lugar dos baldes logarítmicos: da
    distância ``max_distance`` em diante, todas valem o mesmo. Por isso não há comprimento
    máximo. Começa em zero, isto é, sem posição.

    Args:
        num_heads: cabeças ``H``, inteiro positivo.
        max_distance: maior distância com número próprio, inteiro ≥ 0.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se ``num_heads`` for menor que 1 ou ``max_distance`` negativa.

    Fonte:
        Raffel et al. (2020), para o viés escalar por cabeça; Shaw, Uszkoreit e
        Vaswani (2018), seção 3.2, para o corte (lá, somam-se vetores às chaves e aos valores).

    Example:
        >>> bias = RelativeBias(1, max_distance=1)
        >>> with torch.no_grad():
        ...     _ = bias.weight.copy_(torch.tensor([[-1.0, 0.0, 1.0]]))
        >>> bias(2, 3)[0].detach()
        tensor([[-1.,  0.,  1.],
                [-1., -1.,  0.]])
    """

    def __init__(self, num_heads: int, max_distance: int) -> None:
        super().__init__()
        check_whole(num_heads=num_heads, max_distance=max_distance)
        if num_heads < 1 or max_distance < 0:
            raise ValueError(
                "num_heads deve ser ao menos 1 e max_distance ao menos 0; recebi "
                f"num_heads={num_heads} e max_distance={max_distance}. Aumente o que veio errado."
            )
        self.max_distance = max_distance
        self.weight = nn.Parameter(torch.zeros(num_heads, 2 * max_distance + 1))

    @property
    def num_heads(self) -> int:
        """Cabeças ``H``."""
        return len(self.weight)

    def forward(self, q_len: int, k_len: int) -> Tensor:
        """Procura o número de cada par.

        Args:
            q_len: consultas ``Tq``, inteiro ≥ 0.
            k_len: chaves ``Tk``, inteiro ≥ 0.

        Returns:
            Forma ``(H, Tq, Tk)``.

        Raises:
            TypeError: se algum comprimento não for inteiro.
            ValueError: se algum comprimento for negativo.
        """
        offset = _relative_positions(q_len, k_len, self.weight.device)
        clipped = offset.clamp(-self.max_distance, self.max_distance)
        return self.weight[:, clipped + self.max_distance]


def _relative_positions(q_len: int, k_len: int, device: torch.device) -> Tensor:
    """Diz quantas posições a chave está à frente da consulta, com os fins alinhados."""
    check_whole(q_len=q_len, k_len=k_len)
    if q_len < 0 or k_len < 0:
        raise ValueError(
            f"q_len e k_len não podem ser negativos; recebi q_len={q_len} e k_len={k_len}. "
            "Use os comprimentos das sequências."
        )
    positions = torch.arange(q_len, device=device) + (k_len - q_len)
    return torch.arange(k_len, device=device) - positions[:, None]  # (Tq, Tk)
