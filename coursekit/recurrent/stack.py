"""O que as três camadas recorrentes têm em comum: parâmetros, direções, pilha e comprimentos.

A entrada da sequência inteira é projetada num só produto; o laço em Python dá só o produto
recorrente. ``unbind`` antes do laço importa: indexar ``projected[:, t]`` dentro dele faria a
volta custar O(T²), porque cada passo alocaria o gradiente da sequência inteira.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursekit.recurrent.cells import check_sizes
from coursekit.recurrent.sequences import check_lengths, reverse_padded, visible_steps

States = tuple[Tensor, ...]
"""Estado de uma camada numa direção: ``(hidden,)``, ou ``(hidden, cell)`` na LSTM."""

Step = Callable[[Tensor, States], States]


class RecurrentStack(nn.Module):
    """Base das camadas: quem herda diz quantos blocos de pesos há e como se dá um passo."""

    num_blocks: int
    num_states = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bidirectional: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        if bidirectional and reverse:
            raise ValueError(
                "bidirectional=True já inclui a direção inversa; recebi também reverse=True. "
                "Escolha um dos dois."
            )
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout deve estar em [0, 1); recebi {dropout!r}.")
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bidirectional, self.reverse, self.dropout = bidirectional, reverse, dropout
        self.has_bias = bias
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * self.num_directions
            for suffix in self._suffixes(layer):
                self._add_parameters(size, suffix)

    @property
    def num_directions(self) -> int:
        """2 se bidirecional, senão 1."""
        return 2 if self.bidirectional else 1

    def extra_repr(self) -> str:
        """Tamanhos e direção, para o ``print`` do módulo."""
        direction = "inversa" if self.reverse else "direta"
        direction = "bidirecional" if self.bidirectional else direction
        return f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}, {direction}"

    def _suffixes(self, layer: int) -> list[str]:
        """Sufixos dos parâmetros de uma camada, como em ``torch.nn``."""
        return [f"l{layer}", f"l{layer}_reverse"][: self.num_directions]

    def _add_parameters(self, input_size: int, suffix: str) -> None:
        """Registra os parâmetros de uma direção de uma camada."""
        rows = self.num_blocks * self.hidden_size
        self.register_parameter(f"weight_ih_{suffix}", nn.Parameter(torch.empty(rows, input_size)))
        recurrent = nn.Parameter(torch.empty(rows, self.hidden_size))
        self.register_parameter(f"weight_hh_{suffix}", recurrent)
        for name in ("bias_ih", "bias_hh"):
            value = nn.Parameter(torch.empty(rows)) if self.has_bias else None
            self.register_parameter(f"{name}_{suffix}", value)

    def _parameter(self, name: str, suffix: str) -> Tensor:
        """Um parâmetro pelo nome; os vieses ausentes valem zero."""
        value = getattr(self, f"{name}_{suffix}")
        if value is None:
            rows = self.num_blocks * self.hidden_size
            return self._parameter("weight_hh", suffix).new_zeros(rows)
        found: Tensor = value
        return found

    def _input_bias(self, suffix: str) -> Tensor:
        """O viés que entra já na projeção: a soma dos dois, salvo na GRU."""
        return self._parameter("bias_ih", suffix) + self._parameter("bias_hh", suffix)

    def _make_step(self, suffix: str) -> Step:
        """O passo desta camada, com os parâmetros já buscados fora do laço."""
        raise NotImplementedError

    def _run(
        self, inputs: Tensor, states: States, suffix: str, visible: Tensor | None
    ) -> tuple[Tensor, States]:
        """Percorre uma direção, da esquerda para a direita."""
        weight = self._parameter("weight_ih", suffix)
        projected = F.linear(inputs, weight, self._input_bias(suffix))  # (B, T, blocos·H)
        step = self._make_step(suffix)
        outputs = []
        for time, current in enumerate(projected.unbind(1)):
            new = step(current, states)
            if visible is not None:  # depois do fim, o estado fica congelado
                alive = visible[:, time, None]
                new = tuple(torch.where(alive, a, b) for a, b in zip(new, states, strict=True))
            states = new
            outputs.append(states[0])
        return torch.stack(outputs, dim=1), states

    def _run_backward(
        self, inputs: Tensor, states: States, suffix: str, lengths: Tensor | None
    ) -> tuple[Tensor, States]:
        """Percorre do fim de cada exemplo para o começo e põe a saída de volta na ordem."""
        visible = None if lengths is None else visible_steps(lengths, inputs.shape[1])
        outputs, final = self._run(reverse_padded(inputs, lengths), states, suffix, visible)
        return reverse_padded(outputs, lengths), final

    def _run_layer(
        self, inputs: Tensor, initial: list[States], layer: int, lengths: Tensor | None
    ) -> tuple[Tensor, list[States]]:
        """Roda uma camada em todas as suas direções e concatena as saídas."""
        visible = None if lengths is None else visible_steps(lengths, inputs.shape[1])
        outputs, finals = [], []
        for direction, suffix in enumerate(self._suffixes(layer)):
            states = initial[layer * self.num_directions + direction]
            if self.reverse or direction == 1:
                output, final = self._run_backward(inputs, states, suffix, lengths)
            else:
                output, final = self._run(inputs, states, suffix, visible)
            outputs.append(output)
            finals.append(final)
        output = torch.cat(outputs, dim=2)
        if visible is not None:
            output = output.masked_fill(~visible[:, :, None], 0.0)
        return output, finals

    def _run_stack(
        self, inputs: Tensor, initial: list[States], lengths: Tensor | list[int] | None
    ) -> tuple[Tensor, list[States]]:
        """Roda a pilha de camadas, com dropout só entre elas."""
        if inputs.ndim != 3 or inputs.shape[2] != self.input_size or inputs.shape[1] == 0:
            raise ValueError(
                f"inputs deve ter forma (B, T, {self.input_size}) com T ≥ 1; recebi "
                f"{tuple(inputs.shape)}. O lote vem primeiro; use inputs.transpose(0, 1) se o seu "
                "vier com o tempo na frente."
            )
        ends = None
        if lengths is not None:
            ends = check_lengths(lengths, inputs.shape[0], inputs.shape[1]).to(inputs.device)
            # O que houver no preenchimento (até nan) não pode chegar ao gradiente.
            hidden_part = ~visible_steps(ends, inputs.shape[1])[:, :, None]
            inputs = inputs.masked_fill(hidden_part, 0.0)
        finals: list[States] = []
        for layer in range(self.num_layers):
            if layer > 0:
                inputs = F.dropout(inputs, self.dropout, self.training)
            inputs, states = self._run_layer(inputs, initial, layer, ends)
            finals += states
        return inputs, finals

    def _split_state(self, inputs: Tensor, given: States | None) -> list[States]:
        """Separa o estado inicial por camada e direção; ``None`` vira zeros."""
        count = self.num_layers * self.num_directions
        shape = (count, inputs.shape[0], self.hidden_size)
        if given is None:
            given = (inputs.new_zeros(shape),) * self.num_states
        for state in given:
            if state.shape != shape:
                raise ValueError(
                    f"o estado inicial deve ter forma {shape}, (camadas·direções, B, H); recebi "
                    f"{tuple(state.shape)}. Passe None para começar de zero."
                )
        return [tuple(state[index] for state in given) for index in range(count)]

    @staticmethod
    def _join_state(finals: list[States], index: int) -> Tensor:
        """Empilha de volta um dos estados, forma ``(camadas·direções, B, H)``."""
        return torch.stack([states[index] for states in finals])
