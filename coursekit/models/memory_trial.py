"""Rodadas de memória: sortear a tarefa, treinar um leitor, avaliar em exemplos novos.

As camadas são as de ``torch.nn``, mais rápidas; as do curso, em ``coursekit.recurrent``, têm
os mesmos parâmetros e dão as mesmas saídas, como mostra o capítulo 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data.adding_problem import AddingBatch, adding_problem
from coursekit.data.delayed_copy import CopyBatch, CopyTask
from coursekit.models.sequence_readers import AttentionReader, FinalStateReader, StepReader
from coursekit.recurrent.cells import set_forget_bias
from coursekit.training import FitOptions, GradientClip, History, fit

__all__ = [
    "LAYER_KINDS",
    "MemoryTrial",
    "TrialOptions",
    "adding_error",
    "copy_accuracy",
    "make_layer",
    "run_adding_trial",
    "run_copy_trial",
    "steps_to_reach",
]

LAYER_KINDS = ("rnn", "lstm", "gru")

_MAKERS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


@dataclass(frozen=True)
class TrialOptions:
    """Como treinar uma rodada.

    Args:
        num_steps: passos de treino, inteiro positivo; cada um com um lote novo.
        batch_size: exemplos por lote, inteiro positivo.
        hidden_size: unidades da camada, inteiro positivo.
        learning_rate: taxa de aprendizado do Adam, positiva.

    Raises:
        ValueError: se algum valor não for positivo.
    """

    num_steps: int
    batch_size: int = 32
    hidden_size: int = 64
    learning_rate: float = 5e-3

    def __post_init__(self) -> None:
        if min(self.num_steps, self.batch_size, self.hidden_size, self.learning_rate) <= 0:
            raise ValueError(f"os valores devem ser positivos; recebi {self}.")


@dataclass(frozen=True)
class MemoryTrial:
    """Guarda uma rodada: o modelo treinado, o histórico e a medida em exemplos novos.

    Attributes:
        model: modelo depois do treino.
        history: perda de cada passo e norma do gradiente antes do recorte.
        score: na soma, o erro quadrático médio; na cópia, a fração de símbolos certos.
    """

    model: nn.Module
    history: History
    score: float


def make_layer(
    kind: str, input_size: int, hidden_size: int, *, forget_bias: float | None = None
) -> nn.RNNBase:
    """Monta uma camada recorrente de ``torch.nn``, com o lote primeiro.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        forget_bias: viés total inicial da porta de esquecimento da LSTM; ``None`` deixa o
            sorteio de ``torch.nn``, perto de 0.

    Returns:
        A camada.

    Raises:
        ValueError: se ``kind`` não existir, ou ``forget_bias`` vier para outra camada.

    Example:
        >>> layer = make_layer("lstm", 2, 3, forget_bias=5.0)
        >>> (layer.bias_ih_l0 + layer.bias_hh_l0)[3:6].tolist()
        [5.0, 5.0, 5.0]
    """
    if kind not in _MAKERS:
        raise ValueError(f"kind deve ser um de {LAYER_KINDS}; recebi {kind!r}.")
    _refuse_forget_bias(kind, forget_bias)
    layer = _MAKERS[kind](input_size, hidden_size, batch_first=True)
    if forget_bias is not None:
        parameters = dict(layer.named_parameters())
        set_forget_bias(parameters["bias_ih_l0"], parameters["bias_hh_l0"], forget_bias)
    return layer


def run_adding_trial(
    kind: str,
    length: int,
    seed: int,
    *,
    options: TrialOptions,
    forget_bias: float | None = None,
) -> MemoryTrial:
    """Treina um leitor no problema da soma e mede o erro em 2.000 exemplos novos.

    Args:
        kind: ``"rnn"``, ``"lstm"``, ``"gru"`` ou ``"attention"`` (sem recorrência).
        length: passos de cada sequência, ao menos 2.
        seed: semente dos parâmetros iniciais e dos exemplos.
        options: tamanho e duração do treino.
        forget_bias: viés total inicial da porta de esquecimento da LSTM; ``None`` deixa o
            sorteio de ``torch.nn``.

    Returns:
        A rodada; ``score`` é o erro quadrático médio (responder sempre 1 erra 1/6).
    """
    generator = np.random.default_rng(seed)

    def build() -> nn.Module:
        if kind == "attention":
            _refuse_forget_bias(kind, forget_bias)
            return AttentionReader(2, options.hidden_size)
        layer = make_layer(kind, 2, options.hidden_size, forget_bias=forget_bias)
        return FinalStateReader(layer, options.hidden_size)

    def sample() -> tuple[Tensor, Tensor]:
        return _adding_tensors(adding_problem(options.batch_size, length, generator=generator))

    model, history = _train(build, sample, F.mse_loss, seed, options)
    return MemoryTrial(model, history, adding_error(model, length, generator=generator))


def run_copy_trial(
    kind: str,
    task: CopyTask,
    seed: int,
    *,
    options: TrialOptions,
    forget_bias: float | None = None,
) -> MemoryTrial:
    """Treina um leitor na cópia com atraso e mede o acerto em 2.000 exemplos novos.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        task: a tarefa, com o atraso.
        seed: semente dos parâmetros iniciais e dos exemplos.
        options: tamanho e duração do treino.
        forget_bias: viés total inicial da porta de esquecimento da LSTM; ``None`` deixa o
            sorteio de ``torch.nn``.

    Returns:
        A rodada; ``score`` é a fração de símbolos certos (o acaso, ``1 / num_symbols``).
    """
    generator = np.random.default_rng(seed)

    def build() -> nn.Module:
        return StepReader(
            make_layer(kind, 32, options.hidden_size, forget_bias=forget_bias),
            num_tokens=task.num_tokens,
            embedding_size=32,
            hidden_size=options.hidden_size,
            num_classes=task.num_symbols,
            num_answers=task.num_items,
        )

    def sample() -> tuple[Tensor, Tensor]:
        return _copy_tensors(task.sample(options.batch_size, generator=generator))

    model, history = _train(build, sample, _step_loss, seed, options)
    return MemoryTrial(model, history, copy_accuracy(model, task, generator=generator))


@torch.no_grad()
def adding_error(
    model: nn.Module, length: int, *, generator: np.random.Generator, num_examples: int = 2_000
) -> float:
    """Mede o erro quadrático médio no problema da soma, em exemplos novos.

    Args:
        model: recebe ``(B, T, 2)`` e devolve ``(B,)``; não é alterado.
        length: passos de cada sequência, ao menos 2.
        generator: gerador do NumPy que sorteia os exemplos.
        num_examples: exemplos avaliados, inteiro positivo.

    Returns:
        Erro quadrático médio.
    """
    inputs, targets = _adding_tensors(adding_problem(num_examples, length, generator=generator))
    return float(F.mse_loss(model(inputs), targets))


@torch.no_grad()
def copy_accuracy(
    model: nn.Module, task: CopyTask, *, generator: np.random.Generator, num_examples: int = 2_000
) -> float:
    """Mede a fração de símbolos devolvidos certos, em exemplos novos.

    Args:
        model: recebe ``(B, T)`` e devolve escores ``(B, num_items, num_symbols)``.
        task: a tarefa.
        generator: gerador do NumPy que sorteia os exemplos.
        num_examples: exemplos avaliados, inteiro positivo.

    Returns:
        Acurácia por símbolo, em ``[0, 1]``.
    """
    inputs, targets = _copy_tensors(task.sample(num_examples, generator=generator))
    return float((model(inputs).argmax(dim=-1) == targets).double().mean())


def steps_to_reach(history: History, level: float, *, window: int = 20) -> int | None:
    """Conta os passos até a perda média de uma janela ficar abaixo de um nível.

    Args:
        history: histórico do treino.
        level: nível de perda, positivo.
        window: passos da janela, inteiro positivo.

    Returns:
        O passo em que a primeira janela abaixo do nível se completa, ou ``None`` se nenhuma
        ficar.

    Raises:
        ValueError: se a janela não couber no histórico.

    Example:
        >>> history = History(step_losses=(1.0, 0.6, 0.2, 0.1))
        >>> steps_to_reach(history, 0.5, window=2), steps_to_reach(history, 0.1, window=2)
        (3, None)
    """
    losses = np.asarray(history.step_losses)
    if not 1 <= window <= len(losses):
        raise ValueError(
            f"window deve estar entre 1 e {len(losses)}, os passos do treino; recebi {window}."
        )
    means = np.convolve(losses, np.full(window, 1 / window), mode="valid")
    below = np.flatnonzero(means < level)
    return int(below[0]) + window if below.size else None


def _refuse_forget_bias(kind: str, forget_bias: float | None) -> None:
    """Recusa o viés de esquecimento onde não há porta de esquecimento."""
    if forget_bias is not None and kind != "lstm":
        raise ValueError(
            f"forget_bias só existe na LSTM; recebi forget_bias={forget_bias} com kind={kind!r}. "
            "Tire o argumento."
        )


def _train(
    build: Callable[[], nn.Module],
    sample: Callable[[], tuple[Tensor, Tensor]],
    loss_function: Callable[[Tensor, Tensor], Tensor],
    seed: int,
    options: TrialOptions,
) -> tuple[nn.Module, History]:
    """Treina com Adam, recorte por norma em 1 e um lote novo a cada passo."""
    with torch.random.fork_rng(devices=[]):  # o sorteio inicial não mexe no gerador global
        torch.manual_seed(seed)
        model = build()
    batches = (sample() for _ in range(options.num_steps))
    optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    fit_options = FitOptions(clip=GradientClip(norm=1.0), progress=False)
    return model, fit(model, batches, loss_function, optimizer, options=fit_options)


def _step_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """Entropia cruzada média sobre os passos em que se responde."""
    return F.cross_entropy(scores.flatten(0, 1), targets.flatten())


def _adding_tensors(batch: AddingBatch) -> tuple[Tensor, Tensor]:
    """Leva o lote ao PyTorch: entrada e alvo."""
    return torch.from_numpy(batch.inputs), torch.from_numpy(batch.targets)


def _copy_tensors(batch: CopyBatch) -> tuple[Tensor, Tensor]:
    """Leva o lote ao PyTorch: entrada e alvo."""
    return torch.from_numpy(batch.inputs), torch.from_numpy(batch.targets)
