"""Onde a linha pode quebrar: fórmula com a pontuação, saída em prosa, «n = 4096» inteiro."""

import re

_MATH = r'<span class="math [^>]*>[^<]*</span>'
# O navegador trata a fórmula como uma peça, e quebraria a linha entre ela e a pontuação.
MATH_AND_PUNCTUATION = re.compile(rf"([(«]?)({_MATH})([.,;:!?)»…]*)")
OUTPUT = re.compile(
    r'<div class="(output [^"]*)">(<div class="highlight"><pre>(?:<span></span>)?)(.*?)</pre>',
    re.DOTALL,
)
MEASURED = re.compile(r'<td [^>]*class="medido".*?</td>', re.DOTALL)
EQUALITY = re.compile(r"(?<![\w&;])(\w) = (?=[\d.])")
CHAPTER_TITLE = re.compile(r"(<h1>[^<]*apítulo) (\d+) ·")
TAG = re.compile(r"<[^>]*>")
COLUMNS = re.compile(r"^[ \[]|  ", re.MULTILINE)
WIDEST_LINE = 92  # colunas que cabem na largura do texto numa tela de computador


def keep_together(body: str) -> str:
    """Cola a pontuação na fórmula, «n = 4096» nos quadros e «Capítulo 7 ·» no título.

    Args:
        body: HTML do corpo da página.

    Returns:
        O mesmo texto, sem linha que comece por ponto, vírgula ou parêntese que fecha.

    Example:
        >>> keep_together('<span class="math x">t</span>.')
        '<span class="together"><span class="math x">t</span>.</span>'
    """
    body = MATH_AND_PUNCTUATION.sub(_glue, body)
    body = CHAPTER_TITLE.sub("\\1\u00a0\\2\u00a0·", body)
    return MEASURED.sub(lambda m: EQUALITY.sub("\\1\u00a0=\u00a0", m[0]), body)


def wrap_prose(body: str) -> str:
    """Marca as saídas que são frases, para quebrarem a linha em vez de rolar.

    Args:
        body: HTML do corpo da página.

    Returns:
        O mesmo corpo, com a classe ``frase`` nas saídas sem colunas alinhadas e nas que não
        caberiam nem numa tela de computador.
    """
    return OUTPUT.sub(_mark, body)


def _glue(match: re.Match[str]) -> str:
    """Envolve a fórmula e a sua pontuação; sem pontuação, nada muda."""
    if not (match[1] or match[3]):
        return match[0]
    return f'<span class="together">{match[0]}</span>'


def _mark(match: re.Match[str]) -> str:
    """Acrescenta a classe, se a saída for prosa."""
    text = TAG.sub("", match[3])
    too_wide = max(map(len, text.splitlines()), default=0) > WIDEST_LINE
    if COLUMNS.search(text) and not too_wide:
        return match[0]
    return f'<div class="{match[1]} frase">{match[2]}{match[3]}</pre>'
