"""Pesos da atenção com várias cabeças entre as convenções do PyTorch e do Keras, em NumPy.

O PyTorch empilha as três projeções de entrada numa matriz ``(3d, d)``; o Keras guarda uma por
papel, com as cabeças num eixo próprio, e multiplica pela direita: ``(d, H, Dh)`` na entrada e
``(H, Dh, d)`` na saída.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.keras_layers.checks import check_size, check_state, read_list, read_weight

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
        TypeError: se ``state`` não for dicionário de vetores de números, ou ``num_heads``,
            inteiro.
        KeyError: se faltar algum peso.
        ValueError: se os tamanhos não se dividirem pelas cabeças, ou não casarem.

    Example:
        >>> state = {"in_proj_weight": np.zeros((18, 6)), "out_proj.weight": np.zeros((6, 6))}
        >>> [weight.shape for weight in multihead_weights_from_torch(state, 3)]
        [(6, 3, 2), (6, 3, 2), (6, 3, 2), (3, 2, 6)]
    """
    check_state(state)
    check_size("num_heads", num_heads)
    missing = [name for name in ("in_proj_weight", "out_proj.weight") if name not in state]
    if ("in_proj_bias" in state) != ("out_proj.bias" in state):
        missing += [name for name in ("in_proj_bias", "out_proj.bias") if name not in state]
    if missing:
        raise KeyError(
            f"faltam pesos: {missing}; recebi {sorted(state)}. Converta antes com "
            "multihead_state_to_torch, se a camada for a do curso."
        )
    stacked = read_weight("in_proj_weight", state["in_proj_weight"], ("3d", "d"))
    rows, width = stacked.shape
    if rows != 3 * width or width % num_heads:
        raise ValueError(
            f"in_proj_weight deve ter a forma (3d, d), com d múltiplo de num_heads={num_heads}; "
            f"recebi {(rows, width)}. Confira o número de cabeças."
        )
    heads = (num_heads, width // num_heads)
    biased = "in_proj_bias" in state
    matrices = np.split(stacked, 3)
    biases: list[Array] = []
    if biased:
        biases = np.split(read_weight("in_proj_bias", state["in_proj_bias"], (rows,)), 3)
    weights: list[Array] = []
    for part, matrix in enumerate(matrices):
        weights.append(matrix.T.reshape(width, *heads))
        weights.extend(bias.reshape(heads) for bias in biases[part : part + 1])
    output = read_weight("out_proj.weight", state["out_proj.weight"], (width, width))
    weights.append(output.T.reshape(*heads, width))
    if biased:
        weights.append(read_weight("out_proj.bias", state["out_proj.bias"], (width,)))
    return weights


def multihead_weights_to_torch(weights: Sequence[ArrayLike]) -> dict[str, Array]:
    """Converte ``get_weights()`` do Keras em pesos com os nomes do PyTorch.

    Args:
        weights: oito itens (núcleo e viés da consulta, da chave, do valor e da saída) ou quatro,
            sem vieses, de uma camada em que entrada e saída têm largura ``d = H·Dh``.

    Returns:
        Dicionário para ``torch.nn.MultiheadAttention(d, H)``.

    Raises:
        TypeError: se ``weights`` não for lista de vetores de números.
        ValueError: se não forem quatro nem oito itens, ou as formas não servirem.

    Example:
        >>> kernels = [np.zeros((6, 3, 2))] * 3 + [np.zeros((3, 2, 6))]
        >>> {name: array.shape for name, array in multihead_weights_to_torch(kernels).items()}
        {'in_proj_weight': (18, 6), 'out_proj.weight': (6, 6)}
    """
    weights = read_list(weights)
    if len(weights) not in (4, 8):
        raise ValueError(
            f"weights deve ter 8 itens, ou 4 sem vieses; recebi {len(weights)}. "
            "Use layer.get_weights() de uma MultiHeadAttention já construída."
        )
    step = len(weights) // 4
    *kernels, output = (
        read_weight(f"weights[{place}]", weights[place], ("d", "H", "Dh") if place < 3 * step
                    else ("H", "Dh", "d"))
        for place in range(0, len(weights), step)
    )  # fmt: skip
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
        shapes = [output.shape[:2]] * 3 + [(width,)]
        biases = [
            read_weight(f"weights[{place}]", weights[place], shape).reshape(width)
            for place, shape in zip(range(1, 8, 2), shapes, strict=True)
        ]
        state["in_proj_bias"] = np.concatenate(biases[:3])
        state["out_proj.bias"] = biases[3]
    return state
