"""Conjunto «padroes» de ``make bench``: quanto custa um par visível em cada padrão esparso.

A unidade é o custo de um par visível de ``windowed_attention``, na mesma corrida: 1 quer dizer
que o padrão custa tanto, por par que se vê, quanto uma janela. A memória de pico é medida à
parte, num processo novo por tamanho, e inclui planejar o corte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import attention_peers as peers
import numpy as np
import torch

from coursekit.attention.sparse import (
    BigBird,
    GlobalTokens,
    Graph,
    Hierarchical,
    Pattern,
    RandomBlocks,
    SlidingWindow,
    Strided,
    block_sparse_attention,
)
from coursekit.benchmark import TimingOptions, compare, peak_memory, scaling_exponent

LENGTH, THREADS, DEGREE = 8192, (1, 2), 32
MEMORY_LENGTHS = (4096, 8192, 16384, 32768)
TITLE = "Padrões esparsos, por par visível"
BASELINE, NAME = "windowed_attention, por par visível", "block_sparse_attention"
WINDOW = SlidingWindow(peers.RADIUS)


def random_graph(length: int) -> Pattern:
    """Grafo ao acaso em que cada posição tem uns ``DEGREE`` vizinhos, sem ordem nenhuma."""
    generator = np.random.default_rng(0)
    ends = [generator.permutation(length).tolist() for _ in range(DEGREE // 2)]
    return Graph(tuple((i, j) for end in ends for i, j in enumerate(end)))


def always(pattern: Pattern) -> Callable[[int], Pattern]:
    """O mesmo padrão em todo comprimento."""
    return lambda length: pattern


PATTERNS: dict[str, Callable[[int], Pattern]] = {
    "janela": always(WINDOW),
    "janela causal": always(SlidingWindow(peers.RADIUS, causal=True)),
    "janela dilatada": always(SlidingWindow(peers.RADIUS, dilation=4)),
    "passo": always(Strided(32)),
    "passo e janela": always(Strided(128) | WINDOW),
    "passo e janela, causais": always(
        Strided(128, causal=True) | SlidingWindow(peers.RADIUS, causal=True)
    ),
    "globais e janela": always(GlobalTokens(count=16) | WINDOW),
    "BigBird": always(BigBird(peers.RADIUS, global_count=16, block=64, per_row=3, seed=0)),
    "hierarquia": always(Hierarchical(64)),
    "sorteio e janela": always(RandomBlocks(block=64, per_row=2, seed=0) | WINDOW),
    "grafo ao acaso": random_graph,
}
# Destes, os pares visíveis crescem com n (os de passo, com o quadrado): a memória também deve.
LINEAR = [name for name in PATTERNS if "passo" not in name]
# A meta é o dobro do custo da janela, por par; o guarda dá folga. O grafo sem ordem não tem meta:
# cada consulta recolhe as suas chaves uma a uma.
TARGET, SLACK, WITHOUT_TARGET = 2.0, 1.25, {"grafo ao acaso"}
MEMORY_LIMIT = 1.05


def measure(name: str, train: bool, threads: int, repeats: int) -> tuple[dict[str, Any], Any]:
    """Mede um padrão contra a janela, um depois do outro em cada rodada."""
    torch.set_num_threads(threads)
    pattern, inputs = PATTERNS[name](LENGTH), peers.tensors(LENGTH)
    window = peers.ours(LENGTH, causal=False)
    if isinstance(window, str):
        raise TypeError(window)
    tasks = {
        BASELINE: peers.task(window, inputs, train),
        NAME: peers.task(lambda q, k, v: block_sparse_attention(q, k, v, pattern), inputs, train),
    }
    options = TimingOptions(repeats=repeats, warmup=1, min_seconds=0.0)
    found = compare(tasks, baseline=BASELINE, options=options)
    per_pair = WINDOW.visible_pairs(LENGTH) / pattern.visible_pairs(LENGTH)
    ratio = asdict(found.ratios[NAME])
    for field in ("median", "lower", "upper"):
        ratio[field] *= per_pair
    mode = "ida e volta" if train else "ida"
    row = {"mode": mode, "kind": name, "n": LENGTH, "threads": threads, "ratios": {NAME: ratio}}
    return row, found.to_dict()["environment"]


def memory_exponent(name: str, train: bool) -> dict[str, Any]:
    """Com que potência de n cresce a memória de pico de um padrão."""
    costs = [memory(name, length, train) for length in MEMORY_LENGTHS]
    fit = scaling_exponent(MEMORY_LENGTHS, costs)
    return {
        "name": name, "mode": "ida e volta" if train else "ida", "quantity": "memória",
        "exponent": fit.exponent, "low": fit.low, "high": fit.high, "confidence": fit.confidence,
    }  # fmt: skip


def memory(name: str, length: int, train: bool) -> float:
    """Pico acima das entradas, em MiB."""
    arguments = {"name": name, "length": length, "train": train}
    return peak_memory(
        "bench_patterns:call", setup="bench_patterns:prepare_memory", arguments=arguments
    ).mib


def prepare_memory(name: str, length: int, train: bool) -> Callable[[], Any]:
    """Num processo novo: carrega e aquece com pouco, para medir só a chamada.

    Pouco mesmo: o rascunho que o aquecimento já tivesse ocupado não se contaria em ``n`` pequeno.
    """
    torch.set_num_threads(1)
    small, pattern = SlidingWindow(4), PATTERNS[name](length)
    peers.task(lambda q, k, v: block_sparse_attention(q, k, v, small), peers.tensors(64), train)()
    return peers.task(
        lambda q, k, v: block_sparse_attention(q, k, v, pattern), peers.tensors(length), train
    )


def call(prepared: Callable[[], Any]) -> Any:
    """Roda a tarefa preparada."""
    return prepared()


def patterns(repeats: int) -> dict[str, Any]:
    """Todos os padrões, ida e ida e volta, com uma e duas linhas de execução."""
    rows, environment = [], None
    for name in PATTERNS:
        for threads in THREADS:
            for train in (False, True):
                row, environment = measure(name, train, threads, min(repeats, 9))
                rows.append(row)
                show(row)
    exponents = [memory_exponent(name, train) for name in LINEAR for train in (False, True)]
    for fit in exponents:
        print(f"  memória, {fit['name']}, {fit['mode']}: expoente {fit['exponent']:.3f}")
    return {
        "title": TITLE, "baseline": BASELINE, "rows": rows, "exponents": exponents,
        "environment": environment,
    }  # fmt: skip


def show(row: dict[str, Any]) -> None:
    """Uma linha por caso, à medida que sai."""
    ratio = row["ratios"][NAME]
    quartiles = f"[{ratio['lower']:.2f}; {ratio['upper']:.2f}]"
    print(
        f"  {row['kind']:<24} {row['threads']} linha(s) {row['mode']:<12}"
        f" {ratio['median']:.2f} {quartiles}",
        flush=True,
    )


def told(threads: int) -> str:
    """Quantas linhas de execução, em palavras."""
    return "1 linha de execução" if threads == 1 else f"{threads} linhas de execução"


def too_slow(record: dict[str, Any]) -> list[str]:
    """Padrões cujo par visível custa mais que a meta, com folga, ou cuja memória passa de n."""
    problems = []
    for row in record["rows"]:
        found = row["ratios"][NAME]["median"]
        if row["kind"] not in WITHOUT_TARGET and found > SLACK * TARGET:
            problems.append(
                f"{row['kind']} ({row['mode']}, {told(row['threads'])}): {found:.2f} vezes o par "
                f"da janela; o limite é {SLACK * TARGET}"
            )
    for fit in record["exponents"]:
        if fit["exponent"] > MEMORY_LIMIT:
            problems.append(
                f"memória de {fit['name']} ({fit['mode']}): expoente {fit['exponent']:.3f}; o "
                f"limite é {MEMORY_LIMIT}"
            )
    return problems
