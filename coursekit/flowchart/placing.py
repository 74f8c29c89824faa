"""Posições numa fileira: o mais perto possível do desejado, sem ninguém em cima de ninguém."""

from collections.abc import Sequence


def place_apart(
    wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float]
) -> list[float]:
    r"""Minimiza :math:`\sum_i w_i (x_i - d_i)^2` com :math:`x_{i+1} - x_i \ge g_i`.

    Tirando de cada posição a soma das distâncias mínimas até ela, a restrição vira «não
    decrescente», e a solução exata é a regressão isotônica: blocos vizinhos fora de ordem se
    fundem na sua média.

    Args:
        wanted: posição desejada :math:`d_i` de cada um, na ordem da fileira.
        gaps: distância mínima :math:`g_i` entre cada um e o seguinte; um a menos.
        weights: peso :math:`w_i > 0` de cada um.

    Returns:
        As posições.

    Raises:
        ValueError: se as quantidades não combinarem.

    Example:
        >>> place_apart([0.0, 0.0, 9.0], [2.0, 2.0], [1.0, 1.0, 1.0])
        [-1.0, 1.0, 9.0]
    """
    if not len(wanted) == len(weights) == len(gaps) + 1:
        raise ValueError(
            f"recebi {len(wanted)} posições, {len(gaps)} distâncias e {len(weights)} pesos. "
            "Passe uma distância a menos que posições, e um peso por posição."
        )
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, float, int]] = []  # média, peso, quantos
    for position, offset, weight in zip(wanted, offsets, weights, strict=True):
        mean, total, count = position - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            last_mean, last_total, last_count = blocks.pop()
            mean = (mean * total + last_mean * last_total) / (total + last_total)
            total, count = total + last_total, count + last_count
        blocks.append((mean, total, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
