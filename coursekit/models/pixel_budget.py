"""Reconhecer dígitos com um orçamento de pixels: que pixels olhar, se só cabem ``k``?

Três ordens de preferência, da mais à menos informada: pela **tarefa** (o que o pixel diz sobre
o dígito), pelo **estímulo** (o brilho do pixel) e por **sorteio**.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coursekit.data.digits import DigitsSplit

__all__ = [
    "accuracy_with_pixels",
    "compare_rankings",
    "rank_by_brightness",
    "rank_by_information",
    "rank_by_lottery",
]

NUM_DRAWS = 5


def rank_by_information(
    pixels: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Ordena os pixels pela informação mútua com o rótulo (preferência guiada pela tarefa).

    Args:
        pixels: dados de treino, forma ``(n, p)``.
        labels: rótulos inteiros, forma ``(n,)``.

    Returns:
        Índices dos ``p`` pixels, do mais ao menos informativo.

    Raises:
        ValueError: se ``pixels`` e ``labels`` não tiverem o mesmo número de linhas.

    Fonte:
        ``sklearn.feature_selection.mutual_info_classif`` (estimador por vizinhos mais próximos,
        com semente fixa em 0).

    Example:
        >>> pixels = np.random.default_rng(0).random((60, 3))
        >>> labels = (pixels[:, 1] > 0.5).astype(int)
        >>> rank_by_information(pixels, labels)[0].item()
        1
    """
    from sklearn.feature_selection import mutual_info_classif

    if len(pixels) != len(labels):
        raise ValueError(
            f"pixels tem {len(pixels)} linhas e labels, {len(labels)}; devem ser iguais. "
            "Use as duas metades da mesma repartição."
        )
    information = mutual_info_classif(pixels, labels, random_state=0)
    return np.argsort(-information, kind="stable")


def rank_by_brightness(pixels: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ordena os pixels pelo brilho médio (preferência guiada pelo estímulo).

    Args:
        pixels: dados de treino, forma ``(n, p)``.

    Returns:
        Índices dos ``p`` pixels, do mais ao menos brilhante em média.

    Raises:
        ValueError: se ``pixels`` não tiver 2 eixos.

    Fonte:
        Medida do curso.

    Example:
        >>> rank_by_brightness(np.array([[0.1, 0.9, 0.5], [0.2, 0.8, 0.6]])).tolist()
        [1, 2, 0]
    """
    if np.ndim(pixels) != 2:
        raise ValueError(
            f"pixels deve ter forma (n, p); recebi {np.shape(pixels)}. "
            "Achate cada imagem numa linha com reshape(n, -1)."
        )
    return np.argsort(-pixels.mean(axis=0), kind="stable")


def rank_by_lottery(num_pixels: int, *, seed: int) -> NDArray[np.int64]:
    """Sorteia uma ordem de pixels (a linha de base: escolher sem saber nada).

    Args:
        num_pixels: número de pixels, ≥ 1.
        seed: semente do sorteio, inteiro ≥ 0.

    Returns:
        Uma permutação de ``0 … num_pixels - 1``.

    Raises:
        ValueError: se ``num_pixels`` for menor que 1.

    Fonte:
        Medida do curso.

    Example:
        >>> sorted(rank_by_lottery(4, seed=0).tolist())
        [0, 1, 2, 3]
    """
    if num_pixels < 1:
        raise ValueError(f"num_pixels deve ser ≥ 1; recebi {num_pixels}. Os dígitos têm 64.")
    return np.random.default_rng(seed).permutation(num_pixels)


def accuracy_with_pixels(split: DigitsSplit, chosen: NDArray[np.int64]) -> float:
    """Treina uma regressão logística que só vê os pixels escolhidos e mede a acurácia no teste.

    Args:
        split: dígitos repartidos em treino e teste.
        chosen: índices distintos dos pixels que o modelo pode ver, ao menos um.

    Returns:
        Fração de acertos no teste, em [0, 1].

    Raises:
        ValueError: se ``chosen`` estiver vazio, repetir um pixel ou apontar um que não existe.

    Fonte:
        ``sklearn.linear_model.LogisticRegression`` com a regularização-padrão.

    Example:
        >>> from coursekit.data.digits import load_digits_split
        >>> always_black = np.array([0])
        >>> round(accuracy_with_pixels(load_digits_split(seed=0), always_black), 2)
        0.1
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    pixels = np.asarray(chosen)
    num_pixels = split.train_pixels.shape[1]
    valid = pixels.ndim == 1 and pixels.size > 0 and len(set(pixels.tolist())) == pixels.size
    if not valid or pixels.min() < 0 or pixels.max() >= num_pixels:
        raise ValueError(
            f"chosen deve listar pixels distintos, de 0 a {num_pixels - 1}; recebi "
            f"{pixels.tolist()}. Use o começo de uma das ordens, como ordem[:8]."
        )
    model = LogisticRegression(max_iter=1000)
    # Matrizes tão pequenas não ganham com vários núcleos, e a espera ativa entre eles, numa
    # máquina ocupada, multiplica o tempo por dezenas.
    with threadpool_limits(limits=1):
        model.fit(split.train_pixels[:, pixels], split.train_labels)
        return float(model.score(split.test_pixels[:, pixels], split.test_labels))


def compare_rankings(split: DigitsSplit, budgets: Sequence[int]) -> NDArray[np.float64]:
    """Mede as três ordens em vários orçamentos.

    Args:
        split: dígitos repartidos em treino e teste.
        budgets: números de pixels que se pode olhar, de 1 ao total.

    Returns:
        Acurácias de forma ``(len(budgets), 3)``; nas colunas, a escolha pela tarefa, pelo
        estímulo e por sorteio (média de cinco sorteios, sementes 0 a 4).

    Raises:
        ValueError: se ``budgets`` estiver vazio ou pedir menos de 1 ou mais pixels do que há.

    Fonte:
        Medida do curso.

    Example:
        >>> from coursekit.data.digits import load_digits_split
        >>> compare_rankings(load_digits_split(seed=0), budgets=[4]).shape
        (1, 3)
    """
    num_pixels = split.train_pixels.shape[1]
    if not budgets or min(budgets) < 1 or max(budgets) > num_pixels:
        raise ValueError(
            f"budgets deve listar orçamentos de 1 a {num_pixels}; recebi {list(budgets)}. "
            "Use, por exemplo, [8, 16]."
        )
    by_task = rank_by_information(split.train_pixels, split.train_labels)
    by_stimulus = rank_by_brightness(split.train_pixels)
    draws = [rank_by_lottery(num_pixels, seed=seed) for seed in range(NUM_DRAWS)]
    table = np.empty((len(budgets), 3))
    for row, budget in enumerate(budgets):
        table[row, 0] = accuracy_with_pixels(split, by_task[:budget])
        table[row, 1] = accuracy_with_pixels(split, by_stimulus[:budget])
        table[row, 2] = np.mean([accuracy_with_pixels(split, draw[:budget]) for draw in draws])
    return table
