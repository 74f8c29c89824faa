"""Exercício 15-1: atenção multicabeça."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["drawn_heads", "heads_checks"]

Array = NDArray[np.float64]
Weights = dict[str, Array]

NAMES = ("query", "key", "value", "output")
TOLERANCE = 1e-6  # contas em precisão simples também servem


def drawn_heads(width: int, generator: np.random.Generator) -> Weights:
    """Sorteia os pesos de uma atenção multicabeça, com os nomes do livro.

    Args:
        width: largura ``d``.
        generator: gerador do sorteio.

    Returns:
        ``"WQ"``, ``"WK"``, ``"WV"``, ``"WO"``, de forma ``(d, d)``, para multiplicar como
        ``x @ W + b``, e ``"bQ"``, ``"bK"``, ``"bV"``, ``"bO"``, ``(d,)``.

    Example:
        >>> sorted(drawn_heads(4, np.random.default_rng(0)))
        ['WK', 'WO', 'WQ', 'WV', 'bK', 'bO', 'bQ', 'bV']
    """
    weights = {f"W{n}": generator.normal(size=(width, width)) / np.sqrt(width) for n in "QKVO"}
    return weights | {f"b{n}": 0.3 * generator.normal(size=width) for n in "QKVO"}


def _right(x: Array, weights: Weights, num_heads: int) -> Array:
    """Saída da referência, que guarda as projeções transpostas."""
    named = {
        f"{name}_projection.{kind}": weights[f"{letter}{name[0].upper()}"].T
        for name in NAMES
        for kind, letter in (("weight", "W"), ("bias", "b"))
    }
    return reference.multi_head_attention(x, x, named, num_heads=num_heads)[0]


def _split(x: Array, num_heads: int) -> Array:
    """Reparte a largura em cabeças vizinhas: (B, H, T, d/H)."""
    return x.reshape(*x.shape[:2], num_heads, -1).swapaxes(1, 2)


def _strided(x: Array, num_heads: int) -> Array:
    """Engano: a cabeça h recebe os números h, h + H e os seguintes, de H em H."""
    return np.moveaxis(x.reshape(*x.shape[:2], -1, num_heads), -1, 1)


def _without_swap(x: Array, num_heads: int) -> Array:
    """Engano: a forma certa sem trocar os eixos; mistura posições e cabeças."""
    return x.reshape(len(x), num_heads, x.shape[1], -1)


def _join(heads: Array) -> Array:
    return heads.swapaxes(1, 2).reshape(len(heads), heads.shape[2], -1)


def _softmax(scores: Array, axis: int = -1) -> Array:
    terms = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.asarray(terms / terms.sum(axis=axis, keepdims=True))


@dataclass(frozen=True)
class _Slip:
    """Uma atenção multicabeça com uma peça trocada.

    Attributes:
        letters: que projeções fazem consulta, chave e valor.
        scale: por quanto se multiplicam as pontuações, a partir de d e H.
        split: como se reparte a largura.
        join: como se juntam as cabeças.
        axis: eixo do softmax.
        biases: se as três projeções de entrada somam o viés.
        finish: a última etapa, a partir das cabeças juntas e dos pesos.
        turn: se as matrizes entram transpostas.
        heads: quantas cabeças, a partir do pedido.
    """

    letters: str = "QKV"
    scale: Callable[[int, int], float] = lambda width, heads: (width / heads) ** -0.5
    split: Callable[[Array, int], Array] = _split
    join: Callable[[Array], Array] = _join
    axis: int = -1
    biases: bool = True
    finish: Callable[[Array, Weights], Array] = lambda x, w: x @ w["WO"] + w["bO"]
    turn: bool = False
    heads: Callable[[int], int] = lambda heads: heads

    def run(self, x: Array, weights: Weights, num_heads: int) -> Array:
        """Calcula a saída enganada."""
        x = np.asarray(x, dtype=np.float64)
        parts = []
        num_heads = self.heads(num_heads)
        for n in self.letters:
            matrix = weights[f"W{n}"].T if self.turn else weights[f"W{n}"]
            parts.append(x @ matrix + (weights[f"b{n}"] if self.biases else 0))
        q, k, v = (self.split(part, num_heads) for part in parts)
        scores = q @ k.swapaxes(-1, -2) * self.scale(x.shape[-1], num_heads)
        return self.finish(self.join(_softmax(scores, self.axis) @ v), weights)


_HEADS_SLIPS: tuple[tuple[_Slip, str], ...] = (
    (_Slip(scale=lambda d, H: 1.0), "a escala: as pontuações se dividem por uma raiz."),
    (
        _Slip(scale=lambda d, H: d**-0.5),
        "a escala: a raiz da largura de **uma cabeça**, que é menor que a de todas.",
    ),
    (_Slip(scale=lambda d, H: H / d), "a escala: falta a raiz quadrada."),
    (
        _Slip(scale=lambda d, H: (d / H) ** 0.5),
        "a escala: dividir pela raiz, e não multiplicar por ela.",
    ),
    (
        _Slip(finish=lambda x, w: x),
        "a última etapa: as cabeças juntas ainda passam pela projeção de saída.",
    ),
    (
        _Slip(finish=lambda x, w: x @ w["WO"]),
        "os vieses: a projeção de saída também tem o seu.",
    ),
    (
        _Slip(biases=False),
        "os vieses: consulta, chave e valor têm cada um o seu.",
    ),
    (
        _Slip(axis=-2),
        "o eixo do softmax: para cada **consulta**, os pesos das chaves somam 1.",
    ),
    (
        _Slip(heads=lambda heads: 1),
        "as cabeças: a largura se reparte, e cada cabeça faz o seu softmax.",
    ),
    (
        _Slip(split=_strided),
        (
            "como se reparte: cada cabeça fica com números **vizinhos**. Ponha o eixo das cabeças "
            "antes do eixo dos números de cada uma."
        ),
    ),
    (
        _Slip(split=_strided, join=lambda h: np.moveaxis(h, 1, -1).reshape(len(h), h.shape[2], -1)),
        (
            "como se reparte: cada cabeça fica com números **vizinhos**. Ponha o eixo das cabeças "
            "antes do eixo dos números de cada uma."
        ),
    ),
    (
        _Slip(split=_without_swap),
        (
            "os eixos: repartir a largura não basta; reshape direto para (B, H, T, d/H) mistura "
            "posições com cabeças. Troque eixos com transpose ou swapaxes."
        ),
    ),
    (
        _Slip(split=_without_swap, join=lambda h: h.reshape(len(h), h.shape[2], -1)),
        (
            "os eixos: repartir a largura não basta; reshape direto para (B, H, T, d/H) mistura "
            "posições com cabeças. Troque eixos com transpose ou swapaxes."
        ),
    ),
    (
        _Slip(join=lambda h: h.reshape(len(h), h.shape[2], -1)),
        "a junção: antes de juntar, o eixo das cabeças volta para o lado do dos números.",
    ),
    (
        _Slip(letters="KQV"),
        "quem pergunta a quem: a consulta faz as linhas, e a chave, as colunas.",
    ),
    (_Slip(letters="QVK"), "chave e valor: a chave se compara, e o valor é o que se soma."),
    (
        _Slip(turn=True),
        "linhas e colunas: os pesos vêm prontos para x @ W + b, sem transpor.",
    ),
    (
        _Slip(join=lambda h: np.repeat(h.mean(axis=1), h.shape[1], axis=-1)),
        "a junção: as saídas das cabeças ficam lado a lado; não se faz a média delas.",
    ),
    (
        _Slip(join=lambda h: _join(h[:, ::-1])),
        "a junção: as cabeças ficam na ordem em que a largura foi repartida.",
    ),
    (
        _Slip(finish=lambda x, w: x @ w["WO"].T + w["bO"]),
        "a projeção de saída: ela também vem pronta para x @ W + b, sem transpor.",
    ),
)


def _swapped_sizes(x: Array, weights: Weights, num_heads: int) -> Array:
    """Engano: H números por cabeça, em vez de H cabeças."""
    return _Slip().run(x, weights, x.shape[-1] // num_heads)


def _raw_values(x: Array, weights: Weights, num_heads: int) -> Array:
    """Engano: soma a própria entrada, sem a projeção do valor."""
    width = x.shape[-1]
    return _Slip().run(x, weights | {"WV": np.eye(width), "bV": np.zeros(width)}, num_heads)


def _with_residual(x: Array, weights: Weights, num_heads: int) -> Array:
    """Engano: devolve a entrada somada à saída."""
    return x + _Slip().run(x, weights, num_heads)


_HEADS_MISTAKES = (
    *(Mistake(slip.run, text) for slip, text in _HEADS_SLIPS),
    Mistake(
        _swapped_sizes,
        "os tamanhos: `num_heads` diz quantas são as cabeças, e não quantos números cada uma tem.",
    ),
    Mistake(_raw_values, "o valor: ele também passa pela sua projeção."),
    Mistake(
        _with_residual,
        "o que se devolve: só a saída da camada. Somar a entrada é do bloco, não dela.",
    ),
)


def heads_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-1."""

    def drawn(batch: int, steps: int, width: int, heads: int) -> tuple[Any, ...]:
        generator = np.random.default_rng(151)
        x = generator.normal(size=(batch, steps, width))
        return x, drawn_heads(width, generator), heads

    cases: dict[str, tuple[int, int, int, int]] = {
        "uma cabeça": (1, 5, 4, 1),
        "duas cabeças": (1, 5, 6, 2),
        "um lote de três, três cabeças": (3, 7, 15, 3),
        "tantas cabeças quanto números": (2, 3, 4, 4),
        "uma posição": (2, 1, 6, 3),
    }
    hint = (
        "as etapas: três projeções; repartir a largura; em cada cabeça, pontuar, dividir pela "
        "raiz, softmax e somar; juntar lado a lado; projetar."
    )
    return function_checks(
        [
            Case(name, partial(drawn, *sizes), _right, hint, _HEADS_MISTAKES, TOLERANCE)
            for name, sizes in cases.items()
        ]
    )
