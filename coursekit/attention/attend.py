"""Atenção completa: pontuar, mascarar, normalizar e somar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, overload

import torch
from torch import Tensor

from coursekit.attention.attend_checks import check_inputs, check_options
from coursekit.attention.checks import check_flags, finite_number, positive_number
from coursekit.attention.exposure import expose_broken, replace_broken
from coursekit.attention.softmax import masked_softmax
from coursekit.attention.visibility import split_mask, visible_keys

__all__ = ["attend"]

Lengths = Tensor | Sequence[int]
Window = tuple[int | None, int | None]


@overload
def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None = None,
    causal: bool = False,
    window: Window | None = None,
    scale: float | Tensor | None = None,
    softcap: float | Tensor | None = None,
    key_lengths: Lengths | None = None,
    return_weights: Literal[False] = False,
) -> Tensor: ...


@overload
def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None = None,
    causal: bool = False,
    window: Window | None = None,
    scale: float | Tensor | None = None,
    softcap: float | Tensor | None = None,
    key_lengths: Lengths | None = None,
    return_weights: Literal[True],
) -> tuple[Tensor, Tensor]: ...


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None = None,
    causal: bool = False,
    window: Window | None = None,
    scale: float | Tensor | None = None,
    softcap: float | Tensor | None = None,
    key_lengths: Lengths | None = None,
    return_weights: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    r"""Atende: cada consulta recebe a média dos valores, pesada por quanto combina com as chaves.

    .. math::

        s_{ij} = \lambda\, q_i \cdot k_j, \qquad
        \tilde s_{ij} = c \tanh(s_{ij} / c) + b_{ij}, \qquad
        \alpha_{ij} = \frac{m_{ij}\, e^{\tilde s_{ij}}}{\sum_k m_{ik}\, e^{\tilde s_{ik}}}, \qquad
        o_i = \sum_j \alpha_{ij} v_j

    com a escala :math:`\lambda`, o teto :math:`c` (sem ele, :math:`\tilde s = s + b`), a
    máscara aditiva :math:`b` e a visibilidade :math:`m`, que é o **e** lógico de ``mask``,
    ``causal``, ``window`` e ``key_lengths``.

    Três decisões que outras bibliotecas tomam de outro jeito:

    - Consulta que não vê chave nenhuma tem pesos 0 e contexto 0, com gradiente finito.
    - O que está escondido não importa, nem que seja ``nan`` ou infinito: não muda a saída
      nem o gradiente. A linha que **vê** um ``nan`` ou infinito sai ``nan``.
    - ``causal`` e ``window`` alinham a última consulta à última chave (a consulta ``i`` fica
      na posição ``i + Tk - Tq``), como na geração com cache. Com ``Tq > Tk`` e ``causal``,
      as primeiras ``Tq - Tk`` consultas nada veem. O fim é ``Tk`` para todos os exemplos:
      ``key_lengths`` esconde chaves, não muda o alinhamento.

    Com menos cabeças de chave e valor que de consulta (atenção agrupada; multiconsulta, se
    for uma só), consultas vizinhas dividem a mesma: a cabeça ``h`` usa ``h // (H // Hkv)``.
    Em float16 e bfloat16 a conta é feita em float32 e só o resultado volta ao tipo de entrada.

    Args:
        query: consultas, forma ``(B, H, Tq, D)`` ou ``(B, Tq, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, Hkv, Tk, D)`` ou ``(B, Tk, D)``; ``Hkv`` divide ``H``.
        value: valores, forma ``(B, Hkv, Tk, Dv)`` ou ``(B, Tk, Dv)``; ``Dv`` pode ser
            diferente de ``D``.
        mask: booleana (``True`` = visível) ou flutuante (somada aos escores; −∞ esconde). De
            posto 2, ``(Tq, Tk)``; 3, ``(B, Tq, Tk)``; ou 4, ``(B, H, Tq, Tk)``; qualquer eixo
            pode ser 1. Cuidado: ``(B, Tk)`` seria lida como ``(Tq, Tk)``; para preenchimento,
            use ``key_lengths`` ou :func:`~coursekit.attention.padding_mask`.
        causal: se ``True``, nenhuma consulta vê chaves à sua frente.
        window: ``(left, right)``, quantas chaves se veem antes e depois da própria posição;
            ``None`` em qualquer lado é sem limite.
        scale: :math:`\lambda`, número finito ou tensor de um elemento; ``None`` é
            :math:`1/\sqrt{D}`.
        softcap: teto :math:`c > 0` dos escores, aplicado antes da máscara; ``None``, sem teto.
        key_lengths: quantas chaves valem em cada exemplo, inteiros em ``[0, Tk]``, forma ``(B,)``.
        return_weights: se ``True``, devolve também os pesos.

    Returns:
        O contexto, forma ``(B, H, Tq, Dv)`` (ou ``(B, Tq, Dv)``, sem cabeças na entrada), ou o
        par ``(contexto, pesos)``, com pesos ``(B, H, Tq, Tk)`` (ou ``(B, Tq, Tk)``); cada linha
        de pesos soma 1, ou 0 se nada vê. Tipo e dispositivo de ``query``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo; ``mask``, ``window``,
            ``scale``, ``softcap``, ``key_lengths``, ``causal`` ou ``return_weights`` forem de
            outro tipo que não os descritos.
        ValueError: se formas, cabeças, dispositivos ou valores não forem os descritos.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1). Cabeças de chave compartilhadas: Shazeer
        (2019) e Ainslie et al. (2023). O artigo de 2017 não trata a linha vazia.

    Example:
        >>> import torch
        >>> query, key = torch.zeros(1, 2, 3), torch.zeros(1, 2, 3)
        >>> value = torch.tensor([[[2.0], [4.0]]])
        >>> context, weights = attend(query, key, value, causal=True, return_weights=True)
        >>> weights
        tensor([[[1.0000, 0.0000],
                 [0.5000, 0.5000]]])
        >>> context.squeeze(-1)
        tensor([[2., 3.]])
    """
    check_inputs(query, key, value)
    check_options(causal, window)
    check_flags(return_weights=return_weights)
    query_heads, key_heads, value_heads = _share_heads(query, key, value)  # (B, H, T, D)
    shape = (*query_heads.shape[:3], key_heads.shape[2])  # (B, H, Tq, Tk)
    seen, bias = split_mask(mask, shape, query_heads)
    visible = visible_keys(
        shape, query.device, seen=seen, causal=causal, window=window, key_lengths=key_lengths
    )

    finite = [replace_broken(x) for x in (query_heads, key_heads, value_heads)]
    scores = _scores(finite[0], finite[1], scale, softcap, visible)  # (B, H, Tq, Tk)
    weights = masked_softmax(scores if bias is None else scores + bias, visible)
    context = weights @ finite[2]  # (B, H, Tq, Dv)

    context, weights = expose_broken(
        context, weights, (query_heads, key_heads, value_heads), visible
    )
    context, weights = (_like_query(x, query) for x in (context, weights))
    return (context, weights) if return_weights else context


def _share_heads(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Leva as três a (B, H, T, D), em float32 ou mais, repetindo as cabeças divididas."""
    working = torch.promote_types(query.dtype, torch.float32)
    with_heads = [
        x.to(working) if x.ndim == 4 else x.to(working)[:, None] for x in (query, key, value)
    ]
    group = with_heads[0].shape[1] // with_heads[1].shape[1]
    shared = [x.repeat_interleave(group, dim=1) for x in with_heads[1:]]
    return with_heads[0], shared[0], shared[1]


def _scores(
    query: Tensor,
    key: Tensor,
    scale: float | Tensor | None,
    softcap: float | Tensor | None,
    visible: Tensor | None,
) -> Tensor:
    """Pontua cada par e, se houver teto, comprime os escores para dentro dele."""
    if scale is None:
        factor: float | Tensor = 1 / math.sqrt(query.shape[-1])
    else:
        factor = finite_number("scale", scale, query.dtype)
    scores = (query * factor) @ key.transpose(-2, -1)
    if softcap is None:
        return scores
    if visible is not None:
        # Um produto escondido pode estourar, e a derivada da tanh em nan contaminaria o resto.
        scores = scores.masked_fill(~visible, 0.0)
    cap = positive_number("softcap", softcap, query.dtype)
    return cap * torch.tanh(scores / cap)


def _like_query(tensor: Tensor, query: Tensor) -> Tensor:
    """Devolve o resultado no tipo de query, sem o eixo de cabeças se ela não o tinha."""
    tensor = tensor.to(query.dtype)
    return tensor if query.ndim == 4 else tensor.squeeze(1)
