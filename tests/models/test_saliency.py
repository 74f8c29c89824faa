"""Saliência: normalização contra laços literais, invariâncias, saltos previstos e erros."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from coursekit.data.search_displays import make_motion_frames, make_search_display
from coursekit.models.pop_out import saliency_at, target_rank
from coursekit.models.saliency import (
    center_surround,
    color_channels,
    conspicuity_maps,
    motion_map,
    normalize_map,
    saliency_map,
)


def normalize_by_loops(feature_map, side):
    """Definição literal: percorre cada pixel e a sua vizinhança quadrada, recortada na borda."""
    scaled = (feature_map - feature_map.min()) / (feature_map.max() - feature_map.min())
    peaks = []
    for row, column in np.ndindex(scaled.shape):
        half = side // 2
        rows = slice(max(0, row - half), row + half + 1)
        columns = slice(max(0, column - half), column + half + 1)
        value = scaled[row, column]
        if value == scaled[rows, columns].max() and 0.05 < value < 1:
            peaks.append(value)
    return scaled * (1 - (sum(peaks) / len(peaks) if peaks else 0)) ** 2


def bar_display(color, position=(128, 128), size=256):
    image = np.full((size, size, 3), 30, dtype=np.uint8)
    row, column = position
    image[row - 9 : row + 10, column - 3 : column + 4] = color
    return image


class TestNormalizeMap:
    def test_matches_hand_value(self):
        # Picos 8 (global), 4 e 2: m̄ = (0,5 + 0,25)/2 = 0,375; fator (1 - 0,375)² = 0,390625.
        feature_map = np.zeros((11, 13))
        feature_map[2, 2], feature_map[2, 10], feature_map[8, 6] = 8.0, 4.0, 2.0
        result = normalize_map(feature_map)
        assert result[2, 2] == pytest.approx(0.390625, abs=1e-15)
        assert result[8, 6] == pytest.approx(0.25 * 0.390625, abs=1e-15)

    @pytest.mark.parametrize("seed", [0, 1, 2])
    @pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
    def test_agrees_with_loops(self, seed, scale):
        feature_map = np.random.default_rng(seed).normal(size=(53, 31)) * scale
        expected = normalize_by_loops(feature_map, side=5)  # 53 // 10 = 5
        np.testing.assert_allclose(normalize_map(feature_map), expected, atol=1e-12)
        expected = normalize_by_loops(feature_map, side=7)
        result = normalize_map(feature_map, neighborhood=7)
        np.testing.assert_allclose(result, expected, atol=1e-12)

    def test_single_peak_beats_many(self):
        single, many = np.zeros((31, 31)), np.zeros((31, 31))
        single[15, 15] = 1.0
        many[3::6, 3::6] = 0.9
        many[15, 15] = 1.0
        assert normalize_map(many).max() == pytest.approx(0.01, abs=1e-12)  # (1 - 0,9)²
        assert normalize_map(single).max() == 1.0

    def test_constant_map_becomes_zero(self):
        np.testing.assert_array_equal(normalize_map(np.full((7, 5), 3.2)), np.zeros((7, 5)))

    def test_does_not_change_its_argument(self):
        feature_map = np.arange(35.0).reshape(5, 7)
        normalize_map(feature_map)
        np.testing.assert_array_equal(feature_map, np.arange(35.0).reshape(5, 7))

    @pytest.mark.parametrize("bad", [np.zeros(5), np.zeros((0, 3)), np.array([[1.0, np.nan]])])
    def test_rejects_bad_map(self, bad):
        with pytest.raises(ValueError, match=r"feature_map.*\(Hi, Wi\).*recebi forma.*um canal"):
            normalize_map(bad)

    def test_rejects_bad_neighborhood(self):
        with pytest.raises(ValueError, match=r"neighborhood.*≥ 1.*recebi 0.*Use 3"):
            normalize_map(np.ones((5, 7)), neighborhood=0)


class TestCenterSurround:
    def test_hand_case_of_a_lone_center(self):
        # Só o nível 1 tem algo: |P1 - P3| e |P1 - P4| dão o mesmo pico, cada um normalizado a 1;
        # o centro 2 contra 4 e 5 dá zero. Soma: 2 no pico.
        pyramid = [np.zeros((64 // 2**k, 64 // 2**k)) for k in range(6)]
        pyramid[1][16:18, 16:18] = 5.0
        result = center_surround(pyramid)
        assert result.shape == (16, 16)
        assert result.max() == pytest.approx(2.0, abs=1e-12)

    def test_surround_of_the_second_center_counts(self):
        pyramid = [np.zeros((64 // 2**k, 64 // 2**k)) for k in range(6)]
        pyramid[2][8, 8] = 5.0
        result = center_surround(pyramid)
        assert result[8, 8] == pytest.approx(2.0, abs=1e-12)
        assert np.count_nonzero(result) == 1

    def test_rejects_wrong_number_of_levels(self):
        with pytest.raises(ValueError, match=r"pyramid.*6 níveis; recebi 5.*metade"):
            center_surround([np.ones((8, 8))] * 5)


class TestColorChannels:
    @pytest.mark.parametrize(
        ("color", "lit"),
        [((200, 0, 0), "red"), ((0, 200, 0), "green"), ((0, 0, 200), "blue")],
    )
    def test_pure_colors_light_one_channel(self, color, lit):
        # Cor pura c: intensidade c/3, logo o canal vale c/(c/3) = 3.
        channels = color_channels(np.full((64, 67, 3), color))
        assert channels[lit].max() == pytest.approx(3.0, abs=1e-12)
        others = [channels[name].max() for name in ("red", "green", "blue") if name != lit]
        assert others == [0.0, 0.0]

    def test_yellow_by_hand(self):
        # (180, 120, 0): intensidade 100; r, g, b = 1,8, 1,2, 0; Y = 1,5 - 0,3 - 0 = 1,2.
        channels = color_channels(np.full((64, 67, 3), (180, 120, 0)))
        assert channels["yellow"].max() == pytest.approx(1.2, abs=1e-12)
        assert channels["red"].max() == pytest.approx(1.2, abs=1e-12)  # 1,8 - 0,6

    def test_gray_and_dark_have_no_color(self):
        image = np.full((64, 67, 3), 128)
        image[:10, :10] = (6, 0, 0)  # escuro demais: abaixo de um décimo do máximo
        channels = color_channels(image)
        assert max(channel.max() for channel in channels.values()) == pytest.approx(0, abs=1e-12)

    def test_brightness_does_not_matter(self):
        image = np.random.default_rng(0).integers(50, 250, size=(64, 67, 3))
        bright, dim = color_channels(image), color_channels(image / 2)
        for name, channel in bright.items():
            np.testing.assert_allclose(channel, dim[name], atol=1e-12)


class TestSaliencyMap:
    def test_lone_bar_is_the_peak(self):
        saliency = saliency_map(bar_display((200, 40, 40), position=(80, 170)))
        row, column = np.unravel_index(saliency.argmax(), saliency.shape)
        assert abs(row - 80 / 4) <= 3
        assert abs(column - 170 / 4) <= 3

    def test_transposing_the_image_transposes_the_map(self):
        image = make_search_display("conjunction", seed=4).image
        transposed = saliency_map(image.transpose(1, 0, 2))
        np.testing.assert_allclose(transposed, saliency_map(image).T, atol=1e-10)

    def test_dimming_the_whole_image_changes_nothing(self):
        image = make_search_display("brightness", seed=4).image
        np.testing.assert_allclose(saliency_map(image / 2), saliency_map(image), atol=1e-10)

    @pytest.mark.parametrize("level", [0, 1, 77, 255])
    def test_flat_image_has_no_saliency(self, level):
        assert saliency_map(np.full((79, 97, 3), level)).max() == 0.0

    def test_frame_is_zero_and_values_are_bounded(self):
        saliency = saliency_map(np.random.default_rng(1).integers(0, 256, size=(96, 83, 3)))
        assert saliency.shape == (24, 21)
        assert saliency[:2].max() == saliency[-2:].max() == 0.0
        assert saliency[:, :2].max() == saliency[:, -2:].max() == 0.0
        assert 0 < saliency.max() <= 1

    def test_is_the_mean_of_the_three_maps(self):
        image = make_search_display("color", seed=0).image
        maps = conspicuity_maps(image)
        mean = (maps.intensity + maps.color + maps.orientation) / 3
        result = saliency_map(image)
        np.testing.assert_allclose(result[3:-3, 3:-3], mean[3:-3, 3:-3], atol=1e-15)

    def test_each_display_lights_its_own_map(self):
        # O que distingue o alvo só aparece no mapa da sua característica.
        for kind, name in [("color", "color"), ("orientation", "orientation")]:
            display = make_search_display(kind, seed=1)
            values = saliency_at(getattr(conspicuity_maps(display.image), name), display.positions)
            assert values.argmax() == display.target
            assert values[display.target] > 2 * np.median(values)

    @pytest.mark.parametrize("kind", ["color", "orientation", "brightness"])
    def test_single_feature_pops_out(self, kind):
        ranks = []
        for seed in range(100, 105):
            display = make_search_display(kind, seed=seed)
            values = saliency_at(saliency_map(display.image), display.positions)
            ranks.append(target_rank(values, display.target))
        assert ranks == [1, 1, 1, 1, 1]

    def test_signed_opponency_loses_the_color_target(self):
        # A armadilha que a docstring anuncia: |vermelho - verde| trata o vermelho e o verde como
        # contrastes iguais com o fundo; em 20 telas, o alvo deixa de ser sempre o primeiro.
        hits = 0
        for seed in range(20):
            display = make_search_display("color", seed=seed)
            rgb = display.image / 255
            levels = [rgb[..., 0] - rgb[..., 1]]
            for _ in range(5):
                levels.append(gaussian_filter(levels[-1], 1.0)[::2, ::2])
            values = saliency_at(normalize_map(center_surround(levels)), display.positions)
            hits += target_rank(values, display.target) == 1
        assert hits < 18

    @pytest.mark.parametrize(
        "bad", [np.zeros((64, 64)), np.zeros((64, 64, 4)), np.zeros((63, 80, 3))]
    )
    def test_rejects_bad_shape(self, bad):
        with pytest.raises(ValueError, match=r"\(Hi, Wi, 3\).*≥ 64; recebi .*três vezes"):
            saliency_map(bad)

    @pytest.mark.parametrize("bad", [-1.0, 256.0, np.nan])
    def test_rejects_bad_range(self, bad):
        image = np.full((64, 64, 3), 10.0)
        image[0, 0, 0] = bad
        with pytest.raises(ValueError, match=r"0 a 255; recebi de .*multiplique por 255"):
            saliency_map(image)


class TestMotionMap:
    @pytest.mark.parametrize("seed", range(5))
    def test_peak_is_at_the_moving_item(self, seed):
        frames = make_motion_frames(seed=seed)
        result = motion_map(frames.before, frames.after)
        peak = np.array(np.unravel_index(result.argmax(), result.shape))
        center = frames.positions[frames.target] + frames.displacement / 2
        assert np.hypot(*(peak - center)) < 8

    def test_order_of_frames_does_not_matter(self):
        frames = make_motion_frames(seed=0)
        forward = motion_map(frames.before, frames.after, blur=1.5)
        np.testing.assert_array_equal(forward, motion_map(frames.after, frames.before, blur=1.5))

    def test_blur_spreads_without_creating(self):
        still, moved = np.zeros((61, 67)), np.zeros((61, 67))
        moved[30, 33] = 1.0
        result = motion_map(still, moved, blur=2.0)
        assert result.sum() == pytest.approx(1.0, abs=1e-3)
        # Gaussiana 2-D: pico 1/(2π·σ²) = 1/(8π) = 0,0398.
        assert result.max() == pytest.approx(1 / (8 * np.pi), rel=1e-2)

    def test_rejects_different_shapes(self):
        with pytest.raises(ValueError, match=r"before.*\(5, 7\).*after.*\(7, 5\).*Recorte"):
            motion_map(np.zeros((5, 7)), np.zeros((7, 5)))

    def test_rejects_bad_blur(self):
        with pytest.raises(ValueError, match=r"blur.*> 0.*recebi 0.*Use 3"):
            motion_map(np.zeros((5, 7)), np.zeros((5, 7)), blur=0)
