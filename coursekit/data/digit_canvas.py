"""Um dígito inteiro num quadro cheio de pedaços de outros: achar antes de reconhecer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.data.digits import IMAGE_SIDE

__all__ = ["DigitCanvases", "make_digit_canvases"]

FRAGMENT_SIDE = 4


@dataclass(frozen=True)
class DigitCanvases:
    """Guarda um lote de quadros.

    Attributes:
        images: brilho de 0 a 1, forma ``(B, 1, S, S)``, float32.
        labels: dígito de 0 a 9, forma ``(B,)``.
        corners: linha e coluna do canto superior esquerdo do dígito, forma ``(B, 2)``.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    corners: NDArray[np.int64]


def make_digit_canvases(
    count: int,
    pixels: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    generator: np.random.Generator,
    side: int = 24,
    num_fragments: int = 6,
) -> DigitCanvases:
    """Espalha pedaços de dígitos num quadro e põe, por cima, um dígito inteiro.

    Cada pedaço é um recorte de 4×4 de um dígito qualquer; onde se cruzam, vale o mais claro. O
    dígito apaga o que houver debaixo dele.

    Args:
        count: número de quadros ``B``, inteiro positivo.
        pixels: dígitos de 8×8 em linhas, forma ``(n, 64)``, de 0 a 1.
        labels: dígito de cada linha, forma ``(n,)``.
        generator: gerador do NumPy de onde saem os sorteios.
        side: lado ``S`` do quadro, inteiro ≥ 8.
        num_fragments: pedaços por quadro, inteiro ≥ 0.

    Returns:
        Os quadros, os rótulos e onde está cada dígito.

    Raises:
        ValueError: se ``pixels`` não for ``(n, 64)`` com um rótulo por linha, ou os tamanhos não
            forem os descritos.

    Example:
        >>> generator = np.random.default_rng(0)
        >>> canvases = make_digit_canvases(
        ...     2, np.ones((1, 64)), np.array([7]), generator=generator, num_fragments=0
        ... )
        >>> canvases.images.shape, canvases.images.sum(axis=(1, 2, 3)).tolist()
        ((2, 1, 24, 24), [64.0, 64.0])
    """
    if pixels.ndim != 2 or pixels.shape[1] != IMAGE_SIDE**2 or labels.shape != pixels.shape[:1]:
        raise ValueError(
            f"recebi pixels {pixels.shape} e labels {labels.shape}; aceito (n, 64) e (n,). "
            "Use as partes de load_digits_split."
        )
    if count < 1 or side < IMAGE_SIDE or num_fragments < 0 or len(pixels) == 0:
        raise ValueError(
            f"count deve ser ao menos 1, side ao menos {IMAGE_SIDE}, num_fragments ao menos 0 e "
            f"deve haver dígitos; recebi count={count}, side={side}, num_fragments="
            f"{num_fragments} e {len(pixels)} dígitos. Aumente o que veio errado."
        )
    shapes = pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE).astype(np.float32)
    images = np.zeros((count, 1, side, side), dtype=np.float32)
    chosen = generator.integers(len(shapes), size=count)
    corners = generator.integers(side - IMAGE_SIDE + 1, size=(count, 2))
    for image, choice, (row, column) in zip(images[:, 0], chosen, corners, strict=True):
        _scatter_fragments(image, shapes, num_fragments, generator)
        image[row : row + IMAGE_SIDE, column : column + IMAGE_SIDE] = shapes[choice]
    return DigitCanvases(images, labels[chosen], corners)


def _scatter_fragments(
    image: NDArray[np.float32],
    shapes: NDArray[np.float32],
    num_fragments: int,
    generator: np.random.Generator,
) -> None:
    """Desenha os pedaços na imagem recém-criada."""
    sources = generator.integers(len(shapes), size=num_fragments)
    cuts = generator.integers(IMAGE_SIDE - FRAGMENT_SIDE + 1, size=(num_fragments, 2))
    places = generator.integers(len(image) - FRAGMENT_SIDE + 1, size=(num_fragments, 2))
    for source, (i, j), (row, column) in zip(sources, cuts, places, strict=True):
        fragment = shapes[source][i : i + FRAGMENT_SIDE, j : j + FRAGMENT_SIDE]
        patch = image[row : row + FRAGMENT_SIDE, column : column + FRAGMENT_SIDE]
        np.maximum(patch, fragment, out=patch)
