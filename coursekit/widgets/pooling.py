"""Figura interativa: cinco maneiras de reduzir uma sequência a um número."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_labels
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import choices, slider
from coursekit.widgets.coordinates import snap
from coursekit.widgets.formulas import softmax
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.rows import bar, fact
from coursekit.widgets.signed import signed_rows
from coursekit.widgets.widget import Widget

__all__ = ["pooling_explorer"]

Vector = NDArray[np.float64]
_MAX_ITEMS = 16
_SCALE_STEP = 0.05
_SCORE_STEP = 0.1
_TIE = 1e-6  # muito menos do que a figura mostra: pesos mais próximos que isto empatam
_TITLE = "Cinco maneiras de agregar uma sequência"
_WAYS = (
    "soma",
    "média",
    "máximo",
    "atenção: pesos e soma",
    "fonte: pesos e máximo",
)
_MODES = ("sem tanh", "com tanh")


@dataclass(frozen=True)
class _Scene:
    """Valores, pontuações e nomes; começa com escala 1 e sem tanh."""

    values: Vector
    scores: Vector
    labels: list[str]

    @property
    def weights(self) -> Vector:
        """Pesos iniciais."""
        return softmax(self.scores)

    @property
    def ceiling(self) -> float:
        """O maior peso possível quando as pontuações passam pela tanh."""
        return exp(2) / (exp(2) + len(self.values) - 1)

    @property
    def largest(self) -> float:
        """Módulo que ocupa meia barra: nenhum resultado o ultrapassa."""
        total = abs(float(self.values.sum()))
        return max(total, float(np.abs(self.values).max())) or 1.0

    @property
    def limit(self) -> int:
        """Maior pontuação a que o controle chega."""
        return max(3, ceil(float(np.abs(self.scores).max())))

    def results(self) -> list[float]:
        """Os cinco resultados, na ordem de :data:`_WAYS`."""
        weighted = self.weights * self.values
        plain = [self.values.sum(), self.values.mean(), self.values.max()]
        return [float(result) for result in (*plain, weighted.sum(), weighted.max())]


def pooling_explorer(
    values: ArrayLike,
    scores: ArrayLike,
    *,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Widget:
    r"""Monta a figura que compara cinco agregações da mesma sequência.

    Soma, média, máximo, atenção (:math:`\sum_i \alpha_i v_i`) e a do «AtNet» da fonte, que
    multiplica pelos pesos e toma o máximo (:math:`\max_i \alpha_i v_i`). Os pesos são

    .. math::

        \alpha = \mathrm{softmax}(\lambda s) \quad\text{ou}\quad
        \alpha = \mathrm{softmax}(\tanh(\lambda s))

    e, com a tanh, nenhum peso passa de :math:`e^2/(e^2 + n - 1)`, por maior que seja a escala
    :math:`\lambda`. Cada pontuação tem o seu controle, de passo 0,1: as pontuações recebidas
    são arredondadas a uma casa, e os valores, a 4.

    Args:
        values: um valor por posição, forma ``(T,)``, com ``2 ≤ T ≤ 16``.
        scores: uma pontuação por posição, forma ``(T,)``, de −20 a 20.
        labels: ``T`` textos; ``None`` numera as posições a partir de 1.
        title: título visível da figura; ``None`` usa o da casa.

    Returns:
        Figura interativa, que começa com escala 1 e sem tanh.

    Raises:
        TypeError: se algum vetor não for numérico ou ``labels`` não for lista de textos.
        ValueError: se as formas não combinarem, houver posições de menos ou demais, valor não
            finito ou pontuação fora do alcance.

    Example:
        >>> pooling_explorer([1.0, 4.0, -2.0], [0.0, 2.0, 0.0], labels=["o", "bom", "não"])
        [figura interativa: Cinco maneiras de agregar uma sequência] Escala 1,00, sem tanh: o
        maior peso é o de «bom», 78,7%. Soma 3,00; média 1,00; máximo 4,00; atenção 3,04; fonte
        3,15.
    """
    scene = _build(values, scores, labels)
    return Widget(
        kind="pooling_explorer",
        title=_TITLE if title is None else title,
        body=tag(
            "div",
            None,
            _scale(),
            choices("mode", "Pontuações", _MODES, 0),
            tag("div", {"class": "cw-columns"}, _results(scene), _items(scene)),
        ),
        summary=_summarize(scene),
        config={
            "values": scene.values.tolist(),
            "labels": scene.labels,
            "largest": scene.largest,
            "modes": list(_MODES),
        },
        parts=("signed", "chips"),
    )


def _build(values: ArrayLike, scores: ArrayLike, labels: Sequence[str] | None) -> _Scene:
    """Confere a entrada e põe as pontuações sobre a grade dos controles."""
    contents = require_array("values", values, ndim=1)
    points = require_array("scores", scores, ndim=1)
    if contents.shape != points.shape or not 2 <= len(contents) <= _MAX_ITEMS:
        raise ValueError(
            f"values tem {len(contents)} posições e scores {len(points)}; aceito o mesmo número "
            f"nos dois, de 2 a {_MAX_ITEMS}. Mostre um trecho da sequência."
        )
    if np.abs(points).max() > 20:
        raise ValueError(
            f"scores vai de {points.min():.4g} a {points.max():.4g}; aceito de -20 a 20. "
            "Divida as pontuações: a escala da figura as multiplica de volta."
        )
    numbers = [str(place + 1) for place in range(len(contents))]
    names = require_labels("labels", numbers if labels is None else labels, len(contents))
    grid = np.array([snap(float(point), 1) for point in points])
    return _Scene(np.round(contents, 4) + 0.0, grid, names)


def _scale() -> Markup:
    """Monta o controle da escala, logarítmico."""
    name = "Escala λ das pontuações (1 ÷ temperatura)"
    return slider(
        "scale", name, start=-1, stop=1, step=_SCALE_STEP, value=0, shown=format_decimal(1)
    )


def _items(scene: _Scene) -> Markup:
    """Monta uma linha por posição: valor, controle da pontuação e peso."""
    lines = [_item(scene, place) for place in range(len(scene.values))]
    heading = tag("p", {"class": "cw-heading"}, "Pontuação (controle) e peso (barra)")
    listing = tag("ul", {"class": "cw-items", "aria-label": "Posições da sequência"}, *lines)
    button: Attributes = {"type": "button", "data-role": "reset", "disabled": True}
    again = tag("div", {"class": "cw-presets"}, tag("button", button, "Voltar às pontuações dadas"))
    return tag("div", None, heading, listing, again)


def _item(scene: _Scene, place: int) -> Markup:
    """Monta a linha de uma posição."""
    score, weight = float(scene.scores[place]), float(scene.weights[place])
    control = slider(
        f"score-{place}",
        f"{scene.labels[place]} · vale {format_decimal(float(scene.values[place]))}",
        start=-scene.limit,
        stop=scene.limit,
        step=_SCORE_STEP,
        value=score,
        shown=format_decimal(score, 1),
    )
    drawing = bar(weight, scene.ceiling)
    number = tag("span", {"class": "cw-number"}, format_percent(weight, 1))
    line = tag("div", {"class": "cw-weight", "data-role": "weight"}, drawing, number)
    return tag("li", {"class": "cw-item"}, control, line)


def _results(scene: _Scene) -> Markup:
    """Monta as cinco agregações e os números de destaque."""
    rows = signed_rows(
        "result", _WAYS, scene.results(), name="Resultado de cada agregação", largest=scene.largest
    )
    facts = tag(
        "dl",
        {"class": "cw-facts"},
        fact("top", "maior peso", format_percent(float(scene.weights.max()), 1)),
        fact("ceiling", "teto com tanh, e² ÷ (e² + n − 1)", format_percent(scene.ceiling, 1)),
        fact("ratio", "fonte ÷ máximo", _ratio(scene)),
    )
    heading = tag("p", {"class": "cw-heading"}, "Resultado")
    return tag("div", {"class": "cw-results"}, heading, rows, facts)


def _ratio(scene: _Scene) -> str:
    """Escreve quanto a agregação da fonte encolhe o máximo; sem máximo, um traço."""
    results = scene.results()
    return format_decimal(results[4] / results[2]) if results[2] else "—"


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    total, mean, largest, attention, source = map(format_decimal, scene.results())
    return (
        f"Escala 1,00, {_MODES[0]}: {_leaders(scene)}. Soma {total}; média {mean}; máximo "
        f"{largest}; atenção {attention}; fonte {source}."
    )


def _leaders(scene: _Scene) -> str:
    """Diz de quem é o maior peso, ou de quem são, se houver empate."""
    top = float(scene.weights.max())
    shown = format_percent(top, 1)
    tied = np.flatnonzero(top - scene.weights < _TIE)
    *others, last = [f"«{scene.labels[place]}»" for place in tied]
    if not others:
        return f"o maior peso é o de {last}, {shown}"
    if len(tied) == len(scene.weights):
        return f"os pesos são todos iguais, {shown} cada um"
    return f"os maiores pesos são os de {', '.join(others)} e {last}, {shown} cada um"
