"""O núcleo comum: ida e volta por lotes de ladrilhos, com recomputação.

Um lote diz que consultas e que chaves se encontram (:class:`Batch`); o núcleo só multiplica.
Os escores de um lote cabem no cache, e a memória deles é reaproveitada pelo lote seguinte:
nada de tamanho ``T x T`` existe em momento algum. A volta não guarda pesos; ela os recalcula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from coursekit.attention.exposure import replace_broken

__all__ = ["Batch", "all_finite", "tiled_attention"]


class Batch(Protocol):
    """Ladrilhos de mesma forma que se calculam de uma vez.

    Os tensores têm a forma ``(cabeças, T, D)`` e são contíguos; toda consulta de um lote vê ao
    menos uma chave, e nenhuma consulta está em dois lotes.
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(count, rows, width)``: ladrilhos, consultas e chaves por ladrilho."""

    @property
    def bias_key(self) -> object:
        """Lotes seguidos com a mesma chave têm a mesma parcela dos escores."""

    @property
    def adjacent(self) -> bool:
        """Se ``queries`` dá uma vista contígua, em que se pode escrever direto."""

    def bias(self, like: Tensor) -> Tensor:
        """Parcela dos escores, difundível para ``shape``: 0 se visível, −∞ se não."""

    def queries(self, tensor: Tensor) -> Tensor:
        """As linhas das consultas, ``(count, rows, D)``."""

    def keys(self, tensor: Tensor) -> Tensor:
        """As linhas das chaves, ``(count, width, D)``."""

    def put_queries(self, into: Tensor, rows: Tensor) -> None:
        """Escreve ``(count, rows, D)`` nas linhas das consultas."""

    def add_keys(self, into: Tensor, rows: Tensor) -> None:
        """Soma ``(count, width, D)`` nas linhas das chaves."""


def tiled_attention(
    tensors: Sequence[Tensor], scale: float | Tensor, batches: Sequence[Batch]
) -> Tensor:
    """Calcula o contexto, lote por lote, com a primeira derivada.

    O que está escondido não importa, nem que seja ``nan``; quem vê ``nan`` ou infinito sai
    ``nan``, como em ``attend``.

    Args:
        tensors: consultas, chaves e valores, forma ``(cabeças, T, D)`` (valores, ``Dv``), em
            float32 ou float64.
        scale: fator dos escores; se for um tensor, também recebe gradiente.
        batches: os lotes; consulta fora de todos recebe 0.

    Returns:
        O contexto, forma ``(cabeças, T, Dv)``.
    """
    whole = all_finite(tensors)
    query, key, value = tensors if whole else map(replace_broken, tensors)
    if isinstance(scale, Tensor):
        query, scale = query * scale, 1.0
    context: Tensor = _Tiled.apply(query, key, value, scale, batches)  # type: ignore[no-untyped-call]
    return context if whole else context + _nan_where_broken_is_seen(tensors, batches)


def all_finite(tensors: Sequence[Tensor]) -> bool:
    """Diz se não há ``nan`` nem infinito, numa passada: a soma só é finita se tudo for.

    Args:
        tensors: tensores flutuantes.

    Returns:
        ``True`` só se todos forem inteiramente finitos; números tão grandes que a soma
        estoura também dão ``False``, o que custa tempo, mas não muda o resultado.
    """
    # Uma pergunta só: numa GPU, cada bool() espera pelo aparelho.
    return bool(torch.stack([x.detach().sum() for x in tensors]).isfinite().all())


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
        batch.put_queries(seen, visible @ batch.keys(marks))
        batch.put_queries(seeing, visible.sum(dim=-1, keepdim=True))
    broken_row = (seen[..., :1] > 0) | (query.any(dim=-1, keepdim=True) & (seeing > 0))
    broken = (seen[..., 1:] > 0) | broken_row
    return torch.zeros_like(tensors[2]).masked_fill(broken, torch.nan)


class _Tiled(torch.autograd.Function):
    """A atenção por ladrilhos como uma operação só do autograd."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, scale: float, batches: Sequence[Batch]
    ) -> Tensor:
        """Calcula o contexto."""
        query, key, value = (x.contiguous() for x in (query, key, value))
        context = _blank(value, batches)
        scratch = _Scratch(query)
        for batch in batches:
            weights = scratch.weights(batch, query, key, scale)
            scratch.put_product(batch, context, weights, batch.keys(value))
        ctx.save_for_backward(query, key, value, context)
        ctx.arguments = (scale, batches)
        return context

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Recalcula os pesos e devolve os gradientes de consulta, chave e valor."""
        arguments = (gradients[0], *ctx.saved_tensors, *ctx.arguments)
        inner = _Gradient.apply(*arguments)  # type: ignore[no-untyped-call]
        return (*inner, None, None)


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
        batches: Sequence[Batch],
    ) -> tuple[Tensor, Tensor, Tensor]:
        r"""Com ``P`` recalculado, :math:`dS = P \circ (g V^T - g \cdot o)`, lote por lote."""
        gradient = gradient.contiguous()
        # −g·o, (cabeças, T, 1); antes de alocar os gradientes, para o produto não somar ao pico.
        mean = (gradient * context).sum(dim=-1, keepdim=True).neg_()
        d_query, d_key, d_value = (
            _blank(query, batches),
            torch.zeros_like(key),
            torch.zeros_like(value),
        )
        scratch = _Scratch(query)
        for batch in batches:
            weights = scratch.weights(batch, query, key, scale)
            incoming = batch.queries(gradient)
            batch.add_keys(d_value, scratch.product(weights.transpose(1, 2), incoming))
            inner = scratch.take("inner", batch.shape)
            start = batch.queries(mean).expand(batch.shape)
            torch.baddbmm(start, incoming, batch.keys(value).transpose(1, 2), out=inner)
            inner.mul_(weights)
            scratch.put_product(batch, d_query, inner, batch.keys(key), scale)
            transposed = inner.transpose(1, 2)
            batch.add_keys(d_key, scratch.product(transposed, batch.queries(query), scale))
        return d_query, d_key, d_value

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Recusa a segunda derivada."""
        raise RuntimeError(
            "a atenção esparsa só tem a primeira derivada; foi pedida a segunda (create_graph "
            "seguido de outra derivada). Use attend(..., mask=...), que tem todas."
        )


def _blank(like: Tensor, batches: Sequence[Batch]) -> Tensor:
    """Zeros da forma dada; nem isso, se os lotes vão escrever em todas as linhas."""
    written = sum(batch.shape[0] * batch.shape[1] for batch in batches)
    covered = written == like.shape[0] * like.shape[1]
    return torch.empty_like(like) if covered else torch.zeros_like(like)


class _Scratch:
    """Memória de rascunho, a mesma de um lote para o outro."""

    def __init__(self, like: Tensor) -> None:
        self.like = like
        self.memory: dict[str, Tensor] = {}
        self.bias_key: object = None
        self.bias = like.new_empty(0)

    def take(self, name: str, shape: tuple[int, int, int]) -> Tensor:
        """Um tensor não inicializado, que vale até o próximo ``take`` do mesmo nome."""
        size = shape[0] * shape[1] * shape[2]
        memory = self.memory.get(name)
        if memory is None or memory.numel() < size:
            memory = self.memory[name] = self.like.new_empty(size)
        return memory[:size].view(shape)

    def weights(self, batch: Batch, query: Tensor, key: Tensor, scale: float) -> Tensor:
        """Pontua e normaliza: pesos (count, rows, width)."""
        if batch.bias_key != self.bias_key:
            self.bias_key, self.bias = batch.bias_key, batch.bias(self.like)
        scores = self.take("scores", batch.shape)
        start, keys = self.bias.expand(batch.shape), batch.keys(key).transpose(1, 2)
        torch.baddbmm(start, batch.queries(query), keys, alpha=scale, out=scores)
        return torch.softmax(scores, dim=-1, out=scores)

    def product(self, left: Tensor, right: Tensor, scale: float = 1.0) -> Tensor:
        """Produto por ladrilho, vezes um fator."""
        into = self.take("product", (left.shape[0], left.shape[1], right.shape[2]))
        return torch.baddbmm(into, left, right, beta=0, alpha=scale, out=into)

    def put_product(
        self, batch: Batch, into: Tensor, left: Tensor, right: Tensor, scale: float = 1.0
    ) -> None:
        """Escreve o produto nas linhas das consultas, sem escala se não for dada."""
        if batch.adjacent:
            view = batch.queries(into)
            torch.baddbmm(view, left, right, beta=0, alpha=scale, out=view)
        else:
            batch.put_queries(into, self.product(left, right, scale))
