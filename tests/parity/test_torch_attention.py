"""Paridade com o PyTorch onde a semântica coincide, e as diferenças onde não coincide."""

import pytest
import torch
from attention.attention_cases import (
    BATCH,
    HEADS,
    KEY_HEADS,
    KEYS,
    QUERIES,
    random_options,
    random_tensors,
)
from torch.nn import functional as F
from torch.nn.attention.bias import causal_lower_right
from torch.testing import assert_close

from coursekit.attention import attend, softmax

PRECISIONS = [torch.float32, torch.float64]


def repeated(key, value):
    """Repete as cabeças: ``enable_gqa`` não existe em todas as versões aceitas."""
    return (x.repeat_interleave(HEADS // KEY_HEADS, dim=1) for x in (key, value))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("mask", [None, "booleana-2", "booleana-4", "aditiva-2", "aditiva-4"])
@pytest.mark.parametrize("scale", [None, -0.7])
def test_masks_and_scale_agree_with_sdpa(seed, dtype, mask, scale):
    query, key, value = random_tensors(seed, dtype=dtype)
    chosen = None if mask is None else random_options(mask, seed)["mask"]
    if chosen is not None and chosen.is_floating_point():
        chosen = chosen.to(dtype)
    expected = F.scaled_dot_product_attention(query, *repeated(key, value), chosen, scale=scale)
    assert_close(attend(query, key, value, mask=chosen, scale=scale), expected)


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_square_causal_agrees_with_is_causal(dtype):
    query, key, value = random_tensors(3, "iguais", dtype=dtype)
    expected = F.scaled_dot_product_attention(query, *repeated(key, value), is_causal=True)
    assert_close(attend(query, key, value, causal=True), expected)


def test_rectangular_causal_is_lower_right_and_not_is_causal():
    query, key, value = random_tensors(4)
    key, value = repeated(key, value)
    bias = causal_lower_right(QUERIES, KEYS)
    received = attend(query, key, value, causal=True)
    assert_close(received, F.scaled_dot_product_attention(query, key, value, bias))
    aligned_to_the_start = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    assert (received - aligned_to_the_start).abs().max() > 0.1


def test_empty_row_is_zero_in_both_and_nan_in_multihead_attention():
    query, key, value = random_tensors(5)
    mask = torch.ones(QUERIES, KEYS, dtype=torch.bool)
    mask[2] = False
    expected = F.scaled_dot_product_attention(query, *repeated(key, value), mask)
    received = attend(query, key, value, mask=mask)
    assert not received[..., 2, :].any()
    assert_close(received, expected)
    layer = torch.nn.MultiheadAttention(4, 2, batch_first=True)
    context, _ = layer(*[torch.ones(1, 3, 4)] * 3, attn_mask=torch.ones(3, 3, dtype=torch.bool))
    assert context.isnan().all()


@pytest.mark.parametrize("mask", [None, "booleana-4"])
def test_gradients_agree_with_sdpa(mask):
    tensors = [x.requires_grad_() for x in random_tensors(6)]
    chosen = None if mask is None else random_options(mask, 6)["mask"]
    query, key, value = tensors
    expected = F.scaled_dot_product_attention(query, *repeated(key, value), chosen)
    received = attend(query, key, value, mask=chosen)
    weights = torch.linspace(-1, 1, expected.numel(), dtype=torch.float64).view_as(expected)
    for ours, theirs in zip(
        torch.autograd.grad((received * weights).sum(), tensors),
        torch.autograd.grad((expected * weights).sum(), tensors),
        strict=True,
    ):
        assert_close(ours, theirs)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_low_precision_is_at_least_as_close_to_float64_as_sdpa(dtype):
    query, key, value = random_tensors(7, dtype=dtype, scale=3.0)
    exact = attend(query.double(), key.double(), value.double())
    ours = (attend(query, key, value).double() - exact).abs().max()
    theirs = F.scaled_dot_product_attention(query, *repeated(key, value)).double() - exact
    # Os dois arredondam o mesmo resultado: no pior caso, empatam a menos de meia unidade.
    assert ours <= theirs.abs().max() + torch.finfo(dtype).eps / 2 * exact.abs().max()


@pytest.mark.parametrize("scale", [1e-3, 5.0, 1e7])
def test_softmax_agrees_with_torch(scale):
    generator = torch.Generator().manual_seed(8)
    scores = scale * torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    assert_close(softmax(scores), scores.softmax(-1))


def test_multihead_attention_is_attend_between_projections():
    layer = torch.nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
    sequence = torch.randn(
        BATCH, QUERIES, 6, generator=torch.Generator().manual_seed(9), dtype=torch.float64
    )
    lengths = torch.tensor([5, 3])
    ignored = torch.arange(QUERIES) >= lengths[:, None]  # convenção inversa: True = ignorar
    expected, _ = layer(sequence, sequence, sequence, key_padding_mask=ignored)
    projected = F.linear(sequence, layer.in_proj_weight, layer.in_proj_bias)
    heads = (x.unflatten(-1, (2, 3)).transpose(1, 2) for x in projected.chunk(3, dim=-1))
    context = attend(*heads, key_lengths=lengths).transpose(1, 2).flatten(2)
    assert_close(layer.out_proj(context), expected)
