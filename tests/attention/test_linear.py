"""Atenção linear: à mão, oráculo, as duas formas, invariantes, recusas."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import elu_features, linear_attention, linear_attention_recurrent

EXACT = {"rtol": 1e-10, "atol": 1e-10}


def tensors(seed, q_len=5, k_len=7, *, heads=True, dtype=torch.float64, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    head = (3,) if heads else ()
    shapes = [(2, *head, q_len, 4), (2, *head, k_len, 4), (2, *head, k_len, 6)]
    query, key, value = (
        torch.randn(s, generator=generator, dtype=torch.float64).to(dtype) for s in shapes
    )
    return query * scale, key * scale, value


def test_matches_hand_computation():
    # φ(0) = 1 e φ(2) = 3; a consulta φ(0) = 1: pesos 1 : 3, (1·4 + 3·8)/4 = 7.
    query = torch.zeros(1, 2, 1)
    key, value = torch.tensor([[[0.0], [2.0]]]), torch.tensor([[[4.0], [8.0]]])
    assert_close(linear_attention(query, key, value), torch.tensor([[[7.0], [7.0]]]))
    causal = torch.tensor([[[4.0], [7.0]]])
    assert_close(linear_attention(query, key, value, causal=True), causal)
    assert_close(linear_attention_recurrent(query, key, value), causal)
    assert elu_features(torch.tensor(-1.0)).item() == pytest.approx(math.exp(-1))


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize(("seed", "scale"), [(0, 1e-2), (1, 1.0), (2, 20.0)])
def test_agrees_with_oracle(seed, scale, heads):
    several = tensors(seed, heads=heads, scale=scale)
    expected = reference.linear_attention(*(x.numpy() for x in several))
    assert_close(linear_attention(*several), torch.from_numpy(expected), **EXACT)
    same = tensors(seed, 7, 7, heads=heads, scale=scale)
    expected = reference.linear_attention(*(x.numpy() for x in same), causal=True)
    assert_close(linear_attention(*same, causal=True), torch.from_numpy(expected), **EXACT)
    assert_close(linear_attention_recurrent(*same), torch.from_numpy(expected), **EXACT)


def test_other_feature_maps_and_empty_denominators():
    query, key, value = tensors(3, 7, 7)
    key[0, 0, :4] = -1.0  # com relu, as quatro primeiras chaves somem
    relu = torch.nn.functional.relu
    expected = torch.from_numpy(
        reference.linear_attention(
            query.numpy(), key.numpy(), value.numpy(), causal=True,
            feature_map=lambda x: np.maximum(x, 0),
        )
    )  # fmt: skip
    inputs = [x.requires_grad_() for x in (query, key, value)]
    parallel = linear_attention(*inputs, causal=True, feature_map=relu)
    assert_close(parallel, expected, **EXACT)
    assert not parallel[0, 0, :4].any()
    recurrent = linear_attention_recurrent(*inputs, feature_map=relu)
    assert_close(recurrent, expected, **EXACT)
    (parallel + recurrent).sum().backward()
    assert all(x.grad.isfinite().all() for x in inputs)


def test_a_feature_map_may_change_the_width():
    def squares(x):
        return torch.cat([x.square(), torch.ones_like(x)], dim=-1)

    several = tensors(4, 7, 7)
    assert_close(
        linear_attention(*several, causal=True, feature_map=squares),
        linear_attention_recurrent(*several, feature_map=squares),
        **EXACT,
    )


def test_the_context_is_a_mean_and_the_order_of_keys_does_not_matter():
    query, key, value = tensors(5)
    context = linear_attention(query, key, value)
    assert (context <= value.amax(-2, keepdim=True) + 1e-12).all()
    assert (context >= value.amin(-2, keepdim=True) - 1e-12).all()
    order = torch.randperm(7, generator=torch.Generator().manual_seed(0))
    assert_close(linear_attention(query, key[..., order, :], value[..., order, :]), context)


def test_gradients_of_both_forms():
    inputs = tuple(x[:1, :1, :4, :2].clone().requires_grad_() for x in tensors(6, 4, 4))
    for form in (
        linear_attention,
        linear_attention_recurrent,
        lambda *x: linear_attention(*x, causal=True),
    ):
        assert torch.autograd.gradcheck(form, inputs)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_types_and_empty_axes(dtype):
    several = tensors(7, 5, 5, dtype=dtype)
    copies = [x.clone() for x in several]
    assert linear_attention(*several, causal=True).dtype == dtype
    assert linear_attention_recurrent(*several).dtype == dtype
    assert all(torch.equal(a, b) for a, b in zip(several, copies, strict=True))
    query, key, value = tensors(8, dtype=dtype)
    nothing = linear_attention(query, key[..., :0, :], value[..., :0, :])
    assert nothing.shape == (2, 3, 5, 6)
    assert not nothing.any()
    empty = [x[..., :0, :] for x in several]
    assert linear_attention_recurrent(*empty).shape == (2, 3, 0, 6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize(
    "form",
    [
        linear_attention,
        lambda *x: linear_attention(*x, causal=True),
        linear_attention_recurrent,
    ],
)
def test_low_precision_only_rounds_the_result(form, dtype):
    # 499 chaves de atributo 1: em bfloat16, uma soma corrida de uns pararia em 256.
    query, key, value = (torch.zeros(1, 499, size, dtype=dtype) for size in (3, 3, 2))
    value[:, 300:] = 1
    received = form(query, key, value)
    assert received.dtype == dtype
    assert torch.equal(received, form(query.float(), key.float(), value.float()).to(dtype))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda q, k, v: linear_attention(q, k, v, causal=True), ValueError, r"5 consultas e 7"),
        (linear_attention_recurrent, ValueError, r"5 consultas e 7 chaves.*causal=False"),
        (lambda q, k, v: linear_attention(q, k, v, causal=1), TypeError, r"causal deve ser"),
        (lambda q, k, v: linear_attention(q, k[:, :1], v[:, :1]), ValueError, r"repeat_interleave"),
        (lambda q, k, v: linear_attention(q, k.float(), v), TypeError, r"query e key"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(*tensors(9))
