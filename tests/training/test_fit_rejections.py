"""Entradas erradas do treino: cada uma diz o que veio, o que se aceita e como consertar."""

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR
from training.test_fit import line, mse, random_batches, sgd

from coursekit.training import CheckpointOptions, EarlyStopping, FitOptions, Schedule, fit


@pytest.mark.parametrize(
    ("batches", "error", "message"),
    [
        (3, TypeError, r"lista de lotes, um DataLoader ou uma função.*recebi int"),
        ([torch.ones(2)], TypeError, r"\(entrada, …, alvo\).*recebi Tensor"),
        ([(torch.ones(2),)], TypeError, r"recebi tuple de 1 itens \(Tensor\).*TensorDataset"),
        ([(torch.ones(2), [1])], TypeError, r"recebi tuple de 2 itens \(Tensor, list\)"),
        ([{"x": 1, "y": 2}], TypeError, r"recebi dict"),
        ([], ValueError, r"nenhum lote na época 1.*recomeça"),
        (iter([]), TypeError, r"list_iterator, que só se percorre uma vez, e são 2 épocas"),
    ],
)
def test_rejects_bad_batches(batches, error, message):
    model = line()
    with pytest.raises(error, match=message):
        fit(model, batches, mse, sgd(model), epochs=2)


def test_exhausted_source_is_an_error_not_a_silent_epoch():
    model = line()
    once = iter(random_batches())
    with pytest.raises(ValueError, match=r"nenhum lote na época 2"):
        fit(model, lambda: once, mse, sgd(model), epochs=2)


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (lambda y, t: mse(y, t).item(), TypeError, r"devolveu float.*\.item\(\)"),
        (lambda y, t: (y - t) ** 2, ValueError, r"devolveu forma \(5, 2\).*\.mean\(\)"),
        (lambda y, t: mse(y.detach(), t), ValueError, r"não depende dos parâmetros.*detach"),
    ],
)
def test_rejects_bad_loss(loss, error, message):
    model = line()
    with pytest.raises(error, match=message):
        fit(model, random_batches(), loss, sgd(model))


@pytest.mark.parametrize("epochs", [0, -1, 1.5, True])
def test_rejects_bad_epochs(epochs):
    model = line()
    with pytest.raises(ValueError, match=rf"inteiro positivo; recebi {epochs}"):
        fit(model, random_batches(), mse, sgd(model), epochs=epochs)


def test_rejects_pieces_that_do_not_belong_together():
    model, stranger = line(), line()
    with pytest.raises(ValueError, match=r"não atualiza nenhum parâmetro deste modelo"):
        fit(model, random_batches(), mse, sgd(stranger))
    schedule = Schedule(StepLR(sgd(stranger), 1))
    with pytest.raises(ValueError, match=r"o agendador é de outro otimizador"):
        fit(model, random_batches(), mse, sgd(model), options=FitOptions(schedule=schedule))
    with pytest.raises(TypeError, match=r"LBFGS.*outro otimizador"):
        fit(model, random_batches(), mse, torch.optim.LBFGS(model.parameters()))
    stopping = EarlyStopping(patience=1, monitor="nota")
    with pytest.raises(ValueError, match=r"observa 'nota', mas não há evaluate"):
        fit(model, random_batches(), mse, sgd(model), options=FitOptions(early_stopping=stopping))


def test_rejects_metrics_that_change_or_are_not_numbers():
    model = line()
    names = iter(["a", "b"])
    options = FitOptions(evaluate=lambda _: {next(names): 1.0})
    with pytest.raises(ValueError, match=r"\['b'\] na época 2, e antes \['a'\]"):
        fit(model, random_batches(), mse, sgd(model), epochs=2, options=options)
    options = FitOptions(evaluate=lambda _: {"a": torch.ones(2)})
    with pytest.raises(ValueError, match=r"a métrica 'a' deve ser um número; recebi Tensor"):
        fit(model, random_batches(), mse, sgd(model), options=options)
    options = FitOptions(
        evaluate=lambda _: {"a": 1.0}, early_stopping=EarlyStopping(patience=1, monitor="b")
    )
    with pytest.raises(KeyError, match=r"observa 'b', que evaluate não devolve.*\['a'\]"):
        fit(model, random_batches(), mse, sgd(model), options=options)


def test_rejects_bad_options():
    optimizer = sgd(line())
    with pytest.raises(ValueError, match=r"'epoch' .* ou 'step' .*recebi 'passo'"):
        Schedule(StepLR(optimizer, 1), "passo")
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau.*every='epoch'"):
        Schedule(ReduceLROnPlateau(optimizer), "step")
    for bad in (0, True, 2.5):
        with pytest.raises(ValueError, match=rf"every_steps .*recebi {bad}"):
            CheckpointOptions("pasta", bad)
