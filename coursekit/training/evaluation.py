"""Modo de avaliação, com volta garantida ao modo anterior."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[nn.Module]:
    """Põe o modelo em avaliação e sem gradiente; ao sair, cada módulo volta ao modo que tinha.

    Args:
        model: o modelo.

    Yields:
        O mesmo modelo, com *dropout* desligado e sem registrar gradiente.

    Example:
        >>> layer = nn.Dropout(0.5)
        >>> with evaluation_mode(layer):
        ...     layer(torch.ones(3))
        tensor([1., 1., 1.])
        >>> layer.training
        True
    """
    with modes_kept(model), torch.no_grad():
        model.eval()
        yield model


@contextmanager
def modes_kept(model: nn.Module) -> Iterator[None]:
    """Devolve cada módulo, ao sair, ao modo (treino ou avaliação) em que estava.

    Args:
        model: o modelo.

    Yields:
        Nada.
    """
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
