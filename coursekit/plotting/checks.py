"""Conferências da entrada das figuras, com mensagens em português."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["require_array", "require_labels", "require_weights"]

_SUM_TOLERANCE = 1e-4


def require_array(name: str, value: ArrayLike, *, ndim: int) -> NDArray[np.float64]:
    """Converte ``value`` em float64 e confere dimensão, tamanho e finitude.

    Args:
        name: nome do parâmetro, para a mensagem.
        value: números de qualquer tipo que o NumPy converta.
        ndim: número de dimensões exigido.

    Returns:
        Cópia em float64.

    Raises:
        TypeError: se ``value`` não for numérico.
        ValueError: se a dimensão não for ``ndim``, se estiver vazio ou tiver nan ou inf.

    Example:
        >>> require_array("x", [1, 2], ndim=1)
        array([1., 2.])
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} não é numérico (recebi {type(value).__name__}); aceito números em "
            f"{ndim} dimensão(ões). Converta com np.asarray({name}, dtype=float)."
        ) from error
    if array.ndim != ndim or array.size == 0:
        raise ValueError(
            f"{name} tem forma {array.shape}; aceito {ndim} dimensão(ões), sem eixo vazio. "
            "Escolha um exemplo do lote ou use reshape."
        )
    if not np.isfinite(array).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name} tem {array[bad]} na posição {bad}; aceito só números finitos. "
            "Procure a divisão por zero ou a máscara -inf que escapou do softmax."
        )
    return array


def require_weights(name: str, value: ArrayLike, *, ndim: int) -> NDArray[np.float64]:
    """Confere que cada linha é de pesos de atenção: não negativos e de soma 1 (ou 0).

    Linha toda zero é aceita: é a consulta que não vê nenhuma chave.

    Args:
        name: nome do parâmetro, para a mensagem.
        value: pesos.
        ndim: número de dimensões exigido.

    Returns:
        Cópia em float64.

    Raises:
        ValueError: se houver peso negativo, ou linha cuja soma não seja 1 nem 0.

    Example:
        >>> require_weights("weights", [0.25, 0.75], ndim=1)
        array([0.25, 0.75])
    """
    weights = require_array(name, value, ndim=ndim)
    if weights.min() < 0:
        raise ValueError(
            f"{name} tem valor negativo ({weights.min():.4g}); aceito pesos não negativos. "
            "Passe os pesos depois do softmax, e não os escores."
        )
    sums = weights.sum(axis=-1)
    wrong = (np.abs(sums - 1) > _SUM_TOLERANCE) & (sums != 0)
    if wrong.any():
        raise ValueError(
            f"{name} tem linha que soma {sums[wrong].flat[0]:.6g}; aceito linhas de soma 1 "
            "(ou toda zero, se nada é visível). Normalize cada linha pela própria soma."
        )
    return weights


def require_labels(name: str, labels: Sequence[str], count: int) -> list[str]:
    """Confere que há um rótulo de texto por item.

    Args:
        name: nome do parâmetro, para a mensagem.
        labels: rótulos.
        count: quantos são exigidos.

    Returns:
        Lista nova com os rótulos.

    Raises:
        TypeError: se ``labels`` for um texto só, ou se algum rótulo não for texto.
        ValueError: se o número de rótulos não for ``count``.

    Example:
        >>> require_labels("labels", ("a", "b"), 2)
        ['a', 'b']
    """
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise TypeError(
            f"{name} deve ser uma lista de textos; recebi {labels!r}. "
            'Separe as palavras, por exemplo "o gato dormiu".split().'
        )
    if len(labels) != count:
        raise ValueError(
            f"{name} tem {len(labels)} rótulos para {count} itens; aceito um por item. "
            "Confira se faltou ou sobrou palavra."
        )
    return list(labels)
