"""Coordenadas em porcentagem: o desenho estica com a página e o texto não encolhe."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

__all__ = ["Span", "column", "convex_hull", "polyline_points", "row", "snap", "widen"]


@dataclass(frozen=True)
class Span:
    """Um intervalo de dados que ocupa um lado inteiro do desenho.

    Attributes:
        low: valor na borda esquerda (ou de baixo).
        high: valor na borda direita (ou de cima), maior que ``low``.
    """

    low: float
    high: float

    def fraction(self, value: float) -> float:
        """Diz onde o valor cai, de 0 (em ``low``) a 1 (em ``high``).

        Args:
            value: número no intervalo ou fora dele.

        Returns:
            Posição relativa.

        Example:
            >>> Span(-1.0, 3.0).fraction(0.0)
            0.25
        """
        return (value - self.low) / (self.high - self.low)


def column(span: Span, value: float) -> str:
    """Escreve a posição horizontal de um valor, em porcentagem.

    Args:
        span: intervalo do eixo horizontal.
        value: valor a posicionar.

    Returns:
        Texto como ``"25.000%"``.

    Example:
        >>> column(Span(0.0, 2.0), 0.5)
        '25.000%'
    """
    return f"{100 * span.fraction(value):.3f}%"


def row(span: Span, value: float) -> str:
    """Escreve a posição vertical de um valor, em porcentagem contada de cima.

    Args:
        span: intervalo do eixo vertical.
        value: valor a posicionar.

    Returns:
        Texto como ``"75.000%"``.

    Example:
        >>> row(Span(0.0, 2.0), 0.5)
        '75.000%'
    """
    return f"{100 * (1 - span.fraction(value)):.3f}%"


def polyline_points(x_span: Span, y_span: Span, x: Sequence[float], y: Sequence[float]) -> str:
    """Escreve os pontos de uma curva num quadro de 1000 por 1000, esticado depois.

    Args:
        x_span: intervalo horizontal.
        y_span: intervalo vertical.
        x: abscissas.
        y: ordenadas, tantas quantas as abscissas.

    Returns:
        Texto para o atributo ``points``.

    Example:
        >>> polyline_points(Span(0, 1), Span(0, 1), [0.0, 1.0], [0.0, 0.5])
        '0.0,1000.0 1000.0,500.0'
    """
    pairs = zip(x, y, strict=True)
    return " ".join(
        f"{1000 * x_span.fraction(a):.1f},{1000 * (1 - y_span.fraction(b)):.1f}" for a, b in pairs
    )


def widen(values: NDArray[np.float64], margin: float = 0.08) -> Span:
    """Cria um intervalo que contém os valores com folga.

    Args:
        values: números finitos; podem ser todos iguais.
        margin: folga de cada lado, em fração da amplitude.

    Returns:
        Intervalo de amplitude positiva, com bordas de no máximo 3 casas.

    Example:
        >>> widen(np.array([0.0, 10.0]))
        Span(low=-0.8, high=10.8)
    """
    extent = float(np.ptp(values)) or 1.0
    low, high = float(values.min()) - margin * extent, float(values.max()) + margin * extent
    return Span(round(low, 3), round(high, 3))


def snap(value: float, decimals: int) -> float:
    """Arredonda como o JavaScript: meia unidade sobe.

    Args:
        value: número finito.
        decimals: casas decimais.

    Returns:
        O múltiplo de ``10 ** -decimals`` mais próximo.

    Example:
        >>> snap(0.125, 2), round(0.125, 2)
        (0.13, 0.12)
    """
    scale = float(10**decimals)
    return floor(value * scale + 0.5) / scale


def convex_hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Acha o envelope convexo de pontos do plano (cadeia monótona).

    Args:
        points: pontos, forma ``(n, 2)``.

    Returns:
        Vértices em sentido anti-horário, forma ``(m, 2)``, com ``m ≤ n``.

    Fonte:
        Andrew (1979), «Another efficient algorithm for convex hulls in two dimensions».

    Example:
        >>> convex_hull(np.array([[0, 0], [2, 0], [1, 0.5], [1, 2.0]])).tolist()
        [[0.0, 0.0], [2.0, 0.0], [1.0, 2.0]]
    """
    ordered = np.unique(points, axis=0)
    if len(ordered) < 3:
        return np.asarray(ordered)
    lower, upper = _half_hull(ordered), _half_hull(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _half_hull(ordered: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Metade do envelope: só dobra para a esquerda."""
    chain: list[NDArray[np.float64]] = []
    for point in ordered:
        while len(chain) > 1:
            (ax, ay), (bx, by) = chain[-1] - chain[-2], point - chain[-2]
            if ax * by - ay * bx > 0:
                break
            chain.pop()
        chain.append(point)
    return chain
