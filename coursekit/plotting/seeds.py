"""Medidas repetidas: todas as sementes à vista, e a média."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal, use_decimal_comma
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes

__all__ = ["describe_points_by_seed", "points_by_seed"]


def points_by_seed(
    groups: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    threshold: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Desenha um ponto por semente em cada grupo, e a média como um traço largo.

    Nada de barras de erro: com poucas sementes, o leitor vê todas.

    Args:
        groups: nome do grupo → uma medida por semente.
        ylabel: nome da medida, com unidade se houver.
        threshold: altura da linha tracejada, fixada antes de medir; ``None`` não traça.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados.

    Raises:
        TypeError: se alguma medida não for numérica.
        ValueError: se não houver grupo, ou se algum estiver vazio ou tiver valor não finito.

    Example:
        >>> from matplotlib.figure import Figure
        >>> groups = {"bilinear": [0.99, 1.0, 0.98], "aditiva": [0.25, 0.27]}
        >>> ax = points_by_seed(groups, ylabel="acurácia", ax=Figure().subplots())
        >>> [len(points.get_offsets()) for points in ax.collections]
        [3, 2]
    """
    values = _checked(groups)
    ax = resolve_axes(ax, (max(4.4, 1.15 * len(values) + 1.8), 3.6))
    for place, measures in enumerate(values.values()):
        x = place + _spread(measures.size)
        ax.scatter(x, measures, s=42, color=LIGHT.primary, alpha=0.75, linewidths=0, zorder=3)
        mean = [float(measures.mean())] * 2
        ax.plot([place - 0.26, place + 0.26], mean, color=LIGHT.accent, linewidth=2.5)
    if threshold is not None:
        ax.axhline(threshold, color=LIGHT.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1.5)
    _write_means(values, threshold, ax)
    ax.set_xticks(range(len(values)), list(values))
    ax.tick_params(axis="x", length=0, labelcolor=LIGHT.ink)
    ax.set(ylabel=ylabel, xlim=(-0.5, len(values) - 0.3))
    ax.grid(axis="y")
    return use_decimal_comma(ax, "y")


def describe_points_by_seed(
    groups: Mapping[str, ArrayLike], *, ylabel: str, threshold: float | None = None
) -> str:
    """Descreve as medidas por semente em palavras, para o texto alternativo.

    Args:
        groups: nome do grupo → uma medida por semente.
        ylabel: nome da medida.
        threshold: altura do limiar, ou ``None``.

    Returns:
        Média, menor e maior de cada grupo, qual tem a maior média e se os grupos se
        sobrepõem.

    Raises:
        TypeError: se alguma medida não for numérica.
        ValueError: nas mesmas condições de :func:`points_by_seed`.

    Example:
        >>> print(describe_points_by_seed({"a": [0.9, 1.0], "b": [0.2]}, ylabel="acurácia"))
        Pontos de acurácia por semente. a: média 0,950, de 0,900 a 1,000 (2 sementes); b: média
        0,200, de 0,200 a 0,200 (1 semente). Maior média: a.
    """
    values = _checked(groups)
    parts = [
        f"{name}: média {_short(m.mean())}, de {_short(m.min())} a {_short(m.max())} "
        f"({m.size} semente{'s' if m.size > 1 else ''})"
        for name, m in values.items()
    ]
    text = f"Pontos de {ylabel} por semente. {'; '.join(parts)}."
    if len(values) > 1:
        text += f" Maior média: {max(values, key=lambda name: values[name].mean())}."
    if threshold is not None:
        above = "; ".join(
            f"{name}, {int((m > threshold).sum())} de {m.size}" for name, m in values.items()
        )
        text += f" Acima da linha tracejada em {_short(threshold)}: {above}."
    return text


def _checked(groups: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    """Confere os grupos."""
    if not groups:
        raise ValueError("groups está vazio; aceito um grupo ou mais. Passe {nome: medidas}.")
    return {name: require_array(f"groups[{name!r}]", m, ndim=1) for name, m in groups.items()}


def _spread(count: int) -> NDArray[np.float64]:
    """Afasta os pontos de um grupo de modo fixo, sem sorteio."""
    return np.linspace(-0.14, 0.14, count) if count > 1 else np.zeros(1)


def _write_means(
    values: Mapping[str, NDArray[np.float64]], threshold: float | None, ax: Axes
) -> None:
    """Escreve a média de cada grupo ao lado do traço; o eixo já tem a sua escala."""
    for place, measures in enumerate(values.values()):
        mean = float(measures.mean())
        side = _side(mean, threshold, ax)
        ax.annotate(
            _short(mean),
            xy=(place + 0.26, mean),
            xytext=(4, 2 * side),
            textcoords="offset points",
            va={-1: "top", 0: "center", 1: "bottom"}[side],
            color=LIGHT.accent,
            fontweight="bold",
        )


def _side(mean: float, threshold: float | None, ax: Axes) -> int:
    """Escolhe onde escrever a média, para o limiar não riscar o número.

    Perto do limiar, acima do traço (1) se a média o alcança, abaixo (-1) se não; longe dele,
    ou sem limiar, na altura do traço (0). «Perto» é um décimo do eixo, três vezes a folga de
    que o número precisa: a escala ainda pode dobrar depois.
    """
    low, high = ax.get_ylim()
    if threshold is None or abs(mean - threshold) > 0.1 * (high - low):
        return 0
    return 1 if mean >= threshold else -1


def _short(value: float) -> str:
    """Escreve com três casas, ou uma se o número for grande."""
    return format_decimal(float(value), 3 if abs(value) < 100 else 1)
