"""Figura interativa: quanto do recurso dar ao lado que a pista indica."""

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from coursekit.plotting.decimal_comma import format_percent
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import Span, column, polyline_points, row, snap
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.plane import curve, plane
from coursekit.widgets.rows import bar_rows
from coursekit.widgets.widget import Widget

__all__ = ["attention_budget"]

Vector = NDArray[np.float64]
_NUM_GRID = 101
_BISECTIONS = 60
_ACCURACY = Span(0.5, 1.0)


@dataclass(frozen=True)
class _Observer:
    """O observador ideal: recurso total, sensibilidade e validade da pista."""

    num_samples: float
    sensitivity: float
    validity: float

    def accuracy(self, share: float) -> float:
        """Acurácia de um lado que recebe a fração ``share`` do recurso."""
        deviation = self.sensitivity * sqrt(share * self.num_samples / 2)
        return 0.5 * (1 + erf(deviation / sqrt(2)))

    def expected(self, share: float) -> float:
        """Acurácia média quando o lado apontado recebe ``share``."""
        cued, uncued = self.accuracy(share), self.accuracy(1 - share)
        return self.validity * cued + (1 - self.validity) * uncued

    def best_share(self) -> float:
        """Fração que maximiza a acurácia média: iguala os ganhos marginais dos dois lados."""
        low, high = 0.5, 1.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if self._log_gain(middle, self.validity) > self._log_gain(
                1 - middle, 1 - self.validity
            ):
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def _log_gain(self, share: float, probability: float) -> float:
        """Logaritmo do ganho marginal de um lado, a menos de uma constante comum."""
        samples = share * self.num_samples
        return log(probability) - self.sensitivity**2 * samples / 4 - log(samples) / 2


def attention_budget(
    *,
    num_samples: float = 40.0,
    sensitivity: float = 0.35,
    validity: float = 0.8,
    title: str = "Atenção como orçamento: quanto dar ao lado apontado?",
) -> Widget:
    r"""Monta a figura da alocação ótima na tarefa de Posner, com a validade móvel.

    Um observador ideal reparte :math:`N` amostras ruidosas entre dois lados. Com a fração
    :math:`g` no lado apontado por uma pista que acerta com probabilidade :math:`v`,

    .. math::

        U(g) = v\,A(gN) + (1-v)\,A\big((1-g)N\big), \qquad
        A(n) = \Phi\!\left(\frac{d\sqrt n}{\sqrt 2}\right).

    É uma simulação do que seria ótimo, não um retrato de pessoas; a figura diz isso.

    Args:
        num_samples: total de amostras :math:`N > 0`.
        sensitivity: separação :math:`d > 0` entre alvo e fundo, por amostra.
        validity: validade inicial :math:`v` da pista, em [0,5; 0,99].
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        ValueError: se ``num_samples`` ou ``sensitivity`` não forem positivos, ou se
            ``validity`` sair de [0,5; 0,99].

    Fonte:
        Modelo do curso, inspirado na tarefa de Posner (1980).

    Example:
        >>> attention_budget(validity=0.8)
        [figura interativa: Atenção como orçamento: quanto dar ao lado apontado?] Com uma pista
        que acerta 80% das vezes, o ótimo dá 79% do recurso ao lado apontado: acerta 92% com
        pista válida, 87% com pista neutra e 76% com pista inválida.
    """
    for name, number in {"num_samples": num_samples, "sensitivity": sensitivity}.items():
        if not 0 < number < np.inf:
            raise ValueError(
                f"{name} = {number} não é positivo; aceito números finitos maiores que 0. "
                "Os valores do capítulo são num_samples=40 e sensitivity=0.35."
            )
    if not 0.5 <= validity <= 0.99:
        raise ValueError(
            f"validity = {validity} está fora de [0.5, 0.99], o alcance do controle. "
            "Uma pista pior que 0,5 indicaria o outro lado."
        )
    observer = _Observer(num_samples, sensitivity, snap(validity, 2))
    return Widget(
        kind="attention_budget",
        title=title,
        body=_body(observer),
        summary=_summarize(observer),
        config={"numSamples": num_samples, "sensitivity": sensitivity, "numGrid": _NUM_GRID},
    )


def _body(observer: _Observer) -> Markup:
    """Monta controle, curva, repartição e acurácias."""
    control = slider(
        "validity",
        "Validade da pista",
        start=0.5,
        stop=0.99,
        step=0.01,
        value=observer.validity,
        shown=format_percent(observer.validity),
    )
    left = [_heading("Acurácia média conforme a repartição"), _drawing(observer), _axis()]
    columns = [tag("div", None, *left), tag("div", None, *_readings(observer))]
    note = "Simulação de um observador ideal: mostra o que seria ótimo, não o que pessoas fazem."
    return tag(
        "div",
        None,
        control,
        tag("div", {"class": "cw-columns"}, *columns),
        tag("p", {"class": "cw-aside"}, note),
    )


def _readings(observer: _Observer) -> list[Markup]:
    """Monta as barras da repartição ótima e das acurácias."""
    best = observer.best_share()
    shares = bar_rows(
        "share", ["lado apontado", "outro lado"], [best, 1 - best], name="Repartição do recurso"
    )
    accuracies = bar_rows(
        "accuracy",
        ["pista válida", "pista neutra", "pista inválida"],
        [observer.accuracy(share) for share in (best, 0.5, 1 - best)],
        name="Acurácia por condição",
        write=lambda value: format_percent(value, 1),
        reference=0.5,
        tone="accent",
    )
    return [
        *(_heading("Recurso, na melhor repartição"), shares),
        *(_heading("Acurácia (tracejado: acaso, 50%)"), accuracies),
    ]


def _drawing(observer: _Observer) -> Markup:
    """Desenha a acurácia média em função da fração dada ao lado apontado."""
    grid, unit = np.linspace(0, 1, _NUM_GRID), Span(0.0, 1.0)
    heights = [observer.expected(float(share)) for share in grid]
    best = observer.best_share()
    place = column(unit, best)
    guide: Attributes = {"class": "cw-guide", "data-role": "guide", "y1": 0, "y2": "100%"}
    mark: Attributes = {"class": "cw-context", "data-role": "best-point", "r": 8}
    return plane(
        "Curva da acurácia média; o ponto marca a melhor repartição",
        tag("line", {**guide, "x1": place, "x2": place}),
        curve("curve", polyline_points(unit, _ACCURACY, grid.tolist(), heights), "cw-curve"),
        tag("circle", {**mark, "cx": place, "cy": row(_ACCURACY, observer.expected(best))}),
        css="cw-chart cw-low",
    )


def _axis() -> Markup:
    """Escreve os extremos do eixo horizontal."""
    ends = [tag("span", None, text) for text in ("0% no lado apontado", "100%")]
    return tag("p", {"class": "cw-ends"}, *ends)


def _heading(text: str) -> Markup:
    """Monta o título de um quadro."""
    return tag("p", {"class": "cw-heading"}, text)


def _summarize(observer: _Observer) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    best = observer.best_share()
    valid, neutral, invalid = (observer.accuracy(share) for share in (best, 0.5, 1 - best))
    return (
        f"Com uma pista que acerta {format_percent(observer.validity)} das vezes, o ótimo dá "
        f"{format_percent(best)} do recurso ao lado apontado: acerta {format_percent(valid)} com "
        f"pista válida, {format_percent(neutral)} com pista neutra e {format_percent(invalid)} com "
        "pista inválida."
    )
