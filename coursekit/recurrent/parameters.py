"""Contagem exata de parâmetros nas convenções do PyTorch e do Keras."""

from coursekit.recurrent.cells import check_sizes

BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}


def _blocks(kind: str) -> int:
    """Quantos blocos de pesos cada célula tem."""
    if kind not in BLOCKS:
        raise ValueError(f"kind deve ser um de {tuple(BLOCKS)}; recebi {kind!r}.")
    return BLOCKS[kind]


def count_torch_parameters(
    kind: str,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    *,
    bidirectional: bool = False,
) -> int:
    """Conta os parâmetros de ``torch.nn.RNN``, ``LSTM`` ou ``GRU``, com dois vieses por bloco.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        num_layers: camadas empilhadas, positivo.
        bidirectional: se há duas direções.

    Returns:
        ``blocos · (H·D + H·H + 2H)`` por direção e camada, somados.

    Raises:
        ValueError: se ``kind`` não existir ou um tamanho não for positivo.

    Example:
        >>> count_torch_parameters("lstm", 64, 128), count_torch_parameters("gru", 64, 128)
        (99328, 74496)
    """
    check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
    directions = 2 if bidirectional else 1
    total = 0
    for layer in range(num_layers):
        size = input_size if layer == 0 else hidden_size * directions
        block = hidden_size * size + hidden_size * hidden_size + 2 * hidden_size
        total += directions * _blocks(kind) * block
    return total


def count_keras_parameters(
    kind: str, input_size: int, hidden_size: int, *, reset_after: bool = True
) -> int:
    """Conta os parâmetros de ``SimpleRNN``, ``LSTM`` ou ``GRU`` do Keras.

    Um viés por bloco; a GRU com ``reset_after=True`` tem dois, para poder usar o núcleo da cuDNN.

    Args:
        kind: ``"rnn"``, ``"lstm"`` ou ``"gru"``.
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        reset_after: só muda a GRU.

    Returns:
        ``blocos · (H·D + H·H + vieses·H)``.

    Raises:
        ValueError: se ``kind`` não existir ou um tamanho não for positivo.

    Example:
        >>> count_keras_parameters("lstm", 64, 128), count_keras_parameters("gru", 64, 128)
        (98816, 74496)
    """
    check_sizes(input_size=input_size, hidden_size=hidden_size)
    biases = 2 if kind == "gru" and reset_after else 1
    block = hidden_size * input_size + hidden_size * hidden_size + biases * hidden_size
    return _blocks(kind) * block
