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

from coursekit.keras_layers.checks import (
    check_flag,
    check_size,
    check_state,
    read_list,
    read_weight,
)

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


def _check_kind(kind: str) -> None:
    """Exige o nome de uma célula."""
    if not isinstance(kind, str) or kind not in BLOCKS:
        raise ValueError(f"kind deve ser um de {tuple(BLOCKS)}; recebi {kind!r}. Escolha um deles.")


def _hidden_size(kind: str, rows: int) -> int:
    """Largura do estado oculto, das linhas de todos os blocos."""
    if rows % BLOCKS[kind]:
        raise ValueError(
            f"{rows} linhas não se dividem nos {BLOCKS[kind]} blocos de {kind!r}. "
            "Confira se os pesos são desta célula."
        )
    return rows // BLOCKS[kind]


def _reorder(kind: str, array: Array) -> Array:
    """Troca a ordem dos blocos ao longo do primeiro eixo."""
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
        TypeError: se ``state`` não for dicionário de vetores de números, ou ``reset_after``,
            booleano.
        KeyError: se faltar alguma chave.
        ValueError: se ``kind`` não existir, ou os pesos não tiverem as formas da célula.

    Example:
        >>> rows = np.arange(3.0)[:, None]
        >>> state = {"weight_ih_l0": rows, "weight_hh_l0": rows, "bias_ih_l0": np.arange(3.0),
        ...          "bias_hh_l0": np.zeros(3)}
        >>> weights_from_torch("gru", state)[0].tolist()
        [[1.0, 0.0, 2.0]]
    """
    _check_kind(kind)
    check_state(state)
    check_flag("reset_after", reset_after)
    missing = [f"{name}_{suffix}" for name in NAMES if f"{name}_{suffix}" not in state]
    if missing:
        raise KeyError(f"faltam pesos: {missing}; recebi {sorted(state)}. Confira o sufixo.")
    first = f"weight_ih_{suffix}"
    rows = len(read_weight(first, state[first], ("blocos·H", "D")))
    hidden = _hidden_size(kind, rows)
    shapes: list[tuple[int | str, ...]] = [(rows, "D"), (rows, hidden), (rows,), (rows,)]
    weight_ih, weight_hh, bias_ih, bias_hh = (
        _reorder(kind, read_weight(f"{name}_{suffix}", state[f"{name}_{suffix}"], shape))
        for name, shape in zip(NAMES, shapes, strict=True)
    )
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
        TypeError: se ``weights`` não for lista de vetores de números.
        ValueError: se ``kind`` não existir, ``weights`` não tiver três itens, ou eles não
            tiverem as formas da célula.

    Example:
        >>> weights = [np.ones((2, 1)), np.ones((1, 1)), np.ones(1)]
        >>> weights_to_torch("rnn", weights)["weight_ih_l0"].shape
        (1, 2)
    """
    _check_kind(kind)
    weights = read_list(weights)
    if len(weights) != 3:
        raise ValueError(
            f"weights deve ter kernel, recurrent_kernel e bias; recebi {len(weights)} itens. "
            "Camadas sem viés não são convertidas."
        )
    kernel = read_weight("kernel", weights[0], ("D", "blocos·H"))
    rows = kernel.shape[1]
    recurrent = read_weight("recurrent_kernel", weights[1], (_hidden_size(kind, rows), rows))
    two = kind == "gru" and np.ndim(weights[2]) == 2
    bias = read_weight("bias", weights[2], (2, rows) if two else (rows,))
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
        TypeError: se ``layer`` não for inteiro, ou os pesos não forem números.
        KeyError: se faltar alguma chave.
        ValueError: se ``kind`` não existir ou os tamanhos não servirem.

    Example:
        >>> one = {f"{n}_l0{d}": np.ones((1, 1) if "w" in n else 1)
        ...        for n in NAMES for d in ("", "_reverse")}
        >>> len(bidirectional_weights_from_torch("rnn", one))
        6
    """
    check_size("layer", layer, least=0)
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
        TypeError: se ``weights`` não for lista de vetores de números, ou ``layer``, inteiro.
        ValueError: se não houver seis itens, ou os tamanhos não servirem.

    Example:
        >>> three = [np.ones((1, 1)), np.ones((1, 1)), np.ones(1)]
        >>> len(bidirectional_weights_to_torch("rnn", three + three))
        8
    """
    check_size("layer", layer, least=0)
    weights = read_list(weights)
    if len(weights) != 6:
        raise ValueError(
            f"weights deve ter seis itens, três por direção; recebi {len(weights)}. "
            "Para uma direção só, use weights_to_torch."
        )
    forward = weights_to_torch(kind, weights[:3], f"l{layer}")
    return {**forward, **weights_to_torch(kind, weights[3:], f"l{layer}_reverse")}
