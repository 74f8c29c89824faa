r"""Quanto cresce o produto escalar com a dimensão, e o que isso faz com o softmax."""

from __future__ import annotations

import torch

from coursekit.attention import softmax

__all__ = ["dot_product_variance", "mean_jacobian_trace"]


def dot_product_variance(dim: int, *, generator: torch.Generator, num_pairs: int = 40_000) -> float:
    r"""Mede a variância de :math:`q \cdot k` entre vetores normais independentes.

    Args:
        dim: dimensão ``D`` dos vetores, inteiro positivo.
        generator: gerador do PyTorch que sorteia os vetores.
        num_pairs: pares sorteados, inteiro maior que 1.

    Returns:
        Variância amostral; em teoria, vale ``dim``.

    Raises:
        ValueError: se ``dim`` não for positivo ou ``num_pairs`` for menor que 2.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, nota 4.
    """
    if dim < 1 or num_pairs < 2:
        raise ValueError(
            f"dim deve ser positivo e num_pairs ao menos 2; recebi dim={dim} e "
            f"num_pairs={num_pairs}. Uma variância precisa de dois números ou mais."
        )
    query, key = torch.randn(2, num_pairs, dim, generator=generator)
    return float((query * key).sum(dim=-1).var())


def mean_jacobian_trace(
    dim: int,
    *,
    scale: float,
    generator: torch.Generator,
    num_queries: int = 2_000,
    num_keys: int = 32,
) -> float:
    r"""Mede o traço médio da jacobiana do softmax, com escores :math:`c\, q \cdot k`.

    O traço :math:`\sum_i p_i (1 - p_i)` é perto de 1 quando os pesos se espalham e de 0
    quando um item leva tudo: perto de 0, o gradiente não passa.

    Args:
        dim: dimensão ``D`` de consultas e chaves, inteiro positivo.
        scale: fator :math:`c` que multiplica os produtos; ``dim ** -0.5`` é a da atenção.
        generator: gerador do PyTorch que sorteia consultas e chaves.
        num_queries: consultas sorteadas, cada uma com as suas chaves; inteiro positivo.
        num_keys: chaves por consulta, ``Tk``, inteiro positivo.

    Returns:
        Média do traço, entre 0 e ``1 - 1 / num_keys``.

    Raises:
        ValueError: se ``dim``, ``num_queries`` ou ``num_keys`` não forem positivos.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1.
    """
    if min(dim, num_queries, num_keys) < 1:
        raise ValueError(
            f"dim, num_queries e num_keys devem ser positivos; recebi {dim}, {num_queries} e "
            f"{num_keys}. Aumente o que veio zero ou negativo."
        )
    query = torch.randn(num_queries, 1, dim, generator=generator)
    key = torch.randn(num_queries, num_keys, dim, generator=generator)
    weights = softmax(scale * (query * key).sum(dim=-1))
    return float((weights * (1 - weights)).sum(dim=-1).mean())
