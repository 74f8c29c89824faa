"""Figura interativa: o que a temperatura faz com os pesos do softmax."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array, require_labels
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import presets, slider
from coursekit.widgets.formulas import entropy, softmax
from coursekit.widgets.markup import Markup, tag
from coursekit.widgets.rows import bar_rows, fact
from coursekit.widgets.widget import Widget

__all__ = ["softmax_temperature"]

_STEP = 0.05
_CHOICES = (("0,1 · quase dura", -1.0), ("1 · softmax", 0.0), ("10 · quase uniforme", 1.0))


def softmax_temperature(
    scores: ArrayLike,
    labels: Sequence[str],
    *,
    temperature: float = 1.0,
    title: str = "Temperatura: do quase duro ao quase uniforme",
) -> Widget:
    r"""Monta a figura em que um controle muda a temperatura :math:`\tau` do softmax.

    .. math::

        \alpha_i = \frac{e^{s_i/\tau}}{\sum_k e^{s_k/\tau}}

    O controle percorre a temperatura em escala logarítmica, de 0,1 a 10, arredondada a duas
    casas: o valor mostrado é exatamente o valor usado.

    Args:
        scores: escores, forma ``(Tk,)`` com ao menos 2 valores.
        labels: um texto por escore.
        temperature: temperatura inicial, em [0,1; 10].
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se ``scores`` não for numérico ou ``labels`` não for lista de textos.
        ValueError: se houver menos de 2 escores, rótulos de menos, valor não finito ou
            temperatura fora de [0,1; 10].

    Fonte:
        Hinton, Vinyals e Dean (2015), seção 2, eq. (1): temperatura do softmax.

    Example:
        >>> softmax_temperature([2.0, 1.0], ["gato", "sofá"], temperature=0.5)
        [figura interativa: Temperatura: do quase duro ao quase uniforme] Com temperatura 0,50,
        «gato» recebe 88,1% do peso; a entropia é 0,37 nats, de no máximo 0,69.
    """
    values, names = _checked(scores, labels, temperature)
    position = round(float(np.log10(temperature)) / _STEP) * _STEP
    start = round(10**position, 2)
    weights = softmax(values, start)
    return Widget(
        kind="softmax_temperature",
        title=title,
        body=tag(
            "div",
            None,
            _control(position, start),
            presets("preset", _CHOICES),
            _rows(weights, names),
            _facts(weights),
        ),
        summary=_summarize(weights, names, start),
        config={"scores": values.tolist(), "labels": names},
    )


def _checked(
    scores: ArrayLike, labels: Sequence[str], temperature: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Confere a entrada da figura."""
    values = require_array("scores", scores, ndim=1)
    names = require_labels("labels", labels, values.size)
    if values.size < 2:
        raise ValueError(
            "scores tem 1 valor; aceito 2 ou mais. Acrescente escores: com um só, o peso é 1."
        )
    if not 0.1 <= temperature <= 10:
        raise ValueError(
            f"temperature = {temperature} está fora de [0.1, 10], o alcance do controle. "
            "Comece, por exemplo, em 1.0."
        )
    return values, names


def _control(position: float, temperature: float) -> Markup:
    """Monta o controle, logarítmico."""
    return slider(
        "temperature",
        "Temperatura T",
        start=-1,
        stop=1,
        step=_STEP,
        value=position,
        shown=format_decimal(temperature),
    )


def _rows(weights: NDArray[np.float64], names: list[str]) -> Markup:
    """Monta as barras dos pesos."""
    return bar_rows(
        "weight",
        names,
        list(weights),
        name="Pesos de atenção",
        write=lambda weight: format_percent(weight, 1),
        reference=1 / weights.size,
    )


def _facts(weights: NDArray[np.float64]) -> Markup:
    """Monta os números de destaque."""
    return tag(
        "dl",
        {"class": "cw-facts"},
        fact("largest", "maior peso", format_percent(weights.max(), 1)),
        fact("entropy", "entropia (nats)", format_decimal(entropy(weights))),
        fact("uniform", "peso uniforme (tracejado)", format_percent(1 / weights.size, 1)),
    )


def _summarize(weights: NDArray[np.float64], names: list[str], temperature: float) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    return (
        f"Com temperatura {format_decimal(temperature)}, «{names[int(weights.argmax())]}» recebe "
        f"{format_percent(weights.max(), 1)} do peso; a entropia é "
        f"{format_decimal(entropy(weights))} nats, de no máximo "
        f"{format_decimal(float(np.log(weights.size)))}."
    )
