"""Conferências de respostas numéricas e de escolha com medida."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coursekit.exercises.comparing import describe_difference, matches
from coursekit.exercises.failure import AnswerError, Failure, NotDoneError
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import kind_of, plain_text, spoken, to_array, to_number
from coursekit.exercises.report import Check

__all__ = ["Choice", "choice_checks", "number_check"]

THOUSANDS_HINT = (
    "o ponto: em Python ele separa decimais. Escreva o número inteiro sem ponto nenhum."
)
CHOICE, MEASURE = "alternativa", "medida"
FORM_HINT = f'a forma da resposta: {{"{CHOICE}": letra, "{MEASURE}": o que você mediu}}.'


def number_check(
    name: str,
    expected: Callable[[], float],
    *,
    tolerance: float,
    hint: str,
    mistakes: tuple[Mistake, ...] = (),
) -> Check:
    """Monta a conferência de um número.

    Args:
        name: o que o número é.
        expected: calcula o valor certo.
        tolerance: diferença absoluta aceita, na unidade da resposta.
        hint: o que rever se o engano não for reconhecido.
        mistakes: contas enganadas, sem argumentos, do mais ao menos provável.

    Returns:
        A conferência. O valor certo não aparece na mensagem.

    Example:
        >>> check = number_check("a soma", lambda: 4.0, tolerance=0.1, hint="a conta.")
        >>> check.run("4,05") is None, check.run(5).detail
        (True, 'recebi 5; não é esse o valor (a folga é de 0,1)')
    """

    def run(answer: object) -> Failure | None:
        received = to_number(answer)
        distance = abs(received - expected())
        if distance <= tolerance:
            return None
        slack = f" (a folga é de {spoken(tolerance)})" if tolerance else ""
        detail = f"recebi {spoken(received)}; não é esse o valor{slack}"
        for mistake in mistakes:
            wrong = float(np.asarray(mistake.wrong()))
            # Mais perto do certo que do engano: é descuido de conta, não esse engano.
            if abs(received - wrong) <= min(_mistake_slack(wrong, tolerance), distance):
                return Failure(detail, mistake.hint)
        grouped = expected() >= 1000 and round(1000 * received, 6) == expected()
        return Failure(detail, THOUSANDS_HINT if grouped else None)

    return Check(name, run, hint)


def _mistake_slack(wrong: float, tolerance: float) -> float:
    """Folga para reconhecer um engano: proporcional a ele, para não confundir 0, 1 e 17."""
    return max(2e-3 * abs(wrong), min(tolerance, 2e-2 * abs(wrong)))


@dataclass(frozen=True)
class Choice:
    """Uma pergunta de múltipla escolha cuja resposta se mede.

    Attributes:
        options: letra minúscula → texto da alternativa.
        key: calcula a letra certa a partir da medida que quem estuda fez (já conferida).
        hints: letra errada → o que rever.
    """

    options: Mapping[str, str]
    key: Callable[[Any], str]
    hints: Mapping[str, str]


def choice_checks(
    choice: Choice, measure: Check, read: Callable[[object], Any]
) -> tuple[Check, ...]:
    """Monta as conferências de uma escolha: primeiro a medida, depois a alternativa.

    Args:
        choice: alternativas, gabarito calculado e pistas.
        measure: conferência da medida sozinha.
        read: lê a medida que ``measure`` já aprovou, para calcular o gabarito.

    Returns:
        Três conferências: a forma da resposta, a medida e a alternativa.

    Raises:
        ValueError: se alguma alternativa não tiver pista (qualquer uma pode ser a errada,
            menos uma).

    Example:
        >>> choice = Choice({"a": "sim", "b": "não"}, lambda m: "b", {"a": "a medida."})
        >>> measure = number_check("m", lambda: 1.0, tolerance=0.1, hint="a conta.")
        >>> [check.name for check in choice_checks(choice, measure, to_number)]
        ['forma da resposta', 'm', 'alternativa']
    """
    if len(choice.options) - len(choice.hints) != 1:
        raise ValueError(
            f"recebi {len(choice.options)} alternativas e {len(choice.hints)} pistas; todas as "
            "erradas precisam de pista. Escreva uma para cada alternativa errada."
        )
    return (
        Check("forma da resposta", partial(_run_form, choice), FORM_HINT),
        Check(measure.name, lambda answer: measure.run(_part(answer, MEASURE)), measure.hint),
        Check("alternativa", partial(_run_letter, choice, read), FORM_HINT),
    )


def table_failure(
    received: object,
    expected: ArrayLike,
    *,
    tolerance: float,
    mistakes: tuple[Mistake, ...] = (),
) -> Failure | None:
    """Confere uma tabela de números; reconhece enganos sem argumentos.

    Args:
        received: resposta, de qualquer tipo.
        expected: valores certos.
        tolerance: diferença aceita, relativa a ``1 + |esperado|``.
        mistakes: contas enganadas, do mais ao menos provável.

    Returns:
        O defeito, ou ``None``. Os valores certos não aparecem na mensagem.

    Example:
        >>> table_failure([1.0, 2.0], [1.0, 2.0], tolerance=1e-9) is None
        True
    """
    array = to_array(received)
    difference = describe_difference(array, expected, tolerance=tolerance, reveal=False)
    if difference is None:
        return None
    for mistake in mistakes:
        if matches(array, mistake.wrong(), tolerance=min(tolerance, 1e-4)):
            return Failure(difference, mistake.hint)
    return Failure(difference)


def _part(answer: object, key: str) -> object:
    """Pega uma parte da resposta; em branco quer dizer exercício por fazer."""
    if not isinstance(answer, Mapping):
        raise AnswerError(f"esperava um dicionário; recebi {kind_of(answer)}", FORM_HINT)
    if key not in answer:
        raise AnswerError(f"falta «{key}» na resposta", FORM_HINT)
    part = answer[key]
    if part is None or part is Ellipsis:
        raise NotDoneError
    return part


def _run_form(choice: Choice, answer: object) -> Failure | None:
    """Confere que há alternativa e medida, e que a alternativa existe."""
    _part(answer, MEASURE)
    if _letter(choice, _part(answer, CHOICE)) is not None:
        return None
    letters = ", ".join(choice.options)
    return Failure(f"não reconheci a alternativa; as letras são {letters}", FORM_HINT)


def _run_letter(choice: Choice, read: Callable[[object], Any], answer: object) -> Failure | None:
    """Compara a letra com a que a medida aponta."""
    letter = _letter(choice, _part(answer, CHOICE))
    if letter == choice.key(read(_part(answer, MEASURE))):
        return None
    detail = f"a sua medida está certa, mas ela não combina com a alternativa «{letter}»"
    return Failure(detail, choice.hints.get(letter or ""))


def _letter(choice: Choice, answer: object) -> str | None:
    """Lê a letra: aceita «b», «B)», «(b)», «b) e o texto» ou só o texto da alternativa."""
    if not isinstance(answer, str):
        return None
    text = plain_text(answer)
    bare = text.partition(")")[0].strip("(*.: ")
    if bare in choice.options:
        return bare
    return next((key for key, option in choice.options.items() if plain_text(option) == text), None)
