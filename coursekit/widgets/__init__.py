"""Figuras interativas do curso, em JavaScript e SVG puros.

Cada função devolve um objeto que o JupyterLab, o Colab e o site mostram como figura:
basta ser o último valor da célula. Tudo vai dentro do HTML (estilo, dados e programa);
nada é buscado na rede. Sem JavaScript, aparece o estado inicial; num terminal, uma frase.
"""

from coursekit.widgets.temperature import softmax_temperature
from coursekit.widgets.widget import Widget

__all__ = ["Widget", "softmax_temperature"]
