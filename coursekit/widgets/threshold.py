"""Figura interativa: pesos por limiar, em degraus, ao lado dos pesos do softmax."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_labels
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import slider
from coursekit.widgets.coordinates import snap
from coursekit.widgets.formulas import softmax
from coursekit.widgets.markup import Markup, tag
from coursekit.widgets.rows import bar, fact
from coursekit.widgets.widget import Widget

__all__ = ["weighting_threshold"]

Vector = NDArray[np.float64]
_TIE = 1e-12
_STATES = {-1: ("▼", "menos"), 0: ("=", "igual"), 1: ("▲", "mais")}


@dataclass(frozen=True)
class _Scene:
    """Os dados já conferidos e o estado inicial da figura."""

    values: Vector
    labels: list[str]
    threshold: float
    high: float
    low: float
    temperature: float

    @property
    def hard(self) -> Vector:
        """Pesos do limiar, normalizados."""
        raw = np.where(self.values > self.threshold, self.high, self.low)
        return np.asarray(raw / raw.sum())

    @property
    def soft(self) -> Vector:
        """Pesos do softmax dos próprios valores."""
        return softmax(self.values, self.temperature)

    @property
    def changes(self) -> list[int]:
        """Sinal da diferença entre o peso do limiar e o uniforme, um por valor."""
        difference = self.hard - 1 / self.values.size
        return [0 if abs(d) <= _TIE else int(np.sign(d)) for d in difference]


def weighting_threshold(
    values: ArrayLike,
    threshold: float | None = None,
    *,
    labels: Sequence[str] | None = None,
    high: float = 2.0,
    low: float = 1.0,
    temperature: float = 1.0,
    title: str = "Limiar: o peso anda em degraus",
) -> Widget:
    r"""Monta a figura em que um controle move o limiar de uma ponderação em degrau.

    .. math::

        w_i = \begin{cases} a & x_i > \theta \\ b & \text{caso contrário} \end{cases},
        \qquad \alpha_i = \frac{w_i}{\sum_k w_k}

    Ao lado, os pesos do softmax dos mesmos valores, que não dependem do limiar. A figura
    conta quantos itens perdem, mantêm e ganham, antes e depois de normalizar.

    Args:
        values: valores ponderados, forma ``(n,)`` com ``n ≥ 2``.
        threshold: limiar inicial :math:`\theta`; ``None`` usa a mediana. Só ganha peso o
            que for **maior** que ele.
        labels: um texto por valor; ``None`` escreve os próprios valores.
        high: peso :math:`a > 0` acima do limiar, antes de normalizar.
        low: peso :math:`b > 0` no limiar ou abaixo dele, antes de normalizar.
        temperature: temperatura positiva do softmax.
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se ``values`` não for numérico ou ``labels`` não for lista de textos.
        ValueError: se houver menos de 2 valores, todos iguais ou não finitos, se o limiar
            sair do alcance do controle ou se ``high``, ``low`` ou ``temperature`` não
            forem positivos.

    Example:
        >>> weighting_threshold([1.0, 2.0, 3.0, 4.0], 3.0)
        [figura interativa: Limiar: o peso anda em degraus] Limiar 3,0: antes de normalizar,
        0 diminuem, 3 ficam iguais e 1 aumenta; normalizados, 3 diminuem, 0 ficam iguais e 1
        aumenta. Média com limiar 2,80; com softmax 3,49; simples 2,50.
    """
    numbers = require_array("values", values, ndim=1)
    _require(numbers, {"high": high, "low": low, "temperature": temperature})
    start = _start(numbers, threshold)
    names = [format_decimal(v, 1) for v in numbers] if labels is None else labels
    scene = _Scene(
        values=numbers,
        labels=require_labels("labels", names, numbers.size),
        threshold=start,
        high=high,
        low=low,
        temperature=temperature,
    )
    return Widget(
        kind="weighting_threshold",
        title=title,
        body=_body(scene),
        summary=_summarize(scene),
        config={
            "values": numbers.tolist(),
            "high": high,
            "low": low,
            "temperature": temperature,
            "largest": _largest(scene),
        },
    )


def _require(values: Vector, positives: dict[str, float]) -> None:
    """Recusa valores que não dariam figura."""
    if values.size < 2 or np.ptp(values) == 0:
        raise ValueError(
            f"values = {values.tolist()} não varia; aceito 2 ou mais valores, não todos iguais. "
            "Sem diferença não há o que ponderar."
        )
    for name, number in positives.items():
        if not 0 < number < np.inf:
            raise ValueError(
                f"{name} = {number} não é positivo; aceito números maiores que 0. "
                "Peso zero é máscara, não limiar."
            )


def _reach(values: Vector) -> tuple[float, float]:
    """Alcance do controle: um passo antes do menor valor e até o maior."""
    return snap(float(values.min()) - 0.5, 1), snap(float(values.max()) + 0.5, 1)


def _start(values: Vector, threshold: float | None) -> float:
    """Limiar inicial sobre a grade do controle; sem escolha, a mediana."""
    first, last = _reach(values)
    start = snap(float(np.median(values)) if threshold is None else threshold, 1)
    if not first <= start <= last:
        raise ValueError(
            f"threshold = {threshold} está fora de [{first:g}, {last:g}], o alcance do "
            "controle. Escolha um limiar entre os valores."
        )
    return start


def _largest(scene: _Scene) -> float:
    """Peso que ocupa a largura toda: o maior que qualquer limiar pode dar."""
    alone = scene.high / (scene.high + scene.low * (scene.values.size - 1))
    other = scene.low / (scene.low + scene.high * (scene.values.size - 1))
    return snap(max(alone, other, float(scene.soft.max())) + 0.005, 2)


def _body(scene: _Scene) -> Markup:
    """Monta controle, legenda, linhas e números."""
    first, last = _reach(scene.values)
    control = slider(
        "threshold",
        "Limiar θ",
        start=first,
        stop=last,
        step=0.1,
        value=scene.threshold,
        shown=format_decimal(scene.threshold, 1),
    )
    rows = [_row(scene, index) for index in range(scene.values.size)]
    listing = tag("ul", {"class": "cw-rows cw-pairs", "aria-label": "Pesos por valor"}, *rows)
    means = tag(
        "dl",
        {"class": "cw-facts"},
        fact("hard-mean", "média com limiar", format_decimal(float(scene.hard @ scene.values))),
        fact("soft-mean", "média com softmax", format_decimal(float(scene.soft @ scene.values))),
        fact("plain-mean", "média simples", format_decimal(float(scene.values.mean()))),
    )
    return tag("div", None, control, _legend(), listing, means)


def _legend() -> Markup:
    """Monta a legenda das cores e do tracejado."""
    entries = [
        tag("span", {"class": f"cw-key-{kind}"}, text)
        for kind, text in (
            ("primary", "limiar, normalizado"),
            ("accent", "softmax"),
            ("mark", "peso uniforme"),
        )
    ]
    return tag("p", {"class": "cw-legend"}, *entries)


def _row(scene: _Scene, index: int) -> Markup:
    """Monta a linha de um valor: barra do limiar, barra do softmax e o que mudou."""
    largest, uniform = _largest(scene), 1 / scene.values.size
    bars = [
        tag(
            "span",
            {"class": f"cw-pair cw-{tone}", "data-role": role},
            bar(float(weights[index]) / largest, uniform / largest),
            tag("span", {"class": "cw-number"}, format_percent(float(weights[index]), 1)),
        )
        for role, tone, weights in (
            ("hard", "primary", scene.hard),
            ("soft", "accent", scene.soft),
        )
    ]
    change = scene.changes[index]
    icon, word = _STATES[change]
    state = tag(
        "span",
        {"class": "cw-state", "data-role": "state", "data-change": change},
        tag("span", {"aria-hidden": "true"}, icon),
        Markup(" "),
        tag("span", {"class": "cw-word"}, word),
    )
    label = tag("span", {"class": "cw-label"}, scene.labels[index])
    return tag("li", {"class": "cw-row"}, label, tag("span", {"class": "cw-stack"}, *bars), state)


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    raw = [1 if scene.values[i] > scene.threshold else 0 for i in range(scene.values.size)]
    factors = [int(np.sign(scene.high - 1 if up else scene.low - 1)) for up in raw]
    return (
        f"Limiar {format_decimal(scene.threshold, 1)}: antes de normalizar, {_count(factors)}; "
        f"normalizados, {_count(scene.changes)}. "
        f"Média com limiar {format_decimal(float(scene.hard @ scene.values))}; "
        f"com softmax {format_decimal(float(scene.soft @ scene.values))}; "
        f"simples {format_decimal(float(scene.values.mean()))}."
    )


def _count(changes: list[int]) -> str:
    """Conta quantos diminuem, ficam iguais e aumentam, com a concordância certa."""
    words = {
        -1: ("diminui", "diminuem"),
        0: ("fica igual", "ficam iguais"),
        1: ("aumenta", "aumentam"),
    }
    parts = [
        f"{number} {one if number == 1 else many}"
        for sign, (one, many) in words.items()
        for number in [changes.count(sign)]
    ]
    return f"{parts[0]}, {parts[1]} e {parts[2]}"
