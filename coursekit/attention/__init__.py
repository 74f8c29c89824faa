"""Atenção em PyTorch: pontuar, normalizar, somar.

As três etapas têm um arquivo cada uma: :mod:`~coursekit.attention.scores` pontua,
:mod:`~coursekit.attention.softmax` normaliza e :mod:`~coursekit.attention.weighting` soma;
:mod:`~coursekit.attention.attend` junta tudo. Máscaras booleanas são ``True`` onde se vê,
e a linha que nada vê vale 0.
"""

from coursekit.attention.attend import attend
from coursekit.attention.cache import KeyValueCache, cache_bytes
from coursekit.attention.kernel import kernel_regression
from coursekit.attention.linear import (
    elu_features,
    linear_attention,
    linear_attention_recurrent,
)
from coursekit.attention.masks import causal_mask, padding_mask, window_mask
from coursekit.attention.multihead import MultiHeadAttention
from coursekit.attention.multihead_state import (
    multihead_state_from_torch,
    multihead_state_to_torch,
)
from coursekit.attention.position_vectors import (
    LearnedPosition,
    SinusoidalPosition,
    sinusoidal_positions,
)
from coursekit.attention.rotary import RotaryPosition
from coursekit.attention.score_biases import LinearBias, RelativeBias, alibi_slopes
from coursekit.attention.score_modules import (
    AdditiveScore,
    DotScore,
    GeneralScore,
    ScaledDotScore,
)
from coursekit.attention.scores import (
    additive_scores,
    dot_scores,
    gaussian_scores,
    general_scores,
    scaled_dot_scores,
)
from coursekit.attention.softmax import masked_softmax, softmax
from coursekit.attention.streaming import online_softmax, streaming_attention
from coursekit.attention.weighting import normalize_weights, threshold_weights, weighted_mean

__all__ = [
    "AdditiveScore",
    "DotScore",
    "GeneralScore",
    "KeyValueCache",
    "LearnedPosition",
    "LinearBias",
    "MultiHeadAttention",
    "RelativeBias",
    "RotaryPosition",
    "ScaledDotScore",
    "SinusoidalPosition",
    "additive_scores",
    "alibi_slopes",
    "attend",
    "cache_bytes",
    "causal_mask",
    "dot_scores",
    "elu_features",
    "gaussian_scores",
    "general_scores",
    "kernel_regression",
    "linear_attention",
    "linear_attention_recurrent",
    "masked_softmax",
    "multihead_state_from_torch",
    "multihead_state_to_torch",
    "normalize_weights",
    "online_softmax",
    "padding_mask",
    "scaled_dot_scores",
    "sinusoidal_positions",
    "softmax",
    "streaming_attention",
    "threshold_weights",
    "weighted_mean",
    "window_mask",
]
