"""Diagrama de sequência: de uma palavra às outras, com setas da grossura do peso."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_labels, require_weights
from coursekit.plotting.decimal_comma import format_percent, join_words
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes

__all__ = ["describe_sequence_diagram", "sequence_diagram"]

_MIN_SHOWN = 0.02


def sequence_diagram(
    tokens: Sequence[str], weights: ArrayLike, *, query: int, ax: Axes | None = None
) -> Axes:
    """Desenha a frase numa linha e, da palavra que consulta, uma seta para cada outra.

    A grossura da seta é o peso; abaixo de 2% não há seta. O peso que a palavra dá a si
    mesma vai só no número.

    Args:
        tokens: palavras, na ordem, ``T ≥ 2``.
        weights: pesos da palavra que consulta, forma ``(T,)``, de soma 1 (ou todos zero).
        query: índice da palavra que consulta, de 0 a ``T - 1``.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados, sem marcas.

    Raises:
        TypeError: se ``weights`` não for numérico ou ``tokens`` não for lista de textos.
        ValueError: se os pesos não somarem 1, se houver menos de 2 palavras, se faltar peso
            ou se ``query`` sair do alcance.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = sequence_diagram(["o", "gato"], [0.75, 0.25], query=1, ax=Figure().subplots())
        >>> [text.get_text() for text in ax.texts]
        ['o', '75%', 'gato', '25%']
    """
    shares, words = _checked(tokens, weights, query)
    reach = max(query, len(words) - 1 - query)
    height = 1.5 + 0.22 * reach
    ax = resolve_axes(ax, (max(4.6, 0.95 * len(words) + 0.6), height))
    for place, (word, share) in enumerate(zip(words, shares, strict=True)):
        _draw_word(ax, place, word, share, chosen=place == query)
        if place != query and share >= _MIN_SHOWN:
            ax.add_patch(_arrow(query, place, share))
    # 0,8 polegada por unidade de altura: o arco, medido em polegadas, cabe sem sobra.
    ax.set(xlim=(-0.6, len(words) - 0.4), ylim=(-0.95, height / 0.8 - 0.95))
    ax.set_axis_off()
    return ax


def describe_sequence_diagram(tokens: Sequence[str], weights: ArrayLike, *, query: int) -> str:
    """Descreve o diagrama em palavras, para o texto alternativo.

    Args:
        tokens: palavras, na ordem.
        weights: pesos da palavra que consulta, forma ``(T,)``.
        query: índice da palavra que consulta.

    Returns:
        A frase, a palavra que consulta e as três palavras que mais pesam.

    Raises:
        TypeError: se ``weights`` não for numérico ou ``tokens`` não for lista de textos.
        ValueError: nas mesmas condições de :func:`sequence_diagram`.

    Example:
        >>> print(describe_sequence_diagram(["o", "gato"], [0.75, 0.25], query=1))
        Diagrama da frase «o gato»: a palavra 2, «gato», olha para «o» (75%) e «gato» (25%).
    """
    shares, words = _checked(tokens, weights, query)
    start = f"Diagrama da frase «{' '.join(words)}»: a palavra {query + 1}, «{words[query]}»,"
    if not shares.any():
        return f"{start} não vê nenhuma palavra."
    top = np.argsort(-shares, kind="stable")[:3]
    named = join_words(f"«{words[i]}» ({format_percent(float(shares[i]))})" for i in top)
    return f"{start} olha para {named}."


def _checked(
    tokens: Sequence[str], weights: ArrayLike, query: int
) -> tuple[NDArray[np.float64], list[str]]:
    """Confere frase, pesos e índice."""
    shares = require_weights("weights", weights, ndim=1)
    words = require_labels("tokens", tokens, shares.size)
    if len(words) < 2 or not 0 <= query < len(words):
        raise ValueError(
            f"query = {query} para {len(words)} palavras; aceito 2 palavras ou mais e índice de "
            f"0 a {len(words) - 1}. Conte a partir de 0."
        )
    return shares, words


def _draw_word(ax: Axes, place: int, word: str, share: float, *, chosen: bool) -> None:
    """Escreve a palavra numa caixa e o peso que ela recebe embaixo."""
    box: dict[str, Any] = {
        "boxstyle": "round,pad=0.35,rounding_size=0.25",
        "facecolor": LIGHT.accent if chosen else LIGHT.sunken,
        "edgecolor": "none",
    }
    ink = LIGHT.on_accent if chosen else LIGHT.ink
    ax.text(place, 0, word, ha="center", va="center", color=ink, fontsize="large", bbox=box)
    ax.text(place, -0.62, format_percent(share), ha="center", color=LIGHT.muted, fontsize="small")


def _arrow(start: int, end: int, share: float) -> FancyArrowPatch:
    """Cria a seta em arco, sempre por cima da frase."""
    bend = 0.42 if end < start else -0.42
    return FancyArrowPatch(
        (start, 0.32),
        (end, 0.32),
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>,head_length=5,head_width=3",
        linewidth=0.75 + 7 * share,
        color=LIGHT.primary,
        alpha=0.85,
        shrinkA=2,
        shrinkB=2,
    )
