"""Da forma de ``attend`` à do núcleo, ``(cabeças, T, D)``, e de volta."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.checks import finite_number
from coursekit.attention.masks import padding_mask

__all__ = ["check_lengths", "check_radius", "flatten_heads", "restore_heads", "scale_factor"]


def flatten_heads(query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
    """Achata lote e cabeças, em float32 ou mais, repetindo as cabeças divididas.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, já conferidas.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.

    Returns:
        As três, de forma ``(B * H, T, ...)``.

    Raises:
        ValueError: se o número de chaves não for o de consultas.
    """
    if query.shape[-2] != key.shape[-2]:
        raise ValueError(
            f"recebi {query.shape[-2]} consultas e {key.shape[-2]} chaves; aceito o mesmo número "
            "T das duas. Na geração com cache, use attend(..., window=(radius, 0))."
        )
    if query.ndim == 4 and query.shape[1] != key.shape[1]:
        group = query.shape[1] // key.shape[1]
        key, value = (x.repeat_interleave(group, dim=1) for x in (key, value))
    working = torch.promote_types(query.dtype, torch.float32)
    return [x.to(working).flatten(0, -3) for x in (query, key, value)]


def restore_heads(context: Tensor, query: Tensor, value: Tensor) -> Tensor:
    """Devolve o contexto à forma e ao tipo das entradas.

    Args:
        context: forma ``(B * H, T, Dv)``.
        query: consultas, como vieram.
        value: valores, como vieram.

    Returns:
        Forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``, tipo de ``query``.
    """
    return context.reshape(*query.shape[:-1], value.shape[-1]).to(query.dtype)


def scale_factor(scale: float | Tensor | None, query: Tensor) -> float | Tensor:
    r"""Preenche a escala padrão, ou confere a que veio.

    Args:
        scale: número finito, tensor de um elemento ou ``None``.
        query: consultas, de cuja largura :math:`D` sai o padrão :math:`1/\sqrt{D}`.

    Returns:
        A escala.

    Raises:
        TypeError: se não for número real nem tensor de um elemento.
        ValueError: se não for finita.
    """
    if scale is None:
        return 1 / math.sqrt(query.shape[-1])
    return finite_number("scale", scale)


def check_lengths(lengths: Tensor | Sequence[int] | None, query: Tensor) -> list[int] | None:
    """Confere os comprimentos e os devolve como lista, um por exemplo.

    Args:
        lengths: quantas chaves valem em cada exemplo, forma ``(B,)``, ou ``None``.
        query: consultas, forma ``(B, ..., T, D)``.

    Returns:
        A lista, ou ``None``.

    Raises:
        TypeError: se não forem inteiros.
        ValueError: se não houver um por exemplo, ou algum sair de ``[0, T]``.
    """
    if lengths is None:
        return None
    counts = torch.as_tensor(lengths)
    if not isinstance(lengths, Tensor) and len(lengths) == 0:
        counts = counts.long()  # de uma lista vazia, o PyTorch faria ponto flutuante
    if counts.shape != (query.shape[0],):
        raise ValueError(
            f"key_lengths deve ter a forma (B,) = ({query.shape[0]},), um comprimento por "
            f"exemplo; recebi {tuple(counts.shape)}. Conte as chaves que valem em cada exemplo."
        )
    padding_mask(counts, query.shape[-2])  # recusa o que não for inteiro em [0, T]
    return [int(count) for count in counts.tolist()]


def check_radius(radius: Any) -> None:
    """Confere o raio de uma janela.

    Args:
        radius: quantas posições se veem para cada lado.

    Raises:
        TypeError: se não for inteiro.
        ValueError: se for negativo.
    """
    if isinstance(radius, bool) or not isinstance(radius, Integral):
        raise TypeError(
            f"radius deve ser um inteiro; recebi {type(radius).__name__}. "
            "É quantas posições se veem para cada lado, por exemplo radius=128."
        )
    if radius < 0:
        raise ValueError(
            f"radius não pode ser negativo; recebi {radius}. "
            "Com radius=0, cada posição vê só a si mesma."
        )
