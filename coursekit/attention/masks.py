"""Máscaras booleanas: ``True`` onde a consulta (linha) pode ver a chave (coluna)."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import torch
from torch import Tensor

__all__ = ["causal_mask", "example_lengths", "padding_mask", "window_mask"]

Device = torch.device | str | None


def causal_mask(q_len: int, k_len: int, *, device: Device = None) -> Tensor:
    r"""Deixa cada consulta ver o presente e o passado, nunca o futuro.

    A consulta :math:`i` fica na posição :math:`p_i = i + (T_k - T_q)`: a última consulta
    está sempre junto da última chave, como na geração com cache, e vê tudo. Com mais
    consultas que chaves, as primeiras :math:`T_q - T_k` vêm antes de qualquer chave e não
    veem nada.

    ::

        q_len=3, k_len=5          q_len=3, k_len=3          q_len=3, k_len=2
        ■ ■ ■ · ·                 ■ · ·                     · ·
        ■ ■ ■ ■ ·                 ■ ■ ·                     ■ ·
        ■ ■ ■ ■ ■                 ■ ■ ■                     ■ ■

    Args:
        q_len: número de consultas ``Tq``, inteiro não negativo.
        k_len: número de chaves ``Tk``, inteiro não negativo.
        device: onde criar a máscara; ``None`` é o dispositivo padrão.

    Returns:
        Máscara booleana ``(Tq, Tk)``.

    Raises:
        TypeError: se os comprimentos não forem inteiros.
        ValueError: se algum for negativo.

    Fonte:
        Vaswani et al. (2017), seção 3.2.3, para o caso ``Tq = Tk``; o artigo não trata o
        alinhamento dos demais. ``is_causal`` de ``F.scaled_dot_product_attention`` alinha
        ao começo, e só coincide com esta máscara se ``Tq = Tk``.

    Example:
        >>> causal_mask(2, 3).int()
        tensor([[1, 1, 0],
                [1, 1, 1]], dtype=torch.int32)
    """
    return _relative_position(q_len, k_len, device) <= 0


def window_mask(
    q_len: int, k_len: int, left: int | None, right: int | None, *, device: Device = None
) -> Tensor:
    r"""Deixa cada consulta ver só as chaves próximas.

    A consulta na posição :math:`p_i = i + (T_k - T_q)` vê a chave :math:`j` quando
    :math:`p_i - \text{left} \le j \le p_i + \text{right}`; ``None`` é sem limite daquele
    lado. ``window_mask(q, k, None, 0)`` é :func:`causal_mask`.

    ::

        left=1, right=1           left=1, right=0           left=None, right=1
        ■ ■ · ·                   ■ · · ·                   ■ ■ · ·
        ■ ■ ■ ·                   ■ ■ · ·                   ■ ■ ■ ·
        · ■ ■ ■                   · ■ ■ ·                   ■ ■ ■ ■
        · · ■ ■                   · · ■ ■                   ■ ■ ■ ■

    Args:
        q_len: número de consultas ``Tq``, inteiro não negativo.
        k_len: número de chaves ``Tk``, inteiro não negativo.
        left: quantas chaves antes da própria posição se veem, ``>= 0`` ou ``None``.
        right: quantas chaves depois da própria posição se veem, ``>= 0`` ou ``None``.
        device: onde criar a máscara; ``None`` é o dispositivo padrão.

    Returns:
        Máscara booleana ``(Tq, Tk)``.

    Raises:
        TypeError: se algum tamanho não for inteiro (ou ``None``, nos lados da janela).
        ValueError: se algum for negativo.

    Fonte:
        Beltagy, Peters e Cohan (2020), seção 3.1: janela deslizante de largura ``w``, que
        aqui é ``left = right = w // 2``.

    Example:
        >>> window_mask(2, 4, left=1, right=0).int()
        tensor([[0, 1, 1, 0],
                [0, 0, 1, 1]], dtype=torch.int32)
    """
    for name, side in (("left", left), ("right", right)):
        if side is not None:
            _check_count(name, side, "Use None para não limitar esse lado.")
    offset = _relative_position(q_len, k_len, device)
    visible = torch.ones_like(offset, dtype=torch.bool)
    if left is not None:
        visible &= offset >= -left
    if right is not None:
        visible &= offset <= right
    return visible


def padding_mask(lengths: Tensor, k_len: int) -> Tensor:
    r"""Esconde o preenchimento: de cada exemplo só se veem as primeiras ``lengths`` chaves.

    ::

        lengths=[3, 1, 0], k_len=4
        exemplo 0:  ■ ■ ■ ·
        exemplo 1:  ■ · · ·
        exemplo 2:  · · · ·     sequência vazia: pesos e contexto 0

    O eixo de tamanho 1 no meio é das consultas: todas veem as mesmas chaves. Sem ele, uma
    máscara ``(B, Tk)`` seria lida como ``(Tq, Tk)``, em silêncio se ``B = Tq``.

    Args:
        lengths: comprimento de cada exemplo, inteiros em ``[0, k_len]``, forma ``(B,)``.
        k_len: número de chaves ``Tk`` depois do preenchimento.

    Returns:
        Máscara booleana ``(B, 1, Tk)``, no dispositivo de ``lengths``.

    Raises:
        TypeError: se ``lengths`` não for um tensor de inteiros, ou ``k_len`` não for inteiro.
        ValueError: se ``lengths`` não for ``(B,)`` ou sair do intervalo, ou ``k_len < 0``.

    Example:
        >>> import torch
        >>> padding_mask(torch.tensor([2, 3]), 3).int()
        tensor([[[1, 1, 0]],
        <BLANKLINE>
                [[1, 1, 1]]], dtype=torch.int32)
    """
    _check_count("k_len", k_len, "Use o número de chaves, key.shape[-2].")
    if not isinstance(lengths, Tensor) or lengths.is_floating_point() or lengths.is_complex():
        kind = lengths.dtype if isinstance(lengths, Tensor) else type(lengths).__name__
        raise TypeError(
            f"lengths deve ser um tensor de inteiros; recebi {kind}. "
            "Converta com torch.as_tensor(lengths).long()."
        )
    if lengths.dtype == torch.bool:
        raise TypeError(
            "lengths deve ser um tensor de inteiros, um comprimento por exemplo; recebi "
            "torch.bool. De uma máscara (B, Tk), some as linhas: mask.sum(dim=-1)."
        )
    if lengths.ndim != 1:
        raise ValueError(
            f"lengths deve ter a forma (B,), um comprimento por exemplo; recebi "
            f"{tuple(lengths.shape)}. Use lengths.reshape(-1)."
        )
    if bool(((lengths < 0) | (lengths > k_len)).any()):
        raise ValueError(
            f"lengths deve ficar entre 0 e k_len={k_len}; recebi {lengths.tolist()}. "
            "Corte os comprimentos ou aumente o preenchimento."
        )
    return torch.arange(k_len, device=lengths.device) < lengths[:, None, None]  # (B, 1, Tk)


def example_lengths(lengths: Any, batch: int, *, device: Device = None) -> Tensor:
    """Lê ``key_lengths``: um comprimento por exemplo, de um tensor ou de uma lista.

    Args:
        lengths: quantas chaves valem em cada exemplo, forma ``(B,)``.
        batch: número de exemplos ``B``.
        device: onde pôr o resultado; ``None`` deixa onde está.

    Returns:
        Tensor de forma ``(B,)``; os valores, quem os confere é :func:`padding_mask`.

    Raises:
        TypeError: se não houver como ler números ali.
        ValueError: se não houver um por exemplo, ou algum não couber num inteiro.

    Example:
        >>> example_lengths([3, 5], 2)
        tensor([3, 5])
    """
    try:
        counts = torch.as_tensor(lengths, device=device)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        kind = ValueError if "verflow" in str(error) else TypeError
        raise kind(
            f"key_lengths deve ter inteiros, um comprimento por exemplo; recebi {lengths!r}. "
            "Use, por exemplo, key_lengths=[3, 5]."
        ) from error
    if not isinstance(lengths, Tensor) and counts.numel() == 0:
        counts = counts.long()  # de uma lista vazia, o PyTorch faria ponto flutuante
    if counts.shape != (batch,):
        raise ValueError(
            f"key_lengths deve ter a forma (B,) = ({batch},), um comprimento por exemplo; "
            f"recebi {tuple(counts.shape)}. Conte as chaves que valem em cada exemplo."
        )
    return counts


def _relative_position(q_len: int, k_len: int, device: Device) -> Tensor:
    """Diz quantas posições a chave está à frente da consulta, com os fins alinhados."""
    _check_count("q_len", q_len, "Use o número de consultas, query.shape[-2].")
    _check_count("k_len", k_len, "Use o número de chaves, key.shape[-2].")
    position = torch.arange(q_len, device=device) + (k_len - q_len)
    return torch.arange(k_len, device=device) - position[:, None]  # (Tq, Tk)


def _check_count(name: str, count: Any, advice: str) -> None:
    """Exige um inteiro não negativo."""
    if isinstance(count, bool) or not isinstance(count, Integral):
        raise TypeError(f"{name} deve ser um inteiro; recebi {type(count).__name__}. {advice}")
    if count < 0:
        raise ValueError(f"{name} não pode ser negativo; recebi {count}. {advice}")
