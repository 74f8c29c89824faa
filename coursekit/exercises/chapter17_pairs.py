"""Exercício 17-6: contar pares, com a definição ao lado."""

from functools import partial

from coursekit.exercises.answers import number_check
from coursekit.exercises.entries import entry_checks
from coursekit.exercises.failure import Failure
from coursekit.exercises.functions import Mistake
from coursekit.exercises.reading import spoken, to_number
from coursekit.exercises.report import Check

__all__ = ["pair_checks", "window_pairs"]

LENGTH, RADIUS, BLOCK = 4096, 64, 64


def window_pairs(length: int, radius: int, *, causal: bool = False) -> int:
    """Conta, posição por posição, quantas chaves cada consulta vê.

    Args:
        length: número de posições.
        radius: quantas se veem para cada lado, além da própria.
        causal: se ``True``, só para trás.

    Returns:
        Quantos pares (consulta, chave) há.

    Example:
        >>> window_pairs(6, 2), window_pairs(6, 2, causal=True)
        (24, 15)
    """
    return sum(
        min(length - 1, i + (0 if causal else radius)) - max(0, i - radius) + 1
        for i in range(length)
    )


def _run_pairs(right: int, wrong: dict[int, str], answer: object) -> Failure | None:
    """Compara contagens exatas: aqui, enganos diferentes dão números vizinhos."""
    received = to_number(answer)
    if received == right:
        return None
    if received == right / 1000:
        return Failure(f"recebi {spoken(received)}", "a escrita do número: sem ponto de milhar.")
    return Failure(f"recebi {spoken(received)}; não é esse o valor", wrong.get(int(received)))


def _pair_check(name: str, right: int, hint: str, wrong: dict[int, str]) -> Check:
    """Conferência de uma contagem de pares, com enganos dados."""
    return Check(name, partial(_run_pairs, right, wrong), hint)


_EDGE_HINT = "as pontas: perto do começo e do fim, parte da janela cai fora da sequência."
_SELF_HINT = "a própria posição: cada uma também vê a si mesma."


def _window_pairs_check() -> Check:
    n, r = LENGTH, RADIUS
    return _pair_check(
        "pares da janela",
        window_pairs(n, r),
        "quantas chaves uma posição do meio vê, e quantas faltam às das pontas.",
        {
            n * (2 * r + 1): _EDGE_HINT,
            n * 2 * r: f"{_SELF_HINT} E as pontas veem menos.",
            window_pairs(n, r) - n: _SELF_HINT,
            n * r: "os dois lados: 64 para trás e 64 para a frente.",
            n * (r + 1): "os dois lados: 64 para trás e 64 para a frente.",
            window_pairs(n, r, causal=True): "os dois lados: esta janela não é causal.",
            n * (2 * r - 1): "o que se conta: 64 de cada lado, e a própria.",
            n * (2 * r + 1)
            - r * (r - 1): "as pontas: quanto falta à primeira posição? E à segunda?",
            n * (2 * r + 1) - 2 * r * (r + 1): "as pontas: em cada uma falta 1 + 2 + … + 64.",
            window_pairs(n, r // 2): "o raio: 64 para **cada** lado, e não 64 ao todo.",
            n * (2 * r + 1) - r * (r + 1) // 2: "as pontas: são duas.",
            n * n: "a janela: cada posição vê só as vizinhas.",
        },
    )


def _causal_pairs_check() -> Check:
    n, r = LENGTH, RADIUS
    return _pair_check(
        "pares da janela causal",
        window_pairs(n, r, causal=True),
        "o mesmo que antes, só para trás; agora só o começo vê menos.",
        {
            n * (r + 1): _EDGE_HINT,
            n * r: _SELF_HINT,
            window_pairs(n, r, causal=True) - n: _SELF_HINT,
            window_pairs(n, r) // 2: "a própria posição: ela não se divide ao meio.",
            window_pairs(n, r): "o lado: só para trás.",
            n * (r + 1) - r * (r + 1): "a ponta: é uma só.",
            window_pairs(n, r) // 2 + n: "a própria posição: ela não se divide ao meio.",
            n * (n + 1) // 2: "a janela: além de causal, ela só alcança 64 posições.",
            window_pairs(n, r - 1, causal=True): "a conta: 64 **anteriores**, mais a própria.",
        },
    )


def _block_pairs_check() -> Check:
    n, b = LENGTH, BLOCK
    blocks = n // b
    return _pair_check(
        "pares que o núcleo de blocos calcula",
        b * b * (3 * blocks - 2),
        "quantos blocos de consultas há, e quantos blocos de chaves cada um lê.",
        {
            3 * b * b * blocks: "as pontas: o primeiro e o último bloco só têm um vizinho.",
            b * b * (3 * blocks - 1): "as pontas: são duas.",
            b * b * blocks: "os vizinhos: a janela de uma posição entra no bloco do lado.",
            2 * b * b * blocks: "os vizinhos: o da esquerda, o próprio e o da direita.",
            b * b * (2 * blocks - 1): "os vizinhos: o da esquerda, o próprio e o da direita.",
            window_pairs(
                n, RADIUS
            ): "o que se calcula: blocos inteiros, com pares de fora da janela.",
            b * (3 * blocks - 2): "o que se conta: um bloco tem 64 consultas **e** 64 chaves.",
            3 * blocks: "o que se conta: pares de posições, e não de blocos.",
            3 * blocks - 2: "o que se conta: pares de posições, e não de blocos.",
            n * n: "os blocos distantes: nem se calculam.",
        },
    )


def pair_checks() -> tuple[Check, ...]:
    """Monta as conferências de 17-6."""
    fraction = window_pairs(LENGTH, RADIUS) / LENGTH**2
    share = number_check(
        "fração dos pares",
        lambda: fraction,
        tolerance=2e-5,
        hint="os pares da janela sobre todos os pares, n².",
        mistakes=(
            Mistake(lambda: 1 / fraction, "o sentido: a fração é menor que 1."),
            Mistake(lambda: 100 * fraction, "a unidade: uma fração, e não porcentagem."),
            Mistake(lambda: 1 - fraction, "o que se pede: a fração que **se calcula**."),
            Mistake(
                lambda: window_pairs(LENGTH, RADIUS) / (LENGTH * (LENGTH + 1) / 2),
                "o denominador: a atenção completa, sem máscara causal, tem n² pares.",
            ),
            Mistake(
                lambda: BLOCK**2 * (3 * (LENGTH // BLOCK) - 2) / LENGTH**2,
                "o numerador: os pares da janela, e não os dos blocos.",
            ),
            Mistake(
                lambda: window_pairs(LENGTH, RADIUS, causal=True) / LENGTH**2,
                "o numerador: os pares da primeira janela, a que não é causal.",
            ),
            Mistake(lambda: RADIUS / LENGTH, "o numerador: os dois lados e a própria posição."),
            Mistake(
                lambda: window_pairs(LENGTH, RADIUS) / LENGTH,
                "o denominador: pares, e não posições.",
            ),
        ),
    )
    return entry_checks(
        {
            "janela": _window_pairs_check(),
            "causal": _causal_pairs_check(),
            "blocos": _block_pairs_check(),
            "fração": share,
        }
    )
