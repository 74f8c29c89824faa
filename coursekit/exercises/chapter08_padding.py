"""Exercícios 08-2, 08-3 e 08-4: inverter, errar sem máscara e fazer a média com ela."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import number_check
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.exercises.report import Check

__all__ = ["masked_mean_checks", "padding_error_checks", "reverse_checks"]

Array = NDArray[np.float64]

LENGTHS = (3, 7, 11)
INPUT_SIZE, HIDDEN_SIZE = 2, 5


def _reverse(x: Array, lengths: NDArray[np.int64]) -> Array:
    """Inverte cada exemplo dentro do comprimento dele."""
    result = x.copy()
    for example, length in enumerate(lengths):
        for step in range(length):
            result[example, step] = x[example, length - 1 - step]
    return result


def _zero_padding(x: Array, lengths: NDArray[np.int64]) -> Array:
    kept = np.arange(x.shape[1]) < lengths[:, None]
    return np.where(kept[..., None], _reverse(x, lengths), 0.0)


def _at_the_end(x: Array, lengths: NDArray[np.int64]) -> Array:
    """Engano: inverte e deixa o preenchimento na frente, tirando-o com um deslocamento errado."""
    return np.stack([np.concatenate([e[n:], e[:n][::-1]]) for e, n in zip(x, lengths, strict=True)])


def _shifted(offset: int) -> Callable[[Array, NDArray[np.int64]], Array]:
    """Engano: um passo a mais ou a menos no comprimento."""
    return lambda x, lengths: _reverse(x, np.clip(lengths + offset, 0, x.shape[1]))


_REVERSE_MISTAKES = (
    Mistake(
        lambda x, lengths: x[:, ::-1],
        "o comprimento de cada exemplo: invertendo tudo, o preenchimento vem para a frente.",
    ),
    Mistake(
        lambda x, lengths: x,
        "se a função inverte alguma coisa: o resultado é igual à entrada.",
    ),
    Mistake(
        lambda x, lengths: x[:, :, ::-1],
        "o eixo: inverte-se o tempo, que é o segundo eixo; as características ficam como estão.",
    ),
    Mistake(
        lambda x, lengths: x[::-1],
        "o eixo: inverte-se o tempo, que é o segundo eixo; a ordem dos exemplos fica como está.",
    ),
    Mistake(
        _zero_padding,
        "o preenchimento: ele fica como está, no lugar em que está. Não o troque por zeros.",
    ),
    Mistake(
        lambda x, lengths: np.where(np.isnan(_zero_padding(x, lengths)), 0, x[:, ::-1]),
        "o comprimento de cada exemplo.",
    ),
    Mistake(
        _at_the_end,
        "o lugar do preenchimento: ele continua no fim; a parte invertida começa no primeiro "
        "passo.",
    ),
    Mistake(_shifted(-1), "o último passo válido: o de índice comprimento − 1 também entra."),
    Mistake(_shifted(1), "o último passo válido: o de índice comprimento já é preenchimento."),
    Mistake(
        lambda x, lengths: _reverse(x, np.full_like(lengths, lengths[0])),
        "que comprimento se usa: cada exemplo tem o seu, e não o do primeiro.",
    ),
    Mistake(
        lambda x, lengths: _reverse(x, np.full_like(lengths, lengths.max())),
        "que comprimento se usa: cada exemplo tem o seu, e não o do maior.",
    ),
    Mistake(
        lambda x, lengths: _reverse(x, np.full_like(lengths, lengths.min())),
        "que comprimento se usa: cada exemplo tem o seu, e não o do menor.",
    ),
    Mistake(
        lambda x, lengths: _reverse(x, np.sort(lengths)),
        "de quem é cada comprimento: a ordem deles é a dos exemplos; não os ordene.",
    ),
    Mistake(
        lambda x, lengths: _reverse(x, np.sort(lengths)[::-1]),
        "de quem é cada comprimento: a ordem deles é a dos exemplos; não os ordene.",
    ),
    Mistake(
        lambda x, lengths: np.roll(x[:, ::-1], int(lengths[0]), axis=1),
        "o deslocamento: cada exemplo tem o seu comprimento.",
    ),
)


def reverse_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-2."""

    def case(lengths: tuple[int, ...], steps: int, features: int) -> tuple[Array, Any]:
        generator = np.random.default_rng(82)
        return generator.normal(size=(len(lengths), steps, features)), np.array(lengths)

    cases: dict[str, Callable[[], tuple[Any, ...]]] = {
        "um exemplo inteiro": lambda: case((5,), 5, 2),
        "um exemplo com preenchimento": lambda: case((3,), 5, 2),
        "três comprimentos, do menor ao maior": lambda: case((2, 3, 7), 7, 2),
        "três comprimentos, fora de ordem": lambda: case((7, 2, 5), 7, 3),
        "um exemplo de um passo só": lambda: case((1, 5), 5, 3),
        "nenhum exemplo ocupa o lote inteiro": lambda: case((3, 2, 5), 11, 2),
        "todos os tamanhos iguais": lambda: case((3, 1, 2), 3, 3),
    }
    hint = "cada exemplo, sozinho: os passos de 0 a comprimento − 1 trocam de ordem; o resto fica."
    return function_checks(
        [Case(name, make, _reverse, hint, _REVERSE_MISTAKES) for name, make in cases.items()]
    )


def _padded() -> tuple[Array, dict[str, Array]]:
    """O lote do exercício, com zeros depois do fim de cada exemplo, e os pesos da RNN."""
    generator = np.random.default_rng(83)
    batch = np.zeros((len(LENGTHS), max(LENGTHS), INPUT_SIZE))
    for example, length in enumerate(LENGTHS):
        batch[example, :length] = generator.normal(size=(length, INPUT_SIZE))
    return batch, drawn_weights("rnn", INPUT_SIZE, HIDDEN_SIZE, generator)


def _states() -> tuple[list[Array], Array]:
    """Estados de cada exemplo sozinho, e os do lote preenchido."""
    batch, weights = _padded()
    alone = [
        reference.run_rnn(batch[i : i + 1, :length], weights)[0] for i, length in enumerate(LENGTHS)
    ]
    return alone, reference.run_rnn(batch, weights)


def padding_error_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-3."""
    alone, padded = _states()
    last = np.array([states[-1] for states in alone])
    final = np.abs(padded[:, -1] - last)
    means = np.array([states.mean(axis=0) for states in alone])
    average = np.abs(padded.mean(axis=1) - means)
    rescaled = [padded[i, :n].sum(axis=0) / max(LENGTHS) for i, n in enumerate(LENGTHS)]
    biggest = "de quantos exemplos: o **maior** erro de todos, em módulo."
    reading = "que estado se lê no exemplo sozinho: o último dele, depois de 3, 7 ou 11 passos."
    state = number_check(
        "erro do estado final",
        lambda: float(final.max()),
        tolerance=5e-4,
        hint="a comparação: o estado da última coluna do lote contra o estado final do exemplo "
        "rodado sozinho, sem preenchimento.",
        mistakes=(
            Mistake(lambda: 0.0, reading),
            Mistake(lambda: float(final.mean()), biggest),
            Mistake(lambda: float(final.max(axis=1).mean()), biggest),
            *(Mistake(lambda i=i: float(final[i].max()), biggest) for i in range(len(LENGTHS))),
            Mistake(lambda: float((final**2).max()), "o módulo da diferença, e não o quadrado."),
            Mistake(
                lambda: float(np.linalg.norm(padded[:, -1] - last, axis=1).max()),
                "o que se mede: a maior diferença entre unidades, e não a norma do vetor.",
            ),
            Mistake(
                lambda: float(np.abs(padded[:, -1]).max()),
                "a comparação: falta subtrair o estado do exemplo sozinho.",
            ),
            Mistake(
                lambda: float(
                    max(np.abs(padded[i, n - 2] - last[i]).max() for i, n in enumerate(LENGTHS))
                ),
                reading,
            ),
        ),
    )
    mean = number_check(
        "erro da média dos estados",
        lambda: float(average.max()),
        tolerance=5e-4,
        hint="a comparação: a média das onze colunas do lote contra a média dos passos de verdade "
        "de cada exemplo.",
        mistakes=(
            Mistake(lambda: 0.0, "as duas médias: uma delas tem de incluir o preenchimento."),
            Mistake(lambda: float(average.mean()), biggest),
            *(Mistake(lambda i=i: float(average[i].max()), biggest) for i in range(len(LENGTHS))),
            Mistake(
                lambda: float(final.max()), "o que se compara: as médias, e não os estados finais."
            ),
            Mistake(
                lambda: float(np.abs(np.array(rescaled) - means).max()),
                "a média sem máscara: ela também **soma** os estados do preenchimento, que não são "
                "zero.",
            ),
            Mistake(lambda: float((average**2).max()), "o módulo da diferença, e não o quadrado."),
        ),
    )
    return entry_checks({"estado": state, "média": mean})


def _masked_mean(values: Array, mask: NDArray[np.bool_]) -> Array:
    """Média dos passos válidos de cada exemplo; zeros se não há nenhum."""
    rows = [
        example[valid].mean(axis=0) if valid.any() else np.zeros(values.shape[-1])
        for example, valid in zip(values, mask.astype(bool), strict=True)
    ]
    return np.array(rows)


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
