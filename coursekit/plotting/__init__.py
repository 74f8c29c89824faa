"""Figuras do curso, a partir de vetores do NumPy.

Cada função recebe ``ax=None`` e devolve o ``Axes``; nenhuma chama ``plt.show()``. Para
cada figura há uma ``describe_*`` que escreve, em português, o texto alternativo com o
que os dados mostram.
"""

from coursekit.plotting import palette
from coursekit.plotting.bars import describe_weight_bars, weight_bars
from coursekit.plotting.curves import (
    curve,
    describe_curve,
    describe_training_curves,
    training_curves,
)
from coursekit.plotting.decimal_comma import (
    format_decimal,
    format_percent,
    use_decimal_comma,
    use_percent,
)
from coursekit.plotting.heatmap import attention_heatmap, describe_attention_heatmap
from coursekit.plotting.images import describe_image_map, image_map
from coursekit.plotting.kernel import describe_kernel_scatter, kernel_scatter
from coursekit.plotting.seeds import describe_points_by_seed, points_by_seed
from coursekit.plotting.sequence import describe_sequence_diagram, sequence_diagram
from coursekit.plotting.style import course_style, use_course_style

__all__ = [
    "attention_heatmap",
    "course_style",
    "curve",
    "describe_attention_heatmap",
    "describe_curve",
    "describe_image_map",
    "describe_kernel_scatter",
    "describe_points_by_seed",
    "describe_sequence_diagram",
    "describe_training_curves",
    "describe_weight_bars",
    "format_decimal",
    "format_percent",
    "image_map",
    "kernel_scatter",
    "palette",
    "points_by_seed",
    "sequence_diagram",
    "training_curves",
    "use_course_style",
    "use_decimal_comma",
    "use_percent",
    "weight_bars",
]
