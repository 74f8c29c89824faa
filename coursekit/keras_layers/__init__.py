"""Pontes para o Keras: pesos convertidos de e para as camadas do PyTorch.

Nada aqui importa PyTorch; TensorFlow e Keras só são carregados por quem já tem uma camada.
"""

from coursekit.keras_layers.recurrent_weights import (
    bidirectional_weights_from_torch,
    bidirectional_weights_to_torch,
    weights_from_torch,
    weights_to_torch,
)

__all__ = [
    "bidirectional_weights_from_torch",
    "bidirectional_weights_to_torch",
    "weights_from_torch",
    "weights_to_torch",
]
