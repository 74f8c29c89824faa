import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coursekit.benchmark import scaling_exponent, spread

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=23)


@given(VALUES)
def test_quartiles_agree_with_numpy(values):
    summary = spread(values)
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75])
    found = [summary.lower, summary.median, summary.upper]
    np.testing.assert_allclose(found, [lower, median, upper], rtol=1e-12, atol=1e-9)
    assert summary.count == len(values)
    assert summary.iqr == summary.upper - summary.lower >= 0


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_refuses_empty_or_non_finite_sample(values):
    with pytest.raises(ValueError, match=r"pelo menos um número, todos finitos; recebi \["):
        spread(values)


@given(st.floats(-3, 3), st.floats(1e-6, 1e3))
def test_recovers_an_exact_power(exponent, coefficient):
    sizes = [3, 7, 19, 53]
    fit = scaling_exponent(sizes, [coefficient * n**exponent for n in sizes])
    assert fit.exponent == pytest.approx(exponent, abs=1e-9)
    assert fit.coefficient == pytest.approx(coefficient, rel=1e-9)
    assert fit.low <= fit.exponent <= fit.high
    assert fit.high - fit.low < 1e-6


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_interval_agrees_with_linregress(seed, confidence):
    generator = np.random.default_rng(seed)
    sizes = np.array([64.0, 128.0, 256.0, 512.0, 1024.0])
    costs = 0.01 * sizes**1.5 * np.exp(generator.normal(0, 0.2, sizes.size))
    fit = scaling_exponent(sizes.tolist(), costs.tolist(), confidence=confidence)
    oracle = stats.linregress(np.log(sizes), np.log(costs))
    low, high = stats.t.interval(confidence, 3, oracle.slope, oracle.stderr)
    np.testing.assert_allclose([fit.exponent, fit.low, fit.high], [oracle.slope, low, high])
    json.dumps(fit.to_dict(), allow_nan=False)


def test_interval_covers_the_truth_as_often_as_it_says():
    # 95% de 400 sorteios independentes: desvio-padrão de 1,1 ponto; aceita-se ±4,4.
    generator = np.random.default_rng(2026)
    sizes = [1.0, 2.0, 4.0, 8.0, 16.0]
    covered = 0
    for _ in range(400):
        costs = [n**2 * math.exp(generator.normal(0, 0.3)) for n in sizes]
        fit = scaling_exponent(sizes, costs)
        covered += fit.low <= 2 <= fit.high
    assert 0.906 <= covered / 400 <= 0.994


@pytest.mark.parametrize(
    ("sizes", "costs", "confidence", "message"),
    [
        ([1, 2, 3], [1, 2], 0.95, r"3 tamanhos e 2 custos.*um custo por tamanho"),
        ([1, 2, 2], [1, 2, 3], 0.95, r"pelo menos 3 tamanhos diferentes; recebi 2"),
        ([1, 2, 0], [1, 2, 3], 0.95, r"tamanho deve ser positivo.*recebi 0"),
        ([1, 2, 3], [1, 2, -3], 0.95, r"custo deve ser positivo.*recebi -3"),
        ([1, 2, 3], [1, 2, math.nan], 0.95, r"custo deve ser positivo.*recebi nan"),
        ([1, 2, 3], [1, 2, 3], 1.0, r"entre 0 e 1; recebi 1\.0.*0\.95"),
    ],
)
def test_refuses_series_it_cannot_fit(sizes, costs, confidence, message):
    with pytest.raises(ValueError, match=message):
        scaling_exponent(sizes, costs, confidence=confidence)
