"""Uma rodada de dígito com distratores: a mesma CNN, e só a agregação muda."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from coursekit.data.digit_canvas import DigitCanvases, make_digit_canvases
from coursekit.data.digits import IMAGE_SIDE, load_digits_split
from coursekit.models.atnet import AtNet2d
from coursekit.models.classifier_training import (
    build_seeded,
    classification_accuracy,
    train_classifier,
)
from coursekit.models.pooling import make_pooling

__all__ = ["CanvasTrial", "box_mass", "run_canvas_trial"]

CANVAS_SIDE, NUM_FILTERS = 24, 8
NUM_TRAINING, NUM_TEST = 4_000, 500


@dataclass(frozen=True)
class CanvasTrial:
    """Guarda uma rodada.

    Attributes:
        test: quadros novos, em que se mediu.
        model: modelo depois do treino.
        accuracy: fração de acertos em quadros novos, com dígitos que não estavam no treino.
        step_losses: perda de cada passo, em nats.
        digit_mass: parte média dos pesos que cai sobre o dígito; ``None`` se não há pesos.
    """

    test: DigitCanvases
    model: AtNet2d
    accuracy: float
    step_losses: list[float]
    digit_mass: float | None


def run_canvas_trial(pooling: str, seed: int, *, num_steps: int = 600) -> CanvasTrial:
    """Sorteia os quadros, treina a CNN com uma agregação e mede em quadros novos.

    São 4.000 quadros de 24×24 com 6 pedaços de distração, e 500 de teste; 32 por lote, Adam com
    taxa 0,003.

    Args:
        pooling: nome aceito por :func:`~coursekit.models.pooling.make_pooling`.
        seed: semente da repartição dos dígitos, dos quadros, dos lotes e dos parâmetros.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rodada completa.

    Raises:
        ValueError: se algum argumento não servir.
    """
    split, generator = load_digits_split(seed=seed), np.random.default_rng(seed)
    training = make_digit_canvases(
        NUM_TRAINING, split.train_pixels, split.train_labels, generator=generator, side=CANVAS_SIDE
    )
    test = make_digit_canvases(
        NUM_TEST, split.test_pixels, split.test_labels, generator=generator, side=CANVAS_SIDE
    )
    layer_width = 2 * NUM_FILTERS
    model = build_seeded(
        lambda: AtNet2d(num_filters=NUM_FILTERS, pooling=make_pooling(pooling, layer_width)), seed
    )
    history = train_classifier(
        model,
        training.images,
        training.labels,
        generator=torch.Generator().manual_seed(seed),
        num_steps=num_steps,
        batch_size=32,
        learning_rate=3e-3,
    )
    mass = box_mass(model, test) if hasattr(model.pooling, "weights") else None
    accuracy = classification_accuracy(model, test.images, test.labels)
    return CanvasTrial(test, model, accuracy, list(history.step_losses), mass)


@torch.no_grad()
def box_mass(model: AtNet2d, canvases: DigitCanvases) -> float:
    """Mede que parte dos pesos cai sobre o dígito.

    A CNN reduz os lados à metade: o dígito de 8×8 ocupa cerca de 4×4 posições. Pesos uniformes
    dão a fração da área, ``(8/S)²``, ou 1/9 num quadro de 24×24.

    Args:
        model: rede cuja agregação pesa posições.
        canvases: quadros de lado par.

    Returns:
        Massa média, em ``[0, 1]``.

    Raises:
        TypeError: se a agregação não pesar posições.
    """
    side = canvases.images.shape[-1] // 2
    weights = model.attention_weights(torch.from_numpy(canvases.images))
    grids = weights.reshape(-1, side, side)
    box = IMAGE_SIDE // 2
    masses = [
        float(grid[row : row + box, column : column + box].sum())
        for grid, (row, column) in zip(grids, canvases.corners // 2, strict=True)
    ]
    return float(np.mean(masses))
