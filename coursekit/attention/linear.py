"""Atenção linear: trocar o softmax por um produto de atributos, e a ordem da conta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.attend_checks import check_inputs, check_options

__all__ = ["elu_features", "linear_attention", "linear_attention_recurrent"]

FeatureMap = Callable[[Tensor], Tensor]


def elu_features(x: Tensor) -> Tensor:
    r"""Atributos positivos da atenção linear: :math:`\phi(x) = \operatorname{elu}(x) + 1`.

    Args:
        x: consultas ou chaves, qualquer forma.

    Returns:
        :math:`x + 1` onde :math:`x > 0`, :math:`e^x` onde não; mesma forma, sempre positivo.

    Fonte:
        Katharopoulos et al. (2020), eq. (7).

    Example:
        >>> import torch
        >>> elu_features(torch.tensor([0.0, 2.0]))
        tensor([1., 3.])
    """
    return torch.nn.functional.elu(x) + 1


def linear_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    causal: bool = False,
    feature_map: FeatureMap = elu_features,
) -> Tensor:
    r"""Atenção linear em paralelo: primeiro as chaves com os valores, depois as consultas.

    .. math::

        o_i = \frac{\phi(q_i)^T \sum_j \phi(k_j)\, v_j^T}{\phi(q_i)^T \sum_j \phi(k_j)}

    As somas não dependem de :math:`i` (causal: são somas corridas até :math:`i`), e por isso o
    custo é :math:`O(T\,D\,D_v)`. **Não é** a atenção com softmax mais barata: os pesos são outros,
    e a consulta já não consegue olhar para uma chave só. Denominador 0 dá contexto 0. Em float16 e
    bfloat16 a conta é feita em float32.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        key: chaves, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        value: valores, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``.
        causal: se ``True``, a consulta ``i`` só vê as chaves até ``i``.
        feature_map: :math:`\phi`, aplicada a consultas e chaves; deve dar números não negativos,
            com o mesmo último eixo nas duas.

    Returns:
        O contexto, forma de ``query`` com ``Dv`` no último eixo.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ``causal`` não for
            booleano, ou ``feature_map`` não for função que dê tensores desse tipo.
        ValueError: se as formas não casarem, também as dos atributos, houver cabeças divididas,
            ou números diferentes de consultas e chaves com ``causal``.

    Fonte:
        Katharopoulos et al. (2020), eqs. (4) a (6); causal, eqs. (9) a (12).

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [3.0]]])
        >>> linear_attention(torch.zeros(1, 2, 1), torch.zeros(1, 2, 1), x, causal=True).squeeze()
        tensor([1., 2.])
    """
    _check(query, key, value, causal)
    dtype, (query, key, value) = query.dtype, _in_float32(query, key, value)
    queries, keys = _features(feature_map, query, key)  # (..., T, R)
    if causal:
        sums = torch.einsum("...tr,...td->...trd", keys, value).cumsum(dim=-3)
        numerator = torch.einsum("...tr,...trd->...td", queries, sums)
        denominator = (queries * keys.cumsum(dim=-2)).sum(dim=-1, keepdim=True)
    else:
        numerator = queries @ (keys.transpose(-2, -1) @ value)
        denominator = queries @ keys.sum(dim=-2).unsqueeze(-1)
    return _divide(numerator, denominator).to(dtype)


def linear_attention_recurrent(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    feature_map: FeatureMap = elu_features,
) -> Tensor:
    r"""A mesma atenção linear causal, como rede recorrente: um estado que só cresce por somas.

    .. math::

        S_t = S_{t-1} + \phi(k_t)\, v_t^T, \qquad z_t = z_{t-1} + \phi(k_t), \qquad
        o_t = \frac{\phi(q_t)^T S_t}{\phi(q_t)^T z_t}

    O estado tem tamanho fixo, :math:`R \times D_v` mais :math:`R`, seja qual for o comprimento:
    gerar uma posição custa sempre o mesmo. É :func:`linear_attention` com ``causal=True``.

    Args:
        query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        key: chaves, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
        value: valores, forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``.
        feature_map: :math:`\phi`, como em :func:`linear_attention`.

    Returns:
        O contexto, forma de ``query`` com ``Dv`` no último eixo.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ou ``feature_map`` não for
            função que dê tensores desse tipo.
        ValueError: se as formas não casarem, também as dos atributos.

    Fonte:
        Katharopoulos et al. (2020), eqs. (16) a (20), «Transformers are RNNs».

    Example:
        >>> import torch
        >>> x = torch.tensor([[[1.0], [3.0]]])
        >>> linear_attention_recurrent(torch.zeros(1, 2, 1), torch.zeros(1, 2, 1), x).squeeze()
        tensor([1., 2.])
    """
    _check(query, key, value, True)
    dtype, (query, key, value) = query.dtype, _in_float32(query, key, value)
    queries, keys = _features(feature_map, query, key)
    state = value.new_zeros((*keys.shape[:-2], keys.shape[-1], value.shape[-1]))  # (..., R, Dv)
    total = torch.zeros_like(keys[..., :0, :].sum(dim=-2))  # (..., R)
    contexts = []
    for q, k, v in zip(queries.unbind(-2), keys.unbind(-2), value.unbind(-2), strict=True):
        state = state + k.unsqueeze(-1) * v.unsqueeze(-2)
        total = total + k
        numerator = (q.unsqueeze(-2) @ state).squeeze(-2)
        contexts.append(_divide(numerator, (q * total).sum(dim=-1, keepdim=True)))
    if not contexts:
        return value.new_zeros(value.shape, dtype=dtype)
    return torch.stack(contexts, dim=-2).to(dtype)


def _features(feature_map: Any, query: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
    """Aplica os atributos a consultas e chaves, conferindo o que devolvem."""
    if not callable(feature_map):
        raise TypeError(
            "feature_map deve ser uma função de tensor em tensor; recebi "
            f"{type(feature_map).__name__}. Use, por exemplo, feature_map=elu_features."
        )
    queries, keys = (_mapped(feature_map(x), x) for x in (query, key))
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(
            "feature_map deve dar a consultas e chaves a mesma largura R; recebi "
            f"{queries.shape[-1]} e {keys.shape[-1]}. Use a mesma conta nas duas."
        )
    return queries, keys


def _mapped(features: Any, like: Tensor) -> Tensor:
    """Exige atributos do tipo e da forma de quem os deu, menos a largura."""
    kind = features.dtype if isinstance(features, Tensor) else type(features).__name__
    if kind != like.dtype:
        raise TypeError(
            f"feature_map deve devolver um tensor {like.dtype}, o tipo da conta; recebi {kind}. "
            "Faça a conta só com operações de tensores, sem mudar o tipo."
        )
    rows = tuple(like.shape[:-1])
    if not isinstance(features, Tensor) or tuple(features.shape[:-1]) != rows or not features.ndim:
        raise ValueError(
            f"feature_map deve devolver a forma ({', '.join(map(str, rows))}, R); recebi "
            f"{tuple(features.shape)}. Só o último eixo pode mudar de tamanho."
        )
    return features


def _in_float32(*tensors: Tensor) -> list[Tensor]:
    """Leva as três a float32 ou mais: uma soma longa em 16 bits para de crescer, ou estoura."""
    return [x.to(torch.promote_types(x.dtype, torch.float32)) for x in tensors]


def _divide(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Divide, com 0/0 = 0 e gradiente finito."""
    empty = denominator == 0
    return (numerator / denominator.masked_fill(empty, 1.0)).masked_fill(empty, 0.0)


def _check(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> None:
    """Confere as entradas."""
    check_inputs(query, key, value)
    check_options(causal, None)
    if query.ndim == 4 and query.shape[1] != key.shape[1]:
        raise ValueError(
            f"recebi {query.shape[1]} cabeças de consulta e {key.shape[1]} de chave; aceito o "
            "mesmo número. Repita as de chave e valor com repeat_interleave(grupo, dim=1)."
        )
    if causal and query.shape[-2] != key.shape[-2]:
        raise ValueError(
            f"recebi {query.shape[-2]} consultas e {key.shape[-2]} chaves; a forma causal precisa "
            "do mesmo número. Corte a maior, ou use causal=False."
        )
