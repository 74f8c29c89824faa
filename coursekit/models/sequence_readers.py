"""Leitores de sequência: uma camada recorrente qualquer, com a saída que cada tarefa pede."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["AttentionReader", "FinalStateReader", "StepReader"]


class FinalStateReader(nn.Module):
    """Lê a sequência inteira e responde um número, a partir do último estado.

    Args:
        layer: camada recorrente que recebe ``(B, T, D)`` e devolve ``(saídas, estado)``, com
            saídas ``(B, T, H)``.
        hidden_size: ``H``, a largura das saídas.

    Example:
        >>> reader = FinalStateReader(nn.GRU(2, 5, batch_first=True), 5)
        >>> reader(torch.zeros(3, 7, 2)).shape
        torch.Size([3])
    """

    def __init__(self, layer: nn.Module, hidden_size: int) -> None:
        super().__init__()
        self.layer = layer
        self.output = nn.Linear(hidden_size, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Responde um número por sequência.

        Args:
            inputs: forma ``(B, T, D)``.

        Returns:
            Forma ``(B,)``.
        """
        outputs = self.layer(inputs)[0]
        answer: Tensor = self.output(outputs[:, -1])
        return answer.squeeze(-1)


class StepReader(nn.Module):
    """Lê símbolos e responde uma classe em cada um dos últimos passos.

    Args:
        layer: camada recorrente que recebe ``(B, T, E)`` e devolve ``(saídas, estado)``.
        num_tokens: símbolos de entrada distintos.
        embedding_size: ``E``, o tamanho do vetor de cada símbolo.
        hidden_size: ``H``, a largura das saídas da camada.
        num_classes: classes possíveis, ``C``.
        num_answers: passos finais em que se responde.

    Example:
        >>> layer = nn.LSTM(3, 5, batch_first=True)
        >>> reader = StepReader(
        ...     layer, num_tokens=7, embedding_size=3, hidden_size=5, num_classes=4, num_answers=2
        ... )
        >>> reader(torch.zeros(11, 13, dtype=torch.long)).shape
        torch.Size([11, 2, 4])
    """

    def __init__(
        self,
        layer: nn.Module,
        *,
        num_tokens: int,
        embedding_size: int,
        hidden_size: int,
        num_classes: int,
        num_answers: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, embedding_size)
        self.layer = layer
        self.output = nn.Linear(hidden_size, num_classes)
        self.num_answers = num_answers

    def forward(self, tokens: Tensor) -> Tensor:
        """Pontua as classes nos últimos passos.

        Args:
            tokens: inteiros em ``[0, num_tokens)``, forma ``(B, T)``, com
                ``T >= num_answers``.

        Returns:
            Escores, forma ``(B, num_answers, C)``.
        """
        outputs = self.layer(self.embedding(tokens))[0]
        scores: Tensor = self.output(outputs[:, -self.num_answers :])
        return scores


class AttentionReader(nn.Module):
    r"""Responde um número sem recorrência: cada passo é lido sozinho, e a atenção mistura.

    .. math::

        h_t = \varphi(W x_t + b), \qquad \alpha = \operatorname{softmax}_t\, a(h_t), \qquad
        c = \sum_t \alpha_t h_t

    A pontuação :math:`a` é linear, sem o :math:`\tanh` do artigo, que limitaria a razão entre
    os pesos. Como nada liga um passo ao anterior, a ordem da sequência não conta.

    Args:
        input_size: ``D``.
        hidden_size: ``H``, a largura de cada passo já lido.

    Fonte:
        Raffel e Ellis (2015), com a diferença dita acima.

    Example:
        >>> reader = AttentionReader(2, 5)
        >>> reader(torch.zeros(3, 7, 2)).shape, reader.weights(torch.zeros(3, 7, 2)).shape
        (torch.Size([3]), torch.Size([3, 7]))
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.read = nn.Linear(input_size, hidden_size)
        self.score = nn.Linear(hidden_size, 1)
        self.mix = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, 1)

    def weights(self, inputs: Tensor) -> Tensor:
        """Calcula o peso de cada passo.

        Args:
            inputs: forma ``(B, T, D)``.

        Returns:
            Pesos de forma ``(B, T)``; cada linha soma 1.
        """
        return self._weights(self._read(inputs))

    def forward(self, inputs: Tensor) -> Tensor:
        """Responde um número por sequência.

        Args:
            inputs: forma ``(B, T, D)``.

        Returns:
            Forma ``(B,)``.
        """
        steps = self._read(inputs)
        context = torch.einsum("bt,bth->bh", self._weights(steps), steps)
        answer: Tensor = self.output(F.leaky_relu(self.mix(context)))
        return answer.squeeze(-1)

    def _read(self, inputs: Tensor) -> Tensor:
        """Lê cada passo sozinho: ``(B, T, H)``."""
        return F.leaky_relu(self.read(inputs))

    def _weights(self, steps: Tensor) -> Tensor:
        """Softmax da pontuação, ao longo do tempo."""
        scores: Tensor = self.score(steps)
        return scores.squeeze(-1).softmax(dim=-1)
