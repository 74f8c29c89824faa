"""Uma rodada de explosão: RNN com ReLU, partindo da identidade, com e sem recorte."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from coursekit.data.adding_problem import adding_problem
from coursekit.models.sequence_readers import FinalStateReader
from coursekit.recurrent import RNN, identity_matrix
from coursekit.training import clip_gradient_norm, gradient_norm

__all__ = ["ClippingTrial", "identity_relu_reader", "run_clipping_trial"]


@dataclass(frozen=True)
class ClippingTrial:
    """Guarda uma rodada, passo a passo.

    Attributes:
        losses: perda de cada passo, antes da atualização; a última pode não ser finita.
        gradient_norms: norma do gradiente de cada passo, antes do recorte.
    """

    losses: tuple[float, ...]
    gradient_norms: tuple[float, ...]

    @property
    def worst_loss(self) -> float:
        """Maior perda finita."""
        return max(loss for loss in self.losses if math.isfinite(loss))

    @property
    def broke(self) -> bool:
        """Se o treino parou porque a perda ou o gradiente deixaram de ser finitos."""
        return not (math.isfinite(self.losses[-1]) and math.isfinite(self.gradient_norms[-1]))


def identity_relu_reader(hidden_size: int, *, seed: int) -> FinalStateReader:
    """Monta o leitor com ReLU e matriz recorrente identidade.

    Args:
        hidden_size: ``H``, inteiro positivo.
        seed: semente dos parâmetros sorteados.

    Returns:
        O leitor: vieses zero, matriz de entrada normal de desvio-padrão 0,03.

    Fonte:
        Le, Jaitly e Hinton (2015), a menos da escala da matriz de entrada.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layer = RNN(2, hidden_size, nonlinearity="relu")
        with torch.no_grad():
            layer.get_parameter("weight_hh_l0").copy_(identity_matrix(hidden_size))
            layer.get_parameter("weight_ih_l0").normal_(0.0, 0.03)
            layer.get_parameter("bias_ih_l0").zero_()
            layer.get_parameter("bias_hh_l0").zero_()
        return FinalStateReader(layer, hidden_size)


def run_clipping_trial(
    max_norm: float | None,
    seed: int,
    *,
    length: int = 50,
    num_steps: int = 400,
    learning_rate: float = 0.02,
    hidden_size: int = 64,
) -> ClippingTrial:
    """Treina no problema da soma com SGD puro, parando se os números deixarem de ser finitos.

    Args:
        max_norm: norma máxima do gradiente; ``None`` não recorta.
        seed: semente dos parâmetros e dos exemplos.
        length: passos de cada sequência, ao menos 2.
        num_steps: passos de treino, um lote novo de 32 em cada; inteiro positivo.
        learning_rate: taxa de aprendizado, positiva.
        hidden_size: ``H``, inteiro positivo.

    Returns:
        A rodada, com um valor por passo dado.
    """
    generator = np.random.default_rng(seed)
    reader = identity_relu_reader(hidden_size, seed=seed)
    optimizer = torch.optim.SGD(reader.parameters(), lr=learning_rate)
    losses: list[float] = []
    norms: list[float] = []
    for _ in range(num_steps):
        losses.append(_backward(reader, length, generator))
        norms.append(gradient_norm(reader.parameters()))
        if not (math.isfinite(losses[-1]) and math.isfinite(norms[-1])):
            break
        if max_norm is not None:
            clip_gradient_norm(reader.parameters(), max_norm)
        optimizer.step()
    return ClippingTrial(tuple(losses), tuple(norms))


def _backward(reader: nn.Module, length: int, generator: np.random.Generator) -> float:
    """Sorteia um lote, calcula a perda e o gradiente; devolve a perda."""
    batch = adding_problem(32, length, generator=generator)
    reader.zero_grad()
    loss = F.mse_loss(reader(torch.from_numpy(batch.inputs)), torch.from_numpy(batch.targets))
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach())
