"""Atenção completa, uma consulta de cada vez e uma chave de cada vez."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require
from coursekit.reference.visibility import Visibility, visibility

__all__ = ["attend"]

Window = tuple[int | None, int | None]


@dataclass(frozen=True)
class _Scoring:
    """Como pontuar um par: escala e, se houver, teto."""

    scale: float
    softcap: float | None

    def __call__(self, query: FloatArray, key: FloatArray) -> float:
        """Calcula o escore de um par, somando um componente de cada vez."""
        total = 0.0
        for a, b in zip(query, key, strict=True):
            total += float(a) * float(b)
        score = total * self.scale
        return score if self.softcap is None else self.softcap * math.tanh(score / self.softcap)


def attend(
    query: npt.ArrayLike,
    key: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    mask: Any = None,
    causal: bool = False,
    window: Window | None = None,
    scale: float | None = None,
    softcap: float | None = None,
    key_lengths: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
) -> tuple[FloatArray, FloatArray]:
    r"""Calcula o contexto e os pesos de cada consulta, com laços sobre tudo.

    A semântica é a de ``coursekit.attention.attend``: a linha que nada vê vale 0; o que
    está escondido nem sequer é lido; a linha que vê ``nan`` ou infinito sai ``nan``; a última
    consulta fica junto da última chave, e com ``Tq > Tk`` e ``causal`` as primeiras
    ``Tq - Tk`` consultas nada veem.

    Args:
        query: consultas, forma ``(B, H, Tq, D)`` ou ``(B, Tq, D)``.
        key: chaves, forma ``(B, Hkv, Tk, D)`` ou ``(B, Tk, D)``; ``Hkv`` divide ``H``, e a
            cabeça ``h`` usa a ``h // (H // Hkv)``.
        value: valores, forma ``(B, Hkv, Tk, Dv)`` ou ``(B, Tk, Dv)``.
        mask: booleana (``True`` = visível) ou flutuante (somada aos escores; −∞ esconde), de
            forma ``(Tq, Tk)``, ``(B, Tq, Tk)`` ou ``(B, H, Tq, Tk)``; qualquer eixo pode ser 1.
        causal: se ``True``, nenhuma consulta vê chaves à sua frente.
        window: ``(left, right)``, quantas chaves se veem antes e depois da própria posição;
            ``None`` em qualquer lado é sem limite.
        scale: fator dos escores, finito; ``None`` é :math:`1/\sqrt{D}`.
        softcap: teto :math:`c > 0`: o escore vira :math:`c\tanh(s/c)` antes da máscara.
        key_lengths: quantas chaves valem em cada exemplo, inteiros em ``[0, Tk]``, forma ``(B,)``.

    Returns:
        ``(contexto, pesos)``, de formas ``(B, H, Tq, Dv)`` e ``(B, H, Tq, Tk)``, ou sem ``H`` se
        as entradas não o tinham.

    Raises:
        TypeError: se algum argumento for de tipo errado.
        ValueError: se formas, cabeças ou valores não forem os descritos.

    Fonte:
        Vaswani et al. (2017), seção 3.2.1, eq. (1).

    Example:
        >>> import numpy as np
        >>> context, weights = attend(
        ...     np.zeros((1, 2, 3)), np.zeros((1, 2, 3)), [[[2.0], [4.0]]], causal=True
        ... )
        >>> weights[0].tolist()
        [[1.0, 0.0], [0.5, 0.5]]
        >>> context[0, :, 0].tolist()
        [2.0, 3.0]
    """
    arrays = [as_floats(n, x) for n, x in (("query", query), ("key", key), ("value", value))]
    _check_shapes(*arrays)
    q, k, v = (x if x.ndim == 4 else x[:, None] for x in arrays)
    shape = (*q.shape[:3], k.shape[2])
    seen = visibility(shape, mask=mask, causal=causal, window=window, key_lengths=key_lengths)
    scoring = _scoring(q.shape[-1], scale, softcap)
    weights, context = np.zeros(shape), np.zeros((*shape[:3], v.shape[-1]))
    group = q.shape[1] // k.shape[1]
    for b, h, i in np.ndindex(shape[:3]):
        keys, values = k[b, h // group], v[b, h // group]
        row = _weigh_row(q[b, h, i], keys, (b, h, i), seen, scoring)
        for j, weight in row.items():
            weights[b, h, i, j] = weight
            for d in range(values.shape[-1]):
                broken = not math.isfinite(values[j, d])
                context[b, h, i, d] += math.nan if broken else weight * values[j, d]
    return (context, weights) if arrays[0].ndim == 4 else (context[:, 0], weights[:, 0])


def _weigh_row(
    query: FloatArray,
    keys: FloatArray,
    row: tuple[int, int, int],
    seen: Visibility,
    scoring: _Scoring,
) -> dict[int, float]:
    """Calcula o peso de cada chave visível de uma linha; as escondidas nem aparecem."""
    visible = [j for j in range(len(keys)) if seen.sees((*row, j))]
    if not all(np.isfinite(x).all() for x in (query, *(keys[j] for j in visible))):
        return dict.fromkeys(visible, math.nan)
    scores = [scoring(query, keys[j]) + seen.bias((*row, j)) for j in visible]
    if not all(math.isfinite(score) for score in scores):
        return dict.fromkeys(visible, math.nan)
    highest = max(scores, default=0.0)
    terms = [math.exp(score - highest) for score in scores]
    total = math.fsum(terms)
    return {j: term / total for j, term in zip(visible, terms, strict=True)}


def _scoring(width: int, scale: float | None, softcap: float | None) -> _Scoring:
    """Confere escala e teto, e preenche a escala padrão."""
    require(
        scale is None or math.isfinite(scale),
        f"scale deve ser finita; recebi {scale}. Use None para 1/sqrt(D).",
    )
    require(
        softcap is None or (math.isfinite(softcap) and softcap > 0),
        f"softcap deve ser positivo e finito; recebi {softcap}. Use None para não ter teto.",
    )
    return _Scoring(1 / math.sqrt(width) if scale is None else scale, softcap)


def _check_shapes(query: FloatArray, key: FloatArray, value: FloatArray) -> None:
    """Confere as três formas de uma vez, dizendo as três."""
    fits = (
        query.ndim == key.ndim == value.ndim
        and query.ndim in (3, 4)
        and query.shape[0] == key.shape[0]
        and key.shape[:-1] == value.shape[:-1]
        and query.shape[-1] == key.shape[-1] > 0
        and (query.ndim == 3 or (key.shape[1] > 0 and query.shape[1] % key.shape[1] == 0))
    )
    require(
        fits,
        f"recebi query {query.shape}, key {key.shape} e value {value.shape}; aceito "
        "(B, H, Tq, D), (B, Hkv, Tk, D) e (B, Hkv, Tk, Dv), com H múltiplo de Hkv, ou as três "
        "sem o eixo de cabeças. Confira o lote, Tk e a largura D >= 1; um exemplo só também "
        "leva o eixo do lote.",
    )
