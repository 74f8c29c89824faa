"""Uma rodada de «lembrar o começo»: treinar uma RNN simples e medir se ela lembra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data.first_symbol import first_symbol_batch
from coursekit.recurrent import RNN
from coursekit.training import FitOptions, GradientClip, fit

__all__ = ["FirstSymbolReader", "run_first_symbol_trial"]

_NUM_SYMBOLS = 4


class FirstSymbolReader(nn.Module):
    """Lê a sequência com uma RNN e responde, do último estado, qual foi o primeiro símbolo.

    Args:
        hidden_size: ``H``, inteiro positivo.

    Example:
        >>> FirstSymbolReader(5)(torch.zeros(3, 7, 8)).shape
        torch.Size([3, 4])
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.layer = RNN(2 * _NUM_SYMBOLS, hidden_size)
        self.readout = nn.Linear(hidden_size, _NUM_SYMBOLS)

    def forward(self, inputs: Tensor) -> Tensor:
        """Pontua os símbolos.

        Args:
            inputs: forma ``(B, T, 8)``.

        Returns:
            *Logits*, forma ``(B, 4)``.
        """
        scores: Tensor = self.readout(self.layer(inputs)[1][0])
        return scores


def run_first_symbol_trial(
    length: int,
    seed: int,
    *,
    make_recurrent: Callable[[int, torch.Generator], Tensor] | None = None,
    num_steps: int = 300,
    hidden_size: int = 32,
) -> float:
    """Treina com Adam e recorte por norma em 1, e mede o acerto em 1.000 sequências novas.

    Args:
        length: passos de cada sequência, ``T``, ao menos 1.
        seed: semente dos parâmetros iniciais e dos exemplos.
        make_recurrent: recebe ``H`` e um gerador e devolve a matriz recorrente inicial, como
            :func:`coursekit.recurrent.orthogonal_matrix`; ``None`` deixa o sorteio padrão.
        num_steps: passos de treino, um lote novo de 64 em cada; inteiro positivo.
        hidden_size: ``H``, inteiro positivo.

    Returns:
        Acurácia, em ``[0, 1]``; o acaso é 0,25.
    """
    generator = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = FirstSymbolReader(hidden_size)
    if make_recurrent is not None:
        with torch.no_grad():
            start = make_recurrent(hidden_size, torch.Generator().manual_seed(seed))
            reader.layer.get_parameter("weight_hh_l0").copy_(start)
    batches = (_tensors(64, length, generator) for _ in range(num_steps))
    optimizer = torch.optim.Adam(reader.parameters(), lr=3e-3)
    options = FitOptions(clip=GradientClip(norm=1.0), progress=False)
    fit(reader, batches, F.cross_entropy, optimizer, options=options)
    inputs, targets = _tensors(1_000, length, generator)
    with torch.no_grad():
        return float((reader(inputs).argmax(dim=-1) == targets).double().mean())


def _tensors(batch_size: int, length: int, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Sorteia um lote e o leva ao PyTorch."""
    batch = first_symbol_batch(batch_size, length, generator=generator, num_symbols=_NUM_SYMBOLS)
    return torch.from_numpy(batch.inputs), torch.from_numpy(batch.targets)
