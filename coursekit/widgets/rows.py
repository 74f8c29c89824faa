"""Barras horizontais: rótulo, barra em SVG e número, uma por linha."""

from collections.abc import Callable, Sequence

from coursekit.plotting.decimal_comma import format_percent
from coursekit.widgets.markup import Attributes, Markup, tag

__all__ = ["bar_rows", "fact"]


def bar_rows(
    role: str,
    labels: Sequence[str],
    values: Sequence[float],
    *,
    name: str,
    write: Callable[[float], str] = format_percent,
    largest: float = 1.0,
    reference: float | None = None,
    tone: str = "primary",
) -> Markup:
    """Monta uma lista de barras; a leitura está no texto, a barra é só o desenho.

    Args:
        role: papel pelo qual o programa acha as linhas.
        labels: um texto por barra.
        values: comprimentos, de 0 a ``largest``.
        name: o que a lista mostra, para o leitor de tela.
        write: como escrever o número ao lado da barra.
        largest: valor que ocupa a largura toda.
        reference: valor marcado por um risco em todas as barras; ``None`` não marca.
        tone: ``"primary"`` ou ``"accent"``.

    Returns:
        Uma lista ``<ul>``.

    Example:
        >>> rows = bar_rows("weight", ["gato"], [0.25], name="Pesos")
        >>> 'width="25.0000%"' in rows and ">25%<" in rows
        True
    """
    items = [
        tag(
            "li",
            {"class": "cw-row", "data-role": role},
            tag("span", {"class": "cw-label"}, label),
            # Espaço que só aparece onde o estilo foi retirado (caderno não confiável).
            " ",
            bar(value / largest, reference / largest if reference is not None else None),
            tag("span", {"class": "cw-number"}, write(value)),
        )
        for label, value in zip(labels, values, strict=True)
    ]
    return tag("ul", {"class": f"cw-rows cw-{tone}", "aria-label": name}, *items)


def bar(fraction: float, reference: float | None = None) -> Markup:
    """Desenha uma barra sobre o seu trilho, em SVG de largura livre.

    Args:
        fraction: comprimento, de 0 a 1.
        reference: posição do risco, de 0 a 1, ou ``None``.

    Returns:
        Um ``<svg>`` escondido do leitor de tela.

    Example:
        >>> 'width="50.0000%"' in bar(0.5)
        True
    """
    size: Attributes = {"height": "100%"}
    shapes = [
        tag("rect", {"class": "cw-track", "width": "100%", **size}),
        tag("rect", {"class": "cw-fill", "width": f"{100 * fraction:.4f}%", **size}),
    ]
    if reference is not None:
        place = f"{100 * reference:.4f}%"
        line: Attributes = {"x1": place, "x2": place, "y1": 0, "y2": "100%"}
        # O halo separa o risco tanto da barra quanto do trilho.
        shapes += [tag("line", {"class": name, **line}) for name in ("cw-halo", "cw-mark")]
    return tag("svg", {"class": "cw-bar", "aria-hidden": "true", "focusable": "false"}, *shapes)


def fact(role: str, name: str, value: str) -> Markup:
    """Monta um número de destaque com o seu nome.

    Args:
        role: papel pelo qual o programa acha o número.
        name: o que o número é.
        value: valor inicial já escrito.

    Returns:
        Um par ``<dt>``/``<dd>`` dentro de ``<div>``, para uso em ``<dl>``.

    Example:
        >>> fact("entropy", "Entropia", "1,04")
        '<div><dt>Entropia</dt><dd data-role="entropy">1,04</dd></div>'
    """
    return tag("div", None, tag("dt", None, name), tag("dd", {"data-role": role}, value))
