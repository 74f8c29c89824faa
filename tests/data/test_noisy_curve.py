"""Curva com ruído: valores à mão, estatística do ruído e textos de erro."""

import math

import numpy as np
import pytest

from coursekit.data.noisy_curve import noisy_curve, true_curve


def test_true_curve_matches_values_worked_by_hand():
    # sen(pi/2) = 1 e sen(pi) = 0: f(pi/2) = 2 + (pi/2)^0,8 e f(pi) = pi^0,8.
    # Potências por exponencial e logaritmo, outro caminho para o mesmo número.
    half, whole = math.pi / 2, math.pi
    expected = [0.0, 2.0 + math.exp(0.8 * math.log(half)), math.exp(0.8 * math.log(whole))]
    np.testing.assert_allclose(true_curve([0.0, half, whole]), expected, rtol=0, atol=1e-12)


def test_true_curve_keeps_the_shape_and_the_argument():
    x = np.arange(6.0).reshape(2, 3)
    before = x.copy()
    assert true_curve(x).shape == (2, 3)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("bad", [[-0.1, 1.0], [math.nan], [math.inf]])
def test_true_curve_rejects_points_outside_its_domain(bad):
    with pytest.raises(ValueError, match=r"não negativos; recebi .*use x >= 0"):
        true_curve(bad)


def test_sample_is_sorted_inside_the_interval_and_without_noise_is_the_curve():
    sample = noisy_curve(101, generator=np.random.default_rng(3), noise_std=0.0, low=1.5, high=2.5)
    assert sample.x.shape == sample.y.shape == (101,)
    assert np.all(np.diff(sample.x) >= 0)
    assert 1.5 <= sample.x[0] < 1.6
    assert 2.4 < sample.x[-1] < 2.5
    np.testing.assert_array_equal(sample.y, true_curve(sample.x))


def test_noise_has_mean_zero_and_the_requested_deviation():
    # n = 40 000: o erro-padrão da média é 0,7/200 = 0,0035 e o do desvio, 0,0025.
    sample = noisy_curve(40_000, generator=np.random.default_rng(5), noise_std=0.7)
    noise = sample.y - true_curve(sample.x)
    assert abs(noise.mean()) < 0.015
    assert abs(noise.std() - 0.7) < 0.012


def test_noise_does_not_follow_the_position():
    # Se o ruído fosse ordenado junto com x, a correlação seria perto de 1.
    sample = noisy_curve(10_000, generator=np.random.default_rng(7))
    noise = sample.y - true_curve(sample.x)
    assert abs(np.corrcoef(sample.x, noise)[0, 1]) < 0.05


def test_same_seed_same_sample_and_the_generator_is_the_only_source():
    first = noisy_curve(11, generator=np.random.default_rng(2))
    np.random.default_rng(99).normal()
    second = noisy_curve(11, generator=np.random.default_rng(2))
    other = noisy_curve(11, generator=np.random.default_rng(4))
    np.testing.assert_array_equal(first.y, second.y)
    assert not np.array_equal(first.y, other.y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_points": 0}, r"ao menos 1; recebi num_points=0.*ao menos uma"),
        ({"num_points": 5, "noise_std": -1.0}, r"noise_std.*recebi -1\.0.*Use 0"),
        ({"num_points": 5, "noise_std": math.nan}, r"noise_std.*recebi nan.*Use 0"),
        ({"num_points": 5, "low": 2.0, "high": 2.0}, r"low=2\.0 e high=2\.0.*Troque"),
        ({"num_points": 5, "low": -1.0}, r"0 <= low < high.*low=-1\.0"),
        ({"num_points": 5, "high": math.inf}, r"high finito; recebi.*high=inf"),
    ],
)
def test_rejects_impossible_requests(arguments, message):
    with pytest.raises(ValueError, match=message):
        noisy_curve(generator=np.random.default_rng(0), **arguments)
