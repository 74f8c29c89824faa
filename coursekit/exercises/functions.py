"""Conferências de funções: chamadas com NumPy em float64, ou com PyTorch se forem dele."""

import dis
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.exercises.comparing import describe_difference, matches
from coursekit.exercises.failure import Failure, NotDoneError
from coursekit.exercises.guard import TimeLimitReached
from coursekit.exercises.reading import kind_of, to_array
from coursekit.exercises.report import Check

__all__ = ["Case", "Mistake", "function_checks"]

NOT_A_FUNCTION_HINT = "o que você passou a check: o nome da função, sem parênteses depois."
RETURN_HINT = "a última linha da função: falta um return."
BLANK_PART_HINT = "o que a função devolve: nenhuma parte pode ser None, nem ficar em reticências."
CRASH_HINT = (
    "a linha em que a função parou: rode-a à parte com um exemplo pequeno e olhe o que entra nela "
    "(de um vetor, a forma: .shape)."
)
ARGUMENTS_HINT = (
    "a linha do def: a função recebe os argumentos do enunciado, todos, e nessa mesma ordem."
)
MISSING_NAME_HINT = (
    "o nome que a mensagem mostra: confira a grafia e rode de novo, de cima para baixo, as células "
    "que vêm antes. Quem reinicia o núcleo apaga tudo o que elas definiram."
)
EXACT_ZERO_HINT = "a última etapa: o que fica abaixo do corte vale 0, sem resto nenhum."
# Só com isto, uma função não faz conta nenhuma: devolve uma constante.
NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
MUTATION_HINT = (
    "operações que escrevem no lugar, como «x -= …» ou «x[i] = …»: quem chama espera "
    "receber os seus dados como estavam. Faça a conta num vetor novo."
)


@dataclass(frozen=True)
class Mistake:
    """Um engano conhecido: a conta que ele faz e a pista que o desfaz.

    Attributes:
        wrong: a conta enganada, com os mesmos argumentos do caso.
        hint: o que rever, sem dar a resposta; completa «Reveja:».
    """

    wrong: Callable[..., ArrayLike]
    hint: str


@dataclass(frozen=True)
class Case:
    """Um caso em que a função de quem estuda é chamada.

    Attributes:
        name: o caso, em poucas palavras.
        arguments: cria os argumentos, novos a cada chamada.
        expected: a conta certa, com os mesmos argumentos.
        hint: o que rever se o engano não for reconhecido.
        mistakes: enganos conhecidos, do mais ao menos provável.
        tolerance: diferença aceita, relativa a ``1 + |esperado|``.
        exact_zeros: se os zeros esperados têm de ser exatamente zero.
        read: lê os números do que a função devolveu.
    """

    name: str
    arguments: Callable[[], tuple[Any, ...]]
    expected: Callable[..., ArrayLike]
    hint: str
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 1e-9
    exact_zeros: bool = False
    read: Callable[[object], NDArray[Any]] = to_array


def function_checks(cases: Sequence[Case]) -> tuple[Check, ...]:
    """Transforma casos em conferências.

    Args:
        cases: casos, do mais fácil ao mais difícil.

    Returns:
        Uma conferência por caso, na mesma ordem.

    Example:
        >>> double = Case("dobro de 3", lambda: (3.0,), lambda x: 2 * x, "a tabuada do 2.")
        >>> function_checks([double])[0].run(lambda x: x + x) is None
        True
    """
    return tuple(Check(case.name, partial(_run_case, case), case.hint) for case in cases)


def _run_case(case: Case, answer: object) -> Failure | None:
    """Chama a função, compara o resultado e confere que os argumentos ficaram como estavam."""
    if not callable(answer):
        return Failure(f"esperava uma função; recebi {kind_of(answer)}", NOT_A_FUNCTION_HINT)
    given = case.arguments()
    result, error = _attempt(answer, given)
    if isinstance(error, TypeError | AttributeError) and "torch" in sys.modules:
        tensors = _as_tensors(case.arguments())
        second, second_error = _attempt(answer, tensors)
        if second_error is None or _last_line(second_error) > _last_line(error):
            given, result, error = tensors, second, second_error
    if error is not None:
        return _stopped(error, len(given))
    if result is None:
        if _is_empty(answer):
            raise NotDoneError
        return Failure("a função devolveu None", RETURN_HINT)
    try:
        received = case.read(result)
    except NotDoneError:
        if result is Ellipsis:
            raise
        return Failure("há uma parte em branco no que a função devolveu", BLANK_PART_HINT)
    return _compare(case, received) or _changed_argument(case, given)


def _attempt(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    """Chama a função; devolve o resultado e a exceção, se houve."""
    try:
        return function(*arguments), None
    except (KeyboardInterrupt, TimeLimitReached):
        raise
    except NotImplementedError as error:
        if _is_blank(error):
            raise NotDoneError from None
        return None, error
    except BaseException as error:  # SystemExit incluído: sys.exit() não fecha o caderno
        return None, error


def _compare(case: Case, received: NDArray[Any]) -> Failure | None:
    """Compara com o esperado e, se difere, procura o engano que dá o mesmo resultado."""
    expected = np.asarray(case.expected(*case.arguments()), dtype=np.float64)
    difference = describe_difference(received, expected, tolerance=case.tolerance)
    if difference is None and case.exact_zeros:
        blurred = (expected == 0) & (received != 0)
        if blurred.any():
            count = int(blurred.sum())
            detail = f"{count} dos pesos que deveriam ser exatamente 0 são só pequenos"
            return Failure(detail, EXACT_ZERO_HINT)
    if difference is None:
        return None
    return Failure(difference, _recognize(case, received))


def _recognize(case: Case, received: NDArray[Any]) -> str | None:
    """Devolve a pista do primeiro engano conhecido que explica o resultado."""
    slack = max(case.tolerance, 1e-7)
    for mistake in case.mistakes:
        try:
            wrong = mistake.wrong(*case.arguments())
        except (ValueError, IndexError, ArithmeticError):
            continue  # este engano não chega a um resultado neste caso
        if matches(received, wrong, tolerance=slack):
            return mistake.hint
    return None


def _changed_argument(case: Case, given: tuple[Any, ...]) -> Failure | None:
    """Compara os argumentos, depois da chamada, com uma cópia intocada."""
    pairs = zip(given, case.arguments(), strict=True)
    for number, (after, before) in enumerate(pairs, start=1):
        if not _unchanged(after, before):
            return Failure(
                f"o resultado está certo, mas o {number}º argumento mudou de valor", MUTATION_HINT
            )
    return None


def _unchanged(after: Any, before: Any) -> bool:
    """Compara um argumento com a cópia intocada, entrando em listas e dicionários."""
    if isinstance(before, Mapping):
        return set(after) == set(before) and all(_unchanged(after[k], before[k]) for k in before)
    if isinstance(before, list | tuple):
        return len(after) == len(before) and all(map(_unchanged, after, before))
    if isinstance(before, np.random.Generator):  # sortear muda o gerador: é para isso que ele vem
        return True
    return np.array_equal(to_array(after), to_array(before), equal_nan=True)


def _as_tensors(value: Any) -> Any:
    """Converte os vetores em tensores, com o PyTorch que quem responde já importou."""
    if isinstance(value, Mapping):
        return {key: _as_tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_as_tensors(item) for item in value)
    return sys.modules["torch"].from_numpy(value) if isinstance(value, np.ndarray) else value


def _is_blank(error: NotImplementedError) -> bool:
    """Diz se a exceção é a lacuna da própria resposta, e não a de algo que ela chama."""
    trace = error.__traceback__
    inner = trace.tb_next if trace is not None else None
    return not error.args and (inner is None or inner.tb_next is None)


def _is_empty(function: object) -> bool:
    """Diz se o corpo da função não faz nada: só ``...``, ``pass`` ou a descrição."""
    inner = function.func if isinstance(function, partial) else function
    code = getattr(inner, "__code__", None)
    if not isinstance(code, CodeType) or code.co_name == "<lambda>":  # lambda sempre diz algo
        return False
    return {step.opname for step in dis.get_instructions(code)} <= NOTHING


def _stopped(error: BaseException, num_arguments: int) -> Failure:
    """Conta por que a função parou, com a pista que cabe à exceção."""
    if isinstance(error, NotImplementedError) and not error.args:
        name = _innermost(error)
        hint = f"o exercício em que se escreve {name}: faça-o antes, e rode a célula dele."
        return Failure(f"a sua função chama {name}, que ainda não foi escrita", hint)
    if isinstance(error, TypeError) and not _last_line(error):
        count = f"{num_arguments} argumento{'s' * (num_arguments > 1)}"
        return Failure(
            f"chamei a função com {count}, e ela não aceitou (TypeError)", ARGUMENTS_HINT
        )
    hint = MISSING_NAME_HINT if type(error) is NameError else CRASH_HINT
    return Failure(_describe_error(error), hint)


def _innermost(error: BaseException) -> str:
    """Nome da função em que a exceção nasceu."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_name if trace is not None else "outra função"


def _last_line(error: BaseException) -> int:
    """Conta até que linha da função a chamada chegou (o primeiro nível dentro dela)."""
    trace = error.__traceback__
    inner = trace.tb_next if trace is not None else None
    return inner.tb_lineno if inner is not None else 0


def _describe_error(error: BaseException) -> str:
    """Descreve uma exceção numa linha curta."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # a mensagem da exceção também é código de quem responde
        text = ""
    short = text.rstrip(".") if len(text) <= 160 else text[:157] + "…"
    line = _last_line(error)
    place = f" na linha {line}" if line else ""
    return f"a função parou{place} com {type(error).__name__}" + (f": {short}" if short else "")
