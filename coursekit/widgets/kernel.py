"""Figura interativa: a largura do núcleo na regressão de Nadaraya–Watson."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import Span, column, polyline_points, row, snap, widen
from coursekit.widgets.formulas import entropy, softmax
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.plane import curve, plane
from coursekit.widgets.rows import fact
from coursekit.widgets.widget import Widget

__all__ = ["kernel_bandwidth"]

Vector = NDArray[np.float64]
_STEP = 0.05
_NUM_GRID = 121


@dataclass(frozen=True)
class _Scene:
    """Os dados já conferidos e o estado inicial da figura."""

    x: Vector
    y: Vector
    truth: Vector | None
    bandwidth: float
    query: float
    x_span: Span
    y_span: Span

    @property
    def grid(self) -> Vector:
        """Abscissas em que a curva é desenhada."""
        return np.linspace(self.x_span.low, self.x_span.high, _NUM_GRID)

    def weights(self, query: float) -> Vector:
        """Pesos dos pontos de treino para uma consulta."""
        return softmax(-0.5 * ((query - self.x) / self.bandwidth) ** 2)

    def predict(self, queries: Vector) -> Vector:
        """Média das ordenadas ponderada pelos pesos, uma por consulta."""
        return np.array([self.weights(query) @ self.y for query in queries])


def kernel_bandwidth(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bandwidth: float = 0.3,
    query: float | None = None,
    truth: ArrayLike | None = None,
    title: str = "A largura do núcleo decide quem opina",
) -> Widget:
    r"""Monta a figura da regressão por núcleo gaussiano, com largura e consulta móveis.

    .. math::

        \hat y(x) = \sum_i \alpha_i(x)\, y_i, \qquad
        \alpha_i(x) = \frac{e^{-(x-x_i)^2/2h^2}}{\sum_k e^{-(x-x_k)^2/2h^2}}

    O controle da largura :math:`h` é logarítmico, de 0,05 a 10; o da consulta percorre o
    eixo. Os pontos crescem com o peso que recebem da consulta.

    Args:
        x: abscissas de treino, forma ``(n,)`` com ``n ≥ 3``.
        y: ordenadas de treino, forma ``(n,)``.
        bandwidth: largura inicial :math:`h`, em [0,05; 10], na unidade de ``x``.
        query: abscissa da consulta inicial; ``None`` usa o meio do eixo.
        truth: valor sem ruído em cada ``x``, forma ``(n,)``; se dado, a figura mostra o
            erro quadrático médio em relação a ele.
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se algum vetor não for numérico.
        ValueError: se as formas não combinarem, se houver menos de 3 pontos, valor não
            finito, largura fora de [0,05; 10] ou consulta fora do eixo.

    Fonte:
        Nadaraya (1964) e Watson (1964), com núcleo gaussiano.

    Example:
        >>> kernel_bandwidth([0, 1, 2], [0, 1, 4], bandwidth=0.5, query=1.0)
        [figura interativa: A largura do núcleo decide quem opina] Largura h = 0,501: em x =
        1,00, a previsão é 1,21; o ponto mais próximo recebe 78,6% do peso, e é como se 2,0
        pontos opinassem.
    """
    scene = _build(x, y, truth, bandwidth, query)
    return Widget(
        kind="kernel_bandwidth",
        title=title,
        body=tag("div", None, _drawing(scene), *_controls(scene), _facts(scene)),
        summary=_summarize(scene),
        config={
            "x": scene.x.tolist(),
            "y": scene.y.tolist(),
            "truth": None if scene.truth is None else scene.truth.tolist(),
            "xSpan": [scene.x_span.low, scene.x_span.high],
            "ySpan": [scene.y_span.low, scene.y_span.high],
            "numGrid": _NUM_GRID,
        },
    )


def _build(
    x: ArrayLike, y: ArrayLike, truth: ArrayLike | None, bandwidth: float, query: float | None
) -> _Scene:
    """Confere a entrada e põe largura e consulta sobre a grade dos controles."""
    inputs, targets = require_array("x", x, ndim=1), require_array("y", y, ndim=1)
    clean = None if truth is None else require_array("truth", truth, ndim=1)
    sizes = {inputs.size, targets.size} | (set() if clean is None else {clean.size})
    if len(sizes) > 1 or inputs.size < 3:
        raise ValueError(
            f"x e y (e truth) têm {sorted(sizes)} pontos; aceito o mesmo número em todos, 3 ou "
            "mais. Confira se algum vetor foi cortado."
        )
    if not 0.05 <= bandwidth <= 10:
        raise ValueError(
            f"bandwidth = {bandwidth} está fora de [0.05, 10], o alcance do controle. "
            "Reescale x ou escolha, por exemplo, 0.3."
        )
    x_span = widen(inputs, 0.04)
    position = snap(float(np.log10(bandwidth)) / _STEP, 0) * _STEP
    return _Scene(
        x=inputs,
        y=targets,
        truth=clean,
        bandwidth=snap(10**position, 3),
        query=_start(x_span, query),
        x_span=x_span,
        y_span=widen(targets, 0.1),
    )


def _start(x_span: Span, query: float | None) -> float:
    """Consulta inicial sobre a grade do controle; sem escolha, o meio do eixo."""
    middle = (x_span.low + x_span.high) / 2 if query is None else query
    if not x_span.low <= middle <= x_span.high:
        raise ValueError(
            f"query = {query} está fora de [{x_span.low:g}, {x_span.high:g}], o eixo da figura. "
            "Escolha uma abscissa entre os pontos."
        )
    return snap(middle, 2)


def _drawing(scene: _Scene) -> Markup:
    """Desenha os pontos, a curva, a consulta e a previsão."""
    place = column(scene.x_span, scene.query)
    guide: Attributes = {"class": "cw-guide", "data-role": "guide", "y1": 0, "y2": "100%"}
    mark: Attributes = {"class": "cw-context", "data-role": "prediction-point", "r": 8}
    points = polyline_points(
        scene.x_span, scene.y_span, scene.grid.tolist(), scene.predict(scene.grid).tolist()
    )
    return plane(
        "Pontos de treino, curva prevista e a consulta; pontos maiores pesam mais",
        *_reference_curve(scene),
        tag("line", {**guide, "x1": place, "x2": place}),
        *_dots(scene),
        curve("curve", points, "cw-curve"),
        tag("circle", {**mark, "cx": place, "cy": row(scene.y_span, _prediction(scene))}),
        css="cw-chart",
    )


def _dots(scene: _Scene) -> list[Markup]:
    """Desenha os pontos de treino, maiores e mais cheios quanto mais pesam."""
    weights = scene.weights(scene.query)
    top = float(weights.max())
    return [
        tag(
            "circle",
            {
                "class": "cw-datum",
                "data-role": "datum",
                "cx": column(scene.x_span, a),
                "cy": row(scene.y_span, b),
                "r": f"{3 + 7 * np.sqrt(weight / top):.3f}",
                "fill-opacity": f"{0.25 + 0.75 * weight / top:.3f}",
            },
        )
        for a, b, weight in zip(scene.x, scene.y, weights, strict=True)
    ]


def _reference_curve(scene: _Scene) -> list[Markup]:
    """Desenha, tracejada, a curva sem ruído, se ela foi dada."""
    if scene.truth is None:
        return []
    order = np.argsort(scene.x, kind="stable")
    points = polyline_points(
        scene.x_span, scene.y_span, scene.x[order].tolist(), scene.truth[order].tolist()
    )
    return [curve("", points, "cw-truth")]


def _controls(scene: _Scene) -> list[Markup]:
    """Monta os controles de largura e de consulta."""
    width = slider(
        "bandwidth",
        "Largura h",
        start=snap(float(np.log10(0.05)) / _STEP, 0) * _STEP,
        stop=1,
        step=_STEP,
        value=snap(float(np.log10(scene.bandwidth)) / _STEP, 0) * _STEP,
        shown=format_decimal(scene.bandwidth, 3),
    )
    place = slider(
        "query",
        "Consulta x",
        start=snap(scene.x_span.low + 0.005, 2),
        stop=snap(scene.x_span.high - 0.005, 2),
        step=0.01,
        value=scene.query,
        shown=format_decimal(scene.query),
    )
    return [width, place]


def _facts(scene: _Scene) -> Markup:
    """Monta os números de destaque."""
    facts = [
        fact("prediction", "previsão na consulta", format_decimal(_prediction(scene))),
        fact("effective", "pontos que opinam", _effective(scene)),
    ]
    if scene.truth is not None:
        facts.append(fact("error", "EQM (curva verdadeira)", format_decimal(_error(scene), 3)))
    return tag("dl", {"class": "cw-facts"}, *facts)


def _prediction(scene: _Scene) -> float:
    """Previsão na consulta inicial."""
    return float(scene.predict(np.array([scene.query]))[0])


def _effective(scene: _Scene) -> str:
    """Número efetivo de pontos: a exponencial da entropia dos pesos."""
    return format_decimal(float(np.exp(entropy(scene.weights(scene.query)))), 1)


def _error(scene: _Scene) -> float:
    """Erro quadrático médio em relação à curva sem ruído, nos pontos de treino."""
    truth = scene.predict(scene.x) if scene.truth is None else scene.truth
    return float(np.mean((scene.predict(scene.x) - truth) ** 2))


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    largest = float(scene.weights(scene.query).max())
    return (
        f"Largura h = {format_decimal(scene.bandwidth, 3)}: em x = "
        f"{format_decimal(scene.query)}, a previsão é {format_decimal(_prediction(scene))}; "
        f"o ponto mais próximo recebe {format_percent(largest, 1)} do peso, e é como se "
        f"{_effective(scene)} pontos opinassem."
    )
