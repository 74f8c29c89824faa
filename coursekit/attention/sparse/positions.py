"""Posições de ladrilhos: lidas como vista quando andam a passo constante, recolhidas senão."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from coursekit.attention.sparse.pattern import IntArray

__all__ = ["Positions", "Run"]

MOST_PHASES = 16  # somas por vista até aqui; além disso, recolher sai mais barato


@dataclass(frozen=True)
class Run:
    """Posições a passo constante: ``start + ladrilho * across + linha * along``.

    Args:
        start: a primeira posição.
        across: passo de um ladrilho para o seguinte.
        along: passo de uma linha para a seguinte.

    Example:
        >>> import numpy as np
        >>> Run.of(np.array([[0, 1, 2], [2, 3, 4]]))
        Run(start=0, across=2, along=1)
        >>> Run.of(np.array([[0, 1, 5]])) is None
        True
    """

    start: int
    across: int
    along: int

    @classmethod
    def of(cls, positions: IntArray) -> Run | None:
        """Descobre os passos, se houver.

        Args:
            positions: forma ``(count, size)``, ambos ``>= 1``.

        Returns:
            Os passos, ou ``None`` se não forem constantes e positivos.
        """
        start = int(positions[0, 0])
        across = int(positions[1, 0]) - start if len(positions) > 1 else 1
        along = int(positions[0, 1]) - start if positions.shape[1] > 1 else 1
        tiles, lines = np.ogrid[: positions.shape[0], : positions.shape[1]]
        steady = np.array_equal(positions, start + tiles * across + lines * along)
        return cls(start, across, along) if steady and min(across, along) > 0 else None


@dataclass(frozen=True, eq=False)
class Positions:
    """Linhas de uma matriz que formam ladrilhos de mesmo tamanho.

    Linhas vizinhas de passo constante são uma vista, sem cópia; as outras se recolhem.

    Args:
        index: posições, inteiros de forma ``(count, size)``.
        run: os passos, se forem constantes.
        phases: em quantas parcelas somar por vista, para que os ladrilhos de uma parcela não
            dividam linhas; 0 se a soma tem de ser por recolhimento.
    """

    index: Tensor
    run: Run | None
    phases: int

    @classmethod
    def of(cls, positions: IntArray, device: torch.device) -> Positions:
        """Prepara as posições para o núcleo.

        Args:
            positions: forma ``(count, size)``, ambos ``>= 1``.
            device: onde pô-las.

        Returns:
            As posições.
        """
        run, phases = Run.of(positions), 0
        if run and len(np.unique(positions)) == positions.size:
            phases = 1
        elif run and run.along == 1:
            phases = -(-positions.shape[1] // run.across)
        usable = phases if phases <= MOST_PHASES else 0
        return cls(torch.from_numpy(positions).to(device), run, usable)

    @property
    def contiguous(self) -> bool:
        """Se ``take`` dá uma vista contígua, em que se pode escrever direto."""
        adjacent = self.index.shape[0] == 1 or (
            self.run is not None and self.run.across == self.index.shape[1]
        )
        return self.run is not None and self.run.along == 1 and adjacent

    @cached_property
    def flat(self) -> Tensor:
        """Posições em fila, como os recolhedores pedem."""
        return self.index.flatten()

    def take(self, rows: Tensor) -> Tensor:
        """Lê as linhas.

        Args:
            rows: contíguo, forma ``(T, D)``.

        Returns:
            Forma ``(count, size, D)``; vista ou cópia.
        """
        if self.run is not None:
            view = self._view(rows, self.run)  # espaçada, a cópia é mais rápida que recolher
            return view if self.run.along == 1 else view.contiguous()
        return rows.index_select(0, self.flat).view(*self.index.shape, rows.shape[-1])

    def put(self, rows: Tensor, tiles: Tensor) -> None:
        """Escreve nas linhas; cada uma só pode estar uma vez nas posições.

        Args:
            rows: contíguo, forma ``(T, D)``.
            tiles: forma ``(count, size, D)``.
        """
        if self.run is not None:
            self._view(rows, self.run).copy_(tiles)
        else:
            rows.index_copy_(0, self.flat, tiles.flatten(0, 1))

    def add(self, rows: Tensor, tiles: Tensor) -> None:
        """Soma nas linhas, que podem repetir-se.

        Args:
            rows: contíguo, forma ``(T, D)``.
            tiles: forma ``(count, size, D)``.
        """
        if self.run is None or not self.phases:
            rows.index_add_(0, self.flat, tiles.flatten(0, 1))
            return
        view = self._view(rows, self.run)
        for phase in range(min(self.phases, len(view))):
            view[phase :: self.phases].add_(tiles[phase :: self.phases])

    def _view(self, rows: Tensor, run: Run) -> Tensor:
        width = rows.shape[-1]
        strides = (run.across * width, run.along * width, 1)
        offset = rows.storage_offset() + run.start * width
        return rows.as_strided((*self.index.shape, width), strides, offset)
