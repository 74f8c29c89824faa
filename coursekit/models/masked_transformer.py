"""Um Transformer pequeno em que se escolhe, posição por posição, quem vê quem."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from coursekit.attention import LearnedPosition, MultiHeadAttention, RelativeBias
from coursekit.models.self_attention import SelfAttentionBlock

__all__ = ["MaskedTransformer"]

WIDTH, NUM_HEADS, NUM_BLOCKS = 32, 2, 2
POSITION_SCALE = 0.1


class MaskedTransformer(nn.Module):
    """Lê símbolos com dois blocos de autoatenção sob uma máscara, e pontua cada posição.

    Largura 32, duas cabeças, um vetor aprendido por posição. A máscara **não economiza** nada:
    todos os pares são calculados e os escondidos recebem peso 0. Serve para saber o que a rede
    aprende sob um padrão, e não quanto ele custa.

    Args:
        mask: quem vê quem, booleana ``(T, T)``, ``True`` = visível; ``T`` é o comprimento.
        vocabulary_size: símbolos possíveis, inteiro positivo.
        num_classes: respostas possíveis, inteiro positivo.
        relative: se ``True``, soma também um viés aprendido por distância.

    Raises:
        TypeError: se a máscara não for booleana.
        ValueError: se não for quadrada.

    Example:
        >>> model = MaskedTransformer(np.eye(5, dtype=bool), vocabulary_size=3, num_classes=2)
        >>> model(torch.zeros(7, 5, dtype=torch.int64)).shape
        torch.Size([7, 5, 2])
    """

    mask: Tensor

    def __init__(
        self,
        mask: npt.ArrayLike,
        *,
        vocabulary_size: int,
        num_classes: int,
        relative: bool = False,
    ) -> None:
        super().__init__()
        visible = _as_mask(mask)
        length = len(visible)
        self.register_buffer("mask", visible)
        self.embedding = nn.Embedding(vocabulary_size, WIDTH)
        self.position = LearnedPosition(length, WIDTH)
        nn.init.normal_(self.position.weight, std=POSITION_SCALE)
        self.blocks = nn.ModuleList(
            SelfAttentionBlock(
                MultiHeadAttention(
                    WIDTH,
                    NUM_HEADS,
                    score_bias=RelativeBias(NUM_HEADS, length) if relative else None,
                )
            )
            for _ in range(NUM_BLOCKS)
        )
        self.head = nn.Linear(WIDTH, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Pontua as respostas de cada posição.

        Args:
            tokens: símbolos, inteiros, forma ``(B, T)``.

        Returns:
            *Logits*, forma ``(B, T, C)``.
        """
        features: Tensor = self.position(self.embedding(tokens))
        for block in self.blocks:
            features = block(features, mask=self.mask)
        logits: Tensor = self.head(features)
        return logits

    def with_mask(self, mask: npt.ArrayLike) -> MaskedTransformer:
        """Copia a rede, com os mesmos pesos e outra máscara.

        Args:
            mask: quem vê quem na cópia, booleana, da mesma forma.

        Returns:
            A cópia; a rede original não muda.

        Raises:
            TypeError: se a máscara não for booleana.
            ValueError: se for de outra forma.
        """
        visible = _as_mask(mask)
        if visible.shape != self.mask.shape:
            raise ValueError(
                f"a máscara tem forma {tuple(visible.shape)}, e a rede foi feita para "
                f"{tuple(self.mask.shape)}. Use o mesmo comprimento: pattern.mask("
                f"{len(self.mask)})."
            )
        copy = deepcopy(self)
        copy.mask = visible.to(self.mask.device)
        return copy


def _as_mask(mask: npt.ArrayLike) -> Tensor:
    """Leva a máscara ao PyTorch, exigindo uma tabela quadrada de verdadeiro e falso."""
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        raise TypeError(
            f"mask deve ser booleana, True = visível; recebi {array.dtype}. "
            "Use pattern.mask(T), ou compare: mask > 0."
        )
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise ValueError(
            f"mask deve ter a forma (T, T), com T >= 1; recebi {array.shape}. "
            "Use, por exemplo, SlidingWindow(8).mask(64)."
        )
    return torch.from_numpy(array.copy())
