"""Quanto espaço um texto ocupa, sem abrir nenhuma fonte: uma estimativa folgada."""

import textwrap
from collections.abc import Sequence

FONT_SIZE = 15.0
LINE_HEIGHT = 19.0
WRAP = 24
# Largura de cada sinal, em frações do corpo da letra, numa letra sem serifa comum.
_NARROW, _WIDE = frozenset("iíjlItfr.,:;'!|()[] -"), frozenset("mwMWÇQOÓÔÕ@%→×∑")
_NARROW_EM, _MEDIUM_EM, _CAPITAL_EM, _WIDE_EM = 0.33, 0.55, 0.66, 0.88


def text_width(text: str) -> float:
    """Largura estimada de uma linha.

    Args:
        text: uma linha.

    Returns:
        Largura em pixels do desenho, no corpo :data:`FONT_SIZE`.

    Example:
        >>> text_width("lili") < text_width("nono") < text_width("MWMW")
        True
    """
    ems = 0.0
    for letter in text:
        if letter in _NARROW:
            ems += _NARROW_EM
        elif letter in _WIDE:
            ems += _WIDE_EM
        else:
            ems += _CAPITAL_EM if letter.isupper() else _MEDIUM_EM
    return ems * FONT_SIZE


def wrap_label(label: Sequence[str], width: int = WRAP) -> tuple[str, ...]:
    """Quebra as linhas compridas de um texto, sem partir palavras.

    Args:
        label: linhas que o autor escreveu.
        width: sinais por linha, no máximo, salvo palavra maior.

    Returns:
        As linhas a desenhar, pelo menos uma por linha escrita.

    Example:
        >>> wrap_label(["um texto comprido que não cabe numa linha"])
        ('um texto comprido que', 'não cabe numa linha')
    """
    lines: list[str] = []
    for line in label:
        lines += textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
    return tuple(lines)


def block_size(lines: Sequence[str]) -> tuple[float, float]:
    """Largura e altura de um bloco de linhas.

    Args:
        lines: linhas a desenhar.

    Returns:
        ``(largura, altura)``, em pixels do desenho.

    Example:
        >>> block_size(["a", "a"])[1] == 2 * LINE_HEIGHT
        True
    """
    return max(map(text_width, lines), default=0.0), LINE_HEIGHT * len(lines)
