"""Figura interativa: por que dividir os escores por √d."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.plotting.decimal_comma import format_decimal, format_percent
from coursekit.widgets.controls import slider
from coursekit.widgets.formulas import entropy, softmax
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.plane import plane
from coursekit.widgets.rows import fact
from coursekit.widgets.widget import Widget

__all__ = ["scaled_scores"]

Vector = NDArray[np.float64]
_SIDES = (("plain", "sem escala", "accent"), ("scaled", "com 1/√d", "primary"))


@dataclass(frozen=True)
class _Scene:
    """Escores sorteados para cada dimensão e a dimensão inicial."""

    dims: list[int]
    scores: Vector
    start: int

    def weights(self, side: str) -> Vector:
        """Pesos na dimensão inicial, com ou sem a divisão por √d."""
        dim = self.dims[self.start]
        return softmax(self.scores[self.start] / (np.sqrt(dim) if side == "scaled" else 1.0))


def scaled_scores(
    *,
    num_keys: int = 16,
    max_power: int = 10,
    dim: int = 64,
    seed: int = 0,
    title: str = "Por que dividir por √d",
) -> Widget:
    r"""Monta a figura em que a dimensão cresce e o softmax satura, se não houver escala.

    Sorteia uma consulta e ``num_keys`` chaves com coordenadas :math:`N(0,1)` independentes;
    a variância de :math:`q\cdot k` é :math:`d`. Dimensões menores usam as primeiras
    coordenadas dos mesmos vetores. Os escores, com 4 casas, vão na figura: o navegador só
    aplica o softmax.

    Args:
        num_keys: número de chaves, de 2 a 32.
        max_power: a maior dimensão é ``2 ** max_power``; de 1 a 12.
        dim: dimensão inicial, uma potência de 2 até ``2 ** max_power``.
        seed: semente do sorteio.
        title: título visível da figura.

    Returns:
        Figura interativa; basta ser o último valor da célula.

    Raises:
        ValueError: se ``num_keys``, ``max_power`` ou ``dim`` saírem do domínio.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1 e nota 4.

    Example:
        >>> scaled_scores(num_keys=4, dim=1)
        [figura interativa: Por que dividir por √d] Dimensão 1: sem escala, o maior peso é 29,0%
        e a derivada, 0,75; com 1/√d, 29,0% e 0,75.
    """
    if not 2 <= num_keys <= 32 or not 1 <= max_power <= 12:
        raise ValueError(
            f"num_keys = {num_keys} e max_power = {max_power}; aceito de 2 a 32 chaves e "
            "potências de 1 a 12. Os valores da casa são 16 e 10."
        )
    dims = [2**power for power in range(max_power + 1)]
    if dim not in dims:
        raise ValueError(
            f"dim = {dim} não é uma posição do controle; aceito potências de 2 até {dims[-1]}. "
            "Escolha, por exemplo, 64."
        )
    scene = _Scene(dims, _draw_scores(dims, num_keys, seed), dims.index(dim))
    return Widget(
        kind="scaled_scores",
        title=title,
        body=_body(scene),
        summary=_summarize(scene),
        config={"dims": dims, "scores": scene.scores.tolist()},
    )


def _draw_scores(dims: list[int], num_keys: int, seed: int) -> Vector:
    """Sorteia q e k e devolve q·k nas primeiras d coordenadas, forma (dims, Tk)."""
    rng = np.random.default_rng(seed)
    query, keys = rng.standard_normal(dims[-1]), rng.standard_normal((num_keys, dims[-1]))
    products = np.cumsum(keys * query, axis=1)
    return np.round(products[:, [dim - 1 for dim in dims]].T, 4)


def _body(scene: _Scene) -> Markup:
    """Monta controle e os dois quadros."""
    control = slider(
        "dim",
        "Dimensão d",
        start=0,
        stop=len(scene.dims) - 1,
        step=1,
        value=scene.start,
        shown=str(scene.dims[scene.start]),
    )
    panels = [_panel(side, name, tone, scene.weights(side)) for side, name, tone in _SIDES]
    return tag("div", None, control, tag("div", {"class": "cw-columns"}, *panels))


def _panel(side: str, name: str, tone: str, weights: Vector) -> Markup:
    """Monta um quadro: barras verticais e três números."""
    width = 100 / weights.size
    bars = []
    for index, weight in enumerate(weights):
        box: Attributes = {
            "class": "cw-fill-tall",
            "data-role": f"{side}-bar",
            "x": f"{(index + 0.15) * width:.3f}%",
            "width": f"{0.7 * width:.3f}%",
            "y": f"{100 * (1 - weight):.3f}%",
            "height": f"{100 * weight:.3f}%",
        }
        bars.append(tag("rect", box))
    facts = tag(
        "dl",
        {"class": "cw-facts"},
        fact(f"{side}-largest", "maior peso", format_percent(weights.max(), 1)),
        fact(f"{side}-entropy", "entropia (nats)", format_decimal(entropy(weights))),
        fact(f"{side}-slope", "derivada (traço)", format_decimal(_slope(weights))),
    )
    drawing = plane(f"Pesos {name}, uma barra por chave", *bars, css=f"cw-tall cw-tone-{tone}")
    return tag("div", None, tag("p", {"class": "cw-heading"}, f"Softmax {name}"), drawing, facts)


def _slope(weights: Vector) -> float:
    """Traço da jacobiana do softmax, 1 − Σp²: perto de 0, quase não há gradiente."""
    return float(1 - (weights**2).sum())


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    plain, scaled = scene.weights("plain"), scene.weights("scaled")
    return (
        f"Dimensão {scene.dims[scene.start]}: sem escala, o maior peso é "
        f"{format_percent(plain.max(), 1)} e a derivada, {format_decimal(_slope(plain))}; "
        f"com 1/√d, {format_percent(scaled.max(), 1)} e {format_decimal(_slope(scaled))}."
    )
