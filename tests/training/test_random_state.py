import json
import random

import numpy as np
import pytest
import torch

from coursekit.training import CheckpointError
from coursekit.training.random_state import capture_random_state, restore_random_state

BIT_GENERATORS = [
    np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM,
]  # fmt: skip


def own_generators():
    return (
        torch.Generator().manual_seed(3),
        *(np.random.Generator(kind(5)) for kind in BIT_GENERATORS),
    )


def draws(generators):
    # integers de 32 bits e normal() deixam sobras guardadas dentro do gerador.
    own = [float(torch.rand((), generator=generators[0]))]
    for generator in generators[1:]:
        own += [int(generator.integers(9, dtype=np.int32)), float(generator.normal())]
    return [
        random.gauss(0, 1), float(np.random.normal()), float(torch.randn(())), *own,  # noqa: NPY002
    ]  # fmt: skip


def test_restores_every_generator_through_json():
    generators = own_generators()
    draws(generators)
    saved = json.loads(json.dumps(capture_random_state(generators), allow_nan=False))
    expected = [draws(generators) for _ in range(3)]
    torch.manual_seed(999)
    restore_random_state(saved, generators)
    assert [draws(generators) for _ in range(3)] == expected


def test_capturing_draws_nothing():
    generators = own_generators()
    saved = capture_random_state(generators)
    assert capture_random_state(generators) == saved


def test_refuses_other_generators_without_touching_any():
    saved = capture_random_state(own_generators())
    before = capture_random_state()
    with pytest.raises(CheckpointError, match=r"guardou os geradores.*PCG64.*recebi \[\].*mesmos"):
        restore_random_state(saved)
    assert capture_random_state() == before


@pytest.mark.parametrize("part", ["python", "numpy", "torch", "cuda", "mps", "own"])
def test_refuses_missing_part(part):
    saved = capture_random_state()
    del saved[part]
    with pytest.raises(CheckpointError, match=r"deve ter as partes \['cuda', .*outra versão"):
        restore_random_state(saved)


@pytest.mark.parametrize(
    ("part", "value"), [("python", [3, [1], None]), ("torch", "a!"), ("torch", "AAAA")]
)
def test_refuses_broken_part(part, value):
    saved = {**capture_random_state(), part: value}
    with pytest.raises(CheckpointError, match=r"não pode ser restaurado.*outra pasta"):
        restore_random_state(saved)


def test_refuses_other_number_of_gpus():
    saved = {**capture_random_state(), "cuda": ["AAAA"] * (torch.cuda.device_count() + 2)}
    with pytest.raises(CheckpointError, match=r"máquina com \d GPU\(s\), e esta tem"):
        restore_random_state(saved)
