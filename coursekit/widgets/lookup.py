"""Figura interativa: arraste a consulta e veja pesos e contexto mudarem."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_labels
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import Span, column, row, snap, widen
from coursekit.widgets.formulas import softmax
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.plane import center_axes, labelled_point, number_line, plane, value_plane
from coursekit.widgets.rows import bar_rows
from coursekit.widgets.widget import Widget

__all__ = ["query_key_value"]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class _Scene:
    """Os dados já conferidos e o estado inicial da figura."""

    keys: Vector
    values: Vector
    labels: list[str]
    query: Vector
    temperature: float
    span: Span
    value_span: Span
    step: float

    @property
    def weights(self) -> Vector:
        """Pesos da consulta inicial."""
        return softmax(self.keys @ self.query, self.temperature)

    @property
    def context(self) -> Vector:
        """Média dos valores ponderada pelos pesos iniciais."""
        return np.asarray(self.weights @ self.values)


def query_key_value(
    keys: ArrayLike,
    values: ArrayLike,
    labels: Sequence[str],
    query: ArrayLike,
    *,
    temperature: float = 1.0,
    title: str = "Consulta, chaves e valores",
) -> Widget:
    r"""Monta a figura em que se arrasta uma consulta no plano das chaves.

    .. math::

        \alpha_i = \frac{e^{q\cdot k_i/\tau}}{\sum_j e^{q\cdot k_j/\tau}}, \qquad
        c = \sum_i \alpha_i v_i

    A consulta anda com o mouse, com o dedo, com as setas do teclado (quando o ponto tem o
    foco) ou pelos dois controles; fica sempre sobre uma grade, para que o valor mostrado
    seja o valor usado.

    Args:
        keys: chaves no plano, forma ``(Tk, 2)``, com ``Tk ≥ 2``.
        values: valores, forma ``(Tk,)``, ``(Tk, 1)`` ou ``(Tk, 2)``.
        labels: ``Tk`` textos.
        query: consulta inicial, forma ``(2,)``.
        temperature: temperatura inicial, em [0,1; 10].
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se algum vetor não for numérico ou ``labels`` não for lista de textos.
        ValueError: se as formas não combinarem, houver valor não finito ou a temperatura
            sair de [0,1; 10].

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1 (pontuação por produto escalar).

    Example:
        >>> query_key_value([[1, 0], [0, 1]], [10, 20], ["a", "b"], [1, 0])
        [figura interativa: Consulta, chaves e valores] Consulta (1,00; 0,00): «a» recebe 73,1%
        do peso. Contexto: 12,69.
    """
    scene = _build(keys, values, labels, query, temperature)
    body = tag(
        "div",
        {"class": "cw-columns"},
        tag("div", None, _heading("Chaves e consulta"), _keys(scene), *_controls(scene)),
        tag("div", None, *_readings(scene)),
    )
    return Widget(
        kind="query_key_value",
        title=title,
        body=body,
        summary=_summarize(scene),
        config={
            "keys": scene.keys.tolist(),
            "values": scene.values.tolist(),
            "labels": scene.labels,
            "span": [scene.span.low, scene.span.high],
            "valueSpan": [scene.value_span.low, scene.value_span.high],
            "step": scene.step,
        },
    )


def _build(
    keys: ArrayLike, values: ArrayLike, labels: Sequence[str], query: ArrayLike, temperature: float
) -> _Scene:
    """Confere a entrada e põe a consulta sobre a grade do controle."""
    points = require_array("keys", keys, ndim=2)
    target = require_array("query", query, ndim=1)
    contents = np.asarray(values)
    contents = require_array("values", contents, ndim=1 if contents.ndim == 1 else 2)
    contents = contents.reshape(len(contents), -1)
    _require_shapes(points, contents, target)
    if not 0.1 <= temperature <= 10:
        raise ValueError(
            f"temperature = {temperature} está fora de [0.1, 10], o alcance do controle. "
            "Comece, por exemplo, em 1.0."
        )
    reach = max(float(np.abs(points).max()), float(np.abs(target).max()), 0.4)
    limit = ceil(2.3 * reach) / 2
    step = 0.05 * ceil(limit / 5)
    grid = np.array([snap(snap(q / step, 0) * step, 2) for q in target])
    flat = np.append(contents, 0.0) if contents.shape[1] == 2 else contents
    return _Scene(
        keys=points,
        values=contents,
        labels=require_labels("labels", labels, len(points)),
        query=grid,
        temperature=snap(10 ** (snap(float(np.log10(temperature)) / 0.05, 0) * 0.05), 2),
        span=Span(-limit, limit),
        value_span=widen(flat, 0.15),
        step=step,
    )


def _require_shapes(keys: Vector, values: Vector, query: Vector) -> None:
    """Confere que chaves, valores e consulta combinam."""
    if keys.shape[1] != 2 or query.shape != (2,) or len(keys) < 2:
        raise ValueError(
            f"keys tem forma {keys.shape} e query {query.shape}; aceito (Tk, 2) com Tk ≥ 2 e "
            "(2,). A figura é um plano: escolha duas coordenadas."
        )
    if len(values) != len(keys) or values.shape[1] > 2:
        raise ValueError(
            f"values tem forma {values.shape} para {len(keys)} chaves; aceito um valor por "
            "chave, de 1 ou 2 coordenadas. Confira o número de linhas."
        )


def _keys(scene: _Scene) -> Markup:
    """Desenha chaves, ligações e a consulta que se arrasta."""
    dots = [
        labelled_point(scene.span, key, label, "cw-key")
        for key, label in zip(scene.keys, scene.labels, strict=True)
    ]
    name = "Chaves no plano; as linhas da consulta às chaves engrossam com o peso"
    return plane(name, center_axes(scene.span), *_links(scene), *dots, _handle(scene))


def _links(scene: _Scene) -> list[Markup]:
    """Desenha uma linha da consulta a cada chave, da grossura do peso."""
    x, y = column(scene.span, scene.query[0]), row(scene.span, scene.query[1])
    return [
        tag(
            "line",
            {
                "class": "cw-link",
                "data-role": "link",
                "x1": x,
                "y1": y,
                "x2": column(scene.span, key[0]),
                "y2": row(scene.span, key[1]),
                "stroke-width": f"{0.75 + 8 * weight:.3f}",
            },
        )
        for key, weight in zip(scene.keys, scene.weights, strict=True)
    ]


def _handle(scene: _Scene) -> Markup:
    """Desenha a consulta e a área invisível, maior, que o dedo alcança."""
    x, y = column(scene.span, scene.query[0]), row(scene.span, scene.query[1])
    handle: Attributes = {
        "class": "cw-handle",
        "data-role": "handle",
        "role": "slider",
        "aria-label": "Consulta: arraste ou use as setas",
        "aria-valuemin": f"{scene.span.low:g}",
        "aria-valuemax": f"{scene.span.high:g}",
        "aria-valuenow": f"{scene.query[0]:g}",
        "aria-valuetext": _pair(scene.query),
    }
    grip = [
        tag("circle", {"class": css, "data-role": "query", "cx": x, "cy": y, "r": radius})
        for css, radius in (("cw-touch", 22), ("cw-query", 9))
    ]
    return tag("g", handle, *grip)


def _readings(scene: _Scene) -> list[Markup]:
    """Monta barras de pesos e o desenho dos valores."""
    if scene.values.shape[1] == 2:
        names = scene.labels
        drawing = value_plane(scene.value_span, scene.values, scene.labels, scene.context)
    else:
        column_values = scene.values[:, 0]
        names = [
            f"{label} · {format_decimal(float(value), 1)}"
            for label, value in zip(scene.labels, column_values, strict=True)
        ]
        context = float(scene.context[0])
        drawing = number_line(scene.value_span, column_values, scene.labels, context)
    rows = bar_rows(
        "weight",
        names,
        list(scene.weights),
        name="Pesos de atenção",
        write=lambda weight: format_percent(weight, 1),
        reference=1 / len(names),
    )
    return [
        _heading("Pesos"),
        rows,
        _heading("Valores e contexto"),
        drawing,
    ]


def _controls(scene: _Scene) -> list[Markup]:
    """Monta os três controles."""
    axes = [
        slider(
            f"query-{name}",
            f"Consulta, eixo {name}",
            start=scene.span.low,
            stop=scene.span.high,
            step=scene.step,
            value=float(scene.query[index]),
            shown=format_decimal(float(scene.query[index])),
        )
        for index, name in enumerate("xy")
    ]
    temperature = slider(
        "temperature",
        "Temperatura T",
        start=-1,
        stop=1,
        step=0.05,
        value=snap(float(np.log10(scene.temperature)) / 0.05, 0) * 0.05,
        shown=format_decimal(scene.temperature),
    )
    return [*axes, temperature]


def _heading(text: str) -> Markup:
    """Monta o título de um quadro."""
    return tag("p", {"class": "cw-heading"}, text)


def _pair(vector: Vector) -> str:
    """Escreve um vetor entre parênteses, com ponto e vírgula entre as coordenadas."""
    if vector.size == 1:
        return format_decimal(float(vector[0]))
    return f"({'; '.join(format_decimal(float(x)) for x in vector)})"


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    weights = scene.weights
    return (
        f"Consulta {_pair(scene.query)}: «{scene.labels[int(weights.argmax())]}» recebe "
        f"{format_percent(weights.max(), 1)} do peso. Contexto: {_pair(scene.context)}."
    )
