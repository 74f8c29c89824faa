"""Mapa de calor dos pesos de atenção."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_labels, require_weights
from coursekit.plotting.colorimetry import readable_ink
from coursekit.plotting.decimal_comma import DecimalCommaFormatter, format_decimal, format_percent
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes, sequential_colormap

__all__ = ["attention_heatmap", "describe_attention_heatmap"]

# Só preto e branco puros garantem contraste 4,5 sobre qualquer cor do mapa (√21 ≈ 4,58).
_BLACK, _WHITE = "#000000", "#ffffff"
_MAX_ANNOTATED = 12
_MAX_DESCRIBED = 8


def attention_heatmap(
    weights: ArrayLike,
    *,
    query_labels: Sequence[str],
    key_labels: Sequence[str],
    ax: Axes | None = None,
    annotate: bool | None = None,
) -> Axes:
    """Desenha a matriz de pesos: uma consulta por linha, uma chave por coluna.

    A cor vai do papel (0) ao petróleo escuro (1), sempre na mesma escala, para que duas
    figuras possam ser comparadas.

    Args:
        weights: pesos, forma ``(Tq, Tk)``; cada linha soma 1, ou 0 se nada é visível.
        query_labels: ``Tq`` textos.
        key_labels: ``Tk`` textos.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.
        annotate: escreve o peso em cada célula; ``None`` escreve se houver até 12 chaves.

    Returns:
        Os eixos desenhados.

    Raises:
        TypeError: se ``weights`` não for numérico ou os rótulos não forem textos.
        ValueError: se alguma linha não somar 1 nem 0, ou se os rótulos não baterem com a
            forma.

    Example:
        >>> from matplotlib.figure import Figure
        >>> labels = {"query_labels": ["ela"], "key_labels": ["Ana", "lua"]}
        >>> ax = attention_heatmap([[0.9, 0.1]], **labels, ax=Figure().subplots())
        >>> [text.get_text() for text in ax.texts]
        ['0,90', '0,10']
    """
    matrix, queries, keys = _checked(weights, query_labels, key_labels)
    ax = resolve_axes(ax, (0.62 * len(keys) + 2.6, 0.46 * len(queries) + 1.7))
    image = ax.imshow(matrix, cmap=sequential_colormap(), vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(np.arange(len(keys)), keys, rotation=_rotation(keys), ha="center")
    ax.set_yticks(np.arange(len(queries)), queries)
    ax.tick_params(length=0, labelcolor=LIGHT.ink)
    ax.set(xlabel="chaves", ylabel="consultas")
    ax.spines[:].set_visible(False)
    _draw_gaps(ax, matrix.shape)
    if annotate or (annotate is None and len(keys) <= _MAX_ANNOTATED):
        _annotate(ax, matrix)
    bar = ax.figure.colorbar(image, ax=ax, format=DecimalCommaFormatter(), shrink=0.9, aspect=18)
    bar.outline.set_visible(False)
    bar.set_label("peso")
    return ax


def describe_attention_heatmap(
    weights: ArrayLike, query_labels: Sequence[str], key_labels: Sequence[str]
) -> str:
    """Descreve o mapa de calor em palavras, para o texto alternativo da figura.

    Args:
        weights: pesos, forma ``(Tq, Tk)``.
        query_labels: ``Tq`` textos.
        key_labels: ``Tk`` textos.

    Returns:
        Tamanho, chave mais pesada de cada consulta (das 8 primeiras, se houver mais), a
        maior concentração e as linhas mascaradas.

    Raises:
        TypeError: se ``weights`` não for numérico ou os rótulos não forem textos.
        ValueError: nas mesmas condições de :func:`attention_heatmap`.

    Example:
        >>> print(describe_attention_heatmap([[0.9, 0.1]], ["ela"], ["Ana", "lua"]))
        Mapa de calor de pesos de atenção: 1 consulta por 2 chaves. «ela» olha mais para
        «Ana» (90%).
    """
    matrix, queries, keys = _checked(weights, query_labels, key_labels)
    seen = matrix.sum(axis=1) > 0
    text = (
        f"Mapa de calor de pesos de atenção: {_count(len(queries), 'consulta')} "
        f"por {_count(len(keys), 'chave')}."
    )
    shown = [i for i in range(len(queries)) if seen[i]][:_MAX_DESCRIBED]
    rows = [_describe_row(matrix[i], queries[i], keys) for i in shown]
    if rows:
        text += f" {'; '.join(rows)}."
    if seen.sum() > 1:
        row, column = np.unravel_index(int(matrix.argmax()), matrix.shape)
        text += (
            f" O maior peso da figura é {format_percent(float(matrix.max()))}, "
            f"de «{queries[row]}» para «{keys[column]}»."
        )
    if not seen.all():
        hidden = int((~seen).sum())
        text += f" {_count(hidden, 'consulta')} sem nenhuma chave visível: linha toda zero."
    return text


def _checked(
    weights: ArrayLike, query_labels: Sequence[str], key_labels: Sequence[str]
) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """Confere matriz e rótulos."""
    matrix = require_weights("weights", weights, ndim=2)
    queries = require_labels("query_labels", query_labels, matrix.shape[0])
    return matrix, queries, require_labels("key_labels", key_labels, matrix.shape[1])


def _describe_row(row: NDArray[np.float64], query: str, keys: list[str]) -> str:
    """Diz para onde a consulta olha mais, ou que olha por igual."""
    if np.ptp(row) < 0.005:
        return f"«{query}» olha por igual para todas"
    best = int(row.argmax())
    return f"«{query}» olha mais para «{keys[best]}» ({format_percent(float(row[best]))})"


def _count(number: int, noun: str) -> str:
    """Concorda o substantivo com o número."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rotation(labels: list[str]) -> float:
    """Deita os rótulos longos, para que não se atropelem."""
    return 0.0 if max(map(len, labels)) <= 7 else 45.0


def _draw_gaps(ax: Axes, shape: tuple[int, ...]) -> None:
    """Separa as células por um fio da cor do papel."""
    ax.set_xticks(np.arange(1, shape[1]) - 0.5, minor=True)
    ax.set_yticks(np.arange(1, shape[0]) - 0.5, minor=True)
    ax.grid(which="minor", color=LIGHT.background, linewidth=2)
    ax.grid(which="major", visible=False)
    ax.tick_params(which="minor", length=0)


def _annotate(ax: Axes, matrix: NDArray[np.float64]) -> None:
    """Escreve cada peso na tinta que contrasta com a sua célula."""
    colormap = sequential_colormap()
    for (row, column), weight in np.ndenumerate(matrix):
        ink = readable_ink(to_hex(colormap(weight)), dark=_BLACK, light=_WHITE)
        text = format_decimal(weight, 2)
        ax.text(column, row, text, ha="center", va="center", color=ink, fontsize="small")
