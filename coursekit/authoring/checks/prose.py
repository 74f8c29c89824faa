"""O texto que o leitor lê, sem código, fórmulas nem endereços."""

import ast
import csv
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.authoring.checks.flowcharts import flowchart_texts
from coursekit.authoring.checks.problem import cell_place
from coursekit.authoring.project import Project
from coursekit.authoring.source import read_source

_NOT_PROSE = re.compile(
    r"""(?sx)
    ^---\n.*?\n---\n            # cabeçalho YAML
    | ^(`{3,}|~{3,}).*?^\1      # blocos de código e diretivas
    | \$\$.*?\$\$ | \$[^$\n]+\$ # fórmulas
    | ``[^`]+`` | `(?:[^`\n]|\n(?!\n))*`  # código em linha
    | \[@[^\]]+\]               # citações
    | \]\([^)]*\) | <https?:[^>]+> | https?://\S+  # endereços
    | <!--.*?--> | </?[a-zA-Z][^>]*>               # HTML
    | \{[a-z][\w:-]*\}          # papéis MyST
    | ^\s*:{3,}.*?$            # abertura e fecho de blocos
    | ^\s*:[\w-]+:.*?$          # opções de diretiva
    """,
    re.MULTILINE,
)
_DOCSTRING_NOT_PROSE = re.compile(
    r"(?m)^(?P<pad> *)\.\. math::[^\n]*\n(?:\n|(?P=pad) +[^\n]*\n)*"  # equações
    r"|^\s*>>>[^\n]*(?:\n\s*\S[^\n]*)*|:\w+:`[^`]*`"  # exemplos e papéis
)
_SOURCE_SECTION = re.compile(r"(?ms)^Fonte:\n.*?(?=^\S|\Z)")
_SECTION_WORDS = re.compile(
    r"(?m)^\s*(Args|Returns|Raises|Example|Attributes|Yields|Fonte):\s*$|^\s*\*{0,2}\w+: (?=\S)"
)


@dataclass(frozen=True)
class Passage:
    """Um trecho de prosa e o lugar de onde veio.

    Args:
        where: arquivo, e célula ou linha quando houver.
        text: o texto, já sem código nem fórmulas.
        strict: se a ortografia também se confere (em código, só os acentos).
    """

    where: str
    text: str
    strict: bool = True


def plain_prose(markdown: str) -> str:
    """Tira de um texto Markdown tudo o que não é prosa.

    Args:
        markdown: texto com código, fórmulas, enlaces e HTML.

    Returns:
        Só a prosa; cada coisa tirada vira um espaço.

    Example:
        >>> plain_prose("O `softmax` de $x$ é [bom](http://a.b).").split()
        ['O', 'de', 'é', '[bom', '.']
    """
    return _NOT_PROSE.sub(" ", markdown)


def readable_text(markdown: str) -> str:
    """Junta a prosa de um texto Markdown e o que se lê nos seus fluxogramas.

    Args:
        markdown: o texto.

    Returns:
        A prosa, e depois dela uma linha por título, descrição, nó ou rótulo de fluxograma.

    Example:
        >>> readable_text("O peso.")
        'O peso.'
    """
    return "\n".join([plain_prose(markdown), *flowchart_texts(markdown)])


def book_passages(project: Project) -> Iterator[Passage]:
    """Percorre a prosa do livro: páginas, capítulos, exercícios e afirmações.

    Args:
        project: o livro.

    Yields:
        Trechos, com o lugar de cada um.
    """
    book = project.root / "book"
    for path in sorted(book.glob("*.md")):
        yield Passage(_relative(project, path), readable_text(path.read_text(encoding="utf-8")))
    for folder in ("capitulos", "exercicios"):
        for path in sorted((book / folder).glob("[0-9]*.md")):
            yield from _source_passages(path)
    claims = project.root / "coursekit" / "evidence" / "claims.csv"
    if claims.is_file():
        for row in csv.DictReader(claims.read_text(encoding="utf-8").splitlines()):
            text = re.sub(r"\{[^}]*\}", " ", f"{row['said']} {row['measured']}")
            yield Passage(f"claims.csv, {row['id']}", plain_prose(text))


def package_passages(project: Project) -> Iterator[Passage]:
    """Percorre as docstrings do ``coursekit``.

    Args:
        project: o livro.

    Yields:
        Um trecho por docstring.
    """
    for path in sorted((project.root / "coursekit").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            if isinstance(node, documented) and (text := ast.get_docstring(node)):
                name = getattr(node, "name", "módulo")
                prose = _SOURCE_SECTION.sub(" ", _DOCSTRING_NOT_PROSE.sub(" ", text))
                prose = _SECTION_WORDS.sub(" ", prose)
                yield Passage(f"{_relative(project, path)}, {name}", plain_prose(prose))


def _source_passages(path: Path) -> Iterator[Passage]:
    """Percorre a prosa de um capítulo: texto, descrições de figura e comentários."""
    source = read_source(path)
    name = f"{path.parent.name}/{path.name}"
    front = " ".join((source.title, *source.objectives, *source.requirements))
    yield Passage(f"{name}, cabeçalho", plain_prose(front))
    for number, cell in enumerate(source.cells):
        place = cell_place(name, number + 2)
        if cell["cell_type"] == "markdown":
            yield Passage(place, readable_text(cell["source"]))
            continue
        yield Passage(place, _alt_text(cell))
        yield Passage(place, " \n".join(code_texts(cell["source"])), strict=False)


def _alt_text(cell: dict[str, Any]) -> str:
    """Devolve a descrição da figura da célula, se houver."""
    return str(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", ""))


def code_texts(source: str) -> list[str]:
    """Lista os comentários e as cadeias com mais de uma palavra de um trecho de código.

    Args:
        source: código Python.

    Returns:
        Os textos; lista vazia se o código não se deixar ler.

    Example:
        >>> code_texts("x = 1  # um comentário")
        ['um comentário']
    """
    texts = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                texts.append(token.string.lstrip("# "))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    except (SyntaxError, tokenize.TokenError):
        return texts
    return [text for text in texts if " " in text.strip()]


def _relative(project: Project, path: Path) -> str:
    """Escreve um caminho a partir da raiz do livro."""
    return path.relative_to(project.root).as_posix()
