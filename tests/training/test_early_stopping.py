import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.training import EarlyStopping


def stop_epoch_by_counter(values, patience, sign):
    """Outro caminho: contador com estado, como se escreve num laço comum."""
    best, waiting = math.inf, 0
    for epoch, value in enumerate(values):
        if sign * value < best:
            best, waiting = sign * value, 0
        else:
            waiting += 1
        if waiting >= patience:
            return epoch
    return None


@given(
    st.lists(st.integers(-3, 3), max_size=13), st.integers(1, 5), st.sampled_from(["min", "max"])
)
def test_agrees_with_a_counter_that_keeps_state(values, patience, mode):
    stopping = EarlyStopping(patience=patience, mode=mode)
    expected = stop_epoch_by_counter(values, patience, 1 if mode == "min" else -1)
    found = next((e for e in range(len(values)) if stopping.should_stop(values[: e + 1])), None)
    assert found == expected


def test_gain_must_pass_min_delta():
    stopping = EarlyStopping(patience=1, min_delta=0.5)
    assert stopping.should_stop([2.0, 1.5])  # ganho igual ao mínimo não conta
    assert not stopping.should_stop([2.0, 1.25])


def test_tie_keeps_the_oldest_and_nan_never_wins():
    stopping = EarlyStopping(patience=7)
    assert stopping.best_index([math.nan, 3.0, 2.0, 2.0, math.nan]) == 2
    assert stopping.best_index([math.nan]) is None
    assert stopping.best_index([]) is None
    assert EarlyStopping(patience=2).should_stop([math.nan, math.nan])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patience": 0}, r"pelo menos 1 época; recebi 0"),
        ({"patience": 1.5}, r"inteiro positivo; recebi 1\.5"),
        ({"patience": True}, r"inteiro positivo; recebi True"),
        ({"patience": 1, "mode": "menor"}, r"'min' .* ou 'max' .*recebi 'menor'"),
        ({"patience": 1, "min_delta": -0.1}, r"não negativo; recebi -0\.1"),
    ],
)
def test_rejects_bad_options(arguments, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**arguments)
