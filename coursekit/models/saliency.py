r"""Mapa de saliência: o que salta aos olhos, segundo só as características da imagem.

Versão reduzida do modelo de Itti, Koch e Niebur: pirâmides de intensidade, cor e orientação,
diferenças centro-periferia e a normalização :math:`\mathcal{N}(\cdot)`, que favorece mapas com
um único pico. Nenhum parâmetro é aprendido e nenhuma tarefa é consultada: é atenção
**ascendente**, puxada pelo estímulo.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve, gaussian_filter, maximum_filter, zoom

__all__ = [
    "ConspicuityMaps",
    "center_surround",
    "color_channels",
    "conspicuity_maps",
    "motion_map",
    "normalize_map",
    "saliency_map",
]

Array = NDArray[np.float64]

NUM_LEVELS = 6
MAP_LEVEL = 2
MAP_SCALE = 2**MAP_LEVEL  # pixels da imagem por pixel do mapa
CENTERS = (1, 2)
DELTAS = (2, 3)
ORIENTATIONS = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
DARK_FRACTION = 0.1
PEAK_FLOOR = 0.05
SMALLEST_SIDE = 64
# Numa imagem lisa sobra arredondamento (1e-16); sem este piso, normalizar o ampliaria até 1.
ROUNDING = 1e-9


@dataclass(frozen=True)
class ConspicuityMaps:
    """Os três mapas que se somam na saliência, todos de forma ``(Hi/4, Wi/4)`` e ≥ 0.

    Attributes:
        intensity: contraste de brilho.
        color: contraste de cor (vermelho, verde, azul e amarelo).
        orientation: contraste de orientação (0°, 45°, 90° e 135°).
    """

    intensity: Array
    color: Array
    orientation: Array


def normalize_map(feature_map: Array, *, neighborhood: int | None = None) -> Array:
    r"""Realça o mapa que tem um pico só e apaga o que tem muitos picos parecidos.

    O mapa é levado ao intervalo [0, 1] e multiplicado por :math:`(1-\bar m)^2`, em que
    :math:`\bar m` é a média dos máximos locais que não são o máximo global. Um pico solitário
    dá :math:`\bar m = 0` e fica inteiro; dez picos iguais a quase 1 quase somem.

    Args:
        feature_map: mapa de forma ``(Hi, Wi)``, finito; não é alterado.
        neighborhood: lado, em pixels, da vizinhança que define «máximo local»; ``None`` usa
            um décimo da altura, com mínimo de 3.

    Returns:
        Mapa da mesma forma, em [0, 1]; tudo zero se a entrada for constante.

    Raises:
        ValueError: se o mapa não tiver 2 eixos, estiver vazio ou contiver valor não finito,
            ou se ``neighborhood`` for menor que 1.

    Fonte:
        Itti, Koch e Niebur (1998), operador :math:`\mathcal{N}(\cdot)`. Diferença: máximos
        locais abaixo de 0,05 são ignorados, e os iguais ao global não entram na média.

    Example:
        >>> single = np.zeros((9, 9)); single[4, 4] = 5.0
        >>> normalize_map(single).max().item()
        1.0
        >>> double = single.copy(); double[0, 0] = 2.5
        >>> normalize_map(double).max().item()
        0.25
    """
    values = _require_map("feature_map", feature_map)
    if neighborhood is not None and neighborhood < 1:
        raise ValueError(
            f"neighborhood deve ser um lado ≥ 1, em pixels; recebi {neighborhood}. Use 3 ou mais."
        )
    scaled = values - values.min()
    highest = scaled.max()
    if highest == 0:
        return np.zeros(values.shape)
    scaled = scaled / highest
    side = max(3, values.shape[0] // 10) if neighborhood is None else neighborhood
    is_peak = (scaled == maximum_filter(scaled, side)) & (scaled > PEAK_FLOOR) & (scaled < 1)
    mean_peak = float(scaled[is_peak].mean()) if is_peak.any() else 0.0
    damped: Array = scaled * (1 - mean_peak) ** 2
    return damped


def center_surround(pyramid: list[Array]) -> Array:
    r"""Soma diferenças centro-periferia: cada ponto contra a vizinhança borrada dele.

    Para os centros :math:`c \in \{1, 2\}` e as distâncias :math:`\delta \in \{2, 3\}`, soma
    :math:`\mathcal{N}(|P_c - P_{c+\delta}|)`, com a periferia ampliada até o tamanho do
    centro.

    Args:
        pyramid: seis níveis, cada um com metade do lado do anterior, de valores da ordem de 1
            (contrastes abaixo de 1e-9 são tomados por arredondamento e viram 0).

    Returns:
        Mapa ≥ 0 na forma do nível 2 da pirâmide.

    Raises:
        ValueError: se a pirâmide não tiver exatamente seis níveis.

    Fonte:
        Itti, Koch e Niebur (1998), diferenças entre escalas. Diferença: 6 níveis em vez de 9,
        com centros mais finos, porque as imagens do curso são pequenas.

    Example:
        >>> flat = [np.ones((2 ** k, 2 ** k)) for k in range(6, 0, -1)]
        >>> center_surround(flat).max().item()
        0.0
    """
    if len(pyramid) != NUM_LEVELS:
        raise ValueError(
            f"pyramid deve ter {NUM_LEVELS} níveis; recebi {len(pyramid)}. "
            "Cada nível tem metade do lado do anterior."
        )
    shape = pyramid[MAP_LEVEL].shape
    total = np.zeros(shape)
    for center in CENTERS:
        for delta in DELTAS:
            surround = _resize(pyramid[center + delta], pyramid[center].shape)
            contrast = np.abs(pyramid[center] - surround)
            total += normalize_map(_resize(np.where(contrast > ROUNDING, contrast, 0.0), shape))
    return total


def color_channels(image: NDArray[np.generic]) -> dict[str, Array]:
    r"""Separa uma imagem em quatro canais de cor pura: vermelho, verde, azul e amarelo.

    Cada canal é dividido pela intensidade (cor escura e cor clara valem o mesmo), **retificado**
    (negativo vira 0) e zerado onde a imagem é quase preta. Manter os canais separados importa:
    com a diferença vermelho-verde em valor absoluto, um item vermelho entre verdes contrasta
    com o fundo tanto quanto os verdes, e deixa de saltar.

    Args:
        image: imagem ``(Hi, Wi, 3)`` em RGB, de 0 a 255.

    Returns:
        Canais ``red``, ``green``, ``blue`` e ``yellow``, forma ``(Hi, Wi)``, todos ≥ 0.

    Raises:
        ValueError: se a imagem não tiver forma ``(Hi, Wi, 3)``, sair de [0, 255] ou tiver
            lado menor que 64.

    Fonte:
        Itti, Koch e Niebur (1998), canais R, G, B e Y; lá os canais se combinam em oposições
        vermelho-verde e azul-amarelo, aqui ficam separados.

    Example:
        >>> red_square = np.zeros((64, 64, 3)); red_square[20:40, 20:40, 0] = 200
        >>> channels = color_channels(red_square)
        >>> channels["red"].max().item(), channels["green"].max().item()
        (3.0, 0.0)
    """
    rgb = _require_image(image)
    intensity = rgb.mean(axis=-1)
    visible = intensity > DARK_FRACTION * intensity.max()
    safe = np.where(visible, intensity, 1.0)
    red, green, blue = (np.where(visible, rgb[..., axis] / safe, 0.0) for axis in range(3))
    pure = {
        "red": red - (green + blue) / 2,
        "green": green - (red + blue) / 2,
        "blue": blue - (red + green) / 2,
        "yellow": (red + green) / 2 - np.abs(red - green) / 2 - blue,
    }
    return {name: np.clip(channel, 0.0, None) for name, channel in pure.items()}


def conspicuity_maps(image: NDArray[np.generic]) -> ConspicuityMaps:
    """Calcula os mapas de conspicuidade de brilho, cor e orientação.

    Args:
        image: imagem ``(Hi, Wi, 3)`` em RGB, de 0 a 255, com lados ≥ 64.

    Returns:
        Três mapas ``(Hi/4, Wi/4)`` (arredondado para cima), já normalizados.

    Raises:
        ValueError: se a imagem não tiver forma ``(Hi, Wi, 3)``, sair de [0, 255] ou tiver
            lado menor que 64.

    Fonte:
        Itti, Koch e Niebur (1998), mapas de conspicuidade. Diferença: filtros de Gabor
        aplicados à pirâmide de intensidade, no lugar da pirâmide orientada.

    Example:
        >>> gray = conspicuity_maps(np.full((64, 80, 3), 128))
        >>> gray.color.shape, gray.color.max().item()
        ((16, 20), 0.0)
    """
    intensity = _pyramid(_require_image(image).mean(axis=-1))
    color = sum(
        (normalize_map(center_surround(_pyramid(c))) for c in color_channels(image).values()),
        start=np.zeros(intensity[MAP_LEVEL].shape),
    )
    orientation = np.zeros(intensity[MAP_LEVEL].shape)
    for angle in ORIENTATIONS:
        kernel = _gabor(angle)
        responses = [np.abs(convolve(level, kernel, mode="nearest")) for level in intensity]
        orientation += normalize_map(center_surround(responses))
    return ConspicuityMaps(
        intensity=normalize_map(center_surround(intensity)),
        color=normalize_map(color),
        orientation=normalize_map(orientation),
    )


def saliency_map(image: NDArray[np.generic]) -> Array:
    """Calcula o mapa de saliência: a média dos três mapas de conspicuidade.

    A moldura (um vigésimo da altura, no mínimo 2 pixels do mapa) é zerada: ali o filtro não vê
    vizinhança inteira e inventaria contrastes.

    Args:
        image: imagem ``(Hi, Wi, 3)`` em RGB, de 0 a 255, com lados ≥ 64.

    Returns:
        Saliência de forma ``(Hi/4, Wi/4)`` (arredondado para cima), em [0, 1].

    Raises:
        ValueError: se a imagem não tiver forma ``(Hi, Wi, 3)``, sair de [0, 255] ou tiver
            lado menor que 64.

    Fonte:
        Itti, Koch e Niebur (1998), soma dos mapas de conspicuidade. Diferença: sem a rede que
        percorre os picos um a um (inibição de retorno).

    Example:
        >>> image = np.full((128, 128, 3), 30); image[60:68, 60:68] = 220
        >>> saliency = saliency_map(image)
        >>> row, column = np.unravel_index(saliency.argmax(), saliency.shape)
        >>> saliency.shape, bool(abs(row - 16) <= 2 and abs(column - 16) <= 2)
        ((32, 32), True)
    """
    maps = conspicuity_maps(image)
    saliency = (maps.intensity + maps.color + maps.orientation) / 3
    margin = max(2, saliency.shape[0] // 20)
    framed = np.zeros(saliency.shape)
    inner = (slice(margin, -margin), slice(margin, -margin))
    framed[inner] = saliency[inner]
    return framed


def motion_map(before: Array, after: Array, *, blur: float = 3.0) -> Array:
    """Calcula onde houve movimento: o módulo da diferença entre dois quadros, borrado.

    Args:
        before: quadro inicial, ``(Hi, Wi)``, finito.
        after: quadro seguinte, da mesma forma.
        blur: desvio-padrão do borrão gaussiano, em pixels, positivo.

    Returns:
        Mapa ≥ 0 da mesma forma; tudo zero se os quadros forem iguais.

    Raises:
        ValueError: se os quadros não tiverem 2 eixos, diferirem na forma ou contiverem valor
            não finito, ou se ``blur`` não for positivo.

    Fonte:
        Diferença de quadros: o detector de movimento mais simples; não faz parte do modelo de
        1998.

    Example:
        >>> still = np.zeros((11, 13)); moved = still.copy(); moved[5, 6] = 1.0
        >>> bool(motion_map(still, moved).argmax() == 5 * 13 + 6)
        True
    """
    first = _require_map("before", before)
    second = _require_map("after", after)
    if first.shape != second.shape:
        raise ValueError(
            f"before tem forma {first.shape} e after, {second.shape}; os quadros devem ter a mesma "
            "forma. Recorte ou redimensione um deles."
        )
    if not blur > 0:
        raise ValueError(f"blur deve ser um desvio > 0, em pixels; recebi {blur}. Use 3.0.")
    return np.asarray(gaussian_filter(np.abs(second - first), blur))


def _pyramid(image: Array) -> list[Array]:
    """Monta seis níveis: borra e fica com um pixel a cada dois."""
    levels = [image]
    for _ in range(NUM_LEVELS - 1):
        levels.append(gaussian_filter(levels[-1], 1.0)[::2, ::2])
    return levels


def _resize(values: Array, shape: tuple[int, ...]) -> Array:
    """Amplia ou reduz um mapa até a forma dada, por interpolação linear."""
    factors = [new / old for new, old in zip(shape, values.shape, strict=True)]
    return np.asarray(zoom(values, factors, order=1))


def _gabor(angle: float, wavelength: float = 7.0, width: float = 2.5) -> Array:
    """Cria um filtro de 13×13 que responde a riscos perpendiculares a ``angle`` (rad)."""
    radius = np.arange(-6, 7)
    columns, rows = np.meshgrid(radius, radius)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    envelope = np.exp(-(columns**2 + rows**2) / (2 * width**2))
    kernel = envelope * np.cos(2 * np.pi * along / wavelength)
    return np.asarray(kernel - kernel.mean())


def _require_map(name: str, values: Array) -> Array:
    """Converte para float64 e recusa mapa vazio, não finito ou sem 2 eixos."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.size == 0 or not np.isfinite(array).all():
        raise ValueError(
            f"{name} deve ser uma matriz (Hi, Wi) não vazia, de números finitos; recebi forma "
            f"{array.shape}. Para imagem colorida, use um canal por vez."
        )
    return array


def _require_image(image: NDArray[np.generic]) -> Array:
    """Converte para [0, 1] e recusa o que não for imagem RGB de lado mínimo 64."""
    rgb = np.asarray(image, dtype=np.float64)
    if rgb.ndim != 3 or rgb.shape[-1] != 3 or min(rgb.shape[:2]) < SMALLEST_SIDE:
        raise ValueError(
            f"image deve ter forma (Hi, Wi, 3), com lados ≥ {SMALLEST_SIDE}; recebi {rgb.shape}. "
            "Imagem em cinza: empilhe o mesmo canal três vezes."
        )
    if not ((rgb >= 0) & (rgb <= 255)).all():
        raise ValueError(
            f"image deve ir de 0 a 255; recebi de {rgb.min()} a {rgb.max()}. "
            "Se ela vai de 0 a 1, multiplique por 255 antes."
        )
    return rgb / 255
