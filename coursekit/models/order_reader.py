"""Leitores de frases com e sem memória, para medir o que a ordem das palavras exige."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.data.word_order import VOCABULARY, word_order_split
from coursekit.recurrent import RNN
from coursekit.training import FitOptions, fit

__all__ = ["ENCODERS", "OrderReader", "encode_last", "encode_mean", "run_order_trial"]

_EMBEDDING_SIZE = 8
_HIDDEN_SIZE = 16


def encode_mean(words: Tensor) -> Tensor:
    """Resume a frase pela média das palavras: a ordem se perde.

    Args:
        words: forma ``(B, T, D)``.

    Returns:
        Forma ``(B, D)``.
    """
    return words.mean(dim=1)


def encode_last(words: Tensor) -> Tensor:
    """Resume a frase pela última palavra: o que se leu antes se perde.

    Args:
        words: forma ``(B, T, D)``.

    Returns:
        Forma ``(B, D)``.
    """
    return words[:, -1]


class _FinalState(nn.Module):
    """Resume a frase pelo último estado de uma RNN."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = RNN(_EMBEDDING_SIZE, _HIDDEN_SIZE)

    def forward(self, words: Tensor) -> Tensor:
        """De ``(B, T, D)`` a ``(B, H)``."""
        final: Tensor = self.layer(words)[1]
        return final[0]


class _PerWord(nn.Module):
    """Passa cada palavra por uma camada densa e resume com uma função sem parâmetros."""

    def __init__(self, summarize: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.dense = nn.Linear(_EMBEDDING_SIZE, _HIDDEN_SIZE)
        self.summarize = summarize

    def forward(self, words: Tensor) -> Tensor:
        """De ``(B, T, D)`` a ``(B, H)``."""
        return self.summarize(self.dense(words).tanh())


ENCODERS: dict[str, Callable[[], nn.Module]] = {
    "RNN": _FinalState,
    "média": lambda: _PerWord(encode_mean),
    "última palavra": lambda: _PerWord(encode_last),
}
"""Os três modos de resumir uma frase num vetor de 16 números."""


class OrderReader(nn.Module):
    """Diz quem age na frase: *embedding*, resumo e leitura linear.

    Args:
        encoder: de ``(B, T, 8)`` a ``(B, 16)``.

    Example:
        >>> OrderReader(ENCODERS["RNN"]())(torch.zeros(3, 7, dtype=torch.long)).shape
        torch.Size([3, 2])
    """

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY), _EMBEDDING_SIZE)
        self.encoder = encoder
        self.readout = nn.Linear(_HIDDEN_SIZE, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Pontua os dois animais.

        Args:
            tokens: números das palavras, forma ``(B, T)``.

        Returns:
            *Logits*, forma ``(B, 2)``.
        """
        scores: Tensor = self.readout(self.encoder(self.embedding(tokens)))
        return scores


def run_order_trial(encoder: str, seed: int, *, num_epochs: int = 150) -> float:
    """Treina um leitor em 64 frases e o avalia nas outras 64.

    Args:
        encoder: uma chave de ``ENCODERS``.
        seed: semente da divisão e dos parâmetros iniciais.
        num_epochs: passadas pelas frases de treino, inteiro positivo.

    Returns:
        Acurácia nas frases novas, em ``[0, 1]``; o acaso é 0,5.

    Raises:
        ValueError: se ``encoder`` não existir.
    """
    if encoder not in ENCODERS:
        raise ValueError(f"encoder deve ser um de {tuple(ENCODERS)}; recebi {encoder!r}.")
    split = word_order_split(generator=np.random.default_rng(seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = OrderReader(ENCODERS[encoder]())
    batch = (torch.from_numpy(split.train_tokens), torch.from_numpy(split.train_agents))
    optimizer = torch.optim.Adam(reader.parameters(), lr=0.01)
    options = FitOptions(progress=False)
    fit(reader, [batch], F.cross_entropy, optimizer, epochs=num_epochs, options=options)
    with torch.no_grad():
        answers = reader(torch.from_numpy(split.test_tokens)).argmax(dim=-1)
    return float((answers.numpy() == split.test_agents).mean())
