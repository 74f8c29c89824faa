"""Curva por atenção: contra o statsmodels, contra a busca exaustiva, e textos de erro."""

import math

import numpy as np
import pytest
from statsmodels.nonparametric.kernel_regression import KernelReg

from coursekit.data.noisy_curve import NoisyCurve, noisy_curve, true_curve
from coursekit.models.kernel_smoothing import curve_error, fit_curve, learn_bandwidth


def sample_with_seed(seed, num_points=23):
    return noisy_curve(num_points, generator=np.random.default_rng(seed))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("bandwidth", [0.1, 0.4, 3.0])
def test_curve_agrees_with_statsmodels(seed, bandwidth):
    sample, points = sample_with_seed(seed), np.linspace(0, 5, 17)
    other = KernelReg(sample.y, sample.x, "c", reg_type="lc", bw=[bandwidth], rng=0)
    np.testing.assert_allclose(
        fit_curve(sample, bandwidth, points), other.fit(points)[0], rtol=0, atol=1e-10
    )


def test_error_of_a_flat_estimate_is_the_error_of_the_mean():
    # Largura enorme: a estimativa é a média de y em todo ponto.
    sample, points = sample_with_seed(3), np.linspace(0, 5, 17)
    expected = sum((sample.y.mean() - v) ** 2 for v in true_curve(points)) / 17
    assert curve_error(sample, 1e6, points) == pytest.approx(expected, rel=1e-9)


def leave_one_out_error(sample, bandwidth):
    """Refaz a validação com laços, sem máscara: retira o ponto da amostra."""
    total = 0.0
    for left_out in range(len(sample.x)):
        kept = [i for i in range(len(sample.x)) if i != left_out]
        gaps = [(sample.x[left_out] - sample.x[i]) ** 2 for i in kept]
        powers = [math.exp(-(gap - min(gaps)) / (2 * bandwidth**2)) for gap in gaps]
        predicted = sum(p * sample.y[i] for p, i in zip(powers, kept, strict=True)) / sum(powers)
        total += (sample.y[left_out] - predicted) ** 2
    return total / len(sample.x)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_learned_bandwidth_is_a_minimum_of_the_leave_one_out_error(seed):
    sample = sample_with_seed(seed)
    learned = learn_bandwidth(sample)
    best = leave_one_out_error(sample, learned)
    assert best <= leave_one_out_error(sample, 1.05 * learned)
    assert best <= leave_one_out_error(sample, 0.95 * learned)
    assert best < leave_one_out_error(sample, 1.0)


def test_one_step_moves_the_logarithm_by_the_learning_rate():
    # O primeiro passo do Adam tem o tamanho da taxa: h = 2 · exp(±0,1).
    learned = learn_bandwidth(sample_with_seed(0), start=2.0, num_steps=1, learning_rate=0.1)
    assert learned == pytest.approx(2.0 * math.exp(-0.1), rel=1e-6)


@pytest.mark.parametrize("settings", [{"start": 0.0}, {"num_steps": 0}, {"learning_rate": -0.1}])
def test_rejects_impossible_settings(settings):
    with pytest.raises(
        ValueError, match=r"recebi 23 observações, start=.*demais devem ser positivos"
    ):
        learn_bandwidth(sample_with_seed(0), **settings)


def test_rejects_a_single_observation():
    lonely = NoisyCurve(x=np.array([1.0]), y=np.array([2.0]))
    with pytest.raises(ValueError, match=r"recebi 1 observações.*ao menos duas"):
        learn_bandwidth(lonely)
