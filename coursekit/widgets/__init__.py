"""Figuras interativas do curso, em JavaScript e SVG puros.

Cada função devolve um objeto que o JupyterLab, o Colab e o site mostram como figura:
basta ser o último valor da célula. Tudo vai dentro do HTML (estilo, dados e programa);
nada é buscado na rede. Sem JavaScript, aparece o estado inicial; num terminal, uma frase.
"""

from coursekit.widgets.budget import attention_budget
from coursekit.widgets.gradient_lag import gradient_lag
from coursekit.widgets.hero import attention_hero
from coursekit.widgets.kernel import kernel_bandwidth
from coursekit.widgets.lookup import query_key_value
from coursekit.widgets.lstm import lstm_gates
from coursekit.widgets.patterns import pattern_explorer
from coursekit.widgets.pooling import pooling_explorer
from coursekit.widgets.precomputed import slider_figure
from coursekit.widgets.questions import Option, Question, quiz
from coursekit.widgets.scaling import scaled_scores
from coursekit.widgets.temperature import softmax_temperature
from coursekit.widgets.threshold import weighting_threshold
from coursekit.widgets.unrolled import unrolled_rnn
from coursekit.widgets.widget import Widget

__all__ = [
    "Option",
    "Question",
    "Widget",
    "attention_budget",
    "attention_hero",
    "gradient_lag",
    "kernel_bandwidth",
    "lstm_gates",
    "pattern_explorer",
    "pooling_explorer",
    "query_key_value",
    "quiz",
    "scaled_scores",
    "slider_figure",
    "softmax_temperature",
    "unrolled_rnn",
    "weighting_threshold",
]
