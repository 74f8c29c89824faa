"""O que está atrás da máscara não vaza, nem na saída nem no gradiente; o que se vê, se vê."""

import math

import pytest
import torch
from attention.attention_cases import KEYS, QUERIES, random_tensors
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import attend, padding_mask

JUNK = [math.nan, math.inf, -math.inf, 1e300]
LENGTHS = [4, 0]


def padded(seed, heads=True):
    """Tensores com zeros no preenchimento, e a máscara das chaves que valem."""
    query, key, value = random_tensors(seed, heads=heads)
    kept = padding_mask(torch.tensor(LENGTHS), KEYS).transpose(1, 2)  # (B, Tk, 1)
    kept = kept[:, None] if heads else kept
    return query, key.masked_fill(~kept, 0.0), value.masked_fill(~kept, 0.0), kept


def ways_to_hide():
    """Quatro modos de esconder as mesmas chaves."""
    mask = padding_mask(torch.tensor(LENGTHS), KEYS)  # (B, 1, Tk)
    additive = torch.zeros(mask.shape, dtype=torch.float64).masked_fill(~mask, -math.inf)
    return {
        "comprimentos": {"key_lengths": LENGTHS},
        "booleana": {"mask": mask},
        "aditiva": {"mask": additive},
        "causal": {"mask": mask, "causal": True, "window": (6, 2), "softcap": 3.0},
    }


def gradients(tensors, options, loss):
    leaves = [x.clone().requires_grad_() for x in tensors]
    context, weights = attend(*leaves, **options, return_weights=True)
    loss(context, weights).backward()
    return context.detach(), weights.detach(), [leaf.grad for leaf in leaves]


def square(context, weights):
    return context.square().sum() + weights.pow(3).sum()


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("way", ways_to_hide())
@pytest.mark.parametrize("heads", [True, False])
def test_junk_in_the_padding_changes_neither_output_nor_gradient(junk, way, heads):
    query, key, value, kept = padded(0, heads)
    options = ways_to_hide()[way]
    clean = gradients((query, key, value), options, square)
    dirty_tensors = (query, key.masked_fill(~kept, junk), value.masked_fill(~kept, junk))
    dirty = gradients(dirty_tensors, options, square)
    assert torch.equal(dirty[0], clean[0])
    assert torch.equal(dirty[1], clean[1])
    for received, expected in zip(dirty[2], clean[2], strict=True):
        assert received.isfinite().all()
        assert_close(received, expected)


@pytest.mark.parametrize("junk", JUNK[:3])
def test_a_query_that_sees_nothing_may_be_broken_too(junk):
    query, key, value, _ = padded(1)
    broken = query.clone()
    broken[1] = junk  # o segundo exemplo tem comprimento 0
    context, weights, grads = gradients((broken, key, value), {"key_lengths": LENGTHS}, square)
    assert not context[1].any()
    assert not weights[1].any()
    assert all(grad.isfinite().all() for grad in grads)
    assert not grads[0][1].any()


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
def test_empty_rows_have_zero_gradient_and_no_nan_on_the_way():
    query, key, value = random_tensors(2)
    mask = torch.ones(QUERIES, KEYS, dtype=torch.bool)
    mask[3] = False
    with torch.autograd.detect_anomaly(check_nan=True):
        context, weights, grads = gradients((query, key, value), {"mask": mask}, square)
    assert not context[..., 3, :].any()
    assert not weights[..., 3, :].any()
    assert not grads[0][..., 3, :].any()
    assert grads[0][..., :3, :].abs().min() > 0
    assert all(grad.isfinite().all() for grad in grads)


@pytest.mark.parametrize("junk", JUNK[:3])
@pytest.mark.parametrize("where", [1, 2])
def test_the_past_is_untouched_by_a_broken_future(junk, where):
    tensors = list(random_tensors(3, "iguais"))
    whole, whole_weights = attend(*tensors, causal=True, return_weights=True)
    tensors[where] = tensors[where].clone()
    tensors[where][..., 4, :] = junk

    def loss_of_the_past(context, weights):
        return square(context[..., :4, :], weights[..., :4, :])

    context, weights, grads = gradients(tensors, {"causal": True}, loss_of_the_past)
    assert torch.equal(context[..., :4, :], whole[..., :4, :])
    assert torch.equal(weights[..., :4, :], whole_weights[..., :4, :])
    assert context[..., 4:, :].isnan().all()
    assert all(grad.isfinite().all() for grad in grads)


@pytest.mark.parametrize("junk", JUNK[:3])
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("options", [{}, {"causal": True}, {"key_lengths": [7, 3]}])
def test_what_is_visible_and_broken_shows_like_in_the_oracle(junk, where, options):
    tensors = [x.clone() for x in random_tensors(4, "iguais")]
    tensors[where][0, 1, 2, 5] = junk
    expected = reference.attend(*(x.numpy() for x in tensors), **options)
    context, weights, grads = gradients(tensors, options, square)
    assert context.isnan().any()
    assert weights.isnan().any() == (where != 2)
    for received, array in zip((context, weights), expected, strict=True):
        assert_close(received, torch.from_numpy(array), equal_nan=True)
    assert any(grad.isnan().any() for grad in grads)


@pytest.mark.parametrize("softcap", [None, 2.0])
def test_overflow_behind_the_mask_does_not_leak(softcap):
    # 1e200·1e200 estoura: os fatores são finitos, mas o produto é infinito, ou nan na soma.
    query, key, value, kept = padded(5)
    scale = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    options = {"key_lengths": LENGTHS, "softcap": softcap, "scale": scale}
    clean = gradients((query * 1e200, key * 1e-200, value), options, square)
    hidden = (key * 1e-200).masked_fill(~kept, 1e200)
    dirty = gradients((query * 1e200, hidden, value), options, square)
    assert torch.equal(dirty[0], clean[0])
    assert scale.grad.isfinite()
    for received, expected in zip(dirty[2], clean[2], strict=True):
        assert_close(received, expected)


def test_bias_that_is_nan_stays_visible():
    query, key, value = random_tensors(6)
    bias = torch.zeros(QUERIES, KEYS, dtype=torch.float64)
    bias[2, 3] = math.nan
    context = attend(query, key, value, mask=bias)
    assert context[..., 2, :].isnan().all()
    assert context[..., :2, :].isfinite().all()
