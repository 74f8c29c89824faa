"""Respostas em dicionário: uma conferência para cada número pedido."""

from collections.abc import Mapping
from functools import partial

from coursekit.exercises.failure import AnswerError, Failure, NotDoneError
from coursekit.exercises.reading import keys_of, plain_text
from coursekit.exercises.report import Check

__all__ = ["entry_checks"]

STALE_HINT = (
    "Se as que chegaram são de outro exercício, a célula desta resposta não rodou até o fim: "
    "veja o que ela diz, e rode-a de novo."
)


def entry_checks(entries: Mapping[str, Check]) -> tuple[Check, ...]:
    """Monta as conferências de uma resposta em dicionário.

    Args:
        entries: chave → conferência do valor dela, na ordem em que se corrigem; acentos e
            maiúsculas das chaves não contam.

    Returns:
        A conferência da forma do dicionário e, depois, uma para cada chave.

    Example:
        >>> from coursekit.exercises.answers import number_check
        >>> two = number_check("dois", lambda: 2.0, tolerance=0.1, hint="a conta.")
        >>> form, value = entry_checks({"média": two})
        >>> form.run({"media": 2}) is None, value.run({"media": 2}) is None
        (True, True)
        >>> value.run({"média": 3}).detail
        'recebi 3; não é esse o valor (a folga é de 0,1)'
    """
    hint = f"as chaves do dicionário: {', '.join(f'«{key}»' for key in entries)}."
    form = Check("forma da resposta", partial(_run_form, tuple(entries), hint), hint)
    return (form, *(_entry_check(key, check, hint) for key, check in entries.items()))


def _entry_check(key: str, check: Check, hint: str) -> Check:
    """A mesma conferência, aplicada ao valor de uma chave."""
    return Check(check.name, lambda answer: check.run(_entry(answer, key, hint)), check.hint)


def _entry(answer: object, key: str, hint: str) -> object:
    """Pega o valor de uma chave; em branco quer dizer exercício por fazer."""
    if not isinstance(answer, Mapping):
        raise AnswerError(f"esperava um dicionário; recebi {keys_of(answer)}", hint)
    wanted = plain_text(key)
    found = [v for k, v in answer.items() if isinstance(k, str) and plain_text(k) == wanted]
    if not found:
        raise AnswerError(f"falta «{key}»; recebi {keys_of(answer)}", hint)
    if found[0] is None or found[0] is Ellipsis:
        raise NotDoneError
    return found[0]


def _shares_a_key(keys: tuple[str, ...], answer: Mapping[object, object]) -> bool:
    """Diz se alguma das chaves pedidas está na resposta."""
    given = {plain_text(key) for key in answer if isinstance(key, str)}
    return not given.isdisjoint(map(plain_text, keys))


def _run_form(keys: tuple[str, ...], hint: str, answer: object) -> Failure | None:
    """Confere que as chaves pedidas estão lá, e só elas."""
    if isinstance(answer, Mapping) and answer and not _shares_a_key(keys, answer):
        return Failure(f"falta «{keys[0]}»; recebi {keys_of(answer)}", f"{hint} {STALE_HINT}")
    for key in keys:
        _entry(answer, key, hint)
    extra = isinstance(answer, Mapping) and len(answer) > len(keys)
    return Failure(f"há chaves a mais; recebi {keys_of(answer)}", hint) if extra else None
