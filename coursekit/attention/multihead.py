"""Atenção com várias cabeças: projetar, atender em cada cabeça, juntar e projetar de novo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.attention.attend import attend
from coursekit.attention.cache import KeyValueCache
from coursekit.attention.checks import check_flags
from coursekit.attention.exposure import replace_broken
from coursekit.attention.multihead_checks import check_heads, check_sequences
from coursekit.attention.visibility import split_mask

__all__ = ["MultiHeadAttention"]

Lengths = Tensor | Sequence[int]
Window = tuple[int | None, int | None]


class MultiHeadAttention(nn.Module):
    r"""Atende várias vezes em paralelo, cada cabeça numa fatia da largura.

    .. math::

        o_h = \operatorname{atende}(X_q W^Q_h,\; X_k W^K_h,\; X_v W^V_h), \qquad
        Y = [o_1; \dots; o_H]\, W^O

    O número de parâmetros, :math:`4d^2 + 4d` com vieses, não depende do número de cabeças: elas
    repartem a largura, não a multiplicam. Com ``num_key_value_heads`` menor que ``num_heads``,
    cabeças de consulta vizinhas dividem a mesma chave e o mesmo valor (atenção agrupada;
    multiconsulta, se for uma só).

    A semântica é a de :func:`~coursekit.attention.attend`: máscaras ``True`` = visível, posições
    alinhadas pelo fim, e a consulta que nada vê recebe contexto 0; da camada, então, sai para ela
    só o viés da projeção de saída. ``torch.nn.MultiheadAttention`` faz a mesma conta com as
    máscaras ao contrário e dá ``nan`` na linha vazia.

    A **posição** entra de três modos, que se combinam: somada à entrada, antes desta camada
    (:class:`~coursekit.attention.SinusoidalPosition` ou
    :class:`~coursekit.attention.LearnedPosition`); girando consultas e chaves (``rotation``); ou
    somada aos escores (``score_bias``).

    Args:
        embed_dim: largura ``d`` da entrada e da saída, múltipla de ``num_heads``.
        num_heads: cabeças de consulta ``H``, inteiro positivo.
        num_key_value_heads: cabeças de chave e valor ``Hkv``, que dividem ``H``; ``None`` é ``H``.
        bias: se as quatro projeções têm viés.
        dropout: probabilidade, em ``[0, 1)``, de apagar cada peso ao treinar.
        rotation: módulo que gira consultas e chaves, chamado como ``rotation(heads, first=p)``;
            o do curso é :class:`~coursekit.attention.RotaryPosition`.
        score_bias: módulo que se soma aos escores, chamado como ``score_bias(q_len, k_len)``:
            :class:`~coursekit.attention.LinearBias` ou
            :class:`~coursekit.attention.RelativeBias`.
        generator: gerador que sorteia os parâmetros; ``None`` usa o gerador global do PyTorch.

    Raises:
        TypeError: se ``bias`` não for booleano, ou algum número for de outro tipo.
        ValueError: se as cabeças não dividirem a largura, ``Hkv`` não dividir ``H``, ``dropout``
            sair do intervalo, ou a posição for feita para outras cabeças.

    Fonte:
        Vaswani et al. (2017), seção 3.2.2. Cabeças divididas: Shazeer (2019) e Ainslie et al.
        (2023). O artigo não usa viés nas projeções; ``torch.nn.MultiheadAttention``, sim.

    Example:
        >>> layer = MultiHeadAttention(12, 3, generator=torch.Generator().manual_seed(0))
        >>> layer(torch.zeros(2, 5, 12), causal=True).shape
        torch.Size([2, 5, 12])
        >>> sum(parameter.numel() for parameter in layer.parameters()) == 4 * 12**2 + 4 * 12
        True
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        *,
        num_key_value_heads: int | None = None,
        bias: bool = True,
        dropout: float = 0.0,
        rotation: nn.Module | None = None,
        score_bias: nn.Module | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        shared = num_heads if num_key_value_heads is None else num_key_value_heads
        check_heads(embed_dim, num_heads, shared, bias, dropout, rotation, score_bias)
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.num_key_value_heads = shared
        self.head_dim = embed_dim // num_heads
        self.dropout = float(dropout)
        self.rotation = rotation
        self.score_bias = score_bias
        key_width = shared * self.head_dim
        self.query_projection = _projection(embed_dim, embed_dim, bias, generator)
        self.key_projection = _projection(embed_dim, key_width, bias, generator)
        self.value_projection = _projection(embed_dim, key_width, bias, generator)
        self.output_projection = _projection(embed_dim, embed_dim, bias, generator)

    @overload
    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        causal: bool = False,
        window: Window | None = None,
        key_lengths: Lengths | None = None,
        cache: KeyValueCache | None = None,
        return_weights: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        causal: bool = False,
        window: Window | None = None,
        key_lengths: Lengths | None = None,
        cache: KeyValueCache | None = None,
        return_weights: Literal[True],
    ) -> tuple[Tensor, Tensor]: ...

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        causal: bool = False,
        window: Window | None = None,
        key_lengths: Lengths | None = None,
        cache: KeyValueCache | None = None,
        return_weights: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Atende.

        Args:
            query: sequência que pergunta, forma ``(B, Tq, d)``.
            key: sequência que responde, forma ``(B, Tk, d)``; ``None`` é a própria ``query``
                (autoatenção).
            value: de onde vêm os valores, forma de ``key``; ``None`` é ``key``.
            mask: como em :func:`~coursekit.attention.attend`: booleana (``True`` = visível) ou
                flutuante (somada aos escores), de posto 2, 3 ou 4. Com cache, ``Tk`` conta também
                as chaves guardadas.
            causal: se ``True``, nenhuma consulta vê chaves à sua frente.
            window: ``(left, right)``, quantas chaves se veem antes e depois da própria posição.
            key_lengths: quantas chaves valem em cada exemplo, forma ``(B,)``.
            cache: chaves e valores de passos anteriores, só na autoatenção; é **alterado**: as
                chaves novas ficam guardadas nele.
            return_weights: se ``True``, devolve também os pesos.

        Returns:
            A saída, forma ``(B, Tq, d)``, ou o par ``(saída, pesos)``, com pesos
            ``(B, H, Tq, Tk)``; estes são os de antes do *dropout*.

        Raises:
            TypeError: se os tipos não forem os descritos.
            ValueError: se as formas não casarem, ou ``cache`` vier com ``key`` ou ``value``, ou
                guardar o que outra camada projetou.
        """
        check_sequences(self.query_projection.weight, query, key, value, cache)
        check_flags(return_weights=return_weights)
        key = query if key is None else key
        value = key if value is None else value
        if cache is not None:
            cache.check_layer(self)
        heads = self._project(query, key, value, cache)
        shape = (*heads[0].shape[:3], heads[1].shape[2])  # (B, H, Tq, Tk)
        context, weights = attend(
            *heads,
            mask=self._add_score_bias(mask, shape, heads[0]),
            causal=causal,
            window=window,
            key_lengths=key_lengths,
            return_weights=True,
        )
        if cache is not None:  # só agora: a chamada recusada não pode deixar nada no cache
            cache.store(heads[1], heads[2], self)
        context = self._drop(context, weights, heads[2])
        outputs: Tensor = self.output_projection(context.transpose(1, 2).flatten(2))
        return (outputs, weights) if return_weights else outputs

    def _project(
        self, query: Tensor, key: Tensor, value: Tensor, cache: KeyValueCache | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Projeta, separa as cabeças, gira e junta com o que está no cache."""
        width = (-1, self.head_dim)
        query_heads = self.query_projection(query).unflatten(-1, width).transpose(1, 2)
        key_heads = self.key_projection(key).unflatten(-1, width).transpose(1, 2)
        value_heads = self.value_projection(value).unflatten(-1, width).transpose(1, 2)
        past = 0 if cache is None else cache.length
        if self.rotation is not None:
            k_len = past + key_heads.shape[2]
            query_heads = self.rotation(query_heads, first=k_len - query_heads.shape[2])
            key_heads = self.rotation(key_heads, first=past)
        if cache is not None:
            key_heads, value_heads = cache.joined(key_heads, value_heads)
        return query_heads, key_heads, value_heads

    def _add_score_bias(
        self, mask: Tensor | None, shape: tuple[int, int, int, int], like: Tensor
    ) -> Tensor | None:
        """Junta a máscara ao viés de posição, numa só máscara aditiva."""
        if self.score_bias is None:
            return mask
        visible, added = split_mask(mask, shape, like)
        total: Tensor = self.score_bias(shape[2], shape[3]).to(like)[None]  # (1, H, Tq, Tk)
        if added is not None:
            total = total + added
        if visible is not None:
            total = total.masked_fill(~visible, -torch.inf)
        return total

    def _drop(self, context: Tensor, weights: Tensor, value: Tensor) -> Tensor:
        """Apaga pesos ao acaso, se treinando; o contexto muda só pela diferença."""
        if not (self.training and self.dropout > 0):
            return context
        change = F.dropout(weights, self.dropout) - weights
        group = self.num_heads // self.num_key_value_heads
        return context + change @ replace_broken(value).repeat_interleave(group, dim=1)

    def extra_repr(self) -> str:
        """Descreve a camada em uma linha."""
        return (
            f"embed_dim={self.embed_dim}, num_heads={self.num_heads}, "
            f"num_key_value_heads={self.num_key_value_heads}, dropout={self.dropout:g}"
        )


def _projection(
    in_size: int, out_size: int, bias: bool, generator: torch.Generator | None
) -> nn.Linear:
    """Cria uma projeção de Glorot, com viés zero."""
    # skip_init não sorteia nada: com um gerador próprio, o global fica como estava.
    layer: nn.Linear = nn.utils.skip_init(  # type: ignore[no-untyped-call]
        nn.Linear, in_size, out_size, bias=bias
    )
    nn.init.xavier_uniform_(layer.weight, generator=generator)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer
