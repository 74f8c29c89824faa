"""Exercícios 15-1 e 15-2: atenção multicabeça e atenção causal."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import reference
from coursekit.exercises.functions import Case, Mistake, function_checks
from coursekit.exercises.report import Check

__all__ = ["causal_checks", "drawn_heads", "heads_checks"]

Array = NDArray[np.float64]
Weights = dict[str, Array]

NAMES = ("query", "key", "value", "output")


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
    mistakes = tuple(Mistake(slip.run, text) for slip, text in _HEADS_SLIPS)
    return function_checks(
        [
            Case(name, partial(drawn, *sizes), _right, hint, mistakes)
            for name, sizes in cases.items()
        ]
    )


def _causal(query: Array, key: Array, value: Array) -> Array:
    return reference.attend(query, key, value, causal=True)[0]


@dataclass(frozen=True)
class _Leak:
    """Uma atenção com a máscara causal trocada.

    Attributes:
        visible: quem vê quem, a partir dos índices i e j, e do desvio Tk − Tq.
        hide: o que se faz das pontuações escondidas, antes do softmax.
        after: o que se faz dos pesos, depois dele.
        scaled: se as pontuações se dividem por √D.
    """

    visible: Callable[[Any, Any, int], Any] = lambda i, j, shift: j <= i + shift
    hide: Callable[[Array, Any], Array] = lambda s, seen: np.where(seen, s, -np.inf)
    after: Callable[[Array, Any], Array] = lambda w, seen: w
    scaled: bool = True

    def run(self, query: Array, key: Array, value: Array) -> Array:
        """Calcula o contexto enganado."""
        scores = query @ key.swapaxes(-1, -2)
        scores = scores / np.sqrt(query.shape[-1]) if self.scaled else scores
        q_len, k_len = scores.shape[-2:]
        seen = self.visible(np.arange(q_len)[:, None], np.arange(k_len), k_len - q_len)
        return np.asarray(self.after(_softmax(self.hide(scores, seen)), seen) @ value)


def _keep(scores: Array, seen: Any) -> Array:
    return scores


_AFTER_HINT = (
    "quando se mascara: **antes** do softmax. Depois dele, o futuro já entrou no denominador, e os "
    "pesos que sobram não somam 1."
)

_CAUSAL_SLIPS: tuple[tuple[_Leak, str], ...] = (
    (
        _Leak(hide=lambda s, seen: s - 10.0 * ~seen),
        (
            "o valor que esconde: menos infinito. Um desconto finito deixa vazar, se a pontuação "
            "do futuro for grande."
        ),
    ),
    (
        _Leak(hide=lambda s, seen: s - 1e4 * ~seen),
        (
            "o valor que esconde: menos infinito. Um desconto finito deixa vazar, se a pontuação "
            "do futuro for grande."
        ),
    ),
    (_Leak(hide=_keep), "a máscara: o futuro entrou na conta."),
    (_Leak(hide=_keep, after=lambda w, seen: w * seen), _AFTER_HINT),
    (
        _Leak(
            hide=_keep,
            after=lambda w, seen: w * seen / (w * seen).sum(axis=-1, keepdims=True),
        ),
        (
            "quando se mascara: **antes** do softmax. Uma pontuação enorme no futuro apaga as do "
            "passado, e renormalizar depois dá 0/0."
        ),
    ),
    (
        _Leak(hide=lambda s, seen: s * seen),
        "o valor que esconde: uma pontuação 0 ainda recebe peso, porque e⁰ é 1.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j < i + shift),
        "a própria posição: cada uma vê a si mesma; sem isso, a primeira não vê ninguém.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j >= i + shift),
        "o lado da máscara: vê-se o passado, e não o futuro.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j > i + shift),
        "o sentido da máscara: verdadeiro quer dizer visível, e ela saiu ao contrário.",
    ),
    (
        _Leak(visible=lambda i, j, shift: j <= i),
        (
            "o alinhamento: com menos consultas que chaves, a **última** consulta fica junto da "
            "última chave."
        ),
    ),
    (
        _Leak(visible=lambda i, j, shift: j <= i + shift + 1),
        "onde o passado acaba: ninguém vê a posição seguinte.",
    ),
    (_Leak(scaled=False), "a escala: as pontuações se dividem por √D."),
)


def _with_loud_future(arguments: tuple[Array, ...]) -> tuple[Array, ...]:
    """Faz da última chave um grito: pontuação enorme para todas as consultas."""
    query, key, value = arguments
    loud = key.copy()
    loud[:, -1] = 1e5
    return np.abs(query), loud, value


def causal_checks() -> tuple[Check, ...]:
    """Monta as conferências de 15-2."""

    def drawn(batch: int, q_len: int, k_len: int, sizes: tuple[int, int]) -> tuple[Array, ...]:
        generator = np.random.default_rng(152)
        shapes = ((batch, q_len, sizes[0]), (batch, k_len, sizes[0]), (batch, k_len, sizes[1]))
        query, key, value = (generator.normal(size=shape) for shape in shapes)
        return query, key, value

    cases: dict[str, Callable[[], tuple[Any, ...]]] = {
        "três posições": lambda: drawn(1, 3, 3, (2, 1)),
        "um lote de dois": lambda: drawn(2, 7, 7, (5, 3)),
        "três consultas no fim de sete chaves": lambda: drawn(2, 3, 7, (5, 2)),
        "uma consulta só": lambda: drawn(2, 1, 5, (3, 2)),
        "futuro com pontuações enormes": lambda: _with_loud_future(drawn(1, 5, 5, (3, 2))),
    }
    hint = (
        "as etapas: pontuar, dividir por √D, trocar por menos infinito o que está à frente, "
        "softmax, somar."
    )
    mistakes = tuple(Mistake(leak.run, text) for leak, text in _CAUSAL_SLIPS)
    return function_checks(
        [Case(name, make, _causal, hint, mistakes) for name, make in cases.items()]
    )
