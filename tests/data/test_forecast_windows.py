"""Janelas: cada alvo vem logo depois da sua janela, na ordem do tempo."""

import numpy as np
import pytest

from coursekit.data.forecast_windows import forecast_windows


@pytest.mark.parametrize("width", [1, 3, 10])
def test_each_target_is_the_value_right_after_its_window(width):
    values = np.random.default_rng(0).normal(size=11)
    inputs, targets = forecast_windows(values, width)
    assert inputs.shape == (11 - width, width)
    assert targets.shape == (11 - width,)
    for row in range(11 - width):
        np.testing.assert_array_equal(inputs[row], values[row : row + width])
        assert targets[row] == values[row + width]


def test_the_last_windows_have_the_last_values_as_targets():
    _, targets = forecast_windows(np.arange(13.0), width=5)
    np.testing.assert_array_equal(targets[-3:], [10.0, 11.0, 12.0])


def test_changing_the_windows_does_not_change_the_series():
    values = np.arange(7.0)
    inputs, targets = forecast_windows(values, 2)
    inputs += 1.0
    targets += 1.0
    np.testing.assert_array_equal(values, np.arange(7.0))
    assert inputs[0, 1] == 2.0  # janelas vizinhas também não dividem memória
    assert inputs[1, 0] == 2.0


@pytest.mark.parametrize("width", [0, 5, 6])
def test_rejects_a_window_that_does_not_fit(width):
    with pytest.raises(ValueError, match=rf"entre 1 e N - 1 = 4; recebi {width}\. Encurte"):
        forecast_windows(np.arange(5.0), width)


@pytest.mark.parametrize(
    ("values", "found"),
    [([[1.0, 2.0]], r"\(1, 2\), com 0"), ([1.0, np.nan, 3.0], r"\(3,\), com 1")],
)
def test_rejects_a_series_with_gaps_or_columns(values, found):
    with pytest.raises(ValueError, match=rf"forma \(N,\).*recebi {found}.*Interpole"):
        forecast_windows(values, 1)
