"""Lê a resposta de quem estuda: números, tabelas e textos, de NumPy, PyTorch ou Python."""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.failure import AnswerError, NotDoneError

__all__ = ["keys_of", "kind_of", "plain_text", "spoken", "to_array", "to_number", "where"]

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def to_array(value: object) -> NDArray[Any]:
    """Converte uma resposta em vetor do NumPy, mantendo o tipo dos números.

    Tensores do PyTorch são soltos do grafo e trazidos ao processador, sem importar o PyTorch.

    Args:
        value: número, lista, vetor do NumPy ou tensor.

    Returns:
        Vetor de números reais ou booleanos.

    Raises:
        NotDoneError: se for ``None`` ou ``...``.
        AnswerError: se não for feito de números reais.

    Example:
        >>> to_array([1, 2]).shape
        (2,)
    """
    if value is None or value is Ellipsis:
        raise NotDoneError
    try:
        array = np.asarray(_detached(value))
    except Exception:  # objetos estranhos podem lançar qualquer coisa ao se converter
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise AnswerError(
            f"esperava números; recebi {kind_of(value)}",
            "o que a sua resposta contém: só números, todos nas mesmas linhas e colunas.",
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
        Nome do tipo e, se houver, a forma.

    Example:
        >>> kind_of([1, 2])
        'list'
    """
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    return f"{name} de forma {where(shape)}" if isinstance(shape, tuple) else name


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


def _detached(value: Any) -> Any:
    """Solta um tensor do grafo; bfloat16, que o NumPy não conhece, vira float32."""
    for name in ("detach", "cpu"):
        if callable(getattr(value, name, None)):
            value = getattr(value, name)()
    if not callable(getattr(value, "numpy", None)):
        return value
    try:
        return value.numpy()
    except TypeError:
        return value.float().numpy()
