"""Paridade com ``torch.nn.MultiheadAttention``: saídas, pesos e gradientes, em float64."""

import pytest
import torch
from attention.multihead_cases import BATCH, EXACT, KEYS, QUERIES, random_mask, random_sequence
from torch.testing import assert_close

from coursekit.attention import (
    MultiHeadAttention,
    multihead_state_from_torch,
    multihead_state_to_torch,
)

SIZES = [(6, 1), (6, 3), (12, 4), (14, 7)]
MASKS = [None, "causal", "bool-2", "bool-3", "bool-4", "float-2", "lengths"]


def peer_layer(width, num_heads, bias, seed=0):
    """Camada do PyTorch com todos os pesos sorteados."""
    peer = torch.nn.MultiheadAttention(
        width, num_heads, bias=bias, batch_first=True, dtype=torch.float64
    )
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in peer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return peer


def chosen_mask(name, num_heads, q_len, k_len):
    """A mesma máscara nas duas convenções: a do curso e a do PyTorch (True = escondido)."""
    if name is None:
        return {}, {}
    if name == "causal":
        return {"causal": True}, {"attn_mask": torch.ones(q_len, k_len).tril() == 0}
    if name == "lengths":
        lengths = torch.tensor([3, k_len])
        hidden = torch.arange(k_len) >= lengths[:, None]
        return {"key_lengths": lengths}, {"key_padding_mask": hidden}
    mask = random_mask(name, 1, num_heads, q_len, k_len)
    # A linha vazia é nan no PyTorch: deixa-se à vista a última chave de todas.
    mask[..., -1] = True if mask.dtype == torch.bool else 0.0
    theirs = ~mask if mask.dtype == torch.bool else mask
    if mask.ndim == 3:
        theirs = theirs[:, None].expand(-1, num_heads, -1, -1)
    return {"mask": mask}, {"attn_mask": theirs.flatten(0, 1) if mask.ndim > 2 else theirs}


@pytest.mark.parametrize(("width", "num_heads"), SIZES)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("cross", [True, False])
def test_outputs_weights_and_gradients_agree(width, num_heads, mask, bias, cross):
    peer = peer_layer(width, num_heads, bias)
    layer = MultiHeadAttention(width, num_heads, bias=bias).double()
    layer.load_state_dict(multihead_state_from_torch(peer.state_dict()))
    query = random_sequence(1, QUERIES, width=width).requires_grad_()
    key = random_sequence(2, QUERIES if mask == "causal" else KEYS, width=width).requires_grad_()
    source = key if cross else query
    ours, theirs = chosen_mask(mask, num_heads, QUERIES, source.shape[1])
    received = layer(query, source, **ours, return_weights=True)
    expected = peer(query, source, source, **theirs, average_attn_weights=False)
    for tensor, wanted in zip(received, expected, strict=True):
        assert_close(tensor, wanted, **EXACT)

    upstream = random_sequence(3, QUERIES, width=width)
    inputs = (query, key) if cross else (query,)
    mine = torch.autograd.grad((received[0] * upstream).sum(), (*inputs, *layer.parameters()))
    yours = torch.autograd.grad((expected[0] * upstream).sum(), (*inputs, *peer.parameters()))
    for gradient, wanted in zip(mine[: len(inputs)], yours[: len(inputs)], strict=True):
        assert_close(gradient, wanted, **EXACT)
    names = [name for name, _ in peer.named_parameters()]
    packed = multihead_state_from_torch(dict(zip(names, yours[len(inputs) :], strict=True)))
    for (name, _), gradient in zip(layer.named_parameters(), mine[len(inputs) :], strict=True):
        assert_close(gradient, packed[name], **EXACT)


@pytest.mark.parametrize("bias", [True, False])
def test_conversion_there_and_back_is_exact(bias):
    state = peer_layer(6, 3, bias).state_dict()
    layer = MultiHeadAttention(6, 3, bias=bias).double()
    layer.load_state_dict(multihead_state_from_torch(state))
    back = multihead_state_to_torch(layer)
    assert set(back) == set(state)
    assert all(torch.equal(back[name], state[name]) for name in state)
    with torch.no_grad():
        layer.query_projection.weight.zero_()
        layer.output_projection.weight.zero_()
    assert all(tensor.any() for tensor in back.values())  # cópias, e não vistas


@pytest.mark.parametrize("shared", [1, 2, 3, 6])
@pytest.mark.parametrize("bias", [True, False])
def test_grouped_heads_go_into_torch_repeated(shared, bias):
    generator = torch.Generator().manual_seed(4)
    layer = MultiHeadAttention(12, 6, num_key_value_heads=shared, bias=bias).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    peer = peer_layer(12, 6, bias)
    peer.load_state_dict(multihead_state_to_torch(layer))
    sequence = random_sequence(5, KEYS)
    assert_close(layer(sequence), peer(sequence, sequence, sequence)[0], **EXACT)


def test_the_empty_row_is_where_we_differ():
    peer = peer_layer(6, 3, True)
    layer = MultiHeadAttention(6, 3).double()
    layer.load_state_dict(multihead_state_from_torch(peer.state_dict()))
    sequence = random_sequence(6, QUERIES, width=6)
    mask = torch.ones(QUERIES, QUERIES, dtype=torch.bool)
    mask[1] = False
    theirs, _ = peer(sequence, sequence, sequence, attn_mask=~mask)
    ours = layer(sequence, mask=mask)
    assert theirs[:, 1].isnan().all()
    assert_close(ours[:, 1], layer.output_projection.bias.expand(BATCH, -1))
    others = [0, 2, 3, 4]
    assert_close(ours[:, others], theirs[:, others], **EXACT)
