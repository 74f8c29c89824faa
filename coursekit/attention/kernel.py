"""Regressão por núcleo (Nadaraya–Watson) como atenção."""

from __future__ import annotations

from torch import Tensor

from coursekit.attention.checks import batches_match, check_same_kind
from coursekit.attention.scores import gaussian_scores
from coursekit.attention.softmax import masked_softmax

__all__ = ["kernel_regression"]


def kernel_regression(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bandwidth: float | Tensor,
    *,
    mask: Tensor | None = None,
) -> Tensor:
    r"""Prevê em cada consulta a média dos valores, pesada pela proximidade das chaves.

    .. math::

        \hat f(q) = \frac{\sum_j e^{-\lVert q - k_j \rVert^2 / 2h^2}\, v_j}
                         {\sum_j e^{-\lVert q - k_j \rVert^2 / 2h^2}}
                  = \sum_j \operatorname{softmax}_j\!\Big(
                        -\tfrac{\lVert q - k_j \rVert^2}{2h^2}\Big)\, v_j

    As duas escritas são o mesmo número; a segunda é atenção, com
    :func:`~coursekit.attention.gaussian_scores`. Escrita com softmax, a conta não vira
    0/0 longe dos dados nem com :math:`h` minúsculo: tende ao vizinho mais próximo.

    Args:
        query: pontos a prever, forma ``(Tq,)`` ou ``(..., Tq, D)``.
        key: pontos conhecidos, forma ``(Tk,)`` ou ``(..., Tk, D)``.
        value: alvos conhecidos, forma ``(Tk,)`` ou ``(..., Tk, Dv)``.
        bandwidth: largura do núcleo :math:`h > 0`, na unidade de ``query``; número ou tensor
            de um elemento (que pode ser aprendido por gradiente).
        mask: booleana ``(Tq, Tk)``, ``True`` onde o ponto conhecido conta; para validar
            deixando um de fora, ``~torch.eye(Tk, dtype=torch.bool)``. Ao contrário de
            :func:`~coursekit.attention.attend`, um ``nan`` em ``value`` passa mesmo escondido.

    Returns:
        Previsões, forma ``(Tq,)`` se ``value`` for ``(Tk,)``, senão ``(..., Tq, Dv)``.

    Raises:
        TypeError: se os tensores não forem flutuantes do mesmo tipo, ``mask`` não for
            booleana ou ``bandwidth`` não for número.
        ValueError: se as formas não casarem, ou ``bandwidth`` não for positiva e finita.

    Fonte:
        Nadaraya (1964); Watson (1964). A leitura como atenção está em Tsai et al. (2019).

    Example:
        >>> import torch
        >>> x, y = torch.tensor([0.0, 1.0]), torch.tensor([2.0, 4.0])
        >>> kernel_regression(torch.tensor([0.5]), x, y, bandwidth=0.3)  # equidistante
        tensor([3.])
    """
    check_same_kind(query=query, key=key, value=value)
    points, known = (x.unsqueeze(-1) if x.ndim == 1 else x for x in (query, key))
    scores = gaussian_scores(points, known, bandwidth)  # (..., Tq, Tk)
    vectors = value.unsqueeze(-1) if value.ndim == 1 else value  # (..., Tk, Dv)
    if (
        value.ndim == 0
        or vectors.shape[-2] != scores.shape[-1]
        or not batches_match(scores, vectors)
    ):
        raise ValueError(
            f"value deve ter um alvo por chave, forma (Tk,) ou (..., Tk, Dv); recebi value "
            f"{tuple(value.shape)} e key {tuple(key.shape)}. Confira o número de pontos e o lote."
        )
    return masked_softmax(scores, mask) @ value
