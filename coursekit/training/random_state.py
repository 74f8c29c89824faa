"""Estado de todos os geradores aleatórios, em forma que cabe em JSON."""

import base64
import binascii
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from coursekit.training.errors import CheckpointError

RandomGenerator = torch.Generator | np.random.Generator
"""Gerador próprio de quem treina, de PyTorch ou de NumPy."""


def capture_random_state(generators: Sequence[RandomGenerator] = ()) -> dict[str, Any]:
    """Fotografa os geradores globais (Python, NumPy, PyTorch) e os que forem dados.

    Args:
        generators: geradores próprios que também participam do treino, em ordem fixa.

    Returns:
        Dicionário que cabe em JSON, para :func:`restore_random_state`.

    Example:
        >>> import random
        >>> state = capture_random_state()
        >>> first = random.random()
        >>> restore_random_state(state)
        >>> random.random() == first
        True
    """
    return {
        "python": _encode_python(random.getstate()),
        "numpy": _encode_numpy(np.random.get_state(legacy=False)),  # noqa: NPY002
        "torch": _encode_bytes(torch.get_rng_state()),
        "cuda": [_encode_bytes(state) for state in _cuda_states()],
        "mps": _encode_bytes(torch.mps.get_rng_state()) if _has_mps() else None,
        "own": [_encode_own(generator) for generator in generators],
    }


def restore_random_state(
    state: Mapping[str, Any], generators: Sequence[RandomGenerator] = ()
) -> None:
    """Devolve cada gerador ao estado fotografado por :func:`capture_random_state`.

    Args:
        state: o dicionário da fotografia.
        generators: os mesmos geradores próprios, na mesma ordem; mudam no lugar.

    Raises:
        CheckpointError: se o estado não tiver a forma esperada, ou se os geradores ou os
            aparelhos não forem os mesmos da fotografia.
    """
    check_random_state(state, generators)
    try:
        random.setstate(_decode_python(state["python"]))
        np.random.set_state(_decode_numpy(state["numpy"]))  # noqa: NPY002
        torch.set_rng_state(_decode_bytes(state["torch"]))
        if state["cuda"]:
            torch.cuda.set_rng_state_all([_decode_bytes(text) for text in state["cuda"]])
        if state["mps"] is not None:
            torch.mps.set_rng_state(_decode_bytes(state["mps"]))
        for generator, own in zip(generators, state["own"], strict=True):
            _restore_own(generator, own)
    except (TypeError, ValueError, KeyError, RuntimeError, OverflowError) as error:
        raise CheckpointError(
            f"o estado dos geradores aleatórios não pode ser restaurado ({error}). "
            "Comece de novo em outra pasta."
        ) from error


def check_random_state(state: Mapping[str, Any], generators: Sequence[RandomGenerator]) -> None:
    """Confere, sem mudar nada, que o estado serve para estes geradores e esta máquina.

    Args:
        state: o dicionário da fotografia.
        generators: os geradores próprios que serão restaurados.

    Raises:
        CheckpointError: se faltar alguma parte, ou se os geradores ou os aparelhos não
            forem os mesmos da fotografia.
    """
    parts = {"python", "numpy", "torch", "cuda", "mps", "own"}
    if not isinstance(state, Mapping) or set(state) != parts:
        raise CheckpointError(
            f"o estado dos geradores deve ter as partes {sorted(parts)}. O ponto de retomada "
            "não foi escrito por este curso, ou é de outra versão."
        )
    saved = [own.get("kind") for own in state["own"]]
    given = [_kind(generator) for generator in generators]
    if saved != given:
        raise CheckpointError(
            f"o ponto de retomada guardou os geradores {saved}, e agora recebi {given}. "
            "Passe os mesmos geradores, na mesma ordem."
        )
    if state["cuda"] and len(state["cuda"]) != torch.cuda.device_count():
        raise CheckpointError(
            f"o ponto de retomada é de uma máquina com {len(state['cuda'])} GPU(s), e esta tem "
            f"{torch.cuda.device_count()}: a trajetória não seria a mesma. Retome na mesma "
            "máquina, ou comece de novo em outra pasta."
        )


def _cuda_states() -> list[torch.Tensor]:
    """Estados das GPUs, só se CUDA já estiver em uso."""
    in_use = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    return torch.cuda.get_rng_state_all() if in_use else []


def _has_mps() -> bool:
    """Diz se há GPU da Apple nesta máquina."""
    return torch.backends.mps.is_available()


def _encode_bytes(state: torch.Tensor) -> str:
    """Bytes de um tensor uint8, em base64."""
    return base64.b64encode(state.cpu().numpy().tobytes()).decode("ascii")


def _decode_bytes(text: str) -> torch.Tensor:
    """Inverso de :func:`_encode_bytes`."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"base64 inválido: {error}") from error
    return torch.frombuffer(bytearray(raw), dtype=torch.uint8)


def _encode_python(state: tuple[Any, ...]) -> list[Any]:
    """Tuplas do módulo random como listas."""
    version, words, gauss = state
    return [version, list(words), gauss]


def _decode_python(state: Sequence[Any]) -> tuple[Any, ...]:
    """Inverso de :func:`_encode_python`."""
    version, words, gauss = state
    return (version, tuple(words), gauss)


def _encode_numpy(state: Mapping[str, Any]) -> dict[str, Any]:
    """Vetores do NumPy como listas, em qualquer profundidade."""
    return {
        name: _encode_numpy(value)
        if isinstance(value, Mapping)
        else (value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
        for name, value in state.items()
    }


def _decode_numpy(state: Mapping[str, Any]) -> dict[str, Any]:
    """Inverso de :func:`_encode_numpy`."""
    return {
        name: _decode_numpy(value)
        if isinstance(value, Mapping)
        else (np.array(value, dtype=np.uint64) if isinstance(value, list) else value)
        for name, value in state.items()
    }


def _kind(generator: RandomGenerator) -> str:
    """Nome do tipo de gerador, para conferir que é o mesmo."""
    if isinstance(generator, torch.Generator):
        return f"torch:{generator.device.type}"
    return f"numpy:{type(generator.bit_generator).__name__}"


def _encode_own(generator: RandomGenerator) -> dict[str, Any]:
    """Fotografa um gerador próprio."""
    if isinstance(generator, torch.Generator):
        return {"kind": _kind(generator), "state": _encode_bytes(generator.get_state())}
    return {"kind": _kind(generator), "state": _encode_numpy(generator.bit_generator.state)}


def _restore_own(generator: RandomGenerator, own: Mapping[str, Any]) -> None:
    """Devolve um gerador próprio ao estado fotografado."""
    if isinstance(generator, torch.Generator):
        generator.set_state(_decode_bytes(own["state"]))
    else:
        generator.bit_generator.state = _decode_numpy(own["state"])
