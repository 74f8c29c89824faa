"""Fonte de lotes: abrir a cada época, conferir, resumir e reconhecer geradores."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from coursekit.training.errors import CheckpointError
from coursekit.training.random_state import RandomGenerator

Batch = Sequence[Tensor]
"""``(entrada, …, alvo)``: uma ou mais entradas do modelo, e o alvo por último."""

BatchSource = Iterable[Batch] | Callable[[], Iterable[Batch]]
"""Lista, ``DataLoader`` ou outro iterável que recomeça; ou função que devolve um."""


def open_batches(source: BatchSource) -> Iterator[Batch]:
    """Começa uma época.

    Args:
        source: a fonte de lotes.

    Returns:
        Iterador novo sobre os lotes.
    """
    if isinstance(source, Iterable):
        return iter(source)
    return iter(source())


def check_source(source: object, epochs: int) -> None:
    """Recusa fonte que não se percorre, ou que só se percorre uma vez.

    Args:
        source: a fonte de lotes.
        epochs: quantas vezes ela será percorrida.

    Raises:
        TypeError: se ``source`` não servir.
    """
    if not isinstance(source, Iterable) and not callable(source):
        raise TypeError(
            f"batches deve ser uma lista de lotes, um DataLoader ou uma função que devolve os "
            f"lotes; recebi {type(source).__name__}."
        )
    if isinstance(source, Iterator) and epochs > 1:
        raise TypeError(
            f"batches é um {type(source).__name__}, que só se percorre uma vez, e são "
            f"{epochs} épocas. Passe uma lista, um DataLoader ou a função que cria o gerador."
        )


def count_batches(source: object) -> int | None:
    """Conta os lotes de uma época, se a fonte souber dizer.

    Args:
        source: a fonte de lotes.

    Returns:
        Número de lotes, ou ``None`` se não se sabe de antemão.
    """
    try:
        return len(source)  # type: ignore[arg-type]
    except TypeError:
        return None


def unpack(batch: object, device: torch.device) -> tuple[tuple[Tensor, ...], Tensor]:
    """Separa entradas e alvo, no aparelho do modelo.

    Args:
        batch: o lote, ``(entrada, …, alvo)``.
        device: aparelho do modelo.

    Returns:
        As entradas e o alvo.

    Raises:
        TypeError: se o lote não for uma sequência de pelo menos dois tensores.
    """
    is_sequence = isinstance(batch, tuple | list) and len(batch) >= 2
    if not is_sequence or not all(isinstance(item, Tensor) for item in batch):  # type: ignore[attr-defined]
        raise TypeError(
            f"cada lote deve ser (entrada, …, alvo), com pelo menos dois tensores; recebi "
            f"{_describe(batch)}. Use, por exemplo, TensorDataset(entradas, alvos)."
        )
    moved = [item.to(device) for item in batch]  # type: ignore[attr-defined]
    return tuple(moved[:-1]), moved[-1]


def extend_digest(digest: str, batch: Batch) -> str:
    """Encadeia um lote ao resumo dos lotes já vistos na época.

    Args:
        digest: resumo dos lotes anteriores; ``""`` no começo da época.
        batch: o lote.

    Returns:
        SHA-256 em hexadecimal.
    """
    hasher = hashlib.sha256(digest.encode("ascii"))
    for item in batch:
        flat = item.detach().cpu().contiguous()
        hasher.update(f"{flat.dtype}{tuple(flat.shape)}".encode("ascii"))
        hasher.update(flat.reshape(-1).view(torch.uint8).numpy().tobytes())
    return hasher.hexdigest()


def skip_batches(batches: Iterator[Batch], count: int, digest: str) -> None:
    """Repassa, sem treinar, os lotes que a corrida interrompida já viu.

    Args:
        batches: iterador no começo da época; avança ``count`` lotes.
        count: quantos lotes já foram vistos.
        digest: o resumo deles, como :func:`extend_digest` o deixou.

    Raises:
        CheckpointError: se os lotes não forem os mesmos.
    """
    current = ""
    for seen in range(count):
        batch = next(batches, None)
        if batch is None:
            raise CheckpointError(
                f"a época interrompida tinha pelo menos {count} lotes, e agora tem {seen}. "
                "Retome com os mesmos dados, ou comece de novo em outra pasta."
            )
        current = extend_digest(current, batch)
    if current != digest:
        raise CheckpointError(
            "os lotes desta corrida não são os da corrida interrompida, nos dados ou na ordem: a "
            "retomada não seria fiel. Use os mesmos dados e passe em "
            "CheckpointOptions(generators=...) os geradores que os embaralham."
        )


def all_generators(
    source: object, given: tuple[RandomGenerator, ...]
) -> tuple[RandomGenerator, ...]:
    """Junta aos geradores dados os que um ``DataLoader`` traz consigo.

    Args:
        source: a fonte de lotes.
        given: os geradores que quem treina passou.

    Returns:
        Geradores sem repetição: primeiro os dados, depois os da fonte.
    """
    found = list(given)
    holders: list[Any] = [source, getattr(source, "sampler", None)]
    for holder in holders:
        generator = getattr(holder, "generator", None)
        if isinstance(generator, RandomGenerator) and all(generator is not g for g in found):
            found.append(generator)
    return tuple(found)


def _describe(batch: object) -> str:
    """Tipo do que veio e, se for sequência, dos seus itens."""
    if isinstance(batch, tuple | list):
        kinds = ", ".join(type(item).__name__ for item in batch)
        return f"{type(batch).__name__} de {len(batch)} itens ({kinds})"
    return type(batch).__name__
