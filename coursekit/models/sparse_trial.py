"""Rodadas da atenção esparsa: a mesma rede sob uma máscara, na tarefa longa e na local."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from coursekit.data.near_and_far import (
    NUM_SYMBOLS,
    VOCABULARY_SIZE,
    far_symbol_batch,
    neighbor_maximum_batch,
)
from coursekit.models.classifier_training import build_seeded
from coursekit.models.masked_transformer import MaskedTransformer
from coursekit.training import FitOptions, fit

__all__ = ["FarScore", "near_accuracy", "score_far", "train_far", "train_near"]

FAR_BATCH, NEAR_BATCH = 32, 16
FAR_RATE, NEAR_RATE = 3e-3, 1e-2
NUM_FAR, NUM_NEAR = 500, 100

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class FarScore:
    """Guarda os acertos da tarefa longa, um exemplo por vez.

    Attributes:
        hits: se acertou, booleana ``(N,)``.
        distances: passos da marca até o fim, forma ``(N,)``.
    """

    hits: npt.NDArray[np.bool_]
    distances: npt.NDArray[np.int64]

    def accuracy(self, least: int = 1, most: int | None = None) -> float:
        """Fração de acertos numa faixa de distâncias.

        Args:
            least: menor distância contada.
            most: maior distância contada; ``None``, todas as que houver.

        Returns:
            Acurácia, em ``[0, 1]``.

        Raises:
            ValueError: se nenhum exemplo cair na faixa.

        Example:
            >>> score = FarScore(np.array([True, True, False]), np.array([1, 3, 7]))
            >>> score.accuracy(), score.accuracy(least=2, most=6)
            (0.6666666666666666, 1.0)
        """
        chosen = self.distances >= least
        if most is not None:
            chosen &= self.distances <= most
        if not chosen.any():
            raise ValueError(
                f"nenhum exemplo com distância de {least} a {most}; há de "
                f"{self.distances.min()} a {self.distances.max()}. Alargue a faixa."
            )
        return float(self.hits[chosen].mean())


def train_far(mask: npt.ArrayLike, seed: int, *, num_steps: int = 250) -> MaskedTransformer:
    """Treina na tarefa longa, com lotes novos a cada passo.

    32 sequências por lote, Adam com taxa 0,003; a perda é a da última posição. A mesma semente
    dá os mesmos lotes e os mesmos pesos iniciais sob qualquer máscara.

    Args:
        mask: quem vê quem, booleana ``(T, T)``.
        seed: semente dos pesos e dos lotes.
        num_steps: passos de treino, inteiro positivo.

    Returns:
        A rede treinada.

    Raises:
        TypeError: se a máscara não for booleana.
        ValueError: se não for quadrada, ou ``num_steps`` não for positivo.
    """

    def sample(length: int, generator: np.random.Generator) -> Pair:
        batch = far_symbol_batch(FAR_BATCH, generator=generator, length=length)
        return torch.from_numpy(batch.tokens), torch.from_numpy(batch.labels)

    return _train(mask, seed, sample, _last_loss, num_steps=num_steps, rate=FAR_RATE)


def train_near(
    mask: npt.ArrayLike, seed: int, *, num_steps: int = 250, relative: bool = False
) -> MaskedTransformer:
    """Treina na tarefa local, com lotes novos a cada passo.

    16 sequências por lote, Adam com taxa 0,01; a perda é a média das posições que têm os dois
    vizinhos.

    Args:
        mask: quem vê quem, booleana ``(T, T)``.
        seed: semente dos pesos e dos lotes.
        num_steps: passos de treino, inteiro positivo.
        relative: se ``True``, a rede tem também um viés aprendido por distância.

    Returns:
        A rede treinada.

    Raises:
        TypeError: se a máscara não for booleana.
        ValueError: se não for quadrada, ou ``num_steps`` não for positivo.
    """

    def sample(length: int, generator: np.random.Generator) -> Pair:
        batch = neighbor_maximum_batch(NEAR_BATCH, generator=generator, length=length)
        return torch.from_numpy(batch.tokens), torch.from_numpy(batch.labels)

    return _train(
        mask, seed, sample, _inner_loss, num_steps=num_steps, rate=NEAR_RATE, relative=relative
    )


@torch.no_grad()
def score_far(model: MaskedTransformer, *, seed: int) -> FarScore:
    """Mede a tarefa longa em 500 sequências novas.

    Args:
        model: rede treinada; não é alterada.
        seed: semente das sequências; use outra que não a do treino.

    Returns:
        Os acertos e as distâncias.
    """
    generator = np.random.default_rng(seed)
    batch = far_symbol_batch(NUM_FAR, generator=generator, length=len(model.mask))
    answers = model(torch.from_numpy(batch.tokens))[:, -1].argmax(dim=-1).numpy()
    return FarScore(answers == batch.labels, batch.distances)


@torch.no_grad()
def near_accuracy(model: MaskedTransformer, *, seed: int) -> float:
    """Mede a tarefa local em todas as posições com dois vizinhos, de 100 sequências novas.

    Args:
        model: rede treinada; não é alterada.
        seed: semente das sequências; use outra que não a do treino.

    Returns:
        Acurácia, em ``[0, 1]``.
    """
    generator = np.random.default_rng(seed)
    batch = neighbor_maximum_batch(NUM_NEAR, generator=generator, length=len(model.mask))
    answers = model(torch.from_numpy(batch.tokens))[:, 1:-1].argmax(dim=-1).numpy()
    return float((answers == batch.labels).mean())


def _train(
    mask: npt.ArrayLike,
    seed: int,
    sample: Callable[[int, np.random.Generator], Pair],
    loss: Callable[[Tensor, Tensor], Tensor],
    *,
    num_steps: int,
    rate: float,
    relative: bool = False,
) -> MaskedTransformer:
    """Constrói e treina; o gerador global do PyTorch fica como estava."""
    if num_steps < 1:
        raise ValueError(f"num_steps deve ser positivo; recebi {num_steps}. Use, por exemplo, 250.")
    model = build_seeded(
        lambda: MaskedTransformer(
            mask, vocabulary_size=VOCABULARY_SIZE, num_classes=NUM_SYMBOLS, relative=relative
        ),
        seed,
    )
    generator = np.random.default_rng(seed)

    def batches() -> Iterator[Pair]:
        for _ in range(num_steps):
            yield sample(len(model.mask), generator)

    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    fit(model, batches(), loss, optimizer, options=FitOptions(progress=False))
    return model


def _last_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Entropia cruzada média da última posição, em nats."""
    return F.cross_entropy(logits[:, -1], labels)


def _inner_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Entropia cruzada média das posições de dentro, em nats."""
    return F.cross_entropy(logits[:, 1:-1].flatten(0, 1), labels.flatten())
