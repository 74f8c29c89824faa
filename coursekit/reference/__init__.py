"""O oráculo: cada conta escrita ao pé da letra, em NumPy float64, com laços.

Aqui não há −∞ para esconder chaves, nem difusão de máscaras, nem truque algum: é lento e
óbvio de propósito. O código rápido do curso é comparado com este, que anda por outro
caminho até o mesmo número. Não carrega PyTorch nem TensorFlow.
"""

from coursekit.reference.attend import attend
from coursekit.reference.kernel import kernel_regression
from coursekit.reference.multihead import multi_head_attention
from coursekit.reference.positions import (
    linear_bias,
    relative_bias,
    rotate_pairs,
    sinusoidal_positions,
)
from coursekit.reference.probability import entropy, softmax_jacobian
from coursekit.reference.recurrent import BackwardPass, bptt, run_gru, run_lstm, run_rnn
from coursekit.reference.scores import (
    additive_scores,
    dot_scores,
    gaussian_scores,
    general_scores,
    scaled_dot_scores,
)
from coursekit.reference.softmax import masked_softmax, softmax
from coursekit.reference.sparse import (
    global_mask,
    graph_mask,
    hierarchical_mask,
    hop_counts,
    linear_attention,
    sliding_window_mask,
    strided_mask,
)
from coursekit.reference.sparsemax import sparsemax
from coursekit.reference.weighting import normalize_weights, threshold_weights, weighted_mean

__all__ = [
    "BackwardPass",
    "additive_scores",
    "attend",
    "bptt",
    "dot_scores",
    "entropy",
    "gaussian_scores",
    "general_scores",
    "global_mask",
    "graph_mask",
    "hierarchical_mask",
    "hop_counts",
    "kernel_regression",
    "linear_attention",
    "linear_bias",
    "masked_softmax",
    "multi_head_attention",
    "normalize_weights",
    "relative_bias",
    "rotate_pairs",
    "run_gru",
    "run_lstm",
    "run_rnn",
    "scaled_dot_scores",
    "sinusoidal_positions",
    "sliding_window_mask",
    "softmax",
    "softmax_jacobian",
    "sparsemax",
    "strided_mask",
    "threshold_weights",
    "weighted_mean",
]
