"""Explorador de padrões: as máscaras são as do pacote de atenção esparsa, número por número."""

import numpy as np
import pytest

from coursekit import widgets
from coursekit.attention import sparse
from coursekit.widgets.pattern_masks import PATTERNS, Masks, layers_to_connect, mask_path, reached

from .test_initial_state import numbers


def course_pattern(key, radius, length):
    """O mesmo padrão escrito com os valores de ``coursekit.attention.sparse``."""
    window = sparse.SlidingWindow(radius)
    return {
        "full": sparse.SlidingWindow(length),
        "causal": sparse.SlidingWindow(length, causal=True),
        "window": window,
        "causal_window": sparse.SlidingWindow(radius, causal=True),
        "dilated": sparse.SlidingWindow(radius, dilation=2),
        "strided": window | sparse.Strided(2 * radius),
        "global": window | sparse.GlobalTokens(count=2),
        "random": sparse.RandomBlocks(block=1, per_row=2 * radius + 1, seed=0),
        "bigbird": sparse.BigBird(radius, global_count=2, block=1, per_row=2, seed=0),
        "hierarchical": sparse.Hierarchical(radius + 1),
    }[key]


@pytest.mark.parametrize(("length", "radius"), [(8, 1), (8, 2), (17, 3), (32, 1), (32, 7), (41, 5)])
@pytest.mark.parametrize("key", [kind.key for kind in PATTERNS])
def test_masks_and_reach_are_those_of_the_package(key, length, radius):
    pattern, mask = course_pattern(key, radius, length), Masks(length).mask(key, radius)
    assert (mask == pattern.mask(length)).all()
    for layers in (0, 1, 3):
        expected = pattern.reach(length, layers)
        for query in (0, length // 3, length - 1):
            assert (reached(mask, query, layers)[-1] == expected[query]).all()
    diameter = pattern.diameter(length)
    assert layers_to_connect(mask) == (None if np.isinf(diameter) else diameter)


def test_dilated_window_never_mixes_odd_and_even():
    assert layers_to_connect(Masks(9).mask("dilated", 3)) is None


@pytest.mark.parametrize("seed", range(3))
def test_path_draws_exactly_the_visible_cells(seed):
    mask = np.random.default_rng(seed).random((5, 7)) < 0.5
    assert (cells_of(mask_path(mask), mask.shape) == mask).all()


def cells_of(path, shape):
    """Relê o caminho SVG como máscara; recusa célula pintada duas vezes."""
    mask = np.zeros(shape, dtype=int)
    for piece in path.split("z")[:-1]:
        place, rest = piece.removeprefix("M").split("h", 1)
        column, row = map(int, place.split(","))
        mask[row, column : column + int(rest.split("v")[0])] += 1
    assert mask.max(initial=0) <= 1
    return mask.astype(bool)


def test_summary_counts_by_hand():
    # Raio 1 em 8 posições: 8 + 2·7 pares; em 2 camadas, de 2 a 6; pontas ligadas em 7.
    widget = widgets.pattern_explorer(length=8)
    assert widget.summary == (
        "Padrão janela, raio 1: 22 pares visíveis, 34,4% de 64. Com 2 camadas, a consulta 4 "
        "alcança 5 de 8 posições: 2 a 6. Todos os pares se ligam com 7 camadas."
    )


@pytest.mark.parametrize("length", [9, 32, 64])
def test_summary_agrees_with_the_package(length):
    radius = min(3, length // 8)
    window = sparse.SlidingWindow(radius)
    pairs, reach = window.visible_pairs(length), window.reach(length, 2)[length // 2]
    places = np.flatnonzero(reach)
    expected = [radius, pairs, 100 * pairs / length**2, length**2, 2, length // 2, reach.sum()]
    expected += [length, places[0], places[-1], window.diameter(length)]
    found = numbers(widgets.pattern_explorer(length=length).summary)
    assert found == pytest.approx(expected, abs=0.051)


def test_descriptions_carry_the_numbers_of_the_radius():
    texts = {kind.key: kind.describe(3) for kind in PATTERNS}
    assert [text for text in texts.values() if "{" in text] == []
    assert texts["strided"] == "Janela de raio 3, mais as posições de 6 em 6."
    assert texts["random"].startswith("7 posições sorteadas")
    assert texts["hierarchical"].startswith("Grupos de 4;")


@pytest.mark.parametrize("length", [7, 65, 32.5])
def test_length_out_of_the_screen_is_refused(length):
    with pytest.raises(ValueError, match=rf"length = {length} está fora de 8 a 64.*Use"):
        widgets.pattern_explorer(length=length)
