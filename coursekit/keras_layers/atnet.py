"""A «AtNet» em Keras, sem ``Lambda``: o modelo guardado volta a ser carregado.

O Keras só é importado quando o modelo é montado.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.keras_layers.checks import check_size, check_state, read_weight

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
        TypeError: se algum tamanho não for inteiro, ou ``input_shape``, um par.
        ValueError: se ``pooling`` ou ``padding`` não existirem, ou algum tamanho não servir.
    """
    if pooling not in KERAS_POOLINGS or padding not in ("valid", "same"):
        raise ValueError(
            f"pooling deve ser um de {KERAS_POOLINGS} e padding 'valid' ou 'same'; recebi "
            f"pooling={pooling!r} e padding={padding!r}. Corrija o que veio errado."
        )
    check_size("num_filters", num_filters)
    check_size("kernel_size", kernel_size)
    _check_input_shape(input_shape, kernel_size if padding == "valid" else 1)
    import keras

    layers = keras.layers
    inputs = keras.Input(shape=input_shape)
    features = layers.Conv1D(num_filters, kernel_size, activation="relu", padding=padding)(inputs)
    pooled = _pool(layers, features, pooling)
    hidden = layers.Dense(10, activation="relu")(pooled)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))


def _check_input_shape(input_shape: Any, shortest: int) -> None:
    """Exige dois inteiros, (T, D), com posições que bastem ao filtro."""
    if not isinstance(input_shape, tuple | list) or len(input_shape) != 2:
        raise TypeError(
            f"input_shape deve ser um par (T, D); recebi {input_shape!r}. "
            "O eixo do lote não entra: use, por exemplo, input_shape=(500, 128)."
        )
    for name, size in zip(("T", "D"), input_shape, strict=True):
        if isinstance(size, bool) or not isinstance(size, int | np.integer):
            raise TypeError(
                f"{name} de input_shape deve ser um inteiro; recebi {size!r} em "
                f"input_shape={input_shape}. Use, por exemplo, input_shape=(500, 128)."
            )
    if input_shape[1] < 1 or input_shape[0] < shortest:
        raise ValueError(
            "D deve ser positivo, e a entrada, ao menos tão longa quanto o filtro, que pede "
            f"T >= {shortest}; recebi input_shape={tuple(input_shape)}. Aumente o que faltou."
        )


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
        TypeError: se ``state`` não for dicionário de vetores de números.
        KeyError: se faltar algum peso.
        ValueError: se as formas não forem as de uma ``AtNet1d``.

    Example:
        >>> shapes = {"encoder.convolution": (7, 3, 5), "hidden": (2, 7), "output": (1, 2)}
        >>> state = {f"{name}.weight": np.zeros(shape) for name, shape in shapes.items()}
        >>> state |= {f"{name}.bias": np.zeros(shape[0]) for name, shape in shapes.items()}
        >>> [weight.shape for weight in atnet_weights_from_torch(state)]
        [(5, 3, 7), (7,), (7, 2), (2,), (2, 1), (1,)]
    """
    check_state(state)
    scores = [name for name in state if name.endswith("score.weight")]
    prefixes = ["encoder.convolution", *(name.removesuffix(".weight") for name in scores)]
    prefixes += ["hidden", "output"]
    names = [f"{prefix}.{kind}" for prefix in prefixes for kind in ("weight", "bias")]
    missing = [name for name in names if name not in state]
    if missing:
        raise KeyError(
            f"faltam pesos: {missing}; recebi {sorted(state)}. Use o state_dict de uma AtNet1d."
        )
    convolution = f"{prefixes[0]}.weight"
    filters = len(read_weight(convolution, state[convolution], ("C", "D", "k")))
    width, arrays = filters, []
    for prefix in prefixes:
        shape: tuple[int | str, ...] = ("saídas", width)
        if prefix == prefixes[0]:
            shape = ("C", "D", "k")
        weight = read_weight(f"{prefix}.weight", state[f"{prefix}.weight"], shape)
        bias = read_weight(f"{prefix}.bias", state[f"{prefix}.bias"], weight.shape[:1])
        # Transpor tudo: (C, D, k) → (k, D, C) na convolução, (saída, entrada) → (entrada, saída).
        arrays += [weight.T, bias]
        width = len(weight) if prefix == "hidden" else filters
    return arrays
