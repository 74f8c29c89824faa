"""Quanto a volta escreve: conta os números que a retropropagação produz.

O tempo muda com a máquina; esta contagem não. Serve para ver de onde vem o custo da volta.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ["count_backward_writes"]


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Soma o tamanho do que cada operação cria; visões do que já existia não contam."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total: int = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {_address(leaf) for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)}
        created = (leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor))
        self.total += sum(leaf.numel() for leaf in created if _address(leaf) not in given)
        return result


def _address(tensor: Tensor) -> int:
    """Onde mora a memória do tensor."""
    return tensor.untyped_storage().data_ptr()


def count_backward_writes(loss: Tensor) -> int:
    """Retropropaga e conta os números que as operações da volta criam na memória.

    A contagem é determinada pelo grafo: não depende da máquina nem dos valores. Uma visão,
    como a transposta, não cria nada e não conta.

    Args:
        loss: escalar com gradiente; a chamada preenche ``.grad``, como ``loss.backward()``.

    Returns:
        Quantidade de números, maior que zero.

    Raises:
        ValueError: se ``loss`` não for escalar ou não depender de nada que peça gradiente.

    Example:
        >>> import torch
        >>> weight = torch.ones(5, requires_grad=True)
        >>> count_backward_writes(weight.sum())  # o gradiente da soma, e a cópia em .grad
        6
    """
    if loss.numel() != 1 or not loss.requires_grad:
        raise ValueError(
            f"loss deve ser um escalar com gradiente; recebi forma {tuple(loss.shape)} e "
            f"requires_grad={loss.requires_grad}. Some as saídas de uma camada com parâmetros."
        )
    with _Counter() as counter:
        loss.backward()  # type: ignore[no-untyped-call]
    total: int = counter.total
    return total
