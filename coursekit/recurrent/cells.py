"""Células: um passo de tempo, com os nomes de parâmetros de ``torch.nn``."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.recurrent.steps import (
    Activation,
    LSTMState,
    gru_step,
    gru_step_reset_before,
    lstm_step,
    rnn_step,
)

ACTIVATIONS: dict[str, Activation] = {"tanh": torch.tanh, "relu": torch.relu}


def choose_activation(name: str) -> Activation:
    """Devolve a não linearidade da RNN simples pelo nome, ou diz quais existem."""
    if name not in ACTIVATIONS:
        raise ValueError(f"nonlinearity deve ser 'tanh' ou 'relu'; recebi {name!r}.")
    return ACTIVATIONS[name]


def check_sizes(**sizes: int) -> None:
    """Recusa tamanhos que não sejam inteiros positivos, dizendo qual."""
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} deve ser um inteiro positivo; recebi {size!r}.")


def reset_uniform(module: nn.Module, hidden_size: int) -> None:
    """Sorteia todos os parâmetros em U(−1/√H, 1/√H), como ``torch.nn``."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -bound, bound)


def set_forget_bias(bias_ih: Tensor, bias_hh: Tensor, value: float) -> None:
    """Faz o viés total da porta de esquecimento valer ``value`` (os dois vieses se somam)."""
    size = bias_ih.shape[0] // 4
    with torch.no_grad():
        bias_ih[size : 2 * size] = value
        bias_hh[size : 2 * size] = 0.0


def _check_inputs(inputs: Tensor, input_size: int) -> None:
    """Confere a forma da entrada de uma célula."""
    if inputs.ndim != 2 or inputs.shape[1] != input_size:
        raise ValueError(
            f"inputs deve ter forma (B, {input_size}); recebi {tuple(inputs.shape)}. Uma célula dá "
            "um passo; para a sequência inteira, use a camada."
        )


class _Cell(nn.Module):
    """Parâmetros comuns às três células, com os nomes de ``torch.nn``."""

    def __init__(self, input_size: int, hidden_size: int, num_blocks: int, bias: bool) -> None:
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.empty(num_blocks * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(num_blocks * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(num_blocks * hidden_size)) if bias else None
        self.bias_hh = nn.Parameter(torch.empty(num_blocks * hidden_size)) if bias else None

    def extra_repr(self) -> str:
        """Tamanhos, para o ``print`` do módulo."""
        return f"{self.input_size}, {self.hidden_size}, bias={self.bias_ih is not None}"

    def _initial(self, inputs: Tensor, state: Tensor | None) -> Tensor:
        """Estado dado, conferido, ou zeros no tipo e aparelho da entrada."""
        if state is None:
            return inputs.new_zeros(inputs.shape[0], self.hidden_size)
        if state.shape != (inputs.shape[0], self.hidden_size):
            raise ValueError(
                f"o estado deve ter forma {(inputs.shape[0], self.hidden_size)}; recebi "
                f"{tuple(state.shape)}. Passe None para começar de zero."
            )
        return state

    def _projected(self, inputs: Tensor) -> Tensor:
        """Projeção da entrada, já com os dois vieses somados."""
        _check_inputs(inputs, self.input_size)
        if self.bias_ih is None or self.bias_hh is None:
            return F.linear(inputs, self.weight_ih)
        return F.linear(inputs, self.weight_ih, self.bias_ih + self.bias_hh)


class RNNCell(_Cell):
    r"""Célula da RNN simples: :math:`h_t = \varphi(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})`.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        nonlinearity: ``"tanh"`` ou ``"relu"``.
        bias: se há vieses.

    Raises:
        ValueError: se um tamanho não for positivo ou a não linearidade não existir.

    Fonte:
        Elman (1990). Dois vieses, redundantes, como em ``torch.nn``.

    Example:
        >>> cell = RNNCell(3, 5)
        >>> cell(torch.zeros(2, 3)).shape
        torch.Size([2, 5])
    """

    def __init__(
        self, input_size: int, hidden_size: int, *, nonlinearity: str = "tanh", bias: bool = True
    ) -> None:
        super().__init__(input_size, hidden_size, 1, bias)
        self.activation = choose_activation(nonlinearity)
        reset_uniform(self, hidden_size)

    def forward(self, inputs: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Avança um passo.

        Args:
            inputs: forma ``(B, D)``.
            hidden: forma ``(B, H)``; ``None`` = zeros.

        Returns:
            Novo estado, forma ``(B, H)``.
        """
        projected = self._projected(inputs)
        return rnn_step(projected, self._initial(inputs, hidden), self.weight_hh, self.activation)


class LSTMCell(_Cell):
    """Célula LSTM, com viés de esquecimento escolhido e *peepholes* opcionais.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        forget_bias: viés total inicial da porta de esquecimento; ``None`` deixa o sorteio de
            ``torch.nn`` (perto de 0). Exige ``bias=True``.
        peepholes: se as portas espiam a célula.
        bias: se há vieses.

    Raises:
        ValueError: se um tamanho não for positivo, ou ``forget_bias`` vier sem vieses.

    Fonte:
        Hochreiter e Schmidhuber (1997); esquecimento, Gers et al. (2000); viés 1, Jozefowicz et
        al. (2015).

    Example:
        >>> cell = LSTMCell(3, 5, forget_bias=1.0)
        >>> hidden, memory = cell(torch.zeros(2, 3))
        >>> hidden.shape, memory.shape
        (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        peepholes: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__(input_size, hidden_size, 4, bias)
        self.weight_ph = nn.Parameter(torch.empty(3 * hidden_size)) if peepholes else None
        reset_uniform(self, hidden_size)
        if forget_bias is not None:
            if self.bias_ih is None or self.bias_hh is None:
                raise ValueError("forget_bias precisa de bias=True: sem viés não há o que iniciar.")
            set_forget_bias(self.bias_ih, self.bias_hh, forget_bias)

    def forward(self, inputs: Tensor, state: LSTMState | None = None) -> LSTMState:
        """Avança um passo.

        Args:
            inputs: forma ``(B, D)``.
            state: ``(hidden, cell)``, cada um ``(B, H)``; ``None`` = zeros.

        Returns:
            ``(hidden, cell)`` no passo seguinte.
        """
        projected = self._projected(inputs)
        hidden, cell = (None, None) if state is None else state
        start = self._initial(inputs, hidden), self._initial(inputs, cell)
        return lstm_step(projected, start, self.weight_hh, self.weight_ph)


class GRUCell(_Cell):
    """Célula GRU.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        reset_after: ``True`` redefine depois do produto recorrente (PyTorch e Keras); ``False``,
            antes (artigo).
        bias: se há vieses.

    Raises:
        ValueError: se um tamanho não for positivo.

    Fonte:
        Cho et al. (2014), com ``reset_after=False``.

    Example:
        >>> GRUCell(3, 5)(torch.zeros(2, 3)).shape
        torch.Size([2, 5])
    """

    def __init__(
        self, input_size: int, hidden_size: int, *, reset_after: bool = True, bias: bool = True
    ) -> None:
        super().__init__(input_size, hidden_size, 3, bias)
        self.step = gru_step if reset_after else gru_step_reset_before
        reset_uniform(self, hidden_size)

    def forward(self, inputs: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Avança um passo.

        Args:
            inputs: forma ``(B, D)``.
            hidden: forma ``(B, H)``; ``None`` = zeros.

        Returns:
            Novo estado, forma ``(B, H)``.
        """
        _check_inputs(inputs, self.input_size)
        projected = F.linear(inputs, self.weight_ih, self.bias_ih)
        return self.step(projected, self._initial(inputs, hidden), self.weight_hh, self.bias_hh)
