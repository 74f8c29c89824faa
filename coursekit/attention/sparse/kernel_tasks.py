"""A janela em tarefas para o núcleo compilado: cada uma, um trecho das consultas de uma cabeça.

Um trecho só escreve nas próprias consultas e nas próprias chaves. O que ele acrescenta ao
gradiente das chaves de um vizinho vai para um rascunho, e é somado depois de todos acabarem,
sempre na mesma ordem: com o mesmo número de linhas de execução, o resultado é o mesmo, bit a bit.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import gcd

import torch
from torch import Tensor

__all__ = ["KeyGradients", "Share", "Task", "plan_shares", "run_tasks"]

# Divide o bloco de consultas do núcleo em todo processador: nenhum trecho acaba no meio de um.
STEP = 48
SHORTEST = 256


class Task(ctypes.Structure):
    """O que o núcleo lê: os campos, na ordem de ``Task`` em ``window_kernel.cpp``."""

    _fields_ = (
        ("query", ctypes.c_void_p),
        ("key", ctypes.c_void_p),
        ("value", ctypes.c_void_p),
        ("context", ctypes.c_void_p),
        ("statistics", ctypes.c_void_p),
        ("incoming", ctypes.c_void_p),
        ("d_query", ctypes.c_void_p),
        ("d_key", ctypes.c_void_p * 3),
        ("d_value", ctypes.c_void_p * 3),
        ("key_start", ctypes.c_int64 * 4),
        ("start", ctypes.c_int64),
        ("stop", ctypes.c_int64),
        ("limit", ctypes.c_int64),
        ("width", ctypes.c_int64),
        ("value_width", ctypes.c_int64),
        ("left", ctypes.c_int64),
        ("right", ctypes.c_int64),
        ("scale", ctypes.c_double),
    )


@dataclass(frozen=True)
class Share:
    """Um trecho.

    Args:
        head: a cabeça.
        start: primeira consulta.
        stop: a primeira que já não é do trecho; toda consulta dele vê alguma chave.
        limit: quantas chaves valem nesta cabeça.
    """

    head: int
    start: int
    stop: int
    limit: int

    def keys(self, left: int, right: int) -> list[int]:
        """Onde começam as chaves de antes do trecho, as dele e as de depois, e onde acabam.

        Args:
            left: alcance para trás.
            right: alcance para a frente.

        Returns:
            Quatro posições que não decrescem.
        """
        first, last = max(0, self.start - left), min(self.limit, self.stop + right)
        own = [min(max(place, first), last) for place in (self.start, self.stop)]
        return [first, *own, last]


def plan_shares(limits: Sequence[int], length: int, left: int, threads: int) -> list[Share]:
    """Reparte as consultas em trechos que ocupem por igual as linhas de execução.

    Args:
        limits: quantas chaves valem em cada cabeça.
        length: consultas por cabeça.
        left: alcance para trás.
        threads: quantas linhas de execução.

    Returns:
        Os trechos; juntos, passam uma vez por cada consulta que vê alguma chave.
    """
    heads = [(head, limit) for head, limit in enumerate(limits) if limit > 0]
    pieces = threads // gcd(max(len(heads), 1), threads)
    shares = []
    for head, limit in heads:
        seeing = min(length, limit + left)
        most = max(1, min(pieces, seeing // SHORTEST))
        size = -(-seeing // (most * STEP)) * STEP
        shares += [
            Share(head, start, min(start + size, seeing), limit) for start in range(0, seeing, size)
        ]
    return shares


class KeyGradients:
    """Gradientes das chaves e dos valores, com rascunho para o que cai fora de cada trecho.

    Args:
        into: ``(d_key, d_value)``, contíguos, ``(cabeças, T, D)`` e ``(cabeças, T, Dv)``.
    """

    def __init__(self, into: Sequence[Tensor]) -> None:
        self.into = into
        self.borders: list[tuple[Tensor, Tensor]] = []  # (onde somar, o que somar)

    def attach(self, task: Task, share: Share) -> None:
        """Dá a uma tarefa onde escrever.

        Args:
            task: recebe os endereços; ``key_start`` já preenchido.
            share: o trecho da tarefa.
        """
        starts = list(task.key_start)
        for whole, pointers in zip(self.into, (task.d_key, task.d_value), strict=True):
            for piece, (start, stop) in enumerate(pairwise(starts)):
                place = whole[share.head, start:stop]
                if piece != 1 and start < stop:
                    border = torch.empty_like(place)
                    self.borders.append((place, border))
                    place = border
                pointers[piece] = place.data_ptr()

    def add_borders(self) -> None:
        """Soma o que os trechos deixaram para os vizinhos."""
        for place, border in self.borders:
            place.add_(border)


def run_tasks(function: Callable[..., int], tasks: Sequence[Task], threads: int) -> bool:
    """Roda as tarefas e espera por todas.

    Args:
        function: a do núcleo; solta a trava do Python enquanto calcula.
        tasks: as tarefas.
        threads: quantas linhas de execução, ``>= 1``.

    Returns:
        ``True`` se alguma encontrou ``nan`` ou infinito em algo que se vê.

    Raises:
        MemoryError: se faltou memória para o rascunho do núcleo.
    """
    if min(threads, len(tasks)) <= 1:
        codes = [function(ctypes.byref(task)) for task in tasks]
    else:
        codes = list(_workers(os.getpid(), threads).map(function, map(ctypes.byref, tasks)))
    if min(codes, default=0) < 0:
        raise MemoryError("faltou memória para o rascunho do núcleo compilado da janela.")
    return any(codes)


@lru_cache(maxsize=1)
def _workers(process: int, threads: int) -> ThreadPoolExecutor:
    """As linhas de execução, guardadas entre chamadas; um processo filho cria as suas."""
    return ThreadPoolExecutor(threads, thread_name_prefix="janela")
