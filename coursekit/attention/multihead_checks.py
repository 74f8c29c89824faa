"""Conferência das entradas de :class:`coursekit.attention.MultiHeadAttention`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from coursekit.attention.cache import KeyValueCache
from coursekit.attention.checks import check_layer_input, check_whole, finite_number

__all__ = ["check_heads", "check_sequences"]


def check_heads(
    embed_dim: int,
    num_heads: int,
    num_key_value_heads: int,
    bias: Any,
    dropout: float,
    rotation: Any,
    score_bias: Any,
) -> None:
    """Confere os argumentos com que a camada é criada.

    Args:
        embed_dim: largura do modelo.
        num_heads: cabeças de consulta.
        num_key_value_heads: cabeças de chave e valor.
        bias: se as projeções têm viés.
        dropout: probabilidade de apagar um peso.
        rotation: o que gira consultas e chaves, ou ``None``.
        score_bias: o que se soma aos escores, ou ``None``.

    Raises:
        TypeError: se ``bias`` não for booleano, ou algum número for de outro tipo.
        ValueError: se algum número não servir, ou a posição for feita para outras cabeças.
    """
    if not isinstance(bias, bool):
        raise TypeError(
            f"bias deve ser True ou False; recebi {type(bias).__name__}. Para somar um viés de "
            "posição aos escores, use score_bias=..."
        )
    check_whole(embed_dim=embed_dim, num_heads=num_heads, num_key_value_heads=num_key_value_heads)
    finite_number("dropout", dropout)
    if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
        raise ValueError(
            f"embed_dim deve ser múltiplo positivo de num_heads; recebi embed_dim={embed_dim} e "
            f"num_heads={num_heads}. Escolha um número de cabeças que divida a largura."
        )
    if num_key_value_heads < 1 or num_heads % num_key_value_heads:
        raise ValueError(
            f"num_key_value_heads deve dividir num_heads={num_heads}; recebi "
            f"{num_key_value_heads}. Use 1 para multiconsulta, ou None para não dividir."
        )
    if not 0 <= dropout < 1:
        raise ValueError(
            f"dropout deve ficar em [0, 1); recebi {dropout}. Use 0.1 para apagar 10% dos pesos."
        )
    head_dim = embed_dim // num_heads
    if getattr(rotation, "head_dim", head_dim) != head_dim:
        raise ValueError(
            f"rotation gira cabeças de largura {rotation.head_dim}, e as daqui têm {head_dim} "
            f"(embed_dim // num_heads). Use RotaryPosition({head_dim})."
        )
    if getattr(score_bias, "num_heads", num_heads) != num_heads:
        raise ValueError(
            f"score_bias é para {score_bias.num_heads} cabeças, e aqui há {num_heads}. "
            f"Crie-o com num_heads={num_heads}."
        )


def check_sequences(
    weight: Tensor,
    query: Tensor,
    key: Tensor | None,
    value: Tensor | None,
    cache: KeyValueCache | None,
) -> None:
    """Confere as sequências que chegam à camada.

    Args:
        weight: pesos da projeção das consultas, de cujos tipo e largura as entradas serão.
        query: sequência que pergunta, ``(B, Tq, d)``.
        key: sequência que responde, ``(B, Tk, d)``, ou ``None``.
        value: de onde vêm os valores, ``(B, Tk, d)``, ou ``None``.
        cache: cache de chaves e valores, ou ``None``.

    Raises:
        TypeError: se algum não for tensor flutuante do tipo da camada, ou ``cache`` não for um
            ``KeyValueCache``.
        ValueError: se as formas não casarem, ou ``cache`` vier com ``key`` ou ``value``.
    """
    given = {"query": query, "key": key, "value": value}
    tensors = {name: tensor for name, tensor in given.items() if tensor is not None}
    check_layer_input(weight, **tensors)
    width = weight.shape[1]
    for name, tensor in tensors.items():
        if tensor.ndim != 3 or tensor.shape[-1] != width:
            raise ValueError(
                f"{name} deve ter a forma (B, T, {width}); recebi {tuple(tensor.shape)}. "
                "Um exemplo só também leva o eixo do lote: use o índice [None]."
            )
    source = query if key is None else key
    if len(source) != len(query) or (value is not None and value.shape != source.shape):
        shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in tensors.items())
        raise ValueError(
            f"recebi {shapes}; aceito o mesmo lote B em todas, e um valor por chave. "
            "Repita ou corte o lote, e confira Tk."
        )
    if cache is None:
        return
    if not isinstance(cache, KeyValueCache):
        raise TypeError(
            f"cache deve ser um KeyValueCache; recebi {type(cache).__name__}. "
            "Crie um vazio com KeyValueCache(), um por camada."
        )
    if key is not None or value is not None:
        raise ValueError(
            "cache guarda as chaves da própria sequência e só serve à autoatenção; recebi também "
            "key ou value. Chame a camada só com query e cache."
        )
