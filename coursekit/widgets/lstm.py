"""Figura interativa: as portas de uma LSTM, conta por conta."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plotting.checks import require_array
from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import choices, slider
from coursekit.widgets.markup import Markup, tag
from coursekit.widgets.rows import bar
from coursekit.widgets.sequence import require_tokens, require_units
from coursekit.widgets.signed import mini_bars, signed_bar, subscript
from coursekit.widgets.widget import Widget

__all__ = ["lstm_gates"]

Vector = NDArray[np.float64]
_GATES = ("forget", "input", "output")
_NAMES = (*_GATES, "candidate", "cell", "hidden")
_DECIMALS = 4
_SHOWN = 3
_TOLERANCE = 1e-4
_TITLE = "Portas da LSTM: o que fica, o que entra, o que sai"


@dataclass(frozen=True)
class _Scene:
    """Tokens, valores das portas e a posição inicial: último passo, primeira unidade."""

    tokens: list[str]
    gates: dict[str, Vector]
    initial: Vector
    step: int
    unit: int

    @property
    def largest(self) -> float:
        """Módulo da memória que ocupa meia barra, comum a todas as unidades."""
        cells = [self.gates["cell"], self.initial]
        return max(1.0, *(float(np.abs(cell).max()) for cell in cells))

    def at(self, name: str) -> float:
        """Valor de uma porta ou estado no passo e na unidade mostrados."""
        return float(self.gates[name][self.step, self.unit])

    @property
    def before(self) -> float:
        """Memória que chega ao passo."""
        row = self.gates["cell"][self.step - 1] if self.step else self.initial
        return float(row[self.unit])

    def values(self) -> dict[str, float]:
        """Todos os números da conta, na ordem em que aparecem."""
        squashed = float(np.tanh(self.at("cell")))
        return {
            "before": self.before,
            "forget": self.at("forget"),
            "kept": self.at("forget") * self.before,
            "candidate": self.at("candidate"),
            "input": self.at("input"),
            "written": self.at("input") * self.at("candidate"),
            "cell": self.at("cell"),
            "squashed": squashed,
            "output": self.at("output"),
            "hidden": self.at("hidden"),
        }


def lstm_gates(
    tokens: Sequence[str],
    gates: Mapping[str, ArrayLike],
    *,
    initial_cell: ArrayLike | None = None,
    title: str | None = None,
) -> Widget:
    r"""Monta a figura que abre uma LSTM passo a passo, uma unidade de cada vez.

    .. math::

        c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(c_t)

    A figura confere as duas equações nos números recebidos: se não fecham, é erro. Os
    valores vão na figura com 4 casas e aparecem com 3.

    Args:
        tokens: os ``T`` itens lidos, na ordem, com ``2 ≤ T ≤ 24``.
        gates: seis matrizes de forma ``(T, H)``, ``H ≤ 12``: as portas ``"forget"``,
            ``"input"`` e ``"output"``, em [0, 1]; ``"candidate"``; e os estados ``"cell"``
            e ``"hidden"`` depois de cada passo.
        initial_cell: memória antes do primeiro passo, forma ``(H,)``; ``None`` é zero.
        title: título visível da figura; ``None`` usa o da casa.

    Returns:
        Figura interativa, que começa no último passo e na primeira unidade.

    Raises:
        TypeError: se alguma matriz não for numérica ou ``tokens`` não for lista de textos.
        ValueError: se faltar ou sobrar matriz, as formas não combinarem, uma porta sair de
            [0, 1] ou as equações não fecharem.

    Fonte:
        Hochreiter e Schmidhuber (1997), com a porta de esquecimento de Gers et al. (2000).

    Example:
        >>> half = np.full((2, 1), 0.5)
        >>> cell = np.array([[0.25], [0.375]])
        >>> gates = {"forget": half, "input": half, "output": half, "candidate": half}
        >>> gates |= {"cell": cell, "hidden": 0.5 * np.tanh(cell)}
        >>> lstm_gates(["o", "gato"], gates)
        [figura interativa: Portas da LSTM: o que fica, o que entra, o que sai] Passo 2 de 2,
        «gato», unidade 1: c₂ = 0,500 × 0,250 + 0,500 × 0,500 = 0,375; h₂ = 0,500 × tanh(0,375) =
        0,179. A porta de esquecimento guarda 50% da memória anterior.
    """
    scene = _build(tokens, gates, initial_cell)
    return Widget(
        kind="lstm_gates",
        title=_TITLE if title is None else title,
        body=tag("div", None, *_controls(scene), _ledger(scene), *_history(scene)),
        summary=_summarize(scene),
        config={
            "tokens": scene.tokens,
            "gates": {name: scene.gates[name].tolist() for name in _NAMES},
            "initial": scene.initial.tolist(),
            "largest": scene.largest,
        },
        parts=("signed", "chips", "sequence"),
    )


def _build(
    tokens: Sequence[str], gates: Mapping[str, ArrayLike], initial_cell: ArrayLike | None
) -> _Scene:
    """Confere a entrada da figura."""
    words = require_tokens(tokens)
    if set(gates) != set(_NAMES):
        raise ValueError(
            f"gates tem as chaves {sorted(gates)}; aceito exatamente {list(_NAMES)}. "
            "Confira os nomes, em inglês."
        )
    values = {name: require_array(f"gates[{name!r}]", gates[name], ndim=2) for name in _NAMES}
    shape = (len(words), values["cell"].shape[1])
    for name, value in values.items():
        if value.shape != shape:
            raise ValueError(
                f"gates[{name!r}] tem forma {value.shape}; aceito {shape}: uma linha por token e "
                "uma coluna por unidade. Escolha um exemplo do lote."
            )
    require_units("gates", shape[1])
    initial = np.zeros(shape[1])
    if initial_cell is not None:
        initial = require_array("initial_cell", initial_cell, ndim=1)
    _require_equations(values, initial)
    rounded = {name: np.round(value, _DECIMALS) + 0.0 for name, value in values.items()}
    return _Scene(words, rounded, np.round(initial, _DECIMALS) + 0.0, len(words) - 1, 0)


def _require_equations(gates: dict[str, Vector], initial: Vector) -> None:
    """Confere que as portas são portas e que as duas equações fecham."""
    if initial.shape != gates["cell"].shape[1:]:
        raise ValueError(
            f"initial_cell tem forma {initial.shape}; aceito {gates['cell'].shape[1:]}, uma "
            "memória por unidade. Omita-a se a LSTM começa do zero."
        )
    for name in _GATES:
        if gates[name].min() < 0 or gates[name].max() > 1:
            raise ValueError(
                f"gates[{name!r}] vai de {gates[name].min():.4g} a {gates[name].max():.4g}; aceito "
                "de 0 a 1. Passe a porta depois da sigmoide."
            )
    before = np.vstack([initial, gates["cell"][:-1]])
    cell = gates["forget"] * before + gates["input"] * gates["candidate"]
    hidden = gates["output"] * np.tanh(gates["cell"])
    for name, expected in (("cell", cell), ("hidden", hidden)):
        gap = float(np.abs(gates[name] - expected).max())
        if gap > _TOLERANCE:
            raise ValueError(
                f"gates[{name!r}] difere da equação da LSTM em até {gap:.3g}; aceito {_TOLERANCE}. "
                "Confira a ordem das portas e, se a memória não começa em zero, passe initial_cell."
            )


def _controls(scene: _Scene) -> list[Markup]:
    """Monta os controles de passo e de unidade."""
    time = slider(
        "time",
        "Passo t",
        start=1,
        stop=len(scene.tokens),
        step=1,
        value=scene.step + 1,
        shown=f"{scene.step + 1} · «{scene.tokens[scene.step]}»",
    )
    units = [str(unit + 1) for unit in range(scene.gates["cell"].shape[1])]
    return [time, choices("unit", "Unidade", units, scene.unit)]


def _ledger(scene: _Scene) -> Markup:
    """Monta as três contas: guardar, escrever e mostrar, com a memória nova no meio."""
    now, before = subscript(scene.step + 1), subscript(scene.step)
    values = scene.values()

    def state(role: str, name: str, largest: float) -> Markup:
        drawing = signed_bar(values[role] / largest)
        return _tile(role, name, values[role], drawing)

    def gate(role: str, name: str) -> Markup:
        return _tile(role, name, values[role], bar(values[role]), css="cw-tile cw-gate")

    largest = scene.largest
    cell = _tile(
        "cell",
        f"c{now} = o que fica + o que entra; o risco marca c{before}",
        values["cell"],
        signed_bar(values["cell"] / largest, values["before"] / largest),
        css="cw-tile cw-total",
    )
    rows = (
        (state("before", f"memória c{before}", largest), gate("forget", f"esquecimento f{now}"),
         state("kept", "o que fica", largest)),
        (state("candidate", f"candidato g{now}", 1), gate("input", f"entrada i{now}"),
         state("written", "o que entra", largest)),
        (state("squashed", f"tanh c{now}", 1), gate("output", f"saída o{now}"),
         state("hidden", f"saída da célula h{now}", 1)),
    )  # fmt: skip
    keep, write, show = (_product(*row) for row in rows)
    return tag("div", {"class": "cw-ledger"}, keep, write, cell, show)


def _product(left: Markup, gate: Markup, right: Markup) -> Markup:
    """Monta uma conta: valor × porta = resultado."""
    times, equals = (tag("span", {"class": "cw-sign"}, sign) for sign in "×=")
    return tag("div", {"class": "cw-product"}, left, times, gate, equals, right)


def _tile(role: str, name: str, value: float, drawing: Markup, css: str = "cw-tile") -> Markup:
    """Monta um número da conta: nome, valor e barra."""
    return tag(
        "div",
        {"class": css, "data-role": role},
        tag("span", {"class": "cw-tile-name"}, name),
        " ",
        tag("span", {"class": "cw-number"}, format_decimal(value, _SHOWN)),
        drawing,
    )


def _history(scene: _Scene) -> list[Markup]:
    """Monta a memória da unidade ao longo da sequência, um quadro por token."""
    columns = []
    for step, token in enumerate(scene.tokens):
        place = "done" if step < scene.step else "now" if step == scene.step else "next"
        value = float(scene.gates["cell"][step, scene.unit])
        columns.append(
            tag(
                "li",
                {"class": "cw-moment", "data-role": "step", "data-state": place},
                mini_bars([value], scene.largest),
                tag("span", {"class": "cw-read"}, token),
            )
        )
    heading = f"Memória c da unidade {scene.unit + 1} depois de cada token"
    name = {"class": "cw-history", "aria-label": "Memória depois de cada token"}
    title = tag("p", {"class": "cw-heading", "data-role": "heading"}, heading)
    return [title, tag("ol", name, *columns)]


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    written = {name: format_decimal(value, _SHOWN) for name, value in scene.values().items()}
    now = subscript(scene.step + 1)
    return (
        f"Passo {scene.step + 1} de {len(scene.tokens)}, «{scene.tokens[scene.step]}», unidade "
        f"{scene.unit + 1}: c{now} = {written['forget']} × {_factor(written['before'])} + "
        f"{written['input']} × {_factor(written['candidate'])} = {written['cell']}; h{now} = "
        f"{written['output']} × tanh({written['cell']}) = {written['hidden']}. A porta de "
        f"esquecimento guarda {format_percent(scene.at('forget'))} da memória anterior."
    )


def _factor(text: str) -> str:
    """Põe entre parênteses o fator negativo."""
    return f"({text})" if text.startswith("\N{MINUS SIGN}") else text
