"""Telas de busca visual geradas por código: um alvo diferente entre muitos distratores.

Imitam, em versão mínima, as telas dos experimentos de busca de Treisman e Gelade (1980): ou o
alvo difere em **uma** característica (cor, orientação, brilho), ou só na **combinação** de
duas. Também há um par de quadros em que um único item se move.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DISPLAY_KINDS",
    "DisplayKind",
    "MotionFrames",
    "SearchDisplay",
    "make_motion_frames",
    "make_search_display",
]

DisplayKind = Literal["color", "orientation", "brightness", "conjunction"]
DISPLAY_KINDS: tuple[DisplayKind, ...] = get_args(DisplayKind)

BACKGROUND = 30
RED = (200, 40, 40)
GREEN = (40, 200, 40)
BRIGHT = (230, 230, 230)
DIM = (90, 90, 90)
JITTER = 3
LONG_HALF = 9
SHORT_HALF = 3


@dataclass(frozen=True)
class SearchDisplay:
    """Uma tela de busca e o seu gabarito.

    Attributes:
        image: imagem ``(lado, lado, 3)`` em RGB, ``uint8``.
        positions: centro ``(linha, coluna)`` de cada barra, em pixels, forma ``(n, 2)``.
        target: índice do alvo em ``positions``.
    """

    image: NDArray[np.uint8]
    positions: NDArray[np.int64]
    target: int


@dataclass(frozen=True)
class MotionFrames:
    """Dois quadros em que só o alvo se move.

    Attributes:
        before: quadro inicial ``(lado, lado)``, 0 no fundo e 1 nos itens.
        after: quadro seguinte, da mesma forma.
        positions: centro ``(linha, coluna)`` de cada item antes de mover, forma ``(n, 2)``.
        target: índice do item que se move.
        displacement: deslocamento do alvo, em pixels, na vertical e na horizontal.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    positions: NDArray[np.float64]
    target: int
    displacement: int


def make_search_display(
    kind: DisplayKind, *, seed: int, items_per_side: int = 7, size: int = 256
) -> SearchDisplay:
    """Desenha uma tela quadrada de barras com um único alvo.

    Em ``"color"`` o alvo é vermelho entre verdes; em ``"orientation"``, deitado entre barras em
    pé; em ``"brightness"``, claro entre escuras; em ``"conjunction"``, vermelho **e** em pé entre
    vermelhas deitadas e verdes em pé: cada traço dele aparece também nos distratores.

    Args:
        kind: condição da tela, uma de ``DISPLAY_KINDS``.
        seed: semente do sorteio do alvo e das posições, inteiro ≥ 0.
        items_per_side: barras por linha e por coluna, ≥ 2.
        size: lado da imagem, em pixels; cada barra precisa de 25 pixels.

    Returns:
        A tela, as posições das ``items_per_side²`` barras e o índice do alvo.

    Raises:
        ValueError: se ``kind`` não existir, ``items_per_side`` for menor que 2 ou as barras não
            couberem em ``size``.

    Fonte:
        Treisman e Gelade (1980), busca por característica e por conjunção.

    Example:
        >>> display = make_search_display("color", seed=0)
        >>> display.image.shape, display.positions.shape
        ((256, 256, 3), (49, 2))
    """
    _require_layout(kind, items_per_side, size)
    generator = np.random.default_rng(seed)
    num_items = items_per_side**2
    target = int(generator.integers(num_items))
    step = size // items_per_side
    image = np.full((size, size, 3), BACKGROUND, dtype=np.uint8)
    positions = np.empty((num_items, 2), dtype=np.int64)
    for index in range(num_items):
        cell = np.array(divmod(index, items_per_side)) * step + step // 2
        positions[index] = cell + generator.integers(-JITTER, JITTER + 1, size=2)
        color, is_vertical = _bar_look(kind, is_target=index == target, generator=generator)
        row, column = positions[index]
        half = (LONG_HALF, SHORT_HALF) if is_vertical else (SHORT_HALF, LONG_HALF)
        rows = slice(row - half[0], row + half[0] + 1)
        image[rows, column - half[1] : column + half[1] + 1] = color
    return SearchDisplay(image, positions, target)


def make_motion_frames(
    *, seed: int, num_items: int = 20, size: int = 128, displacement: int = 4
) -> MotionFrames:
    """Desenha dois quadros de quadradinhos iguais, dos quais só um se move.

    Args:
        seed: semente do sorteio das posições e do alvo, inteiro ≥ 0.
        num_items: número de itens, ≥ 1.
        size: lado do quadro, em pixels, maior que 40.
        displacement: deslocamento do alvo em cada eixo, em pixels, de 1 a 7.

    Returns:
        Os dois quadros, as posições iniciais e o índice do alvo.

    Raises:
        ValueError: se algum argumento sair do domínio.

    Fonte:
        Estímulo do curso; que o movimento capture a atenção de pessoas, mediram Franconeri e
        Simons (2003).

    Example:
        >>> frames = make_motion_frames(seed=0)
        >>> bool((frames.before != frames.after).any()), frames.positions.shape
        (True, (20, 2))
    """
    if num_items < 1 or size <= 40 or not 1 <= displacement <= 7:
        raise ValueError(
            f"recebi num_items={num_items}, size={size}, displacement={displacement}; é preciso "
            "num_items ≥ 1, size > 40 e displacement de 1 a 7. Os valores-padrão servem."
        )
    generator = np.random.default_rng(seed)
    positions = generator.uniform(10, size - 10, size=(num_items, 2))
    target = int(generator.integers(num_items))
    moved = positions.copy()
    moved[target] += displacement
    return MotionFrames(
        before=_draw_squares(positions, size),
        after=_draw_squares(moved, size),
        positions=positions,
        target=target,
        displacement=displacement,
    )


def _bar_look(
    kind: DisplayKind, *, is_target: bool, generator: np.random.Generator
) -> tuple[tuple[int, int, int], bool]:
    """Escolhe a cor da barra e diz se ela fica em pé."""
    if kind == "color":
        return (RED if is_target else GREEN), True
    if kind == "orientation":
        return GREEN, not is_target
    if kind == "brightness":
        return (BRIGHT if is_target else DIM), True
    if is_target:
        return RED, True
    return (RED, False) if generator.random() < 0.5 else (GREEN, True)


def _draw_squares(positions: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Pinta um quadrado de 5×5 em cada posição."""
    frame = np.zeros((size, size))
    for row, column in positions.astype(np.int64):
        frame[row - 2 : row + 3, column - 2 : column + 3] = 1.0
    return frame


def _require_layout(kind: str, items_per_side: int, size: int) -> None:
    """Recusa condição desconhecida e telas em que as barras não cabem."""
    if kind not in DISPLAY_KINDS:
        raise ValueError(
            f"kind desconhecido: {kind!r}. Use um de {', '.join(map(repr, DISPLAY_KINDS))}."
        )
    smallest = items_per_side * (2 * (LONG_HALF + JITTER) + 1)
    if items_per_side < 2 or size < smallest:
        raise ValueError(
            f"recebi items_per_side={items_per_side} e size={size}; é preciso ao menos 2 barras "
            f"por lado e 25 pixels por barra (aqui, size ≥ {smallest})."
        )
