"""O que está escondido não vaza, e o que está à vista não se esconde.

Zero vezes ``nan`` é ``nan``: um peso 0 não basta para apagar um valor ``nan`` atrás da
máscara, e o gradiente faz a mesma conta ao contrário. Por isso a atenção é calculada com
0 no lugar de tudo o que não é finito, e só depois as linhas que **enxergavam** algo
quebrado recebem ``nan``.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["decide", "expose_broken", "replace_broken"]


def decide(answer: Tensor) -> bool:
    """Lê a resposta de uma pergunta feita aos números.

    Args:
        answer: tensor booleano de um elemento.

    Returns:
        A resposta.

    Raises:
        RuntimeError: dentro de ``torch.func.vmap``, em que cada exemplo daria a sua.
    """
    try:
        return bool(answer)
    except RuntimeError as error:
        if "vmap" not in str(error):
            raise
        raise RuntimeError(
            "esta atenção pergunta se há nan ou infinito nas entradas, e por isso não se vetoriza "
            "com torch.func.vmap (nem com jacrev, que a usa). Empilhe os exemplos no eixo do "
            "lote, o primeiro."
        ) from error


def replace_broken(tensor: Tensor) -> Tensor:
    """Troca ``nan`` e infinitos por 0; nesses lugares o gradiente também é 0.

    Args:
        tensor: qualquer tensor flutuante.

    Returns:
        Cópia finita, de mesma forma.
    """
    return torch.nan_to_num(tensor, nan=0.0, posinf=0.0, neginf=0.0)


def expose_broken(
    context: Tensor,
    weights: Tensor,
    inputs: tuple[Tensor, Tensor, Tensor],
    visible: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """Devolve ``nan`` às linhas que enxergam ``nan`` ou infinito.

    Consulta ou chave quebrada estraga a linha inteira, pesos e contexto; valor quebrado
    estraga só o componente em que está.

    Args:
        context: contexto calculado sem os quebrados, forma ``(B, H, Tq, Dv)``.
        weights: pesos calculados sem os quebrados, forma ``(B, H, Tq, Tk)``.
        inputs: ``(query, key, value)`` como vieram, com o mesmo número de cabeças.
        visible: máscara booleana difundível para a forma de ``weights``; ``None``, tudo à vista.

    Returns:
        ``(contexto, pesos)``; os mesmos, se tudo for finito.
    """
    if all(decide(x.isfinite().all()) for x in inputs):
        return context, weights
    query, key, value = inputs
    seen = torch.ones_like(weights, dtype=torch.bool)
    if visible is not None:
        seen = visible.expand(weights.shape)
    broken_query = ~query.isfinite().all(dim=-1, keepdim=True)  # (B, H, Tq, 1)
    broken_key = ~key.isfinite().all(dim=-1, keepdim=True)  # (B, H, Tk, 1)
    broken_row = _sees_any(seen, broken_key) | (broken_query & seen.any(dim=-1, keepdim=True))
    broken_entry = broken_row | _sees_any(seen, ~value.isfinite())  # (B, H, Tq, Dv)
    # Somar nan, em vez de preencher, deixa o nan seguir também pelo gradiente de quem o usar.
    return context + _nan_where(broken_entry, context), weights + _nan_where(
        broken_row & seen, weights
    )


def _sees_any(seen: Tensor, broken: Tensor) -> Tensor:
    """Diz em que linhas há ao menos um quebrado visível: (..., Tq, Tk) x (..., Tk, D)."""
    return seen.float() @ broken.float() > 0


def _nan_where(broken: Tensor, like: Tensor) -> Tensor:
    """Cria um tensor de zeros com nan nos lugares quebrados."""
    return torch.zeros_like(like).masked_fill(broken, torch.nan)
