"""AtNet no Keras: tamanhos da fonte, igual à do PyTorch, guardada e recarregada."""

import ast
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import coursekit.keras_layers.atnet as module
from coursekit.keras_layers import KERAS_POOLINGS, atnet_weights_from_torch, build_atnet
from coursekit.models.atnet import AtNet1d
from coursekit.models.pooling import largest_bounded_weight, make_pooling

# Ao guardar, o Keras chama o NumPy de um jeito que este desaconselha; o aviso não é nosso.
SAVING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SIZES = {"input_shape": (17, 3), "num_filters": 7, "kernel_size": 5}


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


def twins(pooling, padding, seed=0):
    """A mesma rede nas duas bibliotecas, com os mesmos pesos sorteados."""
    network = AtNet1d(3, 7, 5, pooling=make_pooling(pooling, 7), padding=padding)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.6)
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    model = build_atnet(**SIZES, pooling=pooling, padding=padding)
    model.set_weights(atnet_weights_from_torch(state))
    return network, model


def random_inputs(seed=1):
    return torch.randn(2, 17, 3, generator=torch.Generator().manual_seed(seed))


@pytest.mark.slow
@pytest.mark.parametrize("pooling", KERAS_POOLINGS)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_outputs_agree_with_torch_in_float32(keras, pooling, padding, seed):
    network, model = twins(pooling, padding, seed)
    inputs = random_inputs()
    expected = network(inputs).sigmoid().detach().numpy()
    found = np.asarray(model(inputs.numpy()))
    assert found.shape == (2, 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["attention", "source"])
def test_weights_agree_with_torch(keras, pooling):
    network, model = twins(pooling, "valid")
    inputs = random_inputs()
    probe = keras.Model(model.input, model.get_layer("weights").output)
    found = np.asarray(probe(inputs.numpy()))
    assert found.shape == (2, 13, 1)
    expected = network.attention_weights(inputs).detach().numpy()
    np.testing.assert_allclose(found[..., 0], expected, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_sizes_are_those_of_the_source(keras):
    model = build_atnet(pooling="source")
    assert model.count_params() == 41_750
    assert [w.shape.num_elements() for w in model.weights[::2]] == [40_960, 64, 640, 10]
    weights = model.get_layer("weights")
    assert tuple(weights.output.shape) == (None, 496, 1)
    inputs = np.random.default_rng(0).standard_normal((2, 500, 128)).astype("float32") * 50
    found = np.asarray(keras.Model(model.input, weights.output)(inputs))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert found.max() <= largest_bounded_weight(496) + 1e-6


@SAVING
@pytest.mark.slow
@pytest.mark.parametrize("pooling", KERAS_POOLINGS)
def test_saved_model_reloads_in_safe_mode(keras, tmp_path, pooling):
    model = build_atnet(**SIZES, pooling=pooling)
    path = tmp_path / "atnet.keras"
    model.save(path)
    reloaded = keras.models.load_model(path)
    inputs = random_inputs().numpy()
    np.testing.assert_array_equal(np.asarray(reloaded(inputs)), np.asarray(model(inputs)))
    assert not any(isinstance(layer, keras.layers.Lambda) for layer in model.layers)


@SAVING
@pytest.mark.slow
def test_the_source_with_lambda_does_not_reload(keras, tmp_path):
    # O contraste que o capítulo mostra: a mesma rede, com o softmax numa Lambda.
    inputs = keras.Input((17, 3))
    scores = keras.layers.Dense(1, activation="tanh")(inputs)
    weights = keras.layers.Lambda(lambda x: keras.ops.softmax(x, axis=1))(scores)
    pooled = keras.layers.GlobalMaxPooling1D()(keras.layers.Multiply()([inputs, weights]))
    path = tmp_path / "lambda.keras"
    keras.Model(inputs, pooled).save(path)
    with pytest.raises(ValueError, match=r"(?i)lambda"):
        keras.models.load_model(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "median"}, r"pooling deve ser um de .*'source'.*recebi pooling='median'"),
        ({"padding": "causal"}, r"'valid' ou 'same'.*padding='causal'"),
        ({"num_filters": 0}, r"num_filters=0"),
        ({"kernel_size": 0}, r"kernel_size=0"),
        ({"input_shape": (17, 0)}, r"input_shape=\(17, 0\)"),
        ({"input_shape": (4, 3)}, r"tão longa quanto o filtro.*\(4, 3\)"),
    ],
)
def test_refuses_before_loading_keras(options, message):
    with pytest.raises(ValueError, match=message):
        build_atnet(**{**SIZES, **options})


def test_refuses_a_state_that_is_not_an_atnet():
    with pytest.raises(KeyError, match=r"faltam pesos.*encoder\.convolution\.weight.*AtNet1d"):
        atnet_weights_from_torch({"hidden.weight": np.zeros((1, 1))})


def test_keras_is_only_imported_inside_functions():
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    assert "keras" not in names
    assert "numpy" in names
