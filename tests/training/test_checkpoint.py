import json
import os
import re
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn
from training.bitwise import same_bits

from coursekit.training import (
    CheckpointError,
    atomic_file,
    has_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from coursekit.training.random_state import capture_random_state


class TiedWeights(nn.Module):
    """Dois nomes para o mesmo tensor, um buffer e um parâmetro escalar."""

    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, width)
        self.readout = nn.Linear(width, 5, bias=False)
        self.readout.weight = self.embedding.weight
        self.gain = nn.Parameter(torch.tensor(1.0))
        self.register_buffer("count", torch.tensor(7))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.gain * self.readout(self.embedding(tokens))


def training_run(width: int = 3, kind: type = torch.optim.Adam):
    model = TiedWeights(width)
    return model, kind(model.parameters(), lr=0.1)


def one_step(model, optimizer):
    optimizer.zero_grad()
    model(torch.tensor([1, 4])).square().sum().backward()
    optimizer.step()


def snapshot(model, optimizer):
    return {
        "model": {name: tensor.clone() for name, tensor in model.state_dict().items()},
        "optimizer": json.loads(json.dumps(optimizer.state_dict(), default=lambda t: t.tolist())),
        "random": capture_random_state(),
    }


@pytest.fixture
def saved(tmp_path):
    model, optimizer = training_run()
    one_step(model, optimizer)
    save_checkpoint(tmp_path, model, optimizer, notes={"passo": 1, "melhor": torch.ones(2)})
    return tmp_path


def manifest_of(folder: Path) -> Path:
    return folder / "checkpoint.json"


def tensors_of(folder: Path) -> Path:
    (path,) = folder.glob("tensors-*.safetensors")
    return path


def test_round_trip_into_a_fresh_run(tmp_path):
    model, optimizer = training_run()
    one_step(model, optimizer)
    optimizer.param_groups[0]["lr"] = 0.03
    save_checkpoint(tmp_path, model, optimizer, notes={"passo": 1, "melhor": torch.ones(2)})
    expected = snapshot(model, optimizer)

    torch.manual_seed(1)
    fresh = training_run()
    notes = load_checkpoint(tmp_path, *fresh)

    assert same_bits(snapshot(*fresh), expected)
    assert same_bits(notes, {"passo": 1, "melhor": torch.ones(2)})
    assert fresh[0].readout.weight is fresh[0].embedding.weight
    one_step(model, optimizer)
    one_step(*fresh)
    assert same_bits(dict(fresh[0].state_dict()), dict(model.state_dict()))


def test_files_are_what_they_claim(saved):
    assert has_checkpoint(saved)
    tensors = safetensors.torch.load_file(tensors_of(saved))
    assert {"model/gain", "model/count", "optimizer/state/0/exp_avg", "notes/melhor"} <= set(
        tensors
    )
    manifest = json.loads(manifest_of(saved).read_text(encoding="utf-8"))
    assert manifest["content"]["notes"]["passo"] == 1
    assert len(list(saved.iterdir())) == 2


def test_saving_again_leaves_only_the_last(saved):
    (saved / ".tensors-resto.safetensors.abc.tmp").write_bytes(b"resto de uma queda")
    (saved / "anotações.txt").write_text("do usuário")
    first = tensors_of(saved)
    model, optimizer = training_run()
    save_checkpoint(saved, model, optimizer)
    assert not first.exists()
    names = {path.name for path in saved.iterdir()}
    assert names == {"checkpoint.json", tensors_of(saved).name, "anotações.txt"}


def corrupt(path: Path, position: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[position] ^= 1
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.5, 0.8, 0.999])
@pytest.mark.parametrize("which", [manifest_of, tensors_of])
def test_one_flipped_bit_anywhere_is_refused(saved, which, fraction):
    path = which(saved)
    corrupt(path, int(fraction * path.stat().st_size))
    run = training_run()
    before = snapshot(*run)
    with pytest.raises(CheckpointError, match=r"estragado|não é um ponto|é da versão"):
        load_checkpoint(saved, *run)
    assert same_bits(snapshot(*run), before)


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("which", [manifest_of, tensors_of])
def test_truncated_file_is_refused(saved, which, fraction):
    path = which(saved)
    path.write_bytes(path.read_bytes()[: int(fraction * path.stat().st_size)])
    with pytest.raises(CheckpointError, match=r"estragado: .*(truncado|bytes).*Apague a pasta"):
        load_checkpoint(saved, *training_run())


def test_says_when_there_is_nothing(tmp_path):
    assert not has_checkpoint(tmp_path / "nada")
    with pytest.raises(CheckpointError, match=r"não há ponto de retomada em .*Confira a pasta"):
        load_checkpoint(tmp_path / "nada", *training_run())


def test_says_when_tensors_are_missing(saved):
    tensors_of(saved).unlink()
    with pytest.raises(CheckpointError, match=r"falta .*safetensors.*Copie a pasta inteira"):
        load_checkpoint(saved, *training_run())


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": "outro"}'])
def test_foreign_json_is_refused(saved, text):
    manifest_of(saved).write_text(text)
    with pytest.raises(CheckpointError, match=r"não é um ponto de retomada deste curso"):
        load_checkpoint(saved, *training_run())


def reseal(folder: Path, change) -> None:
    """Altera o JSON e refaz o SHA-256, como faria quem o forjasse."""
    from coursekit.training import checkpoint

    manifest = json.loads(manifest_of(folder).read_text(encoding="utf-8"))
    manifest.pop("sha256")
    change(manifest)
    manifest_of(folder).write_bytes(checkpoint._seal(manifest))


def test_other_version_is_refused(saved):
    reseal(saved, lambda manifest: manifest.update(version=2))
    with pytest.raises(CheckpointError, match=r"é da versão 2 do formato.*lê a versão 1"):
        load_checkpoint(saved, *training_run())


@pytest.mark.parametrize("name", ["../fora.safetensors", "/etc/hosts", "tensors-x.safetensors"])
def test_manifest_cannot_point_outside_its_folder(saved, name):
    reseal(saved, lambda manifest: manifest["tensors"].update(file=name))
    with pytest.raises(CheckpointError, match=rf"estragado: aponta para '{re.escape(name)}'"):
        load_checkpoint(saved, *training_run())


def test_refuses_another_model_naming_the_difference(saved):
    run = training_run(width=2)
    before = snapshot(*run)
    message = r"outro modelo: embedding\.weight guardado é \(5, 3\) .* atual é \(5, 2\)"
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(saved, *run)
    assert same_bits(snapshot(*run), before)


def test_refuses_another_dtype(saved):
    model = TiedWeights().double()
    with pytest.raises(CheckpointError, match=r"float32 e o atual é .*float64"):
        load_checkpoint(saved, model, torch.optim.Adam(model.parameters()))


def test_refuses_another_optimizer_or_scheduler(saved):
    with pytest.raises(CheckpointError, match=r"o otimizador guardado é Adam e o atual é SGD"):
        load_checkpoint(saved, *training_run(kind=torch.optim.SGD))
    model, optimizer = training_run()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    with pytest.raises(CheckpointError, match=r"agendador guardado é None e o atual é StepLR"):
        load_checkpoint(saved, model, optimizer, scheduler=scheduler)
    groups = [{"params": [p]} for p in model.parameters()]
    with pytest.raises(CheckpointError, match=r"parâmetros por grupo.*\[2\] e o atual é \[1, 1\]"):
        load_checkpoint(saved, model, torch.optim.Adam(groups))


def test_refuses_to_save_what_needs_pickle(tmp_path):
    with pytest.raises(TypeError, match=r"notes/x, de tipo set, sem pickle"):
        save_checkpoint(tmp_path, *training_run(), notes={"x": {1}})
    assert not has_checkpoint(tmp_path)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_full_disk_keeps_the_previous_one(saved, monkeypatch, failing):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def fail(*_):
        raise OSError(28, "disco cheio")

    monkeypatch.setattr(atomic_file.os, failing, fail)
    with pytest.raises(OSError, match="disco cheio"):
        save_checkpoint(saved, *training_run())
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert load_checkpoint(saved, *training_run())["passo"] == 1


def test_temporary_is_made_in_the_same_folder(saved, monkeypatch):
    moves = []
    replace = os.replace
    monkeypatch.setattr(
        atomic_file.os, "replace", lambda a, b: (moves.append((Path(a), Path(b))), replace(a, b))
    )
    save_checkpoint(saved, *training_run())
    assert [b.name.split("-")[0] for _, b in moves] == ["tensors", "checkpoint.json"]
    assert all(a.parent == b.parent == saved for a, b in moves)
