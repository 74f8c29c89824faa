"""Funções de pontuação: quanto cada chave combina com cada consulta."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coursekit.attention.checks import batches_match, check_same_kind, positive_number

__all__ = [
    "additive_scores",
    "dot_scores",
    "gaussian_scores",
    "general_scores",
    "scaled_dot_scores",
]


def dot_scores(q: Tensor, k: Tensor) -> Tensor:
    r"""Pontua pelo produto escalar.

    .. math:: s_{ij} = q_i \cdot k_j

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``.

    Returns:
        Escores :math:`s_{ij}`, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se ``q`` e ``k`` não forem flutuantes do mesmo tipo.
        ValueError: se as larguras ou os lotes não casarem.

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1, caso *dot*.

    Example:
        >>> import torch
        >>> dot_scores(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[11.,  2.]])
    """
    _check_pair(q, k)
    _check_equal_width(q, k)
    return q @ k.transpose(-2, -1)  # (..., Tq, Tk)


def scaled_dot_scores(q: Tensor, k: Tensor) -> Tensor:
    r"""Pontua pelo produto escalar dividido por :math:`\sqrt{D}`.

    .. math:: s_{ij} = \frac{q_i \cdot k_j}{\sqrt{D}}

    Com componentes independentes de média 0 e variância 1, a variância de
    :math:`q_i \cdot k_j` é :math:`D`; a divisão a traz de volta a 1, e o softmax não satura.

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``, com ``D >= 1``.

    Returns:
        Escores :math:`s_{ij}`, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se ``q`` e ``k`` não forem flutuantes do mesmo tipo.
        ValueError: se as larguras ou os lotes não casarem.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1).

    Example:
        >>> import torch
        >>> scaled_dot_scores(torch.ones(1, 4), torch.ones(2, 4))
        tensor([[2., 2.]])
    """
    return dot_scores(q, k) / math.sqrt(q.shape[-1])


def general_scores(q: Tensor, k: Tensor, W: Tensor) -> Tensor:
    r"""Pontua por uma forma bilinear (a pontuação *general* de Luong).

    .. math:: s_{ij} = q_i^\top W k_j

    A matriz aprende a comparar espaços diferentes: consulta e chave podem ter larguras
    distintas. Com :math:`W = I`, é :func:`dot_scores`.

    Args:
        q: consultas, forma ``(..., Tq, Dq)``.
        k: chaves, forma ``(..., Tk, Dk)``.
        W: matriz, forma ``(Dq, Dk)``.

    Returns:
        Escores :math:`s_{ij}`, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se os argumentos não forem flutuantes do mesmo tipo.
        ValueError: se ``W`` não for ``(Dq, Dk)`` ou os lotes não casarem.

    Fonte:
        Luong, Pham e Manning (2015), seção 3.1, caso *general*.

    Example:
        >>> import torch
        >>> W = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # troca os componentes da chave
        >>> general_scores(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), W)
        tensor([[10.]])
    """
    _check_pair(q, k)
    check_same_kind(q=q, W=W)
    _check_parameter("W", W, (q.shape[-1], k.shape[-1]), "(Dq, Dk)")
    return q @ W @ k.transpose(-2, -1)  # (..., Tq, Tk)


def additive_scores(q: Tensor, k: Tensor, Wq: Tensor, Wk: Tensor, v: Tensor) -> Tensor:
    r"""Pontua por uma rede de uma camada oculta (a pontuação aditiva de Bahdanau).

    .. math:: s_{ij} = v^\top \tanh(W_q q_i + W_k k_j)

    Como a ``tanh`` fica em :math:`(-1, 1)`, o escore nunca passa de
    :math:`\sum_a |v_a|`. A soma :math:`W_q q_i + W_k k_j` existe para **cada par**: a
    memória intermediária é ``Tq * Tk * A`` números, ``A`` vezes a do produto escalar.

    Args:
        q: consultas, forma ``(..., Tq, Dq)``.
        k: chaves, forma ``(..., Tk, Dk)``.
        Wq: projeção da consulta, forma ``(A, Dq)``.
        Wk: projeção da chave, forma ``(A, Dk)``.
        v: vetor que resume a camada oculta, forma ``(A,)``.

    Returns:
        Escores :math:`s_{ij}`, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se os argumentos não forem flutuantes do mesmo tipo.
        ValueError: se alguma forma não casar com ``(A, Dq)``, ``(A, Dk)``, ``(A,)``.

    Fonte:
        Bahdanau, Cho e Bengio (2015), apêndice A.1.2: :math:`v_a^\top \tanh(W_a s_{i-1} +
        U_a h_j)`, com :math:`W_a, U_a` no papel de ``Wq, Wk``. A camada
        ``keras.layers.AdditiveAttention`` não tem as duas projeções: é este escore com
        ``Wq`` e ``Wk`` iguais à identidade.

    Example:
        >>> import torch
        >>> one = torch.ones(1, 1)
        >>> additive_scores(one, -one, Wq=one, Wk=one, v=torch.ones(1))  # tanh(1 - 1)
        tensor([[0.]])
    """
    _check_pair(q, k)
    check_same_kind(q=q, Wq=Wq, Wk=Wk, v=v)
    hidden = v.shape[0] if v.ndim else 0
    _check_parameter("v", v, (hidden,), "(A,)")
    _check_parameter("Wq", Wq, (hidden, q.shape[-1]), "(A, Dq)")
    _check_parameter("Wk", Wk, (hidden, k.shape[-1]), "(A, Dk)")
    from_query = (q @ Wq.T).unsqueeze(-2)  # (..., Tq, 1, A)
    from_key = (k @ Wk.T).unsqueeze(-3)  # (..., 1, Tk, A)
    return torch.tanh(from_query + from_key) @ v  # (..., Tq, Tk)


def gaussian_scores(q: Tensor, k: Tensor, bandwidth: float | Tensor) -> Tensor:
    r"""Pontua pela proximidade: quanto mais longe a chave, menor o escore.

    .. math:: s_{ij} = -\frac{\lVert q_i - k_j \rVert^2}{2 h^2}

    É o logaritmo do núcleo gaussiano: o softmax destes escores são os pesos de
    :func:`~coursekit.attention.kernel_regression`. O escore é no máximo 0, atingido quando
    a chave é igual à consulta.

    Args:
        q: consultas, forma ``(..., Tq, D)``.
        k: chaves, forma ``(..., Tk, D)``.
        bandwidth: largura do núcleo :math:`h > 0`, na unidade de ``q`` e ``k``; número ou
            tensor de um elemento (que pode ser aprendido).

    Returns:
        Escores :math:`s_{ij} \le 0`, forma ``(..., Tq, Tk)``.

    Raises:
        TypeError: se ``q`` e ``k`` não forem flutuantes do mesmo tipo, ou ``bandwidth`` não
            for número.
        ValueError: se as larguras ou os lotes não casarem, ou ``bandwidth`` não for
            positiva e finita.

    Fonte:
        Nadaraya (1964) e Watson (1964), com núcleo gaussiano.

    Example:
        >>> import torch
        >>> gaussian_scores(torch.tensor([[0.0]]), torch.tensor([[0.0], [2.0]]), bandwidth=1.0)
        tensor([[-0., -2.]])
    """
    _check_pair(q, k)
    _check_equal_width(q, k)
    bandwidth = positive_number("bandwidth", bandwidth)
    # Diferença par a par, e não |q|² − 2q·k + |k|², que perde algarismos quando q ≈ k.
    difference = (q.unsqueeze(-2) - k.unsqueeze(-3)) / bandwidth  # (..., Tq, Tk, D)
    return -difference.square().sum(dim=-1) / 2


def _check_pair(q: Tensor, k: Tensor) -> None:
    """Exige consultas e chaves de mesmo tipo, com eixos (..., T, D) e lotes difundíveis."""
    check_same_kind(q=q, k=k)
    if q.ndim < 2 or k.ndim < 2:
        raise ValueError(
            f"q e k devem ter as formas (..., Tq, D) e (..., Tk, D); recebi {tuple(q.shape)} e "
            f"{tuple(k.shape)}. Um vetor só também leva o eixo do tempo: use q[None]."
        )
    if not batches_match(q, k):
        raise ValueError(
            f"q e k devem ter lotes iguais ou difundíveis; recebi {tuple(q.shape)} e "
            f"{tuple(k.shape)}. Acerte os eixos anteriores aos dois últimos."
        )


def _check_equal_width(q: Tensor, k: Tensor) -> None:
    """Exige a mesma largura D, ao menos 1, em consultas e chaves."""
    if q.shape[-1] != k.shape[-1] or q.shape[-1] == 0:
        raise ValueError(
            f"q e k devem ter a mesma largura D >= 1; recebi {tuple(q.shape)} e {tuple(k.shape)}. "
            "Para larguras diferentes, use general_scores ou additive_scores."
        )


def _check_parameter(name: str, parameter: Tensor, shape: tuple[int, ...], legend: str) -> None:
    """Exige a forma exata de um parâmetro."""
    if tuple(parameter.shape) != shape:
        raise ValueError(
            f"{name} deve ter a forma {legend} = {shape}; recebi {tuple(parameter.shape)}. "
            f"Confira as larguras de q e k, e se {name} não está transposta."
        )
