"""Erros próprios do treino."""

from coursekit.training.history import History


class CheckpointError(RuntimeError):
    """Ponto de retomada ausente, estragado, de outro programa ou de outro treino."""


class DivergenceError(ArithmeticError):
    """O treino deixou de ser finito: perda ou gradiente ``nan`` ou infinito.

    O modelo fica com os últimos pesos finitos: o passo que divergiu não é dado.

    Args:
        message: o que aconteceu e o que fazer.
        history: o que foi registrado até o passo anterior.

    Example:
        >>> error = DivergenceError("a perda é nan", History(step_losses=(1.0,)))
        >>> error.history.step_losses
        (1.0,)
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history
