"""Sequências de comprimentos diferentes no mesmo lote: conferir, mascarar e inverter."""

import torch
from torch import Tensor


def check_lengths(lengths: Tensor | list[int], batch: int, time: int) -> Tensor:
    """Confere os comprimentos e os devolve como tensor de inteiros na CPU.

    Args:
        lengths: ``B`` inteiros, cada um de 0 a ``time``.
        batch: tamanho ``B`` do lote.
        time: tamanho ``T`` do eixo do tempo.

    Returns:
        Tensor de inteiros de 64 bits, forma ``(B,)``.

    Raises:
        TypeError: se não forem inteiros.
        ValueError: se a forma não for ``(B,)`` ou algum estiver fora de ``[0, T]``.

    Example:
        >>> check_lengths([3, 1], batch=2, time=4)
        tensor([3, 1])
    """
    found = torch.as_tensor(lengths)
    if found.is_floating_point() or found.dtype == torch.bool:
        raise TypeError(
            f"lengths deve ter inteiros; recebi dtype {found.dtype}. "
            "Se o que você tem é uma máscara, use mask.sum(1)."
        )
    if found.shape != (batch,):
        raise ValueError(
            f"lengths deve ter forma ({batch},), um por exemplo; recebi {tuple(found.shape)}."
        )
    if batch and not 0 <= int(found.min()) <= int(found.max()) <= time:
        raise ValueError(
            f"lengths deve ficar entre 0 e T = {time}; recebi de {int(found.min())} a "
            f"{int(found.max())}. Corte as sequências ou aumente o preenchimento."
        )
    return found.to(torch.int64)


def visible_steps(lengths: Tensor, time: int) -> Tensor:
    """Marca os passos que existem de verdade em cada sequência.

    Args:
        lengths: forma ``(B,)``.
        time: tamanho ``T``.

    Returns:
        Booleano ``(B, T)``; ``True`` = visível.

    Example:
        >>> visible_steps(torch.tensor([2, 0]), 3)
        tensor([[ True,  True, False],
                [False, False, False]])
    """
    return torch.arange(time, device=lengths.device) < lengths[:, None]


def reverse_padded(inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Inverte o tempo de cada sequência, deixando o preenchimento no fim.

    Inverter o eixo inteiro poria o preenchimento no começo, e a direção inversa leria zeros
    antes de ler a sequência. Aplicada duas vezes, devolve a entrada.

    Args:
        inputs: forma ``(B, T, D)``.
        lengths: forma ``(B,)``; ``None`` inverte o eixo inteiro.

    Returns:
        Tensor novo, forma ``(B, T, D)``.

    Example:
        >>> sequence = torch.tensor([[[1.0], [2.0], [0.0]]])
        >>> reverse_padded(sequence, torch.tensor([2])).flatten()
        tensor([2., 1., 0.])
    """
    if lengths is None:
        return inputs.flip(1)
    steps = torch.arange(inputs.shape[1], device=inputs.device).expand(inputs.shape[:2])
    ends = lengths.to(inputs.device)[:, None]
    order = torch.where(steps < ends, ends - 1 - steps, steps)  # (B, T)
    return inputs.gather(1, order[:, :, None].expand_as(inputs))
