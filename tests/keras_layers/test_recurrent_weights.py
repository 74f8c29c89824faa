"""Pesos entre PyTorch e Keras: mesmas saídas, ida e volta exata, erros claros."""

import os

import numpy as np
import pytest
import torch

from coursekit.keras_layers import (
    bidirectional_weights_from_torch,
    bidirectional_weights_to_torch,
    weights_from_torch,
    weights_to_torch,
)
from coursekit.recurrent import GRU, LSTM, RNN

LAYERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


def numpy_state(layer: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy() for name, value in layer.state_dict().items()}


def keras_layer(keras, kind, **options):
    kinds = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    return kinds[kind](5, return_sequences=True, **options)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_keras_outputs_agree_in_float32(keras, kind, seed):
    torch.manual_seed(seed)
    layer = LAYERS[kind](3, 5)
    inputs = torch.randn(2, 7, 3)
    peer = keras_layer(keras, kind)
    peer.build((2, 7, 3))
    peer.set_weights(weights_from_torch(kind, numpy_state(layer)))
    found = np.asarray(peer(inputs.numpy()))
    np.testing.assert_allclose(found, layer(inputs)[0].detach().numpy(), rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LAYERS)
def test_keras_gradients_agree_in_float32(keras, kind):
    import tensorflow as tf

    torch.manual_seed(4)
    layer = LAYERS[kind](3, 5)
    inputs, upstream = torch.randn(2, 7, 3), torch.randn(2, 7, 5)
    (layer(inputs)[0] * upstream).sum().backward()
    peer = keras_layer(keras, kind)
    peer.build((2, 7, 3))
    peer.set_weights(weights_from_torch(kind, numpy_state(layer)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(peer(inputs.numpy()) * upstream.numpy())
    gradients = [np.asarray(g) for g in tape.gradient(loss, peer.trainable_weights)]
    found = weights_to_torch(kind, gradients)
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"):
        wanted = layer.get_parameter(name).grad.numpy()
        np.testing.assert_allclose(found[name], wanted, rtol=0, atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LAYERS)
def test_keras_bidirectional_agrees(keras, kind):
    torch.manual_seed(5)
    layer = LAYERS[kind](3, 5, bidirectional=True)
    inputs = torch.randn(2, 7, 3)
    peer = keras.layers.Bidirectional(keras_layer(keras, kind))
    peer.build((2, 7, 3))
    weights = bidirectional_weights_from_torch(kind, numpy_state(layer))
    peer.set_weights(weights)
    found = np.asarray(peer(inputs.numpy()))
    np.testing.assert_allclose(found, layer(inputs)[0].detach().numpy(), rtol=0, atol=1e-5)
    back = bidirectional_weights_to_torch(kind, peer.get_weights())
    again = LAYERS[kind](3, 5, bidirectional=True)
    again.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in back.items()})
    np.testing.assert_allclose(
        again(inputs)[0].detach().numpy(), layer(inputs)[0].detach().numpy(), rtol=0, atol=1e-6
    )


@pytest.mark.slow
def test_the_paper_gru_agrees_with_keras_reset_before(keras):
    torch.manual_seed(6)
    layer = GRU(3, 5, reset_after=False)
    inputs = torch.randn(2, 7, 3)
    peer = keras_layer(keras, "gru", reset_after=False)
    peer.build((2, 7, 3))
    peer.set_weights(weights_from_torch("gru", numpy_state(layer), reset_after=False))
    found = np.asarray(peer(inputs.numpy()))
    np.testing.assert_allclose(found, layer(inputs)[0].detach().numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
def test_there_and_back_is_the_same_network(kind):
    torch.manual_seed(7)
    layer = LAYERS[kind](3, 5).double()
    back = weights_to_torch(kind, weights_from_torch(kind, numpy_state(layer)))
    again = LAYERS[kind](3, 5).double()
    again.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in back.items()})
    inputs = torch.randn(2, 7, 3, dtype=torch.float64)
    torch.testing.assert_close(again(inputs)[0], layer(inputs)[0], rtol=0, atol=1e-12)


def test_errors_say_what_came_and_what_is_accepted():
    state = numpy_state(RNN(3, 5))
    with pytest.raises(KeyError, match=r"faltam pesos: \['weight_ih_l1'.*Confira o sufixo"):
        weights_from_torch("rnn", state, "l1")
    with pytest.raises(ValueError, match=r"um de \('rnn', 'lstm', 'gru'\); recebi 'elman'"):
        weights_from_torch("elman", state)
    with pytest.raises(ValueError, match=r"5 linhas não se dividem nos 4 blocos de 'lstm'"):
        weights_from_torch("lstm", state)
    with pytest.raises(ValueError, match=r"kernel, recurrent_kernel e bias; recebi 2 itens"):
        weights_to_torch("rnn", [np.ones((1, 1)), np.ones((1, 1))])
    with pytest.raises(ValueError, match=r"seis itens.*recebi 3.*weights_to_torch"):
        bidirectional_weights_to_torch("rnn", [np.ones((1, 1)), np.ones((1, 1)), np.ones(1)])
