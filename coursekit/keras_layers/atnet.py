"""A «AtNet» em Keras, sem ``Lambda``: o modelo guardado volta a ser carregado.

O Keras só é importado quando o modelo é montado.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["KERAS_POOLINGS", "atnet_weights_from_torch", "build_atnet"]

Array = NDArray[np.floating]

KERAS_POOLINGS = ("attention", "bounded_attention", "source", "max", "mean", "sum")
"""Agregações que :func:`build_atnet` aceita."""


def build_atnet(
    input_shape: tuple[int, int] = (500, 128),
    *,
    num_filters: int = 64,
    kernel_size: int = 5,
    pooling: str = "attention",
    padding: str = "valid",
) -> Any:
    """Monta a CNN com atenção: convolução, agregação, densa de 10 e sigmoide.

    Os tamanhos padrão são os do texto popular (41.750 parâmetros). O softmax dos pesos é a camada
    ``Softmax(axis=1)``, e a soma ponderada, a camada ``Dot``: nenhuma função solta, e por isso o
    arquivo ``.keras`` recarrega com ``keras.models.load_model`` sem desligar o modo seguro.

    Args:
        input_shape: ``(T, D)``, posições e largura da entrada.
        num_filters: filtros ``C``, inteiro positivo.
        kernel_size: largura do filtro, inteiro positivo.
        pooling: ``"attention"`` (softmax e soma), ``"bounded_attention"`` (com tanh nos escores),
            ``"source"`` (a da fonte: tanh, softmax e máximo), ``"max"``, ``"mean"`` ou ``"sum"``.
        padding: ``"valid"`` (perde ``kernel_size - 1`` posições) ou ``"same"``.

    Returns:
        ``keras.Model`` de ``(B, T, D)`` para ``(B, 1)``, probabilidades. A camada ``"weights"``,
        onde há pesos, dá ``(B, T', 1)``.

    Raises:
        ValueError: se ``pooling`` ou ``padding`` não existirem, ou algum tamanho não servir.
    """
    if pooling not in KERAS_POOLINGS or padding not in ("valid", "same"):
        raise ValueError(
            f"pooling deve ser um de {KERAS_POOLINGS} e padding 'valid' ou 'same'; recebi "
            f"pooling={pooling!r} e padding={padding!r}. Corrija o que veio errado."
        )
    length, width = input_shape
    shortest = kernel_size if padding == "valid" else 1
    if min(width, num_filters, kernel_size) < 1 or length < shortest:
        raise ValueError(
            "larguras, filtros e kernel_size devem ser positivos, e a entrada, ao menos tão longa "
            f"quanto o filtro; recebi input_shape={input_shape}, num_filters={num_filters} e "
            f"kernel_size={kernel_size}. Corrija o que veio errado."
        )
    import keras

    layers = keras.layers
    inputs = keras.Input(shape=input_shape)
    features = layers.Conv1D(num_filters, kernel_size, activation="relu", padding=padding)(inputs)
    pooled = _pool(layers, features, pooling)
    hidden = layers.Dense(10, activation="relu")(pooled)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))


def _pool(layers: Any, features: Any, pooling: str) -> Any:
    """Leva (B, T, C) a (B, C)."""
    if pooling == "max":
        return layers.GlobalMaxPooling1D()(features)
    if pooling == "mean":
        return layers.GlobalAveragePooling1D()(features)
    if pooling == "sum":  # a média vezes o número de posições: só camadas, sem função solta
        return layers.Rescaling(features.shape[1])(layers.GlobalAveragePooling1D()(features))
    activation = None if pooling == "attention" else "tanh"
    scores = layers.Dense(1, activation=activation)(features)
    weights = layers.Softmax(axis=1, name="weights")(scores)  # (B, T, 1), soma 1 no tempo
    if pooling == "source":
        return layers.GlobalMaxPooling1D()(layers.Multiply()([features, weights]))
    return layers.Flatten()(layers.Dot(axes=1)([weights, features]))  # (B, 1, C) → (B, C)


def atnet_weights_from_torch(state: Mapping[str, ArrayLike]) -> list[Array]:
    """Converte os pesos da ``AtNet1d`` do curso na lista que ``set_weights`` espera.

    Args:
        state: ``state_dict`` de ``coursekit.models.atnet.AtNet1d``, com valores que o NumPy leia.

    Returns:
        Convolução ``(k, D, C)`` e viés, pontuação ``(C, 1)`` e viés (se houver), e as duas
        densas.

    Raises:
        KeyError: se faltar algum peso.

    Example:
        >>> names = ("encoder.convolution", "hidden", "output")
        >>> state = {f"{name}.bias": np.zeros(1) for name in names}
        >>> state |= {f"{name}.weight": np.zeros((1, 1)) for name in names[1:]}
        >>> state["encoder.convolution.weight"] = np.zeros((7, 3, 5))
        >>> atnet_weights_from_torch(state)[0].shape
        (5, 3, 7)
    """
    scores = [name for name in state if name.endswith("score.weight")]
    prefixes = ["encoder.convolution", *(name.removesuffix(".weight") for name in scores)]
    prefixes += ["hidden", "output"]
    names = [f"{prefix}.{kind}" for prefix in prefixes for kind in ("weight", "bias")]
    missing = [name for name in names if name not in state]
    if missing:
        raise KeyError(
            f"faltam pesos: {missing}; recebi {sorted(state)}. Use o state_dict de uma AtNet1d."
        )
    # Transpor tudo: (C, D, k) → (k, D, C) na convolução, (saída, entrada) → (entrada, saída).
    return [np.asarray(state[name]).T for name in names]
