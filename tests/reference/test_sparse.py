"""O oráculo da atenção esparsa, contra desenhos feitos à mão."""

import math

import numpy as np
import pytest

from coursekit import reference


def drawn(picture):
    """Lê uma máscara desenhada com # e ponto."""
    return np.array([[mark == "#" for mark in row] for row in picture.split()])


@pytest.mark.parametrize(
    ("mask", "picture"),
    [
        (reference.sliding_window_mask(4, 1), "##.. ###. .### ..##"),
        (reference.sliding_window_mask(4, 1, causal=True), "#... ##.. .##. ..##"),
        (reference.sliding_window_mask(5, 1, dilation=2), "#.#.. .#.#. #.#.# .#.#. ..#.#"),
        (reference.strided_mask(4, 3), "#..# .#.. ..#. #..#"),
        (reference.strided_mask(4, 3, causal=True), "#... .#.. ..#. #..#"),
        (reference.global_mask(4, [2]), "..#. ..#. #### ..#."),
        # Grupos {0,1}, {2,3}, {4}; representantes 0 e 2 no nível 1; 0 e 4 no nível 2.
        (reference.hierarchical_mask(5, 2), "###.# ##... #.##. ..##. #...#"),
        (reference.graph_mask(3, [(0, 2)]), "#.# .#. #.#"),
        (reference.graph_mask(3, [(0, 2)], directed=True), "#.# .#. ..#"),
    ],
)
def test_masks_by_hand(mask, picture):
    assert np.array_equal(mask, drawn(picture))


def test_hops_by_hand():
    # 0 vê 1, 1 vê 2; ninguém vê 0.
    hops = reference.hop_counts(drawn(".#. ..# ..."))
    assert hops.tolist() == [[0, 1, 2], [math.inf, 0, 1], [math.inf, math.inf, 0]]


def test_linear_attention_by_hand():
    # φ(−ln 2) = 1/2 e φ(1) = 2: pesos 1 : 4 com a consulta φ(0) = 1.
    context = reference.linear_attention(
        [[0.0], [0.0]], [[-math.log(2)], [1.0]], [[10.0, 0.0], [0.0, 10.0]], causal=True
    )
    assert np.allclose(context, [[10.0, 0.0], [2.0, 8.0]], rtol=0, atol=1e-12)
    dead = reference.linear_attention([[1.0]], [[-1.0]], [[5.0]], feature_map=lambda x: x * 0)
    assert dead.tolist() == [[0.0]]


def test_linear_attention_refuses_wrong_shapes():
    with pytest.raises(ValueError, match=r"query \(1, 2\).*key \(1, 3\).*largura D"):
        reference.linear_attention(np.ones((1, 2)), np.ones((1, 3)), np.ones((1, 2)))
