"""Capítulo 8: a RNN bidirecional, o preenchimento, a geração e a receita do Keras."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.answers import Choice, choice_checks, table_failure
from coursekit.exercises.chapter08_masked_mean import masked_mean_checks
from coursekit.exercises.chapter08_padding import padding_error_checks, reverse_checks
from coursekit.exercises.chapter08_recipe import recipe_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.reading import to_array
from coursekit.exercises.recurrent_cases import drawn_weights
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]
Weights = dict[str, Array]

LENGTH, INPUT_SIZE, HIDDEN_SIZE = 7, 3, 5
POSITION = 2
ALIKE = 1e-4  # diferença que a folga da medida, em float32, ainda toma por zero


def bidirectional(x: Array, ahead: Weights, behind: Weights) -> Array:
    """RNN bidirecional: a volta lê de trás para a frente, e a saída dela é reposta em ordem.

    Args:
        x: forma ``(B, T, D)``.
        ahead: pesos da direção de ida.
        behind: pesos da direção de volta.

    Returns:
        Forma ``(B, T, 2H)``: primeiro a ida, depois a volta.

    Example:
        >>> weights = drawn_weights("rnn", 3, 2, np.random.default_rng(0))
        >>> bidirectional(np.zeros((1, 5, 3)), weights, weights).shape
        (1, 5, 4)
    """
    there = reference.run_rnn(x, ahead)
    back = reference.run_rnn(x[:, ::-1], behind)
    return np.concatenate([there, back[:, ::-1]], axis=-1)


def _recipe(
    join: Callable[[Array, Array], Array],
    *,
    turned: Callable[[Array], Array] = lambda x: x[:, ::-1],
) -> Callable[[Array, Weights, Weights], Array]:
    """Engano: outra entrada para a volta, ou outro jeito de juntar as duas."""

    def wrong(x: Array, ahead: Weights, behind: Weights) -> Array:
        return join(reference.run_rnn(x, ahead), reference.run_rnn(turned(x), behind))

    return wrong


def _blended(
    blend: Callable[[Array, Array], Array],
) -> Callable[[Array, Weights, Weights], Array]:
    """Engano: mistura as duas direções em vez de pô-las lado a lado."""
    return _recipe(lambda there, back: blend(there, back[:, ::-1]))


def _side_by_side(there: Array, back: Array) -> Array:
    return np.concatenate([there, back], axis=-1)


_TURN_BACK = (
    "a ordem da volta: a direção inversa devolve os estados na ordem em que leu, do fim para o "
    "começo. O passo t de uma está junto do passo T − 1 − t da outra."
)

_BIDIRECTIONAL_MISTAKES = (
    Mistake(_recipe(_side_by_side), _TURN_BACK),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, there)),
        "o que se concatena: a mesma direção duas vezes.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(back, back)),
        "o que se concatena: a mesma direção duas vezes.",
    ),
    Mistake(
        _recipe(_side_by_side, turned=lambda x: x),
        "a entrada da volta: ela lê a sequência de trás para a frente, e aqui leu na mesma ordem.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[:, ::-1]), turned=lambda x: x),
        "a entrada da volta: ela lê a sequência de trás para a frente, e aqui leu na mesma ordem.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back)[:, ::-1]),
        "o que se reverte: só a volta. A ida já está na ordem certa.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there[:, ::-1], back)),
        "o que se reverte: a volta, e não a ida.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(back[:, ::-1], there)),
        "a ordem das metades: primeiro a ida, depois a volta.",
    ),
    *(
        Mistake(
            _blended(blend),
            "como se juntam: lado a lado, e não somadas; a saída tem o dobro de características.",
        )
        for blend in (np.add, np.multiply, lambda there, back: (there + back) / 2)
    ),
    Mistake(
        _recipe(lambda there, back: np.stack([there, back[:, ::-1]])),
        "como se juntam: numa tabela só, no eixo das características; a função devolve uma saída.",
    ),
    Mistake(
        _recipe(
            lambda there, back: np.stack([there, back[:, ::-1]], axis=-1).reshape(
                *there.shape[:2], -1
            )
        ),
        "a ordem das características: primeiro as da ida, todas, depois as da volta.",
    ),
    Mistake(_recipe(lambda there, back: there), "o que se concatena: falta uma das duas direções."),
    Mistake(
        _recipe(lambda there, back: back[:, ::-1]),
        "o que se concatena: falta uma das duas direções.",
    ),
    Mistake(
        _recipe(
            lambda there, back: _side_by_side(
                there, np.concatenate([back[:, ::-1][:, 1:], 0 * back[:, :1]], axis=1)
            )
        ),
        "até onde a volta lê: na posição t, o estado dela já leu o próprio passo t.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[:, ::-1, ::-1])),
        "o eixo que se reverte: só o do tempo. As características da volta saíram trocadas.",
    ),
    Mistake(
        _recipe(lambda there, back: np.concatenate([there, back[:, ::-1]], axis=1)),
        "o eixo da concatenação: o das características, que é o último.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[..., ::-1])),
        "o eixo que se reverte: o do tempo. As características da volta saíram trocadas.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[::-1])),
        "o eixo que se reverte: o do tempo. Os exemplos da volta saíram trocados.",
    ),
    Mistake(
        _recipe(
            lambda there, back: _side_by_side(there, back[..., ::-1]),
            turned=lambda x: x[..., ::-1],
        ),
        "o eixo que se reverte: o do tempo, que é o segundo, e não o das características.",
    ),
    Mistake(
        _recipe(_side_by_side, turned=lambda x: x[..., ::-1]),
        "o eixo que se reverte: o do tempo, que é o segundo, e não o das características.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[::-1]), turned=lambda x: x[::-1]),
        "o eixo que se reverte: o do tempo, que é o segundo, e não o do lote.",
    ),
    Mistake(
        lambda x, ahead, behind: bidirectional(x, ahead, ahead),
        "os pesos da volta: ela tem os seus, diferentes dos da ida.",
    ),
    Mistake(
        lambda x, ahead, behind: bidirectional(x, behind, ahead),
        "de quem são os pesos: os primeiros são da ida, os segundos, da volta.",
    ),
    Mistake(
        _recipe(lambda there, back: _side_by_side(there, back[:, -1:] + 0 * back)),
        "a volta em cada posição: o estado dela naquele passo, e não só o último.",
    ),
)


def _drawn(batch: int, steps: int, inputs: int, hidden: int) -> tuple[Any, ...]:
    generator = np.random.default_rng(81)
    x = generator.normal(size=(batch, steps, inputs))
    return (x, *(drawn_weights("rnn", inputs, hidden, generator) for _ in range(2)))


def bidirectional_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-1."""
    cases: dict[str, Callable[[], tuple[Any, ...]]] = {
        "dois passos": lambda: _drawn(1, 2, 3, 2),
        "um passo": lambda: _drawn(1, 1, 3, 2),
        "um lote de três exemplos": lambda: _drawn(3, 7, 5, 2),
        "todos os tamanhos iguais": lambda: _drawn(3, 3, 3, 3),
    }
    hint = (
        "as três etapas: a ida na ordem comum; a volta com a entrada revertida no tempo, e a saída "
        "dela revertida de novo; as duas lado a lado."
    )
    return function_checks(
        [
            Case(name, make, bidirectional, hint, _BIDIRECTIONAL_MISTAKES)
            for name, make in cases.items()
        ]
    )


def _biggest(gap: Array) -> float:
    return float(np.abs(gap).max())


def _future_effects(
    *,
    position: int = POSITION,
    turned: bool = True,
    norm: Callable[[Array], Any] = _biggest,
) -> Array:
    """O que muda numa posição quando muda o último elemento, e quando ele ainda não existe."""
    generator = np.random.default_rng(880)
    x = generator.normal(size=(1, LENGTH, INPUT_SIZE))
    weights = [drawn_weights("rnn", INPUT_SIZE, HIDDEN_SIZE, generator) for _ in range(2)]
    other = x.copy()
    other[0, -1] += 1.0

    def at(sequence: Array) -> Array:
        output = bidirectional(sequence, weights[0], weights[1])
        if not turned:
            output[..., HIDDEN_SIZE:] = output[:, ::-1, HIDDEN_SIZE:]
        return np.asarray(output[0, position])

    change = at(other) - at(x)
    prefix = at(x[:, : position + 1]) - at(x)
    return np.array([norm(change[:HIDDEN_SIZE]), norm(change[HIDDEN_SIZE:]), norm(prefix)])


def _run_future(answer: object) -> Failure | None:
    right = _future_effects()
    return table_failure(
        answer,
        right,
        tolerance=1e-6,
        mistakes=(
            Mistake(lambda: right[[1, 0, 2]], "a ordem: primeiro a metade da ida, depois a outra."),
            Mistake(
                lambda: _future_effects(turned=False),
                "a volta: a saída dela precisa ser revertida no tempo, como no exercício 08-1.",
            ),
            *(
                Mistake(
                    lambda place=place: _future_effects(position=place),
                    "a posição observada: a de índice 2, que é a terceira.",
                )
                for place in (1, 3, LENGTH - 1)
            ),
            Mistake(
                lambda: (right[0], right[1], 0.0),
                "o terceiro número: a saída calculada só com o começo da sequência, contra a "
                "calculada com ela inteira.",
            ),
            Mistake(lambda: right**2, "o módulo da diferença, e não o quadrado."),
            *(
                Mistake(
                    lambda norm=norm: _future_effects(norm=norm),
                    "cada medida: o **maior** módulo entre as características, e não a média nem a "
                    "norma.",
                )
                for norm in (np.linalg.norm, lambda gap: np.abs(gap).mean())
            ),
            *(
                Mistake(
                    lambda sign=sign: _future_effects(norm=lambda gap: (sign * gap).max()),
                    "o módulo: uma diferença negativa também é mudança.",
                )
                for sign in (1, -1)
            ),
        ),
    )


def _generation_key(measured: NDArray[Any]) -> str:
    """Letra que as três medidas apontam."""
    there, back, prefix = measured.tolist()
    if there > ALIKE:
        return "d"
    return "b" if back > ALIKE and prefix > ALIKE else "a"


def generation_checks() -> tuple[Check, ...]:
    """Monta as conferências de 08-5."""
    measure = Check(
        "as três medidas",
        _run_future,
        "cada medida: o maior módulo de uma diferença, na posição de índice 2. Nas duas primeiras "
        "muda o último elemento; na terceira, a sequência acaba na posição observada.",
    )
    choice = Choice(
        options={
            "a": "Sim: cada posição só depende do que veio antes dela.",
            "b": "Não: a metade da volta depende do que vem depois, e ao gerar isso ainda não "
            "existe.",
            "c": "Sim, desde que a saída da volta seja revertida no tempo.",
            "d": "Não: as duas metades dependem do que vem depois.",
        },
        key=_generation_key,
        hints={
            "a": "o segundo número que você mediu: algo mudou na posição 2 quando mudou o futuro?",
            "c": "as suas medidas: nelas a volta já foi revertida. O segundo número é zero?",
            "d": "o primeiro número que você mediu: a metade da ida mudou?",
        },
    )
    return choice_checks(choice, measure, to_array)


CHECKS = {
    "08-1": bidirectional_checks,
    "08-2": reverse_checks,
    "08-3": padding_error_checks,
    "08-4": masked_mean_checks,
    "08-5": generation_checks,
    "08-6": recipe_checks,
}
