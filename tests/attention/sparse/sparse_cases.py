"""Entradas, janelas, oráculo e recusas comuns aos testes da atenção esparsa."""

import math

import torch
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.attention import attend

EXACT = {"rtol": 1e-10, "atol": 1e-10}
# Comprimento, raio: sem resto e com resto no ladrilho, janela maior que a sequência, raio 0.
WINDOWS = [
    (1, 0), (1, 5), (2, 1), (7, 0), (7, 3), (13, 2), (13, 12), (13, 40), (29, 5), (64, 3), (97, 11),
]  # fmt: skip
BATCH, HEADS, WIDTH, VALUE_WIDTH = 2, 3, 5, 7


def random_tensors(length, *, seed=0, heads=HEADS, dtype=torch.float64, shapes=None):
    """Sorteia (query, key, value), de tamanhos primos e distintos."""
    generator = torch.Generator().manual_seed(seed)
    head = () if heads is None else (heads,)
    sizes = shapes or [(BATCH, *head, length, w) for w in (WIDTH, WIDTH, VALUE_WIDTH)]
    return tuple(
        torch.randn(size, generator=generator, dtype=torch.float64).to(dtype) for size in sizes
    )


def gradients(function, tensors, seed=9):
    """Saída e gradientes de uma soma pesada ao acaso."""
    inputs = [x.detach().clone().requires_grad_() for x in tensors]
    output = function(*inputs)
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(output.shape, generator=generator, dtype=torch.float64)
    (output * weights.to(output.dtype)).sum().backward()
    return [output.detach(), *(x.grad for x in inputs)]


def dense(radius, *, causal=False, **options):
    """A mesma janela pelo caminho denso, com a máscara inteira."""

    def attention(query, key, value):
        place = torch.arange(query.shape[-2])
        ahead = place - place[:, None]
        mask = (ahead >= -radius) & (ahead <= (0 if causal else radius))
        return attend(query, key, value, mask=mask, **options)

    return attention


def assert_same(received, expected, **tolerance):
    """Confere uma lista de tensores, um a um."""
    assert len(received) == len(expected)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **{**EXACT, **tolerance})


def assert_same_gradients(function, other, tensors, *, equal_nan=False):
    """Confere a saída e os três gradientes de duas funções; devolve os da primeira."""
    received = gradients(function, tensors)
    assert_same(received, gradients(other, tensors), equal_nan=equal_nan)
    return received


def assert_equals_dense(window, tensors, radius, *, equal_nan=False, **options):
    """Confere uma janela contra a densa; devolve a saída e os gradientes dela."""
    return assert_same_gradients(
        lambda *x: window(*x, radius, **options), dense(radius, **options), tensors,
        equal_nan=equal_nan,
    )  # fmt: skip


def largest_allocation(function, tensors):
    """O maior tensor de toda a ida e volta, em números de 4 bytes."""
    largest = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            nonlocal largest
            result = operation(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor):
                largest = max(largest, result.untyped_storage().nbytes() // 4)
            return result

    with Watch():
        gradients(function, tensors)
    return largest


ONE = torch.ones(2, 3, 5)
# O que toda atenção esparsa recusa: o argumento trocado, o erro e a mensagem.
REFUSALS = [
    ({"query": ONE[:, :2]}, ValueError, r"2 consultas e 3 chaves.*window=\(radius, 0\)"),
    ({"query": [[1.0]]}, TypeError, r"query deve ser um tensor.*list.*as_tensor"),
    ({"key": ONE[..., :4]}, ValueError, r"query \(2, 3, 5\), key \(2, 3, 4\).*largura D"),
    ({"scale": "1"}, TypeError, r"scale deve ser um número"),
    ({"scale": math.nan}, ValueError, r"scale deve ser finito.*nan"),
    ({"key_lengths": [1, 2, 3]}, ValueError, r"key_lengths.*\(B,\) = \(2,\).*\(3,\)"),
    ({"key_lengths": [1, 4]}, ValueError, r"entre 0 e k_len=3.*\[1, 4\]"),
    ({"key_lengths": [1.0, 2.0]}, TypeError, r"tensor de inteiros.*float32"),
    ({"key_lengths": 3}, ValueError, r"key_lengths.*\(B,\) = \(2,\).*recebi \(\)"),
    ({"key_lengths": "três"}, TypeError, r"key_lengths.*inteiros.*'três'.*key_lengths=\["),
    ({"key_lengths": [None, 2]}, TypeError, r"key_lengths.*inteiros.*recebi \[None, 2\]"),
    ({"key_lengths": [10**30, 2]}, ValueError, r"key_lengths.*inteiros.*recebi \[10{30}, 2\]"),
]
WINDOW_REFUSALS = [
    *REFUSALS,
    ({"radius": 1.5}, TypeError, r"radius deve ser um inteiro.*float.*radius=128"),
    ({"radius": True}, TypeError, r"radius deve ser um inteiro.*bool"),
    ({"radius": -1}, ValueError, r"radius não pode ser negativo.*-1.*radius=0"),
    ({"causal": 1}, TypeError, r"causal deve ser True ou False.*int"),
]
