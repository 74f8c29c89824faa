"""Atenção em janela deslizante, exata, em tempo e memória proporcionais ao comprimento.

São três versões da mesma conta: a legível, da lição; a padrão, só com PyTorch; e a compilada
(:mod:`~coursekit.attention.sparse.compiled`), em C++, que diz quanto o processador ainda dava.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from coursekit.attention.attend import attend
from coursekit.attention.sparse.accelerated import can_accelerate, flex_windowed
from coursekit.attention.sparse.inputs import SparseInputs
from coursekit.attention.sparse.pattern import check_count
from coursekit.attention.sparse.reach import window_reach
from coursekit.attention.sparse.tile_kernel import tiled_attention
from coursekit.attention.sparse.window_plan import Band, WindowBatch, plan_window

__all__ = ["windowed_attention", "windowed_attention_readable"]

# Ladrilho e escores por lote: os que cabem no cache de segundo nível de um processador comum.
TILE = 32
BUDGET = 2**18
# Numa GPU, lotes maiores: cada um é uma chamada, e a placa os calcula de uma vez (32 MiB).
DEVICE_BUDGET = 2**23


def windowed_attention_readable(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    radius: int,
    *,
    causal: bool = False,
    block: int = 64,
) -> Tensor:
    r"""A janela deslizante como se conta: um bloco de consultas, só as chaves que ele alcança.

    É a versão da lição: custa :math:`O(T \cdot (\text{block} + 2\,\text{radius}))`, mas a volta
    guarda os pesos de todos os blocos. :func:`windowed_attention` faz a mesma conta mais depressa.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        key: chaves, forma de ``query`` (ou com menos cabeças, como em ``attend``).
        value: valores, forma de ``key`` até o último eixo.
        radius: quantas posições se veem para cada lado, ``>= 0``.
        causal: se ``True``, só para trás.
        block: consultas por bloco, ``>= 1``.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``.

    Raises:
        TypeError: se algum argumento for de tipo errado.
        ValueError: se as formas não casarem, ou algum valor sair do domínio.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]]])
        >>> windowed_attention_readable(torch.zeros(1, 3, 1), x, x, 1).squeeze()
        tensor([1.5000, 3.0000, 4.0000])
    """
    length = SparseInputs.checked(query, key, value, None, None).length
    left, right = window_reach(radius, causal, length)
    check_count("block", block, least=1)
    contexts = []
    for start in range(0, length, block):
        stop = min(start + block, length)
        first, last = max(0, start - left), min(length, stop + right)
        ahead = torch.arange(first, last) - torch.arange(start, stop)[:, None]
        visible = (-left <= ahead) & (ahead <= right)
        contexts.append(
            attend(
                query[..., start:stop, :], key[..., first:last, :], value[..., first:last, :],
                mask=visible.to(query.device),
            )
        )  # fmt: skip
    return torch.cat(contexts, dim=-2) if contexts else attend(query, key, value)


def windowed_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    radius: int,
    *,
    causal: bool = False,
    scale: float | Tensor | None = None,
    key_lengths: Tensor | Sequence[int] | None = None,
) -> Tensor:
    r"""Atende só a quem está perto, sem jamais montar a matriz de todos os pares.

    .. math::

        o_i = \sum_{j \in J_i} \alpha_{ij} v_j, \qquad
        J_i = \{ j : i - r \le j \le i + r \}
        \quad \text{(causal: } i - r \le j \le i \text{)}

    Dá o mesmo que :func:`~coursekit.attention.attend` com ``window=(radius, radius)`` (ou
    ``(radius, 0)``), em tempo :math:`O(T\,r)` e memória :math:`O(T + r)`, na ida e na volta: nada
    de tamanho ``T x T`` é alocado, e a volta recalcula os pesos em vez de guardá-los. O resto é
    como em ``attend``: a consulta que nada vê vale 0, com gradiente finito; o que está
    escondido não importa, nem que seja ``nan``; a linha que vê ``nan`` ou infinito sai ``nan``;
    float16 e bfloat16 são calculados em float32. Não tem segunda derivada.

    Deriva-se também com ``torch.func.grad`` e ``vjp``; não com ``vmap``, ``jacrev`` nem ``jvp``,
    que são recusadas. ``torch.compile`` não a atravessa, porque o corte se planeja em Python:
    dentro de uma função compilada, chame-a por ``torch.compiler.disable(windowed_attention)``.

    Numa GPU CUDA (geração Ampere ou mais nova, com o Triton), de ``T = 1024`` em diante, usa a
    ``flex_attention`` compilada, depois de a provar ali; a primeira chamada de cada forma demora,
    porque compila. Nas outras, e em float64, o mesmo núcleo da CPU. A compilada faz os produtos
    no tipo das entradas, somando em float32, e não confere se há ``nan``, o que obrigaria a
    esperar a GPU: ele pode estragar também as linhas vizinhas, do mesmo bloco de 128, e uma
    chave infinita de escore −∞ conta como escondida. O que ``key_lengths`` esconde continua
    sem importar; dê-o como lista ou tensor na CPU, que lê-lo da GPU também faz esperar.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``; ``Hkv`` divide ``H``.
        value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.
        radius: raio :math:`r \ge 0`, quantas posições se veem para cada lado; pode passar de ``T``.
        causal: se ``True``, só se vê para trás (e a própria posição).
        scale: fator dos escores, número finito ou tensor de um elemento; ``None`` é
            :math:`1/\sqrt{D}`.
        key_lengths: quantas chaves valem em cada exemplo, inteiros em ``[0, T]``, forma ``(B,)``.

    Returns:
        O contexto, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``; tipo e dispositivo de ``query``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ou outro argumento for de
            tipo errado.
        ValueError: se as formas não casarem, consultas e chaves forem em número diferente, ou
            algum valor sair do domínio.
        RuntimeError: sob ``torch.func.vmap``, ``jacrev`` ou ``jvp``, e na segunda derivada.

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1, para o padrão; a volta por recomputação é a
        ideia de Dao et al. (2022), seção 3.1.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]]])
        >>> windowed_attention(torch.zeros(1, 3, 1), x, x, 1, causal=True).squeeze()
        tensor([1.0000, 1.5000, 4.0000])
    """
    inputs = SparseInputs.checked(query, key, value, scale, key_lengths)
    left, right = window_reach(radius, causal, inputs.length)
    band = Band(inputs.length, left, right, TILE, DEVICE_BUDGET if query.is_cuda else BUDGET)
    if can_accelerate(inputs.tensors, inputs.key_lengths):
        return flex_windowed(inputs.tensors, band, inputs.scale, inputs.key_lengths)
    batches = _plan(inputs.head_limits(), band)
    return inputs.restored(tiled_attention(inputs.flat(), inputs.scale, batches))


def _plan(limits: Sequence[int], band: Band) -> list[WindowBatch]:
    """Os lotes de todas as cabeças, um limite por cabeça; as seguidas de mesmo limite, juntas."""
    batches: list[WindowBatch] = []
    for limit, group in groupby(range(len(limits)), key=limits.__getitem__):
        heads = list(group)
        batches += plan_window(range(heads[0], heads[-1] + 1), limit, band)
    return batches
