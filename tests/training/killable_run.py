"""Um treino pequeno que se deixa matar em instantes escolhidos; usado pelos testes de queda.

Como programa, lê pedidos em JSON pela entrada padrão, um por linha, treina cada um num
processo filho e responde com o sinal que o matou (0 se terminou).
"""

import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR
from torch.utils.data import DataLoader, TensorDataset

from coursekit.training import (
    CheckpointOptions,
    EarlyStopping,
    FitOptions,
    GradientClip,
    Schedule,
    fit,
    seed_everything,
)
from coursekit.training.random_state import capture_random_state

EPOCHS = 3
EXAMPLES, FEATURES, HIDDEN, CLASSES, BATCH = 23, 5, 11, 3, 5
STEPS_PER_EPOCH = 5
CASES = ("adam", "sgd", "adamw")


def train(case: str, folder: str | None, seed: int = 7, every_steps: int = 2) -> dict[str, Any]:
    """Treina (ou retoma) e devolve tudo o que se compara."""
    torch.set_num_threads(1)
    seed_everything(seed)
    model = nn.Sequential(
        nn.Linear(FEATURES, HIDDEN),
        nn.BatchNorm1d(HIDDEN),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(HIDDEN, CLASSES),
    )
    optimizer, scheduler, batches, options = BUILDERS[case](model, seed)
    if folder is not None:
        checkpoint = CheckpointOptions(folder, every_steps, generators=options.pop("generators"))
        options["checkpoint"] = checkpoint
    options.pop("generators", None)
    history = fit(
        model,
        batches,
        nn.functional.cross_entropy,
        optimizer,
        epochs=EPOCHS,
        options=FitOptions(**options),
    )
    return {
        "model": dict(model.state_dict()),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "history": history.to_json(),
        "random": json.dumps(capture_random_state()),
        "next": torch.rand(3),
    }


def examples() -> tuple[Tensor, Tensor]:
    """Dados fixos, que não mexem nos geradores globais."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(EXAMPLES, FEATURES, generator=generator)
    return inputs, torch.randint(CLASSES, (EXAMPLES,), generator=generator)


def build_adam(model: nn.Module, seed: int) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Embaralha com o gerador global; agenda por época; recorta pela norma."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, amsgrad=True)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    batches = DataLoader(TensorDataset(*examples()), batch_size=BATCH, shuffle=True)
    clip = GradientClip(norm=0.5)
    return optimizer, scheduler, batches, options(scheduler, "epoch", clip=clip)


def build_sgd(model: nn.Module, seed: int) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Embaralha com gerador próprio; agenda por passo; recorta por valor."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=EPOCHS * STEPS_PER_EPOCH + 1)
    generator = torch.Generator().manual_seed(seed)
    data = TensorDataset(*examples())
    batches = DataLoader(data, batch_size=BATCH, shuffle=True, generator=generator)
    clip = GradientClip(value=0.05)
    return optimizer, scheduler, batches, options(scheduler, "step", clip=clip)


def build_adamw(model: nn.Module, seed: int) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Lotes sorteados por NumPy e pelo módulo random; avaliação que também sorteia."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scheduler = CosineAnnealingLR(optimizer, T_max=EPOCHS)
    generator = np.random.default_rng(seed)
    inputs, targets = examples()

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        order = generator.permutation(EXAMPLES)
        for start in range(0, EXAMPLES, BATCH):
            chosen = torch.from_numpy(order[start : start + BATCH])
            # gauss() guarda metade do sorteio para depois: também é estado.
            yield inputs[chosen] + random.gauss(0.0, 0.1), targets[chosen]

    def evaluate(model: nn.Module) -> dict[str, float]:
        noise = float(np.random.random()) + float(torch.rand(()))  # noqa: NPY002
        return {"noisy_loss": float(nn.functional.cross_entropy(model(inputs), targets)) + noise}

    stopping = EarlyStopping(patience=9, monitor="noisy_loss", restore_best=True)
    chosen = options(scheduler, "epoch", evaluate=evaluate, early_stopping=stopping)
    return optimizer, scheduler, batches, {**chosen, "generators": (generator,)}


def options(scheduler: Any, every: str, **others: Any) -> dict[str, Any]:
    """Opções comuns aos três casos."""
    return {"schedule": Schedule(scheduler, every), "progress": False, "generators": (), **others}


BUILDERS = {"adam": build_adam, "sgd": build_sgd, "adamw": build_adamw}


def die() -> None:
    """Morre na hora, como por falta de memória ou de luz: nada é fechado nem gravado."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: str, count: int) -> None:
    """Prepara a morte na ``count``-ésima vez que o instante ocorrer."""
    calls = 0

    def on_nth(action: Callable[..., Any], *, before: bool, spoil: bool = False) -> Any:
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == count and spoil:
                os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
            if calls == count and before:
                die()
            result = action(*arguments, **keywords)
            if calls == count:
                die()
            return result

        return wrapper

    if moment == "no passo":
        nn.Dropout.forward = on_nth(nn.Dropout.forward, before=False)
    elif moment == "com o arquivo pela metade":
        os.fsync = on_nth(os.fsync, before=True, spoil=True)
    elif moment == "antes da troca":
        os.replace = on_nth(os.replace, before=True)
    elif moment == "depois da troca":
        os.replace = on_nth(os.replace, before=False)
    elif moment == "na limpeza":
        Path.unlink = on_nth(Path.unlink, before=True)
    elif moment == "no agendador":
        StepLR.step = on_nth(StepLR.step, before=True)
    else:
        raise ValueError(moment)


def serve() -> None:
    """Atende pedidos: um filho por treino, para importar o PyTorch uma vez só."""
    build_adam(nn.Linear(FEATURES, CLASSES), 0)  # o PyTorch importa muita coisa no 1º otimizador
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            if request["moment"] is not None:
                arm(request["moment"], request["count"])
            train(request["case"], request["folder"], request["seed"], request["every_steps"])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        fate = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(f"{fate}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
