"""Citações: ``[@chave, §3]`` vira um enlace com o rótulo em português."""

import re
from collections.abc import Mapping

# Código vem antes na alternância: o que está entre crases fica como está.
_TOKENS = re.compile(r"(?s)```.*?```|`[^`]*`|\[(?P<cites>@[^\]\n]*)\]")
_CITE = re.compile(r"@(?P<key>[\w:-]+)(?:\s*,\s*(?P<locator>.+))?")


def expand_citations(text: str, labels: Mapping[str, str], prefix: str) -> str:
    """Troca as citações de um texto Markdown por enlaces que todo leitor entende.

    Args:
        text: Markdown de uma célula.
        labels: rótulo autor–ano de cada chave.
        prefix: caminho até ``book/``, com a barra.

    Returns:
        O texto com enlaces para a página de referências.

    Raises:
        KeyError: se a chave não estiver na bibliografia.
        ValueError: se a citação estiver malformada.

    Example:
        >>> labels = {"cherry1953some": "Cherry (1953)"}
        >>> expand_citations("Ver [@cherry1953some, p. 976].", labels, "../book/")
        'Ver [Cherry (1953, p. 976)](../book/referencias.md#cherry1953some).'
    """

    def replaced(match: re.Match[str]) -> str:
        if match["cites"] is None:
            return match[0]
        return "; ".join(_link(cite.strip(), labels, prefix) for cite in match["cites"].split(";"))

    return _TOKENS.sub(replaced, text)


def _link(cite: str, labels: Mapping[str, str], prefix: str) -> str:
    """Escreve o enlace de uma citação."""
    match = _CITE.fullmatch(cite)
    if match is None:
        raise ValueError(
            f"citação malformada: [{cite}]. Escreva [@chave], [@chave, §3] ou [@chave; @outra]."
        )
    key, locator = match["key"], match["locator"]
    if key not in labels:
        raise KeyError(
            f"a citação [@{key}] não está na bibliografia. Confira a chave ou acrescente a "
            "entrada em book/references.bib."
        )
    label = f"{labels[key][:-1]}, {locator})" if locator else labels[key]
    return f"[{label}]({prefix}referencias.md#{key})"
