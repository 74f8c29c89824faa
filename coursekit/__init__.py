"""Código do curso «Atenção: do dito ao medido».

Importar ``coursekit`` é leve: não carrega PyTorch nem TensorFlow. Cada assunto mora no
seu pacote (``coursekit.attention``, ``coursekit.reference``, ``coursekit.plotting``…) e
só é carregado quando você o importa.

Example:
    >>> import coursekit
    >>> coursekit.__version__.count(".")
    2
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
