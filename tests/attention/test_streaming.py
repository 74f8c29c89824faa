"""Softmax em fluxo e atenção em fluxo: à mão, oráculo, gradiente, bordas, recusas."""

import math

import pytest
import torch
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import attend, online_softmax, streaming_attention

EXACT = {"rtol": 1e-10, "atol": 1e-10}


def random(*shape, seed=0, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64) * scale


def tensors(seed, q_len=5, k_len=11, *, heads=True, scale=1.0):
    head = (3,) if heads else ()
    shapes = [(2, *head, q_len, 4), (2, *head, k_len, 4), (2, *head, k_len, 7)]
    query, key, value = (random(*s, seed=seed + 10 * n) for n, s in enumerate(shapes))
    return query * scale, key, value


def test_softmax_by_hand():
    # e^0 : e^{ln 3} = 1 : 3; o segundo sobe o máximo e corrige a soma do primeiro.
    scores = torch.tensor([[0.0, math.log(3.0)], [math.log(3.0), 0.0]])
    assert_close(online_softmax(scores), torch.tensor([[0.25, 0.75], [0.75, 0.25]]))


@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (2, 3, 7)])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e7])
@pytest.mark.parametrize("seed", [0, 1])
def test_softmax_agrees_with_oracle(shape, scale, seed):
    scores = random(*shape, seed=seed, scale=scale)
    expected = torch.from_numpy(reference.softmax(scores.numpy()))
    assert_close(online_softmax(scores), expected, **EXACT)


def test_softmax_with_nothing_to_see():
    hidden = -math.inf
    scores = torch.tensor([[hidden, 2.0, hidden], [hidden] * 3]).requires_grad_()
    weights = online_softmax(scores)
    assert weights.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    weights.square().sum().backward()
    assert scores.grad.isfinite().all()
    assert online_softmax(torch.ones(2, 0)).shape == (2, 0)


def test_softmax_gradients():
    assert torch.autograd.gradcheck(online_softmax, random(2, 5).requires_grad_())


@pytest.mark.parametrize("block", [1, 3, 11, 64])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("sizes", [(5, 11), (11, 11), (13, 11)])
@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_attention_agrees_with_oracle(block, causal, sizes, heads, scale):
    several = tensors(1, *sizes, heads=heads, scale=scale)
    expected, _ = reference.attend(*(x.numpy() for x in several), causal=causal)
    received = streaming_attention(*several, causal=causal, block=block)
    assert_close(received, torch.from_numpy(expected), **EXACT)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_gradients(causal):
    inputs = [tuple(x.clone().requires_grad_() for x in tensors(2, 13, 11)) for _ in range(2)]
    weights = random(2, 3, 13, 7, seed=3)
    (streaming_attention(*inputs[0], causal=causal, block=4) * weights).sum().backward()
    (attend(*inputs[1], causal=causal) * weights).sum().backward()
    for mine, theirs in zip(*inputs, strict=True):
        assert_close(mine.grad, theirs.grad, **EXACT)


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("sizes", [(5, 11), (13, 11)])
def test_broken_numbers_show_only_where_they_are_seen(sizes, causal, where, broken):
    results = []
    for form in (lambda *x: streaming_attention(*x, causal=causal, block=4),
                 lambda *x: attend(*x, causal=causal)):  # fmt: skip
        inputs = [x.clone() for x in tensors(5, *sizes)]
        inputs[where][..., -2:-1, 1] = broken
        inputs = [x.requires_grad_() for x in inputs]
        output = form(*inputs)
        weights = random(*output.shape, seed=6) * output.detach().isfinite()
        (output.nan_to_num() * weights).sum().backward()
        results.append((output, *(x.grad for x in inputs)))
    for mine, theirs in zip(*results, strict=True):
        assert_close(mine, theirs, equal_nan=True, **EXACT)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_low_precision_only_rounds_the_result(dtype):
    rounded = [x.to(dtype) for x in tensors(8, 5, 499)]
    exact = streaming_attention(*(x.float() for x in rounded), block=8)
    received = streaming_attention(*rounded, block=8)
    assert received.dtype == dtype
    assert torch.equal(received, exact.to(dtype))


def test_empty_axes_and_untouched_arguments():
    query, key, value = tensors(4)
    copies = [x.clone() for x in (query, key, value)]
    nothing = streaming_attention(query, key[..., :0, :], value[..., :0, :])
    assert nothing.shape == (2, 3, 5, 7)
    assert not nothing.any()
    assert streaming_attention(query[..., :0, :], key, value).shape == (2, 3, 0, 7)
    for now, before in zip((query, key, value), copies, strict=True):
        assert torch.equal(now, before)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda q, k, v: streaming_attention(q, k, v, block=0), ValueError, r"block.*pelo menos 1"),
        (lambda q, k, v: streaming_attention(q, k, v, block=2.0), TypeError, r"block.*float"),
        (lambda q, k, v: streaming_attention(q, k, v, block=True), TypeError, r"block.*bool"),
        (lambda q, k, v: streaming_attention(q, k, v, causal=0), TypeError, r"causal"),
        (
            lambda q, k, v: streaming_attention(q, k[:, :1], v[:, :1]),
            ValueError,
            r"3 cabeças.*1 de",
        ),
        (lambda q, k, v: streaming_attention(q, k[..., :2], v), ValueError, r"largura D"),
        (lambda q, k, v: online_softmax(q.sum()), ValueError, r"ao menos um eixo.*reshape\(1\)"),
        (lambda q, k, v: online_softmax([0.0]), TypeError, r"scores deve ser um tensor"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(*tensors(5))
