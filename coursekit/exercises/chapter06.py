"""Capítulo 6: o fator por passo, o recorte do gradiente e a inicialização ortogonal."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.exercises.answers import Choice, choice_checks, number_check, table_failure
from coursekit.exercises.chapter06_clipping import clip_checks
from coursekit.exercises.chapter06_orthogonal import orthogonal_checks
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import to_array
from coursekit.exercises.report import Check

__all__ = ["CHECKS"]

Array = NDArray[np.float64]

RADIUS, EXPLODING, SIZE, SMALL, LENGTH = 0.8, 1.2, 64, 1e-3, 40
NEAR, FAR = 50, 150
SEED = 62  # nesta matriz, o maior autovalor é complexo: a parte real não serve de módulo
LIMIT = 1.0


def with_radius(seed: int, size: int, radius: float) -> Array:
    """Sorteia uma matriz e reescala para o raio espectral pedido.

    Args:
        seed: semente do sorteio.
        size: H.
        radius: maior módulo dos autovalores.

    Returns:
        Forma ``(H, H)``.

    Example:
        >>> matrix = with_radius(61, 5, 0.8)
        >>> float(np.abs(np.linalg.eigvals(matrix)).max().round(12))
        0.8
    """
    drawn = np.random.default_rng(seed).normal(size=(size, size))
    return np.asarray(drawn * (radius / np.abs(np.linalg.eigvals(drawn)).max()))


@lru_cache(maxsize=8)
def _power_norms(matrix_name: str) -> tuple[float, ...]:
    """Norma 2 das potências de 0 a 150 da matriz do exercício, ou de uma enganada."""
    right = with_radius(SEED, SIZE, RADIUS)
    if matrix_name == "elemento a elemento":
        return tuple(float(np.linalg.norm(right**k, 2)) for k in range(FAR + 1))
    matrix = {
        "certa": right,
        "pela norma": right * (RADIUS / np.linalg.norm(right, 2)),
        "pela parte real": right * (RADIUS / np.linalg.eigvals(right).real.max()),
        "por √H": right * (_drawn_radius() / np.sqrt(SIZE)),
    }[matrix_name]
    power, norms = np.eye(SIZE), []
    for _ in range(FAR + 1):
        norms.append(float(np.linalg.norm(power, 2)))
        power = matrix @ power
    return tuple(norms)


def _factor(name: str = "certa") -> float:
    """Fator médio por passo, entre 50 e 150 passos."""
    norms = _power_norms(name)
    return float((norms[FAR] / norms[NEAR]) ** (1 / (FAR - NEAR)))


def _steps(name: str = "certa") -> int:
    """Primeira potência de norma menor que um milésimo."""
    return next(k for k, norm in enumerate(_power_norms(name)) if norm < SMALL)


def factor_checks() -> tuple[Check, ...]:
    """Monta as conferências de 06-1."""
    norms = _power_norms("certa")
    rescale = "a reescala: divide-se pelo maior **módulo dos autovalores**, e não pela norma."
    scales = {
        "pela norma": rescale,
        "pela parte real": "a reescala: os autovalores podem ser complexos; conta o **módulo**, e "
        "não a parte real.",
        "por √H": "a reescala: √64 é só o valor aproximado do raio; divida pelo raio desta matriz.",
        "elemento a elemento": "a potência: «**» eleva cada número da matriz, sozinho; Uᵏ é o "
        "produto de matrizes.",
    }
    factor = number_check(
        "fator por passo",
        _factor,
        tolerance=0.002,
        hint="o fator médio: em 100 passos a norma cai tantas vezes; que fator, aplicado 100 "
        "vezes, dá essa queda?",
        mistakes=(
            Mistake(lambda: norms[FAR] / norms[NEAR], "a raiz: essa é a queda de 100 passos."),
            Mistake(
                lambda: (norms[FAR] / norms[NEAR]) ** (1 / FAR),
                "quantos passos há entre 50 e 150.",
            ),
            Mistake(
                lambda: (norms[FAR] / norms[NEAR]) ** (1 / NEAR),
                "quantos passos há entre 50 e 150.",
            ),
            Mistake(lambda: 1 - _factor(), "o fator: é o que **sobra** por passo, não o que cai."),
            Mistake(
                lambda: float(np.log(_factor())),
                "a média: essa é a inclinação do logaritmo; falta desfazer o logaritmo.",
            ),
            Mistake(
                lambda: norms[FAR] ** (1 / FAR),
                "de onde se parte: compare a norma de 150 passos com a de 50, não com a de zero.",
            ),
            Mistake(lambda: norms[1], "quantos passos: essa é a norma de um passo só."),
            Mistake(
                lambda: (norms[NEAR] / norms[FAR]) ** (1 / (FAR - NEAR)),
                "o que se divide por quê: a norma mais distante sobre a mais próxima.",
            ),
            Mistake(
                lambda: (norms[NEAR] - norms[FAR]) / (FAR - NEAR),
                "a média: fatores se multiplicam; não se faz a diferença deles.",
            ),
            *(Mistake(lambda name=name: _factor(name), hint) for name, hint in scales.items()),
            *(
                Mistake(
                    lambda scale=scale: _factor() * _drawn_radius() / RADIUS / scale,
                    "a reescala: sem ela o raio espectral não é 0,8.",
                )
                for scale in (1, np.sqrt(SIZE))
            ),
        ),
    )
    steps = number_check(
        "passos até um milésimo",
        _steps,
        tolerance=0,
        hint="a primeira potência de U cuja norma fica abaixo de 0,001, contando U¹ como um passo.",
        mistakes=(
            Mistake(
                lambda: int(np.ceil(np.log(SMALL) / np.log(RADIUS))),
                "o que se mede: a norma de Uᵏ. O raio diz o ritmo da queda a longo prazo; a norma "
                "de um passo pode ser bem maior que ele.",
            ),
            Mistake(
                lambda: _steps() - 1, "a contagem: o último passo acima do limite ainda não serve."
            ),
            Mistake(
                _frobenius_steps,
                "que norma: a norma 2 da matriz (np.linalg.norm(…, 2)); sem o 2 o NumPy devolve "
                "outra. E a contagem: U¹ é um passo.",
            ),
            *(Mistake(lambda name=name: _steps(name), hint) for name, hint in scales.items()),
        ),
    )
    return entry_checks({"fator": factor, "passos": steps})


def _drawn_radius() -> float:
    """Raio espectral da matriz sorteada, antes da reescala."""
    drawn = np.random.default_rng(SEED).normal(size=(SIZE, SIZE))
    return float(np.abs(np.linalg.eigvals(drawn)).max())


def _frobenius_steps() -> int:
    """Engano: a conta com a norma que o NumPy dá quando não se diz qual."""
    matrix = power = with_radius(SEED, SIZE, RADIUS)
    steps = 1
    while np.linalg.norm(power) >= SMALL:
        power, steps = matrix @ power, steps + 1
    return steps


def _lag_table(radius: float, *, transposed: bool = True) -> Array:
    """Gradiente da perda em cada estado, do último passo ao primeiro, numa RNN linear."""
    matrix = with_radius(63, 8, radius)
    back = matrix.T if transposed else matrix
    rows = [np.ones(8)]
    while len(rows) < LENGTH:
        rows.append(back @ rows[-1])
    return np.array(rows)


def _far_over_near(table: Array) -> float:
    return float(np.linalg.norm(table[-1]) / np.linalg.norm(table[0]))


def _whole(table: Array) -> Array:
    """Recorte da tabela inteira, por norma."""
    return np.asarray(table * min(1.0, LIMIT / float(np.linalg.norm(table))))


def _by_row(table: Array) -> Array:
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(table * np.minimum(1.0, LIMIT / norms))


def _cure(clip: Callable[[Array], Array], *, transposed: bool = True) -> Array:
    """As três medidas do exercício, com um recorte."""
    vanishing = _lag_table(RADIUS, transposed=transposed)
    exploding = _lag_table(EXPLODING, transposed=transposed)
    return np.array(
        [
            _far_over_near(vanishing),
            _far_over_near(clip(vanishing)),
            np.linalg.norm(clip(exploding)),
        ]
    )


def _run_cure(answer: object) -> Failure | None:
    right = _cure(_whole)
    return table_failure(
        answer,
        right,
        tolerance=1e-6,
        mistakes=(
            Mistake(
                lambda: _cure(lambda table: np.clip(table, -LIMIT, LIMIT)),
                "o recorte: por norma, com um só fator para a tabela inteira. Limitar cada número "
                "é o recorte por valor.",
            ),
            Mistake(
                lambda: _cure(_by_row),
                "o recorte: a norma é a da tabela inteira, e não a de cada linha.",
            ),
            Mistake(
                lambda: _cure(_whole, transposed=False),
                "o lado de U na volta: o gradiente anda com Uᵀ.",
            ),
            Mistake(
                lambda: (1 / right[0], 1 / right[1], right[2]),
                "a razão: o distante (39 passos) dividido pelo próximo (0 passo).",
            ),
            Mistake(
                lambda: (right[0], right[1], np.linalg.norm(_lag_table(EXPLODING))),
                "o terceiro número: a norma **depois** do recorte.",
            ),
            Mistake(
                lambda: (*right[:2], _far_over_near(_lag_table(EXPLODING))),
                "o terceiro número: a norma da tabela inteira, e não a razão entre duas linhas.",
            ),
            Mistake(
                lambda: (*right[:2], np.linalg.norm(_whole(_lag_table(EXPLODING))[-1])),
                "o terceiro número: a norma da tabela **inteira**, e não a de uma linha.",
            ),
            Mistake(lambda: right[[0, 2, 1]], "a ordem das três medidas."),
            Mistake(lambda: right[[2, 0, 1]], "a ordem das três medidas."),
        ),
    )


def cure_checks() -> tuple[Check, ...]:
    """Monta as conferências de 06-3."""
    measure = Check(
        "as três medidas",
        _run_cure,
        "a tabela: 40 linhas, começando com uns; cada linha seguinte é Uᵀ vezes a anterior. "
        "Depois, normas de linhas e o recorte da tabela inteira.",
    )
    choice = Choice(
        options={
            "a": "Sim: depois do recorte o gradiente distante fica do tamanho do próximo.",
            "b": "Não: o recorte multiplica tudo pelo mesmo número; limita a explosão, e a razão "
            "entre o distante e o próximo fica como estava.",
            "c": "Não, e também não limita a explosão.",
            "d": "Sim, mas só quando o gradiente explode ao mesmo tempo.",
        },
        key=_cure_key,
        hints={
            "a": "os dois primeiros números que você mediu: a razão mudou?",
            "c": "o terceiro número que você mediu: ele passou do limite?",
            "d": "o que o recorte faz: multiplica tudo pelo mesmo fator. Isso muda alguma razão?",
        },
    )
    return choice_checks(choice, measure, to_array)


def _cure_key(measured: NDArray[Any]) -> str:
    """Letra que as três medidas apontam."""
    before, after, clipped = measured.tolist()
    if clipped > 1.01 * LIMIT:
        return "c"
    return "b" if abs(after / before - 1) < 0.01 else "a"


def _uneven_gradient() -> Array:
    """O gradiente do exercício: mil números, alguns muito maiores que os outros."""
    return np.random.default_rng(64).standard_t(2, size=1000) + 0.5


def _cosine(first: Array, second: Array) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def cosine_checks() -> tuple[Check, ...]:
    """Monta as conferências de 06-4."""
    gradient = _uneven_gradient()
    by_norm, by_value = gradient / np.linalg.norm(gradient), np.clip(gradient, -LIMIT, LIMIT)
    right = _cosine(gradient, by_value)
    swapped = "a ordem: trocaram-se os dois recortes."
    formula = "a fórmula: o produto escalar dividido pelas **duas** normas."
    norm = number_check(
        "cosseno do recorte por norma",
        lambda: _cosine(gradient, by_norm),
        tolerance=1e-6,
        hint="o que acontece com a direção de um vetor quando ele é multiplicado por um número "
        "positivo.",
        mistakes=(
            Mistake(lambda: right, swapped),
            Mistake(lambda: float(gradient @ by_norm), formula),
            Mistake(
                lambda: 0.0, "a fórmula: é o cosseno, não o ângulo nem a distância 1 − cosseno."
            ),
        ),
    )
    value = number_check(
        "cosseno do recorte por valor",
        lambda: right,
        tolerance=5e-4,
        hint="o recorte por valor: cada número fica entre −1 e 1; depois, o cosseno com o "
        "gradiente inteiro.",
        mistakes=(
            Mistake(
                lambda: 1.0, "o recorte por valor: os números grandes encolhem, os outros não."
            ),
            Mistake(lambda: float(gradient @ by_value), formula),
            Mistake(lambda: float(by_norm @ by_value), formula),
            Mistake(
                lambda: _cosine(gradient, np.minimum(gradient, LIMIT)),
                "o recorte por valor: os números muito **negativos** também se limitam.",
            ),
            Mistake(
                lambda: float(np.corrcoef(gradient, by_value)[0, 1]),
                "a fórmula: o cosseno não desconta a média; quem desconta é a correlação.",
            ),
            Mistake(lambda: 1 - right, "a fórmula: o cosseno, e não 1 menos ele."),
            Mistake(lambda: float(np.arccos(right)), "a fórmula: o cosseno, e não o ângulo."),
            Mistake(
                lambda: float(np.degrees(np.arccos(right))), "a fórmula: o cosseno, e não o ângulo."
            ),
            Mistake(lambda: right**2, "a fórmula: normas com a raiz; o cosseno saiu ao quadrado."),
            Mistake(
                lambda: _cosine(gradient, np.sign(gradient)),
                "o recorte por valor: quem já está entre −1 e 1 não muda.",
            ),
        ),
    )
    return entry_checks({"norma": norm, "valor": value})


CHECKS = {
    "06-1": factor_checks,
    "06-2": clip_checks,
    "06-3": cure_checks,
    "06-4": cosine_checks,
    "06-5": orthogonal_checks,
}
