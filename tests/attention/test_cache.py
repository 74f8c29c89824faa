"""Cache de chaves e valores: passo a passo, aos pedaços e inteiro dão o mesmo."""

import pytest
import torch
from attention.multihead_cases import BATCH, EXACT, random_layer, random_sequence
from torch.testing import assert_close

from coursekit.attention import (
    KeyValueCache,
    LinearBias,
    MultiHeadAttention,
    RelativeBias,
    RotaryPosition,
    cache_bytes,
)

LENGTH = 11


def relative(num_heads):
    bias = RelativeBias(num_heads, 4)
    torch.nn.init.normal_(bias.weight, generator=torch.Generator().manual_seed(0))
    return bias


POSITIONS = {
    "nenhuma": lambda heads: {},
    "rotação": lambda heads: {"rotation": RotaryPosition(12 // heads)},
    "linear": lambda heads: {"score_bias": LinearBias(heads)},
    "relativa": lambda heads: {"score_bias": relative(heads)},
    "as duas": lambda heads: {
        "rotation": RotaryPosition(12 // heads), "score_bias": LinearBias(heads),
    },
}  # fmt: skip


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("heads", "num_heads"), [("três", 3), ("agrupada", 6)])
@pytest.mark.parametrize("pieces", [[1] * LENGTH, [4, 1, 6], [LENGTH], [0, 2, 0, 9]])
@pytest.mark.parametrize("window", [None, (2, 0)])
def test_pieces_equal_the_whole_causal_sequence(position, heads, num_heads, pieces, window):
    layer = random_layer(1, heads, **POSITIONS[position](num_heads))
    sequence = random_sequence(1, LENGTH)
    whole = layer(sequence, causal=True, window=window)
    cache, outputs = KeyValueCache(), []
    for piece in sequence.split(pieces, dim=1):
        outputs.append(layer(piece, causal=True, window=window, cache=cache))
    assert_close(torch.cat(outputs, dim=1), whole, **EXACT)
    assert cache.length == LENGTH


def test_weights_of_a_step_are_the_last_row():
    layer, sequence = random_layer(2), random_sequence(2, 5)
    _, whole = layer(sequence, causal=True, return_weights=True)
    cache = KeyValueCache()
    layer(sequence[:, :4], causal=True, cache=cache)
    _, step = layer(sequence[:, 4:], causal=True, cache=cache, return_weights=True)
    assert_close(step, whole[:, :, 4:])


def test_mask_and_lengths_count_the_stored_keys():
    layer, sequence = random_layer(3), random_sequence(3, 5)
    mask = torch.tensor([[True, False, True, True, True]])
    whole = layer(sequence, mask=mask, key_lengths=[4, 5])
    cache = KeyValueCache()
    layer(sequence[:, :3], cache=cache)
    step = layer(sequence[:, 3:], mask=mask, key_lengths=[4, 5], cache=cache)
    assert_close(step, whole[:, 3:])


def test_gradient_crosses_the_cache():
    layer, sequence = random_layer(4), random_sequence(4, 3).requires_grad_()
    cache = KeyValueCache()
    outputs = [layer(sequence[:, t : t + 1], causal=True, cache=cache) for t in range(3)]
    received = torch.autograd.grad(torch.cat(outputs, 1).square().sum(), sequence)[0]
    expected = torch.autograd.grad(layer(sequence, causal=True).square().sum(), sequence)[0]
    assert_close(received, expected, **EXACT)


@pytest.mark.parametrize("shared", [4, 2, 1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_formula_is_what_the_cache_weighs(shared, dtype):
    layer = MultiHeadAttention(12, 4, num_key_value_heads=shared).to(dtype)
    cache = KeyValueCache()
    assert cache.num_bytes == 0
    with torch.no_grad():
        for length in (3, 1, 7):
            layer(random_sequence(5, length).to(dtype), cache=cache)
    expected = cache_bytes(
        1, LENGTH, 12, num_heads=4, num_key_value_heads=shared,
        bytes_per_number=dtype.itemsize, batch_size=BATCH,
    )  # fmt: skip
    assert cache.num_bytes == expected


def test_bytes_by_hand():
    # 2 · 4 camadas · 256 posições · 128 · 4 bytes = 1 MiB; metade das cabeças, metade.
    assert cache_bytes(4, 256, 128, num_heads=8) == 2**20
    assert cache_bytes(4, 256, 128, num_heads=8, num_key_value_heads=4) == 2**19
    assert cache_bytes(3, 5, 14, num_heads=7, bytes_per_number=2, batch_size=11) == 9_240
    assert cache_bytes(0, 5, 14, num_heads=7) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_heads": 0}, r"num_heads=0"),
        ({"num_key_value_heads": 0}, r"num_key_value_heads=0"),
        ({"embed_dim": 0}, r"embed_dim=0"),
        ({"bytes_per_number": 0}, r"bytes_per_number=0"),
        ({"num_layers": -1}, r"num_layers=-1"),
        ({"length": -2}, r"length=-2"),
        ({"batch_size": -3}, r"batch_size=-3"),
        ({"embed_dim": 13}, r"embed_dim=13 deve ser múltiplo de num_heads=4.*Escolha"),
        ({"num_key_value_heads": 3}, r"num_heads=4, e este, de num_key_value_heads=3"),
    ],
)
def test_bytes_refuse_impossible_sizes(changes, message):
    sizes = {"num_layers": 1, "length": 2, "embed_dim": 12, "num_heads": 4, **changes}
    with pytest.raises(ValueError, match=message):
        cache_bytes(**sizes)


def test_bytes_refuse_what_is_not_whole():
    with pytest.raises(TypeError, match=r"length deve ser um inteiro; recebi 2\.5.*int\(length\)"):
        cache_bytes(1, 2.5, 12, num_heads=4)
    with pytest.raises(TypeError, match=r"num_layers deve ser um inteiro; recebi True"):
        cache_bytes(True, 2, 12, num_heads=4)


def piece(*shape, dtype=torch.float32):
    return torch.zeros(shape, dtype=dtype)


@pytest.mark.parametrize(
    ("key", "value", "error", "message"),
    [
        (piece(2, 3, 5), piece(2, 3, 5), ValueError, r"key \(2, 3, 5\).*Separe as cabeças"),
        (piece(2, 3, 1, 5), piece(2, 3, 2, 5), ValueError, r"value \(2, 3, 2, 5\).*penúltimo"),
        (piece(3, 3, 1, 5), piece(3, 3, 1, 5), ValueError, r"key.*\(3, 3, 1, 5\).*guarda"),
        (piece(2, 7, 1, 5), piece(2, 7, 1, 5), ValueError, r"\(2, 7, 1, 5\).*crie outro"),
        (piece(2, 3, 1, 7), piece(2, 3, 1, 5), ValueError, r"key tem a forma \(2, 3, 1, 7\)"),
        (piece(2, 3, 1, 5), piece(2, 3, 1, 7), ValueError, r"value tem a forma \(2, 3, 1, 7\)"),
        (
            piece(2, 3, 1, 5, dtype=torch.float64), piece(2, 3, 1, 5, dtype=torch.float64),
            TypeError, r"cache e key.*float32 e torch\.float64.*key\.to",
        ),
        ([1.0], piece(2, 3, 1, 5), TypeError, r"key deve ser um tensor"),
    ],
)  # fmt: skip
def test_append_refuses_what_does_not_continue(key, value, error, message):
    cache = KeyValueCache()
    cache.append(piece(2, 3, 2, 5), piece(2, 3, 2, 5))
    with pytest.raises(error, match=message):
        cache.append(key, value)
    assert cache.length == 2


def test_append_does_not_change_what_it_receives():
    cache, first = KeyValueCache(), torch.ones(1, 1, 1, 2)
    cache.append(first, first)
    cache.append(2 * first, 3 * first)
    assert torch.equal(first, torch.ones(1, 1, 1, 2))
    assert cache.key.flatten().tolist() == [1, 1, 2, 2]
    assert cache.value.flatten().tolist() == [1, 1, 3, 3]
