"""Orações neutras em português, de uma gramática pequena: o recheio das tarefas de texto.

Cada oração é lugar ou tempo, sujeito, verbo e complemento, sem opinião nenhuma. Com elas se
montam trechos do tamanho que se quiser, nos quais uma tarefa esconde as suas pistas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["NEUTRAL_WORDS", "NeutralText", "neutral_text"]

OPENINGS = ("ontem", "hoje", "no sábado", "de manhã", "mais tarde", "naquela noite", "em maio")
SUBJECTS = ("minha irmã", "meu vizinho", "a turma", "o grupo", "a moça", "o rapaz")
VERBS = ("foi", "estava", "passou", "ficou", "chegou", "voltou", "andou", "entrou", "parou")
COMPLEMENTS = (
    "na cidade", "perto da praça", "com meus amigos", "para casa de ônibus", "no centro",
    "na sala da escola", "sem pressa", "no cinema", "por uma hora", "na fila do mercado",
)  # fmt: skip

NEUTRAL_WORDS = tuple(
    sorted(
        {
            word
            for part in (OPENINGS, SUBJECTS, VERBS, COMPLEMENTS)
            for word in " ".join(part).split()
        }
    )
)
"""Todas as palavras que uma oração neutra pode ter, em ordem alfabética."""


@dataclass(frozen=True)
class NeutralText:
    """Guarda um trecho neutro e os lugares em que se pode mexer nele.

    Attributes:
        words: as palavras, na ordem.
        boundaries: índices em que começa uma oração; neles cabe inserir outra.
        verbs: índices dos verbos; antes deles cabe um «não».
    """

    words: tuple[str, ...]
    boundaries: tuple[int, ...]
    verbs: tuple[int, ...]


def neutral_text(length: int, *, generator: np.random.Generator) -> NeutralText:
    """Emenda orações sorteadas até completar o comprimento; a última pode sair cortada.

    Args:
        length: número de palavras, inteiro ≥ 0.
        generator: gerador do NumPy de onde saem os sorteios.

    Returns:
        O trecho, com exatamente ``length`` palavras.

    Raises:
        ValueError: se ``length`` for negativo.

    Example:
        >>> text = neutral_text(9, generator=np.random.default_rng(0))
        >>> len(text.words), text.boundaries[0], set(text.words) <= set(NEUTRAL_WORDS)
        (9, 0, True)
    """
    if length < 0:
        raise ValueError(
            f"length não pode ser negativo; recebi {length}. Peça o número de palavras do trecho."
        )
    words: list[str] = []
    boundaries, verbs = [], []
    while len(words) < length:
        boundaries.append(len(words))
        parts = [
            options[generator.integers(len(options))].split()
            for options in (OPENINGS, SUBJECTS, VERBS, COMPLEMENTS)
        ]
        verbs.append(len(words) + len(parts[0]) + len(parts[1]))
        words.extend(word for part in parts for word in part)
    kept_verbs = tuple(index for index in verbs if index < length)
    return NeutralText(tuple(words[:length]), tuple(boundaries), kept_verbs)
