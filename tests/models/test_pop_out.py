"""Leitura da saliência por item e posto do alvo, com valores à mão."""

import numpy as np
import pytest

from coursekit.data.search_displays import make_motion_frames, make_search_display
from coursekit.models.pop_out import display_rank, motion_is_found, saliency_at, target_rank


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


class TestDisplayRank:
    def test_counts_the_items_above_the_target(self):
        display = make_search_display("color", seed=2)
        # Mapa do tamanho da imagem: o alvo vale 1 e três outros itens, 2.
        values = np.zeros(display.image.shape[:2])
        values[tuple(display.positions[display.target])] = 1.0
        others = [index for index in range(49) if index != display.target][:3]
        for index in others:
            values[tuple(display.positions[index])] = 2.0
        assert display_rank(values, display, scale=1) == 4

    def test_default_scale_is_the_one_of_the_saliency_map(self):
        display = make_search_display("color", seed=2)
        values = np.zeros((64, 64))
        values[tuple(display.positions[0] // 4)] = 2.0
        values[tuple(display.positions[display.target] // 4)] = 1.0
        assert display.target != 0
        assert display_rank(values, display) == 2

    def test_rejects_map_smaller_than_the_display(self):
        display = make_search_display("color", seed=2)
        with pytest.raises(ValueError, match=r"fora do mapa de forma \(64, 64\) \(escala 1\)"):
            display_rank(np.zeros((64, 64)), display, scale=1)


class TestMotionIsFound:
    def test_finds_the_item_that_moved(self):
        assert all(motion_is_found(make_motion_frames(seed=seed)) for seed in range(5))

    def test_a_strict_tolerance_is_not_met(self):
        # Um só item: o pico fica no meio do percurso, arredondado para um pixel inteiro.
        frames = make_motion_frames(seed=0, num_items=1)
        assert motion_is_found(frames, tolerance=8.0)
        assert not motion_is_found(frames, tolerance=1e-6)

    def test_wrong_answer_key_is_not_found(self):
        frames = make_motion_frames(seed=0)
        wrong = (frames.target + 1) % 20
        assert not motion_is_found(type(frames)(**{**vars(frames), "target": wrong}))

    @pytest.mark.parametrize("bad", [0.0, -1.0])
    def test_rejects_bad_tolerance(self, bad):
        with pytest.raises(ValueError, match=r"tolerance.*> 0.*recebi.*Use 8"):
            motion_is_found(make_motion_frames(seed=0), tolerance=bad)
