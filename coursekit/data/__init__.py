"""Dados do curso, gerados por código ou trazidos por uma dependência já instalada.

Só precisa de NumPy para ser importado: cada conjunto carrega o resto quando é pedido.
"""

from coursekit.data.adding_problem import CONSTANT_ANSWER_ERROR, AddingBatch, adding_problem
from coursekit.data.associative_recall import AssociativeRecall, RecallBatch, random_rotation
from coursekit.data.delayed_copy import CopyBatch, CopyTask
from coursekit.data.digit_canvas import DigitCanvases, make_digit_canvases
from coursekit.data.digits import IMAGE_SIDE, DigitsSplit, load_digits_split
from coursekit.data.distant_binding import BAG_OF_WORDS_CEILING, DistantBinding
from coursekit.data.negation_sentiment import NegationSentiment, SentenceBatch
from coursekit.data.neutral_clauses import NEUTRAL_WORDS, NeutralText, neutral_text
from coursekit.data.noisy_curve import NoisyCurve, noisy_curve, true_curve
from coursekit.data.search_displays import (
    DISPLAY_KINDS,
    DisplayKind,
    MotionFrames,
    SearchDisplay,
    make_motion_frames,
    make_search_display,
)

__all__ = [
    "BAG_OF_WORDS_CEILING",
    "CONSTANT_ANSWER_ERROR",
    "DISPLAY_KINDS",
    "IMAGE_SIDE",
    "NEUTRAL_WORDS",
    "AddingBatch",
    "AssociativeRecall",
    "CopyBatch",
    "CopyTask",
    "DigitCanvases",
    "DigitsSplit",
    "DisplayKind",
    "DistantBinding",
    "MotionFrames",
    "NegationSentiment",
    "NeutralText",
    "NoisyCurve",
    "RecallBatch",
    "SearchDisplay",
    "SentenceBatch",
    "adding_problem",
    "load_digits_split",
    "make_digit_canvases",
    "make_motion_frames",
    "make_search_display",
    "neutral_text",
    "noisy_curve",
    "random_rotation",
    "true_curve",
]
