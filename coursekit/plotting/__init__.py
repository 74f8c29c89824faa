"""Figuras do curso, a partir de vetores do NumPy.

Cada função recebe ``ax=None`` e devolve o ``Axes``; nenhuma chama ``plt.show()``. Para
cada figura há uma ``describe_*`` que escreve, em português, o texto alternativo com o
que os dados mostram.
"""

from coursekit.plotting import palette
from coursekit.plotting.bars import describe_weight_bars, weight_bars
from coursekit.plotting.decimal_comma import (
    format_decimal,
    format_percent,
    use_decimal_comma,
    use_percent,
)
from coursekit.plotting.heatmap import attention_heatmap, describe_attention_heatmap
from coursekit.plotting.style import course_style, use_course_style

__all__ = [
    "attention_heatmap",
    "course_style",
    "describe_attention_heatmap",
    "describe_weight_bars",
    "format_decimal",
    "format_percent",
    "palette",
    "use_course_style",
    "use_decimal_comma",
    "use_percent",
    "weight_bars",
]
