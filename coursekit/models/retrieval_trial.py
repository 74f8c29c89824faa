"""Uma rodada de recuperação: sortear, treinar, avaliar; e o que se mede nela depois."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.data.associative_recall import AssociativeRecall, random_rotation
from coursekit.models.retrieval import RetrievalModel, recall_accuracy, train_recall

__all__ = ["RecallTrial", "largest_saved_tensor", "run_recall_trial", "weight_change"]


@dataclass(frozen=True)
class RecallTrial:
    """Guarda uma rodada: a tarefa sorteada, o modelo treinado e o acerto dele.

    Attributes:
        task: tarefa, com a rotação escondida.
        model: modelo depois do treino.
        accuracy: fração de acertos em exemplos novos, em ``[0, 1]``.
    """

    task: AssociativeRecall
    model: RetrievalModel
    accuracy: float


def run_recall_trial(
    make_score: Callable[[int, torch.Generator], nn.Module],
    dim: int,
    seed: int,
    *,
    num_steps: int = 300,
    learning_rate: float = 3e-3,
) -> RecallTrial:
    """Sorteia a tarefa, monta o modelo, treina-o e o avalia em exemplos novos.

    A tarefa tem 16 pares e 8 classes. Uma pontuação sem parâmetros é só avaliada.

    Args:
        make_score: recebe a dimensão e um gerador, e devolve a função de pontuação.
        dim: dimensão das chaves, inteiro positivo.
        seed: semente da tarefa, dos lotes e dos parâmetros iniciais.
        num_steps: passos de treino, inteiro positivo.
        learning_rate: taxa de aprendizado, positiva.

    Returns:
        A rodada completa.
    """
    generator = np.random.default_rng(seed)
    task = AssociativeRecall(random_rotation(dim, generator=generator))
    score = make_score(dim, torch.Generator().manual_seed(seed))
    model = RetrievalModel(score, task.num_classes)
    if list(model.parameters()):
        train_recall(
            model, task, generator=generator, num_steps=num_steps, learning_rate=learning_rate
        )
    return RecallTrial(task, model, recall_accuracy(model, task, generator=generator))


@torch.no_grad()
def weight_change(trial: RecallTrial, *, seed: int, num_examples: int = 500) -> float:
    """Mede quanto os pesos mudam quando só a consulta muda, sem treinar nada.

    Em cada exemplo, troca-se a consulta original pela que pede outro par (o seguinte na
    lista). A mudança é a metade da soma das diferenças absolutas: 0 se os pesos são
    iguais, 1 se não têm nada em comum.

    Args:
        trial: rodada já treinada; o modelo não é alterado.
        seed: semente dos exemplos.
        num_examples: exemplos, inteiro positivo.

    Returns:
        Mudança média, em ``[0, 1]``.
    """
    batch = trial.task.sample(num_examples, generator=np.random.default_rng(seed))
    rows = np.arange(num_examples)
    others = batch.keys[rows, (batch.positions + 1) % trial.task.num_pairs]
    keys = torch.from_numpy(batch.keys)
    queries = (batch.queries, others @ trial.task.rotation.astype(np.float32))
    first, second = (trial.model.attention_weights(torch.from_numpy(q), keys) for q in queries)
    return float((first - second).abs().sum(dim=-1).mean() / 2)


def largest_saved_tensor(score: nn.Module, query: Tensor, key: Tensor) -> int:
    """Conta os números do maior tensor guardado para o gradiente, da pontuação aos pesos.

    Args:
        score: função de pontuação.
        query: consultas, forma ``(..., Tq, D)``; ela ou ``key`` deve pedir gradiente.
        key: chaves, forma ``(..., Tk, D)``.

    Returns:
        Quantidade de números do maior tensor.

    Raises:
        ValueError: se nada for guardado, por nenhuma entrada ou parâmetro pedir gradiente.
    """
    sizes: list[int] = []

    def record(tensor: Tensor) -> Tensor:
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(record, lambda tensor: tensor):
        score(query, key).softmax(dim=-1)
    if not sizes:
        raise ValueError(
            "nada foi guardado para o gradiente: nenhuma entrada o pede. "
            "Chame query.requires_grad_() antes."
        )
    return max(sizes)
