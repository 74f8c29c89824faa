"""Controles nativos das figuras interativas: deslizantes e botões."""

from collections.abc import Sequence

from coursekit.widgets.markup import Attributes, Markup, tag

__all__ = ["choices", "play_button", "presets", "slider"]


def slider(
    role: str, name: str, *, start: float, stop: float, step: float, value: float, shown: str
) -> Markup:
    """Monta um controle deslizante nativo, com nome à esquerda e valor à direita.

    Nasce desativado; o programa da figura o ativa. O valor por extenso vai em
    ``aria-valuetext``, e por isso o texto visível ao lado é escondido do leitor de tela.

    Args:
        role: papel pelo qual o programa acha o controle.
        name: nome visível.
        start: posição mínima.
        stop: posição máxima, maior que ``start``.
        step: distância entre posições, positiva.
        value: posição inicial.
        shown: valor inicial como o leitor o vê.

    Returns:
        O controle como :class:`~coursekit.widgets.markup.Markup`.

    Example:
        >>> control = slider("h", "Largura", start=0, stop=2, step=1, value=1, shown="1,0")
        >>> 'type="range"' in control and 'aria-valuetext="1,0"' in control
        True
    """
    fill = 100 * (value - start) / (stop - start)
    attributes: Attributes = {
        "type": "range",
        "data-role": role,
        "min": f"{start:g}",
        "max": f"{stop:g}",
        "step": f"{step:g}",
        "value": f"{value:g}",
        "aria-valuetext": shown,
        "style": f"--cw-fill:{fill:g}%",
        "disabled": True,
    }
    label = tag("label", None, tag("span", {"class": "cw-name"}, name), tag("input", attributes))
    number = {"class": "cw-value", "data-role": f"{role}-value", "aria-hidden": "true"}
    return tag("div", {"class": "cw-control"}, label, tag("span", number, shown))


def presets(role: str, choices: Sequence[tuple[str, float]]) -> Markup:
    """Monta botões que levam um controle a posições escolhidas.

    Args:
        role: papel pelo qual o programa acha os botões.
        choices: pares de texto do botão e posição do controle.

    Returns:
        Um grupo de botões.

    Example:
        >>> presets("preset", [("quente", 1.0)]).count("<button")
        1
    """
    buttons = [
        tag(
            "button",
            {"type": "button", "data-role": role, "data-position": f"{p:g}", "disabled": True},
            text,
        )
        for text, p in choices
    ]
    return tag("div", {"class": "cw-presets"}, *buttons)


def play_button() -> Markup:
    """Monta o botão que faz um controle andar sozinho; o programa ``player`` o anima.

    Returns:
        Um botão desativado, que some onde não há JavaScript.

    Example:
        >>> "Tocar" in play_button()
        True
    """
    icon = tag("span", {"aria-hidden": "true"}, "▶")
    attributes: Attributes = {
        "type": "button",
        "class": "cw-play",
        "data-role": "play",
        "disabled": True,
    }
    return tag("button", attributes, icon, tag("span", None, "Tocar"))


def choices(role: str, name: str, texts: Sequence[str], chosen: int) -> Markup:
    """Monta botões de escolha única, lado a lado.

    Nascem desativados; o programa da figura os ativa e lhes dá um nome de grupo que não se
    repete na página.

    Args:
        role: papel pelo qual o programa acha os botões.
        name: nome do grupo, visível.
        texts: um texto por opção.
        chosen: índice da opção inicial.

    Returns:
        Um ``<fieldset>`` com um botão de rádio por opção.

    Example:
        >>> choices("unit", "Unidade", ["1", "2"], 0).count('type="radio"')
        2
    """
    options = []
    for index, text in enumerate(texts):
        radio: Attributes = {
            "type": "radio",
            "name": role,
            "data-role": role,
            "value": index,
            "checked": index == chosen,
            "disabled": True,
        }
        content = tag("span", None, text)
        options.append(tag("label", {"class": "cw-chip"}, tag("input", radio), content))
    legend = tag("legend", {"class": "cw-chips-name"}, name)
    return tag("fieldset", {"class": "cw-chips"}, legend, *options)
