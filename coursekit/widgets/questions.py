"""Perguntas de múltipla escolha com explicação para cada opção."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.widgets.markup import Markup, tag
from coursekit.widgets.widget import Widget

__all__ = ["Option", "Question", "quiz"]


@dataclass(frozen=True)
class Option:
    """Uma opção de resposta.

    Attributes:
        text: o que o leitor lê.
        correct: se é a resposta certa; de preferência o resultado de uma conta, e não um
            ``True`` digitado, para que a chave nunca contradiga o código.
        explanation: por que está certa ou errada; obrigatória.

    Raises:
        TypeError: se ``correct`` não for booleano.
        ValueError: se ``text`` ou ``explanation`` estiverem em branco.

    Example:
        >>> Option("4", correct=2 + 2 == 4, explanation="Dois mais dois.").correct
        True
    """

    text: str
    correct: bool
    explanation: str

    def __post_init__(self) -> None:
        """Recusa opção sem texto, sem explicação ou com chave que não é booleana."""
        if not isinstance(self.correct, bool | np.bool_):
            raise TypeError(
                f"correct = {self.correct!r} é {type(self.correct).__name__}; aceito bool. "
                "Escreva a comparação que decide, por exemplo correct=total == 10."
            )
        for name in ("text", "explanation"):
            if not getattr(self, name).strip():
                raise ValueError(
                    f"{name} está em branco; toda opção tem texto e explicação. "
                    "Diga por que está certa ou qual é o engano."
                )


@dataclass(frozen=True)
class Question:
    """Uma pergunta com exatamente uma opção certa.

    Attributes:
        text: o enunciado.
        options: duas opções ou mais, na ordem em que aparecem.

    Raises:
        ValueError: se o enunciado estiver em branco, se houver menos de duas opções,
            opções repetidas ou um número de certas diferente de um.

    Example:
        >>> options = [Option("4", True, "Isso."), Option("5", False, "Some de novo.")]
        >>> Question("Quanto é 2 + 2?", options).answer
        0
    """

    text: str
    options: Sequence[Option]

    def __post_init__(self) -> None:
        """Recusa pergunta mal formada."""
        object.__setattr__(self, "options", tuple(self.options))
        if not self.text.strip():
            raise ValueError("text está em branco; aceito um enunciado. Escreva a pergunta.")
        count = sum(bool(option.correct) for option in self.options)
        if len(self.options) < 2 or count != 1:
            raise ValueError(
                f"«{self.text}» tem {len(self.options)} opções e {count} certas; aceito duas ou "
                "mais opções e exatamente uma certa. Confira a conta que decide cada correct."
            )
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError(
                f"«{self.text}» tem opções de texto igual; aceito textos distintos. "
                "Reescreva a opção repetida."
            )

    @property
    def answer(self) -> int:
        """Índice da opção certa."""
        return [bool(option.correct) for option in self.options].index(True)


def quiz(questions: Sequence[Question], *, title: str = "Confira o que você entendeu") -> Widget:
    """Monta um questionário com retorno imediato, por mouse ou teclado.

    Cada opção escolhida e conferida mostra a sua explicação. Sem JavaScript, as
    explicações ficam dentro de um bloco que se abre.

    Args:
        questions: uma pergunta ou mais.
        title: título visível.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        ValueError: se não houver pergunta.

    Example:
        >>> options = [Option("4", True, "Isso."), Option("5", False, "Some de novo.")]
        >>> quiz([Question("Quanto é 2 + 2?", options)])
        [figura interativa: Confira o que você entendeu] 1 pergunta. 1. Quanto é 2 + 2? a) 4 b) 5
    """
    if not questions:
        raise ValueError("questions está vazia; aceito uma pergunta ou mais. Acrescente Question.")
    return _Quiz(
        kind="quiz",
        title=title,
        body=tag("div", None, *[_question(q, i, len(questions)) for i, q in enumerate(questions)]),
        summary="",
        plain=_plain(questions),
        config={
            "answers": [
                [{"correct": bool(o.correct), "explanation": o.explanation} for o in q.options]
                for q in questions
            ]
        },
        eyebrow="perguntas",
    )


@dataclass(frozen=True)
class _Quiz(Widget):
    """Um questionário: em texto puro mostra perguntas e opções, sem a chave."""

    plain: str = ""

    def __repr__(self) -> str:
        """Escreve perguntas e opções."""
        return f"[figura interativa: {self.title}] {self.plain}"


def _question(question: Question, index: int, total: int) -> Markup:
    """Monta uma pergunta: opções, botão, retorno e explicações para quem não tem JavaScript."""
    number = f"{index + 1} de {total}" if total > 1 else ""
    legend = tag(
        "legend", None, tag("span", {"class": "cw-count"}, number) if number else "", question.text
    )
    options = [
        _option(option, place, f"pergunta-{index}") for place, option in enumerate(question.options)
    ]
    button = tag(
        "button",
        {"type": "button", "class": "cw-solid", "data-role": "check", "disabled": True},
        "Conferir",
    )
    feedback = tag("div", {"class": "cw-feedback", "data-role": "feedback", "aria-live": "polite"})
    return tag(
        "div",
        {"class": "cw-question", "data-role": "question"},
        tag("fieldset", None, legend, *options),
        button,
        feedback,
        _explanations(question),
    )


def _option(option: Option, place: int, group: str) -> Markup:
    """Monta uma opção: botão de escolha, texto e lugar do veredito."""
    return tag(
        "label",
        {"class": "cw-option", "data-role": "option"},
        tag("input", {"type": "radio", "name": group, "value": place, "disabled": True}),
        tag("span", {"class": "cw-option-text"}, option.text),
        tag("span", {"class": "cw-option-mark", "data-role": "mark"}),
    )


def _explanations(question: Question) -> Markup:
    """Monta o bloco de explicações que aparece só sem JavaScript."""
    items = [
        tag(
            "li",
            None,
            tag("strong", None, f"{option.text}: {'certa' if option.correct else 'errada'}. "),
            option.explanation,
        )
        for option in question.options
    ]
    summary = tag("summary", None, "Ver as explicações")
    return tag("details", {"data-role": "static"}, summary, tag("ul", None, *items))


def _plain(questions: Sequence[Question]) -> str:
    """Escreve as perguntas em texto puro."""
    lines = [f"{len(questions)} pergunta{'s' if len(questions) > 1 else ''}."]
    for number, question in enumerate(questions, start=1):
        letters = "abcdefghijklmnopqrstuvwxyz"
        options = [f"{letters[i]}) {o.text}" for i, o in enumerate(question.options)]
        lines.append(f"{number}. {question.text} {' '.join(options)}")
    return " ".join(lines)
