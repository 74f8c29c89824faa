"""O que uma conferência encontra de errado, e os erros que ela usa por dentro."""

from dataclasses import dataclass

__all__ = ["AnswerError", "Failure", "NotDoneError"]


@dataclass(frozen=True)
class Failure:
    """Um defeito encontrado numa resposta.

    Attributes:
        detail: recebido e esperado, sem ponto final.
        hint: o que rever, quando o erro é reconhecido; ``None`` usa a pista da conferência.
    """

    detail: str
    hint: str | None = None


class AnswerError(Exception):
    """A resposta não tem o tipo pedido; o texto diz o que veio e o que se aceita."""

    def __init__(self, detail: str, hint: str | None = None) -> None:
        super().__init__(detail)
        self.hint = hint


class NotDoneError(Exception):
    """A resposta, ou uma parte dela, ainda está em branco."""
