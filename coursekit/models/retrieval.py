r"""Recuperação por atenção: achar um par entre vários, com a função de pontuação que se quiser.

O modelo é a receita de três etapas e nada mais: pontuar cada chave contra a consulta,
normalizar com softmax e somar os valores com esses pesos. O único pedaço treinável é a
função de pontuação, e por isso comparar modelos é comparar pontuações.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data.associative_recall import AssociativeRecall, RecallBatch
from coursekit.training import FitOptions, History, fit

__all__ = ["RetrievalModel", "majority_accuracy", "recall_accuracy", "train_recall"]

# Piso de probabilidade: o logaritmo da perda continua finito quando o peso do par certo é 0.
PROBABILITY_FLOOR = 1e-6


class RetrievalModel(nn.Module):
    r"""Responde com a classe do par que a consulta pede.

    .. math::

        \alpha_i = \operatorname{softmax}_i\, s(q, k_i), \qquad
        p_c = \sum_i \alpha_i \, [y_i = c]

    O valor de cada par é a sua classe em codificação *one-hot*; a média ponderada desses
    vetores já é uma distribuição sobre as classes, sem camada de saída.

    Args:
        score: módulo que recebe ``(consultas, chaves)``, de formas ``(B, 1, D)`` e
            ``(B, Tk, D)``, e devolve escores ``(B, 1, Tk)``.
        num_classes: classes possíveis, ``C``, inteiro maior que 1.

    Raises:
        ValueError: se ``num_classes`` for menor que 2.

    Fonte:
        Bahdanau, Cho e Bengio (2015), seção 3.1, para pontuar, normalizar e somar;
        aqui os valores são classes conhecidas, e não estados de um codificador.
    """

    def __init__(self, score: nn.Module, num_classes: int) -> None:
        super().__init__()
        if num_classes < 2:
            raise ValueError(
                f"num_classes deve ser ao menos 2; recebi {num_classes}. "
                "Use o número de classes da tarefa."
            )
        self.score = score
        self.num_classes = num_classes

    def attention_weights(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Calcula quanto cada par pesa para cada consulta.

        Args:
            queries: consultas, forma ``(B, D)``.
            keys: chaves, forma ``(B, Tk, D)``.

        Returns:
            Pesos de forma ``(B, Tk)``; cada linha soma 1.

        Raises:
            ValueError: se as formas não forem ``(B, D)`` e ``(B, Tk, D)``.
        """
        if queries.ndim != 2 or keys.ndim != 3 or len(queries) != len(keys):
            raise ValueError(
                f"recebi consultas {tuple(queries.shape)} e chaves {tuple(keys.shape)}; "
                "as formas aceitas são (B, D) e (B, Tk, D), com o mesmo B. "
                "Um exemplo só também leva o eixo do lote: use queries[None]."
            )
        scores: Tensor = self.score(queries[:, None], keys)  # (B, 1, Tk)
        return scores.squeeze(1).softmax(dim=-1)

    def forward(self, queries: Tensor, keys: Tensor, labels: Tensor) -> Tensor:
        """Calcula a probabilidade de cada classe.

        Args:
            queries: consultas, forma ``(B, D)``.
            keys: chaves, forma ``(B, Tk, D)``.
            labels: classe de cada par, inteiros em ``[0, C)``, forma ``(B, Tk)``.

        Returns:
            Probabilidades de forma ``(B, C)``; cada linha soma 1.
        """
        weights = self.attention_weights(queries, keys)
        values = F.one_hot(labels, self.num_classes).to(weights.dtype)  # (B, Tk, C)
        return torch.einsum("bk,bkc->bc", weights, values)


def train_recall(
    model: RetrievalModel,
    task: AssociativeRecall,
    *,
    generator: np.random.Generator,
    num_steps: int = 300,
    batch_size: int = 128,
    learning_rate: float = 3e-3,
) -> History:
    """Treina o modelo no lugar, com Adam e um lote novo a cada passo.

    Args:
        model: modelo a treinar; seus parâmetros são alterados.
        task: tarefa de onde saem os lotes.
        generator: gerador do NumPy que sorteia os lotes.
        num_steps: passos de treino, inteiro positivo.
        batch_size: exemplos por lote, inteiro positivo.
        learning_rate: taxa de aprendizado do Adam, positiva.

    Returns:
        O histórico; ``step_losses`` traz a entropia cruzada de cada passo, em nats.

    Raises:
        ValueError: se ``num_steps`` ou ``learning_rate`` não forem positivos, ou se a
            pontuação não tiver parâmetros (o produto escalar puro não tem o que treinar).
    """
    if num_steps < 1 or learning_rate <= 0:
        raise ValueError(
            "num_steps e learning_rate devem ser positivos; recebi "
            f"num_steps={num_steps} e learning_rate={learning_rate}. Aumente o que veio errado."
        )
    parameters = list(model.parameters())
    if not parameters:
        raise ValueError(
            f"a pontuação {type(model.score).__name__} não tem parâmetros: não há o que treinar. "
            "Avalie-a direto com recall_accuracy, ou use uma pontuação com parâmetros."
        )
    batches = (_as_tensors(task.sample(batch_size, generator=generator)) for _ in range(num_steps))
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    return fit(model, batches, _recall_loss, optimizer, options=FitOptions(progress=False))


@torch.no_grad()
def recall_accuracy(
    model: RetrievalModel,
    task: AssociativeRecall,
    *,
    generator: np.random.Generator,
    num_examples: int = 2_000,
) -> float:
    """Mede a fração de exemplos novos em que a classe mais provável é a pedida.

    Args:
        model: modelo a avaliar; não é alterado.
        task: tarefa de onde saem os exemplos.
        generator: gerador do NumPy que os sorteia.
        num_examples: exemplos avaliados, inteiro positivo.

    Returns:
        Acurácia, em ``[0, 1]``.
    """
    *inputs, targets = _as_tensors(task.sample(num_examples, generator=generator))
    return float((model(*inputs).argmax(dim=-1) == targets).double().mean())


def majority_accuracy(
    task: AssociativeRecall, *, generator: np.random.Generator, num_examples: int = 2_000
) -> float:
    """Mede a linha de base: responder a classe mais frequente entre os pares mostrados.

    É o que consegue quem ignora a consulta (pesos uniformes). No empate, vale a classe
    de menor número.

    Args:
        task: tarefa de onde saem os exemplos.
        generator: gerador do NumPy que os sorteia.
        num_examples: exemplos avaliados, inteiro positivo.

    Returns:
        Acurácia, em ``[0, 1]``; maior que ``1 / num_classes``.
    """
    batch = task.sample(num_examples, generator=generator)
    counts = np.stack([(batch.labels == c).sum(axis=1) for c in range(task.num_classes)])
    return float((counts.argmax(axis=0) == batch.targets).mean())


def _as_tensors(batch: RecallBatch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Leva o lote do NumPy ao PyTorch: três entradas do modelo e, por último, o alvo."""
    return (
        torch.from_numpy(batch.queries),
        torch.from_numpy(batch.keys),
        torch.from_numpy(batch.labels),
        torch.from_numpy(batch.targets),
    )


def _recall_loss(probabilities: Tensor, targets: Tensor) -> Tensor:
    """Calcula a entropia cruzada média, em nats, com piso de probabilidade."""
    return F.nll_loss((probabilities + PROBABILITY_FLOOR).log(), targets)
