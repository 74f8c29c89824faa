import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.training import History

NUMBERS = st.lists(st.floats(allow_nan=False), max_size=7)


@given(NUMBERS, NUMBERS, st.booleans())
def test_json_round_trip_keeps_every_bit(steps, epochs, stopped):
    history = History(
        step_losses=tuple(steps),
        epoch_losses=tuple(epochs),
        metrics={"acurácia": tuple(epochs)},
        gradient_norms=tuple(steps),
        learning_rates=tuple(epochs),
        stopped_early=stopped,
    )
    again = History.from_json(history.to_json())
    assert again == history
    assert hash(again) == hash(history)


def test_json_is_strict_even_with_nan():
    text = History(step_losses=(math.nan, -math.inf)).to_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"JSON não aceita {name}"))
    losses = History.from_json(text).step_losses
    assert math.isnan(losses[0])
    assert losses[1] == -math.inf


def test_is_frozen_and_copies_what_it_receives():
    metrics = {"acurácia": [0.5]}
    history = History(epoch_losses=[1.0], learning_rates=[0.1], metrics=metrics)
    metrics["acurácia"].append(0.9)
    assert history.metrics["acurácia"] == (0.5,)
    with pytest.raises(dataclasses.FrozenInstanceError):
        history.epoch_losses = ()
    with pytest.raises(TypeError):
        history.metrics["nova"] = (1.0,)


def test_series_are_arrays_by_name():
    history = History(
        step_losses=(4.0, 2.0, 1.0),
        epoch_losses=(3.0, 1.0),
        metrics={"acurácia": (0.25, 0.75)},
        gradient_norms=(9.0, 8.0, 7.0),
        learning_rates=(0.2, 0.1),
    )
    assert history.num_epochs == 2
    for name, expected in {
        "loss": [3.0, 1.0],
        "step_loss": [4.0, 2.0, 1.0],
        "gradient_norm": [9.0, 8.0, 7.0],
        "learning_rate": [0.2, 0.1],
        "acurácia": [0.25, 0.75],
    }.items():
        np.testing.assert_array_equal(history.series(name), expected)
    with pytest.raises(KeyError, match=r"não há série 'perda'.*há: loss, step_loss.*acurácia"):
        history.series("perda")


@pytest.mark.parametrize(
    "series", [{"learning_rates": (0.1,)}, {"metrics": {"m": (1.0,)}, "learning_rates": (1.0, 2.0)}]
)
def test_rejects_series_of_unequal_length(series):
    with pytest.raises(ValueError, match=r"tem 1 valores para 2 épocas. Dê um valor por época"):
        History(epoch_losses=(1.0, 2.0), **series)


GOOD = json.loads(History().to_json())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"não é JSON \(linha 1, coluna 2\).*to_json"),
        ("[]", r"não é um histórico: esperava as chaves \['epoch_losses'"),
        (json.dumps({**GOOD, "extra": 1}), r"não é um histórico"),
        (json.dumps({**GOOD, "step_losses": "1"}), r"step_losses deve ser uma lista.*recebi str"),
        (json.dumps({**GOOD, "step_losses": ["1"]}), r"step_losses.*só números; recebi '1'"),
        (json.dumps({**GOOD, "step_losses": [True]}), r"step_losses.*só números; recebi True"),
        (json.dumps({**GOOD, "metrics": []}), r"metrics deve ser um dicionário.*recebi list"),
        (json.dumps({**GOOD, "stopped_early": 1}), r"verdadeiro ou falso; recebi 1"),
    ],
)
def test_rejects_foreign_json(text, message):
    with pytest.raises(ValueError, match=message):
        History.from_json(text)
