"""Conferência das entradas de :func:`coursekit.attention.attend`."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from torch import Tensor

from coursekit.attention.checks import check_same_kind

__all__ = ["check_inputs", "check_options"]


def check_inputs(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Confere tipos e formas de consulta, chave e valor.

    Args:
        query: consultas, ``(B, H, Tq, D)`` ou ``(B, Tq, D)``.
        key: chaves, ``(B, Hkv, Tk, D)`` ou ``(B, Tk, D)``.
        value: valores, ``(B, Hkv, Tk, Dv)`` ou ``(B, Tk, Dv)``.

    Raises:
        TypeError: se não forem tensores flutuantes do mesmo tipo.
        ValueError: se as formas ou os dispositivos não casarem.
    """
    check_same_kind(query=query, key=key, value=value)
    if not (query.ndim == key.ndim == value.ndim and query.ndim in (3, 4)):
        _refuse(
            query, key, value, "todas com 3 eixos, (B, T, D), ou todas com 4, (B, H, T, D)",
            "Um exemplo só também leva o eixo do lote: use query[None]",
        )  # fmt: skip
    if not (query.shape[0] == key.shape[0] == value.shape[0]):
        _refuse(query, key, value, "o mesmo lote B no primeiro eixo", "Repita ou corte o lote")
    if key.shape[:-1] != value.shape[:-1]:
        _refuse(query, key, value, "um valor por chave: key e value iguais até o último eixo",
                "Confira Tk e o número de cabeças de key e value")  # fmt: skip
    if query.shape[-1] != key.shape[-1] or query.shape[-1] == 0:
        _refuse(query, key, value, "query e key com a mesma largura D >= 1 no último eixo",
                "Projete uma delas, ou confira se não trocou key com value")  # fmt: skip
    if query.ndim == 4 and (key.shape[1] == 0 or query.shape[1] % key.shape[1] != 0):
        _refuse(query, key, value, "H de query múltiplo de Hkv de key e value",
                "Use um número de cabeças de chave que divida o de consulta")  # fmt: skip


def check_options(causal: Any, window: Any) -> None:
    """Confere os argumentos que dizem o que se vê.

    Args:
        causal: booleano.
        window: ``None`` ou par de inteiros não negativos (ou ``None``).

    Raises:
        TypeError: se algum for de tipo errado.
        ValueError: se um lado da janela for negativo.
    """
    if not isinstance(causal, bool):
        raise TypeError(
            f"causal deve ser True ou False; recebi {type(causal).__name__}. "
            "Para uma máscara pronta, use mask=..."
        )
    if window is None:
        return
    if not isinstance(window, tuple) or len(window) != 2 or not all(map(_is_side, window)):
        raise TypeError(
            f"window deve ser um par (left, right) de inteiros ou None; recebi {window!r}. "
            "Use, por exemplo, window=(2, 0), ou None no lado sem limite."
        )
    if any(side is not None and side < 0 for side in window):
        raise ValueError(
            f"window não pode ter lados negativos; recebi {window!r}. "
            "Para não limitar um lado, use None em vez de -1."
        )


def _is_side(side: Any) -> bool:
    """Diz se é um lado de janela: inteiro (e não booleano) ou None."""
    return side is None or (isinstance(side, Integral) and not isinstance(side, bool))


def _refuse(query: Tensor, key: Tensor, value: Tensor, accepted: str, advice: str) -> None:
    """Recusa as três formas, dizendo as três."""
    raise ValueError(
        f"recebi query {tuple(query.shape)}, key {tuple(key.shape)} e value "
        f"{tuple(value.shape)}; aceito {accepted}. {advice}."
    )
