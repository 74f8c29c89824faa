"""Simulação das dicromacias e diferença de cor, só para os testes da paleta.

Fontes: matrizes de Machado, Oliveira e Fernandes (2009), «A physiologically-based model
for simulation of color vision deficiency», IEEE TVCG 15(6), severidade 1,0, aplicadas
em RGB linear; CIELAB da CIE 15 com branco D65; ΔE da CIEDE2000 (ISO/CIE 11664-6).
"""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

SIMULATIONS: dict[str, Vector] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
    "cinza": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}

# sRGB → XYZ (D65), IEC 61966-2-1.
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear_rgb(color: str) -> Vector:
    """Canais lineares de uma cor #rrggbb."""
    channels = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def cielab(color: str, simulation: str = "normal") -> Vector:
    """L*, a*, b* da cor como vista na simulação."""
    seen = np.clip(SIMULATIONS[simulation] @ linear_rgb(color), 0.0, 1.0)
    ratio = (_TO_XYZ @ seen) / (_TO_XYZ @ np.ones(3))
    cut = 6 / 29
    f = np.where(ratio > cut**3, np.cbrt(ratio), ratio / (3 * cut**2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def delta_e(first: Vector, second: Vector) -> float:
    """ΔE00 entre duas cores CIELAB (Sharma, Wu e Dalal, 2005, passos 1 a 3)."""
    l1, a1, b1 = first
    l2, a2, b2 = second
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for b, a in ((b1, a1), (b2, a2)))
    gray = c1 * c2 == 0
    hue_step = 0.0 if gray else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if gray else (h1 + hue_step / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(hue_step) / 2)
    return _weighted(l2 - l1, c2 - c1, d_hue, light, chroma, hue)


def _weighted(
    d_light: float, d_chroma: float, d_hue: float, light: float, chroma: float, hue: float
) -> float:
    """Passo 3 da CIEDE2000: pesos de claridade, croma, matiz e rotação."""

    def cos(factor: float, shift: float) -> float:
        return float(np.cos(np.radians(factor * hue + shift)))

    t = 1 - 0.17 * cos(1, -30) + 0.24 * cos(2, 0) + 0.32 * cos(3, 6) - 0.20 * cos(4, -63)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    turn = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(turn)
    dl, dc, dh = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh))
