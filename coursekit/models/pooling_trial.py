"""Uma rodada de agregação: frases com um «não», a mesma CNN, e só a agregação muda."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.data.negation_sentiment import NegationSentiment, SentenceBatch
from coursekit.models.atnet import AtNet1d
from coursekit.models.classifier_training import (
    build_seeded,
    classification_accuracy,
    train_classifier,
)
from coursekit.models.pooling import make_pooling

__all__ = ["PoolingTrial", "SentenceAtNet", "pooling_gradient_scale", "run_pooling_trial"]

EMBEDDING_SIZE, NUM_FILTERS, KERNEL_SIZE = 32, 64, 5
NUM_TRAINING, NUM_TEST = 4_000, 1_000
# Um filtro de largura 5 centrado a até 2 posições da pista ainda a vê.
REACH = KERNEL_SIZE // 2


class SentenceAtNet(nn.Module):
    """CNN com atenção sobre palavras: vetores aprendidos e :class:`AtNet1d` por cima.

    Args:
        vocabulary_size: palavras possíveis, inteiro positivo.
        pooling: nome aceito por :func:`~coursekit.models.pooling.make_pooling`.

    Raises:
        ValueError: se ``pooling`` não existir.

    Example:
        >>> SentenceAtNet(7, "max")(torch.zeros(2, 11, dtype=torch.long)).shape
        torch.Size([2, 1])
    """

    def __init__(self, vocabulary_size: int, pooling: str) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, EMBEDDING_SIZE)
        self.network = AtNet1d(
            EMBEDDING_SIZE,
            NUM_FILTERS,
            KERNEL_SIZE,
            pooling=make_pooling(pooling, NUM_FILTERS),
            padding="same",
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Calcula o escore de «opinião favorável».

        Args:
            tokens: índices das palavras, forma ``(B, T)``.

        Returns:
            Escores de forma ``(B, 1)``.
        """
        scores: Tensor = self.network(self.embedding(tokens))
        return scores

    def attention_weights(self, tokens: Tensor) -> Tensor:
        """Mostra o peso de cada palavra.

        Args:
            tokens: índices das palavras, forma ``(B, T)``.

        Returns:
            Pesos de forma ``(B, T)``; cada linha soma 1.

        Raises:
            TypeError: se a agregação não pesar posições.
        """
        return self.network.attention_weights(self.embedding(tokens))


@dataclass(frozen=True)
class PoolingTrial:
    """Guarda uma rodada.

    Attributes:
        task: a tarefa, com o vocabulário.
        test: frases novas, em que se mediu.
        model: modelo depois do treino.
        accuracy: fração de acertos em frases novas.
        step_losses: perda de cada passo, em nats.
        largest_weight: maior peso de uma posição nas frases novas; ``None`` se não há pesos.
        pointing: fração das frases em que a posição de maior peso está a até 2 palavras da que
            opina; ``None`` se não há pesos.
    """

    task: NegationSentiment
    test: SentenceBatch
    model: SentenceAtNet
    accuracy: float
    step_losses: list[float]
    largest_weight: float | None
    pointing: float | None


def run_pooling_trial(
    pooling: str, seed: int, *, length: int = 50, num_steps: int = 600
) -> PoolingTrial:
    """Sorteia as frases, treina a CNN com uma agregação e mede em frases novas.

    São 4.000 frases de treino e 1.000 de teste; 64 por lote, Adam com taxa 0,002. A mesma
    semente dá as mesmas frases e os mesmos lotes a todas as agregações.

    Args:
        pooling: nome aceito por :func:`~coursekit.models.pooling.make_pooling`.
        seed: semente das frases, dos lotes e dos parâmetros iniciais.
        length: palavras por frase, inteiro ≥ 24.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rodada completa.

    Raises:
        ValueError: se algum argumento não servir.
    """
    task, generator = NegationSentiment(length), np.random.default_rng(seed)
    training = task.sample(NUM_TRAINING, generator=generator)
    test = task.sample(NUM_TEST, generator=generator)
    model = build_seeded(lambda: SentenceAtNet(len(task.vocabulary), pooling), seed)
    history = train_classifier(
        model,
        training.tokens,
        training.labels,
        generator=torch.Generator().manual_seed(seed),
        num_steps=num_steps,
    )
    largest, pointing = _read_weights(model, test)
    accuracy = classification_accuracy(model, test.tokens, test.labels)
    return PoolingTrial(task, test, model, accuracy, list(history.step_losses), largest, pointing)


def pooling_gradient_scale(pooling: str, num_positions: int, *, seed: int = 0) -> float:
    """Mede a norma do gradiente que a agregação devolve às características, sem treinar.

    As características são normais retificadas, como na saída de uma convolução com ReLU; o
    gradiente que chega à saída da agregação é 1 em cada componente.

    Args:
        pooling: nome aceito por :func:`~coursekit.models.pooling.make_pooling`.
        num_positions: posições ``T``, inteiro positivo.
        seed: semente das características e dos parâmetros.

    Returns:
        Norma média por exemplo.

    Raises:
        ValueError: se algum argumento não servir.

    Example:
        >>> round(pooling_gradient_scale("max", 50), 6)  # uma posição por característica: √64
        8.0
    """
    if num_positions < 1:
        raise ValueError(
            f"num_positions deve ser ao menos 1; recebi {num_positions}. Use o comprimento T."
        )
    generator = torch.Generator().manual_seed(seed)
    layer = make_pooling(pooling, NUM_FILTERS, generator=generator)
    features = torch.randn(32, num_positions, NUM_FILTERS, generator=generator).relu()
    features.requires_grad_()
    (gradient,) = torch.autograd.grad(layer(features).sum(), features)
    return float(gradient.flatten(1).norm(dim=1).mean())


@torch.no_grad()
def _read_weights(model: SentenceAtNet, test: SentenceBatch) -> tuple[float | None, float | None]:
    """Mede o maior peso e quantas vezes ele está perto da palavra que opina."""
    if not hasattr(model.network.pooling, "weights"):
        return None, None
    weights = model.attention_weights(torch.from_numpy(test.tokens))
    distance = (weights.argmax(dim=1) - torch.from_numpy(test.positions)).abs()
    return float(weights.max()), float((distance <= REACH).double().mean())
