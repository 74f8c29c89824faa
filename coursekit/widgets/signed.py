"""Barras com sinal: partem do meio, à direita se positivas e à esquerda se negativas."""

from collections.abc import Sequence

from coursekit.plotting.decimal_comma import format_decimal
from coursekit.widgets.markup import Attributes, Markup, tag

__all__ = ["mini_bars", "signed_bar", "signed_rows", "subscript"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(index: int) -> str:
    """Escreve um índice em algarismos subscritos.

    Args:
        index: inteiro não negativo.

    Returns:
        Texto como ``"₁₂"``.

    Example:
        >>> "h" + subscript(10)
        'h₁₀'
    """
    return str(index).translate(_SUBSCRIPTS)


def signed_bar(fraction: float, previous: float | None = None) -> Markup:
    """Desenha uma barra com sinal sobre o seu trilho.

    Args:
        fraction: comprimento com sinal, de −1 a 1.
        previous: posição de um risco, de −1 a 1, ou ``None``.

    Returns:
        Um ``<svg>`` escondido do leitor de tela.

    Example:
        >>> 'x="25.0000%" width="25.0000%"' in signed_bar(-0.5)
        True
    """
    length = 50 * abs(fraction)
    fill: Attributes = {
        "class": "cw-signed-fill",
        "data-sign": "minus" if fraction < 0 else "plus",
        "x": f"{50 - length if fraction < 0 else 50:.4f}%",
        "width": f"{length:.4f}%",
        "height": "100%",
    }
    middle: Attributes = {"x1": "50%", "x2": "50%", "y1": 0, "y2": "100%"}
    shapes = [
        tag("rect", {"class": "cw-track", "width": "100%", "height": "100%"}),
        tag("rect", fill),
        tag("line", {"class": "cw-zero", **middle}),
    ]
    if previous is not None:
        place = f"{50 + 50 * previous:.4f}%"
        line: Attributes = {"x1": place, "x2": place, "y1": 0, "y2": "100%"}
        shapes += [tag("line", {"class": name, **line}) for name in ("cw-halo", "cw-mark")]
    return tag("svg", {"class": "cw-bar", "aria-hidden": "true", "focusable": "false"}, *shapes)


def signed_rows(
    role: str,
    labels: Sequence[str],
    values: Sequence[float],
    *,
    name: str,
    largest: float,
    previous: Sequence[float] | None = None,
    decimals: int = 2,
) -> Markup:
    """Monta uma lista de barras com sinal; a leitura está no número, a barra é o desenho.

    Args:
        role: papel pelo qual o programa acha as linhas.
        labels: um texto por barra.
        values: valores com sinal, de módulo até ``largest``.
        name: o que a lista mostra, para o leitor de tela.
        largest: módulo que ocupa a metade inteira do trilho, positivo.
        previous: um risco por barra, na mesma escala; ``None`` não risca.
        decimals: casas do número.

    Returns:
        Uma lista ``<ul>``.

    Example:
        >>> rows = signed_rows("h", ["unidade 1"], [-0.5], name="Estado", largest=1.0)
        >>> ">−0,50<" in rows and 'data-sign="minus"' in rows
        True
    """
    marks: Sequence[float | None] = [None] * len(values) if previous is None else previous
    items = [
        tag(
            "li",
            {"class": "cw-row", "data-role": role},
            tag("span", {"class": "cw-label"}, label),
            " ",
            signed_bar(value / largest, None if mark is None else mark / largest),
            tag("span", {"class": "cw-number"}, format_decimal(value, decimals)),
        )
        for label, value, mark in zip(labels, values, marks, strict=True)
    ]
    return tag("ul", {"class": "cw-rows", "aria-label": name}, *items)


def mini_bars(values: Sequence[float], largest: float) -> Markup:
    """Desenha valores com sinal como barras verticais minúsculas, para ver um vetor de relance.

    Args:
        values: valores com sinal, de módulo até ``largest``.
        largest: módulo que ocupa a metade inteira da altura, positivo.

    Returns:
        Um ``<svg>`` escondido do leitor de tela.

    Example:
        >>> mini_bars([0.5, -1.0], 1.0).count("<rect")
        2
    """
    width = 100 / len(values)
    bars = []
    for index, value in enumerate(values):
        length = 50 * abs(value) / largest
        box: Attributes = {
            "class": "cw-signed-fill",
            "data-sign": "minus" if value < 0 else "plus",
            "x": f"{(index + 0.14) * width:.3f}%",
            "width": f"{0.72 * width:.3f}%",
            "y": f"{50 if value < 0 else 50 - length:.3f}%",
            "height": f"{length:.3f}%",
        }
        bars.append(tag("rect", box))
    zero = tag("line", {"class": "cw-zero", "x1": 0, "x2": "100%", "y1": "50%", "y2": "50%"})
    size: Attributes = {"class": "cw-mini", "aria-hidden": "true", "focusable": "false"}
    return tag("svg", size, *bars, zero)
