"""Quanto do passado chega ao presente: jacobianas do estado e gradiente por defasagem."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from coursekit.recurrent.layers import RNN


def state_jacobian_norms(layer: RNN, inputs: Tensor) -> Tensor:
    r"""Mede a norma da jacobiana :math:`\partial h_T / \partial h_{T-k}` para cada ``k``.

    O produto das jacobianas de um passo é o que desvanece ou explode. Aqui cada uma é obtida por
    derivação automática e o produto é acumulado do fim para o começo.

    Args:
        layer: RNN simples de uma camada, só na direção direta.
        inputs: uma sequência, forma ``(1, T, D)``.

    Returns:
        Norma espectral para ``k = 1, …, T``, forma ``(T,)``.

    Raises:
        ValueError: se a camada não for simples e direta, ou houver mais de uma sequência.

    Fonte:
        Pascanu, Mikolov e Bengio (2013): produto de jacobianas.

    Example:
        >>> layer = RNN(1, 2, bias=False)
        >>> with torch.no_grad():
        ...     _ = layer.weight_hh_l0.copy_(0.5 * torch.eye(2))
        >>> state_jacobian_norms(layer, torch.zeros(1, 3, 1))
        tensor([0.5000, 0.2500, 0.1250])
    """
    if layer.num_layers != 1 or layer.bidirectional or layer.reverse:
        raise ValueError("a medida vale para uma camada só, na direção direta; recebi outra RNN.")
    if inputs.ndim != 3 or inputs.shape[0] != 1:
        raise ValueError(f"inputs deve ter forma (1, T, D); recebi {tuple(inputs.shape)}.")
    hidden = inputs.new_zeros(1, 1, layer.hidden_size)
    jacobians = []
    for step in inputs.unbind(1):

        def advance(state: Tensor, current: Tensor = step) -> Tensor:
            final: Tensor = layer(current[:, None], state)[1]
            return final.flatten()

        jacobian: Tensor = torch.autograd.functional.jacobian(advance, hidden)  # type: ignore[no-untyped-call]
        jacobians.append(jacobian.reshape(layer.hidden_size, layer.hidden_size))
        with torch.no_grad():
            hidden = layer(step[:, None], hidden)[1]
    product = torch.eye(layer.hidden_size, dtype=inputs.dtype, device=inputs.device)
    norms = []
    for jacobian in reversed(jacobians):
        product = product @ jacobian
        norms.append(torch.linalg.matrix_norm(product, 2))
    return torch.stack(norms)


def gradient_by_lag(
    layer: nn.Module, inputs: Tensor, loss: Callable[[Tensor], Tensor] | None = None
) -> Tensor:
    r"""Mede quanto a saída do último passo depende da entrada de cada passo anterior.

    Args:
        layer: camada recorrente que devolve ``(saídas, estado)``, com o lote primeiro.
        inputs: forma ``(B, T, D)``.
        loss: função das saídas ``(B, T, H)`` a um escalar; ``None`` soma o último passo.

    Returns:
        Norma média do gradiente em relação à entrada, por defasagem: posição ``k`` é a entrada
        ``k`` passos antes do fim. Forma ``(T,)``.

    Raises:
        ValueError: se ``inputs`` não tiver três eixos.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> norms = gradient_by_lag(RNN(2, 3), torch.randn(4, 9, 2))
        >>> bool(norms[0] > norms[8])
        True
    """
    if inputs.ndim != 3:
        raise ValueError(f"inputs deve ter forma (B, T, D); recebi {tuple(inputs.shape)}.")
    probe = inputs.detach().clone().requires_grad_()
    result: Any = layer(probe)
    outputs = result[0]
    value = outputs[:, -1].sum() if loss is None else loss(outputs)
    (gradient,) = torch.autograd.grad(value, probe)
    norms: Tensor = gradient.norm(dim=-1).mean(0).flip(0)
    return norms


def effective_memory(norms: Tensor, fraction: float = 0.01) -> int:
    """Conta por quantos passos o gradiente fica acima de uma fração do seu valor sem defasagem.

    Args:
        norms: gradiente por defasagem, forma ``(T,)``, com ``norms[0] > 0``.
        fraction: limiar relativo, em ``(0, 1)``.

    Returns:
        O número de defasagens seguidas, a partir de 0, acima do limiar; no máximo ``T``.

    Raises:
        ValueError: se ``fraction`` não estiver em ``(0, 1)`` ou ``norms[0]`` não for positivo.

    Example:
        >>> effective_memory(torch.tensor([1.0, 0.5, 0.004, 0.5]))
        2
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction deve estar em (0, 1); recebi {fraction}.")
    if norms.ndim != 1 or not bool(norms[0] > 0):
        raise ValueError("norms deve ser um vetor com norms[0] > 0: sem gradiente não há memória.")
    below = (norms < fraction * norms[0]).nonzero()
    return int(below[0]) if len(below) else len(norms)


def per_step_factor(norms: Tensor, start: int = 0) -> float:
    """Ajusta uma exponencial e devolve o fator por passo: abaixo de 1 desvanece, acima explode.

    Args:
        norms: normas positivas por defasagem, forma ``(T,)``.
        start: primeira defasagem usada no ajuste (as iniciais costumam ser atípicas).

    Returns:
        ``exp`` da inclinação de ``log(norms)`` por mínimos quadrados.

    Raises:
        ValueError: se sobrarem menos de dois pontos ou houver norma não positiva.

    Example:
        >>> round(per_step_factor(0.9 ** torch.arange(20.0)), 4)
        0.9
    """
    used = norms[start:].double()
    if used.ndim != 1 or len(used) < 2 or not bool((used > 0).all()):
        raise ValueError(
            "preciso de pelo menos duas normas positivas para ajustar; recebi "
            f"{len(used)} a partir de {start}."
        )
    lags = torch.arange(len(used), dtype=used.dtype)
    lags = lags - lags.mean()
    logs = used.log()
    return float(((lags @ (logs - logs.mean())) / (lags @ lags)).exp())
