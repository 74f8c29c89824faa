"""Traçar uma curva por atenção, medir o erro dela e aprender a largura do núcleo."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from coursekit.attention import kernel_regression
from coursekit.data.noisy_curve import NoisyCurve, true_curve

__all__ = ["curve_error", "fit_curve", "learn_bandwidth"]


def fit_curve(sample: NoisyCurve, bandwidth: float, points: ArrayLike) -> NDArray[np.float64]:
    """Estima a curva nos pontos dados, a partir das observações.

    Args:
        sample: observações.
        bandwidth: largura do núcleo, positiva, na unidade de ``x``.
        points: abscissas em que estimar, forma ``(N,)``.

    Returns:
        Estimativas, forma ``(N,)``.

    Example:
        >>> two_points = NoisyCurve(x=np.array([0.0, 1.0]), y=np.array([2.0, 4.0]))
        >>> fit_curve(two_points, 0.3, [0.5]).tolist()
        [3.0]
    """
    query = torch.from_numpy(np.asarray(points, dtype=np.float64))
    x, y = torch.from_numpy(sample.x), torch.from_numpy(sample.y)
    estimate: NDArray[np.float64] = kernel_regression(query, x, y, bandwidth).numpy()
    return estimate


def curve_error(sample: NoisyCurve, bandwidth: float, points: ArrayLike) -> float:
    """Mede o erro quadrático médio da estimativa contra a curva sem ruído.

    Args:
        sample: observações.
        bandwidth: largura do núcleo, positiva, na unidade de ``x``.
        points: abscissas em que comparar, forma ``(N,)``, não negativas.

    Returns:
        Média dos quadrados das diferenças, na unidade de ``y`` ao quadrado.
    """
    return float(np.mean((fit_curve(sample, bandwidth, points) - true_curve(points)) ** 2))


def learn_bandwidth(
    sample: NoisyCurve, *, start: float = 1.0, num_steps: int = 150, learning_rate: float = 0.05
) -> float:
    """Aprende a largura por gradiente, prevendo cada ponto a partir de todos os outros.

    O que se ajusta é o logaritmo da largura, que assim nunca fica negativa.

    Args:
        sample: observações, ao menos duas.
        start: largura inicial, positiva.
        num_steps: passos do Adam, inteiro positivo.
        learning_rate: taxa de aprendizado, positiva.

    Returns:
        Largura aprendida, na unidade de ``x``.

    Raises:
        ValueError: se houver menos de duas observações, ou ``start``, ``num_steps`` ou
            ``learning_rate`` não forem positivos.

    Fonte:
        Nadaraya (1964) e Watson (1964) para o estimador; a escolha por deixar um de fora é
        a validação cruzada usual, aqui minimizada por gradiente.
    """
    if len(sample.x) < 2 or start <= 0 or num_steps < 1 or learning_rate <= 0:
        raise ValueError(
            f"recebi {len(sample.x)} observações, start={start}, num_steps={num_steps} e "
            f"learning_rate={learning_rate}; são precisas ao menos duas observações, e os "
            "demais devem ser positivos. Corrija o que estiver fora."
        )
    x, y = torch.from_numpy(sample.x), torch.from_numpy(sample.y)
    others = ~torch.eye(len(x), dtype=torch.bool)
    log_bandwidth = torch.tensor(start, dtype=torch.float64).log().requires_grad_()
    optimizer = torch.optim.Adam([log_bandwidth], lr=learning_rate)
    for _ in range(num_steps):
        optimizer.zero_grad()
        predicted = kernel_regression(x, x, y, log_bandwidth.exp(), mask=others)
        ((predicted - y) ** 2).mean().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return float(log_bandwidth.detach().exp())
