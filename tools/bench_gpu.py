"""Medida da atenção em janela numa GPU, contra a ``flex_attention`` compilada e a densa.

Em cada caso os candidatos com janela são conferidos entre si, e todos são medidos intercalados,
com a espera pela placa dentro do relógio. O pico de memória é o que o PyTorch alocou nela.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from coursekit.attention.sparse import windowed_attention
from coursekit.benchmark import Comparison, TimingOptions, compare, gpu_row

RADIUS, HEADS, WIDTH = 128, 8, 64
LENGTHS = (8192, 16384, 32768, 65536)
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
# Diferença relativa, em norma, aceita entre candidatos com janela antes do cronômetro.
TOLERANCES = {"bfloat16": 3e-2, "float16": 1e-2, "float32": 1e-4}
OURS, COMPILED, DENSE = "windowed_attention", "flex_attention", "SDPA densa"
TITLE = (
    f"atenção em janela de raio {RADIUS}, 1 exemplo, {HEADS} cabeças de {WIDTH}; a SDPA densa, sem "
    "janela, faz outra conta; em float32, todas sem TF32"
)
# O curso chama a própria flex_attention: a meta é não perder dela, com folga para a oscilação.
FLOOR = 0.9
Attention = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Case:
    """Um caso medido."""

    n: int
    dtype: str
    train: bool

    @property
    def mode(self) -> str:
        """O modo, como a página o mostra."""
        return "ida e volta" if self.train else "ida"


def cases(lengths: tuple[int, ...], capability: tuple[int, int]) -> list[Case]:
    """Os casos; placas anteriores à geração Ampere não têm bfloat16, e medem em float16."""
    dtypes = ("bfloat16" if capability >= (8, 0) else "float16", "float32")
    return [Case(n, d, train) for d, train, n in itertools.product(dtypes, (False, True), lengths)]


def ours(length: int, device: torch.device) -> Attention:
    """A do curso."""
    return lambda q, k, v: windowed_attention(q, k, v, RADIUS)


def compiled_flex(length: int, device: torch.device) -> Attention:
    """``flex_attention`` como a documentação a ensina: compilada, com a máscara feita antes."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    def near(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (query - key).abs() <= RADIUS

    # Sem compilar, fazer a máscara alocaria todos os pares.
    mask = create_block_mask(near, None, None, length, length, device=device, _compile=True)
    options: Any = {"FLOAT32_PRECISION": "'ieee'"}
    compiled: Any = torch.compile(flex_attention, dynamic=False)
    return lambda q, k, v: compiled(q, k, v, block_mask=mask, kernel_options=options)


def dense(length: int, device: torch.device) -> Attention:
    """A densa do PyTorch, sem janela: todos os pares."""
    return F.scaled_dot_product_attention


CANDIDATES: dict[str, Callable[[int, torch.device], Attention]] = {
    OURS: ours,
    COMPILED: compiled_flex,
    DENSE: dense,
}
WINDOWED = (OURS, COMPILED)


def inputs_of(case: Case, device: torch.device) -> list[Tensor]:
    """Consultas, chaves, valores e o gradiente que chega, ``(1, H, T, D)``."""
    source = torch.Generator().manual_seed(case.n)
    shape = (1, HEADS, case.n, WIDTH)
    return [torch.randn(shape, generator=source).to(device, DTYPES[case.dtype]) for _ in range(4)]


def task(attention: Attention, inputs: list[Tensor], train: bool) -> Callable[[], list[Tensor]]:
    """O que se cronometra: a ida, ou a ida e a volta até consulta, chave e valor."""
    *tensors, incoming = inputs

    def forward() -> list[Tensor]:
        with torch.no_grad():
            return [attention(*tensors)]

    def forward_and_backward() -> list[Tensor]:
        leaves = [x.detach().requires_grad_() for x in tensors]
        context = attention(*leaves)
        return [context.detach(), *torch.autograd.grad(context, leaves, incoming)]

    return forward_and_backward if train else forward


def difference(expected: list[Tensor], received: list[Tensor]) -> float:
    """Maior diferença relativa, em norma; ``inf`` se houver ``nan``."""
    pairs = zip(expected, received, strict=True)
    found = [float((a.float() - b.float()).norm() / a.float().norm()) for a, b in pairs]
    return max(value if math.isfinite(value) else math.inf for value in found)


def peak_mib(run: Callable[[], object], device: torch.device) -> float:
    """Pico alocado na placa acima do que já havia, em MiB."""
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    run()
    torch.cuda.synchronize(device)
    return (torch.cuda.max_memory_allocated(device) - before) / 2**20


def prepare(case: Case, device: torch.device) -> tuple[dict[str, Any], dict[str, str]]:
    """As tarefas que dão certo, com os números conferidos, e quem não coube ou não compilou.

    Raises:
        ValueError: se um candidato com janela não der o mesmo que o do curso.
    """
    inputs = inputs_of(case, device)
    tasks, absent = {}, {}
    expected: list[Tensor] = []
    for name, build in CANDIDATES.items():
        try:
            run = task(build(case.n, device), inputs, case.train)
            received = run()
        except (RuntimeError, NotImplementedError) as error:  # OutOfMemoryError é RuntimeError
            if name == OURS:
                raise
            absent[name] = f"{case.dtype}, n = {case.n}, {case.mode}: {type(error).__name__}"
            continue
        expected = expected or received
        found = difference(expected, received) if name in WINDOWED else 0.0
        if found > TOLERANCES[case.dtype]:
            raise ValueError(f"{name} difere de {OURS} em {found:.1e}, em {case}. Nada se mede.")
        tasks[name] = run
    return tasks, absent


def measure(
    case: Case, device: torch.device, repeats: int
) -> tuple[dict[str, Any], dict[str, str]]:
    """Confere, mede e pesa um caso: a linha do registro, e quem ficou de fora com o motivo."""
    torch.compiler.reset()  # um caso de cada vez: o limite de recompilações não é deste assunto
    tasks, absent = prepare(case, device)
    options = TimingOptions(repeats, 2, 0.02, lambda: torch.cuda.synchronize(device))
    found: Comparison = compare(tasks, baseline=OURS, options=options)
    memory = {name: round(peak_mib(run, device), 2) for name, run in tasks.items()}
    row = gpu_row(found, n=case.n, dtype=case.dtype, mode=case.mode, memory_mib=memory)
    return row, absent


def show(row: dict[str, Any]) -> None:
    """Uma linha por caso, à medida que sai."""
    ours_ms = row["seconds"][OURS]["median"] * 1e3
    texts = [f"{name} {value['median']:.2f}" for name, value in row["ratios"].items()]
    print(f"  n={row['n']:<6} {row['dtype']:<9} {row['mode']:<12} {ours_ms:.2f} ms;", *texts,
          flush=True)  # fmt: skip


def too_slow(rows: list[dict[str, Any]]) -> list[str]:
    """Casos em que a do curso perdeu da ``flex_attention`` por mais que a folga."""
    return [
        f"n={row['n']}, {row['dtype']}, {row['mode']}: a {COMPILED} levou "
        f"{row['ratios'][COMPILED]['median']:.2f} vezes o tempo de {OURS}; o piso é {FLOOR}"
        for row in rows
        if COMPILED in row["ratios"] and row["ratios"][COMPILED]["median"] < FLOOR
    ]
