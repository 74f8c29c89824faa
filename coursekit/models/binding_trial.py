"""Uma rodada de ligação à distância: o mesmo trecho, lido por redes diferentes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.data.distant_binding import DistantBinding
from coursekit.models.atnet import ConvolutionalFeatures, PooledClassifier
from coursekit.models.classifier_training import (
    build_seeded,
    classification_accuracy,
    train_classifier,
)
from coursekit.models.pooling import make_pooling
from coursekit.models.self_attention import POSITION_KINDS, SelfAttentionFeatures

__all__ = ["READER_KINDS", "BindingTrial", "make_reader", "run_binding_trial"]

WIDTH, NUM_HEADS = 32, 4
NUM_TRAINING, NUM_TEST = 8_000, 1_000

READER_KINDS = (
    "cnn_max",
    "cnn_attention",
    "cnn_source",
    "bigru",
    *(f"self_attention_{position}" for position in POSITION_KINDS),
)
"""Nomes que :func:`make_reader` aceita."""


class BidirectionalFeatures(nn.Module):
    """Lê a sequência nos dois sentidos com GRU e junta os dois estados de cada posição.

    Args:
        width: largura da entrada e da saída, par.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gru = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)

    def forward(self, inputs: Tensor) -> Tensor:
        """Lê.

        Args:
            inputs: sequência, forma ``(B, T, D)``.

        Returns:
            Estados, forma ``(B, T, D)``.
        """
        outputs: Tensor = self.gru(inputs)[0]
        return outputs


def make_reader(kind: str, vocabulary_size: int, max_length: int) -> PooledClassifier:
    """Monta uma rede que lê palavras e responde sim ou não.

    Todas têm vetores de palavra de largura 32, um codificador, uma agregação e duas densas. O
    codificador da CNN vê 5 palavras de cada vez; a GRU bidirecional e a autoatenção (um bloco, 4
    cabeças) misturam posições a qualquer distância. Estas duas agregam por atenção e soma.

    Args:
        kind: um dos nomes de :data:`READER_KINDS`.
        vocabulary_size: palavras possíveis, inteiro positivo.
        max_length: palavras do maior trecho, inteiro positivo.

    Returns:
        A rede, que leva ``(B, T)`` a escores ``(B, 1)``.

    Raises:
        ValueError: se ``kind`` não existir.

    Example:
        >>> make_reader("bigru", 7, 11)(torch.zeros(2, 11, dtype=torch.long)).shape
        torch.Size([2, 1])
    """
    if kind not in READER_KINDS:
        raise ValueError(f"kind deve ser um de {READER_KINDS}; recebi {kind!r}. Escolha um deles.")
    family, _, choice = kind.rpartition("_")
    encoders: dict[str, Callable[[], nn.Module]] = {
        "cnn": lambda: ConvolutionalFeatures(WIDTH, WIDTH, 5, padding="same"),
        "": lambda: BidirectionalFeatures(WIDTH),
        "self_attention": lambda: SelfAttentionFeatures(
            WIDTH, NUM_HEADS, position=choice, max_length=max_length
        ),
    }
    return PooledClassifier(
        nn.Sequential(nn.Embedding(vocabulary_size, WIDTH), encoders[family]()),
        make_pooling(choice if family == "cnn" else "attention", WIDTH),
        num_features=WIDTH,
    )


@dataclass(frozen=True)
class BindingTrial:
    """Guarda uma rodada.

    Attributes:
        task: a tarefa, com o vocabulário.
        model: modelo depois do treino.
        accuracy: fração de acertos em trechos novos.
        training_accuracy: fração de acertos em 1.000 trechos do treino.
        step_losses: perda de cada passo, em nats.
    """

    task: DistantBinding
    model: PooledClassifier
    accuracy: float
    training_accuracy: float
    step_losses: list[float]


def run_binding_trial(
    reader: str, seed: int, *, distance: int = 8, length: int = 40, num_steps: int = 400
) -> BindingTrial:
    """Sorteia os trechos, treina a rede e mede em trechos novos.

    São 8.000 trechos de treino e 1.000 de teste; 64 por lote, Adam com taxa 0,003. A mesma
    semente dá os mesmos trechos e os mesmos lotes a todas as redes.

    Args:
        reader: um dos nomes de :data:`READER_KINDS`.
        seed: semente dos trechos, dos lotes e dos parâmetros iniciais.
        distance: palavras do substantivo ao adjetivo, inteiro positivo.
        length: palavras por trecho, ao menos ``2·distance + 14``.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rodada completa.

    Raises:
        ValueError: se algum argumento não servir.
    """
    task, generator = DistantBinding(distance, length), np.random.default_rng(seed)
    training = task.sample(NUM_TRAINING, generator=generator)
    test = task.sample(NUM_TEST, generator=generator)
    model = build_seeded(lambda: make_reader(reader, len(task.vocabulary), length), seed)
    history = train_classifier(
        model,
        training.tokens,
        training.labels,
        generator=torch.Generator().manual_seed(seed),
        num_steps=num_steps,
        learning_rate=3e-3,
    )
    seen = slice(NUM_TEST)
    return BindingTrial(
        task,
        model,
        classification_accuracy(model, test.tokens, test.labels),
        classification_accuracy(model, training.tokens[seen], training.labels[seen]),
        list(history.step_losses),
    )
