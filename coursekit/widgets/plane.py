"""Planos e retas desenhados em SVG, para consultas, chaves e valores."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coursekit.widgets.coordinates import Span, column, convex_hull, polyline_points, row
from coursekit.widgets.markup import Attributes, Markup, tag

__all__ = ["center_axes", "curve", "labelled_point", "number_line", "plane", "value_plane"]


def plane(name: str, *children: str, css: str = "cw-plane") -> Markup:
    """Abre um quadro SVG de largura livre.

    Args:
        name: descrição para o leitor de tela.
        *children: conteúdo do desenho.
        css: classe que define a proporção do quadro.

    Returns:
        Um ``<svg>`` que agrupa figuras e, se houver, controles.

    Example:
        >>> plane("Chaves no plano").startswith('<svg class="cw-plane" role="group"')
        True
    """
    return tag("svg", {"class": css, "role": "group", "aria-label": name}, *children)


def center_axes(span: Span) -> Markup:
    """Desenha os dois eixos que passam pela origem.

    Args:
        span: intervalo comum aos dois lados.

    Returns:
        Duas linhas.

    Example:
        >>> center_axes(Span(-1, 1)).count("<line")
        2
    """
    middle_x, middle_y = column(span, 0), row(span, 0)
    horizontal = tag(
        "line", {"class": "cw-axis", "x1": 0, "x2": "100%", "y1": middle_y, "y2": middle_y}
    )
    vertical = tag(
        "line", {"class": "cw-axis", "x1": middle_x, "x2": middle_x, "y1": 0, "y2": "100%"}
    )
    return Markup(horizontal + vertical)


def labelled_point(
    span: Span, point: NDArray[np.float64], label: str, css: str, radius: float = 6
) -> Markup:
    """Desenha um ponto com o nome ao lado, sempre para dentro do quadro.

    Args:
        span: intervalo comum aos dois lados.
        point: coordenadas, forma ``(2,)``.
        label: nome do ponto.
        css: classe do círculo.
        radius: raio em pixels.

    Returns:
        Um círculo e um texto.

    Example:
        >>> '>gato<' in labelled_point(Span(-1, 1), np.zeros(2), "gato", "cw-key")
        True
    """
    x, y = column(span, float(point[0])), row(span, float(point[1]))
    ends = span.fraction(float(point[0])) > 0.6
    place: Attributes = {
        "class": "cw-text",
        "x": x,
        "y": y,
        "dx": -10 if ends else 10,
        "dy": -8 if span.fraction(float(point[1])) < 0.85 else 16,
        "text-anchor": "end" if ends else "start",
    }
    dot = tag("circle", {"class": css, "cx": x, "cy": y, "r": f"{radius:g}"})
    return Markup(dot + tag("text", place, label))


def curve(role: str, points: str, css: str, *, closed: bool = False) -> Markup:
    """Desenha uma curva num quadro interno que estica sem engrossar o traço.

    Args:
        role: papel pelo qual o programa acha a curva; vazio se ela não muda.
        points: texto de :func:`~coursekit.widgets.coordinates.polyline_points`.
        css: classe da curva.
        closed: fecha e preenche.

    Returns:
        Um ``<svg>`` interno com a curva.

    Example:
        >>> "non-scaling-stroke" in curve("", "0,0 1,1", "cw-curve")
        True
    """
    frame: Attributes = {
        "viewBox": "0 0 1000 1000",
        "preserveAspectRatio": "none",
        "width": "100%",
        "height": "100%",
        "class": "cw-frame",
    }
    shape: Attributes = {
        "class": css,
        "data-role": role or False,
        "points": points,
        "vector-effect": "non-scaling-stroke",
    }
    return tag("svg", frame, tag("polygon" if closed else "polyline", shape))


def value_plane(
    span: Span, values: NDArray[np.float64], labels: Sequence[str], context: NDArray[np.float64]
) -> Markup:
    """Desenha os valores no plano, o seu envelope convexo e o vetor de contexto.

    Args:
        span: intervalo comum aos dois lados.
        values: valores, forma ``(Tk, 2)``.
        labels: um texto por valor.
        context: vetor de contexto inicial, forma ``(2,)``.

    Returns:
        Um ``<svg>`` quadrado.

    Example:
        >>> drawing = value_plane(Span(-1, 1), np.eye(2), ["a", "b"], np.array([0.5, 0.5]))
        >>> 'data-role="context-point"' in drawing
        True
    """
    hull = convex_hull(values)
    points = polyline_points(span, span, hull[:, 0].tolist(), hull[:, 1].tolist())
    dots = [
        labelled_point(span, value, label, "cw-value-point", 5)
        for value, label in zip(values, labels, strict=True)
    ]
    context_mark = tag(
        "circle",
        {
            "class": "cw-context",
            "data-role": "context-point",
            "cx": column(span, float(context[0])),
            "cy": row(span, float(context[1])),
            "r": 8,
        },
    )
    name = "Valores no plano e o vetor de contexto, sempre dentro do envelope convexo dos valores"
    return plane(
        name, center_axes(span), curve("", points, "cw-hull", closed=True), *dots, context_mark
    )


def number_line(
    span: Span, values: NDArray[np.float64], labels: Sequence[str], context: float
) -> Markup:
    """Desenha valores de uma só dimensão numa reta, com o contexto marcado.

    Args:
        span: intervalo da reta.
        values: valores, forma ``(Tk,)``.
        labels: um texto por valor.
        context: contexto inicial.

    Returns:
        Um ``<svg>`` baixo e largo.

    Example:
        >>> drawing = number_line(Span(0, 1), np.array([0.0, 1.0]), ["a", "b"], 0.5)
        >>> 'cx="50.000%"' in drawing
        True
    """
    shapes = [
        tag("line", {"class": "cw-axis", "x1": 0, "x2": "100%", "y1": "50%", "y2": "50%"}),
    ]
    for index, place in enumerate(np.argsort(values, kind="stable")):
        x = column(span, float(values[place]))
        shapes.append(tag("circle", {"class": "cw-value-point", "cx": x, "cy": "50%", "r": 5}))
        text: Attributes = {
            "class": "cw-text",
            "x": x,
            "y": "50%",
            # Quatro alturas em rodízio: valores vizinhos não escrevem um sobre o outro.
            "dy": (-14, 24, -33, 43)[index % 4],
            "text-anchor": _anchor(span.fraction(float(values[place]))),
        }
        shapes.append(tag("text", text, labels[place]))
    mark: Attributes = {"class": "cw-context", "data-role": "context-point"}
    shapes.append(tag("circle", {**mark, "cx": column(span, context), "cy": "50%", "r": 8}))
    return plane("Valores na reta e o contexto", *shapes, css="cw-line")


def _anchor(fraction: float) -> str:
    """Vira o texto para dentro do quadro quando o ponto está perto da borda."""
    if fraction < 0.2:
        return "start"
    return "end" if fraction > 0.8 else "middle"
