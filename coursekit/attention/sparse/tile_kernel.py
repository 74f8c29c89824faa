"""O núcleo comum: ida e volta por lotes de ladrilhos, com recomputação.

Um lote diz que consultas e que chaves se encontram (:class:`Batch`); o núcleo só multiplica.
Os escores de um lote cabem no cache, e a memória deles é reaproveitada pelo lote seguinte:
nada de tamanho ``T x T`` existe em momento algum. A volta não guarda pesos; ela os recalcula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.exposure import decide, replace_broken
from coursekit.attention.sparse.first_derivative import FirstDerivative, HandWritten
from coursekit.attention.sparse.merge import merge_batches
from coursekit.attention.sparse.scratch import Scratch
from coursekit.attention.sparse.tile_batch import Batch

__all__ = ["tiled_attention"]


def tiled_attention(
    tensors: Sequence[Tensor],
    scale: float | Tensor,
    batches: Sequence[Batch],
    *,
    merge: bool = False,
) -> Tensor:
    """Calcula o contexto, lote por lote, com a primeira derivada.

    O que está escondido não importa, nem que seja ``nan``; quem vê ``nan`` ou infinito sai
    ``nan``, como em ``attend``.

    Args:
        tensors: consultas, chaves e valores, forma ``(cabeças, T, D)`` (valores, ``Dv``), em
            float32 ou float64.
        scale: fator dos escores; se for um tensor, também recebe gradiente.
        batches: os lotes; consulta fora de todos recebe 0.
        merge: se ``True``, uma consulta pode estar em vários lotes, que se fundem, e ter todas
            as chaves de um deles escondidas; um par só pode estar em um.

    Returns:
        O contexto, forma ``(cabeças, T, Dv)``.
    """
    whole = _is_tame(tensors, scale)
    query, key, value = tensors if whole else map(replace_broken, tensors)
    if isinstance(scale, Tensor):
        query, scale = query * scale, 1.0
    ready = [x.contiguous() for x in (query, key, value)]
    found: tuple[Tensor, Tensor | None] = _Tiled.apply(*ready, scale, batches, (merge, not whole))  # type: ignore[no-untyped-call]
    context = found[0]
    return context if whole else context + _nan_where_broken_is_seen(tensors, batches)


def _is_tame(tensors: Sequence[Tensor], scale: float | Tensor = 1.0) -> bool:
    r"""Diz se não há ``nan`` nem infinito, nem produto entre as duas primeiras que estoure.

    Como :math:`|q \cdot k| \le \lVert Q \rVert \lVert K \rVert`, basta uma passada por tensor. Se
    não der para garantir, a conta só é mais lenta.
    """
    norms = [torch.linalg.vector_norm(x.detach()) for x in tensors]
    product = norms[0] * norms[1] * (scale.detach() if isinstance(scale, Tensor) else scale)
    # Uma pergunta só: numa GPU, cada bool() espera pelo aparelho.
    return decide(torch.stack([*norms, product.to(norms[0])]).isfinite().all())


def _nan_where_broken_is_seen(tensors: Sequence[Tensor], batches: Sequence[Batch]) -> Tensor:
    """Zeros com nan onde o contexto depende de algo quebrado e visível: (cabeças, T, Dv).

    Consulta ou chave quebrada estraga a linha inteira; valor quebrado, só o seu componente.
    """
    query, key, value = (~x.isfinite() for x in tensors)
    # Quantos quebrados cada consulta enxerga: a máscara, em 0 e 1, vezes as marcas.
    marks = torch.cat([key.any(dim=-1, keepdim=True), value], dim=-1).to(tensors[0].dtype)
    seen = torch.zeros_like(marks)
    seeing = torch.zeros_like(marks[..., :1])
    for batch in batches:
        visible = batch.bias(marks).exp().expand(batch.shape)
        batch.put_queries(seen, batch.queries(seen) + visible @ batch.keys(marks))
        batch.put_queries(seeing, batch.queries(seeing) + visible.sum(dim=-1, keepdim=True))
    broken_row = (seen[..., :1] > 0) | (query.any(dim=-1, keepdim=True) & (seeing > 0))
    broken = (seen[..., 1:] > 0) | broken_row
    return torch.zeros_like(tensors[2]).masked_fill(broken, torch.nan)


class _Tiled(HandWritten):
    """A atenção por ladrilhos como uma operação só do autograd."""

    @staticmethod
    def forward(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        scale: float,
        batches: Sequence[Batch],
        modes: tuple[bool, bool],
    ) -> tuple[Tensor, Tensor | None]:
        """Calcula o contexto; os modos são fundir os lotes e contar com produtos que estourem."""
        merge, careful = modes
        tensors = (query, key, value)
        if merge:
            return merge_batches(tensors, scale, batches, careful=careful)
        return _context(tensors, scale, batches, careful=careful), None

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Guarda entradas e saídas; o normalizador, se há, não se deriva."""
        query, key, value, scale, batches, modes = inputs
        context, normalizer = output
        if normalizer is not None:
            ctx.mark_non_differentiable(normalizer)
        ctx.set_materialize_grads(False)  # não fabricar o gradiente dele, que ninguém lê
        ctx.save_for_backward(query, key, value, context, normalizer)
        ctx.arguments = (scale, batches, modes[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        """Recalcula os pesos e devolve os gradientes de consulta, chave e valor."""
        if gradients[0] is None:  # ninguém deriva o contexto
            return (None,) * 6
        arguments = (gradients[0], *ctx.saved_tensors, *ctx.arguments)
        inner = _Gradient.apply(*arguments)  # type: ignore[no-untyped-call]
        return (*inner, None, None, None)


class _Gradient(FirstDerivative):
    """A volta, à parte: ela mesma não se deriva."""

    @staticmethod
    def forward(
        gradient: Tensor,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        context: Tensor,
        normalizer: Tensor | None,
        scale: float,
        batches: Sequence[Batch],
        careful: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        r"""Com ``P`` recalculado, :math:`dS = P \circ (g V^T - g \cdot o)`, lote por lote."""
        gradient = gradient.contiguous()
        # −g·o, (cabeças, T, 1); antes de alocar os gradientes, para o produto não somar ao pico.
        mean = (gradient * context).sum(dim=-1, keepdim=True).neg_()
        d_query = _blank(query, batches) if normalizer is None else torch.zeros_like(query)
        d_key, d_value = torch.zeros_like(key), torch.zeros_like(value)
        scratch = Scratch(query, careful=careful or not _is_tame((gradient, value)))
        for batch in batches:
            weights = scratch.weights(batch, query, key, scale, normalizer)
            incoming = batch.queries(gradient)
            batch.add_keys(d_value, scratch.product(weights.transpose(1, 2), incoming))
            inner = scratch.take("inner", batch.shape)
            start = batch.queries(mean).expand(batch.shape)
            torch.baddbmm(start, incoming, batch.keys(value).transpose(1, 2), out=inner)
            scratch.hide(inner, 0.0)
            inner.mul_(weights)
            put = scratch.put_product if batch.fresh else scratch.add_product
            put(batch, d_query, inner, batch.keys(key), scale)
            transposed = inner.transpose(1, 2)
            batch.add_keys(d_key, scratch.product(transposed, batch.queries(query), scale))
        return d_query, d_key, d_value


def _context(
    tensors: Sequence[Tensor], scale: float, batches: Sequence[Batch], *, careful: bool
) -> Tensor:
    """O contexto, quando cada consulta está num lote só: um softmax por lote e pronto."""
    query, key, value = tensors
    context, scratch = _blank(value, batches), Scratch(query, careful=careful)
    for batch in batches:
        weights = scratch.weights(batch, query, key, scale)
        scratch.put_product(batch, context, weights, batch.keys(value))
    return context


def _blank(like: Tensor, batches: Sequence[Batch]) -> Tensor:
    """Zeros da forma dada; nem isso, se os lotes vão escrever em todas as linhas."""
    written = sum(batch.shape[0] * batch.shape[1] for batch in batches)
    covered = written == like.shape[0] * like.shape[1]
    return torch.empty_like(like) if covered else torch.zeros_like(like)
