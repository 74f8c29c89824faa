"""Núcleo da janela deslizante: ida e volta por lotes de ladrilhos, com recomputação.

Nada de tamanho ``T x T`` existe em momento algum, nem cópia de chaves e valores: os escores
de um lote cabem no cache e a sua memória é reaproveitada pelo lote seguinte. A volta não
guarda pesos; ela os recalcula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.sparse.window_plan import Band, Batch, band_bias, view_rows

__all__ = ["window_context"]


def window_context(
    tensors: Sequence[Tensor], scale: float, band: Band, batches: list[Batch]
) -> Tensor:
    """Calcula o contexto da janela, com a primeira derivada.

    Args:
        tensors: consultas, chaves e valores, forma ``(cabeças, T, D)`` (valores, ``Dv``), em
            float32 ou float64.
        scale: fator dos escores.
        band: a faixa visível.
        batches: os lotes; consulta fora de todos recebe 0.

    Returns:
        O contexto, forma ``(cabeças, T, Dv)``.
    """
    context: Tensor = _Window.apply(*tensors, scale, band, batches)  # type: ignore[no-untyped-call]
    return context


class _Window(torch.autograd.Function):
    """Atenção em janela como uma operação só do autograd.

    Recebe ``(cabeças, T, D)`` em float32 ou float64, a escala, a faixa e os lotes.
    """

    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        scale: float,
        band: Band,
        batches: list[Batch],
    ) -> Tensor:
        """Calcula o contexto; consulta fora de todos os lotes recebe 0."""
        query, key, value = (x.contiguous() for x in (query, key, value))
        context = value.new_zeros((*query.shape[:2], value.shape[2]))
        weigh = _Weights(query, key, scale, band, batches)
        for batch in batches:
            weights = weigh(batch)
            values = view_rows(value, batch, batch.key_start, batch.width)
            _multiply(weights, values, view_rows(context, batch, batch.query_start, batch.rows))
        ctx.save_for_backward(query, key, value, context)
        ctx.arguments = (scale, band, batches)
        return context

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Recalcula os pesos e devolve os gradientes de consulta, chave e valor."""
        arguments = (gradients[0], *ctx.saved_tensors, *ctx.arguments)
        inner = _Gradient.apply(*arguments)  # type: ignore[no-untyped-call]
        return (*inner, None, None, None)


class _Gradient(torch.autograd.Function):
    """A volta, à parte para que derivá-la outra vez seja um erro claro."""

    @staticmethod
    def forward(
        ctx: Any,
        gradient: Tensor,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        context: Tensor,
        scale: float,
        band: Band,
        batches: list[Batch],
    ) -> tuple[Tensor, Tensor, Tensor]:
        r"""Com ``P`` recalculado: ``dS = P (g V^T - g·o)``, um lote de cada vez."""
        gradient = gradient.contiguous()
        grads = tuple(torch.zeros_like(x) for x in (query, key, value))
        mean = (gradient * context).sum(dim=-1, keepdim=True).neg_()  # -g·o, (cabeças, T, 1)
        weigh = _Weights(query, key, scale, band, batches)
        scratch = torch.empty_like(weigh.scratch)
        for batch in batches:
            weights, queries = weigh(batch), (batch, batch.query_start, batch.rows)
            keys = (batch, batch.key_start, batch.width)
            incoming, values = view_rows(gradient, *queries), view_rows(value, *keys)
            _accumulate(weights, incoming, view_rows(grads[2], *keys), batch)
            inner = scratch[: weights.numel()].view_as(weights)
            start = view_rows(mean, *queries).expand_as(inner)
            torch.baddbmm(start, incoming, values.transpose(1, 2), out=inner).mul_(weights)
            inner.mul_(scale)
            _multiply(inner, view_rows(key, *keys), view_rows(grads[0], *queries))
            _accumulate(inner, view_rows(query, *queries), view_rows(grads[1], *keys), batch)
        return grads[0], grads[1], grads[2]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Recusa a segunda derivada."""
        raise RuntimeError(
            "windowed_attention só tem a primeira derivada; foi pedida a segunda (create_graph "
            "seguido de outra derivada). Use attend(..., window=(radius, radius)), que tem todas."
        )


class _Weights:
    """Calcula os pesos de um lote numa memória que o lote seguinte reaproveita."""

    def __init__(
        self, query: Tensor, key: Tensor, scale: float, band: Band, batches: list[Batch]
    ) -> None:
        self.query, self.key, self.scale, self.band = query, key, scale, band
        size = max((b.count * b.rows * b.width for b in batches), default=0)
        self.scratch = query.new_empty(size)
        self.shape: tuple[int, int, int] | None = None
        self.bias = query.new_empty(0)

    def __call__(self, batch: Batch) -> Tensor:
        """Pontua e normaliza: (count, rows, width)."""
        shape = (batch.rows, batch.width, batch.query_start - batch.key_start)
        if shape != self.shape:  # lotes vizinhos têm a mesma máscara
            self.shape, self.bias = shape, band_bias(batch, self.band, self.query)
        size = (batch.count, batch.rows, batch.width)
        scores = self.scratch[: batch.count * batch.rows * batch.width].view(size)
        queries = view_rows(self.query, batch, batch.query_start, batch.rows)
        keys = view_rows(self.key, batch, batch.key_start, batch.width).transpose(1, 2)
        torch.baddbmm(self.bias.expand(size), queries, keys, alpha=self.scale, out=scores)
        return torch.softmax(scores, dim=-1, out=scores)


def _multiply(left: Tensor, right: Tensor, into: Tensor) -> None:
    """Produto por lote, direto no destino quando ele é contíguo (e aí sem cópia)."""
    if into.is_contiguous():
        torch.bmm(left, right, out=into)
    else:
        into.copy_(torch.bmm(left, right))


def _accumulate(left: Tensor, right: Tensor, into: Tensor, batch: Batch) -> None:
    """Soma ``left^T right`` nas chaves; ladrilhos que dividem chaves somam em fases separadas."""
    product = torch.bmm(left.transpose(1, 2), right)
    for phase in range(batch.phases):
        into[phase :: batch.phases] += product[phase :: batch.phases]
