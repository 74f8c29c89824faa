"""Atenção exata sob um padrão qualquer, calculando (quase) só os pares que se veem."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from coursekit.attention.attend_checks import check_inputs
from coursekit.attention.sparse.gather_plan import GatherBatch, plan_gather
from coursekit.attention.sparse.heads import flatten_heads, restore_heads, scale_factor
from coursekit.attention.sparse.pattern import Pattern
from coursekit.attention.sparse.tile_kernel import tiled_attention

__all__ = ["block_sparse_attention"]

TILE = 64
BUDGET = 2**18


def block_sparse_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    pattern: Pattern,
    *,
    scale: float | Tensor | None = None,
) -> Tensor:
    r"""Atende sob um padrão qualquer, sem jamais montar a máscara de todos os pares.

    .. math::

        o_i = \sum_{j \in J_i} \alpha_{ij} v_j, \qquad J_i = \{ j : \text{o padrão liga } i
        \text{ a } j \}

    Dá o mesmo que :func:`~coursekit.attention.attend` com ``mask=pattern.mask(T)``. As consultas
    andam em ladrilhos, e cada ladrilho recolhe a união das chaves que as suas consultas veem:
    o custo é proporcional aos pares dessa união, e chega perto do dos pares visíveis quando
    consultas vizinhas veem chaves parecidas (janela, blocos, globais, passo). Um grafo sem ordem
    nenhuma não ganha nada. O primeiro uso de um padrão num comprimento planeja o corte, e o
    plano fica guardado.

    A consulta que nada vê vale 0; o que está escondido não importa, nem que seja ``nan``; a
    linha que vê ``nan`` ou infinito sai ``nan``; float16 e bfloat16 são calculados em float32.
    Não tem segunda derivada.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``; ``Hkv`` divide ``H``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.
        pattern: quem vê quem; padrões se unem com ``|``.
        scale: fator dos escores, número finito ou tensor de um elemento; ``None`` é
            :math:`1/\sqrt{D}`.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``; tipo e dispositivo de ``query``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ou ``pattern`` não for um
            padrão.
        ValueError: se as formas não casarem, ou houver números diferentes de consultas e chaves.

    Fonte:
        Child et al. (2019), seção 5.4, para núcleos em blocos; o corte por ladrilhos que
        recolhem as suas chaves é do curso.

    Example:
        >>> import torch
        >>> from coursekit.attention.sparse import GlobalTokens, SlidingWindow
        >>> x = torch.tensor([[[4.0], [0.0], [0.0], [2.0]]])
        >>> pattern = SlidingWindow(0) | GlobalTokens(count=1)
        >>> block_sparse_attention(torch.zeros(1, 4, 1), x, x, pattern).squeeze()
        tensor([1.5000, 2.0000, 2.0000, 3.0000])
    """
    check_inputs(query, key, value)
    _check_pattern(pattern)
    factor = scale_factor(scale, query)
    tensors = flatten_heads(query, key, value)
    plan = plan_gather(pattern, query.shape[-2], TILE, BUDGET, query.device)
    batches = [GatherBatch(head, tiles) for tiles in plan for head in range(len(tensors[0]))]
    return restore_heads(tiled_attention(tensors, factor, batches), query, value)


def _check_pattern(pattern: Any) -> None:
    """Exige um padrão, e não a sua máscara."""
    if not isinstance(pattern, Pattern):
        raise TypeError(
            f"pattern deve ser um padrão, como SlidingWindow(8) | GlobalTokens(count=1); recebi "
            f"{type(pattern).__name__}. Para uma máscara pronta, use attend(..., mask=mask)."
        )
