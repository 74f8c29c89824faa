"""O que um treino em andamento sabe de si: posição, registros e melhor modelo."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from torch import Tensor

from coursekit.training.errors import CheckpointError
from coursekit.training.history import History


@dataclass
class RunState:
    """Posição e registros de um treino; é isto que vai para as notas do ponto de retomada.

    Args:
        epoch: épocas completas.
        step_in_epoch: passos dados na época em curso.
        digest: resumo dos lotes vistos na época em curso.
        epoch_random: estado dos geradores no começo da época em curso, se houver retomada.
        stopped: se a parada antecipada já decidiu.
        best_weights: pesos da melhor época, se forem pedidos.
        step_losses: perda de cada passo.
        epoch_losses: perda média de cada época.
        metrics: por nome, um valor por época.
        gradient_norms: norma do gradiente de cada passo, antes do recorte.
        learning_rates: taxa de aprendizado ao fim de cada época.
    """

    epoch: int = 0
    step_in_epoch: int = 0
    digest: str = ""
    epoch_random: dict[str, Any] | None = None
    stopped: bool = False
    best_weights: dict[str, Tensor] | None = None
    step_losses: list[float] = field(default_factory=list)
    epoch_losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    gradient_norms: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)

    def history(self) -> History:
        """Congela os registros."""
        return History(
            step_losses=tuple(self.step_losses),
            epoch_losses=tuple(self.epoch_losses),
            metrics={name: tuple(values) for name, values in self.metrics.items()},
            gradient_norms=tuple(self.gradient_norms),
            learning_rates=tuple(self.learning_rates),
            stopped_early=self.stopped,
        )

    def record_step(self, loss: float, norm: float) -> None:
        """Registra um passo dado."""
        self.step_losses.append(loss)
        self.gradient_norms.append(norm)
        self.step_in_epoch += 1

    def record_epoch(self, metrics: Mapping[str, float], learning_rate: float) -> None:
        """Fecha a época em curso.

        Args:
            metrics: o que ``evaluate`` devolveu.
            learning_rate: taxa de aprendizado do primeiro grupo.

        Raises:
            ValueError: se as métricas não forem números, ou mudarem de nome entre épocas.
        """
        if self.epoch > 0 and set(metrics) != set(self.metrics):
            raise ValueError(
                f"evaluate devolveu as métricas {sorted(metrics)} na época {self.epoch + 1}, e "
                f"antes {sorted(self.metrics)}. Devolva sempre os mesmos nomes."
            )
        for name, value in metrics.items():
            self.metrics.setdefault(name, []).append(_number(name, value))
        losses = self.step_losses[-self.step_in_epoch :]
        self.epoch_losses.append(math.fsum(losses) / len(losses))
        self.learning_rates.append(learning_rate)
        self.epoch += 1
        self.step_in_epoch = 0
        self.digest = ""

    def observed(self, monitor: str) -> list[float]:
        """Série que a parada antecipada observa.

        Args:
            monitor: ``"loss"`` ou o nome de uma métrica.

        Returns:
            Um valor por época completa.

        Raises:
            KeyError: se ``evaluate`` não devolver essa métrica.
        """
        if monitor == "loss":
            return self.epoch_losses
        if monitor not in self.metrics:
            raise KeyError(
                f"a parada antecipada observa {monitor!r}, que evaluate não devolve; ela devolve "
                f"{sorted(self.metrics)}. Corrija EarlyStopping(monitor=...)."
            )
        return self.metrics[monitor]

    def to_notes(self) -> dict[str, Any]:
        """Notas para o ponto de retomada."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> "RunState":
        """Relê as notas.

        Args:
            notes: o que :meth:`to_notes` devolveu.

        Returns:
            O estado do treino.

        Raises:
            CheckpointError: se as notas não forem de um treino por ``fit``.
        """
        if set(notes) != {entry.name for entry in fields(cls)}:
            raise CheckpointError(
                "o ponto de retomada não foi escrito por fit, e sim por save_checkpoint com outras "
                "notas. Leia-o com load_checkpoint, ou dê outra pasta a CheckpointOptions."
            )
        return cls(**notes)


def _number(name: str, value: object) -> float:
    """Lê um número de Python, NumPy ou PyTorch."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"a métrica {name!r} deve ser um número; recebi {type(value).__name__}. Use float(...)."
        ) from error
