r"""Duas leituras da mesma sequência: a da esquerda, a da direita e como se juntam.

A leitura inversa devolve as saídas na ordem em que as produziu, do fim para o começo.
Antes de juntá-las às da direta é preciso pô-las de volta na ordem da entrada; quem
esquece esse passo junta a posição :math:`t` de uma com a :math:`T - 1 - t` da outra.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

__all__ = [
    "OneDirection",
    "TwoPasses",
    "dependency_map",
    "keep_reading_order",
    "restore_time_order",
]


def restore_time_order(outputs: Tensor) -> Tensor:
    """Põe as saídas da leitura inversa de volta na ordem da entrada.

    Args:
        outputs: saídas na ordem em que foram produzidas, forma ``(B, T, H)``.

    Returns:
        Tensor novo, com o tempo invertido.

    Example:
        >>> restore_time_order(torch.tensor([[[3.0], [2.0], [1.0]]])).flatten()
        tensor([1., 2., 3.])
    """
    return outputs.flip(1)


def keep_reading_order(outputs: Tensor) -> Tensor:
    """Deixa as saídas como saíram: é o erro que a receita popular comete.

    Args:
        outputs: saídas na ordem em que foram produzidas, forma ``(B, T, H)``.

    Returns:
        O próprio tensor.

    Example:
        >>> keep_reading_order(torch.tensor([[[3.0], [2.0]]])).flatten()
        tensor([3., 2.])
    """
    return outputs


class OneDirection(nn.Module):
    """Lê a sequência da esquerda para a direita com uma GRU.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.

    Example:
        >>> OneDirection(3, 5)(torch.zeros(2, 7, 3)).shape
        torch.Size([2, 7, 5])
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.forward_layer = nn.GRU(input_size, hidden_size, batch_first=True)
        self.output_size = hidden_size

    def forward(self, inputs: Tensor) -> Tensor:
        """Devolve o estado depois de cada passo.

        Args:
            inputs: forma ``(B, T, D)``.

        Returns:
            Estados, forma ``(B, T, H)``.
        """
        outputs: Tensor = self.forward_layer(inputs)[0]
        return outputs


class TwoPasses(nn.Module):
    r"""Lê nos dois sentidos e junta, em cada posição, o que cada leitura sabia.

    .. math::

        h_t = [\overrightarrow{h}_t \,;\, \overleftarrow{h}_t]

    Com ``align=restore_time_order`` é a rede bidirecional; com ``align=keep_reading_order``,
    a receita popular, que junta posições diferentes.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H`` de cada sentido, positivo.
        align: o que se faz com as saídas da leitura inversa, de forma ``(B, T, H)``, antes de
            juntá-las.

    Fonte:
        Schuster e Paliwal (1997), com GRU no lugar da célula simples.

    Example:
        >>> TwoPasses(3, 5)(torch.zeros(2, 7, 3)).shape
        torch.Size([2, 7, 10])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        align: Callable[[Tensor], Tensor] = restore_time_order,
    ) -> None:
        super().__init__()
        self.forward_layer = nn.GRU(input_size, hidden_size, batch_first=True)
        self.backward_layer = nn.GRU(input_size, hidden_size, batch_first=True)
        self.align = align
        self.output_size = 2 * hidden_size

    def forward(self, inputs: Tensor) -> Tensor:
        """Roda as duas leituras e junta as saídas.

        Args:
            inputs: forma ``(B, T, D)``.

        Returns:
            Saídas, forma ``(B, T, 2H)``: as da direta e, depois, as da inversa.
        """
        ahead = self.forward_layer(inputs)[0]
        behind = self.backward_layer(inputs.flip(1))[0]
        return torch.cat([ahead, self.align(behind)], dim=-1)


def dependency_map(encoder: nn.Module, length: int, input_size: int) -> Tensor:
    """Descobre de que entradas depende cada saída, pelo gradiente.

    A entrada é sorteada com uma semente fixa, no tipo dos parâmetros; um gradiente exatamente
    zero quer dizer que a entrada não chega à saída por nenhum caminho.

    Args:
        encoder: módulo de ``(B, T, D)`` para ``(B, T, H)``; não é alterado.
        length: passos ``T``, inteiro positivo.
        input_size: ``D``, inteiro positivo.

    Returns:
        Booleano ``(T, T)``; ``True`` na linha ``t`` e coluna ``j`` se a saída ``t`` depende da
        entrada ``j``.

    Raises:
        ValueError: se ``length`` ou ``input_size`` não forem positivos.

    Example:
        >>> dependency_map(OneDirection(2, 3), 3, 2).int()
        tensor([[1, 0, 0],
                [1, 1, 0],
                [1, 1, 1]], dtype=torch.int32)
    """
    if length < 1 or input_size < 1:
        raise ValueError(
            f"length e input_size devem ser positivos; recebi {length} e {input_size}. "
            "Use o T e o D das sequências que o módulo lê."
        )
    generator = torch.Generator().manual_seed(0)
    dtype = next(encoder.parameters()).dtype
    inputs = torch.randn(1, length, input_size, generator=generator, dtype=dtype)
    inputs.requires_grad_()
    outputs = encoder(inputs)
    rows = []
    for step in range(length):
        (gradient,) = torch.autograd.grad(outputs[0, step].sum(), inputs, retain_graph=True)
        rows.append((gradient[0] != 0).any(dim=-1))
    return torch.stack(rows)
