"""Um bloco de autoatenção e as seis maneiras de lhe dizer a ordem."""

from __future__ import annotations

from torch import Tensor, nn

from coursekit.attention import (
    LearnedPosition,
    LinearBias,
    MultiHeadAttention,
    RelativeBias,
    RotaryPosition,
    SinusoidalPosition,
)

__all__ = ["POSITION_KINDS", "SelfAttentionBlock", "SelfAttentionFeatures"]

POSITION_KINDS = ("none", "sinusoidal", "learned", "rotary", "relative", "alibi")
"""Nomes de posição que :class:`SelfAttentionFeatures` aceita."""


class SelfAttentionBlock(nn.Module):
    r"""Mistura posições com autoatenção e transforma cada uma com uma rede densa.

    .. math::

        z = x + \operatorname{atenção}(\operatorname{norm}(x)), \qquad
        y = z + W_2 \operatorname{GELU}(W_1 \operatorname{norm}(z))

    Args:
        attention: camada de atenção; manda na largura ``D``.
        causal: se ``True``, nenhuma posição vê as que estão à sua frente.

    Fonte:
        Vaswani et al. (2017), com a normalização **antes** de cada parte (Xiong et
        al., 2020) e GELU no lugar da ReLU; largura oculta ``2D``, e não ``4D``.

    Example:
        >>> import torch
        >>> block = SelfAttentionBlock(MultiHeadAttention(6, 2))
        >>> block(torch.zeros(2, 5, 6)).shape
        torch.Size([2, 5, 6])
    """

    def __init__(self, attention: MultiHeadAttention, *, causal: bool = False) -> None:
        super().__init__()
        dim = attention.embed_dim
        self.causal = causal
        self.attention = attention
        self.attention_norm = nn.LayerNorm(dim)
        self.dense_norm = nn.LayerNorm(dim)
        self.dense = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, inputs: Tensor, *, mask: Tensor | None = None) -> Tensor:
        """Mistura e transforma.

        Args:
            inputs: sequência, forma ``(B, T, D)``.
            mask: quem vê quem, como em :func:`~coursekit.attention.attend`; ``None`` não esconde
                nada além do que ``causal`` esconde.

        Returns:
            Sequência de mesma forma.
        """
        normed = self.attention_norm(inputs)
        mixed = inputs + self.attention(normed, mask=mask, causal=self.causal)
        outputs: Tensor = mixed + self.dense(self.dense_norm(mixed))
        return outputs


class SelfAttentionFeatures(nn.Module):
    """Extrai características de uma sequência de vetores com blocos de autoatenção.

    A única diferença entre as variantes é a posição: ``"none"`` (nenhuma), ``"sinusoidal"`` e
    ``"learned"`` (somada à entrada), ``"rotary"`` (rotação de consultas e chaves), ``"relative"``
    (viés aprendido por distância) ou ``"alibi"`` (viés linear, com máscara **causal**, como no
    artigo).

    Args:
        dim: largura ``D``, múltipla de ``num_heads``.
        num_heads: cabeças, inteiro positivo.
        position: um dos nomes de :data:`POSITION_KINDS`.
        max_length: maior sequência (para ``"learned"``) e maior distância (para ``"relative"``).
        num_blocks: blocos empilhados, inteiro positivo.

    Raises:
        ValueError: se ``position`` não existir ou algum tamanho não servir.

    Example:
        >>> import torch
        >>> features = SelfAttentionFeatures(8, 2, position="rotary", max_length=11)
        >>> features(torch.zeros(2, 5, 8)).shape
        torch.Size([2, 5, 8])
    """

    def __init__(
        self, dim: int, num_heads: int, *, position: str, max_length: int, num_blocks: int = 1
    ) -> None:
        super().__init__()
        if position not in POSITION_KINDS or num_blocks < 1:
            raise ValueError(
                f"position deve ser um de {POSITION_KINDS} e num_blocks ao menos 1; recebi "
                f"position={position!r} e num_blocks={num_blocks}. Corrija o que veio errado."
            )
        self.add_position = _input_position(position, max_length, dim)
        self.blocks = nn.ModuleList(
            SelfAttentionBlock(
                _attention(position, dim, num_heads, max_length), causal=position == "alibi"
            )
            for _ in range(num_blocks)
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Soma a posição, se for o caso, e passa pelos blocos.

        Args:
            inputs: sequência, forma ``(B, T, D)``.

        Returns:
            Características, forma ``(B, T, D)``.

        Raises:
            ValueError: se a forma não servir, ou ``T`` passar de ``max_length`` com ``"learned"``.
        """
        features: Tensor = self.add_position(inputs)
        for block in self.blocks:
            features = block(features)
        return features


def _input_position(position: str, max_length: int, dim: int) -> nn.Module:
    """Escolhe o que se soma à entrada."""
    if position == "sinusoidal":
        return SinusoidalPosition(dim)
    return LearnedPosition(max_length, dim) if position == "learned" else nn.Identity()


def _attention(position: str, dim: int, num_heads: int, max_length: int) -> MultiHeadAttention:
    """Monta a atenção com a posição que vai dentro dela."""
    if position == "rotary":
        rotation = RotaryPosition(dim // num_heads)
        return MultiHeadAttention(dim, num_heads, rotation=rotation)
    score_bias: nn.Module | None = None
    if position == "relative":
        score_bias = RelativeBias(num_heads, max_length)
    if position == "alibi":
        score_bias = LinearBias(num_heads)
    return MultiHeadAttention(dim, num_heads, score_bias=score_bias)
