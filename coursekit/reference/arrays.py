"""Entrada do oráculo: tudo vira vetor float64, e o que não pode virar é recusado."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FloatArray", "as_boolean", "as_floats", "require"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def as_floats(name: str, numbers: Any, *, min_axes: int = 0) -> FloatArray:
    """Copia para um vetor float64, exigindo um número mínimo de eixos.

    Args:
        name: nome do argumento, para a mensagem.
        numbers: números reais em qualquer recipiente que o NumPy leia.
        min_axes: quantos eixos, no mínimo.

    Returns:
        Cópia em float64.

    Raises:
        TypeError: se não forem números reais.
        ValueError: se faltarem eixos.
    """
    try:
        array = np.array(numbers)
        real = array.dtype.kind in "fiub"
    except ValueError:  # listas de comprimentos diferentes
        real = False
    if not real:
        raise TypeError(
            f"{name} deve conter números reais, em linhas do mesmo comprimento; recebi "
            f"{type(numbers).__name__}. Converta com np.asarray({name}, dtype=float)."
        )
    require(
        array.ndim >= min_axes,
        f"{name} deve ter ao menos {min_axes} eixo(s); recebi a forma {array.shape}. "
        f"Acrescente os eixos que faltam, por exemplo com np.atleast_2d({name}).",
    )
    return array.astype(np.float64)


def as_boolean(name: str, mask: Any) -> BoolArray:
    """Copia para um vetor booleano, recusando qualquer outro tipo.

    Args:
        name: nome do argumento, para a mensagem.
        mask: máscara booleana (``True`` = visível).

    Returns:
        Cópia booleana.

    Raises:
        TypeError: se não for booleana.
    """
    array = np.array(mask)
    if array.dtype != np.bool_:
        raise TypeError(
            f"{name} deve ser booleana (True = visível); recebi {array.dtype}. "
            f"Converta com np.asarray({name}, dtype=bool)."
        )
    return array


def require(condition: bool, message: str) -> None:
    """Levanta ``ValueError`` com a mensagem, se a condição não valer.

    Args:
        condition: o que tem de ser verdade.
        message: o que veio, o que se aceita e como consertar.

    Raises:
        ValueError: se ``condition`` for falsa.
    """
    if not condition:
        raise ValueError(message)
