"""Do dito ao medido: experimentos com limiar, cartões e o quadro de vereditos.

Um capítulo declara um experimento, mede e fecha o cartão; o quadro lê as afirmações de
``claims.csv`` e os números dos cartões, de modo que nada do que se mostra é digitado à mão.

Example:
    >>> soma = Experiment("E05", title="Soma do softmax", data="32 escores", seeds=[0])
    >>> _ = soma.measure("sum_error", 2e-16, at_most=1e-12, label="erro da soma")
    >>> soma.card()
    E05 · Soma do softmax (cumprido)
      erro da soma: menos de 10⁻¹² (limiar: no máximo 10⁻¹²; satisfeito)
"""

from coursekit.evidence.board import VerdictBoard, verdict_board
from coursekit.evidence.card import CARDS_DIR_VARIABLE, Card, load_cards, write_card
from coursekit.evidence.catalog import (
    Claim,
    ExperimentEntry,
    load_claims,
    load_experiments,
    load_reference_labels,
)
from coursekit.evidence.experiment import Experiment
from coursekit.evidence.formatting import format_number
from coursekit.evidence.measurement import VERDICTS, Measurement, MeasurementError
from coursekit.evidence.template import fill_template, literal_pieces, placeholders
from coursekit.evidence.threshold import Threshold

__all__ = [
    "CARDS_DIR_VARIABLE",
    "VERDICTS",
    "Card",
    "Claim",
    "Experiment",
    "ExperimentEntry",
    "Measurement",
    "MeasurementError",
    "Threshold",
    "VerdictBoard",
    "fill_template",
    "format_number",
    "literal_pieces",
    "load_cards",
    "load_claims",
    "load_experiments",
    "load_reference_labels",
    "placeholders",
    "verdict_board",
    "write_card",
]
