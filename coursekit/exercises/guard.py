"""Roda o código de quem responde sem deixar que ele derrube ou trave o caderno."""

import ctypes
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["TIME_LIMIT", "Outcome", "TimeLimitReached", "call_with_limit"]

TIME_LIMIT = 20.0  # segundos por conferência
GRACE = 0.5  # espera, em segundos, para que a função interrompida solte o processador


class TimeLimitReached(BaseException):
    """Lançada dentro da função que passou do tempo.

    Herda de ``BaseException`` para que um ``except Exception`` de quem responde não a engula.
    """


@dataclass(frozen=True)
class Outcome:
    """O que aconteceu numa chamada.

    Attributes:
        value: o que a função devolveu.
        error: a exceção que ela lançou; ``None`` se nenhuma.
        timed_out: se ela passou do tempo.
    """

    value: Any = None
    error: BaseException | None = None
    timed_out: bool = False


def call_with_limit(
    function: Callable[..., Any], arguments: tuple[Any, ...], *, seconds: float = TIME_LIMIT
) -> Outcome:
    """Chama uma função numa linha de execução à parte, com avisos calados e tempo limitado.

    Isso serve em cadernos de qualquer sistema, sem sinais do sistema operacional. Uma função
    presa num laço de Python é interrompida; presa dentro de código compilado, fica para trás
    numa linha que não impede o Python de fechar.

    Args:
        function: função a chamar.
        arguments: argumentos posicionais dela.
        seconds: tempo máximo, em s.

    Returns:
        O valor devolvido, ou a exceção lançada, ou a notícia de que o tempo acabou.

    Raises:
        KeyboardInterrupt: se quem lê interromper a execução; é o único erro que passa.

    Example:
        >>> call_with_limit(lambda a, b: a / b, (1, 0)).error
        ZeroDivisionError('division by zero')
    """
    outcomes: list[Outcome] = []

    def work() -> None:
        try:
            with np.errstate(all="ignore"):
                outcomes.append(Outcome(value=function(*arguments)))
        except BaseException as error:
            outcomes.append(Outcome(error=error))

    worker = threading.Thread(target=work, daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worker.start()
        try:
            worker.join(seconds)
        finally:
            timed_out = worker.is_alive()
            if timed_out:
                _interrupt(worker)
    if timed_out:
        return Outcome(timed_out=True)
    if isinstance(outcomes[0].error, KeyboardInterrupt):
        raise outcomes[0].error
    return outcomes[0]


def _interrupt(worker: threading.Thread) -> None:
    """Pede ao Python que lance TimeLimitReached dentro da linha de execução, e espera um pouco."""
    identifier = ctypes.c_ulong(worker.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(identifier, ctypes.py_object(TimeLimitReached))
    worker.join(GRACE)
