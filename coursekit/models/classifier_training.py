"""Treinar e avaliar classificadores pequenos sobre um conjunto fixo, em lotes sorteados."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.training import FitOptions, History, fit

__all__ = ["build_seeded", "classification_accuracy", "train_classifier"]

Module = TypeVar("Module", bound=nn.Module)


def build_seeded(make: Callable[[], Module], seed: int) -> Module:
    """Constrói um modelo com parâmetros que só dependem da semente.

    O gerador global do PyTorch, de onde as camadas tiram os parâmetros, é semeado e devolvido ao
    estado em que estava.

    Args:
        make: função sem argumentos que constrói o modelo.
        seed: semente, inteiro ≥ 0.

    Returns:
        O modelo.

    Example:
        >>> first, second = (build_seeded(lambda: nn.Linear(3, 2), seed=7) for _ in range(2))
        >>> bool((first.weight == second.weight).all())
        True
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


def train_classifier(
    model: nn.Module,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    generator: torch.Generator,
    num_steps: int,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
) -> History:
    """Treina o modelo no lugar, com Adam e lotes sorteados com reposição.

    Args:
        model: devolve escores ``(B, 1)``, e a perda é a entropia cruzada binária, ou ``(B, C)``
            com ``C >= 2``, e é a de ``C`` classes.
        inputs: exemplos, forma ``(N, ...)``.
        labels: classes inteiras, forma ``(N,)``; 0 ou 1 no caso binário.
        generator: gerador do PyTorch que sorteia os lotes.
        num_steps: passos de treino, inteiro positivo.
        batch_size: exemplos por lote, inteiro positivo.
        learning_rate: taxa de aprendizado do Adam, positiva.

    Returns:
        O histórico; ``step_losses`` traz a perda de cada passo, em nats.

    Raises:
        ValueError: se não houver um rótulo por exemplo, ou ``num_steps``, ``batch_size`` ou
            ``learning_rate`` não forem positivos.
    """
    examples, targets = _as_pair(inputs, labels)
    if num_steps < 1 or batch_size < 1 or learning_rate <= 0:
        raise ValueError(
            "num_steps, batch_size e learning_rate devem ser positivos; recebi "
            f"num_steps={num_steps}, batch_size={batch_size} e learning_rate={learning_rate}. "
            "Aumente o que veio errado."
        )

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(num_steps):
            rows = torch.randint(len(examples), (batch_size,), generator=generator)
            yield examples[rows], targets[rows]

    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    return fit(model, batches(), _cross_entropy, optimizer, options=FitOptions(progress=False))


@torch.no_grad()
def classification_accuracy(model: nn.Module, inputs: ArrayLike, labels: ArrayLike) -> float:
    """Mede a fração de acertos, com o modelo em modo de avaliação.

    Args:
        model: devolve escores ``(B, 1)`` (a classe é 1 se o escore é positivo) ou ``(B, C)`` (a
            de maior escore); não é alterado.
        inputs: exemplos, forma ``(N, ...)``.
        labels: classes inteiras, forma ``(N,)``.

    Returns:
        Acurácia, em ``[0, 1]``.

    Raises:
        ValueError: se não houver um rótulo por exemplo.
    """
    examples, targets = _as_pair(inputs, labels)
    was_training = model.training
    model.eval()
    hits = 0
    for part, wanted in zip(torch.split(examples, 500), torch.split(targets, 500), strict=True):
        scores = model(part)
        predicted = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(dim=1)
        hits += int((predicted == wanted).sum())
    model.train(was_training)
    return hits / len(examples)


def _as_pair(inputs: ArrayLike, labels: ArrayLike) -> tuple[Tensor, Tensor]:
    """Leva exemplos e rótulos ao PyTorch, conferindo que são tantos quanto."""
    examples, targets = (torch.from_numpy(np.asarray(x)) for x in (inputs, labels))
    if targets.ndim != 1 or len(examples) != len(targets) or len(targets) == 0:
        raise ValueError(
            f"recebi inputs {tuple(examples.shape)} e labels {tuple(targets.shape)}; aceito "
            "(N, ...) e (N,), com ao menos um exemplo. Confira se há um rótulo por exemplo."
        )
    return examples, targets


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    """Calcula a entropia cruzada média, em nats: binária se há uma só saída."""
    if scores.shape[1] == 1:
        return F.binary_cross_entropy_with_logits(scores[:, 0], targets.to(scores.dtype))
    return F.cross_entropy(scores, targets)
