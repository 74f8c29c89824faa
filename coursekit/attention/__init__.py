"""Atenção em PyTorch: pontuar, normalizar, somar.

As três etapas têm um arquivo cada uma: :mod:`~coursekit.attention.scores` pontua,
:mod:`~coursekit.attention.softmax` normaliza e :mod:`~coursekit.attention.weighting` soma;
:mod:`~coursekit.attention.attend` junta tudo. Máscaras booleanas são ``True`` onde se vê,
e a linha que nada vê vale 0.
"""

from coursekit.attention.attend import attend
from coursekit.attention.kernel import kernel_regression
from coursekit.attention.masks import causal_mask, padding_mask, window_mask
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
from coursekit.attention.weighting import normalize_weights, threshold_weights, weighted_mean

__all__ = [
    "AdditiveScore",
    "DotScore",
    "GeneralScore",
    "ScaledDotScore",
    "additive_scores",
    "attend",
    "causal_mask",
    "dot_scores",
    "gaussian_scores",
    "general_scores",
    "kernel_regression",
    "masked_softmax",
    "normalize_weights",
    "padding_mask",
    "scaled_dot_scores",
    "softmax",
    "threshold_weights",
    "weighted_mean",
    "window_mask",
]
