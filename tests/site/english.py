"""Detector de inglês esquecido na interface e no texto, feito para não se calar.

Olha o texto e os rótulos que o leitor percebe, menos código, fórmula, obra citada e o que
estiver marcado com outra língua. Acusa por frase conhecida de interface ou por palavras
gramaticais do inglês que não existem em português.
"""

import re

# Textos que o Sphinx, o myst-nb, o JupyterLab e os temas deixam em inglês.
INTERFACE = (
    "skip to main content", "back to top", "color mode", "light", "dark", "system settings",
    "on this page", "site navigation", "version warning", "search", "search this book",
    "search results", "searching", "preparing search", "contents", "next", "previous",
    "previous page", "next page", "launch", "launch on", "launch interactive content",
    "live code", "repository", "source repository", "suggest edit", "open issue", "edit this page",
    "toggle primary sidebar", "toggle secondary sidebar", "toggle hidden content", "main", "page",
    "binder logo", "colab logo", "show code cell source", "hide code cell source",
    "show code cell output", "hide code cell output", "show code cell outputs",
    "hide code cell outputs", "show code cell content", "hide code cell content", "proof",
    "copy", "copied", "copy to clipboard", "download", "download notebook file", "show source",
    "view page source", "permalink to this heading", "link to this heading", "index", "note",
    "warning", "tip", "hint", "important", "caution", "danger", "see also", "figure", "table",
    "home", "close", "open", "click to show", "click to hide", "print to pdf", "loading",
    "navigation", "related", "table of contents", "powered by", "last updated", "by",
    "created using",
)  # fmt: skip
WORDS = frozenset((
    "about", "after", "an", "and", "are", "be", "been", "before", "between", "by", "can",
    "does", "each", "for", "from", "had", "has", "have", "into", "is", "it", "its", "more",
    "most", "not", "of", "only", "other", "our", "over", "should", "such", "than", "that",
    "the", "their", "then", "there", "these", "they", "this", "those", "to", "under", "was",
    "we", "were", "when", "where", "which", "will", "with", "you", "your",
))  # fmt: skip
# Nomes consagrados e marcas que a interface mostra como são.
ALLOWED = frozenset({"colab", "binder", "jupyterlab", ".ipynb", "index"})
PHRASES = frozenset(INTERFACE) - ALLOWED


def is_english(text: str) -> bool:
    """Diz se um trecho mostrado ao leitor está em inglês.

    Example:
        >>> is_english("Skip to main content"), is_english("Pular para o conteúdo")
        (True, False)
        >>> is_english("the weights of this row are normalized")
        True
    """
    clean = re.sub(r"\s+", " ", text).strip().lower().strip(" .:!?…#\"'")
    if clean in PHRASES:
        return True
    tokens = re.findall(r"[a-zà-ú]+", clean)
    hits = sum(token in WORDS for token in tokens)
    return hits >= 2 and hits * 8 >= len(tokens)
