"""Conferência de pesos e tamanhos: cada recusa diz o que veio, o que se aceita e o conserto."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_flag", "check_size", "check_state", "read_list", "read_weight"]


def check_size(name: str, size: Any, least: int = 1) -> None:
    """Exige um inteiro.

    Args:
        name: nome do argumento, para a mensagem.
        size: valor recebido.
        least: o menor aceito.

    Raises:
        TypeError: se não for inteiro (um booleano não é).
        ValueError: se for menor que o menor aceito.
    """
    if isinstance(size, bool) or not isinstance(size, Integral):
        raise TypeError(
            f"{name} deve ser um inteiro; recebi {size!r} ({type(size).__name__}). "
            f"Use, por exemplo, {name}={least + 1}."
        )
    if size < least:
        raise ValueError(
            f"{name} deve ser ao menos {least}; recebi {name}={size}. "
            f"Use, por exemplo, {name}={least + 1}."
        )


def check_flag(name: str, flag: Any) -> None:
    """Exige um booleano.

    Args:
        name: nome do argumento, para a mensagem.
        flag: valor recebido.

    Raises:
        TypeError: se não for ``True`` nem ``False``.
    """
    if not isinstance(flag, bool):
        raise TypeError(
            f"{name} deve ser True ou False; recebi {type(flag).__name__}. "
            f"Use {name}=True ou {name}=False."
        )


def check_state(state: Any) -> None:
    """Exige um dicionário de pesos.

    Args:
        state: valor recebido.

    Raises:
        TypeError: se não for dicionário.
    """
    if not isinstance(state, Mapping):
        raise TypeError(
            "state deve ser um dicionário de nome em peso; recebi "
            f"{type(state).__name__}. Use camada.state_dict(), do PyTorch."
        )


def read_list(weights: Any) -> list[Any]:
    """Lê uma lista de pesos.

    Args:
        weights: valor recebido.

    Returns:
        Os pesos, em lista.

    Raises:
        TypeError: se não for uma sequência.
    """
    if not isinstance(weights, Sequence) or isinstance(weights, str):
        raise TypeError(
            f"weights deve ser uma lista de vetores; recebi {type(weights).__name__}. "
            "Use camada.get_weights(), do Keras."
        )
    return list(weights)


def read_weight(name: str, value: Any, shape: Sequence[int | str]) -> NDArray[Any]:
    """Lê um peso e confere a sua forma.

    Args:
        name: nome do peso, para a mensagem.
        value: vetor do NumPy, lista, ou tensor que o NumPy leia.
        shape: tamanho de cada eixo; uma letra aceita qualquer tamanho positivo.

    Returns:
        O peso.

    Raises:
        TypeError: se não for feito de números reais.
        ValueError: se a forma for outra.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        array = np.array(None, dtype=object)
    if array.dtype.kind not in "fiu" and array.dtype.name != "bfloat16":
        raise TypeError(
            f"{name} deve ser um vetor de números reais, que o NumPy leia; recebi "
            f"{type(value).__name__}. Traga os tensores com .detach().cpu().float().numpy()."
        )
    axes = zip(array.shape, shape, strict=False)
    fits = all(size >= 1 if isinstance(want, str) else size == want for size, want in axes)
    if array.ndim != len(shape) or not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(
            f"{name} deve ter a forma ({wanted}); recebi {array.shape}. "
            "Confira de que camada vieram os pesos."
        )
    return array
