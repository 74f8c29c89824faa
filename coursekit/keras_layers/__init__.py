"""Keras: os modelos que o texto mostra e os pesos convertidos de e para o PyTorch.

Nada aqui importa PyTorch; TensorFlow e Keras só são carregados quando um modelo é montado.
"""

from coursekit.keras_layers.atnet import KERAS_POOLINGS, atnet_weights_from_torch, build_atnet
from coursekit.keras_layers.multihead_weights import (
    multihead_weights_from_torch,
    multihead_weights_to_torch,
)
from coursekit.keras_layers.recurrent_weights import (
    bidirectional_weights_from_torch,
    bidirectional_weights_to_torch,
    weights_from_torch,
    weights_to_torch,
)

__all__ = [
    "KERAS_POOLINGS",
    "atnet_weights_from_torch",
    "bidirectional_weights_from_torch",
    "bidirectional_weights_to_torch",
    "build_atnet",
    "multihead_weights_from_torch",
    "multihead_weights_to_torch",
    "weights_from_torch",
    "weights_to_torch",
]
