"""Ponderar: pesos por limiar, pesos normalizados e média ponderada."""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.attention.checks import batches_match, check_floating, check_same_kind

__all__ = ["normalize_weights", "threshold_weights", "weighted_mean"]


def threshold_weights(
    values: Tensor, threshold: float | Tensor, high: float = 2.0, low: float = 1.0
) -> Tensor:
    r"""Dá um peso alto a quem passa do limiar e um peso baixo aos demais (atenção dura).

    .. math::

        w_i = \begin{cases} w_\text{alto} & x_i > \theta \\ w_\text{baixo} & x_i \le \theta
        \end{cases}

    A comparação é estrita: quem é igual ao limiar fica com o peso baixo. Os pesos não
    somam 1 (veja :func:`normalize_weights`) e não levam gradiente ao limiar nem aos
    valores: comparar é uma escada, de derivada nula.

    Args:
        values: valores :math:`x_i`, de qualquer forma, sem ``nan``.
        threshold: limiar :math:`\theta`, na unidade dos valores.
        high: peso de quem passa do limiar.
        low: peso dos demais.

    Returns:
        Pesos, forma e tipo de ``values``, sem gradiente.

    Raises:
        TypeError: se ``values`` não for um tensor de ponto flutuante.
        ValueError: se houver ``nan`` nos valores ou no limiar, que não são maiores nem menores.

    Example:
        >>> import torch
        >>> threshold_weights(torch.tensor([1.0, 6.0, 5.0]), threshold=5.0)
        tensor([1., 2., 1.])
    """
    check_floating("values", values)
    limit = torch.as_tensor(threshold, dtype=values.dtype, device=values.device)
    if values.isnan().any() or limit.isnan().any():
        raise ValueError(
            "values e threshold devem ser comparáveis; recebi nan, que não é maior nem menor "
            "que nada. Retire-o ou troque-o por um número antes de ponderar."
        )
    return torch.full_like(values, low).masked_fill(values > limit, high)


def normalize_weights(weights: Tensor) -> Tensor:
    r"""Divide cada linha de pesos pela sua soma.

    .. math::

        \alpha_i = w_i \Big/ \sum_k w_k

    Linha só de zeros continua só de zeros: sem ninguém a quem atender, a atenção é nula,
    a mesma regra de :func:`~coursekit.attention.masked_softmax`.

    Args:
        weights: pesos :math:`w_i \ge 0`, forma ``(..., Tk)``.

    Returns:
        Pesos de mesma forma; cada linha soma 1, ou 0 se todos os seus pesos eram 0.

    Raises:
        TypeError: se ``weights`` não for um tensor de ponto flutuante.
        ValueError: se não houver eixo, se houver peso negativo, ou se a soma de uma linha
            não for finita (``nan``, infinito ou estouro do tipo numérico).

    Example:
        >>> import torch
        >>> normalize_weights(torch.tensor([2.0, 1.0, 1.0]))
        tensor([0.5000, 0.2500, 0.2500])
    """
    check_floating("weights", weights)
    if weights.ndim == 0:
        raise ValueError(
            "weights deve ter ao menos um eixo, forma (..., Tk); recebi um escalar, de forma (). "
            "Use weights[None]."
        )
    total = weights.sum(dim=-1, keepdim=True)
    if (weights < 0).any():
        raise ValueError(
            f"weights não pode ter negativos; recebi o mínimo {weights.min().item():g}. "
            "Para escores de qualquer sinal, use softmax(scores)."
        )
    if not total.isfinite().all():
        raise ValueError(
            "weights deve ter soma finita em cada linha; recebi nan, infinito ou pesos que "
            f"estouram {weights.dtype}. Corrija os pesos ou converta com weights.double()."
        )
    return weights / total.masked_fill(total == 0, 1.0)


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    r"""Calcula a média dos valores com os pesos dados.

    .. math::

        c = \sum_i \alpha_i v_i, \qquad \alpha_i = w_i \Big/ \sum_k w_k

    Como os :math:`\alpha_i` são positivos e somam 1, o resultado fica entre o menor e o
    maior valor (no envelope convexo dos vetores). Linha de pesos nulos dá 0.

    Args:
        values: valores, forma ``(Tk,)`` ou ``(..., Tk, Dv)``.
        weights: pesos não negativos, forma ``(Tk,)`` ou ``(..., Tq, Tk)``; não precisam
            somar 1.

    Returns:
        A média: escalar, ``(Tq,)``, ``(Dv,)`` ou ``(..., Tq, Dv)``, o produto das formas
        ``weights @ values``.

    Raises:
        TypeError: se algum argumento não for flutuante, ou os tipos diferirem.
        ValueError: se as formas não casarem, ou os pesos forem recusados por
            :func:`normalize_weights`.

    Example:
        >>> import torch
        >>> weighted_mean(torch.tensor([0.0, 4.0, 8.0]), torch.tensor([2.0, 1.0, 1.0]))
        tensor(3.)
    """
    check_same_kind(values=values, weights=weights)
    num_values = values.shape[-2:][0] if values.ndim else None
    if weights.ndim == 0 or weights.shape[-1] != num_values or not batches_match(values, weights):
        raise ValueError(
            f"recebi values {tuple(values.shape)} e weights {tuple(weights.shape)}; aceito values "
            "(Tk,) ou (..., Tk, Dv) com weights (Tk,) ou (..., Tq, Tk), de mesmo Tk e mesmo lote. "
            "Confira se há um peso por valor."
        )
    return normalize_weights(weights) @ values
