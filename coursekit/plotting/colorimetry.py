"""Conta das cores: luminância, contraste e mistura, como a WCAG as define.

Fonte:
    W3C, WCAG 2.2, definições de *relative luminance* e *contrast ratio*; a linearização
    do sRGB é a da IEC 61966-2-1 (limiar 0,04045).
"""

import re

__all__ = ["contrast_ratio", "mix", "parse_hex", "readable_ink", "relative_luminance"]

_HEX = re.compile(r"#[0-9a-f]{6}\Z")


def parse_hex(color: str) -> tuple[float, float, float]:
    """Lê uma cor ``#rrggbb`` minúscula e devolve os três canais sRGB em [0, 1].

    Args:
        color: cor escrita como ``#rrggbb``, com letras minúsculas.

    Returns:
        Vermelho, verde e azul, cada um em [0, 1].

    Raises:
        ValueError: se ``color`` não estiver na forma ``#rrggbb``.

    Example:
        >>> parse_hex("#ff0033")
        (1.0, 0.0, 0.2)
    """
    if not isinstance(color, str) or not _HEX.match(color):
        raise ValueError(
            f"Cor {color!r} não reconhecida; aceito só #rrggbb com letras minúsculas. "
            'Escreva, por exemplo, "#0b4a5b".'
        )
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def relative_luminance(color: str) -> float:
    """Calcula a luminância relativa de uma cor, de 0 (preto) a 1 (branco).

    Args:
        color: cor ``#rrggbb``.

    Returns:
        Luminância em [0, 1].

    Raises:
        ValueError: se ``color`` não estiver na forma ``#rrggbb``.

    Fonte:
        WCAG 2.2, *relative luminance*.

    Example:
        >>> relative_luminance("#000000"), round(relative_luminance("#ffffff"), 12)
        (0.0, 1.0)
    """
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in parse_hex(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(first: str, second: str) -> float:
    """Calcula o contraste entre duas cores, de 1 (iguais) a 21 (preto e branco).

    A ordem não importa. Texto pede pelo menos 4,5; traço de figura, pelo menos 3.

    Args:
        first: cor ``#rrggbb``.
        second: cor ``#rrggbb``.

    Returns:
        Razão de contraste em [1, 21].

    Raises:
        ValueError: se alguma cor não estiver na forma ``#rrggbb``.

    Fonte:
        WCAG 2.2, *contrast ratio*; limites dos critérios 1.4.3 e 1.4.11.

    Example:
        >>> round(contrast_ratio("#ffffff", "#000000"), 6)
        21.0
    """
    darker, lighter = sorted([relative_luminance(first), relative_luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


def mix(base: str, other: str, amount: float) -> str:
    """Mistura duas cores em sRGB: ``amount`` de ``other`` sobre o restante de ``base``.

    Args:
        base: cor ``#rrggbb`` de partida.
        other: cor ``#rrggbb`` que se acrescenta.
        amount: fração de ``other``, em [0, 1].

    Returns:
        Cor ``#rrggbb``.

    Raises:
        ValueError: se ``amount`` estiver fora de [0, 1] ou alguma cor for inválida.

    Example:
        >>> mix("#000000", "#ffffff", 0.2)
        '#333333'
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(
            f"amount = {amount} está fora de [0, 1], o intervalo aceito. "
            "Passe a fração da segunda cor, por exemplo 0.1."
        )
    pairs = zip(parse_hex(base), parse_hex(other), strict=True)
    channels = [round(255 * ((1 - amount) * start + amount * end)) for start, end in pairs]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def readable_ink(background: str, dark: str, light: str) -> str:
    """Escolhe, entre uma tinta escura e uma clara, a que mais contrasta com o fundo.

    Args:
        background: cor ``#rrggbb`` do fundo.
        dark: tinta escura, ``#rrggbb``.
        light: tinta clara, ``#rrggbb``.

    Returns:
        ``dark`` ou ``light``.

    Raises:
        ValueError: se alguma cor não estiver na forma ``#rrggbb``.

    Example:
        >>> readable_ink("#0b4a5b", dark="#000000", light="#ffffff")
        '#ffffff'
    """
    return max(dark, light, key=lambda ink: contrast_ratio(ink, background))
