"""Leitura da saliência por item e posto do alvo, com valores à mão."""

import numpy as np
import pytest

from coursekit.models.pop_out import saliency_at, target_rank


class TestSaliencyAt:
    def test_reads_the_window_around_each_item(self):
        values = np.zeros((17, 19))
        values[6, 7] = 0.9
        # Janela 5×5: alcança de (4, 5) a (8, 9), e mais nada.
        positions = np.array([[16, 20], [32, 36], [12, 28], [24, 40]])
        assert saliency_at(values, positions).tolist() == [0.9, 0.9, 0.0, 0.0]

    def test_scale_one_reads_pixels(self):
        values = np.zeros((17, 19))
        values[6, 7] = 0.9
        positions = np.array([[4, 5], [3, 5]])
        assert saliency_at(values, positions, scale=1).tolist() == [0.9, 0.0]

    def test_rejects_bad_positions(self):
        with pytest.raises(ValueError, match=r"positions.*\(n, 2\).*recebi \(2,\).*\[\[linha"):
            saliency_at(np.zeros((5, 7)), np.array([1, 2]))

    @pytest.mark.parametrize("bad", [[-1, 0], [20, 0], [0, 28]])
    def test_rejects_positions_outside(self, bad):
        with pytest.raises(ValueError, match=r"fora do mapa.*\(5, 7\).*Confira"):
            saliency_at(np.zeros((5, 7)), np.array([bad]))


class TestTargetRank:
    @pytest.mark.parametrize(("target", "expected"), [(0, 4), (1, 1), (2, 2), (3, 2)])
    def test_ranks_by_hand(self, target, expected):
        assert target_rank(np.array([0.1, 0.9, 0.5, 0.5]), target) == expected

    @pytest.mark.parametrize("bad", [-1, 3])
    def test_rejects_bad_target(self, bad):
        with pytest.raises(ValueError, match=r"target.*índice.*recebi target=.*0 a n - 1"):
            target_rank(np.array([0.1, 0.2, 0.3]), bad)
