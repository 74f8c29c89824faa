"""Pontos de retomada: guardar um treino e continuar dele, bit a bit, depois de uma queda.

Uma pasta guarda um ponto de retomada, em dois arquivos sem pickle:

- ``tensors-<resumo>.safetensors``: pesos, estado do otimizador e demais tensores;
- ``checkpoint.json``: todo o resto (escalares do otimizador e do agendador, estado dos
  geradores aleatórios, notas de quem treina), o SHA-256 dos tensores e o seu próprio.

O JSON é a última coisa a ser trocada, e de uma vez: uma queda em qualquer instante deixa o
ponto anterior inteiro ou o novo inteiro.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from coursekit.training.atomic_file import write_atomically
from coursekit.training.errors import CheckpointError
from coursekit.training.random_state import (
    RandomGenerator,
    capture_random_state,
    check_random_state,
    restore_random_state,
)
from coursekit.training.state_tree import decode_tree, encode_tree

MANIFEST = "checkpoint.json"
FORMAT = "coursekit-checkpoint"
VERSION = 1
_TENSOR_FILE = re.compile(r"tensors-[0-9a-f]{64}\.safetensors")


def has_checkpoint(folder: str | Path) -> bool:
    """Diz se a pasta guarda um ponto de retomada (bom ou estragado).

    Args:
        folder: a pasta; pode não existir.

    Returns:
        Verdadeiro se houver um ``checkpoint.json``.
    """
    return (Path(folder) / MANIFEST).exists()


def save_checkpoint(
    folder: str | Path,
    model: nn.Module,
    optimizer: Optimizer,
    *,
    scheduler: LRScheduler | None = None,
    generators: Sequence[RandomGenerator] = (),
    notes: Mapping[str, Any] | None = None,
) -> Path:
    """Guarda tudo o que um treino precisa para continuar exatamente de onde parou.

    Além do que é dado, guarda o estado dos geradores globais de Python, NumPy e PyTorch.
    Substitui o ponto anterior da mesma pasta de modo atômico.

    Args:
        folder: a pasta do ponto de retomada; é criada se não existir. Use uma por treino.
        model: o modelo (parâmetros e *buffers*).
        optimizer: o otimizador.
        scheduler: o agendador da taxa de aprendizado, se houver.
        generators: geradores próprios usados no treino (embaralhar lotes, por exemplo).
        notes: o que mais quiser guardar: números, textos, listas, dicionários e tensores.

    Returns:
        O caminho do ``checkpoint.json``.

    Raises:
        TypeError: se algo não puder ser guardado sem pickle.
        OSError: se o disco recusar; o ponto anterior continua intacto.

    Example:
        >>> import tempfile, torch
        >>> model = torch.nn.Linear(2, 3)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = save_checkpoint(folder, model, optimizer, notes={"passo": 7})
        ...     load_checkpoint(folder, model, optimizer)
        {'passo': 7}
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {}
    states = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": None if scheduler is None else scheduler.state_dict(),
        "notes": dict(notes or {}),
    }
    content = {name: encode_tree(state, tensors, name) for name, state in states.items()}
    content["identity"] = _identity(model, optimizer, scheduler)
    content["random"] = capture_random_state(generators)
    raw = safetensors.torch.save(tensors)
    digest = hashlib.sha256(raw).hexdigest()
    tensor_file = f"tensors-{digest}.safetensors"
    write_atomically(target / tensor_file, raw)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "tensors": {"file": tensor_file, "sha256": digest, "bytes": len(raw)},
        "content": content,
    }
    write_atomically(target / MANIFEST, _seal(manifest))
    _remove_leftovers(target, keep=tensor_file)
    return target / MANIFEST


def load_checkpoint(
    folder: str | Path,
    model: nn.Module,
    optimizer: Optimizer,
    *,
    scheduler: LRScheduler | None = None,
    generators: Sequence[RandomGenerator] = (),
) -> dict[str, Any]:
    """Devolve modelo, otimizador, agendador e geradores ao ponto guardado.

    Confere tudo (formato, SHA-256, nomes, formas e tipos) antes de mudar qualquer coisa: ou
    carrega inteiro, ou levanta erro e deixa tudo como estava. Os hiperparâmetros do
    otimizador (taxa de aprendizado e demais) também voltam a ser os guardados.

    Args:
        folder: a pasta dada a :func:`save_checkpoint`.
        model: modelo da mesma arquitetura; muda no lugar.
        optimizer: otimizador da mesma classe, sobre os mesmos parâmetros; muda no lugar.
        scheduler: agendador da mesma classe, se o treino tinha um; muda no lugar.
        generators: os mesmos geradores próprios, na mesma ordem; mudam no lugar.

    Returns:
        As notas guardadas (``notes``).

    Raises:
        CheckpointError: se não houver ponto de retomada, se ele estiver truncado, alterado
            ou for de outro programa, ou se for de outro modelo ou otimizador.
    """
    source = Path(folder)
    manifest = _read_manifest(source / MANIFEST)
    tensors = _read_tensors(source, manifest["tensors"])
    content = manifest["content"]
    _check_identity(content["identity"], _identity(model, optimizer, scheduler))
    check_random_state(content["random"], generators)
    states = {
        name: decode_tree(content[name], tensors)
        for name in ("model", "optimizer", "scheduler", "notes")
    }
    model.load_state_dict(states["model"])
    optimizer.load_state_dict(states["optimizer"])
    if scheduler is not None:
        scheduler.load_state_dict(states["scheduler"])
    restore_random_state(content["random"], generators)
    notes: dict[str, Any] = states["notes"]
    return notes


def _identity(
    model: nn.Module, optimizer: Optimizer, scheduler: LRScheduler | None
) -> dict[str, Any]:
    """O que precisa coincidir para que o ponto sirva a este treino."""
    return {
        "model": {
            name: f"{tuple(tensor.shape)} {tensor.dtype}"
            for name, tensor in model.state_dict().items()
            if isinstance(tensor, Tensor)
        },
        "optimizer": type(optimizer).__name__,
        "groups": [len(group["params"]) for group in optimizer.param_groups],
        "scheduler": None if scheduler is None else type(scheduler).__name__,
    }


def _check_identity(saved: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """Diz a primeira diferença entre o treino guardado e este."""
    for part, label in (
        ("optimizer", "o otimizador"),
        ("groups", "o número de parâmetros por grupo do otimizador"),
        ("scheduler", "o agendador"),
    ):
        if saved[part] != current[part]:
            raise CheckpointError(
                f"o ponto de retomada é de outro treino: {label} guardado é {saved[part]} e o "
                f"atual é {current[part]}. Recrie o treino como era, ou use outra pasta."
            )
    if saved["model"] != current["model"]:
        names = sorted({*saved["model"], *current["model"]})
        name = next(n for n in names if saved["model"].get(n) != current["model"].get(n))
        raise CheckpointError(
            f"o ponto de retomada é de outro modelo: {name} guardado é "
            f"{saved['model'].get(name, 'inexistente')} e o atual é "
            f"{current['model'].get(name, 'inexistente')}. Recrie o modelo como era, ou use "
            "outra pasta."
        )


def _seal(manifest: dict[str, Any]) -> bytes:
    """Escreve o JSON com o SHA-256 do próprio conteúdo."""
    sealed = {**manifest, "sha256": _digest(manifest)}
    return json.dumps(sealed, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8")


def _digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 da forma canônica do JSON."""
    canonical = json.dumps(manifest, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _read_manifest(path: Path) -> dict[str, Any]:
    """Lê e confere o JSON, do formato ao SHA-256."""
    if not path.exists():
        raise CheckpointError(
            f"não há ponto de retomada em {path.parent}: falta {MANIFEST}. Confira a pasta."
        )
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise _damaged(path, "não é JSON completo (arquivo truncado?)") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} não é um ponto de retomada deste curso. Confira se a pasta é a certa."
        )
    if manifest.get("version") != VERSION:
        raise CheckpointError(
            f"{path} é da versão {manifest.get('version')} do formato, e este coursekit lê a "
            f"versão {VERSION}. Use a versão de coursekit que o escreveu."
        )
    declared = manifest.pop("sha256", None)
    if declared != _digest(manifest):
        raise _damaged(path, "o SHA-256 não confere (arquivo alterado?)")
    return manifest


def _read_tensors(folder: Path, entry: Mapping[str, Any]) -> dict[str, Tensor]:
    """Lê e confere o arquivo de tensores."""
    # O nome vem do JSON: só se aceita um arquivo desta pasta, com nome de tensores.
    if not _TENSOR_FILE.fullmatch(entry["file"]):
        raise _damaged(folder / MANIFEST, f"aponta para {entry['file']!r}")
    path = folder / entry["file"]
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(
            f"falta {path}, para onde aponta {MANIFEST}. Copie a pasta inteira, ou comece de "
            "novo em outra pasta."
        ) from error
    if len(raw) != entry["bytes"] or hashlib.sha256(raw).hexdigest() != entry["sha256"]:
        raise _damaged(path, f"tem {len(raw)} bytes que não conferem com o SHA-256 guardado")
    try:
        return safetensors.torch.load(raw)
    except SafetensorError as error:
        raise _damaged(path, "não é safetensors") from error


def _damaged(path: Path, detail: str) -> CheckpointError:
    """Erro de arquivo estragado, com o que fazer."""
    return CheckpointError(
        f"{path} está estragado: {detail}. Apague a pasta e comece de novo, ou recupere uma cópia."
    )


def _remove_leftovers(folder: Path, keep: str) -> None:
    """Apaga tensores de pontos anteriores e restos de escritas interrompidas."""
    for path in folder.iterdir():
        old = bool(_TENSOR_FILE.fullmatch(path.name)) and path.name != keep
        torn = path.name.startswith((".tensors-", f".{MANIFEST}.")) and path.suffix == ".tmp"
        if old or torn:
            path.unlink(missing_ok=True)
