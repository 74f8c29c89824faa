"""Números escritos como se lê em português: vírgula decimal e poucos algarismos."""

import math
import re
from collections.abc import Sequence

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPEC = re.compile(r"[+]?,?(\.\d+)?[defg%]")
ROUNDING_FLOOR = 1e-12


def format_number(value: bool | int | float, spec: str | None = None) -> str:
    """Escreve um número para o leitor brasileiro.

    Sem ``spec``, mostra até três algarismos significativos. O que fica abaixo de
    ``1e-12`` vira «menos de 10⁻¹²»: é arredondamento de ponto flutuante, e seus
    algarismos mudam de um processador para outro.

    Args:
        value: número finito, ou booleano (vira «sim» ou «não»).
        spec: formato do Python (``".1e"``, ``".2f"``, ``"d"``, ``".0%"``, ``","``…), para
            quando a casa não escolhe bem. ``None`` deixa a escolha com a casa.

    Returns:
        O número com vírgula decimal, ponto de milhar e expoente em sobrescrito.

    Raises:
        ValueError: se ``spec`` não for um formato numérico simples.

    Example:
        >>> format_number(0.91847), format_number(16777216), format_number(True)
        ('0,918', '16.777.216', 'sim')
        >>> format_number(4.4e-16), format_number(4.4e-16, ".1e")
        ('menos de 10⁻¹²', '4,4·10⁻¹⁶')
    """
    if isinstance(value, bool):
        return "sim" if value else "não"
    if spec is not None:
        if not _SPEC.fullmatch(spec):
            raise ValueError(
                f"formato «{spec}» não é aceito. Use um formato numérico simples do Python, "
                "como .1e, .2f, d ou .0%."
            )
        return _to_portuguese(format(int(value) if spec.endswith("d") else value, spec))
    if not math.isfinite(value):
        return "indefinido" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return _to_portuguese(_house_style(value))


def format_seeds(seeds: Sequence[int]) -> str:
    """Escreve as sementes de um experimento; uma longa sequência seguida vira um intervalo.

    Args:
        seeds: sementes, na ordem em que foram usadas.

    Returns:
        As sementes separadas por vírgula, ou «a a b» se forem mais de três seguidas.

    Example:
        >>> format_seeds([0, 1, 2]), format_seeds(range(20)), format_seeds([0, 2, 4, 6])
        ('0, 1, 2', '0 a 19', '0, 2, 4, 6')
    """
    together = len(seeds) > 3 and list(seeds) == list(range(seeds[0], seeds[-1] + 1))
    return f"{seeds[0]} a {seeds[-1]}" if together else ", ".join(map(str, seeds))


def _house_style(value: int | float) -> str:
    """Escolhe o formato inglês de três algarismos significativos."""
    magnitude = abs(value)
    if isinstance(value, int) or (value == int(value) and magnitude < 1e6):
        return f"{int(value):,}"
    if magnitude < ROUNDING_FLOOR:
        return "menos de 1e-12"
    if magnitude < 1e-3 or magnitude >= 1e6:
        return f"{value:.2g}" if "e" in f"{value:.2g}" else f"{value:.1e}"
    if magnitude >= 1e3:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _to_portuguese(text: str) -> str:
    """Troca separadores e expoente: ``1,234.5e-06`` vira ``1.234,5·10⁻⁶``."""
    mantissa, has_exponent, exponent = (
        text.partition("e-") if "e-" in text else text.partition("e+")
    )
    if "menos de" in text:
        return "menos de 10⁻¹²"
    swapped = mantissa.translate(str.maketrans(",.-", ".,−"))
    if not has_exponent:
        return swapped
    sign = "-" if has_exponent == "e-" else ""
    power = f"10{sign.translate(_SUPERSCRIPTS)}{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if swapped in {"1", "1,0"} else f"{swapped}·{power}"
