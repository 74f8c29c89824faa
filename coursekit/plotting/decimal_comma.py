"""Números com vírgula decimal, em textos e em eixos de figura.

Os textos gerados aqui e os gerados pelos widgets em JavaScript têm de coincidir letra por
letra: por isso a meia unidade arredonda para longe do zero (regra do ``toFixed``), e não
para o par mais próximo (regra do ``format`` do Python).
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, ScalarFormatter

__all__ = [
    "DecimalCommaFormatter",
    "format_decimal",
    "format_percent",
    "join_words",
    "use_decimal_comma",
    "use_percent",
]

MINUS = "\N{MINUS SIGN}"


def format_decimal(value: float, decimals: int = 2) -> str:
    """Escreve um número com casas fixas, vírgula decimal e sinal de menos tipográfico.

    Args:
        value: número finito.
        decimals: número de casas depois da vírgula, de 0 a 12.

    Returns:
        Texto como ``"0,25"`` ou ``"−1,5"``; o zero nunca leva sinal.

    Raises:
        ValueError: se ``value`` não for finito ou ``decimals`` sair de 0 a 12.

    Example:
        >>> format_decimal(0.125), format_decimal(-1.5, 1), format_decimal(-0.001)
        ('0,13', '−1,5', '0,00')
    """
    if not np.isfinite(value):
        raise ValueError(
            f"value = {value} não é finito; só escrevo números finitos. "
            "Procure a divisão por zero ou o nan antes de desenhar."
        )
    if not 0 <= decimals <= 12:
        raise ValueError(
            f"decimals = {decimals} está fora de 0 a 12, o intervalo aceito. Use, por exemplo, 2."
        )
    rounded = Decimal(float(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):f}".replace(".", ",")
    return MINUS + text if rounded < 0 else text


def format_percent(fraction: float, decimals: int = 0) -> str:
    """Escreve uma fração como porcentagem: ``0.25`` vira ``"25%"``.

    Args:
        fraction: número finito; 1 é 100%.
        decimals: casas depois da vírgula, de 0 a 12.

    Returns:
        Texto como ``"12,5%"``.

    Raises:
        ValueError: se ``fraction`` não for finita ou ``decimals`` sair de 0 a 12.

    Example:
        >>> format_percent(0.125, 1), format_percent(1.0)
        ('12,5%', '100%')
    """
    return f"{format_decimal(100 * float(fraction), decimals)}%"


def join_words(words: Iterable[str]) -> str:
    """Enumera como em português: vírgulas e um «e» antes do último.

    Args:
        words: textos a enumerar; pode ser vazio.

    Returns:
        ``""``, ``"a"``, ``"a e b"`` ou ``"a, b e c"``.

    Example:
        >>> join_words(["gato", "sofá", "lua"])
        'gato, sofá e lua'
    """
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} e {items[-1]}"


class DecimalCommaFormatter(ScalarFormatter):
    """Formata as marcas de um eixo linear com vírgula decimal.

    Não depende do idioma do sistema: o resultado é o mesmo em qualquer máquina.
    """

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Escreve uma marca do eixo."""
        return str(super().__call__(x, pos)).replace(".", ",")

    def get_offset(self) -> str:
        """Escreve o fator comum do eixo, quando há."""
        return str(super().get_offset()).replace(".", ",")


def use_decimal_comma(ax: Axes, axis: str = "both") -> Axes:
    """Põe vírgula decimal nas marcas dos eixos lineares de ``ax``.

    Args:
        ax: eixos a alterar.
        axis: ``"x"``, ``"y"`` ou ``"both"``.

    Returns:
        Os mesmos eixos.

    Raises:
        ValueError: se ``axis`` não for um dos três nomes.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = use_decimal_comma(Figure().subplots(), "y")
        >>> type(ax.yaxis.get_major_formatter()).__name__
        'DecimalCommaFormatter'
    """
    for name in _axis_names(axis):
        getattr(ax, f"{name}axis").set_major_formatter(DecimalCommaFormatter())
    return ax


def use_percent(ax: Axes, axis: str = "y", decimals: int = 0) -> Axes:
    """Mostra frações como porcentagens nas marcas de um eixo.

    Args:
        ax: eixos a alterar.
        axis: ``"x"``, ``"y"`` ou ``"both"``.
        decimals: casas depois da vírgula.

    Returns:
        Os mesmos eixos.

    Raises:
        ValueError: se ``axis`` não for um dos três nomes.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = use_percent(Figure().subplots())
        >>> ax.yaxis.get_major_formatter()(0.4)
        '40%'
    """
    for name in _axis_names(axis):
        formatter = FuncFormatter(lambda value, _: format_percent(value, decimals))
        getattr(ax, f"{name}axis").set_major_formatter(formatter)
    return ax


def _axis_names(axis: str) -> tuple[str, ...]:
    """Traduz ``axis`` em nomes de eixo, recusando o resto."""
    if axis not in {"x", "y", "both"}:
        raise ValueError(
            f'axis = {axis!r} não existe; aceito "x", "y" ou "both". Escolha um deles.'
        )
    return ("x", "y") if axis == "both" else (axis,)
