"""Opções do treino: pequenos registros imutáveis, cada um sobre um assunto."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from coursekit.training.clipping import GradientClip
from coursekit.training.random_state import RandomGenerator
from coursekit.training.stopping import EarlyStopping


@dataclass(frozen=True)
class Schedule:
    """Agendador da taxa de aprendizado e o momento de chamá-lo.

    Args:
        scheduler: agendador do PyTorch, criado sobre o mesmo otimizador.
        every: ``"epoch"`` chama ao fim de cada época; ``"step"``, depois de cada passo.
            ``ReduceLROnPlateau`` só aceita ``"epoch"`` e recebe a perda média da época.

    Raises:
        ValueError: se ``every`` não for um dos dois, ou não servir ao agendador.
    """

    scheduler: LRScheduler
    every: str = "epoch"

    def __post_init__(self) -> None:
        if self.every not in {"epoch", "step"}:
            raise ValueError(
                f"every deve ser 'epoch' (por época) ou 'step' (por passo); recebi {self.every!r}."
            )
        if self.every == "step" and isinstance(self.scheduler, ReduceLROnPlateau):
            raise ValueError(
                "ReduceLROnPlateau observa a perda da época e não aceita every='step'. "
                "Use every='epoch'."
            )


@dataclass(frozen=True)
class CheckpointOptions:
    """Onde e quando guardar pontos de retomada.

    Ao fim de cada época guarda-se sempre. Ao retomar, os lotes já vistos da época
    interrompida são repassados sem treinar, e conferidos com um resumo SHA-256: se a fonte
    de lotes não os repetir, a retomada é recusada.

    Args:
        folder: pasta do ponto de retomada; uma por treino.
        every_steps: guarda também a cada tantos passos; ``None`` só ao fim das épocas.
        resume: se verdadeiro, continua do ponto que houver na pasta; se falso, começa do
            zero e o substitui.
        generators: geradores próprios usados no treino, em ordem fixa. O ``generator`` de
            um ``DataLoader`` é incluído sozinho.

    Raises:
        ValueError: se ``every_steps`` não for um inteiro positivo.
    """

    folder: str | Path
    every_steps: int | None = None
    resume: bool = True
    generators: tuple[RandomGenerator, ...] = ()

    def __post_init__(self) -> None:
        steps = self.every_steps
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int)):
            raise ValueError(f"every_steps deve ser um inteiro positivo; recebi {steps!r}.")
        if steps is not None and steps < 1:
            raise ValueError(f"every_steps deve ser pelo menos 1 passo; recebi {steps}.")


@dataclass(frozen=True)
class FitOptions:
    """Opções de :func:`coursekit.training.fit`; o padrão é um treino simples.

    Args:
        clip: recorte do gradiente, se houver.
        schedule: agendador da taxa de aprendizado, se houver.
        evaluate: função chamada ao fim de cada época, com o modelo em modo de avaliação e
            sem gradiente; devolve métricas ``{nome: número}``, sempre os mesmos nomes.
        early_stopping: parada antecipada, se houver.
        checkpoint: pontos de retomada, se houver.
        progress: falso esconde a barra de progresso.
    """

    clip: GradientClip | None = None
    schedule: Schedule | None = None
    evaluate: Callable[[nn.Module], Mapping[str, float]] | None = None
    early_stopping: EarlyStopping | None = None
    checkpoint: CheckpointOptions | None = None
    progress: bool = True
