"""Regressão por núcleo: pontos do tamanho do peso, curva e consulta."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_weights
from coursekit.plotting.decimal_comma import format_decimal, format_percent, use_decimal_comma
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes

__all__ = ["describe_kernel_scatter", "kernel_scatter"]


def kernel_scatter(
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike,
    *,
    query: float,
    curve: tuple[ArrayLike, ArrayLike] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Desenha os pontos de treino com área proporcional ao peso que recebem da consulta.

    Args:
        x: abscissas de treino, forma ``(n,)``.
        y: ordenadas de treino, forma ``(n,)``.
        weights: pesos da consulta, forma ``(n,)``, de soma 1.
        query: abscissa da consulta.
        curve: abscissas e ordenadas da curva prevista, ou ``None``.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados; a previsão na consulta é o losango.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: se os tamanhos não combinarem, se os pesos não somarem 1 ou se houver
            valor não finito.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = kernel_scatter([0, 1], [2, 4], [0.5, 0.5], query=0.5, ax=Figure().subplots())
        >>> ax.collections[-1].get_offsets().tolist()
        [[0.5, 3.0]]
    """
    inputs, targets, shares = _checked(x, y, weights)
    ax = resolve_axes(ax, (6.4, 3.8))
    ax.axvline(query, color=LIGHT.line, linewidth=1.2, linestyle=(0, (3, 3)), zorder=1)
    sizes = 14 + 320 * shares / max(float(shares.max()), 1e-12)
    ax.scatter(inputs, targets, s=sizes, color=LIGHT.accent, alpha=0.55, linewidths=0, zorder=2)
    if curve is not None:
        curve_x, curve_y = (require_array("curve", part, ndim=1) for part in curve)
        ax.plot(curve_x, curve_y, color=LIGHT.primary, zorder=3)
    style: dict[str, Any] = {
        "s": 90,
        "marker": "D",
        "color": LIGHT.ink,
        "edgecolors": LIGHT.background,
    }
    ax.scatter([query], [float(shares @ targets)], linewidths=1.5, zorder=4, **style)
    ax.set(xlabel="x", ylabel="y")
    ax.grid(axis="y")
    return use_decimal_comma(ax)


def describe_kernel_scatter(x: ArrayLike, y: ArrayLike, weights: ArrayLike, *, query: float) -> str:
    """Descreve a figura do núcleo em palavras, para o texto alternativo.

    Args:
        x: abscissas de treino, forma ``(n,)``.
        y: ordenadas de treino, forma ``(n,)``.
        weights: pesos da consulta, forma ``(n,)``, de soma 1.
        query: abscissa da consulta.

    Returns:
        Número de pontos, previsão, ponto que mais pesa e quantos somam 90% do peso.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: nas mesmas condições de :func:`kernel_scatter`.

    Example:
        >>> print(describe_kernel_scatter([0, 1], [2, 4], [0.75, 0.25], query=0.2))
        Dispersão de 2 pontos com área proporcional ao peso. Em x = 0,20, a previsão é 2,50. O
        ponto que mais pesa está em x = 0,00, com 75%; 2 pontos somam 90% do peso.
    """
    inputs, targets, shares = _checked(x, y, weights)
    best = int(shares.argmax())
    needed = int(np.searchsorted(np.cumsum(np.sort(shares)[::-1]), 0.9 - 1e-9)) + 1
    return (
        f"Dispersão de {inputs.size} pontos com área proporcional ao peso. "
        f"Em x = {format_decimal(query)}, a previsão é {format_decimal(float(shares @ targets))}. "
        f"O ponto que mais pesa está em x = {format_decimal(float(inputs[best]))}, com "
        f"{format_percent(float(shares[best]))}; {needed} ponto{'s' if needed > 1 else ''} "
        f"soma{'m' if needed > 1 else ''} 90% do peso."
    )


def _checked(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Confere pontos e pesos."""
    inputs, targets = require_array("x", x, ndim=1), require_array("y", y, ndim=1)
    shares = require_weights("weights", weights, ndim=1)
    if not inputs.size == targets.size == shares.size:
        raise ValueError(
            f"x, y e weights têm {inputs.size}, {targets.size} e {shares.size} itens; aceito o "
            "mesmo número nos três. Passe os pesos de uma consulta só."
        )
    return inputs, targets, shares
