"""Quem vê quem, perguntado um par de cada vez."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import BoolArray, FloatArray, require

__all__ = ["Visibility", "visibility"]

Position = tuple[int, int, int, int]


@dataclass(frozen=True)
class Visibility:
    """Responde, par a par, se a consulta vê a chave e quanto se soma ao escore.

    Args:
        shape: forma dos escores, ``(B, H, Tq, Tk)``.
        mask: máscara como veio, booleana ou flutuante, ou ``None``.
        causal: se ``True``, o futuro fica escondido.
        window: ``(left, right)`` ou ``None``.
        key_lengths: chaves que valem em cada exemplo, ou ``None``.
    """

    shape: Position
    mask: BoolArray | FloatArray | None
    causal: bool
    window: tuple[int | None, int | None] | None
    key_lengths: list[int] | None

    def sees(self, position: Position) -> bool:
        """Diz se a consulta vê a chave.

        Args:
            position: ``(b, h, i, j)``: exemplo, cabeça, consulta e chave.

        Returns:
            ``True`` se nada esconde a chave.
        """
        b, _, i, j = position
        ahead = j - (i + self.shape[3] - self.shape[2])  # quantas posições à frente
        if self.causal and ahead > 0:
            return False
        left, right = self.window or (None, None)
        if (left is not None and -ahead > left) or (right is not None and ahead > right):
            return False
        if self.key_lengths is not None and j >= self.key_lengths[b]:
            return False
        entry = self._entry(position)
        return bool(entry) if isinstance(entry, np.bool_) else entry != -math.inf

    def bias(self, position: Position) -> float:
        """Diz quanto a máscara flutuante soma ao escore.

        Args:
            position: ``(b, h, i, j)``: exemplo, cabeça, consulta e chave.

        Returns:
            A parcela; 0 se a máscara for booleana ou não houver máscara.
        """
        entry = self._entry(position)
        return 0.0 if isinstance(entry, np.bool_) else float(entry)

    def _entry(self, position: Position) -> Any:
        """Lê a máscara no par; eixo de tamanho 1 é lido no índice 0."""
        if self.mask is None:
            return 0.0
        b, h, i, j = position
        index = {2: (i, j), 3: (b, i, j), 4: (b, h, i, j)}[self.mask.ndim]
        return self.mask[
            tuple(0 if size == 1 else n for size, n in zip(self.mask.shape, index, strict=True))
        ]


def visibility(
    shape: Position,
    *,
    mask: Any,
    causal: bool,
    window: tuple[int | None, int | None] | None,
    key_lengths: Sequence[int] | npt.NDArray[np.integer[Any]] | None,
) -> Visibility:
    """Confere os argumentos que escondem chaves e os guarda juntos.

    Args:
        shape: forma dos escores, ``(B, H, Tq, Tk)``.
        mask: booleana ou flutuante, de posto 2 a 4, ou ``None``.
        causal: se ``True``, o futuro fica escondido.
        window: ``(left, right)`` ou ``None``.
        key_lengths: chaves que valem em cada exemplo, ou ``None``.

    Returns:
        O objeto que responde par a par.

    Raises:
        TypeError: se ``mask`` não for booleana nem flutuante, ou ``key_lengths`` não for de
            inteiros.
        ValueError: se alguma forma ou algum valor não servir.
    """
    if window is not None:
        require(
            len(window) == 2 and all(side is None or side >= 0 for side in window),
            f"window deve ser um par (left, right) não negativo; recebi {window}. "
            "Use None no lado sem limite.",
        )
    return Visibility(
        shape=shape,
        mask=None if mask is None else _check_mask(np.array(mask), shape),
        causal=causal,
        window=window,
        key_lengths=None if key_lengths is None else _check_lengths(np.array(key_lengths), shape),
    )


def _check_mask(mask: npt.NDArray[Any], shape: Position) -> BoolArray | FloatArray:
    """Confere tipo, posto e tamanho de cada eixo da máscara."""
    if mask.dtype.kind not in "bf":
        raise TypeError(
            "mask deve ser booleana (True = visível) ou flutuante (somada aos escores); recebi "
            f"{mask.dtype}. Se 1 quer dizer visível, use mask.astype(bool)."
        )
    batch, _, q_len, k_len = shape
    accepted = {2: (q_len, k_len), 3: (batch, q_len, k_len), 4: shape}.get(mask.ndim, ())
    require(
        mask.ndim == len(accepted)
        and all(size in (1, full) for size, full in zip(mask.shape, accepted, strict=True)),
        f"mask tem a forma {mask.shape}; aceito (Tq, Tk) = {(q_len, k_len)}, (B, Tq, Tk) = "
        f"{(batch, q_len, k_len)} ou (B, H, Tq, Tk) = {shape}, com qualquer eixo igual a 1. "
        "Se é preenchimento, de forma (B, Tk), use key_lengths ou mask[:, None, :].",
    )
    return mask if mask.dtype == np.bool_ else mask.astype(np.float64)


def _check_lengths(lengths: npt.NDArray[Any], shape: Position) -> list[int]:
    """Confere os comprimentos: inteiros em [0, Tk], um por exemplo."""
    if lengths.dtype.kind not in "iu":
        raise TypeError(
            f"key_lengths deve ter inteiros; recebi {lengths.dtype}. "
            "Converta com np.asarray(key_lengths, dtype=int)."
        )
    require(
        lengths.shape == shape[:1] and all(0 <= n <= shape[3] for n in lengths.tolist()),
        f"key_lengths deve ter um comprimento por exemplo, B = {shape[0]}, entre 0 e "
        f"Tk = {shape[3]}; recebi {lengths.tolist()}. Conte as chaves que valem em cada exemplo.",
    )
    return [int(n) for n in lengths]
