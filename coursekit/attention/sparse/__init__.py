"""Atenção esparsa: o que se vê, como se calcula, quanto deveria custar.

Um **padrão** (:mod:`~coursekit.attention.sparse.patterns`) é um valor que diz quem vê quem, e
se compõe com outros por ``|``. Os **núcleos** calculam sem montar a matriz de todos os pares:
:func:`windowed_attention` a janela deslizante, :func:`block_sparse_attention` qualquer padrão. E
:mod:`~coursekit.attention.sparse.cost` conta, antes de medir, pares, operações e bytes.
"""

from coursekit.attention.sparse.block_sparse import block_sparse_attention
from coursekit.attention.sparse.compiled import compiled_windowed_attention
from coursekit.attention.sparse.cost import (
    attention_flops,
    computed_pairs,
    quadratic_share,
    transformer_flops,
    weight_bytes,
)
from coursekit.attention.sparse.hierarchy import Hierarchical
from coursekit.attention.sparse.pattern import Pattern, Union
from coursekit.attention.sparse.patterns import (
    BigBird,
    GlobalTokens,
    Graph,
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
    "attention_flops",
    "block_sparse_attention",
    "compiled_windowed_attention",
    "computed_pairs",
    "quadratic_share",
    "transformer_flops",
    "weight_bytes",
    "windowed_attention",
    "windowed_attention_readable",
]
