"""Sondas da RNN simples: um caso sorteado e as perguntas que o capítulo 5 lhe faz."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from coursekit.recurrent import RNN

__all__ = ["RnnCase", "batch_leak", "random_case", "readout_effect", "state_links", "who_updates"]

Array = NDArray[np.float64]
Gradients = tuple[Array, Array, Array]


@dataclass(frozen=True)
class RnnCase:
    """Guarda uma entrada, os pesos e a camada do curso com os mesmos números.

    Attributes:
        inputs: forma ``(B, T, D)``.
        W: pesos da entrada, forma ``(H, D)``.
        U: pesos da recorrência, forma ``(H, H)``.
        b: viés, forma ``(H,)``.
        layer: camada do curso, em float64, com esses pesos (o segundo viés é zero).
    """

    inputs: Array
    W: Array
    U: Array
    b: Array
    layer: RNN

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Entrada e pesos, na ordem ``inputs, W, U, b``."""
        return self.inputs, self.W, self.U, self.b

    @property
    def weights(self) -> dict[str, Array]:
        """Os pesos com os nomes que :mod:`coursekit.reference.recurrent` espera."""
        zeros = np.zeros_like(self.b)
        return {"weight_ih": self.W, "weight_hh": self.U, "bias_ih": self.b, "bias_hh": zeros}

    def automatic_gradients(
        self, output_gradient: Array, run: Callable[[RNN, Tensor], Tensor] | None = None
    ) -> Gradients:
        r"""Deriva :math:`\sum g \odot h` automaticamente, sem tocar em ``.grad``.

        Args:
            output_gradient: :math:`g`, forma ``(B, T, H)``.
            run: como percorrer a sequência, de ``(camada, entrada)`` aos estados; ``None``
                chama a camada.

        Returns:
            Gradientes de ``W``, ``U`` e ``b``.
        """
        inputs = torch.from_numpy(self.inputs)
        states = self.layer(inputs)[0] if run is None else run(self.layer, inputs)
        loss = (states * torch.from_numpy(output_gradient)).sum()
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0")
        found = torch.autograd.grad(loss, [self.layer.get_parameter(name) for name in names])
        first, second, third = (gradient.numpy() for gradient in found)
        return first, second, third


def random_case(
    seed: int,
    *,
    batch_size: int = 3,
    length: int = 11,
    input_size: int = 5,
    hidden_size: int = 7,
) -> RnnCase:
    """Sorteia entrada e pesos normais e monta a camada do curso com eles.

    Args:
        seed: semente do sorteio.
        batch_size: ``B``, positivo.
        length: ``T``, positivo.
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.

    Returns:
        O caso.

    Example:
        >>> case = random_case(0, length=2)
        >>> case.inputs.shape, case.U.shape
        ((3, 2, 5), (7, 7))
    """
    rng = np.random.default_rng(seed)
    W = rng.normal(0.0, 0.5, (hidden_size, input_size))
    U = rng.normal(0.0, 0.5, (hidden_size, hidden_size))
    b = rng.normal(0.0, 0.1, hidden_size)
    layer = RNN(input_size, hidden_size).double()
    values = map(torch.from_numpy, (W, U, b, np.zeros(hidden_size)))
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict(dict(zip(names, values, strict=True)))
    return RnnCase(rng.normal(size=(batch_size, length, input_size)), W, U, b, layer)


def who_updates(case: RnnCase) -> tuple[bool, bool]:
    """Compara os pesos, bit a bit, antes da volta, depois dela e depois do otimizador.

    Args:
        case: o caso; a camada dele é alterada.

    Returns:
        Se a volta mudou algum peso, e se o passo do otimizador mudou cada tensor de pesos.
    """
    parameters = list(case.layer.parameters())
    before = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    case.layer(torch.from_numpy(case.inputs))[0].square().sum().backward()
    same = [torch.equal(old, new) for old, new in zip(before, parameters, strict=True)]
    optimizer.step()
    still = [torch.equal(old, new) for old, new in zip(before, parameters, strict=True)]
    return not all(same), not any(still)


def readout_effect(case: RnnCase, readouts: Sequence[Array]) -> float:
    """Mede quanto os estados mudam quando se troca só a leitura ligada à camada.

    Args:
        case: o caso.
        readouts: matrizes de leitura ``V``, cada uma ``(C, H)``; ao menos duas.

    Returns:
        Maior mudança de um estado, da primeira leitura para as outras.
    """
    states = []
    for readout in readouts:
        linear = nn.Linear(readout.shape[1], readout.shape[0], bias=False).double()
        linear.weight.data = torch.from_numpy(readout)
        hidden = case.layer(torch.from_numpy(case.inputs))[0]
        linear(hidden).sum()
        states.append(hidden.detach())
    return max(float((state - states[0]).abs().max()) for state in states[1:])


def state_links(case: RnnCase) -> int:
    """Conta as ligações entre o primeiro estado e o segundo: taxas que não são zero.

    Args:
        case: o caso, com ao menos dois passos.

    Returns:
        Entre 0 e ``H²``.
    """
    inputs = torch.from_numpy(case.inputs[:1])
    first = case.layer(inputs[:, :1])[1].detach()

    def second(state: Tensor) -> Tensor:
        final: Tensor = case.layer(inputs[:, 1:2], state)[1]
        return final.flatten()

    rates: Tensor = torch.autograd.functional.jacobian(second, first)  # type: ignore[no-untyped-call]
    return int((rates != 0).sum())


@torch.no_grad()
def batch_leak(layer: nn.Module, batch: Tensor) -> float:
    """Mede quanto a resposta dos outros exemplos muda quando se muda só o exemplo 0.

    Args:
        layer: camada recorrente que devolve ``(saídas, estado)``.
        batch: forma ``(B, T, D)``, com ``B > 1``.

    Returns:
        Maior mudança; 0 se os exemplos são independentes.
    """
    other = batch.clone()
    other[0] += 1
    return float((layer(batch)[0] - layer(other)[0])[1:].abs().max())
