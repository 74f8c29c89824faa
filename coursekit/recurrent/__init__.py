"""Redes recorrentes em PyTorch, legíveis e iguais às de ``torch.nn`` em saída e gradiente."""

from coursekit.recurrent.cells import GRUCell, LSTMCell, RNNCell
from coursekit.recurrent.gradients import (
    effective_memory,
    gradient_by_lag,
    per_step_factor,
    state_jacobian_norms,
)
from coursekit.recurrent.initialization import (
    identity_matrix,
    orthogonal_matrix,
    spectral_radius,
    with_spectral_radius,
)
from coursekit.recurrent.layers import GRU, LSTM, RNN
from coursekit.recurrent.parameters import count_keras_parameters, count_torch_parameters
from coursekit.recurrent.sequences import check_lengths, reverse_padded, visible_steps
from coursekit.recurrent.steps import gru_step, gru_step_reset_before, lstm_step, rnn_step

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "GRUCell",
    "LSTMCell",
    "RNNCell",
    "check_lengths",
    "count_keras_parameters",
    "count_torch_parameters",
    "effective_memory",
    "gradient_by_lag",
    "gru_step",
    "gru_step_reset_before",
    "identity_matrix",
    "lstm_step",
    "orthogonal_matrix",
    "per_step_factor",
    "reverse_padded",
    "rnn_step",
    "spectral_radius",
    "state_jacobian_norms",
    "visible_steps",
    "with_spectral_radius",
]
