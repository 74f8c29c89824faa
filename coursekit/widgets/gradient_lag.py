"""Figura interativa: o gradiente que sobra a cada defasagem, conforme o raio espectral."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import Span, column, polyline_points, row
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.plane import plane
from coursekit.widgets.widget import Widget

__all__ = ["gradient_lag"]

Vector = NDArray[np.float64]
_THRESHOLD = 1e-3
_THRESHOLD_POWER = -3
_DEEPEST, _HIGHEST = -12, 6
_MAX_CURVES = 4
_MAX_GRID_LINES = 7
_TITLE = "Quanto do gradiente chega a cada defasagem"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Cada dinâmica tem traço e marcador próprios: a cor nunca fala sozinha.
_MARKERS = ("M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0z", "M-4.5,-4.5h9v9h-9z", "M0,-6l6,10h-12z",
            "M0,-6l6,6l-6,6l-6,-6z")  # fmt: skip


@dataclass(frozen=True)
class _Scene:
    """Raios, curvas (dinâmica, raio, defasagem) e a posição inicial do controle."""

    radii: Vector
    names: list[str]
    curves: Vector
    first_lag: int
    start: int

    @property
    def lags(self) -> Vector:
        """Defasagens, em passos."""
        return np.arange(self.curves.shape[2], dtype=np.float64) + self.first_lag

    @property
    def lag_span(self) -> Span:
        """Intervalo do eixo das defasagens."""
        return Span(float(self.lags[0]), float(self.lags[-1]))

    @property
    def power_span(self) -> Span:
        """Intervalo do eixo das potências de dez, com o limiar sempre à vista."""
        positive = self.curves[self.curves > 0]
        low, high = np.log10(positive.min()), np.log10(positive.max())
        bottom = min(-4.0, max(_DEEPEST, floor(low)))
        return Span(bottom, max(1.0, min(_HIGHEST, ceil(high + 0.1))))

    def powers(self) -> Vector:
        """Expoentes de dez de cada norma; norma zero vai para bem abaixo do quadro."""
        return np.asarray(np.log10(np.maximum(self.curves, 1e-30)).round(4))


def gradient_lag(
    spectral_radii: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    first_lag: int = 0,
    title: str | None = None,
) -> Widget:
    r"""Monta a figura do gradiente por defasagem, em escala logarítmica.

    O controle escolhe o raio espectral :math:`\rho`; há uma linha por dinâmica. O fator por
    passo é a exponencial da reta de mínimos quadrados de :math:`\ln` da norma pela defasagem,
    até a primeira norma nula; a defasagem do limiar é a primeira de norma menor que
    :math:`10^{-3}`. As normas são desenhadas com 4 casas no expoente.

    Args:
        spectral_radii: raios, forma ``(R,)`` com ``R ≥ 2``, positivos e crescentes.
        curves: nome da dinâmica → normas não negativas, forma ``(R, L)``, ``L ≥ 3``: linha
            por raio, coluna por defasagem. De 1 a 4 dinâmicas.
        first_lag: defasagem da primeira coluna (0, ou 1 se a medida começa em um passo).
        title: título visível da figura; ``None`` usa o da casa.

    Returns:
        Figura interativa, que começa no raio mais próximo de 0,9.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: se as formas não combinarem, houver norma negativa ou toda nula, raios
            fora de ordem, dinâmicas demais ou ``first_lag`` negativa.

    Fonte:
        Pascanu, Mikolov e Bengio (2013): produto de jacobianas ao longo do tempo.

    Example:
        >>> radii = np.array([0.5, 0.9, 1.1])
        >>> gradient_lag(radii, {"linear": radii[:, None] ** np.arange(80.0)})
        [figura interativa: Quanto do gradiente chega a cada defasagem] Raio espectral 0,90:
        linear desvanece (fator 0,900 por passo) e desce de 10⁻³ na defasagem 66.
    """
    scene = _build(spectral_radii, curves, first_lag)
    return Widget(
        kind="gradient_lag",
        title=_TITLE if title is None else title,
        body=tag("div", None, _control(scene), _drawing(scene), _ends(scene), _readings(scene)),
        summary=_summaries(scene)[scene.start],
        config={
            "shown": _shown(scene.radii),
            "powers": np.moveaxis(scene.powers(), 0, 1).tolist(),
            "powerSpan": [scene.power_span.low, scene.power_span.high],
            "factors": _by_radius(scene, _factor_text),
            "reaches": _by_radius(scene, _reach),
            "summaries": _summaries(scene),
        },
    )


def _build(radii: ArrayLike, curves: Mapping[str, ArrayLike], first_lag: int) -> _Scene:
    """Confere a entrada da figura."""
    places = require_array("spectral_radii", radii, ndim=1)
    if len(places) < 2 or places[0] <= 0 or (np.diff(places) <= 0).any():
        raise ValueError(
            f"spectral_radii tem {len(places)} valores, de {places[0]:g} a {places[-1]:g}; aceito "
            "2 ou mais, positivos e crescentes. Ordene com np.sort e tire os repetidos."
        )
    if not 1 <= len(curves) <= _MAX_CURVES:
        raise ValueError(
            f"curves tem {len(curves)} dinâmicas; aceito de 1 a {_MAX_CURVES}, uma linha por "
            "dinâmica. Escolha as que importam."
        )
    if first_lag < 0:
        raise ValueError(
            f"first_lag = {first_lag} é negativa; aceito 0 ou mais. Use 0 se a primeira coluna é "
            "o próprio passo, ou 1 se é o passo anterior."
        )
    stacked = [_checked(name, values, len(places)) for name, values in curves.items()]
    if len({values.shape for values in stacked}) > 1:
        raise ValueError(
            f"curves tem defasagens demais ou de menos: {[v.shape[1] for v in stacked]}; aceito o "
            "mesmo número em todas as dinâmicas. Corte as mais longas."
        )
    start = int(np.abs(places - 0.9).argmin())
    return _Scene(places, list(curves), np.array(stacked), first_lag, start)


def _checked(name: str, values: ArrayLike, count: int) -> Vector:
    """Confere as normas de uma dinâmica."""
    norms = require_array(f"curves[{name!r}]", values, ndim=2)
    if len(norms) != count or norms.shape[1] < 3:
        raise ValueError(
            f"curves[{name!r}] tem forma {norms.shape}; aceito ({count}, L) com L ≥ 3: uma linha "
            "por raio e uma coluna por defasagem. Talvez falte transpor."
        )
    if norms.min() < 0 or (norms[:, :2] == 0).any():
        raise ValueError(
            f"curves[{name!r}] tem norma negativa ou nula nas duas primeiras defasagens; aceito "
            "normas ≥ 0, positivas no começo. Passe a norma, e não o gradiente."
        )
    return norms


def _shown(radii: Vector) -> list[str]:
    """Escreve os raios com as casas que os distinguem."""
    for decimals in (2, 3, 4):
        texts = [format_decimal(float(radius), decimals) for radius in radii]
        if len(set(texts)) == len(texts):
            break
    return texts


def _factor(norms: Vector) -> float:
    """Fator por passo: exponencial da inclinação de ln(norma), até a primeira norma nula."""
    zeros = np.flatnonzero(norms == 0)
    used = norms[: zeros[0]] if len(zeros) else norms
    centered = np.arange(len(used)) - (len(used) - 1) / 2
    return float(np.exp((centered @ np.log(used)) / (centered @ centered)))


def _crossing(scene: _Scene, norms: Vector) -> int | None:
    """Primeira defasagem abaixo do limiar, ou ``None``."""
    below = np.flatnonzero(norms < _THRESHOLD)
    return int(scene.lags[below[0]]) if len(below) else None


def _by_radius(scene: _Scene, write: Callable[[_Scene, int, int], str]) -> list[list[str]]:
    """Escreve um texto por raio e por dinâmica."""
    curves = range(len(scene.names))
    return [[write(scene, curve, radius) for curve in curves] for radius in range(len(scene.radii))]


def _factor_text(scene: _Scene, curve: int, radius: int) -> str:
    """Escreve o fator por passo; acima de mil, só diz que passa."""
    factor = _factor(scene.curves[curve, radius])
    return "> 1000" if factor > 1000 else format_decimal(factor, 3)


def _reach(scene: _Scene, curve: int, radius: int) -> str:
    """Escreve a partir de que defasagem a norma fica abaixo do limiar."""
    lag = _crossing(scene, scene.curves[curve, radius])
    return f"não até {int(scene.lags[-1])}" if lag is None else f"defasagem {lag}"


def _sentence(scene: _Scene, curve: int, radius: int) -> str:
    """Diz em palavras o que uma linha faz."""
    norms = scene.curves[curve, radius]
    factor, lag = _factor(norms), _crossing(scene, norms)
    effect = "mantém-se" if abs(factor - 1) < 0.005 else "desvanece" if factor < 1 else "explode"
    reach = (
        f"não desce de 10⁻³ até a defasagem {int(scene.lags[-1])}"
        if lag is None
        else f"desce de 10⁻³ na defasagem {lag}"
    )
    written = _factor_text(scene, curve, radius)
    return f"{scene.names[curve]} {effect} (fator {written} por passo) e {reach}"


def _summaries(scene: _Scene) -> list[str]:
    """Escreve uma frase por raio, com o que cada linha mostra."""
    curves = range(len(scene.names))
    return [
        f"Raio espectral {shown}: {'; '.join(_sentence(scene, curve, radius) for curve in curves)}."
        for radius, shown in enumerate(_shown(scene.radii))
    ]


def _control(scene: _Scene) -> Markup:
    """Monta o controle do raio espectral."""
    shown = _shown(scene.radii)
    stop = len(shown) - 1
    name = "Raio espectral ρ"
    return slider(
        "radius", name, start=0, stop=stop, step=1, value=scene.start, shown=shown[scene.start]
    )


def _drawing(scene: _Scene) -> Markup:
    """Desenha grade, limiar, curvas e marcadores, com as potências de dez ao lado."""
    count = range(len(scene.names))
    dots = [dot for curve in count for dot in _dots(scene, curve)]
    lines, labels = _grid(scene.power_span)
    name = "Norma do gradiente por defasagem, em escala logarítmica; uma linha por dinâmica"
    curves = [_curve(scene, curve) for curve in count]
    drawing = plane(name, *lines, *curves, *dots, css="cw-chart cw-log")
    scale = tag("svg", {"class": "cw-log cw-scale", "aria-hidden": "true"}, *labels)
    return tag("div", {"class": "cw-plot"}, scale, drawing)


def _grid(span: Span) -> tuple[list[Markup], list[Markup]]:
    """Desenha as potências de dez e destaca o limiar; devolve linhas e rótulos."""
    count = int(span.high - span.low)
    stride = next(s for s in (1, 2, 3, 4, 5) if count // s < _MAX_GRID_LINES)
    lines, labels = [], []
    for power in range(int(span.low) + 1, int(span.high)):
        if (power - _THRESHOLD_POWER) % stride:
            continue
        y = row(span, power)
        css = "cw-limit" if power == _THRESHOLD_POWER else "cw-grid"
        lines.append(tag("line", {"class": css, "x1": 0, "x2": "100%", "y1": y, "y2": y}))
        text: Attributes = {"class": css, "x": "100%", "y": y, "dy": 5, "text-anchor": "end"}
        labels.append(tag("text", text, f"10{str(power).translate(_SUPERSCRIPTS)}"))
    return lines, labels


def _curve(scene: _Scene, curve: int) -> Markup:
    """Desenha a linha de uma dinâmica no raio inicial."""
    frame: Attributes = {
        "viewBox": "0 0 1000 1000",
        "preserveAspectRatio": "none",
        "width": "100%",
        "height": "100%",
        "class": "cw-frame",
    }
    powers = scene.powers()[curve, scene.start].tolist()
    shape: Attributes = {
        "class": f"cw-series cw-series-{curve + 1}",
        "data-role": "curve",
        "points": polyline_points(scene.lag_span, scene.power_span, scene.lags.tolist(), powers),
        "vector-effect": "non-scaling-stroke",
    }
    return tag("svg", frame, tag("polyline", shape))


def _dots(scene: _Scene, curve: int) -> list[Markup]:
    """Desenha os marcadores de uma dinâmica, deslocados dos das outras."""
    size = len(scene.lags)
    stride = max(1, size // 6)
    offset = (curve * stride) // max(1, len(scene.names)) + stride // 4
    powers = scene.powers()[curve, scene.start]
    dots = []
    for lag in range(offset, size, stride):
        place: Attributes = {
            "data-role": f"marker-{curve}",
            "data-lag": lag,
            "class": "cw-frame",
            "x": column(scene.lag_span, float(scene.lags[lag])),
            "y": row(scene.power_span, float(powers[lag])),
        }
        dots.append(tag("svg", place, _marker(curve)))
    return dots


def _marker(curve: int) -> Markup:
    """Desenha o marcador de uma dinâmica."""
    return tag("path", {"class": f"cw-marker cw-marker-{curve + 1}", "d": _MARKERS[curve]})


def _ends(scene: _Scene) -> Markup:
    """Escreve as pontas e o nome do eixo das defasagens."""
    texts = (str(int(scene.lags[0])), "defasagem (passos para trás)", str(int(scene.lags[-1])))
    return tag("p", {"class": "cw-ends cw-lags"}, *[tag("span", None, text) for text in texts])


def _readings(scene: _Scene) -> Markup:
    """Monta a legenda, com o fator e a defasagem do limiar de cada linha."""
    head = [tag("span", None, text) for text in ("", "", "fator por passo", "abaixo de 10⁻³")]
    items = [tag("li", {"class": "cw-lines-head", "aria-hidden": "true"}, *head)]
    for curve, name in enumerate(scene.names):
        cells = (
            ("factor", "fator por passo ", _factor_text(scene, curve, scene.start)),
            ("reach", "abaixo de 10⁻³: ", _reach(scene, curve, scene.start)),
        )
        numbers = [
            tag("span", None, _spoken(spoken), tag("span", {"data-role": role}, text))
            for role, spoken, text in cells
        ]
        items.append(tag("li", None, _sample(curve), tag("strong", None, name), " ", *numbers))
    return tag("ul", {"class": "cw-lines", "aria-label": "Leitura de cada linha"}, *items)


def _spoken(text: str) -> Markup:
    """Escreve um texto que só o leitor de tela lê; a vista tem o título da coluna."""
    return tag("span", {"class": "cw-hidden"}, text)


def _sample(curve: int) -> Markup:
    """Desenha a amostra do traço e do marcador de uma dinâmica."""
    line: Attributes = {
        "class": f"cw-series cw-series-{curve + 1}",
        "x1": 0,
        "x2": "100%",
        "y1": "50%",
        "y2": "50%",
    }
    center = tag("svg", {"x": "50%", "y": "50%", "class": "cw-frame"}, _marker(curve))
    hidden: Attributes = {"class": "cw-sample", "aria-hidden": "true", "focusable": "false"}
    return tag("svg", hidden, tag("line", line), center)
