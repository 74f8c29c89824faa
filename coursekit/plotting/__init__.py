"""Figuras do curso, a partir de vetores do NumPy.

Cada função recebe ``ax=None`` e devolve o ``Axes``; nenhuma chama ``plt.show()``. Para
cada figura há uma ``describe_*`` que escreve, em português, o texto alternativo com o
que os dados mostram.
"""

from coursekit.plotting import palette

__all__ = ["palette"]
