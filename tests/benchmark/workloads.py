"""Cargas de memória conhecida, para medir no outro processo."""

import os
import signal
import sys
import time

import numpy as np


def allocate(mib: int) -> None:
    np.ones(mib * 2**17)


def prepare(mib: int) -> np.ndarray:
    np.ones(4 * mib * 2**17)  # pico passageiro, que não pode contar
    return np.ones(mib * 2**17)


def duplicate(array: np.ndarray) -> np.ndarray:
    return array + 1.0


def untouched(array: np.ndarray) -> float:
    return float(array[0])


def noisy(mib: int) -> None:
    sys.stdout.write("isto não é a resposta")
    allocate(mib)


def fail() -> None:
    raise ValueError("não deu")


def sleep() -> None:
    time.sleep(60)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
