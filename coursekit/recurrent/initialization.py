"""Matrizes recorrentes com dinâmica escolhida: raio espectral, ortogonal, identidade."""

import torch
from torch import Tensor

from coursekit.recurrent.cells import check_sizes


def spectral_radius(matrix: Tensor) -> float:
    """Maior módulo dos autovalores de uma matriz quadrada.

    Args:
        matrix: forma ``(H, H)``.

    Returns:
        O raio espectral, ≥ 0.

    Raises:
        ValueError: se a matriz não for quadrada.

    Example:
        >>> spectral_radius(torch.diag(torch.tensor([0.5, -2.0])))
        2.0
    """
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"a matriz deve ser quadrada; recebi {tuple(matrix.shape)}.")
    return float(torch.linalg.eigvals(matrix).abs().max())


def with_spectral_radius(matrix: Tensor, radius: float) -> Tensor:
    """Reescala uma matriz para ter o raio espectral pedido.

    Args:
        matrix: forma ``(H, H)``, com raio espectral positivo; não é alterada.
        radius: raio desejado, ≥ 0.

    Returns:
        Matriz nova, ``matrix`` vezes um escalar.

    Raises:
        ValueError: se a matriz não for quadrada, for nilpotente, ou ``radius`` for negativo.

    Example:
        >>> matrix = with_spectral_radius(torch.diag(torch.tensor([3.0, 1.0])), 0.9)
        >>> round(spectral_radius(matrix), 4)
        0.9
    """
    if radius < 0:
        raise ValueError(f"radius deve ser ≥ 0; recebi {radius}.")
    current = spectral_radius(matrix)
    if current == 0:
        raise ValueError("a matriz tem raio espectral 0 e não pode ser reescalada. Sorteie outra.")
    return matrix * (radius / current)


def orthogonal_matrix(size: int, generator: torch.Generator | None = None) -> Tensor:
    """Sorteia uma matriz ortogonal, uniforme: preserva a norma de qualquer vetor.

    Args:
        size: ``H``, positivo.
        generator: gerador aleatório; ``None`` usa o global do PyTorch.

    Returns:
        ``Q`` de forma ``(H, H)``, float32, com ``QᵀQ = I``.

    Raises:
        ValueError: se ``size`` não for positivo.

    Fonte:
        Saxe, McClelland e Ganguli (2014), com o sinal corrigido para a medida uniforme.

    Example:
        >>> matrix = orthogonal_matrix(5)
        >>> bool(torch.allclose(matrix.T @ matrix, torch.eye(5), atol=1e-6))
        True
    """
    check_sizes(size=size)
    drawn = torch.randn(size, size, generator=generator, dtype=torch.float64)
    basis, triangle = torch.linalg.qr(drawn)
    signed: Tensor = basis * triangle.diagonal().sign()
    return signed.float()


def identity_matrix(size: int, scale: float = 1.0) -> Tensor:
    """Matriz identidade vezes ``scale``: com ReLU, o estado começa por ser copiado.

    Args:
        size: ``H``, positivo.
        scale: fator da diagonal.

    Returns:
        Forma ``(H, H)``, float32.

    Raises:
        ValueError: se ``size`` não for positivo.

    Fonte:
        Le, Jaitly e Hinton (2015): RNN com ReLU iniciada na identidade.

    Example:
        >>> identity_matrix(2, 0.5)
        tensor([[0.5000, 0.0000],
                [0.0000, 0.5000]])
    """
    check_sizes(size=size)
    return scale * torch.eye(size)
