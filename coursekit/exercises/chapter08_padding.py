"""Exercícios 08-2 e 08-3: inverter cada um no seu comprimento, e errar sem máscara."""

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

__all__ = ["padding_error_checks", "reverse_checks"]

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
    Mistake(
        lambda x, lengths: np.stack(
            [np.concatenate([e[:n][::-1], e[n:][::-1]]) for e, n in zip(x, lengths, strict=True)]
        ),
        "o preenchimento: ele fica como está, no lugar em que está. Só os passos válidos se "
        "invertem.",
    ),
    Mistake(
        lambda x, lengths: np.stack(
            [
                np.concatenate([e[: len(e) - n], e[len(e) - n :][::-1]])
                for e, n in zip(x, lengths, strict=True)
            ]
        ),
        "onde estão os passos válidos: no começo de cada exemplo, e não no fim.",
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
    generator = np.random.default_rng(845)
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
    signed = padded[:, -1] - last
    rescaled = [padded[i, :n].sum(axis=0) / max(LENGTHS) for i, n in enumerate(LENGTHS)]
    sign = "o módulo: uma diferença negativa também é erro."
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
            *(Mistake(lambda s=s: float((s * signed).max()), sign) for s in (1, -1)),
            *(Mistake(lambda g=g: float(g.sum()), biggest) for g in (final, final.max(axis=1))),
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
            *(
                Mistake(lambda s=s: float((s * (padded.mean(axis=1) - means)).max()), sign)
                for s in (1, -1)
            ),
            Mistake(lambda: float(average.sum()), biggest),
            Mistake(
                lambda: float(np.linalg.norm(average, axis=1).max()),
                "o que se mede: a maior diferença entre unidades, e não a norma do vetor.",
            ),
            Mistake(
                lambda: float(
                    max(
                        np.abs(padded[i].sum(axis=0) / n - means[i]).max()
                        for i, n in enumerate(LENGTHS)
                    )
                ),
                "por quanto se divide, no lote: a média sem máscara é a das onze colunas.",
            ),
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
