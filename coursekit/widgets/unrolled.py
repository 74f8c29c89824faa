"""Figura interativa: uma rede recorrente desenrolada no tempo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal
from coursekit.widgets.controls import play_button, slider
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.rows import fact
from coursekit.widgets.sequence import require_tokens, require_units
from coursekit.widgets.signed import mini_bars, signed_rows, subscript
from coursekit.widgets.widget import Widget

__all__ = ["unrolled_rnn"]

Vector = NDArray[np.float64]
_START = 1
_DECIMALS = 4
_TITLE = "A mesma célula, um passo de cada vez"


@dataclass(frozen=True)
class _Scene:
    """Tokens, estados de h₀ a h_T e o passo mostrado."""

    tokens: list[str]
    states: Vector
    step: int

    @property
    def largest(self) -> float:
        """Módulo que ocupa meia barra: 1, ou o maior valor se algum passar de 1."""
        return max(1.0, float(np.abs(self.states).max()))

    @property
    def previous(self) -> Vector:
        """Estado do passo anterior; antes do primeiro, o próprio h₀."""
        return np.asarray(self.states[max(self.step - 1, 0)])

    @property
    def change(self) -> float:
        """Norma da mudança de estado neste passo."""
        return float(np.linalg.norm(self.states[self.step] - self.previous))


def unrolled_rnn(tokens: Sequence[str], states: ArrayLike, *, title: str | None = None) -> Widget:
    r"""Monta a figura que percorre uma rede recorrente desenrolada no tempo.

    .. math::

        h_t = \phi(W x_t + U h_{t-1} + b)

    A caixa se repete porque é a mesma: um só :math:`W`, um só :math:`U`, um só :math:`b`. O
    controle escolhe :math:`t`; a seta do estado acende até ali, e as barras mostram
    :math:`h_t` com um risco em :math:`h_{t-1}`. Os estados vão na figura com 4 casas.

    Args:
        tokens: os ``T`` itens lidos, na ordem, com ``2 ≤ T ≤ 24``.
        states: estados de :math:`h_0` a :math:`h_T`, forma ``(T + 1, H)``, com ``H ≤ 12``.
            A primeira linha é o estado inicial.
        title: título visível da figura; ``None`` usa o da casa.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        TypeError: se ``states`` não for numérico ou ``tokens`` não for lista de textos.
        ValueError: se o número de linhas não for ``T + 1``, houver tokens ou unidades
            demais, ou valor não finito.

    Fonte:
        Elman (1990): rede recorrente simples.

    Example:
        >>> unrolled_rnn(["o", "gato"], [[0.0, 0.0], [0.5, -0.25], [0.25, 0.75]])
        [figura interativa: A mesma célula, um passo de cada vez] Passo 1 de 2: a célula lê «o» e
        leva o estado de h₀ a h₁. A unidade que mais muda é a 1, de 0,00 para 0,50.
    """
    scene = _build(tokens, states)
    return Widget(
        kind="unrolled_rnn",
        title=_TITLE if title is None else title,
        body=tag("div", None, _chain(scene), *_controls(scene), *_reading(scene)),
        summary=_summarize(scene),
        config={
            "tokens": scene.tokens,
            "states": scene.states.tolist(),
            "largest": scene.largest,
        },
        parts=("signed", "sequence", "player"),
    )


def _build(tokens: Sequence[str], states: ArrayLike) -> _Scene:
    """Confere a entrada da figura."""
    values = require_array("states", states, ndim=2)
    words = require_tokens(tokens)
    if len(values) != len(words) + 1:
        raise ValueError(
            f"states tem {len(values)} linhas para {len(words)} tokens; aceito uma a mais que os "
            "tokens. Ponha o estado inicial h₀ na primeira linha, por exemplo com np.vstack."
        )
    require_units("states", values.shape[1])
    return _Scene(words, np.round(values, _DECIMALS) + 0.0, _START)


def _chain(scene: _Scene) -> Markup:
    """Desenha a rede desenrolada: estado inicial e uma coluna por passo."""
    columns = [_column(scene, step) for step in range(len(scene.states))]
    name = "Rede desenrolada no tempo: a mesma caixa em todos os passos"
    drawing = tag("ol", {"class": "cw-chain", "aria-label": name}, *columns)
    note = (
        "A caixa é sempre a mesma: W, U e b são um só conjunto de pesos, usado em todos os passos."
    )
    return Markup(drawing + tag("p", {"class": "cw-lead"}, note))


def _column(scene: _Scene, step: int) -> Markup:
    """Desenha um passo: estado em cima, caixa no meio, token embaixo."""
    state = tag(
        "span",
        {"class": "cw-state-out"},
        tag("span", {"class": "cw-state-name"}, f"h{subscript(step)}"),
        mini_bars(scene.states[step].tolist(), scene.largest),
    )
    drawing = _cell(last=step == len(scene.tokens)) if step else _initial()
    read = scene.tokens[step - 1] if step else "início"
    place = "done" if step < scene.step else "now" if step == scene.step else "next"
    item = {"class": "cw-step", "data-role": "step", "data-state": place}
    return tag("li", item, state, drawing, tag("span", {"class": "cw-read"}, read))


def _initial() -> Markup:
    """Desenha a saída do estado inicial, que não vem de caixa nenhuma."""
    wire = tag("line", {"class": "cw-wire-out", "x1": "50%", "x2": "100%", "y1": 42, "y2": 42})
    stem = tag("line", {"class": "cw-wire-out", "x1": "50%", "x2": "50%", "y1": 0, "y2": 42})
    return _frame(wire, stem)


def _cell(*, last: bool) -> Markup:
    """Desenha a caixa com as setas: estado que chega, token que entra, estado que sai."""
    wires = [tag("line", {"class": "cw-wire-in", "x1": 0, "x2": "50%", "y1": 42, "y2": 42})]
    if not last:
        out: Attributes = {"class": "cw-wire-out", "x1": "50%", "x2": "100%", "y1": 42, "y2": 42}
        wires.append(tag("line", out))
    arrows = "M0,22V9M0,84V71"
    heads = "M0,2l6,9h-12zM0,64l6,9h-12zM-30,42l-9,-6v12z"
    box: Attributes = {"class": "cw-cell", "x": -29, "y": 22, "width": 58, "height": 40, "rx": 10}
    center = tag(
        "svg",
        {"x": "50%", "class": "cw-frame"},
        tag("path", {"class": "cw-arrow", "d": arrows}),
        tag("rect", box),
        tag("path", {"class": "cw-head", "d": heads}),
        tag("text", {"class": "cw-weights", "y": 47, "text-anchor": "middle"}, "W, U, b"),
    )
    return _frame(*wires, center)


def _frame(*shapes: str) -> Markup:
    """Abre o desenho de um passo, da altura da caixa com as suas setas."""
    size: Attributes = {"class": "cw-unit", "aria-hidden": "true", "focusable": "false"}
    return tag("svg", size, *shapes)


def _controls(scene: _Scene) -> list[Markup]:
    """Monta o controle do tempo e o botão que anda sozinho."""
    time = slider(
        "time",
        "Passo t",
        start=0,
        stop=len(scene.tokens),
        step=1,
        value=scene.step,
        shown=_describe_step(scene),
    )
    return [time, tag("div", {"class": "cw-presets"}, play_button())]


def _describe_step(scene: _Scene) -> str:
    """Escreve o passo com o token lido."""
    return f"{scene.step} · «{scene.tokens[scene.step - 1]}»"


def _reading(scene: _Scene) -> list[Markup]:
    """Monta as barras do estado e os números de destaque."""
    heading = tag("p", {"class": "cw-heading", "data-role": "heading"}, _head(scene))
    labels = [f"unidade {unit + 1}" for unit in range(scene.states.shape[1])]
    rows = signed_rows(
        "unit",
        labels,
        scene.states[scene.step].tolist(),
        name="Estado da rede, uma barra por unidade",
        largest=scene.largest,
        previous=scene.previous.tolist(),
    )
    norm = float(np.linalg.norm(scene.states[scene.step]))
    facts = tag(
        "dl",
        {"class": "cw-facts"},
        fact("norm", "tamanho do estado, ‖hₜ‖", format_decimal(norm)),
        fact("change", "mudança neste passo, ‖hₜ − hₜ₋₁‖", format_decimal(scene.change)),
    )
    return [heading, rows, facts]


def _head(scene: _Scene) -> str:
    """Escreve o título das barras."""
    limit = format_decimal(scene.largest, 0 if scene.largest == 1 else 2)
    return (
        f"Estado h{subscript(scene.step)}, de −{limit} a {limit}; "
        f"o risco marca h{subscript(scene.step - 1)}"
    )


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    now, before = scene.states[scene.step], scene.previous
    unit = int(np.abs(now - before).argmax())
    read = (
        f"Passo {scene.step} de {len(scene.tokens)}: a célula lê "
        f"«{scene.tokens[scene.step - 1]}» e leva o estado de h{subscript(scene.step - 1)} a "
        f"h{subscript(scene.step)}. "
    )
    if np.array_equal(now, before):
        return f"{read}Nenhuma unidade muda."
    return (
        f"{read}A unidade que mais muda é a {unit + 1}, de "
        f"{format_decimal(float(before[unit]))} para {format_decimal(float(now[unit]))}."
    )
