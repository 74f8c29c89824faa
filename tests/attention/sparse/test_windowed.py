"""A janela só com PyTorch: a versão legível, os dois caminhos do corte, as recusas.

O que toda janela promete, seja qual for a implementação, está em ``test_every_window.py``.
"""

import pytest
import torch
from attention.sparse.sparse_cases import (
    ONE,
    WINDOW_REFUSALS,
    WINDOWS,
    assert_equals_dense,
    assert_same_gradients,
    gradients,
    random_tensors,
)
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.attention.sparse import windowed, windowed_attention, windowed_attention_readable


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), WINDOWS)
@pytest.mark.parametrize("block", [1, 5, 64])
def test_the_readable_version_is_the_same(length, radius, causal, block):
    tensors = random_tensors(length)
    assert_same_gradients(
        lambda *x: windowed_attention_readable(*x, radius, causal=causal, block=block),
        lambda *x: windowed_attention(*x, radius, causal=causal),
        tensors,
    )


def test_many_short_heads_and_one_long_head_use_both_roads():
    # 40 cabeças curtas: o lote é de cabeças; 1 cabeça longa: o lote é de ladrilhos vizinhos.
    for shape, radius in [((1, 40, 131, 5), 3), ((1, 1, 700, 5), 17)]:
        tensors = random_tensors(0, shapes=[shape] * 3)
        for causal in (False, True):
            assert_equals_dense(windowed_attention, tensors, radius, causal=causal)


def test_keys_shared_by_tiles_are_never_summed_at_once(monkeypatch):
    # Somar numa vista que se sobrepõe seria uma corrida entre as linhas de execução.
    monkeypatch.setattr(windowed, "TILE", 4)
    sums = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if function is torch.ops.aten.add_.Tensor and args[0].ndim == 3:
                count, rows, width = args[0].shape
                sums.append((count, rows * width, args[0].stride(0)))
            return function(*args, **(kwargs or {}))

    with Watch():
        gradients(
            lambda *x: windowed_attention(*x, 3), random_tensors(200, shapes=[(1, 1, 200, 2)] * 3)
        )
    assert any(count > 1 for count, _, _ in sums)
    assert all(count == 1 or span <= stride for count, span, stride in sums)


@pytest.mark.parametrize(("options", "error", "message"), WINDOW_REFUSALS)
def test_refusals(options, error, message):
    arguments = {"query": ONE, "key": ONE, "value": ONE, "radius": 1, **options}
    with pytest.raises(error, match=message):
        windowed_attention(**arguments)
    if not {"scale", "key_lengths"} & set(options):
        with pytest.raises(error, match=message):
            windowed_attention_readable(**arguments)


@pytest.mark.parametrize(
    ("block", "error", "message"),
    [
        (-1, ValueError, r"block deve ser pelo menos 1; recebi -1"),
        (0, ValueError, r"block deve ser pelo menos 1; recebi 0"),
        (2.0, TypeError, r"block deve ser um inteiro; recebi float"),
    ],
)
def test_the_readable_version_refuses_a_block_without_queries(block, error, message):
    with pytest.raises(error, match=message):
        windowed_attention_readable(ONE, ONE, ONE, 0, block=block)
