"""Figura interativa: padrões de atenção esparsa, quem vê quem e até onde se alcança."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.plotting.decimal_comma import format_percent
from coursekit.widgets.controls import choices, slider
from coursekit.widgets.markup import Attributes, Markup, tag
from coursekit.widgets.pattern_masks import (
    NUM_RANDOM,
    PATTERNS,
    Masks,
    layers_to_connect,
    mask_path,
    reached,
)
from coursekit.widgets.rows import fact
from coursekit.widgets.widget import Widget

__all__ = ["pattern_explorer"]

Mask = NDArray[np.bool_]
_START = 2
_LAYERS, _MAX_LAYERS = 2, 6
_MAX_RUNS = 6
_TITLE = "Padrões de atenção: quem vê quem"


@dataclass(frozen=True)
class _Scene:
    """Comprimento e a posição inicial dos controles: janela, raio, camadas, consulta."""

    length: int
    radius: int
    max_radius: int
    query: int

    @property
    def masks(self) -> Masks:
        """As máscaras deste comprimento."""
        return Masks(self.length)

    @property
    def mask(self) -> Mask:
        """A máscara do padrão inicial."""
        return self.masks.mask(PATTERNS[_START].key, self.radius)

    @property
    def layers(self) -> Mask:
        """O que a consulta alcança, da camada 0 à escolhida."""
        return reached(self.mask, self.query, _LAYERS)


def pattern_explorer(*, length: int = 32, title: str | None = None) -> Widget:
    """Monta a figura que compara padrões de atenção esparsa.

    Escolhem-se o padrão, o raio, o número de camadas e a consulta. A figura desenha a
    máscara, conta os pares visíveis e mostra, camada por camada, de que posições a consulta
    pode depender: cada camada anda um par e guarda o que já se sabia (a conexão residual).
    Os padrões são os de ``coursekit.attention.sparse``: no padrão com passo, a janela se une ao
    passo de 2 raios; nas globais e no BigBird, há 2 posições globais; no BigBird, 2 sorteadas
    por consulta; na hierárquica, grupos de raio + 1. Os sorteios são sempre os mesmos.

    Args:
        length: número de posições, de 8 a 64.
        title: título visível da figura; ``None`` usa o da casa.

    Returns:
        Figura interativa, que começa na janela, com a consulta no meio.

    Raises:
        ValueError: se ``length`` sair de 8 a 64.

    Fonte:
        Child et al. (2019), Beltagy, Peters e Cohan (2020) e Zaheer et al. (2020): padrões.

    Example:
        >>> pattern_explorer(length=16)
        [figura interativa: Padrões de atenção: quem vê quem] Padrão janela, raio 2: 74 pares
        visíveis, 28,9% de 256. Com 2 camadas, a consulta 8 alcança 9 de 16 posições: 4 a 12.
        Todos os pares se ligam com 8 camadas.
    """
    if length not in range(8, 65):
        raise ValueError(
            f"length = {length} está fora de 8 a 64, o que cabe na tela. Use, por exemplo, 32; "
            "a porcentagem de pares de sequências maiores se calcula com coursekit.attention."
        )
    scene = _Scene(length, min(3, length // 8), length // 4, length // 2)
    columns = tag(
        "div",
        {"class": "cw-columns"},
        tag("div", None, _drawing(scene)),
        tag("div", None, *_controls(scene), _facts(scene)),
    )
    labels = [kind.label for kind in PATTERNS]
    return Widget(
        kind="pattern_explorer",
        title=_TITLE if title is None else title,
        body=tag("div", None, choices("pattern", "Padrão", labels, _START), columns, _cone(scene)),
        summary=_summarize(scene),
        config=_config(scene),
        parts=("chips",),
    )


def _config(scene: _Scene) -> dict[str, object]:
    """Junta o que o programa recebe; só o sorteio vem pronto, o resto ele calcula."""
    radii = range(1, scene.max_radius + 1)
    return {
        "length": scene.length,
        "patterns": [[kind.key, kind.label, kind.description] for kind in PATTERNS],
        "random": [_hexadecimal(scene.masks.sample(2 * radius + 1)) for radius in radii],
        "extra": _hexadecimal(scene.masks.sample(NUM_RANDOM)),
    }


def _hexadecimal(mask: Mask) -> list[str]:
    """Escreve cada linha da máscara como um número em base 16; o bit j é a chave j."""
    return [f"{sum(1 << int(key) for key in np.flatnonzero(row)):x}" for row in mask]


def _drawing(scene: _Scene) -> Markup:
    """Desenha a máscara, com a linha da consulta em destaque."""
    side, row = scene.length, scene.mask[[scene.query]]
    frame: Attributes = {
        "class": "cw-mask",
        "data-role": "board",
        "viewBox": f"0 0 {side} {side}",
        "role": "img",
        "aria-label": "Máscara: linha é consulta, coluna é chave; célula cheia é par visível",
    }
    place: Attributes = {
        "data-role": "row",
        "transform": f"translate(0,{scene.query})",
    }
    band = tag("rect", {"class": "cw-band", "width": side, "height": 1})
    seen = tag("path", {"class": "cw-seen", "data-role": "seen", "d": mask_path(row)})
    cells = tag("path", {"class": "cw-cells", "data-role": "cells", "d": mask_path(scene.mask)})
    lines = "".join(f"M{edge},0V{side}M0,{edge}H{side}" for edge in range(1, side))
    lattice = tag("path", {"class": "cw-lattice", "d": lines})
    drawing = tag("svg", frame, cells, tag("g", place, band, seen), lattice)
    axes = tag(
        "p",
        {"class": "cw-ends"},
        tag("span", None, "↓ consulta"),
        tag("span", None, "chave →"),
    )
    return Markup(drawing + axes)


def _controls(scene: _Scene) -> list[Markup]:
    """Monta os controles de raio, camadas e consulta, e a descrição do padrão."""
    description = PATTERNS[_START].describe(scene.radius)
    sliders = [
        slider(
            role, name, start=low, stop=high, step=1, value=value, shown=str(value)
        )
        for role, name, low, high, value in (
            ("radius", "Raio", 1, scene.max_radius, scene.radius),
            ("layers", "Camadas", 1, _MAX_LAYERS, _LAYERS),
            ("query", "Consulta (posição)", 0, scene.length - 1, scene.query),
        )
    ]  # fmt: skip
    return [tag("p", {"class": "cw-lead", "data-role": "description"}, description), *sliders]


def _facts(scene: _Scene) -> Markup:
    """Monta os números de destaque."""
    pairs, total = int(scene.mask.sum()), scene.length**2
    return tag(
        "dl",
        {"class": "cw-facts"},
        fact("pairs", "pares visíveis", f"{pairs} de {total}"),
        fact("share", "de n²", format_percent(pairs / total, 1)),
        fact("reach", "a consulta alcança", f"{int(scene.layers[-1].sum())} de {scene.length}"),
        fact("connect", "ligar todos os pares", _connection(layers_to_connect(scene.mask))),
    )


def _connection(layers: int | None) -> str:
    """Escreve quantas camadas ligam todos os pares."""
    if layers is None:
        return "nunca"
    return f"{layers} {'camada' if layers == 1 else 'camadas'}"


def _cone(scene: _Scene) -> Markup:
    """Desenha o que a consulta alcança, uma faixa por camada."""
    faixas = []
    for layer in range(_MAX_LAYERS + 1):
        row = scene.layers[[layer]] if layer <= _LAYERS else np.zeros((1, scene.length), bool)
        frame: Attributes = {
            "class": "cw-layer-cells",
            "viewBox": f"0 0 {scene.length} 1",
            "preserveAspectRatio": "none",
            "aria-hidden": "true",
        }
        cells = tag("path", {"class": "cw-cells", "data-role": "layer-cells", "d": mask_path(row)})
        name = "na consulta" if layer == 0 else f"{layer} camada" + "s" * (layer > 1)
        count = f"{int(row.sum())} de {scene.length}"
        item: Attributes = {
            "class": "cw-layer",
            "data-role": "layer",
            "hidden": layer > _LAYERS,
        }
        label = tag("span", {"class": "cw-layer-name"}, name)
        number = tag("span", {"class": "cw-number", "data-role": "layer-count"}, count)
        faixas.append(tag("li", item, label, " ", tag("svg", frame, cells), number))
    heading = tag("p", {"class": "cw-heading"}, "De que posições a consulta pode depender")
    return Markup(heading + tag("ol", {"class": "cw-layers"}, *faixas))


def _runs(row: Mask) -> str:
    """Enumera posições por trechos seguidos: «0, 4 a 12»."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(int), [0]))))
    runs = [
        str(begin) if end == begin + 1 else f"{begin} a {end - 1}"
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    shown = runs[:_MAX_RUNS] + (["…"] if len(runs) > _MAX_RUNS else [])
    return ", ".join(shown)


def _summarize(scene: _Scene) -> str:
    """Escreve a frase que resume a figura, igual à do programa."""
    pairs, total = int(scene.mask.sum()), scene.length**2
    final = scene.layers[-1]
    connect = layers_to_connect(scene.mask)
    ending = (
        "Nem com mais camadas se ligam todos os pares."
        if connect is None
        else f"Todos os pares se ligam com {_connection(connect)}."
    )
    return (
        f"Padrão {PATTERNS[_START].label}, raio {scene.radius}: {pairs} pares visíveis, "
        f"{format_percent(pairs / total, 1)} de {total}. Com {_connection(_LAYERS)}, a consulta "
        f"{scene.query} alcança {int(final.sum())} de {scene.length} posições: {_runs(final)}. "
        f"{ending}"
    )
