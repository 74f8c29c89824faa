"""Curvas de gradiente por defasagem: o que o raio espectral faz, com e sem a tangente."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from coursekit.recurrent import with_spectral_radius

__all__ = ["depth_gradient_norms", "lag_curves", "linear_lag_norms", "tanh_lag_norms"]


def linear_lag_norms(matrix: Tensor, num_lags: int) -> Tensor:
    r"""Mede :math:`\lVert U^k \rVert_2`: quanto uma recorrência linear amplia em ``k`` passos.

    Args:
        matrix: a matriz :math:`U`, forma ``(H, H)``.
        num_lags: maior defasagem, inteiro positivo.

    Returns:
        Normas para ``k = 1, …, num_lags``, forma ``(num_lags,)``.

    Raises:
        ValueError: se ``num_lags`` não for positivo.

    Example:
        >>> linear_lag_norms(torch.diag(torch.tensor([0.5, 0.25])), 3)
        tensor([0.5000, 0.2500, 0.1250])
    """
    return _accumulate([matrix] * _checked(num_lags))


def tanh_lag_norms(
    matrix: Tensor, num_lags: int, *, generator: torch.Generator, input_scale: float = 0.1
) -> Tensor:
    r"""Mede a norma do produto de jacobianas de :math:`h_t = \tanh(U h_{t-1} + x_t)`.

    Cada jacobiana é :math:`\operatorname{diag}(1 - h_t^2)\,U`. O estado parte de zero e a
    entrada é ruído normal.

    Args:
        matrix: a matriz :math:`U`, forma ``(H, H)``.
        num_lags: passos, e também a maior defasagem; inteiro positivo.
        generator: gerador do ruído de entrada.
        input_scale: desvio-padrão do ruído, ≥ 0.

    Returns:
        Normas para ``k = 1, …, num_lags``, contadas do último passo para trás.

    Raises:
        ValueError: se ``num_lags`` não for positivo.

    Example:
        >>> still = {"generator": torch.Generator(), "input_scale": 0.0}
        >>> tanh_lag_norms(0.5 * torch.eye(2), 3, **still)  # com o estado em zero, não há tangente
        tensor([0.5000, 0.2500, 0.1250])
    """
    size = matrix.shape[0]
    noise = torch.randn(_checked(num_lags), size, generator=generator, dtype=matrix.dtype)
    hidden, jacobians = matrix.new_zeros(size), []
    for step in input_scale * noise:
        hidden = (matrix @ hidden + step).tanh()
        jacobians.append((1 - hidden**2)[:, None] * matrix)
    return _accumulate(jacobians[::-1])


def lag_curves(
    spectral_radii: ArrayLike, num_lags: int, *, seed: int, hidden_size: int = 32
) -> dict[str, NDArray[np.float64]]:
    """Calcula as curvas linear e com tangente para vários raios espectrais.

    A matriz é sorteada uma vez e reescalada para cada raio; o ruído de entrada é o mesmo.

    Args:
        spectral_radii: raios, forma ``(R,)``, positivos.
        num_lags: maior defasagem, inteiro positivo.
        seed: semente da matriz e do ruído.
        hidden_size: ``H``, inteiro positivo.

    Returns:
        ``{"linear": …, "tanh": …}``, cada uma ``(R, num_lags)``.

    Raises:
        ValueError: se ``num_lags`` não for positivo ou algum raio for negativo.

    Example:
        >>> curves = lag_curves([0.5, 1.0], 7, seed=0, hidden_size=3)
        >>> sorted(curves), curves["tanh"].shape
        (['linear', 'tanh'], (2, 7))
    """
    start = torch.Generator().manual_seed(seed)
    drawn = torch.randn(hidden_size, hidden_size, generator=start, dtype=torch.float64)
    linear, squashed = [], []
    for radius in np.asarray(spectral_radii, dtype=np.float64):
        matrix = with_spectral_radius(drawn, float(radius))
        noise = torch.Generator().manual_seed(seed)
        linear.append(linear_lag_norms(matrix, num_lags).numpy())
        squashed.append(tanh_lag_norms(matrix, num_lags, generator=noise).numpy())
    return {"linear": np.stack(linear), "tanh": np.stack(squashed)}


def depth_gradient_norms(
    depth: int, *, seed: int, width: int = 64, gain: float = 1 / 3**0.5, batch_size: int = 16
) -> Tensor:
    r"""Mede o gradiente por camada numa rede densa profunda com tangente, sem recorrência.

    Cada camada tem a sua matriz, sorteada em :math:`U(\pm \sqrt{3}\, g / \sqrt{n})`, isto é, com
    desvio-padrão :math:`g/\sqrt{n}`. O padrão, :math:`g = 1/\sqrt 3`, é o sorteio
    :math:`U(\pm 1/\sqrt n)` das camadas lineares do PyTorch, aqui sem viés.

    Args:
        depth: número de camadas, inteiro positivo.
        seed: semente dos pesos e da entrada.
        width: unidades por camada, :math:`n`, inteiro positivo.
        gain: desvio-padrão dos pesos vezes :math:`\sqrt{n}`, positivo.
        batch_size: exemplos, inteiro positivo.

    Returns:
        Norma média do gradiente da soma das saídas em relação à entrada de cada camada,
        da última para a primeira; forma ``(depth,)``.

    Raises:
        ValueError: se ``depth`` não for positivo.

    Fonte:
        Glorot e Bengio (2010): o gradiente encolhe de camada em camada com esse sorteio.

    Example:
        >>> norms = depth_gradient_norms(20, seed=0)
        >>> bool(norms[-1] < 0.01 * norms[0])
        True
    """
    generator = torch.Generator().manual_seed(seed)
    bound = gain * (3 / width) ** 0.5
    drawn = torch.rand(_checked(depth), width, width, generator=generator, dtype=torch.float64)
    value = torch.randn(batch_size, width, generator=generator, dtype=torch.float64)
    values = [value.requires_grad_()]
    for weight in bound * (2 * drawn - 1):
        values.append((values[-1] @ weight.mT).tanh())
    gradients = torch.autograd.grad(values[-1].sum(), values[:-1])
    return torch.stack([gradient.norm(dim=-1).mean() for gradient in reversed(gradients)])


def _checked(count: int) -> int:
    """Recusa contagem que não seja positiva."""
    if count < 1:
        raise ValueError(f"preciso de ao menos 1 passo ou camada; recebi {count}.")
    return count


def _accumulate(jacobians: list[Tensor]) -> Tensor:
    """Norma espectral de cada produto parcial."""
    product, norms = torch.eye(len(jacobians[0]), dtype=jacobians[0].dtype), []
    for jacobian in jacobians:
        product = product @ jacobian
        norms.append(torch.linalg.matrix_norm(product, 2))
    return torch.stack(norms)
