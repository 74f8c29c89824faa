"""Atenção em janela deslizante, exata, em tempo e memória proporcionais ao comprimento."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.attend import attend
from coursekit.attention.attend_checks import check_inputs, check_options
from coursekit.attention.checks import finite_number
from coursekit.attention.exposure import replace_broken
from coursekit.attention.masks import padding_mask
from coursekit.attention.sparse.accelerated import can_accelerate, flex_windowed
from coursekit.attention.sparse.window_exposure import nan_where_broken_is_seen
from coursekit.attention.sparse.window_kernel import window_context
from coursekit.attention.sparse.window_plan import Band, plan_batches

__all__ = ["windowed_attention", "windowed_attention_readable"]

# Ladrilho e escores por lote: os que cabem no cache de segundo nível de um processador comum.
TILE = 64
BUDGET = 2**18


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

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]]])
        >>> windowed_attention_readable(torch.zeros(1, 3, 1), x, x, 1).squeeze()
        tensor([1.5000, 3.0000, 4.0000])
    """
    length = query.shape[-2]
    contexts = []
    for start in range(0, length, block):
        stop = min(start + block, length)
        first = max(0, start - radius)
        last = min(length, stop + (0 if causal else radius))
        ahead = torch.arange(first, last) - torch.arange(start, stop)[:, None]
        visible = (-radius <= ahead) & (ahead <= (0 if causal else radius))
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

    Numa GPU, usa ``flex_attention`` compilada onde ela serve; senão, o mesmo núcleo da CPU.

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

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1, para o padrão; a volta por recomputação é a
        ideia de Dao et al. (2022), seção 3.1.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [2.0], [6.0]]])
        >>> windowed_attention(torch.zeros(1, 3, 1), x, x, 1, causal=True).squeeze()
        tensor([1.0000, 1.5000, 4.0000])
    """
    check_inputs(query, key, value)
    check_options(causal, None)
    _check_window(query, key, radius)
    limits = _check_lengths(key_lengths, query)
    tensors = (query, key, value)
    # A soma só é finita se tudo for: uma passada barata decide se é preciso o cuidado.
    if all(bool(x.detach().sum(dtype=torch.float64).isfinite()) for x in tensors):
        return _attend_window(tensors, radius, causal, scale, limits)
    context = _attend_window(tuple(map(replace_broken, tensors)), radius, causal, scale, limits)
    return context + nan_where_broken_is_seen(tensors, radius, 0 if causal else radius, limits)


def _attend_window(
    tensors: tuple[Tensor, ...],
    radius: int,
    causal: bool,
    scale: float | Tensor | None,
    limits: list[int] | None,
) -> Tensor:
    """Leva as entradas à forma do núcleo, ``(cabeças, T, D)``, e o resultado de volta."""
    query = tensors[0]
    length, batch = query.shape[-2], query.shape[0]
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else finite_number("scale", scale)
    flat = _flatten(*tensors)
    if isinstance(factor, Tensor):
        flat, factor = [flat[0] * factor, *flat[1:]], 1.0  # a escala também recebe gradiente
    reach = min(radius, max(length - 1, 0))
    band = Band(length, reach, 0 if causal else reach, TILE, BUDGET)
    if limits is None and can_accelerate(flat):
        context = flex_windowed(flat, band, factor)
    else:
        context = _run(flat, factor, band, limits or [length] * bool(batch))
    shape = (*query.shape[:-1], tensors[2].shape[-1])
    return context.reshape(shape).to(query.dtype)


def _run(flat: list[Tensor], factor: float, band: Band, limits: list[int]) -> Tensor:
    """Roda o núcleo; cada limite de chaves vale para uma fatia igual das cabeças."""
    share = len(flat[0]) // max(len(limits), 1)
    batches = [
        batch
        for example, limit in enumerate(limits)
        for batch in plan_batches(range(example * share, (example + 1) * share), limit, band)
    ]
    return window_context(flat, factor, band, batches)


def _flatten(query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
    """Achata lote e cabeças, em float32 ou mais, repetindo as cabeças divididas."""
    working = torch.promote_types(query.dtype, torch.float32)
    if query.ndim == 4 and query.shape[1] != key.shape[1]:
        group = query.shape[1] // key.shape[1]
        key, value = (x.repeat_interleave(group, dim=1) for x in (key, value))
    return [x.to(working).flatten(0, -3) for x in (query, key, value)]


def _check_window(query: Tensor, key: Tensor, radius: Any) -> None:
    """Confere o raio e que há tantas chaves quantas consultas."""
    if isinstance(radius, bool) or not isinstance(radius, Integral):
        raise TypeError(
            f"radius deve ser um inteiro; recebi {type(radius).__name__}. "
            "É quantas posições se veem para cada lado, por exemplo radius=128."
        )
    if radius < 0:
        raise ValueError(
            f"radius não pode ser negativo; recebi {radius}. "
            "Com radius=0, cada posição vê só a si mesma."
        )
    if query.shape[-2] != key.shape[-2]:
        raise ValueError(
            f"recebi {query.shape[-2]} consultas e {key.shape[-2]} chaves; aceito o mesmo número "
            "T das duas. Na geração com cache, use attend(..., window=(radius, 0))."
        )


def _check_lengths(lengths: Tensor | Sequence[int] | None, query: Tensor) -> list[int] | None:
    """Confere os comprimentos e os devolve como lista, um por exemplo."""
    if lengths is None:
        return None
    counts = torch.as_tensor(lengths)
    if not isinstance(lengths, Tensor) and len(lengths) == 0:
        counts = counts.long()  # de uma lista vazia, o PyTorch faria ponto flutuante
    if counts.shape != (query.shape[0],):
        raise ValueError(
            f"key_lengths deve ter a forma (B,) = ({query.shape[0]},), um comprimento por "
            f"exemplo; recebi {tuple(counts.shape)}. Conte as chaves que valem em cada exemplo."
        )
    padding_mask(counts, query.shape[-2])  # recusa o que não for inteiro em [0, T]
    return [int(count) for count in counts.tolist()]
