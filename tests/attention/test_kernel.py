"""Regressão por núcleo como atenção: à mão, oráculo, limites, gradiente e recusas."""

import math

import pytest
import torch
from torch.testing import assert_close

from coursekit import reference
from coursekit.attention import kernel_regression

X = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
Y = torch.tensor([2.0, 4.0, -1.0], dtype=torch.float64)


def test_matches_hand_computation():
    # Em x = 0 com h = 1, núcleos 1, e^{−1/2}, e^{−9/2}.
    a, b = math.exp(-0.5), math.exp(-4.5)
    expected = torch.tensor([(2 + 4 * a - b) / (1 + a + b)], dtype=torch.float64)
    assert_close(kernel_regression(X[:1], X, Y, bandwidth=1.0), expected)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("bandwidth", [1e-3, 0.4, 30.0])
@pytest.mark.parametrize(
    "shapes", [((5,), (7,), (7,)), ((5, 3), (7, 3), (7,)), ((5, 3), (7, 3), (7, 2))]
)
def test_agrees_with_oracle(shapes, bandwidth, seed):
    generator = torch.Generator().manual_seed(seed)
    inputs = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    expected = reference.kernel_regression(*(x.numpy() for x in inputs), bandwidth)
    received = kernel_regression(*inputs, bandwidth)
    assert_close(received, torch.from_numpy(expected), rtol=1e-10, atol=1e-10)


def test_tiny_bandwidth_is_the_nearest_neighbour_and_a_huge_one_is_the_mean():
    queries = torch.tensor([0.4, 2.5, 50.0], dtype=torch.float64)
    assert kernel_regression(queries, X, Y, 1e-6).tolist() == [2, -1, -1]
    assert_close(kernel_regression(queries, X, Y, 1e6), Y.mean().expand(3), rtol=1e-8, atol=0)


def test_mask_leaves_one_out():
    mask = ~torch.eye(3, dtype=torch.bool)
    expected = torch.cat(
        [kernel_regression(X[i : i + 1], X[mask[i]], Y[mask[i]], 0.8) for i in range(3)]
    )
    assert_close(kernel_regression(X, X, Y, 0.8, mask=mask), expected)
    alone = kernel_regression(X[:1], X[:1], Y[:1], 0.8, mask=torch.tensor([[False]]))
    assert alone.tolist() == [0]


def test_gradient_reaches_the_bandwidth():
    bandwidth = torch.tensor([0.6], dtype=torch.float64, requires_grad=True)
    mask = ~torch.eye(3, dtype=torch.bool)
    inputs = (X.clone().requires_grad_(), Y.clone().requires_grad_(), bandwidth)
    assert torch.autograd.gradcheck(
        lambda x, y, h: kernel_regression(x, x, y, h, mask=mask), inputs
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_keeps_dtype_shape_and_arguments(dtype):
    x, y = X.to(dtype), Y.to(dtype)
    copies = x.clone(), y.clone()
    result = kernel_regression(torch.ones(2, 5, 1, dtype=dtype), x, y[:, None], 1.0)
    assert (result.dtype, result.shape) == (dtype, (2, 5, 1))
    assert torch.equal(x, copies[0])
    assert torch.equal(y, copies[1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kernel_regression(X, X, Y.float(), 1.0), TypeError, r"value.*float32.*value\.to"),
        (
            lambda: kernel_regression(X, X, Y[:2], 1.0),
            ValueError,
            r"value \(2,\) e key \(3,\).*Confira",
        ),
        (lambda: kernel_regression(X, X, Y[0], 1.0), ValueError, r"value \(\) e key \(3,\)"),
        (
            lambda: kernel_regression(X.expand(2, 5, 3), X.expand(2, 7, 3), X.expand(3, 7, 3), 1.0),
            ValueError,
            r"value \(3, 7, 3\).*lote",
        ),
        (
            lambda: kernel_regression(X[:, None].expand(3, 2), X, Y, 1.0),
            ValueError,
            r"mesma largura",
        ),
        (lambda: kernel_regression(X, X, Y, -1.0), ValueError, r"bandwidth.*recebi -1"),
        (
            lambda: kernel_regression(X, X, Y, 1.0, mask=torch.eye(3)),
            TypeError,
            r"booleano.*float32",
        ),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
