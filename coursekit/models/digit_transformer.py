"""Transformer de visão minúsculo (ViT) para dígitos de 8×8: retalhos viram uma sequência."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coursekit.data.digits import IMAGE_SIDE
from coursekit.models.self_attention import SelfAttentionFeatures

__all__ = ["DigitTransformer", "image_patches"]

PATCH_SIDE = 2
NUM_PATCHES = (IMAGE_SIDE // PATCH_SIDE) ** 2


def image_patches(images: Tensor, patch_side: int) -> Tensor:
    """Corta imagens em retalhos quadrados, postos em fila, linha por linha.

    Args:
        images: forma ``(B, S, S)``, ``S`` múltiplo de ``patch_side``.
        patch_side: lado ``P`` do retalho, inteiro positivo.

    Returns:
        Retalhos achatados, forma ``(B, (S/P)², P²)``.

    Raises:
        ValueError: se as imagens não forem quadradas ou ``P`` não dividir o lado.

    Example:
        >>> image_patches(torch.arange(16.0).view(1, 4, 4), 2)[0, 1]  # o do alto, à direita
        tensor([2., 3., 6., 7.])
    """
    square = images.ndim == 3 and images.shape[1] == images.shape[2]
    if not square or patch_side < 1 or images.shape[1] % patch_side:
        raise ValueError(
            f"images deve ter a forma (B, S, S), com S múltiplo de patch_side={patch_side}; recebi "
            f"{tuple(images.shape)}. Linhas de pixels viram imagem com reshape(-1, S, S)."
        )
    rows = images.unfold(1, patch_side, patch_side).unfold(2, patch_side, patch_side)
    return rows.flatten(3).flatten(1, 2)  # (B, S/P, S/P, P, P) → (B, (S/P)², P²)


class DigitTransformer(nn.Module):
    """Classifica dígitos com autoatenção entre retalhos de 2×2 pixels.

    Um vetor de classe, aprendido, entra à frente dos 16 retalhos, e a resposta se lê dele. Sem
    posição, a rede vê um **saco** de retalhos: embaralhá-los não muda a resposta.

    Args:
        position: ``"learned"`` (um vetor por retalho) ou ``"none"``.
        dim: largura ``D``, múltipla de ``num_heads``.
        num_heads: cabeças, inteiro positivo.
        num_blocks: blocos, inteiro positivo.

    Raises:
        ValueError: se ``position`` não for um dos dois, ou algum tamanho não servir.

    Fonte:
        Dosovitskiy et al. (2021); aqui sem *dropout*, em escala mínima, e com a
        largura oculta ``2D``.

    Example:
        >>> DigitTransformer(dim=8, num_heads=2)(torch.zeros(2, 64)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self, *, position: str = "learned", dim: int = 32, num_heads: int = 4, num_blocks: int = 2
    ) -> None:
        super().__init__()
        if position not in ("learned", "none"):
            raise ValueError(
                f"position deve ser 'learned' ou 'none'; recebi {position!r}. "
                "Para as demais codificações, veja SelfAttentionFeatures."
            )
        self.embed = nn.Linear(PATCH_SIDE**2, dim)
        self.class_vector = nn.Parameter(torch.zeros(1, 1, dim))
        self.features = SelfAttentionFeatures(
            dim, num_heads, position=position, max_length=NUM_PATCHES + 1, num_blocks=num_blocks
        )
        self.norm = nn.LayerNorm(dim)
        self.output = nn.Linear(dim, 10)

    def forward(self, pixels: Tensor) -> Tensor:
        """Calcula os escores das dez classes.

        Args:
            pixels: dígitos em linhas de 64 pixels, de 0 a 1, forma ``(B, 64)``.

        Returns:
            Escores de forma ``(B, 10)``.

        Raises:
            ValueError: se a forma não for ``(B, 64)``.
        """
        if pixels.ndim != 2 or pixels.shape[1] != IMAGE_SIDE**2:
            raise ValueError(
                f"pixels deve ter a forma (B, 64); recebi {tuple(pixels.shape)}. "
                "Use load_digits_split, ou achate as imagens com flatten(1)."
            )
        patches = image_patches(pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE), PATCH_SIDE)
        sequence = torch.cat(
            [self.class_vector.expand(len(pixels), 1, -1), self.embed(patches)], dim=1
        )
        outputs: Tensor = self.output(self.norm(self.features(sequence)[:, 0]))
        return outputs
