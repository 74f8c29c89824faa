"""Quem vê quem: junta máscara, causalidade, janela e comprimentos numa visibilidade só."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from coursekit.attention.masks import causal_mask, example_lengths, padding_mask, window_mask

__all__ = ["split_mask", "visible_keys"]

Shape = tuple[int, int, int, int]


def split_mask(
    mask: Tensor | None, shape: Shape, like: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    """Separa a máscara no que se vê (booleano) e no que se soma aos escores.

    Args:
        mask: máscara booleana ou flutuante de posto 2 a 4, ou ``None``.
        shape: forma dos escores, ``(B, H, Tq, Tk)``.
        like: tensor de cujos tipo e dispositivo a parcela somada será.

    Returns:
        ``(visible, bias)``, difundíveis para ``shape``; ``None`` onde não há o que aplicar.

    Raises:
        TypeError: se ``mask`` não for tensor booleano nem flutuante.
        ValueError: se o posto, a forma ou o dispositivo não servirem.
    """
    if mask is None:
        return None, None
    if not isinstance(mask, Tensor) or not (mask.dtype == torch.bool or mask.is_floating_point()):
        kind = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(
            "mask deve ser um tensor booleano (True = visível) ou flutuante (somado aos "
            f"escores); recebi {kind}. Se 1 quer dizer visível, converta com mask.bool()."
        )
    if mask.device != like.device:
        raise ValueError(
            f"mask deve estar no dispositivo de query, {like.device}; recebi {mask.device}. "
            "Mova com mask.to(query.device)."
        )
    aligned = _with_four_axes(mask, shape)
    if aligned.dtype == torch.bool:
        return aligned, None
    bias = aligned.to(like.dtype)
    return bias != -torch.inf, bias


def visible_keys(
    shape: Shape,
    device: torch.device,
    *,
    seen: Tensor | None,
    causal: bool,
    window: tuple[int | None, int | None] | None,
    key_lengths: Tensor | Sequence[int] | None,
) -> Tensor | None:
    """Junta, com um **e** lógico, tudo o que esconde chaves.

    Args:
        shape: forma dos escores, ``(B, H, Tq, Tk)``.
        device: onde criar as máscaras.
        seen: máscara booleana já com quatro eixos, ou ``None``.
        causal: se ``True``, esconde as chaves à frente de cada consulta.
        window: ``(left, right)``, ou ``None`` sem janela.
        key_lengths: chaves que valem em cada exemplo, forma ``(B,)``, ou ``None``.

    Returns:
        Máscara booleana difundível para ``shape``; ``None`` se nada esconde.

    Raises:
        TypeError: se ``key_lengths`` não for de inteiros.
        ValueError: se ``key_lengths`` não for ``(B,)``, ou sair de ``[0, Tk]``.
    """
    batch, _, q_len, k_len = shape
    parts = [] if seen is None else [seen]
    if causal:
        parts.append(causal_mask(q_len, k_len, device=device))
    if window is not None:
        parts.append(window_mask(q_len, k_len, *window, device=device))
    if key_lengths is not None:
        lengths = example_lengths(key_lengths, batch, device=device)
        parts.append(padding_mask(lengths, k_len).unsqueeze(1))  # (B, 1, 1, Tk)
    return reduce(torch.logical_and, parts) if parts else None


def _with_four_axes(mask: Tensor, shape: Shape) -> Tensor:
    """Leva a máscara de posto 2 a 4 à forma difundível para (B, H, Tq, Tk)."""
    if mask.ndim == 2:
        aligned = mask[None, None]
    elif mask.ndim == 3:
        aligned = mask[:, None]
    else:
        aligned = mask
    fits = mask.ndim in (2, 3, 4) and all(
        size in (1, full) for size, full in zip(aligned.shape, shape, strict=True)
    )
    if not fits:
        batch, heads, q_len, k_len = shape
        raise ValueError(
            f"mask tem a forma {tuple(mask.shape)}; aceito (Tq, Tk) = ({q_len}, {k_len}), "
            f"(B, Tq, Tk) = ({batch}, {q_len}, {k_len}) ou (B, H, Tq, Tk) = "
            f"({batch}, {heads}, {q_len}, {k_len}), com qualquer eixo igual a 1. "
            "Se é preenchimento, de forma (B, Tk), use key_lengths ou mask[:, None, :]."
        )
    return aligned
