"""Sementes: um só lugar que torna repetível uma corrida inteira."""

import random
import sys

import numpy as np
import torch

MAX_SEED = 2**32 - 1


def seed_everything(seed: int) -> None:
    """Semeia os geradores globais de Python, NumPy e PyTorch (e o do Keras, se carregado).

    Serve para a primeira célula de um caderno. Dentro do código, prefira passar um
    gerador: quem usa gerador próprio não muda quando alguém sorteia um número a mais.
    Keras e TensorFlow só são semeados se já tiverem sido importados, porque importá-los
    aqui custaria segundos a quem não os usa.

    A mesma semente repete a corrida na mesma máquina e com as mesmas versões; entre
    máquinas ou aparelhos diferentes o arredondamento pode mudar.

    Args:
        seed: inteiro de 0 a 4 294 967 295 (o NumPy não aceita sementes maiores).

    Raises:
        TypeError: se ``seed`` não for inteiro.
        ValueError: se ``seed`` estiver fora do intervalo.

    Example:
        >>> seed_everything(7)
        >>> first = torch.rand(3)
        >>> seed_everything(7)
        >>> bool((torch.rand(3) == first).all())
        True
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(
            f"seed deve ser um inteiro; recebi {seed!r} ({type(seed).__name__}). "
            "Use, por exemplo, seed_everything(0)."
        )
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(
            f"seed deve estar entre 0 e {MAX_SEED}; recebi {seed}. "
            "Use, por exemplo, seed_everything(0)."
        )
    _seed_keras_if_loaded(int(seed))
    random.seed(int(seed))
    np.random.seed(int(seed))  # noqa: NPY002 — semear o gerador global é a tarefa
    torch.manual_seed(int(seed))


def _seed_keras_if_loaded(seed: int) -> None:
    """Semeia TensorFlow e Keras sem importá-los."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        tensorflow.random.set_seed(seed)
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.utils.set_random_seed(seed)
