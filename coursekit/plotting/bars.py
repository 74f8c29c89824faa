"""Pesos de atenção em barras."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.plotting.checks import require_labels, require_weights
from coursekit.plotting.decimal_comma import format_decimal, format_percent, join_words, use_percent
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes

__all__ = ["describe_weight_bars", "weight_bars"]

_TIE = 1e-9


def weight_bars(
    weights: ArrayLike,
    labels: Sequence[str],
    *,
    ax: Axes | None = None,
    reference: float | None = None,
    reference_label: str = "peso uniforme",
) -> Axes:
    """Desenha um peso por barra; a maior vai em terracota.

    Args:
        weights: pesos não negativos de soma 1 (ou todos zero), forma ``(Tk,)``.
        labels: um texto por peso.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.
        reference: peso em [0, 1] marcado por uma linha tracejada, em geral ``1 / Tk``;
            ``None`` não marca nada.
        reference_label: o que a linha tracejada representa.

    Returns:
        Os eixos desenhados.

    Raises:
        TypeError: se ``weights`` não for numérico ou ``labels`` não for lista de textos.
        ValueError: se os pesos não somarem 1, se faltar rótulo ou se ``reference`` sair
            de [0, 1].

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = weight_bars([0.25, 0.75], ["gato", "sofá"], ax=Figure().subplots())
        >>> [round(float(bar.get_height()), 2) for bar in ax.patches]
        [0.25, 0.75]
    """
    heights = require_weights("weights", weights, ndim=1)
    names = require_labels("labels", labels, heights.size)
    _require_reference(reference)
    ax = resolve_axes(ax, (max(4.2, 0.85 * heights.size + 1.6), 3.2))
    top = heights.max() > 0
    largest = np.abs(heights - heights.max()) <= _TIE
    unique = top and largest.sum() == 1
    colors = [LIGHT.accent if unique and big else LIGHT.primary for big in largest]
    bars = ax.bar(np.arange(heights.size), heights, width=0.64, color=colors)
    ax.bar_label(bars, [format_percent(h) for h in heights], padding=3, color=LIGHT.ink)
    if reference is not None:
        _draw_reference(ax, reference, f"{reference_label}\n{format_percent(reference)}")
    ax.set_xticks(np.arange(heights.size), names)
    ax.tick_params(axis="x", length=0, labelcolor=LIGHT.ink)
    ax.set(ylabel="peso de atenção", ylim=(0, 1.16 * max(heights.max(), reference or 0, 0.05)))
    ax.grid(axis="y")
    return use_percent(ax, "y")


def describe_weight_bars(
    weights: ArrayLike, labels: Sequence[str], *, reference: float | None = None
) -> str:
    """Descreve os pesos em palavras, para o texto alternativo da figura.

    Args:
        weights: pesos não negativos de soma 1 (ou todos zero), forma ``(Tk,)``.
        labels: um texto por peso.
        reference: peso em [0, 1] marcado na figura, ou ``None``.

    Returns:
        Frases com cada peso, o maior e o menor, e quantos passam da referência.

    Raises:
        TypeError: se ``weights`` não for numérico ou ``labels`` não for lista de textos.
        ValueError: nas mesmas condições de :func:`weight_bars`.

    Example:
        >>> describe_weight_bars([0.25, 0.75], ["gato", "sofá"])
        'Barras com 2 pesos de atenção: gato 25% e sofá 75%. O maior é «sofá»; o menor, «gato».'
    """
    heights = require_weights("weights", weights, ndim=1)
    names = require_labels("labels", labels, heights.size)
    _require_reference(reference)
    listed = join_words(
        f"{name} {format_percent(h)}" for name, h in zip(names, heights, strict=True)
    )
    text = f"Barras com {heights.size} pesos de atenção: {listed}. {_extremes(heights, names)}"
    if reference is not None:
        above = int((heights > reference + _TIE).sum())
        text += (
            f" Linha tracejada em {format_percent(reference)}: "
            f"{above} de {heights.size} barras passam dela."
        )
    return text


def _extremes(heights: np.ndarray[tuple[int, ...], np.dtype[np.float64]], names: list[str]) -> str:
    """Diz qual é o maior e o menor, ou que são todos iguais."""
    if np.ptp(heights) <= _TIE:
        return f"Todos são iguais a {format_decimal(float(heights[0]), 3)}."
    return f"O maior é «{names[int(heights.argmax())]}»; o menor, «{names[int(heights.argmin())]}»."


def _require_reference(reference: float | None) -> None:
    """Recusa referência que não seja um peso possível."""
    if reference is not None and not 0 <= reference <= 1:
        raise ValueError(
            f"reference = {reference} está fora de [0, 1], o intervalo dos pesos. "
            "Para o peso uniforme, passe 1 / len(weights)."
        )


def _draw_reference(ax: Axes, height: float, label: str) -> None:
    """Traça a linha tracejada e escreve, à direita, o que ela é."""
    ax.axhline(height, color=LIGHT.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
    ax.annotate(
        label,
        xy=(1, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=LIGHT.ink,
        fontsize="small",
    )
