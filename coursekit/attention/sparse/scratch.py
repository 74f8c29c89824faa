"""A memória de rascunho do núcleo, e as contas de um lote que se fazem nela."""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.attention.sparse.tile_batch import Batch

__all__ = ["Scratch"]


class Scratch:
    """Memória de rascunho, a mesma de um lote para o outro.

    Args:
        like: tensor de cujos tipo e dispositivo ela será.
        careful: se os produtos podem estourar: então o que é de pares escondidos se apaga
            depois de cada conta, porque −∞ + ∞ e 0 · ∞ dariam nan.
    """

    def __init__(self, like: Tensor, *, careful: bool = False) -> None:
        self.like, self.careful = like, careful
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

    def scores(
        self, batch: Batch, query: Tensor, key: Tensor, scale: float, less: Tensor | None = None
    ) -> Tensor:
        """Pontua: escores (count, rows, width), −∞ onde escondido.

        Se vier ``less``, forma ``(cabeças, T, 1)``, desconta-o de cada consulta.
        """
        if batch.bias_key != self.bias_key:
            self.bias_key, self.bias = batch.bias_key, batch.bias(self.like)
        scores, start = self.take("scores", batch.shape), self.bias.expand(batch.shape)
        if less is not None:
            start = torch.sub(start, batch.queries(less), out=scores)
        keys = batch.keys(key).transpose(1, 2)
        torch.baddbmm(start, batch.queries(query), keys, alpha=scale, out=scores)
        return self.hide(scores, -torch.inf)

    def hide(self, pairs: Tensor, number: float) -> Tensor:
        """Põe um número no lugar dos pares escondidos do último lote pontuado, se for preciso."""
        return pairs.masked_fill_(self.bias == -torch.inf, number) if self.careful else pairs

    def weights(
        self,
        batch: Batch,
        query: Tensor,
        key: Tensor,
        scale: float,
        normalizer: Tensor | None = None,
    ) -> Tensor:
        """Pontua e normaliza: pesos (count, rows, width).

        O normalizador é o logaritmo da soma das exponenciais dos escores de cada consulta, em
        todos os seus lotes; sem ele, o lote é o único da consulta.
        """
        scores = self.scores(batch, query, key, scale, normalizer)
        if normalizer is not None:
            return scores.exp_()
        torch.softmax(scores, dim=-1, out=scores)
        return self.hide(scores, 0.0)

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

    def add_product(
        self, batch: Batch, into: Tensor, left: Tensor, right: Tensor, scale: float = 1.0
    ) -> None:
        """Soma o produto às linhas das consultas."""
        rows = batch.queries(into)
        if batch.adjacent:
            torch.baddbmm(rows, left, right, alpha=scale, out=rows)
        else:
            batch.put_queries(into, rows + self.product(left, right, scale))
