"""Máscaras causal, de janela e de preenchimento: desenhos, relações entre elas e recusas."""

import numpy as np
import pytest
import torch

from coursekit.attention import causal_mask, padding_mask, window_mask


def drawing(*lines):
    """Lê um desenho: ``x`` onde se vê, ``.`` onde não."""
    return torch.tensor([[mark == "x" for mark in line] for line in lines])


@pytest.mark.parametrize(
    ("q_len", "k_len", "expected"),
    [
        (3, 3, drawing("x..", "xx.", "xxx")),
        (3, 5, drawing("xxx..", "xxxx.", "xxxxx")),
        (3, 2, drawing("..", "x.", "xx")),
        (1, 4, drawing("xxxx")),
    ],
)
def test_causal_drawings(q_len, k_len, expected):
    mask = causal_mask(q_len, k_len)
    assert mask.dtype == torch.bool
    assert torch.equal(mask, expected)
    assert torch.equal(window_mask(q_len, k_len, None, 0), expected)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((1, 1), drawing("xx..", "xxx.", ".xxx", "..xx")),
        ((1, 0), drawing("x...", "xx..", ".xx.", "..xx")),
        ((None, 1), drawing("xx..", "xxx.", "xxxx", "xxxx")),
        ((0, None), drawing("xxxx", ".xxx", "..xx", "...x")),
        ((None, None), drawing("xxxx", "xxxx", "xxxx", "xxxx")),
        ((0, 0), drawing("x...", ".x..", "..x.", "...x")),
        ((9, 9), drawing("xxxx", "xxxx", "xxxx", "xxxx")),
    ],
)
def test_window_drawings(sides, expected):
    assert torch.equal(window_mask(4, 4, *sides), expected)


def test_window_is_aligned_to_the_end():
    # A última linha é a mesma, tenha a consulta companhia ou não: é assim que se gera com cache.
    whole = window_mask(7, 7, 2, 1)
    for q_len in (1, 3, 5):
        assert torch.equal(window_mask(q_len, 7, 2, 1), whole[-q_len:])
        assert torch.equal(causal_mask(q_len, 7), causal_mask(7, 7)[-q_len:])


def test_padding_counts_keys_and_leaves_an_axis_for_the_queries():
    mask = padding_mask(torch.tensor([3, 1, 0, 4]), 4)
    assert mask.shape == (4, 1, 4)
    assert torch.equal(mask[:, 0], drawing("xxx.", "x...", "....", "xxxx"))
    assert mask.device == torch.device("cpu")


def test_empty_sizes():
    assert causal_mask(0, 3).shape == (0, 3)
    assert window_mask(2, 0, 1, 1).shape == (2, 0)
    assert padding_mask(torch.zeros(2, dtype=torch.int32), 0).shape == (2, 1, 0)


def test_follows_the_device_and_keeps_the_argument():
    assert causal_mask(2, 3, device="meta").device.type == "meta"
    assert window_mask(2, 3, 1, 1, device="meta").device.type == "meta"
    lengths = torch.tensor([2, 1])
    padding_mask(lengths, 3)
    assert lengths.tolist() == [2, 1]


def test_numpy_integers_are_integers():
    assert causal_mask(np.int64(2), np.int32(2)).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: causal_mask(2.0, 3), TypeError, r"q_len.*inteiro; recebi float.*query\.shape"),
        (lambda: causal_mask(2, True), TypeError, r"k_len.*inteiro; recebi bool.*key\.shape"),
        (lambda: causal_mask(2, -1), ValueError, r"k_len.*negativo; recebi -1.*key\.shape"),
        (lambda: window_mask(2, 2, -1, 0), ValueError, r"left.*negativo; recebi -1.*Use None"),
        (lambda: window_mask(2, 2, 0, 0.5), TypeError, r"right.*inteiro; recebi float.*Use None"),
        (lambda: padding_mask([1], 2), TypeError, r"tensor de inteiros; recebi list.*as_tensor"),
        (lambda: padding_mask(torch.ones(2), 2), TypeError, r"inteiros; recebi torch\.float32"),
        (
            lambda: padding_mask(torch.ones(2, dtype=torch.bool), 2),
            TypeError,
            r"recebi torch\.bool.*sum\(dim=-1\)",
        ),
        (
            lambda: padding_mask(torch.ones(2, 1).int(), 2),
            ValueError,
            r"\(B,\).*recebi \(2, 1\).*reshape",
        ),
        (lambda: padding_mask(torch.tensor([3]), 2), ValueError, r"k_len=2; recebi \[3\].*Corte"),
        (lambda: padding_mask(torch.tensor([-1]), 2), ValueError, r"entre 0 e.*recebi \[-1\]"),
        (lambda: padding_mask(torch.tensor([1]), -2), ValueError, r"k_len.*negativo; recebi -2"),
    ],
)
def test_refusals_say_what_came_and_how_to_mend(call, error, message):
    with pytest.raises(error, match=message):
        call()
