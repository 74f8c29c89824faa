"""Uma rodada do Transformer de visão: dígitos, com e sem posição."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.data.digits import load_digits_split
from coursekit.models.classifier_training import (
    build_seeded,
    classification_accuracy,
    train_classifier,
)
from coursekit.models.digit_transformer import DigitTransformer

__all__ = ["DigitTransformerTrial", "run_digit_transformer_trial"]


@dataclass(frozen=True)
class DigitTransformerTrial:
    """Guarda uma rodada.

    Attributes:
        model: modelo depois do treino.
        accuracy: fração de acertos nos dígitos de teste.
        step_losses: perda de cada passo, em nats.
    """

    model: DigitTransformer
    accuracy: float
    step_losses: list[float]


def run_digit_transformer_trial(
    position: str, seed: int, *, num_steps: int = 300
) -> DigitTransformerTrial:
    """Reparte os dígitos, treina a rede e mede nos de teste.

    64 dígitos por lote, Adam com taxa 0,003.

    Args:
        position: ``"learned"`` ou ``"none"``.
        seed: semente da repartição, dos lotes e dos parâmetros iniciais.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rodada completa.

    Raises:
        ValueError: se algum argumento não servir.
    """
    split = load_digits_split(seed=seed)
    model = build_seeded(lambda: DigitTransformer(position=position), seed)
    history = train_classifier(
        model,
        split.train_pixels.astype(np.float32),
        split.train_labels,
        generator=torch.Generator().manual_seed(seed),
        num_steps=num_steps,
        learning_rate=3e-3,
    )
    accuracy = classification_accuracy(
        model, split.test_pixels.astype(np.float32), split.test_labels
    )
    return DigitTransformerTrial(model, accuracy, list(history.step_losses))
