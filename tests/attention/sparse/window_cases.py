"""A mesma janela por três caminhos: a padrão, a compilada e a de um padrão qualquer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from attention.sparse.compiled_cases import needs_compiler

from coursekit.attention.sparse import (
    SlidingWindow,
    block_sparse,
    block_sparse_attention,
    compiled_windowed_attention,
    windowed,
    windowed_attention,
)
from coursekit.attention.sparse.gather_plan import Cutting


@dataclass(frozen=True)
class Window:
    """Uma implementação, chamada como ``windowed_attention``, e o que se troca nela."""

    attention: Callable[..., Any]
    settings: tuple[tuple[Any, str, Any], ...] = ()
    compiled: bool = False


def of_pattern(query, key, value, radius, *, causal=False, **options):
    """A janela como padrão."""
    pattern = SlidingWindow(radius, causal=causal)
    return block_sparse_attention(query, key, value, pattern, **options)


def tiled(tile, budget):
    """A padrão, com outro ladrilho e outro número de escores por lote."""
    settings = ((windowed, "TILE", tile), (windowed, "BUDGET", budget))
    return pytest.param(Window(windowed_attention, settings), id=f"ladrilhos-{tile}-{budget}")


PATTERN_CUT = ((block_sparse, "CUTTING", Cutting(4, 100, 8000.0)),)
DEFAULT = pytest.param(Window(windowed_attention), id="ladrilhos")
COMPILED = pytest.param(
    Window(compiled_windowed_attention, compiled=True), id="compilada", marks=needs_compiler
)
PATTERN = pytest.param(Window(of_pattern), id="em-blocos")
WAYS = [DEFAULT, COMPILED, PATTERN]
# Os cortes obrigam a muitos ladrilhos e a muitos lotes.
CUTS = [tiled(4, 100), tiled(3, 1), tiled(1, 7)]
EVERY_CUT = [*WAYS, *CUTS, pytest.param(Window(of_pattern, PATTERN_CUT), id="em-blocos-4-100")]

every_way = pytest.mark.parametrize("window", WAYS, indirect=True)
every_cut = pytest.mark.parametrize("window", EVERY_CUT, indirect=True)
