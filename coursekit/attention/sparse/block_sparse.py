"""Atenção exata sob um padrão qualquer, calculando (quase) só os pares que se veem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from coursekit.attention.sparse.gather_plan import Cutting, plan_gather
from coursekit.attention.sparse.gather_tiles import GatherBatch
from coursekit.attention.sparse.inputs import SparseInputs
from coursekit.attention.sparse.pattern import Pattern
from coursekit.attention.sparse.tile_kernel import tiled_attention

__all__ = ["block_sparse_attention"]

# Ladrilho e escores por lote que cabem no cache, e o custo de repartir, em pares calculados.
CUTTING = Cutting(tile=64, budget=2**18, overhead=8000.0)


def block_sparse_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    pattern: Pattern,
    *,
    scale: float | Tensor | None = None,
    key_lengths: Tensor | Sequence[int] | None = None,
) -> Tensor:
    r"""Atende sob um padrão qualquer, sem jamais montar a máscara de todos os pares.

    .. math::

        o_i = \sum_{j \in J_i} \alpha_{ij} v_j, \qquad J_i = \{ j : \text{o padrão liga } i
        \text{ a } j \}

    Dá o mesmo que :func:`~coursekit.attention.attend` com a máscara de ``pattern.mask(T)``. As
    consultas andam em ladrilhos, e cada um recolhe a união das chaves que as suas consultas veem:
    o custo é proporcional aos pares dessa união, e chega perto do dos pares visíveis quando
    as consultas de um ladrilho veem chaves parecidas (janela, blocos, globais, passo). Uma união
    de padrões de ordens diferentes (passo e janela) é repartida em partes sem pares em comum,
    cada uma na sua ordem, e as partes se fundem pelo softmax em fluxo, que é exato. Um grafo
    sem ordem nenhuma paga por recolher cada chave de cada consulta. O primeiro uso de um padrão
    num comprimento planeja o corte, e o plano fica guardado.

    A consulta que nada vê vale 0; o que está escondido não importa, nem que seja ``nan``; a
    linha que vê ``nan`` ou infinito sai ``nan``; float16 e bfloat16 são calculados em float32.
    Não tem segunda derivada.

    Deriva-se também com ``torch.func.grad`` e ``vjp``; não com ``vmap``, ``jacrev`` nem ``jvp``,
    que são recusadas. ``torch.compile`` não a atravessa, porque o corte se planeja em Python:
    dentro de uma função compilada, chame-a por ``torch.compiler.disable(block_sparse_attention)``.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``; ``Hkv`` divide ``H``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.
        pattern: quem vê quem; padrões se unem com ``|``.
        scale: fator dos escores, número finito ou tensor de um elemento; ``None`` é
            :math:`1/\sqrt{D}`.
        key_lengths: quantas chaves valem em cada exemplo, inteiros em ``[0, T]``, forma ``(B,)``;
            as demais ficam escondidas, e o custo não diminui por isso.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``; tipo e dispositivo de ``query``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ``pattern`` não for um
            padrão, ou outro argumento for de tipo errado.
        ValueError: se as formas não casarem, houver números diferentes de consultas e chaves, ou
            algum valor sair do domínio.
        RuntimeError: sob ``torch.func.vmap``, ``jacrev`` ou ``jvp``, e na segunda derivada.

    Fonte:
        Child et al. (2019), seção 5.4, para núcleos em blocos; o corte por ladrilhos que
        recolhem as suas chaves, e a repartição da união, são do curso.

    Example:
        >>> import torch
        >>> from coursekit.attention.sparse import GlobalTokens, SlidingWindow
        >>> x = torch.tensor([[[4.0], [0.0], [0.0], [2.0]]])
        >>> pattern = SlidingWindow(0) | GlobalTokens(count=1)
        >>> block_sparse_attention(torch.zeros(1, 4, 1), x, x, pattern).squeeze()
        tensor([1.5000, 2.0000, 2.0000, 3.0000])
    """
    inputs = SparseInputs.checked(query, key, value, scale, key_lengths)
    _check_pattern(pattern)
    plan = plan_gather(pattern, inputs.length, CUTTING, query.device)
    limits, hides = inputs.head_limits(), inputs.key_lengths is not None
    batches = [
        GatherBatch(head, tiles, limit if hides else None)
        for tiles in plan.batches
        for head, limit in enumerate(limits)
    ]
    merge = plan.merge or hides  # um limite pode esconder tudo de uma consulta
    return inputs.restored(tiled_attention(inputs.flat(), inputs.scale, batches, merge=merge))


def _check_pattern(pattern: Any) -> None:
    """Exige um padrão, e não a sua máscara."""
    if not isinstance(pattern, Pattern):
        raise TypeError(
            f"pattern deve ser um padrão, como SlidingWindow(8) | GlobalTokens(count=1); recebi "
            f"{type(pattern).__name__}. Para uma máscara pronta, use attend(..., mask=mask)."
        )
