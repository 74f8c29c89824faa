"""Alocação ótima e difusão: valores à mão, oráculos por outro caminho, domínio e erros."""

from math import erf, sqrt, tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.models.allocation import (
    CueingAccuracy,
    DiffusionSettings,
    cueing_accuracy,
    detection_accuracy,
    expected_accuracy,
    optimal_allocation,
    simulate_diffusion,
)


def accuracy_by_hand(num_samples: float, sensitivity: float) -> float:
    """Φ(z) pela função erro, com z = d·√n/√2: Φ(z) = (1 + erf(z/√2))/2 = (1 + erf(d√n/2))/2."""
    return (1 + erf(sensitivity * sqrt(num_samples) / 2)) / 2


class TestDetectionAccuracy:
    def test_matches_hand_value(self):
        # d = 2, n = 1: z = 2/√2 = 1,41421; Φ(1,41421) = 0,92135 (tábua da normal).
        assert detection_accuracy(1.0, sensitivity=2.0) == pytest.approx(0.92135, abs=5e-6)

    @pytest.mark.parametrize("sensitivity", [0.05, 0.35, 3.0])
    @pytest.mark.parametrize("num_samples", [0.0, 0.5, 7.0, 40.0, 1e4])
    def test_agrees_with_error_function(self, num_samples, sensitivity):
        expected = accuracy_by_hand(num_samples, sensitivity)
        result = detection_accuracy(num_samples, sensitivity=sensitivity)
        assert result == pytest.approx(expected, abs=1e-14)

    def test_agrees_with_simulated_choices(self):
        # Outro caminho: sortear as duas médias e contar quantas vezes a do alvo é a maior.
        generator = np.random.default_rng(5)
        target = generator.normal(0.35, 1 / sqrt(11), 200_000)
        background = generator.normal(0.0, 1 / sqrt(11), 200_000)
        simulated = (target > background).mean()
        # erro-padrão ≤ 0,5/√200000 = 0,0011; quatro deles.
        assert detection_accuracy(11.0) == pytest.approx(simulated, abs=0.0045)

    def test_keeps_shape(self):
        assert detection_accuracy(np.ones((2, 3))).shape == (2, 3)

    @pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
    def test_rejects_bad_samples(self, bad):
        with pytest.raises(ValueError, match=r"num_samples.*finitos ≥ 0.*recebi.*recebe 0"):
            detection_accuracy(np.array([3.0, bad]))

    @pytest.mark.parametrize("bad", [0.0, -0.35, np.nan])
    def test_rejects_bad_sensitivity(self, bad):
        with pytest.raises(ValueError, match=r"sensitivity.*maior que 0.*recebi.*Use"):
            detection_accuracy(3.0, sensitivity=bad)


class TestExpectedAccuracy:
    def test_matches_hand_value(self):
        # Tudo no lado indicado: 0,8·A(40) + 0,2·A(0) = 0,8·A(40) + 0,1.
        expected = 0.8 * accuracy_by_hand(40, 0.35) + 0.2 * 0.5
        assert expected_accuracy(1.0, 0.8) == pytest.approx(expected, abs=1e-14)

    @given(parts=st.integers(0, 1024), validity=st.floats(0, 1))
    def test_swapping_sides_changes_nothing(self, parts, validity):
        fraction = parts / 1024  # exato em binário, e 1 - fraction também
        swapped = expected_accuracy(1 - fraction, 1 - validity)
        assert expected_accuracy(fraction, validity) == pytest.approx(swapped.item(), abs=1e-12)

    def test_does_not_change_its_argument(self):
        fractions = np.array([0.2, 0.7])
        expected_accuracy(fractions, 0.8)
        np.testing.assert_array_equal(fractions, [0.2, 0.7])

    @pytest.mark.parametrize("bad", [-0.01, 1.01, np.nan])
    def test_rejects_fraction_outside_the_unit_interval(self, bad):
        with pytest.raises(ValueError, match=r"fraction.*entre 0 e 1.*recebi.*0\.8 para 80%"):
            expected_accuracy(bad, 0.8)

    @pytest.mark.parametrize("bad", [-0.1, 80, np.nan])
    def test_rejects_bad_validity(self, bad):
        with pytest.raises(ValueError, match=r"validity.*entre 0 e 1.*recebi.*0\.8 para 80%"):
            expected_accuracy(0.5, bad)

    def test_rejects_empty_resource(self):
        with pytest.raises(ValueError, match=r"num_samples.*maior que 0; recebi 0"):
            expected_accuracy(0.5, 0.8, num_samples=0)


class TestOptimalAllocation:
    @pytest.mark.parametrize("num_samples", [3.0, 40.0, 700.0])
    @pytest.mark.parametrize("validity", [0.1, 0.5, 0.63, 0.8, 0.97])
    def test_agrees_with_a_fine_grid(self, validity, num_samples):
        grid = np.linspace(0, 1, 20_001)
        best = grid[expected_accuracy(grid, validity, num_samples=num_samples).argmax()]
        result = optimal_allocation(validity, num_samples=num_samples)
        assert result == pytest.approx(best, abs=6e-5)

    def test_agrees_with_the_grid_for_another_sensitivity(self):
        grid = np.linspace(0, 1, 20_001)
        best = grid[expected_accuracy(grid, 0.7, sensitivity=0.9).argmax()]
        assert optimal_allocation(0.7, sensitivity=0.9) == pytest.approx(best, abs=6e-5)

    @given(validity=st.floats(0.001, 0.999))
    def test_is_symmetric(self, validity):
        mirrored = 1 - optimal_allocation(1 - validity)
        assert optimal_allocation(validity) == pytest.approx(mirrored, abs=1e-9)

    def test_grows_with_validity(self):
        allocations = [optimal_allocation(v) for v in np.linspace(0, 1, 101)]
        assert (np.diff(allocations) > 0).all()

    @pytest.mark.parametrize(("validity", "expected"), [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)])
    def test_extremes_and_middle(self, validity, expected):
        assert optimal_allocation(validity) == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize(("validity", "expected"), [(1e-300, 0.0), (1 - 2**-53, 1.0)])
    def test_beyond_the_last_representable_share(self, validity, expected):
        assert optimal_allocation(validity) == expected

    @pytest.mark.parametrize("bad", [-0.1, 1.5, np.nan])
    def test_rejects_bad_validity(self, bad):
        with pytest.raises(ValueError, match=r"validity.*probabilidade.*recebi.*0\.8"):
            optimal_allocation(bad)

    @pytest.mark.parametrize("name", ["num_samples", "sensitivity"])
    def test_rejects_non_positive_resource(self, name):
        with pytest.raises(ValueError, match=rf"{name}.*maior que 0; recebi -2.*Use"):
            optimal_allocation(0.8, **{name: -2.0})


class TestCueingAccuracy:
    def test_matches_hand_values(self):
        # Fração 0,75 de 40 amostras: 30 no lado indicado, 20 sem pista, 10 no outro.
        expected = CueingAccuracy(*(accuracy_by_hand(n, 0.35) for n in (30, 20, 10)))
        result = cueing_accuracy(0.75)
        assert result.valid == pytest.approx(expected.valid, abs=1e-14)
        assert result.neutral == pytest.approx(expected.neutral, abs=1e-14)
        assert result.invalid == pytest.approx(expected.invalid, abs=1e-14)

    def test_passes_the_resource_on(self):
        result = cueing_accuracy(0.6, num_samples=10.0, sensitivity=1.1)
        assert result.valid == pytest.approx(accuracy_by_hand(6, 1.1), abs=1e-14)
        assert result.neutral == pytest.approx(accuracy_by_hand(5, 1.1), abs=1e-14)

    def test_rejects_bad_fraction(self):
        with pytest.raises(ValueError, match=r"fraction.*recebi 1\.2"):
            cueing_accuracy(1.2)


class TestSimulateDiffusion:
    @pytest.mark.parametrize("seed", [0, 1, 2])
    @pytest.mark.parametrize("drift", [0.7, 1.5, 2.7])
    def test_agrees_with_the_continuous_solution(self, drift, seed):
        settings = DiffusionSettings(step=0.0025)
        trials = simulate_diffusion(
            drift, generator=np.random.default_rng(seed), num_trials=7000, settings=settings
        )
        # O passo finito ultrapassa o limiar em média 0,5826·√Δt (correção de Chernoff).
        bound = settings.threshold + 0.5826 * sqrt(settings.step)
        mean_decision = bound / drift * tanh(bound * drift)
        accuracy = 1 / (1 + np.exp(-2 * bound * drift))
        decision_times = trials.response_times - settings.non_decision_time
        error = 4 * decision_times.std() / sqrt(7000)
        assert decision_times.mean() == pytest.approx(mean_decision, abs=error)
        assert trials.correct.mean() == pytest.approx(accuracy, abs=4 * 0.5 / sqrt(7000))

    def test_certain_case_is_exact(self):
        # Quase sem ruído, deriva 4 e limiar 1: cruza em 0,25 s, isto é, no passo 25 de 0,01 s.
        settings = DiffusionSettings(noise=1e-9, non_decision_time=0.2)
        trials = simulate_diffusion(
            3.99, generator=np.random.default_rng(0), num_trials=5, settings=settings
        )
        # 25 passos dão 0,9975 < 1; 26 dão 1,0374: cruza em 0,26 s, mais 0,2 s.
        np.testing.assert_allclose(trials.response_times, np.full(5, 0.46), atol=1e-12)
        assert trials.correct.all()

    def test_undecided_trials_stop_at_the_limit(self):
        settings = DiffusionSettings(threshold=1e6, max_time=0.05, non_decision_time=0.0)
        trials = simulate_diffusion(
            1.0, generator=np.random.default_rng(0), num_trials=3, settings=settings
        )
        np.testing.assert_allclose(trials.response_times, np.full(3, 0.05))

    def test_same_seed_same_trials(self):
        first, second = (
            simulate_diffusion(1.0, generator=np.random.default_rng(3), num_trials=11)
            for _ in range(2)
        )
        np.testing.assert_array_equal(first.response_times, second.response_times)
        assert first.response_times.shape == first.correct.shape == (11,)

    @pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
    def test_rejects_bad_drift(self, bad):
        with pytest.raises(ValueError, match=r"drift.*finito ≥ 0; recebi.*limiar positivo"):
            simulate_diffusion(bad, generator=np.random.default_rng(0))

    def test_rejects_no_trials(self):
        with pytest.raises(ValueError, match=r"num_trials.*≥ 1; recebi 0.*4000"):
            simulate_diffusion(1.0, generator=np.random.default_rng(0), num_trials=0)


class TestDiffusionSettings:
    @pytest.mark.parametrize("name", ["threshold", "noise", "step"])
    @pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
    def test_rejects_non_positive(self, name, bad):
        with pytest.raises(ValueError, match=rf"{name}.*maior que 0; recebi.*Use"):
            DiffusionSettings(**{name: bad})

    def test_rejects_negative_non_decision_time(self):
        with pytest.raises(ValueError, match=r"non_decision_time.*≥ 0.*recebi -0\.1.*0\.0"):
            DiffusionSettings(non_decision_time=-0.1)

    def test_rejects_limit_shorter_than_a_step(self):
        with pytest.raises(ValueError, match=r"max_time.*maior que step.*recebi 0\.01.*Aumente"):
            DiffusionSettings(max_time=0.01)
