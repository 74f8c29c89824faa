r"""Dicionário suave: pares chave-valor consultados por atenção."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from coursekit.attention import softmax

__all__ = ["SoftDictionary", "random_dictionary"]


@dataclass(frozen=True)
class SoftDictionary:
    """Guarda pares e devolve, para cada consulta, a média dos valores pesada pelas chaves.

    Attributes:
        keys: chaves, forma ``(Tk, D)``.
        values: valores, forma ``(Tk, Dv)``.

    Raises:
        ValueError: se não houver um valor por chave.

    Fonte:
        Miller et al. (2016), para pares chave-valor; Ramsauer et al. (2021), para
        o inverso da temperatura.

    Example:
        >>> dictionary = SoftDictionary(torch.eye(2), torch.tensor([[10.0], [20.0]]))
        >>> dictionary.recall(torch.eye(2), sharpness=50.0).tolist()
        [[10.0], [20.0]]
    """

    keys: Tensor
    values: Tensor

    def __post_init__(self) -> None:
        if self.keys.ndim != 2 or self.values.ndim != 2 or len(self.keys) != len(self.values):
            raise ValueError(
                f"recebi chaves {tuple(self.keys.shape)} e valores {tuple(self.values.shape)}; "
                "as formas aceitas são (Tk, D) e (Tk, Dv), com o mesmo Tk. "
                "Guarde exatamente um valor por chave."
            )

    def weights(self, queries: Tensor, *, sharpness: float) -> Tensor:
        r"""Calcula os pesos, :math:`\operatorname{softmax}(\beta\, q \cdot k_i)`.

        Args:
            queries: consultas, forma ``(Tq, D)``.
            sharpness: inverso da temperatura, :math:`\beta`; 0 pesa todas por igual.

        Returns:
            Pesos, forma ``(Tq, Tk)``; cada linha soma 1.
        """
        return softmax(sharpness * queries @ self.keys.mT)

    def recall(self, queries: Tensor, *, sharpness: float) -> Tensor:
        """Consulta o dicionário.

        Args:
            queries: consultas, forma ``(Tq, D)``.
            sharpness: inverso da temperatura.

        Returns:
            Contextos, forma ``(Tq, Dv)``.
        """
        return self.weights(queries, sharpness=sharpness) @ self.values

    def recall_error(self, *, sharpness: float) -> float:
        """Mede o erro médio ao consultar cada par com a própria chave.

        Args:
            sharpness: inverso da temperatura.

        Returns:
            Média de ``‖devolvido − guardado‖ / ‖guardado‖``.
        """
        difference = self.recall(self.keys, sharpness=sharpness) - self.values
        return float((difference.norm(dim=-1) / self.values.norm(dim=-1)).mean())

    def noisy_hits(self, noise: float, *, generator: torch.Generator) -> float:
        r"""Mede a fração de consultas ruidosas cuja chave mais pesada é a certa.

        Cada consulta é uma chave somada a ruído normal de desvio-padrão
        :math:`r / \sqrt D` por componente, e depois normalizada: com :math:`r = 1`, o ruído
        tem em média o comprimento de uma chave unitária.

        Args:
            noise: nível de ruído :math:`r`, maior ou igual a zero.
            generator: gerador do PyTorch que sorteia o ruído.

        Returns:
            Fração de acertos, em ``[0, 1]``.
        """
        blur = torch.randn(self.keys.shape, generator=generator, dtype=self.keys.dtype)
        blurred = self.keys + noise * blur / self.keys.shape[-1] ** 0.5
        winners = (F.normalize(blurred, dim=-1) @ self.keys.mT).argmax(dim=-1)
        return float((winners == torch.arange(len(self.keys))).double().mean())

    def hull_overflow(self, *, sharpness: float) -> float:
        """Mede quanto algum número devolvido sai da faixa dos valores guardados.

        Args:
            sharpness: inverso da temperatura.

        Returns:
            O maior excesso, coordenada a coordenada; negativo se tudo ficou dentro.
        """
        recalled = self.recall(self.keys, sharpness=sharpness)
        above = (recalled - self.values.max(dim=0).values).max()
        below = (self.values.min(dim=0).values - recalled).max()
        return float(torch.maximum(above, below))


def random_dictionary(
    *, generator: torch.Generator, num_items: int = 50, key_dim: int = 64, value_dim: int = 8
) -> SoftDictionary:
    """Sorteia um dicionário de chaves de comprimento 1 e valores normais, em float64.

    Args:
        generator: gerador do PyTorch.
        num_items: pares ``Tk``, inteiro positivo.
        key_dim: dimensão das chaves ``D``, inteiro positivo.
        value_dim: dimensão dos valores ``Dv``, inteiro positivo.

    Returns:
        O dicionário.

    Raises:
        ValueError: se algum tamanho não for positivo.
    """
    if min(num_items, key_dim, value_dim) < 1:
        raise ValueError(
            f"num_items, key_dim e value_dim devem ser positivos; recebi {num_items}, "
            f"{key_dim} e {value_dim}. Aumente o que veio zero ou negativo."
        )
    keys = torch.randn(num_items, key_dim, generator=generator, dtype=torch.float64)
    values = torch.randn(num_items, value_dim, generator=generator, dtype=torch.float64)
    return SoftDictionary(F.normalize(keys, dim=-1), values)
