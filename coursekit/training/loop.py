"""O laço de treino: passo, época, retomada."""

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from torch import Tensor, nn
from torch.optim import LBFGS, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from coursekit.training.batch_source import (
    Batch,
    BatchSource,
    all_generators,
    check_source,
    count_batches,
    extend_digest,
    open_batches,
    skip_batches,
    unpack,
)
from coursekit.training.checkpoint import has_checkpoint, load_checkpoint, save_checkpoint
from coursekit.training.clipping import clip_gradient_norm, clip_gradient_value, gradient_norm
from coursekit.training.errors import CheckpointError, DivergenceError
from coursekit.training.evaluation import evaluation_mode, modes_kept
from coursekit.training.history import History
from coursekit.training.options import FitOptions
from coursekit.training.progress import ProgressBar, progress_bar
from coursekit.training.random_state import capture_random_state, restore_random_state
from coursekit.training.run_state import RunState

LossFunction = Callable[[Any, Tensor], Tensor]
"""``loss_function(saída do modelo, alvo)``: tensor escalar."""

_PLAIN = FitOptions()


def fit(
    model: nn.Module,
    batches: BatchSource,
    loss_function: LossFunction,
    optimizer: Optimizer,
    *,
    epochs: int = 1,
    options: FitOptions = _PLAIN,
) -> History:
    """Treina um modelo e devolve o histórico.

    A cada passo: saída ``model(*entradas)``, perda, gradiente, recorte, atualização. Os
    lotes vão para o aparelho do modelo. Ao terminar, cada módulo volta ao modo (treino ou
    avaliação) em que estava.

    Com ``options.checkpoint``, um treino interrompido em qualquer instante continua, ao ser
    chamado de novo com os mesmos argumentos, pela mesma trajetória, bit a bit: mesmos pesos,
    mesmo estado do otimizador, mesmas perdas.

    Args:
        model: o modelo; seus parâmetros mudam no lugar.
        batches: lista de lotes, ``DataLoader``, ou função sem argumentos que devolve os lotes
            de uma época. Um lote é ``(entrada, …, alvo)``.
        loss_function: recebe a saída do modelo e o alvo; devolve um tensor escalar.
        optimizer: otimizador sobre os parâmetros do modelo.
        epochs: número total de épocas (numa retomada, contando as já feitas); positivo.
        options: recorte, agendador, avaliação, parada antecipada, retomada e barra.

    Returns:
        O histórico, com um valor por passo e por época.

    Raises:
        TypeError: se os lotes, a perda ou o otimizador não forem do tipo esperado.
        ValueError: se ``epochs`` não for positivo, se não houver lotes, se a perda não for
            escalar ou não depender do modelo, ou se o otimizador não for deste modelo.
        DivergenceError: se a perda ou o gradiente deixarem de ser finitos.
        CheckpointError: se o ponto de retomada estiver estragado ou for de outro treino.

    Example:
        >>> import torch
        >>> _ = torch.manual_seed(0)
        >>> model = nn.Linear(1, 1)
        >>> batches = [(torch.tensor([[1.0], [2.0]]), torch.tensor([[2.0], [4.0]]))]
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> history = fit(model, batches, nn.functional.mse_loss, optimizer, epochs=50)
        >>> history.num_epochs, history.epoch_losses[-1] < 0.05 * history.epoch_losses[0]
        (50, True)
    """
    _check_arguments(model, optimizer, epochs, options)
    check_source(batches, epochs)
    run = _Run(model, batches, loss_function, optimizer, options)
    run.resume(epochs)
    per_epoch = count_batches(batches)
    total = None if per_epoch is None else per_epoch * epochs
    done = len(run.state.step_losses)
    with modes_kept(model), progress_bar(total, done=done, show=options.progress) as bar:
        while run.state.epoch < epochs and not run.state.stopped:
            run.train_epoch(bar)
    run.restore_best()
    return run.state.history()


class _Run:
    """Um treino em andamento: as peças e o estado, com um método por etapa."""

    def __init__(
        self,
        model: nn.Module,
        batches: BatchSource,
        loss_function: LossFunction,
        optimizer: Optimizer,
        options: FitOptions,
    ) -> None:
        self.model = model
        self.batches = batches
        self.loss_function = loss_function
        self.optimizer = optimizer
        self.options = options
        self.state = RunState()
        self.checkpoint = options.checkpoint
        self.scheduler = None if options.schedule is None else options.schedule.scheduler
        given = () if self.checkpoint is None else self.checkpoint.generators
        self.generators = all_generators(batches, given)
        self.device = next(model.parameters()).device

    def resume(self, epochs: int) -> None:
        """Continua do ponto de retomada, se houver e for pedido."""
        checkpoint = self.checkpoint
        if checkpoint is None or not checkpoint.resume or not has_checkpoint(checkpoint.folder):
            return
        notes = load_checkpoint(
            checkpoint.folder,
            self.model,
            self.optimizer,
            scheduler=self.scheduler,
            generators=self.generators,
        )
        self.state = RunState.from_notes(notes)
        if self.state.epoch > epochs:
            raise CheckpointError(
                f"a pasta {checkpoint.folder} já guarda {self.state.epoch} épocas, e foram "
                f"pedidas {epochs}. Peça mais épocas, use outra pasta, ou recomece com "
                "CheckpointOptions(..., resume=False)."
            )

    def train_epoch(self, bar: ProgressBar) -> None:
        """Dá os passos que faltam na época em curso e a encerra."""
        self.model.train()
        for batch in self._open_epoch():
            self._step(batch)
            bar.advance({"época": self.state.epoch + 1, "perda": self.state.step_losses[-1]})
            every = None if self.checkpoint is None else self.checkpoint.every_steps
            if every is not None and len(self.state.step_losses) % every == 0:
                self._save()
        if self.state.step_in_epoch == 0:
            raise ValueError(
                f"batches não deu nenhum lote na época {self.state.epoch + 1}. Confira se os dados "
                "não estão vazios e se a fonte de lotes recomeça a cada época."
            )
        self._close_epoch()

    def restore_best(self) -> None:
        """Devolve ao modelo os pesos da melhor época, se pedidos."""
        if self.state.best_weights is not None:
            self.model.load_state_dict(self.state.best_weights)

    def _open_epoch(self) -> Iterator[Batch]:
        """Abre a época; se foi interrompida, repassa os lotes já vistos."""
        if self.checkpoint is None:
            return open_batches(self.batches)
        if self.state.step_in_epoch == 0 or self.state.epoch_random is None:
            self.state.epoch_random = capture_random_state(self.generators)
            return open_batches(self.batches)
        # A ordem dos lotes se sorteia no começo da época: volta-se a ele, e depois ao agora.
        now = capture_random_state(self.generators)
        restore_random_state(self.state.epoch_random, self.generators)
        opened = open_batches(self.batches)
        skip_batches(opened, self.state.step_in_epoch, self.state.digest)
        restore_random_state(now, self.generators)
        return opened

    def _step(self, batch: Batch) -> None:
        """Um passo: perda, gradiente, recorte, atualização."""
        inputs, target = unpack(batch, self.device)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss_function(self.model(*inputs), target)
        _check_loss(loss)
        value = float(loss.detach())
        self._require_finite("a perda", value)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = gradient_norm(self._parameters())
        self._require_finite("a norma do gradiente", norm)
        self._clip()
        self.optimizer.step()
        if self.checkpoint is not None:
            self.state.digest = extend_digest(self.state.digest, batch)
        self.state.record_step(value, norm)
        if self.options.schedule is not None and self.options.schedule.every == "step":
            self._step_scheduler()

    def _clip(self) -> None:
        """Recorta por valor e depois por norma, conforme as opções."""
        clip = self.options.clip
        if clip is not None and clip.value is not None:
            clip_gradient_value(self._parameters(), clip.value)
        if clip is not None and clip.norm is not None:
            clip_gradient_norm(self._parameters(), clip.norm)

    def _close_epoch(self) -> None:
        """Avalia, registra, agenda, decide se para e guarda o ponto de retomada."""
        metrics: dict[str, float] = {}
        if self.options.evaluate is not None:
            with evaluation_mode(self.model):
                metrics = dict(self.options.evaluate(self.model))
        self.state.record_epoch(metrics, float(self.optimizer.param_groups[0]["lr"]))
        if self.options.schedule is not None and self.options.schedule.every == "epoch":
            self._step_scheduler()
        self._consider_stopping()
        if self.checkpoint is not None:
            self._save()

    def _consider_stopping(self) -> None:
        """Atualiza os melhores pesos e a decisão de parar."""
        stopping = self.options.early_stopping
        if stopping is None:
            return
        values = self.state.observed(stopping.monitor)
        if stopping.restore_best and stopping.best_index(values) == len(values) - 1:
            self.state.best_weights = {
                name: tensor.detach().clone() for name, tensor in self.model.state_dict().items()
            }
        self.state.stopped = stopping.should_stop(values)

    def _step_scheduler(self) -> None:
        """Avança o agendador."""
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(self.state.epoch_losses[-1])
        elif self.scheduler is not None:
            with warnings.catch_warnings():
                # Retomado logo após um passo, o otimizador ainda não andou neste processo,
                # e o PyTorch supõe, sem razão, que a ordem das chamadas está trocada.
                warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
                self.scheduler.step()

    def _save(self) -> None:
        """Guarda o ponto de retomada."""
        if self.checkpoint is not None:
            save_checkpoint(
                self.checkpoint.folder,
                self.model,
                self.optimizer,
                scheduler=self.scheduler,
                generators=self.generators,
                notes=self.state.to_notes(),
            )

    def _parameters(self) -> Iterator[Tensor]:
        """Parâmetros que o otimizador atualiza."""
        return chain.from_iterable(group["params"] for group in self.optimizer.param_groups)

    def _require_finite(self, what: str, value: float) -> None:
        """Interrompe antes de estragar os pesos."""
        if not math.isfinite(value):
            raise DivergenceError(
                f"{what} é {value} no passo {len(self.state.step_losses) + 1} (época "
                f"{self.state.epoch + 1}): o treino divergiu. Diminua a taxa de aprendizado, "
                "recorte o gradiente com GradientClip(norm=1.0) ou confira os dados.",
                RunState(
                    step_losses=self.state.step_losses,
                    gradient_norms=self.state.gradient_norms,
                    epoch_losses=self.state.epoch_losses,
                    metrics=self.state.metrics,
                    learning_rates=self.state.learning_rates,
                ).history(),
            )


def _check_arguments(
    model: nn.Module, optimizer: Optimizer, epochs: int, options: FitOptions
) -> None:
    """Recusa, antes do primeiro passo, combinações que não fariam sentido."""
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs deve ser um inteiro positivo; recebi {epochs!r}.")
    if isinstance(optimizer, LBFGS):
        raise TypeError(
            "LBFGS reavalia a perda várias vezes por passo, o que fit não faz. Use outro "
            "otimizador, como torch.optim.Adam, ou escreva o laço."
        )
    owned = {id(parameter) for parameter in model.parameters()}
    updated = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not owned & updated:
        raise ValueError(
            "o otimizador não atualiza nenhum parâmetro deste modelo. Crie-o com "
            "model.parameters() do modelo que vai treinar."
        )
    if options.schedule is not None and options.schedule.scheduler.optimizer is not optimizer:
        raise ValueError(
            "o agendador é de outro otimizador. Crie-o sobre o otimizador passado a fit."
        )
    stopping = options.early_stopping
    if stopping is not None and stopping.monitor != "loss" and options.evaluate is None:
        raise ValueError(
            f"a parada antecipada observa {stopping.monitor!r}, mas não há evaluate. Passe "
            "FitOptions(evaluate=...), ou observe 'loss'."
        )


def _check_loss(loss: object) -> None:
    """Recusa perda que não seja um escalar com gradiente."""
    if not isinstance(loss, Tensor):
        raise TypeError(
            f"loss_function deve devolver um tensor; devolveu {type(loss).__name__}. Não use "
            ".item() dentro dela."
        )
    if loss.numel() != 1:
        raise ValueError(
            f"loss_function deve devolver um escalar; devolveu forma {tuple(loss.shape)}. Termine "
            "com .mean() ou .sum()."
        )
    if not loss.requires_grad:
        raise ValueError(
            "a perda não depende dos parâmetros do modelo (sem gradiente). Calcule-a a partir da "
            "saída do modelo, sem detach() nem no_grad()."
        )
