"""A volta de um núcleo que só tem a primeira derivada: derivá-la outra vez é um erro claro."""

from __future__ import annotations

from typing import Any, NoReturn

import torch
from torch import Tensor

__all__ = ["FirstDerivative"]


class FirstDerivative(torch.autograd.Function):
    """Base da função que calcula os gradientes; quem herda escreve só a ida dela."""

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> NoReturn:
        """Recusa a segunda derivada.

        Args:
            ctx: o que a ida guardou; não se usa.
            *gradients: gradientes da saída; não se usam.

        Raises:
            RuntimeError: sempre.
        """
        raise RuntimeError(
            "a atenção esparsa só tem a primeira derivada; foi pedida a segunda (create_graph "
            "seguido de outra derivada). Use attend(..., mask=...), que tem todas."
        )
