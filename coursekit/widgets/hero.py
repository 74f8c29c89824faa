"""A figura da capa: escolha uma palavra e veja para onde vai a atenção dela."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from coursekit.plotting.decimal_comma import format_percent, join_words
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import snap
from coursekit.widgets.formulas import softmax
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.widget import Widget

__all__ = ["attention_hero"]

Vector = NDArray[np.float64]

# Coordenadas escritas à mão: lugar, carta, pessoa, ação, ligação.
# A consulta diz o que a palavra procura; a chave, o que ela oferece.
_WORDS: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("Sentada", (3, 0, 3, 0, 0), (2, 0, 1, 1, 0)),
    ("no", (3, 0, 0, 0, 1), (0, 0, 0, 0, 1)),
    ("banco", (4, 0, 1, 0, 0), (3, 0, 0, 0, 0)),
    ("da", (3, 0, 0, 0, 1), (0, 0, 0, 0, 1)),
    ("praça,", (4, 0, 0, 0, 0), (4, 0, 0, 0, 0)),
    ("Ana", (1, 0, 0, 4, 0), (0, 0, 4, 0, 0)),
    ("leu", (0, 3, 3, 0, 0), (0, 1, 0, 4, 0)),
    ("a", (0, 3, 0, 0, 1), (0, 0, 0, 0, 1)),
    ("carta", (0, 3, 0, 3, 0), (0, 4, 0, 0, 0)),
    ("do", (0, 3, 0, 0, 1), (0, 0, 0, 0, 1)),
    ("banco.", (0, 4, 0, 1, 0), (0, 3, 0, 0, 0)),
)
_START = 2
_STEP = 0.05
_NUM_NAMED = 3


@dataclass(frozen=True)
class _Scene:
    """Palavras, escores de cada uma para as outras e o estado inicial."""

    words: list[str]
    scores: Vector
    chosen: int
    focus: float

    @property
    def weights(self) -> Vector:
        """Pesos da palavra escolhida."""
        return softmax(self.scores[self.chosen], 10**-self.focus)


def attention_hero(*, title: str = "Para onde vai a atenção desta palavra?") -> Widget:
    r"""Monta a figura da capa: uma frase, uma palavra que consulta e um controle de foco.

    Os dois «banco» da frase têm a mesma grafia e sentidos diferentes: um olha para a praça,
    o outro para a carta. Consultas e chaves são vetores de 5 coordenadas escritos à mão, e
    a conta é a de verdade, :math:`\mathrm{softmax}(q k^\top / (\tau\sqrt 5))`; a figura diz
    que os números são ilustrativos.

    Args:
        title: título visível.

    Returns:
        Figura interativa, própria para a capa do site.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1), com temperatura.

    Example:
        >>> attention_hero()
        [figura interativa: Para onde vai a atenção desta palavra?] «banco» olha para praça (82%),
        banco (14%) e Sentada (4%).
    """
    queries = np.array([query for _, query, _ in _WORDS], dtype=np.float64)
    keys = np.array([key for _, _, key in _WORDS], dtype=np.float64)
    scores = np.round(queries @ keys.T / sqrt(keys.shape[1]), 4)
    scene = _Scene([word for word, _, _ in _WORDS], scores, _START, 0.0)
    return Widget(
        kind="attention_hero",
        title=title,
        body=_body(scene),
        summary=_summarize(scene),
        config={
            "words": [_bare(word) for word in scene.words],
            "scores": scores.tolist(),
            "numNamed": _NUM_NAMED,
        },
        eyebrow="comece por aqui",
    )


def _body(scene: _Scene) -> Markup:
    """Monta a frase, o controle de foco e o aviso."""
    lead = "Toque numa palavra. Quanto mais forte a cor, mais ela pesa para a palavra escolhida."
    legend = tag("legend", {"class": "cw-hidden"}, "Palavra que consulta")
    canvas = tag("svg", {"class": "cw-arcs", "data-role": "arcs", "aria-hidden": "true"})
    words = [_word(scene, index) for index in range(len(scene.words))]
    sentence = tag("fieldset", {"class": "cw-sentence"}, legend, canvas, *words)
    focus = slider(
        "focus",
        "Foco",
        start=-1,
        stop=1,
        step=_STEP,
        value=scene.focus,
        shown=_describe_focus(scene.focus),
    )
    note = "Vetores escritos à mão, para ilustrar; a conta é a de verdade."
    return tag(
        "div",
        None,
        tag("p", {"class": "cw-lead"}, lead),
        sentence,
        focus,
        tag("p", {"class": "cw-aside"}, note),
    )


def _word(scene: _Scene, index: int) -> Markup:
    """Monta uma palavra: botão de escolha cuja cor é o peso que recebe."""
    weight = float(scene.weights[index])
    radio: Attributes = {
        "type": "radio",
        "name": "palavra",
        "data-role": "choice",
        "value": index,
        "checked": index == scene.chosen,
        "disabled": True,
    }
    style = f"--cw-weight:{snap(weight, 4):g}"
    label: Attributes = {"class": "cw-token", "data-role": "token", "style": style}
    text = tag("span", {"class": "cw-token-text"}, scene.words[index])
    return tag("label", label, tag("input", radio), text)


def _describe_focus(focus: float) -> str:
    """Diz em palavras o que o foco faz com os pesos."""
    if focus < -0.35:
        return "espalhado"
    return "concentrado" if focus > 0.35 else "equilibrado"


def _bare(word: str) -> str:
    """Tira a pontuação da palavra."""
    return word.strip(".,")


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    weights = scene.weights
    top = np.argsort(-weights, kind="stable")[:_NUM_NAMED]
    named = [f"{_bare(scene.words[i])} ({format_percent(float(weights[i]))})" for i in top]
    return f"«{_bare(scene.words[scene.chosen])}» olha para {join_words(named)}."
