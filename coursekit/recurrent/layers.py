"""Camadas recorrentes legíveis, trocáveis pelas de ``torch.nn`` (mesmos nomes de parâmetros)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.recurrent.cells import choose_activation, reset_uniform, set_forget_bias
from coursekit.recurrent.lstm_loop import lstm_loop
from coursekit.recurrent.stack import RecurrentStack, States, Step
from coursekit.recurrent.steps import (
    LSTMState,
    gru_step,
    gru_step_reset_before,
    lstm_step,
    rnn_step,
)


class RNN(RecurrentStack):
    r"""RNN simples sobre a sequência: :math:`h_t = \varphi(W_{ih} x_t + W_{hh} h_{t-1} + b)`.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        num_layers: camadas empilhadas; a entrada de cada uma é a saída da anterior.
        nonlinearity: ``"tanh"`` ou ``"relu"``.
        bidirectional: se há também a direção inversa, com a saída concatenada.
        reverse: se a única direção é a inversa (saída já na ordem da entrada).
        dropout: probabilidade, em ``[0, 1)``, aplicada entre as camadas ao treinar.
        bias: se há vieses.

    Raises:
        ValueError: se um argumento estiver fora do domínio, ou ``reverse`` vier com
            ``bidirectional``.

    Fonte:
        Elman (1990); duas direções, Schuster e Paliwal (1997). ``state_dict`` de
        ``torch.nn.RNN``.

    Example:
        >>> outputs, final = RNN(3, 5, bidirectional=True)(torch.zeros(2, 7, 3), lengths=[7, 4])
        >>> outputs.shape, final.shape
        (torch.Size([2, 7, 10]), torch.Size([2, 2, 5]))
    """

    num_blocks = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        nonlinearity: str = "tanh",
        bidirectional: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers,
            bidirectional=bidirectional, reverse=reverse, dropout=dropout, bias=bias,
        )  # fmt: skip
        self.activation = choose_activation(nonlinearity)
        reset_uniform(self, hidden_size)

    def forward(
        self,
        inputs: Tensor,
        initial_state: Tensor | None = None,
        *,
        lengths: Tensor | list[int] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Percorre a sequência.

        Args:
            inputs: forma ``(B, T, D)``.
            initial_state: forma ``(camadas·direções, B, H)``; ``None`` = zeros.
            lengths: comprimento de cada exemplo, forma ``(B,)``, de 0 a ``T``.

        Returns:
            ``(outputs, final_state)``: ``(B, T, H·direções)``, zero no preenchimento, e
            ``(camadas·direções, B, H)``, o estado no fim de cada exemplo.

        Raises:
            TypeError: se ``lengths`` não forem inteiros.
            ValueError: se alguma forma ou comprimento não servir.
        """
        given = None if initial_state is None else (initial_state,)
        outputs, finals = self._run_stack(inputs, self._split_state(inputs, given), lengths)
        return outputs, self._join_state(finals, 0)

    def _make_step(self, suffix: str) -> Step:
        weight_hh, activation = self._parameter("weight_hh", suffix), self.activation

        def step(projected: Tensor, states: States) -> States:
            return (rnn_step(projected, states[0], weight_hh, activation),)

        return step


class LSTM(RecurrentStack):
    """LSTM sobre a sequência, com viés de esquecimento escolhido e *peepholes* opcionais.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        num_layers: camadas empilhadas.
        forget_bias: viés total inicial da porta de esquecimento, em todas as camadas e
            direções; ``None`` deixa o sorteio de ``torch.nn``.
        peepholes: se as portas espiam a célula; acrescenta ``weight_ph_l*``, forma ``(3H,)``,
            blocos ``i, f, o``.
        bidirectional: se há também a direção inversa.
        reverse: se a única direção é a inversa.
        dropout: probabilidade, em ``[0, 1)``, aplicada entre as camadas ao treinar.
        bias: se há vieses.

    Raises:
        ValueError: se um argumento estiver fora do domínio.

    Fonte:
        Hochreiter e Schmidhuber (1997); Gers et al. (2000). Sem *peepholes*, ``state_dict`` de
        ``torch.nn.LSTM``.

    Example:
        >>> outputs, (hidden, cell) = LSTM(3, 5, num_layers=2)(torch.zeros(2, 7, 3))
        >>> outputs.shape, hidden.shape, cell.shape
        (torch.Size([2, 7, 5]), torch.Size([2, 2, 5]), torch.Size([2, 2, 5]))
    """

    num_blocks = 4
    num_states = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        forget_bias: float | None = None,
        peepholes: bool = False,
        bidirectional: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers,
            bidirectional=bidirectional, reverse=reverse, dropout=dropout, bias=bias,
        )  # fmt: skip
        if forget_bias is not None and not bias:
            raise ValueError("forget_bias precisa de bias=True: sem viés não há o que iniciar.")
        suffixes = [s for layer in range(num_layers) for s in self._suffixes(layer)]
        for suffix in suffixes:
            weight = nn.Parameter(torch.empty(3 * hidden_size)) if peepholes else None
            self.register_parameter(f"weight_ph_{suffix}", weight)
        reset_uniform(self, hidden_size)
        if forget_bias is not None:
            for s in suffixes:
                biases = self._parameter("bias_ih", s), self._parameter("bias_hh", s)
                set_forget_bias(*biases, forget_bias)

    def forward(
        self,
        inputs: Tensor,
        initial_state: LSTMState | None = None,
        *,
        lengths: Tensor | list[int] | None = None,
    ) -> tuple[Tensor, LSTMState]:
        """Percorre a sequência.

        Args:
            inputs: forma ``(B, T, D)``.
            initial_state: ``(hidden, cell)``, cada um ``(camadas·direções, B, H)``.
            lengths: comprimento de cada exemplo, forma ``(B,)``, de 0 a ``T``.

        Returns:
            ``(outputs, (hidden, cell))``: ``(B, T, H·direções)``, zero no preenchimento, e os
            estados no fim de cada exemplo.

        Raises:
            TypeError: se ``initial_state`` não for um par ou ``lengths`` não forem inteiros.
            ValueError: se alguma forma ou comprimento não servir.
        """
        if initial_state is not None and (
            isinstance(initial_state, Tensor) or len(initial_state) != 2
        ):
            raise TypeError(
                "o estado inicial da LSTM deve ser o par (hidden, cell); recebi "
                f"{type(initial_state).__name__}. Passe os dois, nesta ordem."
            )
        outputs, finals = self._run_stack(inputs, self._split_state(inputs, initial_state), lengths)
        return outputs, (self._join_state(finals, 0), self._join_state(finals, 1))

    def _run(
        self, inputs: Tensor, states: States, suffix: str, visible: Tensor | None
    ) -> tuple[Tensor, States]:
        """Ao treinar, percorre com a volta escrita à mão; nos outros casos, passo a passo."""
        projection = self._parameter("weight_ih", suffix), self._input_bias(suffix)
        weight_hh = self._parameter("weight_hh", suffix)
        tensors = (inputs, *states, *projection, weight_hh)
        if getattr(self, f"weight_ph_{suffix}") is not None or not _trains_alike(tensors):
            return super()._run(inputs, states, suffix, visible)
        projected = F.linear(inputs.transpose(0, 1).contiguous(), *projection)  # (T, B, 4H)
        sequences = lstm_loop(projected, (states[0], states[1]), weight_hh)
        final = tuple(sequence[-1] for sequence in sequences)
        if visible is not None:  # o estado no fim de cada exemplo; o inicial, se ele é vazio
            ends, rows = visible.sum(1), torch.arange(len(visible), device=visible.device)
            both = zip(states, sequences, strict=True)
            final = tuple(torch.cat([first[None], rest])[ends, rows] for first, rest in both)
        return sequences[0].transpose(0, 1), final

    def _make_step(self, suffix: str) -> Step:
        weight_hh = self._parameter("weight_hh", suffix)
        weight_ph: Tensor | None = getattr(self, f"weight_ph_{suffix}")

        def step(projected: Tensor, states: States) -> States:
            return lstm_step(projected, (states[0], states[1]), weight_hh, weight_ph)

        return step


def _trains_alike(tensors: tuple[Tensor, ...]) -> bool:
    """Se há gradiente a calcular e todos têm o mesmo tipo (sob ``autocast`` não têm)."""
    wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
    same = len({tensor.dtype for tensor in tensors}) == 1
    device = tensors[0].device.type
    mixed = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
    return wanted and same and not mixed


class GRU(RecurrentStack):
    """GRU sobre a sequência.

    Args:
        input_size: ``D``, positivo.
        hidden_size: ``H``, positivo.
        num_layers: camadas empilhadas.
        reset_after: ``True`` redefine depois do produto recorrente (PyTorch e Keras); ``False``,
            antes (artigo).
        bidirectional: se há também a direção inversa.
        reverse: se a única direção é a inversa.
        dropout: probabilidade, em ``[0, 1)``, aplicada entre as camadas ao treinar.
        bias: se há vieses.

    Raises:
        ValueError: se um argumento estiver fora do domínio.

    Fonte:
        Cho et al. (2014), com ``reset_after=False``. ``state_dict`` de ``torch.nn.GRU``.

    Example:
        >>> outputs, final = GRU(3, 5, reverse=True)(torch.zeros(2, 7, 3))
        >>> outputs.shape, final.shape
        (torch.Size([2, 7, 5]), torch.Size([1, 2, 5]))
    """

    num_blocks = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        reset_after: bool = True,
        bidirectional: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers,
            bidirectional=bidirectional, reverse=reverse, dropout=dropout, bias=bias,
        )  # fmt: skip
        self.reset_after = reset_after
        reset_uniform(self, hidden_size)

    def forward(
        self,
        inputs: Tensor,
        initial_state: Tensor | None = None,
        *,
        lengths: Tensor | list[int] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Percorre a sequência.

        Args:
            inputs: forma ``(B, T, D)``.
            initial_state: forma ``(camadas·direções, B, H)``; ``None`` = zeros.
            lengths: comprimento de cada exemplo, forma ``(B,)``, de 0 a ``T``.

        Returns:
            ``(outputs, final_state)``: ``(B, T, H·direções)``, zero no preenchimento, e
            ``(camadas·direções, B, H)``.

        Raises:
            TypeError: se ``lengths`` não forem inteiros.
            ValueError: se alguma forma ou comprimento não servir.
        """
        given = None if initial_state is None else (initial_state,)
        outputs, finals = self._run_stack(inputs, self._split_state(inputs, given), lengths)
        return outputs, self._join_state(finals, 0)

    def _input_bias(self, suffix: str) -> Tensor:
        """Só o viés da entrada: o recorrente entra dentro da porta de redefinição."""
        return self._parameter("bias_ih", suffix)

    def _make_step(self, suffix: str) -> Step:
        weight_hh = self._parameter("weight_hh", suffix)
        bias_hh: Tensor | None = getattr(self, f"bias_hh_{suffix}")
        advance = gru_step if self.reset_after else gru_step_reset_before

        def step(projected: Tensor, states: States) -> States:
            return (advance(projected, states[0], weight_hh, bias_hh),)

        return step
