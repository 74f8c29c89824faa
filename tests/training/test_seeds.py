import random
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from coursekit.training import device as device_module
from coursekit.training import pick_device, seed_everything


def draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), float(torch.rand(()))  # noqa: NPY002


def test_same_seed_repeats_every_global_generator():
    seed_everything(11)
    first = draws()
    draws()
    seed_everything(11)
    assert draws() == first
    seed_everything(12)
    assert all(a != b for a, b in zip(draws(), first, strict=True))


def test_agrees_with_each_library_seeded_alone():
    seed_everything(5)
    expected = (
        random.Random(5).random(),
        np.random.RandomState(5).random_sample(),
        float(torch.rand((), generator=torch.Generator().manual_seed(5))),
    )
    assert draws() == expected


@pytest.mark.parametrize("seed", [0, np.int64(3), 2**32 - 1])
def test_accepts_the_whole_range(seed):
    seed_everything(seed)
    assert torch.initial_seed() == int(seed)


@pytest.mark.parametrize("seed", [True, 1.0, "7", None])
def test_rejects_what_is_not_an_integer(seed):
    with pytest.raises(TypeError, match=r"inteiro; recebi .*seed_everything\(0\)"):
        seed_everything(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_rejects_seed_out_of_range(seed):
    with pytest.raises(ValueError, match=rf"entre 0 e 4294967295; recebi {seed}.*Use"):
        seed_everything(seed)


def test_seeds_keras_and_tensorflow_only_if_loaded(monkeypatch):
    seeded = []
    utils = SimpleNamespace(set_random_seed=lambda s: seeded.append(("keras", s)))
    rng = SimpleNamespace(set_seed=lambda s: seeded.append(("tensorflow", s)))
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(utils=utils))
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(random=rng))
    seed_everything(3)
    assert seeded == [("tensorflow", 3), ("keras", 3)]
    assert draws()[0] == random.Random(3).random()


def test_does_not_import_keras():
    program = (
        "import sys; from coursekit.training import seed_everything; seed_everything(1)\n"
        "sys.exit(any(m in sys.modules for m in ('keras', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class FakeHardware:
    """Põe e tira aparelhos, para testar a escolha em máquina sem GPU."""

    def __init__(self, monkeypatch, cuda=0, mps=False):
        monkeypatch.setattr(device_module.torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(device_module.torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(device_module.torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(0, False, "cpu"), (0, True, "mps"), (1, True, "cuda")]
)
def test_picks_the_fastest_device(monkeypatch, cuda, mps, expected):
    FakeHardware(monkeypatch, cuda, mps)
    assert pick_device() == torch.device(expected)


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1", "mps"])
def test_obeys_the_preference(monkeypatch, name):
    FakeHardware(monkeypatch, cuda=2, mps=True)
    assert pick_device(name) == torch.device(name)


@pytest.mark.parametrize(("name", "cuda"), [("cuda", 0), ("mps", 1), ("cuda:3", 2)])
def test_says_which_devices_there_are(monkeypatch, name, cuda):
    FakeHardware(monkeypatch, cuda=cuda)
    with pytest.raises(RuntimeError, match=rf"'{name}' não está disponível.*tem: .*cpu.*doctor"):
        pick_device(name)


@pytest.mark.parametrize("name", ["gpu", "xla", "", "cuda:x"])
def test_rejects_unknown_device(name):
    with pytest.raises(ValueError, match=r"desconhecido.*Use 'cpu', 'cuda'"):
        pick_device(name)


def test_rejects_device_that_is_not_text():
    with pytest.raises(TypeError, match=r"deve ser texto.*recebi int"):
        pick_device(0)
