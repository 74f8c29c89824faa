"""Tamanhos pedidos a um gerador de dados: cada um tem um mínimo."""

from __future__ import annotations

__all__ = ["check_sizes"]


def check_sizes(advice: str, **sizes: tuple[int, int]) -> None:
    """Recusa o pedido em que algum tamanho fica abaixo do seu mínimo.

    Args:
        advice: como consertar, numa frase inteira.
        **sizes: pelo nome do argumento, o tamanho recebido e o menor aceito.

    Raises:
        ValueError: se algum for menor que o mínimo; a mensagem diz todos.

    Example:
        >>> check_sizes("Peça mais.", batch_size=(2, 1), length=(5, 2))
        >>> check_sizes("Peça mais.", batch_size=(0, 1), length=(5, 2))
        Traceback (most recent call last):
        ...
        ValueError: batch_size deve ser ao menos 1 e length ao menos 2; recebi batch_size=0 e \
length=5. Peça mais.
    """
    if all(size >= least for size, least in sizes.values()):
        return
    (name, (_, least)), *others = sizes.items()
    accepted = [f"{name} deve ser ao menos {least}"]
    accepted += [f"{other} ao menos {least}" for other, (_, least) in others]
    received = [f"{name}={size}" for name, (size, _) in sizes.items()]
    raise ValueError(f"{_listed(accepted)}; recebi {_listed(received)}. {advice}")


def _listed(parts: list[str]) -> str:
    """Enumera com vírgulas e um «e» antes da última parte."""
    *first, last = parts
    return f"{', '.join(first)} e {last}" if first else last
