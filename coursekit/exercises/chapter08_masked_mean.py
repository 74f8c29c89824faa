"""Exercício 08-4: a média que só conta os passos válidos."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["masked_mean_checks"]

Array = NDArray[np.float64]


def _masked_mean(values: Array, mask: NDArray[np.bool_]) -> Array:
    """Média dos passos válidos de cada exemplo; zeros se não há nenhum."""
    rows = [
        example[valid].mean(axis=0) if valid.any() else np.zeros(values.shape[-1])
        for example, valid in zip(values, mask.astype(bool), strict=True)
    ]
    return np.array(rows)


def _first_ones(values: Array, mask: NDArray[np.bool_]) -> Array:
    """Engano: toma os primeiros passos, tantos quantos são os válidos."""
    count = mask.sum(axis=1)
    return _masked_mean(values, np.arange(mask.shape[1]) < count[:, None])


def _ratio(
    values: Array, mask: NDArray[np.bool_], count: Callable[[NDArray[np.bool_]], Any]
) -> Array:
    """Soma dos válidos, dividida por outra contagem."""
    total = np.where(mask[..., None], values, 0).sum(axis=1)
    return np.asarray(total / count(mask))


_MEAN_MISTAKES = (
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: m.sum(axis=1)[:, None]),
        "o exemplo sem nenhum passo válido: 0/0 não é número; o enunciado pede zeros.",
    ),
    Mistake(
        lambda values, mask: (
            (values * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)[:, None]
        ),
        "o preenchimento: zero vezes nan é nan. Multiplicar não apaga; é preciso escolher.",
    ),
    Mistake(
        lambda values, mask: (values * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None],
        "o preenchimento: zero vezes nan é nan. Multiplicar não apaga; é preciso escolher.",
    ),
    Mistake(
        lambda values, mask: values.mean(axis=1),
        "a máscara: ela não entrou na conta.",
    ),
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: m.shape[1]),
        "por quanto se divide: pelo número de passos **válidos** de cada exemplo.",
    ),
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: m.sum()),
        "por quanto se divide: a contagem é de cada exemplo, e não do lote inteiro.",
    ),
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: m.sum(axis=1).max()),
        "por quanto se divide: a contagem é de cada exemplo, e não a do maior.",
    ),
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: 1),
        "a divisão: até aqui é uma soma.",
    ),
    Mistake(
        lambda values, mask: _masked_mean(values, ~mask),
        "o sentido da máscara: neste curso, True quer dizer **válido**.",
    ),
    Mistake(
        lambda values, mask: np.nan_to_num(values.mean(axis=1)),
        "a máscara: ela não entrou na conta.",
    ),
    Mistake(
        lambda values, mask: np.nan_to_num(values).mean(axis=1),
        "a máscara: ela não entrou na conta.",
    ),
    *(
        Mistake(
            lambda values, mask, extra=extra: _ratio(
                values, mask, lambda m: np.maximum(m.sum(axis=1) + extra, 1)[:, None]
            ),
            "por quanto se divide: pelo número de passos **válidos**, nem um a mais nem a menos.",
        )
        for extra in (1, -1)
    ),
    Mistake(
        lambda values, mask: _first_ones(values, mask),
        "que passos entram: os que a máscara marca, e eles podem não ser os primeiros.",
    ),
    Mistake(
        lambda values, mask: np.where(mask.any(axis=1)[:, None], _masked_mean(values, mask), 1.0),
        "o exemplo sem nenhum passo válido: o enunciado pede zeros.",
    ),
    Mistake(
        lambda values, mask: np.tile(values[mask].mean(axis=0), (len(values), 1)),
        "de quem é cada média: uma por exemplo, e não uma do lote inteiro.",
    ),
    Mistake(
        lambda values, mask: _masked_mean(values, mask)[:, None],
        "a forma do resultado: (B, D); o eixo do tempo desaparece na média.",
    ),
    Mistake(
        lambda values, mask: np.array(
            [
                np.median(example[valid], axis=0) if valid.any() else np.zeros(values.shape[-1])
                for example, valid in zip(values, mask, strict=True)
            ]
        ),
        "a conta pedida: a média, e não a mediana.",
    ),
    Mistake(
        lambda values, mask: np.where(mask[..., None], values, 0).max(axis=1),
        "a conta pedida: a média, e não o máximo.",
    ),
    Mistake(
        lambda values, mask: _masked_mean(values, mask).mean(axis=-1),
        "o eixo da média: o tempo. As características continuam separadas.",
    ),
    Mistake(
        lambda values, mask: np.where(mask[..., None], values, 0).mean(axis=0),
        "o eixo da média: o tempo, que é o segundo; o lote fica como está.",
    ),
    Mistake(
        lambda values, mask: _ratio(values, mask, lambda m: m.sum(axis=1)[:, None] + 1e-3),
        "a soma que evita dividir por zero: ela muda a média de todos. Trate só o caso vazio.",
    ),
    Mistake(
        lambda values, mask: np.where(
            mask.any(axis=1)[:, None],
            _masked_mean(values, mask),
            np.nan_to_num(values).mean(axis=1),
        ),
        "o exemplo sem nenhum passo válido: o enunciado pede zeros, e não a média do "
        "preenchimento.",
    ),
)


def masked_mean_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-4."""

    def case(
        rows: tuple[tuple[int, ...], ...], features: int, filling: float = 9.0
    ) -> tuple[Any, ...]:
        mask = np.array(rows, dtype=bool)
        values = np.random.default_rng(84).normal(size=(*mask.shape, features))
        values[~mask] = filling
        return values, mask

    long_row = (1, 1, 1, 1, 1)
    cases: dict[str, Callable[[], tuple[Any, ...]]] = {
        "tudo válido": lambda: case((long_row, long_row, long_row), 2),
        "comprimentos diferentes": lambda: case(
            ((1, 1, 1, 0, 0), (1, 1, 0, 0, 0), (1, 0, 0, 0, 0)), 2
        ),
        "buracos no meio": lambda: case(((0, 1, 0, 1, 1), (1, 0, 0, 0, 1)), 3),
        "todos os tamanhos iguais": lambda: case(((1, 1, 0), (1, 0, 0), (1, 1, 1)), 3),
        "um exemplo sem nenhum passo válido": lambda: case(((1, 1, 0), (0, 0, 0)), 5),
        "preenchimento nan": lambda: case((long_row, (1, 1, 0, 0, 0)), 2, np.nan),
        "preenchimento infinito, e um exemplo vazio": lambda: case(
            ((1, 1, 0), (0, 0, 0), (1, 0, 0)), 2, np.inf
        ),
    }
    hint = "as três etapas: ficar só com os passos válidos, somar no tempo, dividir pela contagem."
    return function_checks(
        [Case(name, make, _masked_mean, hint, _MEAN_MISTAKES) for name, make in cases.items()]
    )
