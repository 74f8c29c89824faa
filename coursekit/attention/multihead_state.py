"""Pesos da atenção com várias cabeças, de e para ``torch.nn.MultiheadAttention``."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from coursekit.attention.multihead import MultiHeadAttention

__all__ = ["multihead_state_from_torch", "multihead_state_to_torch"]

PARTS = ("query_projection", "key_projection", "value_projection")


def multihead_state_from_torch(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Converte o ``state_dict`` de ``torch.nn.MultiheadAttention`` no de ``MultiHeadAttention``.

    O PyTorch guarda as três projeções de entrada empilhadas numa matriz ``(3d, d)``; aqui são
    três camadas.

    Args:
        state: ``state_dict`` de origem, com ou sem vieses.

    Returns:
        ``state_dict`` para ``MultiHeadAttention(embed_dim, num_heads).load_state_dict``.

    Raises:
        KeyError: se faltar ``in_proj_weight`` ou ``out_proj.weight``, ou houver pesos que esta
            camada não tem (``kdim``/``vdim`` próprios, ``add_bias_kv``).

    Example:
        >>> peer = torch.nn.MultiheadAttention(6, 3, batch_first=True)
        >>> layer = MultiHeadAttention(6, 3)
        >>> layer.load_state_dict(multihead_state_from_torch(peer.state_dict()))
        <All keys matched successfully>
    """
    known = {"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"}
    if not {"in_proj_weight", "out_proj.weight"} <= set(state) <= known:
        raise KeyError(
            f"esperava {sorted(known)} (os vieses podem faltar); recebi {sorted(state)}. Só se "
            "convertem camadas sem kdim, vdim nem add_bias_kv."
        )
    converted = {}
    for kind in ("weight", "bias"):
        if f"in_proj_{kind}" in state:
            for part, tensor in zip(PARTS, state[f"in_proj_{kind}"].chunk(3), strict=True):
                converted[f"{part}.{kind}"] = tensor.clone()
        if f"out_proj.{kind}" in state:
            converted[f"output_projection.{kind}"] = state[f"out_proj.{kind}"].clone()
    return converted


def multihead_state_to_torch(layer: MultiHeadAttention) -> dict[str, Tensor]:
    """Converte os pesos de uma camada no ``state_dict`` de ``torch.nn.MultiheadAttention``.

    Cabeças de chave e valor divididas são repetidas, uma para cada consulta do grupo: a camada
    do PyTorch fica maior e dá a mesma saída.

    Args:
        layer: camada sem rotação nem viés de posição, que o PyTorch não tem.

    Returns:
        ``state_dict`` para ``torch.nn.MultiheadAttention(embed_dim, num_heads)``.

    Raises:
        ValueError: se a camada tiver ``rotation`` ou ``score_bias``.

    Example:
        >>> state = multihead_state_to_torch(MultiHeadAttention(6, 3, num_key_value_heads=1))
        >>> {name: tuple(tensor.shape) for name, tensor in state.items()}
        {'in_proj_weight': (18, 6), 'out_proj.weight': (6, 6),
         'in_proj_bias': (18,), 'out_proj.bias': (6,)}
    """
    if layer.rotation is not None or layer.score_bias is not None:
        raise ValueError(
            "torch.nn.MultiheadAttention não tem posição por rotação nem viés nos escores; esta "
            "camada tem. Converta uma camada criada sem rotation e sem score_bias."
        )
    state, group = layer.state_dict(), layer.num_heads // layer.num_key_value_heads
    converted = {}
    for kind in ("weight", "bias"):
        if f"output_projection.{kind}" not in state:
            continue
        query, key, value = (state[f"{part}.{kind}"] for part in PARTS)
        repeated = [_repeat_heads(x, layer.head_dim, group) for x in (key, value)]
        converted[f"in_proj_{kind}"] = torch.cat([query, *repeated])
        converted[f"out_proj.{kind}"] = state[f"output_projection.{kind}"].clone()
    return converted


def _repeat_heads(rows: Tensor, head_dim: int, group: int) -> Tensor:
    """Repete cada bloco de ``head_dim`` linhas, uma vez por consulta do grupo."""
    blocks = rows.reshape(-1, head_dim, *rows.shape[1:])
    return blocks.repeat_interleave(group, dim=0).flatten(0, 1)
