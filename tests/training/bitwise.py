"""Comparação bit a bit de árvores de estado, para os testes de retomada."""

from typing import Any

import torch


def same_bits(first: Any, second: Any) -> bool:
    """Mesmos tipos, chaves, ordem e bits; ``nan`` é igual a ``nan`` e 0.0 difere de -0.0."""
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return _raw(first) == _raw(second)
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(same_bits(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same_bits, first, second))
    return repr(first) == repr(second)


def _raw(tensor: torch.Tensor) -> tuple[str, tuple[int, ...], bytes]:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return str(tensor.dtype), tuple(tensor.shape), flat.view(torch.uint8).numpy().tobytes()
