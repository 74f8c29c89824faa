"""Conferência de entradas: cada recusa diz o que veio, o que se aceita e como consertar."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "batches_match",
    "check_flags",
    "check_floating",
    "check_layer_input",
    "check_same_kind",
    "check_whole",
    "finite_number",
    "positive_number",
]


def check_floating(name: str, tensor: Any) -> None:
    """Recusa o que não for tensor de ponto flutuante.

    Args:
        name: nome do argumento, para a mensagem.
        tensor: valor recebido.

    Raises:
        TypeError: se não for tensor, ou se não for de ponto flutuante.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"{name} deve ser um tensor de ponto flutuante; recebi {type(tensor).__name__}. "
            "Converta com torch.as_tensor(...)."
        )
    if not tensor.is_floating_point():
        raise TypeError(
            f"{name} deve ser de ponto flutuante (float16, bfloat16, float32 ou float64); "
            f"recebi {tensor.dtype}. Converta com {name}.float()."
        )


def check_same_kind(**tensors: Tensor) -> None:
    """Exige que todos os tensores sejam flutuantes, do mesmo tipo e no mesmo dispositivo.

    Args:
        **tensors: os tensores, pelo nome do argumento; o primeiro manda.

    Raises:
        TypeError: se algum não for flutuante, ou se os tipos numéricos diferirem.
        ValueError: se estiverem em dispositivos diferentes.
    """
    for name, tensor in tensors.items():
        check_floating(name, tensor)
    (first_name, first), *others = tensors.items()
    for name, tensor in others:
        if tensor.dtype != first.dtype:
            raise TypeError(
                f"{first_name} e {name} devem ter o mesmo tipo numérico; recebi "
                f"{first.dtype} e {tensor.dtype}. Converta com {name}.to({first_name}.dtype)."
            )
        if tensor.device != first.device:
            raise ValueError(
                f"{first_name} e {name} devem estar no mesmo dispositivo; recebi "
                f"{first.device} e {tensor.device}. Mova com {name}.to({first_name}.device)."
            )


def check_layer_input(weight: Tensor, **inputs: Tensor) -> None:
    """Exige entradas flutuantes, do tipo e do dispositivo dos pesos da camada.

    Args:
        weight: algum peso da camada.
        **inputs: as entradas, pelo nome do argumento.

    Raises:
        TypeError: se alguma não for flutuante, ou for de outro tipo (salvo sob ``autocast``).
        ValueError: se estiverem em dispositivos diferentes.
    """
    # Sob autocast, é o PyTorch que casa o tipo das entradas com o dos pesos.
    device = weight.device.type
    mixed = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
    check_same_kind(**inputs if mixed else {"pesos": weight, **inputs})


def check_flags(**flags: Any) -> None:
    """Exige booleanos: um texto «não», lido como verdade, daria outra conta.

    Args:
        **flags: os valores, pelo nome do argumento.

    Raises:
        TypeError: se algum não for ``True`` nem ``False``.
    """
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise TypeError(
                f"{name} deve ser True ou False; recebi {type(flag).__name__}. "
                f"Use {name}=True ou {name}=False."
            )


def check_whole(**numbers: Any) -> None:
    """Exige inteiros: um 2,5 arredondado em silêncio daria outra conta.

    Args:
        **numbers: os números, pelo nome do argumento.

    Raises:
        TypeError: se algum não for inteiro (um booleano não é).
    """
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Integral):
            raise TypeError(
                f"{name} deve ser um inteiro; recebi {number!r} ({type(number).__name__}). "
                f"Converta com int({name}), se for o que quer dizer."
            )


def positive_number(name: str, number: Any, dtype: torch.dtype = torch.float64) -> float | Tensor:
    """Exige um número real, finito e positivo, ou um tensor com um só número assim.

    Args:
        name: nome do argumento, para a mensagem.
        number: valor recebido.
        dtype: tipo da conta em que ele entra, e em que tem de caber.

    Returns:
        O próprio número, em float; de um tensor, o escalar sem eixos (e com gradiente, se tinha).

    Raises:
        TypeError: se não for número real nem tensor de um elemento.
        ValueError: se não for positivo e finito, ou não couber no tipo da conta.
    """
    scalar = finite_number(name, number, dtype)
    if not scalar > 0:
        raise ValueError(
            f"{name} deve ser positivo; recebi {_plain(scalar):g}. "
            f"Use um valor maior que zero, por exemplo {name}=1.0."
        )
    return scalar


def finite_number(name: str, number: Any, dtype: torch.dtype = torch.float64) -> float | Tensor:
    """Exige um número real e finito, ou um tensor com um só número assim.

    Args:
        name: nome do argumento, para a mensagem.
        number: valor recebido; também ``Fraction`` e os reais do NumPy.
        dtype: tipo da conta em que ele entra, e em que tem de caber.

    Returns:
        O próprio número, em float; de um tensor, o escalar sem eixos (e com gradiente, se tinha).

    Raises:
        TypeError: se não for número real nem tensor de um elemento.
        ValueError: se não for finito, ou não couber no tipo da conta.
    """
    # Sem eixos, o escalar não muda nem a forma nem o tipo de quem ele multiplica.
    is_scalar_tensor = isinstance(number, Tensor) and number.numel() == 1
    scalar: float | Tensor = number.reshape(()) if is_scalar_tensor else number
    if not isinstance(_plain(scalar), Real) or isinstance(_plain(scalar), bool):
        kind = f"um tensor {tuple(number.shape)}" if isinstance(number, Tensor) else repr(number)
        raise TypeError(
            f"{name} deve ser um número real ou um tensor de um elemento; recebi {kind}. "
            f"Use, por exemplo, {name}=1.0."
        )
    if abs(_plain(scalar)) < math.inf and abs(_plain(scalar)) > torch.finfo(dtype).max:
        raise ValueError(
            f"{name} deve caber em {dtype}, o tipo da conta; recebi um número de módulo maior que "
            f"{torch.finfo(dtype).max:.1e}. Use um menor, por exemplo {name}=1.0."
        )
    if not math.isfinite(_plain(scalar)):
        raise ValueError(
            f"{name} deve ser finito; recebi {_plain(scalar):g}. Use, por exemplo, {name}=1.0."
        )
    return scalar if isinstance(scalar, Tensor) else float(scalar)


def _plain(number: Any) -> Any:
    """Tira o número de dentro do tensor sem eixos; o resto passa como veio."""
    return number.item() if isinstance(number, Tensor) and number.ndim == 0 else number


def batches_match(first: Tensor, second: Tensor) -> bool:
    """Diz se os eixos anteriores aos dois últimos são difundíveis entre si.

    Args:
        first: tensor de forma ``(..., T, D)``.
        second: tensor de forma ``(..., T, D)``.

    Returns:
        ``True`` se, contados do fim, os eixos forem iguais, faltarem ou tiverem tamanho 1.
    """
    pairs = zip(reversed(first.shape[:-2]), reversed(second.shape[:-2]), strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)
