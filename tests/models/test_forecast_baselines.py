"""Linhas de base: contas à mão, o statsmodels como segundo caminho e nada de espiar o teste."""

import numpy as np
import pytest
from statsmodels.tsa.ar_model import AutoReg

from coursekit.models.forecast_baselines import (
    autoregression_forecast,
    fit_autoregression,
    mean_absolute_error,
    naive_forecast,
    seasonal_naive_forecast,
)


def a_series(size=61, seed=0):
    noise = np.random.default_rng(seed).normal(size=size)
    values = np.zeros(size)
    for step in range(2, size):
        values[step] = 0.3 + 1.2 * values[step - 1] - 0.5 * values[step - 2] + noise[step]
    return values


def test_naive_repeats_the_day_before():
    np.testing.assert_array_equal(naive_forecast([3.0, 5.0, 7.0, 11.0], 2), [5.0, 7.0])


def test_seasonal_naive_repeats_one_cycle_before():
    values = np.arange(13.0)
    np.testing.assert_array_equal(seasonal_naive_forecast(values, 5, 3), [5, 6, 7, 8, 9])


@pytest.mark.parametrize("order", [1, 2, 7])
def test_autoregression_agrees_with_statsmodels(order):
    values = a_series()
    expected = AutoReg(values, order).fit().params
    np.testing.assert_allclose(fit_autoregression(values, order), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("order", [1, 3])
def test_each_forecast_is_the_equation_applied_to_the_observed_past(order):
    values = a_series()
    constant, *weights = fit_autoregression(values[:-11], order)
    expected = [
        constant + sum(w * values[step - lag] for lag, w in enumerate(weights, start=1))
        for step in range(50, 61)
    ]
    np.testing.assert_allclose(autoregression_forecast(values, 11, order), expected, rtol=1e-10)


def test_the_test_part_never_reaches_the_fit():
    values, changed = a_series(), a_series()
    changed[-1] += 1_000.0  # o último valor é só alvo: nenhuma previsão pode mudar
    for forecast in (
        lambda series: naive_forecast(series, 7),
        lambda series: seasonal_naive_forecast(series, 7, 5),
        lambda series: autoregression_forecast(series, 7, 3),
    ):
        np.testing.assert_array_equal(forecast(values), forecast(changed))


def test_forecasts_do_not_share_memory_with_the_series():
    values = a_series()
    assert not np.shares_memory(naive_forecast(values, 7), values)


def test_mean_absolute_error_by_hand():
    # |1 − 4| = 3, |2 − 2| = 0, |9 − 3| = 6: média 3.
    assert mean_absolute_error([1.0, 2.0, 9.0], [4.0, 2.0, 3.0]) == 3.0


@pytest.mark.parametrize(
    ("forecast", "target"), [(np.zeros((3, 1)), np.zeros(3)), ([], []), ([1.0], [1.0, 2.0])]
)
def test_mean_absolute_error_refuses_shapes_that_would_broadcast(forecast, target):
    with pytest.raises(ValueError, match=r"mesma forma \(n,\).*recebi .*forecast\[:, 0\]"):
        mean_absolute_error(forecast, target)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: naive_forecast(np.arange(5.0), 0), r"num_test=0 e period=1 para 5 valores"),
        (lambda: naive_forecast(np.arange(5.0), 5), r"caber juntos.*num_test=5.*Diminua"),
        (lambda: seasonal_naive_forecast(np.arange(5.0), 2, 4), r"num_test=2 e period=4"),
        (lambda: seasonal_naive_forecast(np.arange(5.0), 2, 0), r"positivos.*period=0"),
        (
            lambda: naive_forecast(np.ones((3, 2)), 1),
            r"forma \(N,\).*recebi \(3, 2\).*interpoladas",
        ),
        (lambda: naive_forecast([1.0, np.nan, 2.0], 1), r"números finitos; recebi \(3,\)"),
        (lambda: fit_autoregression(np.arange(7.0), 0), r"entre 1 e 3 para 7 valores; recebi 0"),
        (lambda: fit_autoregression(np.arange(7.0), 4), r"recebi 4\..*decora"),
    ],
)
def test_rejects_impossible_requests(call, message):
    with pytest.raises(ValueError, match=message):
        call()
