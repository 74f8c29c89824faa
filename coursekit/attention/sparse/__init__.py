"""Atenção esparsa: o que se vê, como se calcula, quanto deveria custar.

Um **padrão** (:mod:`~coursekit.attention.sparse.patterns`) é um valor que diz quem vê quem, e
se compõe com outros por ``|``; a janela deslizante tem um núcleo próprio,
:func:`windowed_attention`.
"""

from coursekit.attention.sparse.pattern import Pattern, Union
from coursekit.attention.sparse.patterns import (
    BigBird,
    GlobalTokens,
    Graph,
    Hierarchical,
    RandomBlocks,
    SlidingWindow,
    Strided,
)
from coursekit.attention.sparse.windowed import windowed_attention, windowed_attention_readable

__all__ = [
    "BigBird",
    "GlobalTokens",
    "Graph",
    "Hierarchical",
    "Pattern",
    "RandomBlocks",
    "SlidingWindow",
    "Strided",
    "Union",
    "windowed_attention",
    "windowed_attention_readable",
]
