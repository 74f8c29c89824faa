"""Curvas: treino por época e medidas em função de um parâmetro."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal, use_decimal_comma
from coursekit.plotting.palette import LIGHT
from coursekit.plotting.style import resolve_axes

__all__ = ["curve", "describe_curve", "describe_training_curves", "training_curves"]

_MARKERS = ("o", "s", "^", "D", "v")
_DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (5, 2, 1, 2)),
    (0, (8, 3)),
)
# O ocre das séries basta para o traço (contraste 3), não para o texto (4,5).
_TEXT_COLORS = (*LIGHT.series[:2], LIGHT.partial, LIGHT.series[3], LIGHT.confirmed)
_MAX_MARKED = 25
_MAX_TICKS = 12
_FLAT = 0.02


def training_curves(
    history: Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    ylabel: str = "perda",
    log_y: bool = False,
) -> Axes:
    """Desenha uma curva por medida do treino, com o nome ao fim de cada uma.

    Args:
        history: nome da medida → um valor por época; todas do mesmo tamanho, 2 ou mais.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.
        ylabel: nome do eixo vertical, com unidade se houver.
        log_y: eixo vertical logarítmico; exige valores positivos.

    Returns:
        Os eixos desenhados.

    Raises:
        TypeError: se algum valor não for numérico.
        ValueError: se ``history`` estiver vazio, tiver mais de 5 medidas, tamanhos
            diferentes, menos de 2 épocas, valor não finito ou, com ``log_y``, não positivo.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = training_curves({"treino": [2.0, 1.0, 0.5]}, ax=Figure().subplots())
        >>> ax.get_xlabel(), ax.lines[0].get_ydata().tolist()
        ('época', [2.0, 1.0, 0.5])
    """
    series = _series(history)
    epochs = np.arange(1, len(next(iter(series.values()))) + 1, dtype=np.float64)
    ax = curve(epochs, series, xlabel="época", ylabel=ylabel, ax=ax)
    if log_y:
        _use_log(ax, "y", np.concatenate(list(series.values())))
    return ax


def describe_training_curves(
    history: Mapping[str, Sequence[float]], *, ylabel: str = "perda"
) -> str:
    """Descreve as curvas de treino em palavras, para o texto alternativo.

    Args:
        history: nome da medida → um valor por época.
        ylabel: nome do eixo vertical.

    Returns:
        Para cada medida: de quanto a quanto vai e em que época está o menor valor.

    Raises:
        TypeError: se algum valor não for numérico.
        ValueError: nas mesmas condições de :func:`training_curves`.

    Example:
        >>> print(describe_training_curves({"treino": [2.0, 1.0, 0.5]}))
        Curvas de perda em 3 épocas. treino: vai de 2 a 0,5; menor valor, 0,5, na época 3.
    """
    series = _series(history)
    count = len(next(iter(series.values())))
    parts = [
        f"{name}: vai de {_three(y[0])} a {_three(y[-1])}; menor valor, {_three(y.min())}, "
        f"na época {int(y.argmin()) + 1}."
        for name, y in series.items()
    ]
    return f"Curvas de {ylabel} em {count} épocas. {' '.join(parts)}"


def curve(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    threshold: float | None = None,
    threshold_label: str = "limiar",
    log_x: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Desenha medidas em função de um parâmetro, com um limiar opcional.

    Cada série tem cor, traço e marcador próprios e leva o nome ao lado do último ponto.

    Args:
        x: valores do parâmetro, forma ``(n,)``, crescentes, com ``n ≥ 2``.
        series: nome → valores, forma ``(n,)``; de 1 a 5 séries. Nome vazio não é escrito.
        xlabel: nome do eixo horizontal, com unidade se houver.
        ylabel: nome do eixo vertical, com unidade se houver.
        threshold: altura da linha tracejada, fixada antes de medir; ``None`` não traça.
        threshold_label: o que a linha é.
        log_x: eixo horizontal logarítmico; exige ``x`` positivo.
        ax: eixos onde desenhar; ``None`` cria uma figura no estilo do curso.

    Returns:
        Os eixos desenhados.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: se as formas não combinarem, se ``x`` não crescer, se houver valor não
            finito, 0 ou mais de 5 séries ou, com ``log_x``, ``x`` não positivo.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = {"xlabel": "pixels", "ylabel": "acurácia"}
        >>> ax = curve([8, 16], {"IM": [0.8, 0.9]}, threshold=0.85, ax=Figure().subplots(), **axes)
        >>> [text.get_text() for text in ax.texts]
        ['IM', 'limiar 0,85']
    """
    places, heights = _curve_data(x, series)
    ax = resolve_axes(ax, (6.4, 3.6))
    for index, (name, y) in enumerate(heights.items()):
        marker = _MARKERS[index] if places.size <= _MAX_MARKED else None
        style: dict[str, Any] = {
            "color": LIGHT.series[index],
            "linestyle": _DASHES[index],
            "marker": marker,
        }
        ax.plot(places, y, markersize=5.5, label=name, **style)
    _name_curves(ax, places, heights)
    if threshold is not None:
        _draw_threshold(ax, threshold, f"{threshold_label} {_three(threshold)}")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(axis="y")
    use_decimal_comma(ax)
    if log_x:
        _use_log(ax, "x", places)
    return ax


def describe_curve(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    threshold: float | None = None,
) -> str:
    """Descreve as curvas em palavras, para o texto alternativo da figura.

    Args:
        x: valores do parâmetro, forma ``(n,)``.
        series: nome → valores, forma ``(n,)``.
        xlabel: nome do parâmetro.
        ylabel: nome da medida.
        threshold: altura do limiar, ou ``None``.

    Returns:
        Alcance do parâmetro e, para cada série, tendência, extremos, onde ocorrem e quantos
        pontos passam do limiar.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: nas mesmas condições de :func:`curve`.

    Example:
        >>> axes = {"xlabel": "pixels", "ylabel": "acurácia"}
        >>> print(describe_curve([8, 16], {"IM": [0.8, 0.9]}, **axes))
        Curva de acurácia em função de pixels, de 8 a 16. IM: sobe sempre, de 0,8 a 0,9.
    """
    places, heights = _curve_data(x, series)
    parts = [f"{_prefix(name)}{_trend(places, y)}." for name, y in heights.items()]
    text = (
        f"Curva de {ylabel} em função de {xlabel}, de {_three(places[0])} a {_three(places[-1])}. "
        f"{' '.join(parts)}"
    )
    if threshold is not None:
        above = "; ".join(
            f"{_prefix(name)}{int((y > threshold).sum())} de {y.size} pontos acima"
            for name, y in heights.items()
        )
        text += f" Linha tracejada em {_three(threshold)}: {above}."
    return text


def _series(history: Mapping[str, Sequence[float]]) -> dict[str, NDArray[np.float64]]:
    """Confere o histórico: não vazio e do mesmo tamanho."""
    series = {name: require_array(name, values, ndim=1) for name, values in history.items()}
    sizes = {values.size for values in series.values()}
    if len(sizes) != 1 or min(sizes) < 2 or len(series) > len(_MARKERS):
        raise ValueError(
            f"history tem {len(series)} medidas de tamanhos {sorted(sizes)}; aceito de 1 a 5 "
            "medidas do mesmo tamanho, com 2 épocas ou mais. Escolha as que importam."
        )
    return series


def _curve_data(
    x: ArrayLike, series: Mapping[str, ArrayLike]
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Confere o parâmetro e as séries."""
    places = require_array("x", x, ndim=1)
    heights = {name: require_array(f"series[{name!r}]", y, ndim=1) for name, y in series.items()}
    if places.size < 2 or (np.diff(places) <= 0).any():
        raise ValueError(
            f"x tem {places.size} valores ou não cresce; aceito 2 ou mais, em ordem crescente. "
            "Ordene x e as séries juntos."
        )
    if not 1 <= len(heights) <= len(_MARKERS):
        raise ValueError(
            f"series tem {len(heights)} curvas; aceito de 1 a 5. Divida em mais de uma figura."
        )
    wrong = {name: y.size for name, y in heights.items() if y.size != places.size}
    if wrong:
        raise ValueError(
            f"series tem tamanhos {wrong} para {places.size} valores de x; aceito um por valor. "
            "Confira qual ficou de fora."
        )
    return places, heights


def _name_curves(
    ax: Axes, places: NDArray[np.float64], heights: dict[str, NDArray[np.float64]]
) -> None:
    """Escreve o nome de cada série à direita do fim, afastando os que se encostam."""
    named = [(float(y[-1]), -i, name) for i, (name, y) in enumerate(heights.items()) if name]
    low, high = ax.get_ylim()
    for place, (_, index, name) in zip(
        _spaced(sorted(named), high - low), sorted(named), strict=True
    ):
        ax.annotate(
            name,
            xy=(1, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=_TEXT_COLORS[-index],
            fontweight="bold",
        )


def _spaced(named: list[tuple[float, int, str]], extent: float) -> list[float]:
    """Afasta alturas já ordenadas, sem tirar o conjunto do lugar."""
    places: list[float] = []
    for height, *_ in named:
        places.append(max(height, places[-1] + 0.075 * extent) if places else height)
    excess = (places[-1] - named[-1][0]) / 2 if places else 0.0
    return [place - excess for place in places]


def _draw_threshold(ax: Axes, height: float, label: str) -> None:
    """Traça a linha tracejada e escreve o que ela é, acima dela."""
    ax.axhline(height, color=LIGHT.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1.5)
    ax.annotate(
        label,
        xy=(0, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 3),
        textcoords="offset points",
        va="bottom",
        color=LIGHT.ink,
        fontsize="small",
    )


def _use_log(ax: Axes, axis: str, values: NDArray[np.float64]) -> None:
    """Põe um eixo em escala logarítmica, com marcas em números comuns."""
    if values.min() <= 0:
        raise ValueError(
            f"a escala logarítmica recebeu {values.min():.4g}; aceita só valores positivos. "
            "Use a escala linear ou tire o zero."
        )
    getattr(ax, f"set_{axis}scale")("log")
    target = getattr(ax, f"{axis}axis")
    target.set_major_formatter(FuncFormatter(lambda value, _: _three(value)))
    target.set_minor_formatter(NullFormatter())
    if axis == "x" and values.size <= _MAX_TICKS:
        ax.set_xticks(values)
        ax.tick_params(axis="x", which="minor", length=0)


def _trend(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Diz se a curva sobe, desce ou tem um extremo no meio."""
    steps = np.diff(y)
    ends = f"de {_three(y[0])} a {_three(y[-1])}"
    if np.ptp(y) <= _FLAT * max(abs(float(y.mean())), 1e-12):
        return f"quase constante, {ends}"
    if (steps >= 0).all():
        return f"sobe sempre, {ends}"
    if (steps <= 0).all():
        return f"desce sempre, {ends}"
    return (
        f"vai {ends}; menor valor, {_three(y.min())}, em {_three(x[y.argmin()])}; "
        f"maior, {_three(y.max())}, em {_three(x[y.argmax()])}"
    )


def _prefix(name: str) -> str:
    """Nome da série seguido de dois-pontos, se houver nome."""
    return f"{name}: " if name else ""


def _three(value: float) -> str:
    """Escreve com três algarismos significativos, sem zeros à direita."""
    number = float(value)
    digits = 2 - int(np.floor(np.log10(abs(number)))) if number else 0
    text = format_decimal(number, min(max(digits, 0), 12))
    return text.rstrip("0").rstrip(",") if "," in text else text
