"""Conferências e relatório: o que se confere, e o que se diz a quem respondeu."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from coursekit.exercises.failure import AnswerError, Failure, NotDoneError
from coursekit.exercises.guard import TIME_LIMIT, call_with_limit

__all__ = ["Check", "Report", "run_checks"]

Status = Literal["certo", "revise", "por fazer"]

NOT_DONE = "Exercício ainda não feito."
UNREADABLE_HINT = (
    "o tipo da resposta: o enunciado diz se ela é um número, uma tabela ou uma função."
)


@dataclass(frozen=True)
class Check:
    """Uma conferência: um caso, o teste dele e a pista para quem errar.

    Attributes:
        name: o caso, em poucas palavras («uma linha só», «escores enormes»).
        run: recebe a resposta; devolve ``None`` se ela passa, ou o defeito encontrado.
        hint: o que rever se o defeito não trouxer pista própria; completa «Reveja:».
    """

    name: str
    run: Callable[[object], Failure | None]
    hint: str


@dataclass(frozen=True)
class Report:
    """O resultado de uma correção; mostra-se sozinho no caderno.

    Attributes:
        passed: se todas as conferências passaram.
        message: o que dizer a quem respondeu, em texto comum.
        status: ``"certo"``, ``"revise"`` ou ``"por fazer"``.
        failed: nome da conferência que parou a correção; ``None`` se nenhuma.
        hint: a pista mostrada depois de «Reveja:»; ``None`` se nenhuma.
        exercise_id: identificador do exercício, como ``"03-2"``; ``None`` fora do catálogo.
    """

    passed: bool
    message: str
    status: Status
    failed: str | None = None
    hint: str | None = None
    exercise_id: str | None = None

    def __repr__(self) -> str:
        """Texto comum, igual a cada execução."""
        from coursekit.exercises.display import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        """O mesmo texto, com cor e ícone."""
        from coursekit.exercises.display import report_html

        return report_html(self)


def run_checks(answer: object, checks: Iterable[Check], *, seconds: float = TIME_LIMIT) -> Report:
    """Confere uma resposta, do caso mais fácil ao mais difícil, e para no primeiro defeito.

    Nada que a resposta faça derruba o caderno: exceção, recursão sem fim, laço infinito ou
    objeto estranho viram relatório. Só a interrupção pedida por quem lê passa adiante.

    Args:
        answer: a resposta, de qualquer tipo; ``None`` e ``...`` querem dizer «por fazer».
        checks: conferências, da mais fácil à mais difícil; ao menos uma.
        seconds: tempo máximo de cada conferência, em s, positivo.

    Returns:
        O relatório, igual a cada execução para a mesma resposta.

    Raises:
        ValueError: se não houver nenhuma conferência.

    Example:
        >>> is_even = Check(
        ...     "é par", lambda n: None if n % 2 == 0 else Failure("recebi ímpar"), "o resto por 2."
        ... )
        >>> run_checks(4, [is_even])
        Certo! 1 conferência passou.
        >>> run_checks(3, [is_even])
        Ainda não. Caso «é par»: recebi ímpar.
        Reveja: o resto por 2.
    """
    ordered = tuple(checks)
    if not ordered:
        raise ValueError(
            "recebi uma lista de conferências vazia: ela aprovaria qualquer resposta. "
            "Passe ao menos um Check."
        )
    if answer is None or answer is Ellipsis:
        return Report(passed=False, message=NOT_DONE, status="por fazer")
    for item in ordered:
        report = _report_of(item, answer, seconds)
        if report is not None:
            return report
    total = len(ordered)
    plural = "conferência passou" if total == 1 else "conferências passaram"
    return Report(passed=True, message=f"Certo! {total} {plural}.", status="certo")


def _report_of(item: Check, answer: object, seconds: float) -> Report | None:
    """Roda uma conferência protegida; devolve o relatório só se ela não passar."""
    outcome = call_with_limit(item.run, (answer,), seconds=seconds)
    failure = outcome.value
    if isinstance(outcome.error, NotDoneError | NotImplementedError):
        return Report(passed=False, message=NOT_DONE, status="por fazer")
    if outcome.timed_out:
        failure = Failure(
            f"a conta não terminou em {seconds:g} segundos",
            "os laços: algum deles pode não ter fim.",
        )
    elif isinstance(outcome.error, AnswerError):
        failure = Failure(str(outcome.error), outcome.error.hint)
    elif outcome.error is not None:
        name = type(outcome.error).__name__
        failure = Failure(f"não consegui ler a resposta ({name})", UNREADABLE_HINT)
    if not isinstance(failure, Failure):
        return None
    hint = failure.hint or item.hint
    message = f"Ainda não. Caso «{item.name}»: {failure.detail}.\nReveja: {hint}"
    return Report(False, message, "revise", failed=item.name, hint=hint)


def with_id(report: Report, exercise_id: str) -> Report:
    """Assina o relatório com o exercício a que ele responde."""
    return replace(report, exercise_id=exercise_id)
