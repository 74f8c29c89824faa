"""Formas, pesos e tamanhos errados: a recusa é em português, antes de carregar o Keras."""

import numpy as np
import pytest
import torch

from coursekit.keras_layers import (
    atnet_weights_from_torch,
    bidirectional_weights_from_torch,
    bidirectional_weights_to_torch,
    build_atnet,
    multihead_weights_from_torch,
    multihead_weights_to_torch,
    weights_from_torch,
    weights_to_torch,
)
from coursekit.models.atnet import AtNet1d
from coursekit.recurrent import LSTM


def state_of(layer):
    return {name: value.detach().numpy() for name, value in layer.state_dict().items()}


ATNET = state_of(AtNet1d(3, 7, 5))
HEADS = state_of(torch.nn.MultiheadAttention(6, 3))
CELL = state_of(LSTM(3, 5))
FROM_TORCH = {
    "rede": (atnet_weights_from_torch, ATNET),
    "cabeças": (lambda state: multihead_weights_from_torch(state, 3), HEADS),
    "célula": (lambda state: weights_from_torch("lstm", state), CELL),
    "duas direções": (
        lambda state: bidirectional_weights_from_torch("lstm", state),
        state_of(LSTM(3, 5, bidirectional=True)),
    ),
}
TO_TORCH = {
    "cabeças": (multihead_weights_to_torch, multihead_weights_from_torch(HEADS, 3)),
    "célula": (lambda x: weights_to_torch("lstm", x), weights_from_torch("lstm", CELL)),
    "duas direções": (
        lambda x: bidirectional_weights_to_torch("lstm", x),
        bidirectional_weights_from_torch("lstm", FROM_TORCH["duas direções"][1]),
    ),
}


@pytest.mark.parametrize("name", FROM_TORCH)
@pytest.mark.parametrize("state", [None, [1, 2], "weights", LSTM(3, 5)])
def test_state_is_a_dictionary(name, state):
    with pytest.raises(TypeError, match=r"state deve ser um dicionário.*recebi .*state_dict\(\)"):
        FROM_TORCH[name][0](state)


@pytest.mark.parametrize("name", FROM_TORCH)
@pytest.mark.parametrize(
    "value", ["peso", None, {1: 2}, [[1.0], [2.0, 3.0]], torch.ones(3, requires_grad=True), 2j]
)
def test_every_weight_is_made_of_numbers(name, value):
    convert, state = FROM_TORCH[name]
    for part in state:
        with pytest.raises(TypeError, match=rf"{part} deve ser um vetor de números.*recebi "):
            convert({**state, part: value})


@pytest.mark.parametrize("name", FROM_TORCH)
def test_every_weight_has_the_shape_of_its_place(name):
    convert, state = FROM_TORCH[name]
    for part, array in state.items():
        for wrong in (array[None], array.sum(), array[..., :0]):
            with pytest.raises(ValueError, match=rf"{part} deve ter a forma .*recebi .*Confira"):
                convert({**state, part: wrong})


@pytest.mark.parametrize("name", FROM_TORCH)
def test_biases_have_the_size_of_their_weights(name):
    convert, state = FROM_TORCH[name]
    for part in (part for part in state if "bias" in part):
        with pytest.raises(ValueError, match=rf"{part} deve ter a forma .*recebi \(13,\)"):
            convert({**state, part: np.zeros(13)})


@pytest.mark.parametrize("name", TO_TORCH)
@pytest.mark.parametrize("weights", [None, 3, "pesos", {"kernel": 1}])
def test_weights_are_a_list(name, weights):
    with pytest.raises(TypeError, match=r"weights deve ser uma lista.*recebi .*get_weights\(\)"):
        TO_TORCH[name][0](weights)


@pytest.mark.parametrize("name", TO_TORCH)
def test_every_item_of_the_list_is_checked(name):
    convert, weights = TO_TORCH[name]
    for place, array in enumerate(weights):
        others = list(weights)
        others[place] = None
        with pytest.raises(TypeError, match=r"deve ser um vetor de números.*recebi NoneType"):
            convert(others)
        for wrong in (array[None], array.sum(), array[..., :0]):
            others[place] = wrong
            with pytest.raises(ValueError, match=r"deve ter a forma .*recebi .*Confira"):
                convert(others)


@pytest.mark.parametrize("kind", [["lstm"], None, 3])
def test_kind_is_a_name(kind):
    with pytest.raises(ValueError, match=r"kind deve ser um de .*recebi .*Escolha"):
        weights_from_torch(kind, CELL)
    with pytest.raises(ValueError, match=r"kind deve ser um de .*recebi .*Escolha"):
        weights_to_torch(kind, TO_TORCH["célula"][1])


@pytest.mark.parametrize("number", [True, 3.0, "3", None])
def test_sizes_are_whole(number):
    calls = {
        "num_heads": lambda: multihead_weights_from_torch(HEADS, number),
        "layer": lambda: bidirectional_weights_from_torch("lstm", CELL, number),
        "num_filters": lambda: build_atnet(num_filters=number),
        "kernel_size": lambda: build_atnet(kernel_size=number),
        "T de input_shape": lambda: build_atnet((number, 3)),
        "D de input_shape": lambda: build_atnet((17, number)),
    }
    for name, call in calls.items():
        with pytest.raises(TypeError, match=rf"{name} deve ser um inteiro; recebi .*Use"):
            call()


@pytest.mark.parametrize("shape", [None, 17, (17,), (2, 17, 3), "ab"])
def test_input_shape_is_a_pair(shape):
    with pytest.raises(TypeError, match=r"input_shape deve ser um par \(T, D\); recebi .*lote"):
        build_atnet(shape)


@pytest.mark.parametrize("flag", [1, "sim", None])
def test_reset_after_is_true_or_false(flag):
    with pytest.raises(TypeError, match=r"reset_after deve ser True ou False; recebi "):
        weights_from_torch("lstm", CELL, reset_after=flag)
