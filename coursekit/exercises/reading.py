"""Lê a resposta de quem estuda: números, tabelas e textos, de NumPy, PyTorch ou Python."""

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.failure import AnswerError, NotDoneError

__all__ = ["keys_of", "kind_of", "plain_text", "spoken", "to_array", "to_number", "where"]

COMMA_HINT = (
    "a vírgula: em Python ela separa um número do outro. O decimal se escreve com ponto, como em "
    "0.25, e o milhar, sem separador nenhum, como em 1000."
)
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_CONTENTS = {"U": ", com textos", "S": ", com textos", "c": ", com números complexos"}
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def to_array(value: object) -> NDArray[Any]:
    """Converte uma resposta em vetor do NumPy, mantendo o tipo dos números.

    Tensores do PyTorch são soltos do grafo e trazidos ao processador, sem importar o PyTorch.

    Args:
        value: número (também ``Fraction`` e ``Decimal``), lista, vetor do NumPy ou tensor.

    Returns:
        Vetor de números reais ou booleanos.

    Raises:
        NotDoneError: se for ``None`` ou ``...``, ou uma lista só deles.
        AnswerError: se não for feito de números reais, tiver lugares em branco, ou for vetor
            mascarado do NumPy (``np.ma``), cujo lugar escondido guarda um número que não é a
            resposta.

    Example:
        >>> to_array([1, 2]).shape
        (2,)
    """
    _refuse_blanks(value)
    try:
        array = _with_exact_numbers(np.asarray(_detached(value)))
    except Exception:  # objetos estranhos podem lançar qualquer coisa ao se converter
        array = np.array(None, dtype=object)
    if array.dtype.kind not in "biuf":
        raise AnswerError(
            f"esperava números; recebi {kind_of(value)}{_contents(value, array)}",
            "o que a sua resposta contém: só números, todos nas mesmas linhas e colunas.",
        )
    if _has_hidden_numbers(value):
        raise AnswerError(
            "recebi um vetor mascarado do NumPy (np.ma), que esconde números em vez de dizer "
            "quanto valem",
            "o tipo do resultado: um vetor comum, com um número em cada lugar. O que np.ma "
            "escondeu, escreva você (.filled troca o escondido por um valor).",
        )
    return array


def to_number(value: object) -> float:
    """Lê um número só; aceita vírgula ou ponto decimal em texto.

    Args:
        value: inteiro, real, vetor ou tensor sem eixos, ou texto como ``"0,686"``.

    Returns:
        O número, em float64.

    Raises:
        NotDoneError: se for ``None`` ou ``...``.
        AnswerError: se não for um número real e finito.

    Example:
        >>> to_number("0,25")
        0.25
    """
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise AnswerError(
                f"esperava um número; recebi o texto «{value[:40]}»",
                "a forma da resposta: um número, como 0.25, sem unidade nem sinal de porcentagem.",
            )
        return float(value.strip().replace(",", "."))
    array = to_array(value)
    if isinstance(value, tuple):
        raise AnswerError(f"esperava um número só; recebi {kind_of(value)}", COMMA_HINT)
    if array.ndim or array.dtype.kind == "b":
        raise AnswerError(
            f"esperava um número só; recebi {kind_of(value)}",
            "a forma da resposta: um número, sem colchetes e sem verdadeiro ou falso.",
        )
    number = float(array)
    if not math.isfinite(number):
        raise AnswerError(f"esperava um número finito; recebi {number}")
    return number


def plain_text(text: str) -> str:
    """Tira acentos, maiúsculas e espaços repetidos, para comparar textos com boa vontade.

    Args:
        text: texto qualquer.

    Returns:
        O texto simplificado.

    Example:
        >>> plain_text("  Orientação ")
        'orientacao'
    """
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def spoken(number: float) -> str:
    """Escreve um número com vírgula decimal e até cinco algarismos (inteiros grandes, todos).

    Args:
        number: número real.

    Returns:
        Texto curto.

    Example:
        >>> spoken(0.6861234), spoken(50331648), spoken(1.5e-5)
        ('0,68612', '50331648', '1,5·10⁻⁵')
    """
    if 1e5 <= abs(number) < 1e15:
        return f"{number:.0f}"
    digits, _, exponent = f"{number:.5g}".replace(".", ",").partition("e")
    return f"{digits}·10{str(int(exponent)).translate(_RAISED)}" if exponent else digits


def kind_of(value: object) -> str:
    """Descreve o tipo de um objeto sem usar o ``repr`` dele, que pode falhar ou ser enorme.

    Args:
        value: objeto qualquer.

    Returns:
        Nome do tipo e, se houver eixos, a forma.

    Example:
        >>> kind_of([1, 2]), kind_of(np.zeros((2, 3))), kind_of(np.float64(1))
        ('list', 'ndarray de forma (2, 3)', 'float64')
    """
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    return f"{name} de forma {where(shape)}" if isinstance(shape, tuple) and shape else name


def keys_of(value: object) -> str:
    """Diz que chaves um dicionário tem; de outro objeto, diz o tipo.

    Args:
        value: objeto qualquer.

    Returns:
        Texto curto.

    Example:
        >>> keys_of({"Pesos": 1, "dados": 2}), keys_of({}), keys_of([1])
        ('as chaves «Pesos», «dados»', 'um dicionário vazio', 'list')
    """
    if not isinstance(value, Mapping):
        return kind_of(value)
    names = [f"«{key}»" if isinstance(key, str) else kind_of(key) for key in [*value][:9]]
    return f"as chaves {', '.join(names)}" if names else "um dicionário vazio"


def where(position: tuple[int, ...]) -> str:
    """Escreve uma forma ou um índice em texto estável, igual em toda versão do NumPy.

    Args:
        position: inteiros.

    Returns:
        Texto como ``(3, 5)``.

    Example:
        >>> where((np.int64(3), 5))
        '(3, 5)'
    """
    return str(tuple(int(size) for size in position))


def _has_hidden_numbers(value: object) -> bool:
    """Diz se há um vetor mascarado do NumPy, ele próprio ou dentro de listas."""
    if isinstance(value, list | tuple):
        return any(map(_has_hidden_numbers, value))
    return isinstance(value, np.ma.MaskedArray)


def _refuse_blanks(value: object) -> None:
    """Recusa o que está em branco: tudo é exercício por fazer; uma parte, resposta incompleta."""
    parts = list(value) if isinstance(value, list | tuple) else [value]
    blanks = sum(part is None or part is Ellipsis for part in parts)
    if blanks and blanks == len(parts):
        raise NotDoneError
    if blanks:
        count = "um lugar" if blanks == 1 else f"{blanks} lugares"
        raise AnswerError(
            f"há {count} em branco na resposta",
            "o que falta preencher: cada None, ou ..., tem de dar lugar a um número.",
        )


def _contents(value: object, array: NDArray[Any]) -> str:
    """Diz o que há de estranho dentro de uma lista ou de um vetor, se isso se vê."""
    if isinstance(value, str | bytes):
        return ""
    if isinstance(value, list | tuple) and array.dtype.kind == "O":
        sizes = {len(part) for part in value if isinstance(part, list | tuple)}
        sizes |= {part.shape for part in map(_detached, value) if isinstance(part, np.ndarray)}
        return ", com partes de formas diferentes" if len(sizes) > 1 else ""
    return _CONTENTS.get(array.dtype.kind, "")


def _with_exact_numbers(array: NDArray[Any]) -> NDArray[Any]:
    """Passa frações e decimais exatos do Python a float64; o resto fica como está."""
    if array.dtype.kind != "O" or not array.size:
        return array
    exact = all(isinstance(item, int | float | Fraction | Decimal) for item in array.flat)
    return array.astype(np.float64) if exact else array


def _detached(value: Any) -> Any:
    """Solta os tensores do grafo; bfloat16, que o NumPy não conhece, vira float32."""
    if isinstance(value, list | tuple):
        return [_detached(part) for part in value]
    for name in ("detach", "cpu"):
        if callable(getattr(value, name, None)):
            value = getattr(value, name)()
    if not callable(getattr(value, "numpy", None)):
        return value
    try:
        return value.numpy()
    except TypeError:
        return value.float().numpy()
