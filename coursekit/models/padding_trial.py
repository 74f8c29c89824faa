"""Quanto o preenchimento estraga: a mesma sequência sozinha e dentro de um lote preenchido.

O lote junta sequências de comprimentos diferentes, completadas com zeros à direita. O que uma
rede responde por uma sequência não deveria depender de quem divide o lote com ela.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from coursekit.attention import attend, weighted_mean
from coursekit.recurrent import GRU

__all__ = ["PaddedBatch", "PaddingErrors", "padded_batch", "run_padding_trial"]

INPUT_SIZE, HIDDEN_SIZE = 5, 6
LENGTHS = (3, 7, 12)


@dataclass(frozen=True)
class PaddedBatch:
    """Guarda as sequências soltas e o lote que as junta.

    Attributes:
        sequences: sequências de forma ``(comprimento, D)``.
        inputs: as mesmas, com zeros à direita, forma ``(B, T, D)``.
        lengths: comprimentos, forma ``(B,)``.
    """

    sequences: tuple[Tensor, ...]
    inputs: Tensor
    lengths: Tensor


@dataclass(frozen=True)
class PaddingErrors:
    """Guarda as diferenças entre a resposta no lote e a resposta a cada sequência sozinha.

    Nas medidas sem máscara vale a **menor** diferença entre as sequências que têm
    preenchimento; nas medidas com máscara, a **maior** entre todas.

    Attributes:
        final_padded: estado final lido no fim do lote.
        final_packed: estado final com ``pack_padded_sequence`` do PyTorch.
        final_lengths: estado final com ``lengths=`` da camada do curso.
        backward_padded: saída bidirecional no último passo de verdade, sem máscara.
        backward_lengths: todas as saídas bidirecionais, com ``lengths=``.
        mean_padded: média no tempo sobre o lote inteiro.
        mean_masked: média só dos passos que existem.
        attention_on_padding: fração da atenção que cai no preenchimento, sem máscara.
        attention_masked: a mesma fração, com máscara.
    """

    final_padded: float
    final_packed: float
    final_lengths: float
    backward_padded: float
    backward_lengths: float
    mean_padded: float
    mean_masked: float
    attention_on_padding: float
    attention_masked: float


def padded_batch(generator: torch.Generator, lengths: tuple[int, ...] = LENGTHS) -> PaddedBatch:
    """Sorteia sequências normais e as junta num lote, com zeros à direita.

    Args:
        generator: gerador do PyTorch de onde saem os números.
        lengths: comprimento de cada sequência, inteiros positivos.

    Returns:
        O lote, com ``D = 5``, em float64.

    Raises:
        ValueError: se não houver sequências, ou alguma tiver comprimento menor que 1.

    Example:
        >>> padded_batch(torch.Generator().manual_seed(0), (2, 3)).inputs.shape
        torch.Size([2, 3, 5])
    """
    if not lengths or min(lengths) < 1:
        raise ValueError(
            f"lengths deve ter ao menos um comprimento, todos positivos; recebi {lengths}. "
            "Retire as sequências vazias do lote."
        )
    sequences = tuple(
        torch.randn(n, INPUT_SIZE, generator=generator, dtype=torch.float64) for n in lengths
    )
    inputs = pad_sequence(list(sequences), batch_first=True)
    return PaddedBatch(sequences, inputs, torch.tensor(lengths))


@torch.no_grad()
def run_padding_trial(seed: int) -> PaddingErrors:
    """Mede o efeito do preenchimento em três leitores: recorrente, média e atenção.

    São três sequências, de 3, 7 e 12 passos, GRU de 6 unidades e uma consulta de atenção, todos
    sorteados e sem treino. O gerador global do PyTorch não é alterado.

    Args:
        seed: semente dos pesos e das sequências.

    Returns:
        As nove diferenças.
    """
    generator = torch.Generator().manual_seed(seed)
    batch = padded_batch(generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        ours = GRU(INPUT_SIZE, HIDDEN_SIZE, bidirectional=True).double()
        library = nn.GRU(INPUT_SIZE, HIDDEN_SIZE, batch_first=True, bidirectional=True).double()
    library.load_state_dict(ours.state_dict())
    query = torch.randn(1, INPUT_SIZE, generator=generator, dtype=torch.float64)
    final, packed, lengthy = _final_states(library, ours, batch)
    bare, aligned = _backward_outputs(ours, batch)
    average, masked = _means(batch)
    exposed, hidden = _attention_on_padding(query, batch)
    return PaddingErrors(
        final_padded=float(final[:-1].min()),
        final_packed=float(packed.max()),
        final_lengths=float(lengthy.max()),
        backward_padded=float(bare[:-1].min()),
        backward_lengths=float(aligned.max()),
        mean_padded=float(average[:-1].min()),
        mean_masked=float(masked.max()),
        attention_on_padding=float(exposed[:-1].min()),
        attention_masked=float(hidden.max()),
    )


def _gap(found: Tensor, expected: Tensor) -> Tensor:
    """Maior diferença de cada exemplo, forma ``(B,)``."""
    return (found - expected).abs().flatten(1).amax(dim=1)


def _final_states(library: nn.GRU, ours: GRU, batch: PaddedBatch) -> tuple[Tensor, Tensor, Tensor]:
    """Diferenças do estado final da direção direta: sem máscara, empacotado, com lengths."""
    alone = torch.stack([library(s[None])[1][0, 0] for s in batch.sequences])
    ends = batch.lengths
    packed = pack_padded_sequence(batch.inputs, ends, batch_first=True, enforce_sorted=False)
    return (
        _gap(library(batch.inputs)[1][0], alone),
        _gap(library(packed)[1][0], alone),
        _gap(ours(batch.inputs, lengths=ends)[1][0], alone),
    )


def _backward_outputs(ours: GRU, batch: PaddedBatch) -> tuple[Tensor, Tensor]:
    """Diferenças da saída bidirecional: no último passo sem máscara; em todos, com lengths."""
    alone = [ours(s[None])[0][0] for s in batch.sequences]
    bare, aligned = ours(batch.inputs)[0], ours(batch.inputs, lengths=batch.lengths)[0]
    last = torch.stack([(bare[i, len(a) - 1] - a[-1]).abs().max() for i, a in enumerate(alone)])
    every = torch.stack([(aligned[i, : len(a)] - a).abs().max() for i, a in enumerate(alone)])
    return last, every


def _means(batch: PaddedBatch) -> tuple[Tensor, Tensor]:
    """Diferenças da média no tempo, sobre o lote inteiro e só nos passos que existem."""
    alone = torch.stack([s.mean(dim=0) for s in batch.sequences])
    visible = torch.arange(batch.inputs.shape[1]) < batch.lengths[:, None]  # (B, T)
    masked = weighted_mean(batch.inputs, visible[:, None].to(batch.inputs.dtype))[:, 0]
    return _gap(batch.inputs.mean(dim=1), alone), _gap(masked, alone)


def _attention_on_padding(query: Tensor, batch: PaddedBatch) -> tuple[Tensor, Tensor]:
    """Fração da atenção que cai no preenchimento, sem e com máscara, por exemplo."""
    queries = query.expand(len(batch.inputs), 1, -1)
    padding = torch.arange(batch.inputs.shape[1]) >= batch.lengths[:, None]  # (B, T)
    shares = []
    for ends in (None, batch.lengths):
        _, weights = attend(
            queries, batch.inputs, batch.inputs, key_lengths=ends, return_weights=True
        )
        shares.append((weights[:, 0] * padding).sum(dim=-1))
    return shares[0], shares[1]
