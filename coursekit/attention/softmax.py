"""Softmax: dos escores aos pesos de soma 1, com temperatura e com máscara."""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.attention.checks import check_floating, positive_number

__all__ = ["masked_softmax", "softmax"]


def softmax(scores: Tensor, temperature: float | Tensor = 1.0) -> Tensor:
    r"""Transforma escores em pesos positivos de soma 1.

    .. math::

        \alpha_i = \frac{e^{(s_i - m)/T}}{\sum_k e^{(s_k - m)/T}}, \qquad m = \max_k s_k

    Subtrair o máximo não muda o resultado (numerador e denominador se dividem por
    :math:`e^{m/T}`) e impede o estouro: o maior expoente passa a ser 0. A subtração vem
    **antes** da divisão por :math:`T`, e por isso nem uma temperatura minúscula estoura.

    Um ``nan`` em qualquer escore torna ``nan`` a linha inteira. Escore −∞ dá peso 0, mas
    uma linha só de −∞ dá ``nan``: para esconder chaves, use :func:`masked_softmax`.

    Args:
        scores: escores :math:`s_i`, forma ``(..., Tk)`` com ``Tk >= 1``.
        temperature: :math:`T > 0`, número ou tensor de um elemento; perto de 0, todo o
            peso vai para o maior escore; muito grande, os pesos ficam iguais.

    Returns:
        Pesos :math:`\alpha_i`, forma e tipo de ``scores``; cada linha soma 1.

    Raises:
        TypeError: se ``scores`` não for um tensor de ponto flutuante, ou ``temperature``
            não for número.
        ValueError: se ``scores`` não tiver nenhum escore por linha, ou ``temperature`` não
            for positiva e finita.

    Fonte:
        Hinton, Vinyals e Dean (2015), seção 2, eq. (1), para a temperatura. A subtração do
        máximo é prática corrente de cálculo numérico, ausente do artigo.

    Example:
        >>> import math, torch
        >>> softmax(torch.tensor([0.0, math.log(3.0)]))
        tensor([0.2500, 0.7500])
        >>> softmax(torch.tensor([1000.0, 1000.0]))  # o softmax ingênuo daria nan
        tensor([0.5000, 0.5000])
    """
    check_floating("scores", scores)
    temperature = positive_number("temperature", temperature)
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(
            f"scores deve ter ao menos um escore por linha, forma (..., Tk); recebi a forma "
            f"{tuple(scores.shape)}. Junte os escores num eixo só, por exemplo com reshape(1, -1)."
        )
    # O máximo é uma constante que se cancela: fora do grafo, não custa nada ao gradiente.
    shifted = scores - scores.detach().amax(dim=-1, keepdim=True)
    return (shifted / temperature).softmax(dim=-1)


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    r"""Normaliza os escores de atenção, ignorando as chaves mascaradas.

    .. math::

        \alpha_{ij} = \frac{m_{ij}\, e^{s_{ij}}}{\sum_{k} m_{ik}\, e^{s_{ik}}}

    Linha sem nenhuma chave visível recebe pesos zero (e não ``nan``): é o que
    acontece com o preenchimento de uma sequência vazia, e mantém finito o
    gradiente das demais linhas do lote. O escore escondido não importa, nem que seja
    ``nan``; um ``nan`` visível continua visível na sua linha.

    Args:
        scores: escores :math:`s_{ij}`, forma ``(..., Tk)``; em geral ``(B, Tq, Tk)``.
        mask: ``True`` onde a consulta pode ver a chave; booleana, difundível para a
            forma de ``scores``. ``None`` deixa todas as chaves visíveis.

    Returns:
        Pesos :math:`\alpha_{ij}`, forma de ``scores``; cada linha soma 1, ou 0 se
        estiver inteiramente mascarada; peso exatamente 0 onde ``mask`` é ``False``.

    Raises:
        TypeError: se ``scores`` não for de ponto flutuante ou ``mask`` não for booleana.
        ValueError: se ``mask`` não puder ser difundida para a forma de ``scores``.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1); máscara, seção 3.2.3. O artigo soma
        −∞ aos escores escondidos e não trata a linha inteiramente escondida.

    Example:
        >>> import torch
        >>> masked_softmax(torch.zeros(2, 3), torch.tensor([True, True, False]))
        tensor([[0.5000, 0.5000, 0.0000],
                [0.5000, 0.5000, 0.0000]])
    """
    check_floating("scores", scores)
    if mask is None:
        return scores.softmax(dim=-1)
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        kind = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(
            f"mask deve ser um tensor booleano (True = visível); recebi {kind}. "
            "Converta com mask.bool()."
        )
    try:
        mask = mask.expand(scores.shape)
    except RuntimeError as error:
        raise ValueError(
            f"mask de forma {tuple(mask.shape)} não se difunde para a forma dos "
            f"escores, {tuple(scores.shape)}. Use (Tk,), (Tq, Tk) ou (B, Tq, Tk)."
        ) from error
    empty = ~mask.any(dim=-1, keepdim=True)
    # Linha toda −inf daria 0/0 = nan, também no gradiente: troca-se por zeros antes do softmax.
    filled = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0.0)
    return filled.softmax(dim=-1).masked_fill(~mask, 0.0)
