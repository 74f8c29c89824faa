"""Pesos recorrentes entre as convenções do PyTorch e do Keras, em NumPy.

As duas bibliotecas fazem a mesma conta com os pesos guardados de outro jeito:

- o Keras multiplica ``x @ kernel``; o PyTorch, ``x @ weight.T``: as matrizes se transpõem;
- a LSTM tem a mesma ordem de blocos (``i, f, g, o``); a GRU não: ``r, z, n`` no PyTorch,
  ``z, r, n`` no Keras;
- o PyTorch tem dois vieses; o Keras, um, salvo na GRU com ``reset_after=True``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "bidirectional_weights_from_torch",
    "bidirectional_weights_to_torch",
    "weights_from_torch",
    "weights_to_torch",
]

Array = NDArray[np.floating]
BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
# Posição, na ordem de uma biblioteca, de cada bloco da outra (trocar r e z é a própria volta).
ORDER = {"rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _reorder(kind: str, array: Array) -> Array:
    """Troca a ordem dos blocos ao longo do primeiro eixo."""
    if kind not in BLOCKS:
        raise ValueError(f"kind deve ser um de {tuple(BLOCKS)}; recebi {kind!r}.")
    if len(array) % BLOCKS[kind]:
        raise ValueError(
            f"{len(array)} linhas não se dividem nos {BLOCKS[kind]} blocos de {kind!r}. "
            "Confira se os pesos são desta célula."
        )
    blocks = np.split(array, BLOCKS[kind])
    return np.concatenate([blocks[index] for index in ORDER[kind]])


def weights_from_torch(
    kind: str, state: Mapping[str, ArrayLike], suffix: str = "l0", *, reset_after: bool = True
) -> list[Array]:
    """Converte uma camada do PyTorch na lista que ``layer.set_weights`` do Keras espera.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        state: ``state_dict`` com valores que o NumPy leia; chaves ``weight_ih_<suffix>`` etc.
        suffix: camada e direção, como ``"l0"`` ou ``"l0_reverse"``.
        reset_after: convenção da GRU de destino; com ``False`` os dois vieses se somam, o que só é
            fiel se a GRU de origem também redefinir antes do produto.

    Returns:
        ``[kernel (D, blocos·H), recurrent_kernel (H, blocos·H), bias]``; o viés é
        ``(2, 3H)`` na GRU com ``reset_after=True`` e ``(blocos·H,)`` no resto.

    Raises:
        KeyError: se faltar alguma chave.
        ValueError: se ``kind`` não existir ou os tamanhos não se dividirem em blocos.

    Example:
        >>> rows = np.arange(3.0)[:, None]
        >>> state = {"weight_ih_l0": rows, "weight_hh_l0": rows, "bias_ih_l0": np.arange(3.0),
        ...          "bias_hh_l0": np.zeros(3)}
        >>> weights_from_torch("gru", state)[0].tolist()
        [[1.0, 0.0, 2.0]]
    """
    missing = [f"{name}_{suffix}" for name in NAMES if f"{name}_{suffix}" not in state]
    if missing:
        raise KeyError(f"faltam pesos: {missing}; recebi {sorted(state)}. Confira o sufixo.")
    parts = [_reorder(kind, np.asarray(state[f"{name}_{suffix}"])) for name in NAMES]
    weight_ih, weight_hh, bias_ih, bias_hh = parts
    two = kind == "gru" and reset_after
    bias = np.stack([bias_ih, bias_hh]) if two else bias_ih + bias_hh
    return [weight_ih.T, weight_hh.T, bias]


def weights_to_torch(
    kind: str, weights: Sequence[ArrayLike], suffix: str = "l0"
) -> dict[str, Array]:
    """Converte ``layer.get_weights()`` do Keras em pesos com os nomes do PyTorch.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        weights: ``[kernel, recurrent_kernel, bias]``.
        suffix: camada e direção dos nomes de saída.

    Returns:
        Dicionário com ``weight_ih_<suffix>``, ``weight_hh_<suffix>``, ``bias_ih_<suffix>`` e
        ``bias_hh_<suffix>`` (este zero onde o Keras tem um viés só).

    Raises:
        ValueError: se ``weights`` não tiver três itens, ou os tamanhos não servirem.

    Example:
        >>> weights = [np.ones((2, 1)), np.ones((1, 1)), np.ones(1)]
        >>> weights_to_torch("rnn", weights)["weight_ih_l0"].shape
        (1, 2)
    """
    if len(weights) != 3:
        raise ValueError(
            f"weights deve ter kernel, recurrent_kernel e bias; recebi {len(weights)} itens. "
            "Camadas sem viés não são convertidas."
        )
    kernel, recurrent, bias = (np.asarray(weight) for weight in weights)
    pair = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    arrays = (kernel.T, recurrent.T, pair[0], pair[1])
    return {
        f"{name}_{suffix}": _reorder(kind, array) for name, array in zip(NAMES, arrays, strict=True)
    }


def bidirectional_weights_from_torch(
    kind: str, state: Mapping[str, ArrayLike], layer: int = 0, *, reset_after: bool = True
) -> list[Array]:
    """Converte uma camada bidirecional na lista que ``Bidirectional.set_weights`` espera.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        state: ``state_dict`` da camada do PyTorch.
        layer: índice da camada.
        reset_after: convenção da GRU de destino.

    Returns:
        Os três pesos da direção direta seguidos dos três da inversa.

    Raises:
        KeyError: se faltar alguma chave.
        ValueError: se ``kind`` não existir ou os tamanhos não servirem.

    Example:
        >>> one = {f"{n}_l0{d}": np.ones((1, 1) if "w" in n else 1)
        ...        for n in NAMES for d in ("", "_reverse")}
        >>> len(bidirectional_weights_from_torch("rnn", one))
        6
    """
    forward = weights_from_torch(kind, state, f"l{layer}", reset_after=reset_after)
    backward = weights_from_torch(kind, state, f"l{layer}_reverse", reset_after=reset_after)
    return forward + backward


def bidirectional_weights_to_torch(
    kind: str, weights: Sequence[ArrayLike], layer: int = 0
) -> dict[str, Array]:
    """Converte ``Bidirectional.get_weights()`` em pesos com os nomes do PyTorch.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        weights: seis itens, três da direção direta e três da inversa.
        layer: índice da camada nos nomes de saída.

    Returns:
        Dicionário com as oito chaves de uma camada bidirecional.

    Raises:
        ValueError: se não houver seis itens, ou os tamanhos não servirem.

    Example:
        >>> three = [np.ones((1, 1)), np.ones((1, 1)), np.ones(1)]
        >>> len(bidirectional_weights_to_torch("rnn", three + three))
        8
    """
    if len(weights) != 6:
        raise ValueError(
            f"weights deve ter seis itens, três por direção; recebi {len(weights)}. "
            "Para uma direção só, use weights_to_torch."
        )
    forward = weights_to_torch(kind, weights[:3], f"l{layer}")
    return {**forward, **weights_to_torch(kind, weights[3:], f"l{layer}_reverse")}
