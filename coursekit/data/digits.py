"""Dígitos manuscritos de 8×8 pixels, repartidos em treino e teste.

O conjunto vem dentro do scikit-learn (``load_digits``, da coleção da UCI): nada é baixado.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["IMAGE_SIDE", "DigitsSplit", "load_digits_split"]

IMAGE_SIDE = 8
BRIGHTEST = 16.0


@dataclass(frozen=True)
class DigitsSplit:
    """Dígitos em linhas de 64 pixels, de 0 (fundo) a 1 (tinta).

    Attributes:
        train_pixels: forma ``(n_treino, 64)``.
        train_labels: dígito de 0 a 9 de cada linha, forma ``(n_treino,)``.
        test_pixels: forma ``(n_teste, 64)``.
        test_labels: forma ``(n_teste,)``.
    """

    train_pixels: NDArray[np.float64]
    train_labels: NDArray[np.int64]
    test_pixels: NDArray[np.float64]
    test_labels: NDArray[np.int64]


def load_digits_split(*, seed: int, test_fraction: float = 0.3) -> DigitsSplit:
    """Carrega os 1.797 dígitos e os reparte, com a mesma proporção de classes nas duas partes.

    Args:
        seed: semente da repartição, inteiro ≥ 0.
        test_fraction: parte reservada ao teste, entre 0 e 1, sem os extremos.

    Returns:
        As duas partes, com pixels em [0, 1].

    Raises:
        ValueError: se ``test_fraction`` não ficar estritamente entre 0 e 1.

    Fonte:
        ``sklearn.datasets.load_digits`` (conjunto de dígitos da UCI).

    Example:
        >>> split = load_digits_split(seed=0)
        >>> split.train_pixels.shape, split.test_pixels.shape
        ((1257, 64), (540, 64))
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    if not 0 < test_fraction < 1:
        raise ValueError(
            f"test_fraction deve ficar entre 0 e 1; recebi {test_fraction}. Use 0.3 para 30%."
        )
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(
        pixels / BRIGHTEST, labels, test_size=test_fraction, random_state=seed, stratify=labels
    )
    train_pixels, test_pixels, train_labels, test_labels = parts
    return DigitsSplit(train_pixels, train_labels, test_pixels, test_labels)
