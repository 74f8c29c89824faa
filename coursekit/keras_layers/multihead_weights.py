"""Pesos da atenção com várias cabeças entre as convenções do PyTorch e do Keras, em NumPy.

O PyTorch empilha as três projeções de entrada numa matriz ``(3d, d)``; o Keras guarda uma por
papel, com as cabeças num eixo próprio, e multiplica pela direita: ``(d, H, Dh)`` na entrada e
``(H, Dh, d)`` na saída.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["multihead_weights_from_torch", "multihead_weights_to_torch"]

Array = NDArray[np.floating]


def multihead_weights_from_torch(state: Mapping[str, ArrayLike], num_heads: int) -> list[Array]:
    """Converte ``torch.nn.MultiheadAttention`` na lista que o ``set_weights`` do Keras espera.

    Serve a ``keras.layers.MultiHeadAttention(num_heads, key_dim=d // num_heads)`` já construída;
    com ``use_bias=False`` se não houver vieses.

    Args:
        state: ``state_dict`` com valores que o NumPy leia: ``in_proj_weight``,
            ``out_proj.weight`` e, se houver, ``in_proj_bias`` e ``out_proj.bias``.
        num_heads: cabeças ``H``, que dividem ``d``.

    Returns:
        Núcleo e viés da consulta, da chave, do valor e da saída, nessa ordem.

    Raises:
        KeyError: se faltar algum peso.
        ValueError: se os tamanhos não se dividirem pelas cabeças.

    Example:
        >>> state = {"in_proj_weight": np.zeros((18, 6)), "out_proj.weight": np.zeros((6, 6))}
        >>> [weight.shape for weight in multihead_weights_from_torch(state, 3)]
        [(6, 3, 2), (6, 3, 2), (6, 3, 2), (3, 2, 6)]
    """
    missing = [name for name in ("in_proj_weight", "out_proj.weight") if name not in state]
    if ("in_proj_bias" in state) != ("out_proj.bias" in state):
        missing += [name for name in ("in_proj_bias", "out_proj.bias") if name not in state]
    if missing:
        raise KeyError(
            f"faltam pesos: {missing}; recebi {sorted(state)}. Converta antes com "
            "multihead_state_to_torch, se a camada for a do curso."
        )
    rows, width = np.shape(state["in_proj_weight"])
    if rows != 3 * width or num_heads < 1 or width % num_heads:
        raise ValueError(
            f"in_proj_weight deve ter a forma (3d, d), com d múltiplo de num_heads={num_heads}; "
            f"recebi {(rows, width)}. Confira o número de cabeças."
        )
    heads = (num_heads, width // num_heads)
    biased = "in_proj_bias" in state
    matrices = np.split(np.asarray(state["in_proj_weight"]), 3)
    biases = np.split(np.asarray(state["in_proj_bias"]), 3) if biased else []
    weights: list[Array] = []
    for part, matrix in enumerate(matrices):
        weights.append(matrix.T.reshape(width, *heads))
        weights.extend(bias.reshape(heads) for bias in biases[part : part + 1])
    weights.append(np.asarray(state["out_proj.weight"]).T.reshape(*heads, width))
    return [*weights, np.asarray(state["out_proj.bias"])] if biased else weights


def multihead_weights_to_torch(weights: Sequence[ArrayLike]) -> dict[str, Array]:
    """Converte ``get_weights()`` do Keras em pesos com os nomes do PyTorch.

    Args:
        weights: oito itens (núcleo e viés da consulta, da chave, do valor e da saída) ou quatro,
            sem vieses, de uma camada em que entrada e saída têm largura ``d = H·Dh``.

    Returns:
        Dicionário para ``torch.nn.MultiheadAttention(d, H)``.

    Raises:
        ValueError: se não forem quatro nem oito itens, ou as formas não servirem.

    Example:
        >>> kernels = [np.zeros((6, 3, 2))] * 3 + [np.zeros((3, 2, 6))]
        >>> {name: array.shape for name, array in multihead_weights_to_torch(kernels).items()}
        {'in_proj_weight': (18, 6), 'out_proj.weight': (6, 6)}
    """
    if len(weights) not in (4, 8):
        raise ValueError(
            f"weights deve ter 8 itens, ou 4 sem vieses; recebi {len(weights)}. "
            "Use layer.get_weights() de uma MultiHeadAttention já construída."
        )
    arrays = [np.asarray(weight) for weight in weights]
    step = len(arrays) // 4
    *kernels, output = arrays[::step]
    width = output.shape[-1]
    if any(kernel.shape != (width, *output.shape[:2]) for kernel in kernels) or (
        output.shape[0] * output.shape[1] != width
    ):
        raise ValueError(
            f"recebi núcleos {[kernel.shape for kernel in kernels]} e saída {output.shape}; aceito "
            "(d, H, Dh) e (H, Dh, d), com d = H·Dh. O PyTorch não tem key_dim nem value_dim livres."
        )
    state = {
        "in_proj_weight": np.concatenate([kernel.reshape(width, width).T for kernel in kernels]),
        "out_proj.weight": output.reshape(width, width).T,
    }
    if step == 2:
        state["in_proj_bias"] = np.concatenate([bias.reshape(width) for bias in arrays[1:7:2]])
        state["out_proj.bias"] = arrays[7]
    return state
