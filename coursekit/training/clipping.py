"""Recorte do gradiente, por norma e por valor."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class GradientClip:
    r"""Diz como recortar o gradiente a cada passo de :func:`coursekit.training.fit`.

    Com os dois limites, o recorte por valor vem antes do recorte por norma.

    Args:
        norm: maior norma euclidiana aceita para o gradiente inteiro; ``None`` não recorta.
        value: maior módulo aceito para cada componente; ``None`` não recorta.

    Raises:
        ValueError: se nenhum limite for dado, ou se algum não for positivo e finito.

    Example:
        >>> GradientClip(norm=1.0)
        GradientClip(norm=1.0, value=None)
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        if self.norm is None and self.value is None:
            raise ValueError(
                "GradientClip() não recorta nada. Dê um limite: GradientClip(norm=1.0) ou "
                "GradientClip(value=0.5)."
            )
        for name, limit in (("norm", self.norm), ("value", self.value)):
            if limit is not None:
                _check_limit(name, limit)


def gradient_norm(parameters: Iterable[Tensor]) -> float:
    r"""Mede a norma euclidiana do gradiente de todos os parâmetros juntos.

    .. math:: \lVert g \rVert = \sqrt{\textstyle\sum_p \sum_i g_{p,i}^2}

    Args:
        parameters: tensores com ``.grad``, como ``model.parameters()``; os que não têm
            gradiente não contam.

    Returns:
        A norma, adimensional e não negativa; ``inf`` ou ``nan`` se o gradiente explodiu.

    Raises:
        ValueError: se nenhum parâmetro tiver gradiente.

    Example:
        >>> weight = torch.zeros(2, requires_grad=True)
        >>> (weight * torch.tensor([3.0, 4.0])).sum().backward()
        >>> gradient_norm([weight])
        5.0
    """
    return float(_total_norm(_gradients(parameters)))


def clip_gradient_norm(parameters: Iterable[Tensor], max_norm: float) -> float:
    r"""Encurta o gradiente até a norma ``max_norm``, sem mudar a direção.

    .. math:: g \leftarrow g \cdot \min\left(1, \frac{\texttt{max\_norm}}{\lVert g \rVert}\right)

    Muda ``.grad`` no lugar (é o que se pede). Difere de ``clip_grad_norm_`` do PyTorch,
    que soma :math:`10^{-6}` à norma: aqui o gradiente recortado tem norma ``max_norm``.

    Args:
        parameters: tensores com ``.grad``, como ``model.parameters()``.
        max_norm: maior norma aceita, positiva e finita.

    Returns:
        A norma *antes* do recorte.

    Raises:
        ValueError: se ``max_norm`` não for positiva e finita, ou se nenhum parâmetro
            tiver gradiente.
        FloatingPointError: se a norma for ``nan`` ou infinita; nada é recortado.

    Fonte:
        Pascanu, Mikolov e Bengio (2013), algoritmo 1.

    Example:
        >>> weight = torch.zeros(2, requires_grad=True)
        >>> (weight * torch.tensor([3.0, 4.0])).sum().backward()
        >>> clip_gradient_norm([weight], 1.0)
        5.0
        >>> weight.grad
        tensor([0.6000, 0.8000])
    """
    _check_limit("max_norm", max_norm)
    gradients = _gradients(parameters)
    norm = float(_total_norm(gradients))
    if not math.isfinite(norm):
        raise FloatingPointError(
            f"a norma do gradiente é {norm}; só se recorta gradiente finito. Diminua a taxa "
            "de aprendizado ou procure a operação que produziu nan ou infinito."
        )
    if norm > max_norm:
        with torch.no_grad():
            for gradient in gradients:
                gradient.mul_(max_norm / norm)
    return norm


def clip_gradient_value(parameters: Iterable[Tensor], max_value: float) -> None:
    """Limita cada componente do gradiente ao intervalo ``[-max_value, max_value]``.

    Muda ``.grad`` no lugar e pode mudar a direção do gradiente.

    Args:
        parameters: tensores com ``.grad``, como ``model.parameters()``.
        max_value: maior módulo aceito, positivo e finito.

    Raises:
        ValueError: se ``max_value`` não for positivo e finito, ou se nenhum parâmetro
            tiver gradiente.

    Example:
        >>> weight = torch.zeros(2, requires_grad=True)
        >>> (weight * torch.tensor([3.0, -0.1])).sum().backward()
        >>> clip_gradient_value([weight], 0.5)
        >>> weight.grad
        tensor([ 0.5000, -0.1000])
    """
    _check_limit("max_value", max_value)
    with torch.no_grad():
        for gradient in _gradients(parameters):
            gradient.clamp_(-max_value, max_value)


def _check_limit(name: str, limit: float) -> None:
    """Recusa limite que não seja positivo e finito."""
    if not (math.isfinite(limit) and limit > 0):
        raise ValueError(
            f"{name} deve ser positivo e finito; recebi {limit}. Use, por exemplo, 1.0."
        )


def _gradients(parameters: Iterable[Tensor]) -> list[Tensor]:
    """Junta os gradientes que existem."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not gradients:
        raise ValueError(
            "nenhum parâmetro tem gradiente. Chame loss.backward() antes, e confira se os "
            "parâmetros têm requires_grad=True."
        )
    return gradients


def _total_norm(gradients: list[Tensor]) -> Tensor:
    """Norma do conjunto, somada em float32 ou mais: em float16 o quadrado estoura."""
    norms = [
        torch.linalg.vector_norm(gradient, dtype=torch.promote_types(gradient.dtype, torch.float32))
        for gradient in gradients
    ]
    total: Tensor = torch.linalg.vector_norm(torch.stack([norm.to(norms[0]) for norm in norms]))
    return total
