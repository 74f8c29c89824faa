"""Quanto deveria custar: pares, operações e bytes, contados antes de medir."""

from __future__ import annotations

from coursekit.attention.sparse.pattern import Pattern, check_count

__all__ = [
    "attention_flops",
    "computed_pairs",
    "quadratic_share",
    "transformer_flops",
    "weight_bytes",
]


def attention_flops(pairs: int, width: int, *, value_width: int | None = None) -> int:
    r"""Operações de pontuar e de somar: uma multiplicação e uma soma por componente de cada par.

    .. math::

        2\,P\,D + 2\,P\,D_v

    Não conta o softmax (exponenciais e divisões), que é proporcional aos pares.

    Args:
        pairs: pares (consulta, chave) calculados :math:`P`, de uma cabeça, ``>= 0``.
        width: largura da consulta e da chave :math:`D`, ``>= 1``.
        value_width: largura do valor :math:`D_v`; ``None``, a mesma.

    Returns:
        Operações de ponto flutuante.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Example:
        >>> attention_flops(512 * 512, 64)
        67108864
    """
    pairs, width = check_count("pairs", pairs), check_count("width", width, least=1)
    value = width if value_width is None else check_count("value_width", value_width, least=1)
    return 2 * pairs * (width + value)


def transformer_flops(length: int, width: int, *, expansion: int = 4) -> int:
    r"""Operações das projeções de um bloco Transformer: tudo o que **não** depende dos pares.

    .. math::

        2\,n\,d^2 (4 + 2m)

    são as quatro projeções da atenção (consulta, chave, valor, saída) e as duas da rede densa,
    que abre para :math:`m\,d` e fecha. Para cada posição, uma multiplicação e uma soma por peso.

    Args:
        length: número de posições :math:`n`, ``>= 0``.
        width: largura do modelo :math:`d`, ``>= 1``.
        expansion: quantas vezes a rede densa é mais larga, :math:`m`, ``>= 1``.

    Returns:
        Operações de ponto flutuante.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Example:
        >>> transformer_flops(1, 1)
        24
    """
    length, width = check_count("length", length), check_count("width", width, least=1)
    expansion = check_count("expansion", expansion, least=1)
    return 2 * length * width * width * (4 + 2 * expansion)


def quadratic_share(
    length: int, width: int, *, pairs: int | None = None, expansion: int = 4
) -> float:
    r"""Que parte das operações de um bloco Transformer depende do número de pares.

    .. math::

        \frac{4 n^2 d}{4 n^2 d + 24 n d^2} = \frac{n}{n + 6d}

    com atenção densa e rede densa quatro vezes mais larga; só passa da metade quando
    :math:`n > 6d`. A máscara causal não muda a conta de quem calcula todos os pares.

    Args:
        length: número de posições :math:`n`, ``>= 1``.
        width: largura do modelo :math:`d` (todas as cabeças juntas), ``>= 1``.
        pairs: pares calculados por cabeça; ``None``, todos, :math:`n^2`.
        expansion: quantas vezes a rede densa é mais larga, ``>= 1``.

    Returns:
        Fração entre 0 e 1.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Example:
        >>> quadratic_share(512, 768)  # BERT-base
        0.1
    """
    length = check_count("length", length, least=1)
    scored = attention_flops(length * length if pairs is None else pairs, width)
    return scored / (scored + transformer_flops(length, width, expansion=expansion))


def weight_bytes(pairs: int, *, heads: int = 1, bytes_per_number: int = 4) -> int:
    """Memória para guardar os pesos de todos os pares, como faz a atenção ingênua.

    A atenção exata que recalcula (a nossa, a «flash») não paga esta conta.

    Args:
        pairs: pares por cabeça, ``>= 0``.
        heads: número de cabeças (vezes o lote), ``>= 1``.
        bytes_per_number: 8 em float64, 4 em float32, 2 em float16 e bfloat16.

    Returns:
        Bytes.

    Raises:
        TypeError: se algum número não for inteiro.
        ValueError: se sair do domínio.

    Example:
        >>> weight_bytes(4096 * 4096, heads=12) // 2**20  # MiB
        768
    """
    pairs, heads = check_count("pairs", pairs), check_count("heads", heads, least=1)
    return pairs * heads * check_count("bytes_per_number", bytes_per_number, least=1)


def computed_pairs(pattern: Pattern, length: int, block: int) -> int:
    """Pares que um núcleo de blocos calcula: todos os dos blocos com algum par visível.

    Args:
        pattern: quem vê quem.
        length: número de posições ``T``, ``>= 0``.
        block: lado do bloco, ``>= 1``.

    Returns:
        Pares calculados; a razão para ``pattern.visible_pairs(length)`` é o desperdício.

    Raises:
        TypeError: se ``pattern`` não for um padrão, ou algum número não for inteiro.
        ValueError: se sair do domínio.

    Example:
        >>> from coursekit.attention.sparse import Strided
        >>> computed_pairs(Strided(4), 64, 8), Strided(4).visible_pairs(64)
        (4096, 1024)
    """
    if not isinstance(pattern, Pattern):
        raise TypeError(
            f"pattern deve ser um padrão; recebi {type(pattern).__name__}. Use, por exemplo, "
            "SlidingWindow(8)."
        )
    layout = pattern.block_layout(length, block)
    sizes = [min(block, length - start) for start in range(0, length, block)]
    return sum(sizes[row] * sizes[column] for row, column in zip(*layout.nonzero(), strict=True))
