"""Leitor de argumentos de linha de comando que fala português.

O ``argparse`` busca suas frases pela função ``_`` do próprio módulo. Enquanto um leitor
daqui trabalha, ela traduz; fora disso, fica como era.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_PHRASES = {
    "usage: ": "uso: ",
    "positional arguments": "argumentos",
    "options": "opções",
    "subcommands": "comandos",
    "show this help message and exit": "mostra esta ajuda e sai",
    "%(prog)s: error: %(message)s\n": "%(prog)s: erro: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "argumento %(argument_name)s: %(message)s",
    "the following arguments are required: %s": "faltam argumentos obrigatórios: %s",
    "one of the arguments %s is required": "é preciso dar um destes argumentos: %s",
    "unrecognized arguments: %s": "argumentos desconhecidos: %s",
    "not allowed with argument %s": "não pode vir junto com o argumento %s",
    "ignored explicit argument %r": "não aceita valor, e recebeu %r",
    "expected one argument": "espera um valor",
    "expected at most one argument": "espera no máximo um valor",
    "expected at least one argument": "espera pelo menos um valor",
    "expected %s argument": "espera %s valor",
    "expected %s arguments": "espera %s valores",
    "ambiguous option: %(option)s could match %(matches)s": (
        "opção ambígua: %(option)s pode ser %(matches)s"
    ),
    "unexpected option string: %s": "opção inesperada: %s",
    "invalid %(type)s value: %(value)r": "valor inválido (%(type)s): %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "escolha inválida: %(value)r (use uma destas: %(choices)s)"
    ),
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": (
        "escolha inválida: %(value)r; seria %(closest)r? (use uma destas: %(choices)s)"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": (
        "comando desconhecido: %(parser_name)r (use um destes: %(choices)s)"
    ),
    "can't open '%(filename)s': %(error)s": "não foi possível abrir '%(filename)s': %(error)s",
}


class ArgumentParser(argparse.ArgumentParser):
    """``argparse.ArgumentParser`` com ajuda e erros em português.

    Args:
        *arguments: os mesmos de ``argparse.ArgumentParser``.
        **keywords: os mesmos de ``argparse.ArgumentParser``.

    Example:
        >>> parser = ArgumentParser(prog="curso", description="Exemplo.")
        >>> print(parser.format_usage().strip())
        uso: curso [-h]
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        with _portuguese():
            super().__init__(*arguments, **keywords)

    def parse_known_args(self, *arguments: Any, **keywords: Any) -> Any:
        """Lê os argumentos; erros saem em português, com código 2."""
        with _portuguese():
            return super().parse_known_args(*arguments, **keywords)

    def parse_args(self, *arguments: Any, **keywords: Any) -> Any:
        """Lê os argumentos e recusa os desconhecidos."""
        with _portuguese():
            return super().parse_args(*arguments, **keywords)

    def add_subparsers(self, **keywords: Any) -> Any:
        """Cria os comandos, com leitores também em português."""
        with _portuguese():
            return super().add_subparsers(**keywords)

    def format_help(self) -> str:
        """Monta a ajuda."""
        with _portuguese():
            return super().format_help()

    def format_usage(self) -> str:
        """Monta a linha de uso."""
        with _portuguese():
            return super().format_usage()

    def error(self, message: str) -> NoReturn:
        """Mostra o uso e o erro, e sai com código 2."""
        with _portuguese():
            super().error(message)


def _translate(phrase: str) -> str:
    """Traduz uma frase; a desconhecida fica como veio."""
    return _PHRASES.get(phrase, phrase)


def _translate_plural(singular: str, plural: str, count: int) -> str:
    """Traduz conforme o número."""
    return _translate(singular if count == 1 else plural)


@contextmanager
def _portuguese() -> Iterator[None]:
    """Troca, enquanto dura, as funções de tradução do argparse."""
    names: dict[str, Callable[..., str]] = {"_": _translate, "ngettext": _translate_plural}
    previous = {name: getattr(argparse, name) for name in names}
    for name, function in names.items():
        setattr(argparse, name, function)
    try:
        yield
    finally:
        for name, function in previous.items():
            setattr(argparse, name, function)
