"""Entradas e janelas comuns aos testes da atenção esparsa."""

import torch

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
