"""Montagem de HTML e SVG com tudo escapado."""

from collections.abc import Mapping
from html import escape

__all__ = ["Attributes", "Markup", "tag"]

Attributes = Mapping[str, str | float | bool]

_VOID = frozenset({"br", "input", "rect", "line", "circle", "path", "polyline", "polygon"})
_HTML_VOID = frozenset({"br", "input"})


class Markup(str):
    """Trecho de HTML já pronto e seguro; qualquer outro texto será escapado."""

    __slots__ = ()


def tag(name: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """Monta um elemento; texto comum é escapado, :class:`Markup` entra como está.

    Args:
        name: nome do elemento, como ``"p"`` ou ``"rect"``.
        attributes: nome → valor; ``True`` escreve só o nome e ``False`` omite o atributo.
        *children: conteúdo, na ordem.

    Returns:
        O elemento como :class:`Markup`.

    Raises:
        ValueError: se um elemento vazio por definição receber conteúdo.

    Example:
        >>> tag("p", {"class": "nota", "hidden": False}, "1 < 2", tag("br"))
        '<p class="nota">1 &lt; 2<br></p>'
    """
    written = "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in _VOID:
        if children:
            raise ValueError(
                f"<{name}> não tem conteúdo; recebi {len(children)} filho(s). "
                "Use outro elemento ou passe só atributos."
            )
        return Markup(f"<{name}{written}>" if name in _HTML_VOID else f"<{name}{written}/>")
    content = "".join(
        child if isinstance(child, Markup) else escape(str(child), quote=False)
        for child in children
    )
    return Markup(f"<{name}{written}>{content}</{name}>")


def _attribute(name: str, value: str | float | bool) -> str:
    """Escreve um atributo com valor escapado."""
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'
