"""Softmax em fluxo: o denominador sem ter visto o fim. É a ideia da «flash attention»."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from coursekit.attention.attend_checks import check_inputs, check_options
from coursekit.attention.checks import check_floating
from coursekit.attention.exposure import decide, replace_broken

__all__ = ["online_softmax", "streaming_attention"]


def online_softmax(scores: Tensor) -> Tensor:
    r"""Softmax com o máximo e a soma acumulados numa só passada, um escore de cada vez.

    .. math::

        m' = \max(m, s_t), \qquad \ell' = \ell\, e^{m - m'} + e^{s_t - m'}

    Quando o máximo sobe, a soma antiga é corrigida pelo fator :math:`e^{m - m'}`: nada do que
    passou precisa ser visto de novo. Escore −∞ dá peso 0; linha só de −∞, ou sem escore
    nenhum, dá pesos 0.

    Args:
        scores: escores, forma ``(..., Tk)``.

    Returns:
        Pesos, mesma forma; cada linha soma 1 (ou 0, se nada é finito nela).

    Raises:
        TypeError: se ``scores`` não for um tensor de ponto flutuante.
        ValueError: se não tiver eixo algum.

    Fonte:
        Milakov e Gimelshein (2018), algoritmo 3.

    Example:
        >>> import math, torch
        >>> online_softmax(torch.tensor([0.0, math.log(3.0)]))
        tensor([0.2500, 0.7500])
    """
    check_floating("scores", scores)
    if scores.ndim == 0:
        raise ValueError(
            "scores deve ter ao menos um eixo, forma (..., Tk); recebi a forma (). "
            "Use scores.reshape(1)."
        )
    # O máximo é uma constante que se cancela: fica fora do grafo, como em softmax.
    highest = torch.full_like(scores.detach()[..., :0].sum(dim=-1), -math.inf)
    total = torch.zeros_like(highest)
    for score in scores.unbind(dim=-1):
        rising = torch.maximum(highest, score.detach())
        center = _finite(rising)
        total = total * (highest - center).exp() + (score - center).exp()
        highest = rising
    terms = (scores - _finite(highest).unsqueeze(-1)).exp()
    return terms / total.masked_fill(total == 0, 1.0).unsqueeze(-1)


def streaming_attention(
    query: Tensor, key: Tensor, value: Tensor, *, causal: bool = False, block: int = 64
) -> Tensor:
    r"""Atenção exata em blocos de chaves, sem guardar a matriz de pesos.

    Para cada consulta guardam-se três coisas: o maior escore :math:`m`, a soma :math:`\ell` e o
    contexto ainda sem dividir :math:`a`. Um bloco novo, de escores :math:`s`, os atualiza:

    .. math::

        m' = \max(m, \max s), \quad \ell' = \ell\,e^{m-m'} + \sum_j e^{s_j - m'}, \quad
        a' = a\,e^{m-m'} + \sum_j e^{s_j - m'} v_j

    e no fim :math:`o = a / \ell`. Dá **o mesmo** que :func:`~coursekit.attention.attend`, também
    com o que está escondido, que não importa, e em float16, calculado em float32; e com
    memória :math:`O(T_q \cdot \text{block})` na ida em vez de :math:`O(T_q T_k)`. Os pares
    calculados são os mesmos: economiza memória e tráfego, não operações. (A derivação automática
    desta versão legível guarda os blocos; a «flash» de verdade os recalcula na volta.)

    Args:
        query: consultas, forma ``(B, H, Tq, D)`` ou ``(B, Tq, D)``, com ``D >= 1``.
        key: chaves, forma ``(B, H, Tk, D)`` ou ``(B, Tk, D)``.
        value: valores, forma ``(B, H, Tk, Dv)`` ou ``(B, Tk, Dv)``.
        causal: se ``True``, nenhuma consulta vê chaves à sua frente; a última consulta fica junto
            da última chave, como em ``attend``.
        block: chaves por bloco, ``>= 1``.

    Returns:
        O contexto, forma ``(B, H, Tq, Dv)`` ou ``(B, Tq, Dv)``; consulta que nada vê vale 0.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ``causal`` não for booleano
            ou ``block`` não for inteiro.
        ValueError: se as formas não casarem, houver cabeças divididas ou ``block < 1``.

    Fonte:
        Rabe e Staats (2021), seção 2, e Dao et al. (2022), seção 3.1, algoritmo 1 (só a ida).

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [3.0], [8.0]]])
        >>> streaming_attention(torch.zeros(1, 3, 1), torch.zeros(1, 3, 1), x, block=2).squeeze()
        tensor([4., 4., 4.])
    """
    _check(query, key, value, causal, block)
    working = torch.promote_types(query.dtype, torch.float32)
    inputs = [x.to(working) for x in (query, key, value)]
    last = torch.arange(query.shape[-2], device=query.device) + key.shape[-2] - query.shape[-2]
    finite = [replace_broken(x) for x in inputs]
    context = _stream(finite, last if causal else None, block)
    if not all(decide(x.isfinite().all()) for x in inputs):
        context = context + _nan_where_seen(inputs, last if causal else None)
    return context.to(value.dtype)


def _stream(tensors: Sequence[Tensor], last: Tensor | None, block: int) -> Tensor:
    """A conta, com números finitos; ``last`` é a última chave que cada consulta vê."""
    query, key, value = tensors
    query = query / math.sqrt(query.shape[-1])
    highest = torch.full_like(query.detach()[..., :1], -math.inf)  # m, (..., Tq, 1)
    total = torch.zeros_like(highest)  # l
    context = query.new_zeros((*query.shape[:-1], value.shape[-1]))  # a, (..., Tq, Dv)
    for start in range(0, key.shape[-2], block):
        scores = query @ key[..., start : start + block, :].transpose(-2, -1)
        if last is not None:
            position = torch.arange(start, start + scores.shape[-1], device=query.device)
            scores = scores.masked_fill(position > last[:, None], -math.inf)
        rising = torch.maximum(highest, scores.detach().amax(dim=-1, keepdim=True))
        center = _finite(rising)
        terms, keep = (scores - center).exp(), (highest - center).exp()
        total = total * keep + terms.sum(dim=-1, keepdim=True)
        context = context * keep + terms @ value[..., start : start + block, :]
        highest = rising
    return context / total.masked_fill(total == 0, 1.0)


def _nan_where_seen(tensors: Sequence[Tensor], last: Tensor | None) -> Tensor:
    """Zeros com nan onde o contexto depende de algo quebrado e à vista: (..., Tq, Dv)."""
    query, key, value = tensors
    marks = torch.cat([~key.isfinite().all(dim=-1, keepdim=True), ~value.isfinite()], dim=-1)
    # Quantos quebrados há nas primeiras n chaves, n de 0 a Tk; cada consulta lê a sua linha.
    counts = torch.nn.functional.pad(marks.long().cumsum(dim=-2), (0, 0, 1, 0))
    end = key.shape[-2] if last is None else (last + 1).clamp(min=0)
    ends = torch.as_tensor(end, device=query.device).expand(query.shape[-2])
    seen = counts[..., ends, :] > 0  # (..., Tq, 1 + Dv)
    asked = ~query.isfinite().all(dim=-1, keepdim=True) & (ends > 0)[:, None]
    broken = seen[..., 1:] | seen[..., :1] | asked
    return torch.zeros(broken.shape, dtype=value.dtype, device=value.device).masked_fill(
        broken, torch.nan
    )


def _finite(highest: Tensor) -> Tensor:
    """Troca −∞ (ainda nada visto) por 0, que não muda a conta."""
    return highest.masked_fill(highest == -math.inf, 0.0)


def _check(query: Tensor, key: Tensor, value: Tensor, causal: bool, block: int) -> None:
    """Confere as entradas."""
    check_inputs(query, key, value)
    check_options(causal, None)
    if isinstance(block, bool) or not isinstance(block, int):
        raise TypeError(
            f"block deve ser um inteiro; recebi {type(block).__name__}. Use, por exemplo, block=64."
        )
    if block < 1:
        raise ValueError(
            f"block deve ser pelo menos 1; recebi {block}. Use, por exemplo, block=64."
        )
    if query.ndim == 4 and query.shape[1] != key.shape[1]:
        raise ValueError(
            f"recebi {query.shape[1]} cabeças de consulta e {key.shape[1]} de chave; aceito o "
            "mesmo número. Repita as de chave e valor com repeat_interleave(grupo, dim=1)."
        )
