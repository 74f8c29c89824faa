"""Codificações de posição, uma posição e um par de cada vez."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from coursekit.reference.arrays import FloatArray, as_floats, require

__all__ = ["linear_bias", "relative_bias", "rotate_pairs", "sinusoidal_positions"]


def sinusoidal_positions(
    length: int, dim: int, *, first: int = 0, base: float = 10_000.0
) -> FloatArray:
    r"""Escreve os vetores senoidais, um número de cada vez.

    Args:
        length: quantas posições ``T``.
        dim: largura ``D``, par.
        first: primeira posição.
        base: base das frequências.

    Returns:
        Vetores de forma ``(T, D)``: seno nos componentes pares, cosseno nos ímpares.

    Raises:
        ValueError: se ``dim`` não for par.

    Fonte:
        Vaswani et al. (2017), seção 3.5.

    Example:
        >>> sinusoidal_positions(1, 4).tolist()
        [[0.0, 1.0, 0.0, 1.0]]
    """
    require(dim % 2 == 0, f"dim deve ser par; recebi {dim}. Use uma largura par.")
    vectors = np.zeros((length, dim))
    for row in range(length):
        for pair in range(dim // 2):
            angle = (first + row) / math.pow(base, 2 * pair / dim)
            vectors[row, 2 * pair] = math.sin(angle)
            vectors[row, 2 * pair + 1] = math.cos(angle)
    return vectors


def rotate_pairs(vector: npt.ArrayLike, position: int, *, base: float = 10_000.0) -> FloatArray:
    r"""Gira um vetor conforme a sua posição, multiplicando números complexos.

    Cada par :math:`(x_{2i}, x_{2i+1})` é o complexo :math:`x_{2i} + \mathrm{i}\, x_{2i+1}`, e
    girar é multiplicar por :math:`e^{\mathrm{i} p \theta_i}`.

    Args:
        vector: um vetor, forma ``(D,)``, ``D`` par.
        position: a posição :math:`p`.
        base: base das frequências.

    Returns:
        O vetor girado, forma ``(D,)``.

    Raises:
        TypeError: se ``vector`` não for de números reais.
        ValueError: se não for um vetor de comprimento par.

    Fonte:
        Su et al. (2021).

    Example:
        >>> rotate_pairs([1.0, 0.0], 0).tolist()
        [1.0, 0.0]
    """
    numbers = as_floats("vector", vector, min_axes=1)
    require(
        numbers.ndim == 1 and len(numbers) % 2 == 0,
        f"vector deve ter a forma (D,), com D par; recebi {numbers.shape}. Gire um de cada vez.",
    )
    turned = np.zeros(len(numbers))
    for pair in range(len(numbers) // 2):
        angle = position / math.pow(base, 2 * pair / len(numbers))
        point = complex(numbers[2 * pair], numbers[2 * pair + 1]) * cmath.exp(1j * angle)
        turned[2 * pair], turned[2 * pair + 1] = point.real, point.imag
    return turned


def linear_bias(num_heads: int, q_len: int, k_len: int) -> FloatArray:
    r"""Escreve o viés do ALiBi, um par de cada vez.

    Args:
        num_heads: cabeças ``H``.
        q_len: consultas ``Tq``.
        k_len: chaves ``Tk``.

    Returns:
        :math:`-m_h |p_i - j|`, forma ``(H, Tq, Tk)``, com :math:`p_i = i + T_k - T_q`.

    Raises:
        ValueError: se ``num_heads`` for menor que 1.

    Fonte:
        Press, Smith e Lewis (2022); para ``H`` que não é potência de 2, o código
        publicado pelos autores.

    Example:
        >>> linear_bias(8, 1, 3)[0].tolist()
        [[-1.0, -0.5, 0.0]]
    """
    require(num_heads >= 1, f"num_heads deve ser positivo; recebi {num_heads}. Use ao menos 1.")
    power = 1
    while 2 * power <= num_heads:
        power *= 2
    # Expoentes exatos: 8/P, 16/P, … e, para completar, 4/P, 12/P, 20/P, …
    exponents = [Fraction(8 * (h + 1), power) for h in range(power)]
    exponents += [Fraction(4 * (2 * h + 1), power) for h in range(num_heads - power)]
    bias = np.zeros((num_heads, q_len, k_len))
    for h, i, j in np.ndindex(bias.shape):
        bias[h, i, j] = -abs(i + k_len - q_len - j) / math.pow(2.0, float(exponents[h]))
    return bias


def relative_bias(table: npt.ArrayLike, q_len: int, k_len: int) -> FloatArray:
    r"""Procura numa tabela o viés de cada par, pela distância cortada.

    Args:
        table: um número por cabeça e distância, forma ``(H, 2·máx + 1)``; a coluna do meio é a
            da distância 0.
        q_len: consultas ``Tq``.
        k_len: chaves ``Tk``.

    Returns:
        Forma ``(H, Tq, Tk)``; à chave ``j`` e à consulta na posição ``p`` cabe a coluna
        ``j - p``, cortada entre ``-máx`` e ``máx``.

    Raises:
        TypeError: se ``table`` não for de números reais.
        ValueError: se não tiver dois eixos, com número ímpar de colunas.

    Fonte:
        Raffel et al. (2020); corte de Shaw, Uszkoreit e Vaswani (2018), seção 3.2.

    Example:
        >>> relative_bias([[-1.0, 0.0, 1.0]], 1, 4).tolist()
        [[[-1.0, -1.0, -1.0, 0.0]]]
    """
    numbers = as_floats("table", table)
    require(
        numbers.ndim == 2 and numbers.shape[1] % 2 == 1,
        f"table deve ter a forma (H, 2·máx + 1); recebi {numbers.shape}. Inclua a distância 0.",
    )
    farthest = numbers.shape[1] // 2
    bias = np.zeros((len(numbers), q_len, k_len))
    for h, i, j in np.ndindex(bias.shape):
        offset = j - (i + k_len - q_len)
        if offset > farthest:
            offset = farthest
        if offset < -farthest:
            offset = -farthest
        bias[h, i, j] = numbers[h, farthest + offset]
    return bias
