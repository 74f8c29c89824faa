import itertools
import json
import math

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR
from torch.testing import assert_close
from torch.utils.data import DataLoader, TensorDataset
from training.bitwise import same_bits

from coursekit.training import (
    CheckpointError,
    CheckpointOptions,
    DivergenceError,
    EarlyStopping,
    FitOptions,
    GradientClip,
    Schedule,
    evaluation_mode,
    fit,
    save_checkpoint,
)

mse = nn.functional.mse_loss


def flat(output, target):
    """Perda sempre nula, com gradiente nulo."""
    return 0 * mse(output, target)


def line(seed: int = 0) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(3, 2).double()


def random_batches(sizes=(5, 7), seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    draw = {"generator": generator, "dtype": torch.float64}
    return [(torch.randn(n, 3, **draw), torch.randn(n, 2, **draw)) for n in sizes]


def sgd(model, lr=0.1, **others):
    return torch.optim.SGD(model.parameters(), lr=lr, **others)


class Scripted:
    """Avaliação que devolve uma série combinada de antemão."""

    def __init__(self, *values):
        self.values = iter(values)

    def __call__(self, model):
        assert not model.training
        assert not torch.is_grad_enabled()
        return {"nota": next(self.values)}


def test_one_step_worked_by_hand():
    # ŷ = w·x = 1·3; perda (3 - 5)² = 4; dL/dw = 2·(3 - 5)·3 = -12; w ← 1 + 0,1·12 = 2,2.
    model = nn.Linear(1, 1, bias=False).double()
    nn.init.ones_(model.weight)
    batch = (torch.tensor([[3.0]]).double(), torch.tensor([[5.0]]).double())
    history = fit(model, [batch], mse, sgd(model))
    assert_close(model.weight.detach(), torch.tensor([[2.2]]).double())
    assert history.step_losses == (4.0,)
    assert history.gradient_norms == (12.0,)
    assert history.learning_rates == (0.1,)


def test_agrees_with_a_plain_loop():
    model, mirror = line(), line()
    optimizer, other = sgd(model, momentum=0.9), sgd(mirror, momentum=0.9)
    batches = random_batches()
    losses = []
    for inputs, target in batches * 3:
        loss = mse(mirror(inputs), target)
        other.zero_grad()
        loss.backward()
        other.step()
        losses.append(loss.item())
    history = fit(model, batches, mse, optimizer, epochs=3)
    assert same_bits(dict(model.state_dict()), dict(mirror.state_dict()))
    assert history.step_losses == tuple(losses)
    means = [sum(losses[i : i + 2]) / 2 for i in (0, 2, 4)]
    assert history.epoch_losses == pytest.approx(means, rel=1e-15)


def test_overfits_eight_examples():
    inputs = torch.randn(8, 3, generator=torch.Generator().manual_seed(1))
    targets = torch.arange(8) % 2
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 31), nn.Tanh(), nn.Linear(31, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    history = fit(model, [(inputs, targets)], nn.functional.cross_entropy, optimizer, epochs=200)
    assert history.epoch_losses[-1] < 0.01
    assert bool((model(inputs).argmax(-1) == targets).all())


def test_several_inputs_and_every_kind_of_source():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.tensor(0.5))

        def forward(self, first, second):
            return self.gain * (first + second)

    batch = (torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0]), torch.tensor([8.0, 14.0]))
    sources = [
        [batch],
        lambda: iter([batch]),
        DataLoader(TensorDataset(*batch), batch_size=2),
    ]
    gains = []
    for source in sources:
        model = Sum()
        fit(model, source, mse, sgd(model, lr=0.01), epochs=2)
        gains.append(model.gain.item())
    assert gains[0] == gains[1] == gains[2] != 0.5


@pytest.mark.parametrize(
    ("clip", "expected"),
    [
        # Gradiente (3, 4): por valor 3,5 vira (3; 3,5); por norma 2,5 vira (1,5; 2).
        (GradientClip(value=3.5), [3.0, 3.5]),
        (GradientClip(norm=2.5), [1.5, 2.0]),
        (GradientClip(norm=2.5, value=3.0), [2.5 / 2**0.5, 2.5 / 2**0.5]),
    ],
)
def test_clips_before_the_step(clip, expected):
    model = nn.Linear(2, 1, bias=False).double()
    nn.init.zeros_(model.weight)
    batch = (torch.tensor([[3.0, 4.0]]).double(), torch.zeros(1, 1).double())
    history = fit(
        model, [batch], lambda y, _: y.sum(), sgd(model, lr=1.0), options=FitOptions(clip=clip)
    )
    assert_close(-model.weight.detach()[0], torch.tensor(expected).double())
    assert history.gradient_norms == (5.0,)


@pytest.mark.parametrize(("every", "expected"), [("epoch", [1.0, 0.5]), ("step", [0.25, 0.0625])])
def test_schedule_by_epoch_or_by_step(every, expected):
    model = line()
    optimizer = sgd(model, lr=1.0)
    schedule = Schedule(StepLR(optimizer, 1, gamma=0.5), every)
    options = FitOptions(schedule=schedule)
    history = fit(
        model, random_batches(), lambda y, t: 0 * mse(y, t), optimizer, epochs=2, options=options
    )
    assert list(history.learning_rates) == expected


def test_plateau_schedule_receives_the_epoch_loss():
    model = line()
    optimizer = sgd(model, lr=1.0)
    plateau = ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    options = FitOptions(schedule=Schedule(plateau))
    history = fit(model, random_batches(), flat, optimizer, epochs=3, options=options)
    assert list(history.learning_rates) == [1.0, 1.0, 0.5]
    assert plateau.best == 0.0


def test_metrics_and_modes():
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5), nn.BatchNorm1d(2)).double()
    model.eval()
    model[1].train()
    seen = []
    model.register_forward_hook(lambda module, *_: seen.append(module.training))
    options = FitOptions(evaluate=Scripted(1, torch.tensor(0.5)))
    history = fit(model, random_batches(), mse, sgd(model), epochs=2, options=options)
    assert history.metrics == {"nota": (1.0, 0.5)}
    assert seen == [True] * 4
    assert [module.training for module in model] == [False, True, False]


def test_evaluation_mode_restores_even_after_error():
    model = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5))
    model[1].eval()

    def fail():
        with evaluation_mode(model):
            assert not model[0].training
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [model.training, model[0].training, model[1].training] == [True, True, False]
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("restore", [True, False])
def test_stops_early_and_keeps_the_best(restore):
    model = line()
    weights = []
    scripted = Scripted(3.0, 1.0, 2.0, 1.5, 0.0)

    def evaluate(model):
        weights.append({k: v.clone() for k, v in model.state_dict().items()})
        return scripted(model)

    stopping = EarlyStopping(patience=2, monitor="nota", restore_best=restore)
    options = FitOptions(evaluate=evaluate, early_stopping=stopping)
    history = fit(model, random_batches(), mse, sgd(model), epochs=9, options=options)
    assert history.stopped_early
    assert history.num_epochs == 4
    assert same_bits(dict(model.state_dict()), weights[1 if restore else 3])


def test_stops_on_training_loss_and_stays_stopped_after_resume(tmp_path):
    def run(epochs):
        model = line()
        options = FitOptions(
            early_stopping=EarlyStopping(patience=1), checkpoint=CheckpointOptions(tmp_path)
        )
        return fit(model, random_batches(), flat, sgd(model), epochs=epochs, options=options)

    assert run(5).num_epochs == 2
    assert run(5).num_epochs == 2


def test_diverging_loss_keeps_the_last_finite_weights():
    model = line()
    batches = random_batches((5, 7, 11))
    batches[2] = (batches[2][0] * math.inf, batches[2][1])
    mirror = line()
    fit(mirror, batches[:2], mse, sgd(mirror))
    with pytest.raises(
        DivergenceError, match=r"a perda é (nan|inf) no passo 3 \(época 1\).*recorte"
    ) as caught:
        fit(model, batches, mse, sgd(model))
    assert len(caught.value.history.step_losses) == 2
    assert same_bits(dict(model.state_dict()), dict(mirror.state_dict()))


def test_diverging_gradient_is_caught_before_the_step():
    # √x em 0: perda finita, derivada infinita.
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    batch = (torch.ones(1, 1), torch.ones(1, 1))
    with pytest.raises(DivergenceError, match=r"a norma do gradiente é inf no passo 1"):
        fit(model, [batch], lambda y, _: y.sqrt().sum(), sgd(model))
    assert model.weight.item() == 0.0


def test_resumes_with_more_epochs_as_if_never_stopped(tmp_path):
    def run(epochs, folder):
        model = line(seed=0)
        data = TensorDataset(*(torch.cat(part) for part in zip(*random_batches(), strict=True)))
        torch.manual_seed(3)
        loader = DataLoader(data, batch_size=5, shuffle=True)
        options = FitOptions(checkpoint=CheckpointOptions(folder))
        history = fit(model, loader, mse, sgd(model), epochs=epochs, options=options)
        return history, dict(model.state_dict())

    run(2, tmp_path / "a")
    saved = json.loads((tmp_path / "a" / "checkpoint.json").read_text(encoding="utf-8"))
    assert saved["content"]["notes"]["epoch"] == 2
    history, weights = run(5, tmp_path / "a")
    expected, expected_weights = run(5, tmp_path / "b")
    assert history == expected
    assert same_bits(weights, expected_weights)
    with pytest.raises(
        CheckpointError, match=r"já guarda 5 épocas, e foram pedidas 2.*resume=False"
    ):
        run(2, tmp_path / "a")


def test_without_resume_starts_again(tmp_path):
    model = line()
    options = FitOptions(checkpoint=CheckpointOptions(tmp_path))
    fit(model, random_batches(), mse, sgd(model), epochs=2, options=options)
    options = FitOptions(checkpoint=CheckpointOptions(tmp_path, resume=False))
    assert fit(model, random_batches(), mse, sgd(model), options=options).num_epochs == 1


class Interrupted(BaseException):
    pass


def interrupted_run(folder, batches, model, after=1):
    counter = itertools.count(1)

    def loss(output, target):
        if next(counter) > after:
            raise Interrupted
        return mse(output, target)

    options = FitOptions(checkpoint=CheckpointOptions(folder, every_steps=1))
    with pytest.raises(Interrupted):
        fit(model, batches, loss, sgd(model), options=options)
    return options


def test_refuses_to_resume_over_other_data(tmp_path):
    options = interrupted_run(tmp_path, random_batches(), line())
    model = line()
    with pytest.raises(CheckpointError, match=r"não são os da corrida interrompida.*generators"):
        fit(model, random_batches(seed=1), mse, sgd(model), options=options)


def test_refuses_to_resume_over_fewer_batches(tmp_path):
    options = interrupted_run(tmp_path, random_batches((5, 7, 11)), line(), after=2)
    model = line()
    with pytest.raises(CheckpointError, match=r"pelo menos 2 lotes, e agora tem 1"):
        fit(model, random_batches()[:1], mse, sgd(model), options=options)


def test_refuses_checkpoint_with_foreign_notes(tmp_path):
    model = line()
    optimizer = sgd(model)
    save_checkpoint(tmp_path, model, optimizer, notes={"passo": 3})
    options = FitOptions(checkpoint=CheckpointOptions(tmp_path))
    with pytest.raises(CheckpointError, match=r"não foi escrito por fit.*load_checkpoint"):
        fit(model, random_batches(), mse, optimizer, options=options)
