"""Conferência dos itens de uma sequência que a figura mostra passo a passo."""

from collections.abc import Sequence

from coursekit.plotting.checks import require_labels

__all__ = ["require_tokens", "require_units"]

_MAX_STEPS = 24
_MAX_UNITS = 12


def require_tokens(tokens: Sequence[str]) -> list[str]:
    """Confere que há de 2 a 24 textos.

    Args:
        tokens: itens lidos, na ordem.

    Returns:
        Lista nova com os itens.

    Raises:
        TypeError: se ``tokens`` for um texto só, ou se algum item não for texto.
        ValueError: se houver itens de menos ou demais.

    Example:
        >>> require_tokens(("o", "gato"))
        ['o', 'gato']
    """
    words = require_labels("tokens", tokens, len(tokens))
    if not 2 <= len(words) <= _MAX_STEPS:
        raise ValueError(
            f"tokens tem {len(words)} itens; aceito de 2 a {_MAX_STEPS}. "
            "Escolha um trecho que caiba na tela."
        )
    return words


def require_units(name: str, count: int) -> None:
    """Confere que as unidades cabem na tela.

    Args:
        name: nome do parâmetro, para a mensagem.
        count: quantas unidades há.

    Raises:
        ValueError: se houver mais de 12.

    Example:
        >>> require_units("states", 12)
    """
    if count > _MAX_UNITS:
        raise ValueError(
            f"{name} tem {count} unidades; aceito até {_MAX_UNITS}. "
            f"Mostre algumas: corte cada matriz com [:, :{_MAX_UNITS}]."
        )
