"""Figura interativa genérica: barras já calculadas, uma posição do controle por linha."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_labels
from coursekit.plotting.decimal_comma import format_decimal
from coursekit.widgets.controls import slider
from coursekit.widgets.markup import Markup, tag
from coursekit.widgets.rows import bar_rows
from coursekit.widgets.widget import Widget

__all__ = ["slider_figure"]


def slider_figure(
    parameter: str,
    positions: ArrayLike,
    bars: ArrayLike,
    labels: Sequence[str],
    *,
    title: str,
    start: int = 0,
    decimals: int = 2,
    notes: Sequence[str] | None = None,
) -> Widget:
    """Monta uma figura em que um controle escolhe entre conjuntos de barras já calculados.

    Serve a qualquer experimento que varie um parâmetro: calcule tudo em Python e passe os
    resultados; o navegador não faz contas.

    Args:
        parameter: nome visível do parâmetro, com unidade se houver.
        positions: valores do parâmetro, forma ``(p,)`` com ``p ≥ 2``, em ordem crescente.
        bars: comprimentos não negativos, forma ``(p, n)``, na mesma unidade.
        labels: ``n`` textos.
        title: título visível da figura.
        start: índice da posição inicial, de 0 a ``p - 1``.
        decimals: casas dos números ao lado das barras.
        notes: ``p`` frases, uma por posição, para completar o resumo; ``None`` não completa.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se os números não forem numéricos ou os textos não forem textos.
        ValueError: se as formas não combinarem, houver barra negativa, posições fora de
            ordem ou ``start`` fora do alcance.

    Example:
        >>> slider_figure("k", [8, 16], [[0.8, 0.6], [0.9, 0.8]], ["IM", "brilho"], title="Pixels")
        [figura interativa: Pixels] k = 8: IM 0,80; brilho 0,60.
    """
    places, heights = _checked(positions, bars, start)
    names = require_labels("labels", labels, heights.shape[1])
    remarks = require_labels("notes", notes, len(places)) if notes else [""] * len(places)
    # Sem zeros à toa: 8 e não 8,00; 0,05 e não 0,050.
    shown = [_short(place) for place in places]
    summaries = [
        f"{parameter} = {text}: {_listed(names, row, decimals)}. {remark}".strip()
        for text, row, remark in zip(shown, heights, remarks, strict=True)
    ]
    largest = float(heights.max()) or 1.0
    write = partial(format_decimal, decimals=decimals)
    first = list(heights[start])
    rows = bar_rows("bar", names, first, name=title, write=write, largest=largest)
    config: dict[str, object] = {"shown": shown, "bars": heights.tolist(), "largest": largest}
    return Widget(
        kind="slider_figure",
        title=title,
        body=tag("div", None, _control(parameter, shown, start), rows),
        summary=summaries[start],
        config={**config, "decimals": decimals, "summaries": summaries},
    )


def _control(parameter: str, shown: list[str], start: int) -> Markup:
    """Monta o controle, uma posição por conjunto de barras."""
    stop = len(shown) - 1
    return slider(
        "position", parameter, start=0, stop=stop, step=1, value=start, shown=shown[start]
    )


def _checked(
    positions: ArrayLike, bars: ArrayLike, start: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confere posições e barras."""
    places = require_array("positions", positions, ndim=1)
    heights = require_array("bars", bars, ndim=2)
    if len(places) < 2 or len(heights) != len(places) or (np.diff(places) <= 0).any():
        raise ValueError(
            f"positions tem {len(places)} valores e bars {len(heights)} linhas; aceito 2 ou "
            "mais posições crescentes e uma linha de barras por posição. Ordene e confira."
        )
    if heights.min() < 0:
        raise ValueError(
            f"bars tem valor negativo ({heights.min():.4g}); aceito comprimentos ≥ 0. "
            "Mostre a diferença para o menor valor ou use outra figura."
        )
    if not 0 <= start < len(places):
        raise ValueError(
            f"start = {start} está fora de 0 a {len(places) - 1}, os índices das posições. "
            "Use 0 para começar na primeira."
        )
    return places, heights


def _short(value: float) -> str:
    """Escreve um número sem zeros à direita."""
    text = format_decimal(value, 6)
    return text.rstrip("0").rstrip(",")


def _listed(names: list[str], row: NDArray[np.float64], decimals: int) -> str:
    """Enumera barras e valores."""
    pairs = zip(names, row, strict=True)
    return "; ".join(f"{name} {format_decimal(value, decimals)}" for name, value in pairs)
