"""Custo contado: contra o contador do PyTorch, à mão, e recusas."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from coursekit.attention.sparse import (
    GlobalTokens,
    SlidingWindow,
    Strided,
    attention_flops,
    computed_pairs,
    quadratic_share,
    transformer_flops,
    weight_bytes,
)


def counted(function):
    counter = FlopCounterMode(display=False)
    with counter:
        function()
    return counter.get_total_flops()


@pytest.mark.parametrize(("length", "width"), [(7, 4), (13, 6), (96, 4)])
def test_the_share_is_what_the_flop_counter_sees(length, width):
    x, weight = torch.ones(length, width), torch.ones(width, width)
    wide = torch.ones(width, 4 * width)
    dense = counted(lambda: (x @ x.T) @ x)
    rest = 4 * counted(lambda: x @ weight) + counted(lambda: (x @ wide) @ wide.T)
    assert attention_flops(length * length, width) == dense
    assert transformer_flops(length, width) == rest
    assert quadratic_share(length, width) == pytest.approx(dense / (dense + rest), abs=1e-12)
    assert quadratic_share(length, width) == pytest.approx(length / (6 * width + length), abs=1e-12)


def test_known_shares():
    assert quadratic_share(512, 768) == pytest.approx(0.1, abs=1e-12)  # BERT-base
    assert quadratic_share(2048, 12288) == pytest.approx(2048 / (6 * 12288 + 2048), abs=1e-12)
    assert quadratic_share(6 * 768, 768) == 0.5
    assert quadratic_share(8, 2, pairs=0) == 0.0
    # m = 2: as projeções são 2·n·d²·8; n = d = 1: 4 / (4 + 16).
    assert quadratic_share(1, 1, expansion=2) == 0.2


def test_flops_and_bytes_by_hand():
    assert attention_flops(10, 3, value_width=5) == 2 * 10 * 3 + 2 * 10 * 5
    assert transformer_flops(5, 3) == 24 * 5 * 9
    assert transformer_flops(5, 3, expansion=1) == 12 * 5 * 9
    assert weight_bytes(10, heads=3, bytes_per_number=2) == 60
    assert weight_bytes(10) == 40


@pytest.mark.parametrize("block", [1, 4, 5, 64])
def test_computed_pairs_are_whole_blocks(block):
    pattern = SlidingWindow(2, causal=True) | GlobalTokens(positions=(7,)) | Strided(6)
    length = 23
    mask, total = pattern.mask(length), 0
    for row in range(0, length, block):
        for column in range(0, length, block):
            piece = mask[row : row + block, column : column + block]
            total += piece.size if piece.any() else 0
    assert computed_pairs(pattern, length, block) == total


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: attention_flops(-1, 2), ValueError, r"pairs deve ser pelo menos 0"),
        (lambda: attention_flops(1, 0), ValueError, r"width deve ser pelo menos 1"),
        (lambda: attention_flops(1, 1, value_width=0), ValueError, r"value_width"),
        (lambda: transformer_flops(1.5, 1), TypeError, r"length deve ser um inteiro"),
        (lambda: transformer_flops(1, 1, expansion=0), ValueError, r"expansion"),
        (lambda: quadratic_share(0, 1), ValueError, r"length deve ser pelo menos 1"),
        (lambda: weight_bytes(1, heads=0), ValueError, r"heads"),
        (lambda: weight_bytes(1, bytes_per_number=0), ValueError, r"bytes_per_number"),
        (lambda: computed_pairs(Strided(1), 4, 0), ValueError, r"block deve ser"),
        (lambda: computed_pairs(3, 4, 2), TypeError, r"padrão; recebi int.*SlidingWindow"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
