r"""Rotular com o futuro: treina um leitor na tarefa do rótulo adiantado e mede por posição."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data.lookahead import LookaheadBatch, lookahead_batch
from coursekit.training import FitOptions, fit

__all__ = ["LookaheadTagger", "LookaheadTrial", "prefix_accuracy", "run_lookahead_trial"]

EMBEDDING_SIZE = 16
HIDDEN_SIZE = 32
NUM_SYMBOLS = 8


class LookaheadTagger(nn.Module):
    """Rotula cada posição: *embedding*, leitor e uma camada de saída.

    Args:
        encoder: leitor de ``(B, T, D)`` para ``(B, T, H)``, com o atributo ``output_size = H``.
        num_symbols: símbolos e rótulos possíveis, ``V``, inteiro maior que 1.
        embedding_size: ``D``, inteiro positivo.

    Raises:
        ValueError: se ``num_symbols`` for menor que 2 ou ``embedding_size`` não for positivo.

    Example:
        >>> from coursekit.models.two_pass import OneDirection
        >>> tagger = LookaheadTagger(OneDirection(16, 5), num_symbols=3)
        >>> tagger(torch.zeros(2, 7, dtype=torch.int64)).shape
        torch.Size([2, 7, 3])
    """

    def __init__(
        self, encoder: nn.Module, num_symbols: int, embedding_size: int = EMBEDDING_SIZE
    ) -> None:
        super().__init__()
        if num_symbols < 2 or embedding_size < 1:
            raise ValueError(
                "num_symbols deve ser ao menos 2 e embedding_size, positivo; recebi "
                f"{num_symbols} e {embedding_size}. Com um rótulo só não há o que aprender."
            )
        self.embedding = nn.Embedding(num_symbols, embedding_size)
        self.encoder = encoder
        self.head = nn.Linear(int(encoder.output_size), num_symbols)  # type: ignore[arg-type]

    def forward(self, symbols: Tensor) -> Tensor:
        """Pontua cada rótulo em cada posição.

        Args:
            symbols: inteiros em ``[0, V)``, forma ``(B, T)``.

        Returns:
            *Logits* de forma ``(B, T, V)``.
        """
        logits: Tensor = self.head(self.encoder(self.embedding(symbols)))
        return logits


@dataclass(frozen=True)
class LookaheadTrial:
    """Guarda uma rodada: o modelo treinado e o acerto em cada posição.

    Attributes:
        model: modelo depois do treino.
        shift: quantos passos à frente estava o rótulo.
        by_position: acerto em exemplos novos, uma posição rotulada por vez, forma
            ``(T - k,)``, em ``[0, 1]``.
    """

    model: LookaheadTagger
    shift: int
    by_position: NDArray[np.float64]

    @property
    def accuracy(self) -> float:
        """Acerto médio entre as posições, em ``[0, 1]``."""
        return float(self.by_position.mean())


def run_lookahead_trial(
    make_encoder: Callable[[int, int], nn.Module],
    seed: int,
    *,
    shift: int = 2,
    length: int = 20,
    num_steps: int = 300,
) -> LookaheadTrial:
    """Treina um leitor com lotes novos a cada passo e o avalia em 500 sequências novas.

    São 8 símbolos, *embedding* de 16, 32 unidades por sentido, Adam com taxa 0,01 e lotes de
    64. O gerador global do PyTorch não é alterado.

    Args:
        make_encoder: recebe ``D`` e ``H`` e devolve o leitor.
        seed: semente dos parâmetros, dos lotes e da avaliação.
        shift: quantos passos à frente está o rótulo, inteiro positivo.
        length: passos de cada sequência, maior que ``shift``.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rodada.

    Raises:
        ValueError: se ``num_steps`` não for positivo, ou ``shift`` e ``length`` não servirem.
    """
    if num_steps < 1:
        raise ValueError(f"num_steps deve ser positivo; recebi {num_steps}. Use, por exemplo, 300.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LookaheadTagger(make_encoder(EMBEDDING_SIZE, HIDDEN_SIZE), NUM_SYMBOLS)
    generator = np.random.default_rng(seed)

    def sample(size: int) -> LookaheadBatch:
        return lookahead_batch(size, generator=generator, length=length, shift=shift)

    batches = (_as_tensors(sample(64)) for _ in range(num_steps))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    fit(model, batches, _labelled_loss, optimizer, options=FitOptions(progress=False))
    return LookaheadTrial(model, shift, _position_accuracy(model, sample(500)))


@torch.no_grad()
def prefix_accuracy(trial: LookaheadTrial, *, seed: int, length: int = 20) -> float:
    """Mede o acerto quando o futuro ainda não chegou, como na geração e no tempo real.

    Para cada tamanho de começo, o modelo recebe só esse começo e responde pela última posição
    dele; o rótulo certo está adiante, fora do que ele recebeu.

    Args:
        trial: rodada já treinada; o modelo não é alterado.
        seed: semente das 500 sequências de avaliação.
        length: passos das sequências, maior que ``trial.shift``.

    Returns:
        Acerto médio entre os tamanhos de começo, em ``[0, 1]``.

    Raises:
        ValueError: se ``length`` não for maior que o avanço do rótulo.
    """
    generator = np.random.default_rng(seed)
    batch = lookahead_batch(500, generator=generator, length=length, shift=trial.shift)
    symbols, labels = _as_tensors(batch)
    hits = [
        trial.model(symbols[:, :size])[:, -1].argmax(dim=-1) == labels[:, size - 1]
        for size in range(1, labels.shape[1] + 1)
    ]
    return float(torch.stack(hits).double().mean())


def _as_tensors(batch: LookaheadBatch) -> tuple[Tensor, Tensor]:
    """Leva o lote do NumPy ao PyTorch."""
    return torch.from_numpy(batch.symbols), torch.from_numpy(batch.labels)


def _labelled_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Calcula a entropia cruzada média, em nats, nas posições que têm rótulo."""
    return F.cross_entropy(logits[:, : labels.shape[1]].flatten(0, 1), labels.flatten())


@torch.no_grad()
def _position_accuracy(model: LookaheadTagger, batch: LookaheadBatch) -> NDArray[np.float64]:
    """Calcula o acerto de cada posição rotulada."""
    symbols, labels = _as_tensors(batch)
    hits = model(symbols).argmax(dim=-1)[:, : labels.shape[1]] == labels
    by_position: NDArray[np.float64] = hits.double().mean(dim=0).numpy()
    return by_position
