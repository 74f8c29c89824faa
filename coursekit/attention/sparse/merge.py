"""Fusão de lotes: o softmax de uma consulta cujas chaves estão repartidas por vários lotes.

É o softmax em fluxo, um lote de cada vez: guardam-se o maior escore visto, a soma das
exponenciais e a soma pesada dos valores, e cada lote corrige as três.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from coursekit.attention.sparse.scratch import Scratch
from coursekit.attention.sparse.tile_batch import Batch

__all__ = ["merge_batches"]


def merge_batches(
    tensors: Sequence[Tensor], scale: float, batches: Sequence[Batch], *, careful: bool = False
) -> tuple[Tensor, Tensor]:
    r"""Calcula o contexto por lotes que repartem as chaves de cada consulta.

    Com :math:`m` o maior escore até aqui, :math:`\ell = \sum_j e^{s_j - m}` e
    :math:`a = \sum_j e^{s_j - m} v_j`, um lote de máximo :math:`m'` muda :math:`m` para
    :math:`m^* = \max(m, m')` e multiplica por :math:`e^{m - m^*}` o que já havia e por
    :math:`e^{m' - m^*}` o que ele traz. O primeiro lote de uma consulta não tem o que corrigir.
    No fim, o contexto é :math:`a / \ell`.

    Args:
        tensors: consultas, chaves e valores, contíguos, forma ``(cabeças, T, D)``.
        scale: fator dos escores.
        batches: os lotes; um par (consulta, chave) está, no máximo, em um.
        careful: se os produtos podem estourar.

    Returns:
        O contexto, forma ``(cabeças, T, Dv)``, 0 em quem nada vê, e o normalizador
        :math:`m + \ln \ell`, forma ``(cabeças, T, 1)``.

    Fonte:
        Milakov e Gimelshein (2018), algoritmo 3; com os valores, como em Dao et al. (2022),
        seção 3.1.
    """
    query, key, value = tensors
    floor = torch.finfo(query.dtype).min  # finito: quem nada vê não gera ∞ − ∞
    context, total = torch.zeros_like(value), torch.zeros_like(query[..., :1])
    highest, scratch = torch.full_like(total, floor), Scratch(query, careful=careful)
    for batch in batches:
        weights = scratch.scores(batch, query, key, scale)
        top = weights.amax(dim=-1, keepdim=True).clamp_(min=floor)
        weights.sub_(top).exp_()
        mass = weights.sum(dim=-1, keepdim=True)
        if batch.fresh:
            batch.put_queries(highest, top)
            batch.put_queries(total, mass)
            scratch.put_product(batch, context, weights, batch.keys(value))
            continue
        known = batch.queries(highest)
        center = torch.maximum(known, top)
        keep, grow = (known - center).exp_(), (top - center).exp_()
        product = scratch.product(weights, batch.keys(value))
        for into, arrived in ((total, mass), (context, product)):
            batch.put_queries(into, batch.queries(into).mul_(keep).addcmul_(arrived, grow))
        batch.put_queries(highest, center)
    total.masked_fill_(total == 0, 1.0)
    return context.div_(total), total.log_().add_(highest)
