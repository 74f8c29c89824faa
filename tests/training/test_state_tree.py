import json
import math
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training.bitwise import same_bits

from coursekit.training import CheckpointError
from coursekit.training.state_tree import decode_tree, encode_tree

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = st.text("ab/$'0", max_size=3) | st.integers(0, 3)
TREES = st.recursive(
    LEAVES | st.integers(0, 9).map(lambda n: torch.full((2, 3), float(n))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=9,
)


def round_trip(tree):
    tensors = {}
    encoded = encode_tree(tree, tensors, "raiz")
    text = json.dumps(encoded, allow_nan=False)
    return decode_tree(json.loads(text), tensors)


@given(TREES)
def test_any_tree_survives_strict_json(tree):
    assert same_bits(round_trip(tree), tree)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool, torch.uint8]
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensors_keep_dtype_shape_and_bits(dtype, shape):
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    assert same_bits(round_trip({"a": tensor})["a"], tensor)


def test_paths_that_collide_keep_both_tensors():
    tree = {"a/b": torch.zeros(1), "a": {"b": torch.ones(1)}, 0: torch.full((1,), 2.0)}
    assert same_bits(round_trip(tree), tree)


def test_scheduler_containers():
    milestones = Counter({3: 1, 5: 2})
    assert same_bits(round_trip(milestones), milestones)
    assert same_bits(round_trip(defaultdict(list, a=[1])), {"a": [1]})
    assert round_trip(np.float64(0.1)) == 0.1


def test_stored_tensor_is_a_copy():
    tensors = {}
    tensor = torch.zeros(3, requires_grad=True)
    encode_tree(tensor, tensors, "peso")
    with torch.no_grad():
        tensor += 1
    assert tensors["peso"].tolist() == [0.0, 0.0, 0.0]
    assert not tensors["peso"].requires_grad


@pytest.mark.parametrize("value", [{1, 2}, object(), lambda: 0, b"bytes", 1j])
def test_refuses_what_it_cannot_store(value):
    with pytest.raises(TypeError, match=rf"notas/x/0, de tipo {type(value).__name__}, sem pickle"):
        encode_tree({"x": [value]}, {}, "notas")


def test_refuses_odd_keys():
    with pytest.raises(TypeError, match=r"chave \(1, 2\) é de tipo tuple.*texto ou inteiras"):
        encode_tree({(1, 2): 0}, {}, "notas")


@pytest.mark.parametrize(
    "encoded", [{"$tensor": "ausente"}, {"$float": "1.0"}, {"$tuple": 3}, {"$novo": []}]
)
def test_refuses_unknown_tags(encoded):
    with pytest.raises(CheckpointError, match=r"não entendo: \$(tensor|float|tuple|novo) = "):
        decode_tree({"a": [encoded]}, {})
