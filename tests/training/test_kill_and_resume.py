"""Um treino morto por SIGKILL em qualquer instante continua pela mesma trajetória, bit a bit."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from training.bitwise import same_bits
from training.killable_run import CASES, STEPS_PER_EPOCH, train

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="o Windows não tem SIGKILL")

# Por ponto de retomada há duas trocas de nome (tensores e JSON) e quatro fsync
# (arquivo e pasta de cada um): os ímpares caem nos tensores, os pares no JSON.
MOMENTS = [
    ("no passo", 1),
    ("no passo", 4),
    ("no passo", STEPS_PER_EPOCH + 3),
    ("com o arquivo pela metade", 1),
    ("com o arquivo pela metade", 5),
    ("com o arquivo pela metade", 7),
    ("antes da troca", 3),
    ("antes da troca", 4),
    ("depois da troca", 5),
    ("depois da troca", 6),
    ("na limpeza", 2),
]

Kill = Callable[..., int]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Roda um treino em outro processo e devolve o sinal que o matou."""
    script = Path(__file__).with_name("killable_run.py")
    server = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert server.stdin is not None
    assert server.stdout is not None
    stdin, stdout = server.stdin, server.stdout

    def ask(case: str, folder: Path, moment: str | None, count: int = 0, **others: int) -> int:
        request = {"case": case, "folder": str(folder), "moment": moment, "count": count}
        stdin.write(json.dumps({"seed": 7, "every_steps": 2, **request, **others}) + "\n")
        stdin.flush()
        return int(stdout.readline())

    with server:
        yield ask
        stdin.close()


@pytest.fixture(scope="module")
def uninterrupted() -> dict[str, dict[str, Any]]:
    """Cada treino de uma vez só, sem guardar nada."""
    return {case: train(case, None) for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_saving_does_not_change_the_trajectory(
    case: str, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    assert same_bits(train(case, str(tmp_path)), uninterrupted[case])


@pytest.mark.parametrize(("moment", "count"), MOMENTS)
@pytest.mark.parametrize("case", CASES)
def test_resumes_bit_for_bit_after_kill(
    case: str,
    moment: str,
    count: int,
    kill: Kill,
    uninterrupted: dict[str, Any],
    tmp_path: Path,
) -> None:
    assert kill(case, tmp_path, moment, count) == signal.SIGKILL

    # Outra semente: pesos e geradores de quem retoma têm de vir do disco, se houver o que ler.
    started = (tmp_path / "checkpoint.json").exists()
    resumed = train(case, str(tmp_path), seed=99 if started else 7)

    for part, expected in uninterrupted[case].items():
        assert same_bits(resumed[part], expected), part
    leftovers = sorted(path.name for path in tmp_path.iterdir())
    assert len(leftovers) == 2, leftovers


@pytest.mark.parametrize("case", CASES)
def test_survives_one_kill_after_another(
    case: str, kill: Kill, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    for moment, count in [("no passo", 4), ("depois da troca", 4), ("no passo", 4)]:
        assert kill(case, tmp_path, moment, count, seed=7) == signal.SIGKILL
    assert kill(case, tmp_path, None, seed=31) == 0
    assert same_bits(train(case, str(tmp_path), seed=99), {**uninterrupted[case]})


def test_resumes_between_last_step_and_end_of_epoch(
    kill: Kill, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    # Guarda a cada 5 passos e morre antes de agendar a 1ª época: a 1ª chamada é do construtor.
    assert kill("adam", tmp_path, "no agendador", 2, every_steps=STEPS_PER_EPOCH) == signal.SIGKILL
    notes = json.loads((tmp_path / "checkpoint.json").read_text())["content"]["notes"]
    assert (notes["epoch"], notes["step_in_epoch"]) == (0, STEPS_PER_EPOCH)
    resumed = train("adam", str(tmp_path), seed=99, every_steps=STEPS_PER_EPOCH)
    assert same_bits(resumed, uninterrupted["adam"])


@pytest.mark.parametrize("steps_seen", [1, 6, 11])
def test_kill_from_outside_at_no_chosen_instant(
    steps_seen: int, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import killable_run as k\n"
        "forward = k.nn.Dropout.forward\n"
        "def loud(*a):\n    print('passo', flush=True)\n    return forward(*a)\n"
        "k.nn.Dropout.forward = loud\n"
        "k.train('sgd', sys.argv[2])\n"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(steps_seen):
            assert child.stdout.readline() == b"passo\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert child.returncode == -signal.SIGKILL
    started = (tmp_path / "checkpoint.json").exists()
    resumed = train("sgd", str(tmp_path), seed=99 if started else 7)
    assert same_bits(resumed, uninterrupted["sgd"])


def test_comparison_sees_one_bit(uninterrupted: dict[str, Any]) -> None:
    outcome = uninterrupted["adam"]
    weights = {**outcome["model"], "0.bias": outcome["model"]["0.bias"].clone()}
    assert same_bits(outcome["model"], weights)
    weights["0.bias"].view(dtype=torch.int32)[0] ^= 1
    assert not same_bits(outcome["model"], weights)
    assert not same_bits({"a": 0.0}, {"a": -0.0})
    assert not same_bits(uninterrupted["adam"], train("adam", None, seed=8))
