"""Um núcleo com a volta escrita à mão, que só tem a primeira derivada: o mais é um erro claro."""

from __future__ import annotations

from typing import Any, NoReturn

import torch
from torch import Tensor

__all__ = ["FirstDerivative", "HandWritten"]


class HandWritten(torch.autograd.Function):
    """Base de uma função cuja ida e cuja volta se escrevem à mão.

    Serve ao autograd e a ``torch.func.grad``, ``vjp`` e ``functional_call``; o que pediria uma
    regra a mais é recusado.
    """

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> NoReturn:
        """Recusa a derivada para a frente.

        Args:
            ctx: o que a ida guardou; não se usa.
            *tangents: direções; não se usam.

        Raises:
            RuntimeError: sempre.
        """
        raise RuntimeError(
            "a atenção esparsa só se deriva para trás; recebi uma derivada para a frente "
            "(torch.func.jvp ou jacfwd). Use torch.func.grad ou vjp, ou attend(..., mask=...)."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *arguments: Any) -> NoReturn:
        """Recusa ``torch.func.vmap`` e quem a usa por dentro.

        Args:
            info: tamanho e aleatoriedade do eixo; não se usa.
            in_dims: eixos; não se usam.
            *arguments: argumentos da função; não se usam.

        Raises:
            RuntimeError: sempre.
        """
        raise RuntimeError(
            "a atenção esparsa não se vetoriza com torch.func.vmap (nem com jacrev, que a usa); "
            "recebi tensores de dentro de uma. Empilhe os exemplos no eixo do lote, o primeiro."
        )


class FirstDerivative(HandWritten):
    """Base da função que calcula os gradientes; quem herda escreve só a ida dela."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Nada guarda: a volta da volta não existe.

        Args:
            ctx: onde se guardaria.
            inputs: o que a ida recebeu.
            output: o que ela devolveu.
        """

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
