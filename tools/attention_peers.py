"""Outros modos de calcular a atenção em janela, para comparar com o do curso.

Cada candidato é uma função ``(length, causal) -> atenção``, em que ``atenção(query, key, value)``
recebe ``(1, H, T, D)`` e dá o contexto. Quem não pode (biblioteca ausente, caso não atendido)
devolve o motivo, um texto. O que só depende do tamanho é preparado antes, fora do cronômetro.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from coursekit.attention.sparse import (
    SlidingWindow,
    block_sparse_attention,
    compiled_windowed_attention,
    windowed_attention,
    windowed_attention_readable,
)
from coursekit.attention.sparse.kernel_build import find_compiler, window_library

RADIUS, HEADS, WIDTH = 128, 4, 64
Attention = Callable[[Tensor, Tensor, Tensor], Tensor]
Built = Attention | str


def band(length: int, causal: bool) -> Tensor:
    """Máscara densa da janela."""
    ahead = torch.arange(length) - torch.arange(length)[:, None]
    return (ahead >= -RADIUS) & (ahead <= (0 if causal else RADIUS))


def ours(length: int, causal: bool) -> Built:
    """O núcleo do curso."""
    return lambda q, k, v: windowed_attention(q, k, v, RADIUS, causal=causal)


def ours_readable(length: int, causal: bool) -> Built:
    """A versão da lição."""
    return lambda q, k, v: windowed_attention_readable(q, k, v, RADIUS, causal=causal)


def ours_compiled(length: int, causal: bool) -> Built:
    """O núcleo do curso em C++: o limite prático deste processador."""
    try:
        find_compiler()
    except RuntimeError:
        return "não há compilador de C++"
    return lambda q, k, v: compiled_windowed_attention(q, k, v, RADIUS, causal=causal)


def ours_pattern(length: int, causal: bool) -> Built:
    """O núcleo de padrões, com a mesma janela."""
    pattern = SlidingWindow(RADIUS, causal=causal)
    return lambda q, k, v: block_sparse_attention(q, k, v, pattern)


def dense(length: int, causal: bool) -> Built:
    """A densa do PyTorch, sem janela: faz outra conta, a de todos os pares."""
    return partial(F.scaled_dot_product_attention, is_causal=causal)


def dense_masked(length: int, causal: bool) -> Built:
    """A densa do PyTorch com a janela em máscara."""
    return partial(F.scaled_dot_product_attention, attn_mask=band(length, causal))


def naive(length: int, causal: bool) -> Built:
    """Produto, máscara, softmax e produto."""
    hidden = ~band(length, causal)

    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = (query @ key.transpose(-1, -2)) * WIDTH**-0.5
        weights: Tensor = scores.masked_fill(hidden, -torch.inf).softmax(-1)
        return weights @ value

    return attention


def unfold(length: int, causal: bool, block: int = 128) -> Built:
    """Quinze linhas com ``unfold``, que copia cada chave para todos os blocos que a veem."""
    right = 0 if causal else RADIUS
    width, count = block + RADIUS + right, -(-length // block)
    spare = count * block - length
    query = torch.arange(count)[:, None, None] * block + torch.arange(block)[:, None]
    key = torch.arange(count)[:, None, None] * block - RADIUS + torch.arange(width)
    seen = (key >= 0) & (key < length) & (key >= query - RADIUS) & (key <= query + right)

    def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        blocks = F.pad(q, (0, 0, 0, spare)).view(HEADS, count, block, WIDTH)
        keys, values = (
            F.pad(x, (0, 0, RADIUS, right + spare)).unfold(2, width, block)[0].transpose(-1, -2)
            for x in (k, v)
        )
        out = F.scaled_dot_product_attention(blocks, keys, values, attn_mask=seen)
        return out.reshape(1, HEADS, count * block, WIDTH)[:, :, :length]

    return attention


def sparse_csr(length: int, causal: bool) -> Built:
    """Tensores esparsos CSR: só os pares visíveis, um a um."""
    rows, columns = SlidingWindow(RADIUS, causal=causal).pairs(range(length), length)
    row, column = torch.from_numpy(rows), torch.from_numpy(columns)
    starts = torch.searchsorted(row, torch.arange(length + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # o PyTorch avisa que CSR ainda é experimental
        empty = torch.sparse_csr_tensor(starts, column, torch.zeros(len(row)), (length, length))

    def one_head(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = torch.sparse.sampled_addmm(
            empty, query, key.t(), beta=0.0, alpha=WIDTH**-0.5
        ).values()
        top = torch.segment_reduce(scores.detach(), "max", offsets=starts)
        terms = (scores - top[row]).exp()
        total = torch.zeros(length).index_add(0, row, terms)
        weights = torch.sparse_csr_tensor(
            starts, column, terms / total[row], (length, length), check_invariants=False
        )
        return weights @ value

    return lambda q, k, v: torch.stack([one_head(*x) for x in zip(q[0], k[0], v[0], strict=True)])[
        None
    ]


def flex(length: int, causal: bool, block: int) -> Built:
    """``flex_attention`` compilada; os blocos são dados prontos, sem passar pela máscara densa."""
    from torch.nn.attention.flex_attention import BlockMask, flex_attention

    right = 0 if causal else RADIUS
    count = length // block
    first = torch.arange(count) * block
    low = ((first - RADIUS).clamp_min(0) // block).long()
    high = ((first + block - 1 + right).clamp_max(length - 1) // block).long()
    indices = (low[:, None] + torch.arange(count)).clamp_max(count - 1)  # valem as primeiras
    mask = BlockMask.from_kv_blocks(
        (high - low + 1).int()[None, None],
        indices.int()[None, None],
        BLOCK_SIZE=block,
        mask_mod=lambda b, h, i, j: (j >= i - RADIUS) & (j <= i + right),
        seq_lengths=(length, length),
    )
    compiled: Any = torch.compile(flex_attention, dynamic=False)
    return lambda q, k, v: compiled(q, k, v, block_mask=mask)


def local_attention(length: int, causal: bool) -> Built:
    """Pacote local-attention."""
    if find_spec("local_attention") is None:
        return "pacote local-attention não instalado"
    from local_attention import LocalAttention

    layer = LocalAttention(
        window_size=RADIUS, causal=causal, look_backward=1, look_forward=0 if causal else 1,
        exact_windowsize=True, autopad=True, use_rotary_pos_emb=False,
    )  # fmt: skip
    return lambda q, k, v: layer(q[0], k[0], v[0])[None]


def longformer(length: int, causal: bool) -> Built:
    """As contas de janela do Longformer, do pacote transformers, sem as suas projeções."""
    if find_spec("transformers") is None:
        return "pacote transformers não instalado"
    if causal:
        return "o Longformer do transformers não tem janela causal"
    try:
        from transformers.models.longformer import modeling_longformer
    except ImportError as error:
        return f"o pacote transformers não carrega ({error})"

    layer = modeling_longformer.LongformerSelfAttention
    # As contas de janela são métodos que só leem esta opção: não é preciso o modelo inteiro.
    shell = SimpleNamespace(
        config=SimpleNamespace(onnx_export=False),
        _pad_and_transpose_last_two_dims=layer._pad_and_transpose_last_two_dims,
        _pad_and_diagonalize=layer._pad_and_diagonalize,
        _chunk=layer._chunk,
        _mask_invalid_locations=layer._mask_invalid_locations,
    )

    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        q, k, v = (x.transpose(1, 2) for x in (query * WIDTH**-0.5, key, value))
        scores = layer._sliding_chunks_query_key_matmul(shell, q, k, RADIUS)
        weights = scores.softmax(dim=-1)
        out: Tensor = layer._sliding_chunks_matmul_attn_probs_value(shell, weights, v, RADIUS)
        return out.transpose(1, 2)

    return attention


def fast_transformers(length: int, causal: bool) -> Built:
    """As contas de janela, em C++, do pacote fast-transformers, sem as suas projeções."""
    if find_spec("fast_transformers") is None:
        return "pacote pytorch-fast-transformers não instalado"
    from fast_transformers.local_product import local_dot_product, local_weighted_average

    # Soma-se aos escores; só a causal pede mesmo uma máscara de T × T, feita fora do cronômetro.
    if causal:
        mask = torch.full((length, length), -1e24).triu(1)
    else:
        mask = torch.zeros(1, 1).expand(length, length)
    lengths = torch.tensor([length])

    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = local_dot_product(query, key, mask, lengths, 2 * RADIUS + 1)
        weights = (scores * WIDTH**-0.5).softmax(dim=-1)
        out: Tensor = local_weighted_average(weights, value)
        return out

    return attention


def natten(length: int, causal: bool) -> Built:
    """Pacote natten; no processador, ele chama a ``flex_attention`` sem compilar."""
    if find_spec("natten") is None:
        return "pacote natten não instalado"
    if not causal:
        return "nas bordas, a janela da natten se desloca em vez de encolher: é outra conta"
    from natten.functional import na1d

    def attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # o PyTorch avisa que não está compilada
            rows = (x.transpose(1, 2) for x in (query, key, value))
            out: Tensor = na1d(*rows, kernel_size=RADIUS + 1, is_causal=True)
        return out.transpose(1, 2)

    return attention


OURS = "windowed_attention"
LIMIT = "núcleo do curso compilado"
CANDIDATES: dict[str, Callable[[int, bool], Built]] = {
    OURS: ours,
    LIMIT: ours_compiled,
    "windowed_attention_readable": ours_readable,
    "block_sparse_attention": ours_pattern,
    "SDPA densa": dense,
    "SDPA com máscara": dense_masked,
    "densa ingênua": naive,
    "unfold": unfold,
    "CSR": sparse_csr,
    "flex_attention, bloco 128": partial(flex, block=128),
    "flex_attention, bloco 32": partial(flex, block=32),
    "local-attention": local_attention,
    "Longformer": longformer,
    "fast-transformers": fast_transformers,
    "natten": natten,
}
# Não calcula atenção: faz tantas somas-e-produtos quantas a conta pede, e nada mais.
FLOOR = "só as contas"
# Estes se compilam na primeira chamada de cada tamanho; estes só têm ida no processador.
COMPILED = {"flex_attention, bloco 128", "flex_attention, bloco 32"}
FORWARD_ONLY = {*COMPILED, "natten"}


def tensors(length: int) -> list[Tensor]:
    """Entradas de um caso, ``(1, H, T, D)`` em float32."""
    generator = torch.Generator().manual_seed(length)
    return [torch.randn(1, HEADS, length, WIDTH, generator=generator) for _ in range(3)]


def task(attention: Attention, inputs: list[Tensor], train: bool) -> Callable[[], Any]:
    """O que se cronometra: a ida, ou a ida e a volta até consulta, chave e valor."""

    def forward() -> Any:
        with torch.no_grad():
            return [attention(*inputs)]

    def forward_and_backward() -> Any:
        leaves = [x.detach().requires_grad_() for x in inputs]
        context = attention(*leaves)
        torch.autograd.backward(context, inputs[2])  # um gradiente qualquer, que não custa memória
        return [context.detach(), *(x.grad for x in leaves)]

    return forward_and_backward if train else forward


def multiply_adds(length: int, causal: bool, train: bool) -> int:
    """Quantas somas-e-produtos a conta pede, contando só os pares visíveis.

    Na ida, dois produtos de matriz: escores e contexto. Na volta, mais cinco: os escores outra
    vez, ``g V^T`` e os gradientes de consulta, chave e valor.
    """
    pairs = SlidingWindow(RADIUS, causal=causal).visible_pairs(length)
    return (7 if train else 2) * pairs * HEADS * WIDTH


def floor(count: int) -> Callable[[], Any]:
    """O piso de uma conta: as suas somas-e-produtos, no ritmo máximo do processador.

    Nada se lê nem se guarda, e nenhuma exponencial se calcula: quem faz a conta inteira leva mais.

    Raises:
        RuntimeError: se não houver compilador.
    """
    run = window_library().window_multiply_adds_float32
    run.restype = ctypes.c_float
    threads = torch.get_num_threads()
    workers = ThreadPoolExecutor(threads, thread_name_prefix="piso")
    shares = [ctypes.c_int64(-(-count // threads))] * threads
    return lambda: list(workers.map(run, shares))


def prepare_memory(name: str, length: int, causal: bool, train: bool) -> Callable[[], Any]:
    """Num processo novo: carrega, aquece e até compila, para medir só a chamada."""
    torch.set_num_threads(2)
    warm = length if name in COMPILED else 8 * RADIUS
    for size in sorted({warm, length}):
        attention = CANDIDATES[name](size, causal)
        if isinstance(attention, str):
            raise RuntimeError(attention)
        prepared = task(attention, tensors(size), train)
        if size == warm:
            prepared()
    return prepared


def call(prepared: Callable[[], Any]) -> Any:
    """Roda a tarefa preparada."""
    return prepared()
