"""O que toda atenção esparsa faz antes e depois da conta: conferir, achatar e devolver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from coursekit.attention.attend_checks import check_inputs
from coursekit.attention.checks import finite_number
from coursekit.attention.masks import example_lengths, padding_mask
from coursekit.attention.sparse.heads import flatten_heads, restore_heads

__all__ = ["SparseInputs"]


@dataclass(frozen=True, eq=False)
class SparseInputs:
    r"""As entradas de uma chamada, já conferidas; faz-se com :meth:`checked`.

    Args:
        tensors: consultas, chaves e valores, como vieram, todos com ``T`` posições.
        scale: fator dos escores.
        key_lengths: quantas chaves valem em cada exemplo; ``None`` se valem todas.
    """

    tensors: tuple[Tensor, Tensor, Tensor]
    scale: float | Tensor
    key_lengths: list[int] | None

    @classmethod
    def checked(
        cls,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        scale: float | Tensor | None,
        key_lengths: Tensor | Sequence[int] | None,
    ) -> SparseInputs:
        r"""Confere os argumentos comuns e preenche a escala padrão.

        Args:
            query: consultas, forma ``(B, H, T, D)`` ou ``(B, T, D)``.
            key: chaves, forma ``(B, Hkv, T, D)`` ou ``(B, T, D)``.
            value: valores, forma ``(B, Hkv, T, Dv)`` ou ``(B, T, Dv)``.
            scale: número finito, tensor de um elemento, ou ``None``, que é :math:`1/\sqrt{D}`.
            key_lengths: quantas chaves valem em cada exemplo, forma ``(B,)``, ou ``None``.

        Returns:
            As entradas.

        Raises:
            TypeError: se algum argumento for de tipo errado.
            ValueError: se as formas não casarem, consultas e chaves forem em número diferente,
                ou algum valor sair do domínio.
        """
        check_inputs(query, key, value)
        if query.shape[-2] != key.shape[-2]:
            raise ValueError(
                f"recebi {query.shape[-2]} consultas e {key.shape[-2]} chaves; aceito o mesmo "
                "número T das duas. Na geração com cache, use attend(..., window=(radius, 0))."
            )
        working = torch.promote_types(query.dtype, torch.float32)
        standard = 1 / math.sqrt(query.shape[-1])
        factor = standard if scale is None else finite_number("scale", scale, working)
        return cls((query, key, value), factor, _checked_lengths(key_lengths, query))

    @property
    def length(self) -> int:
        """Número de posições ``T``."""
        return self.tensors[0].shape[-2]

    def flat(self) -> list[Tensor]:
        """Achata lote e cabeças, como o núcleo quer.

        Returns:
            Consultas, chaves e valores, forma ``(B * H, T, ...)``, em float32 ou mais.
        """
        return flatten_heads(*self.tensors)

    def restored(self, context: Tensor) -> Tensor:
        """Devolve o contexto do núcleo à forma e ao tipo das entradas.

        Args:
            context: forma ``(B * H, T, Dv)``.

        Returns:
            Forma ``(B, H, T, Dv)`` ou ``(B, T, Dv)``, tipo das consultas.
        """
        query, _, value = self.tensors
        return restore_heads(context, query, value)

    def head_limits(self) -> list[int]:
        """Diz quantas chaves valem em cada cabeça achatada.

        Returns:
            Um limite por cabeça, ``B * H``: os das cabeças de um exemplo vêm seguidos.
        """
        query = self.tensors[0]
        limits = [self.length] * len(query) if self.key_lengths is None else self.key_lengths
        return [limit for limit in limits for _ in range(math.prod(query.shape[1:-2]))]


def _checked_lengths(lengths: Any, query: Tensor) -> list[int] | None:
    """Confere os comprimentos e os devolve como lista, um por exemplo."""
    if lengths is None:
        return None
    counts = example_lengths(lengths, len(query))
    padding_mask(counts, query.shape[-2])  # recusa o que não for inteiro em [0, T]
    return [int(count) for count in counts.tolist()]
