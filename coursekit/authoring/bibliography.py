"""A bibliografia: rótulos em português e a tabela que acompanha o pacote."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_NAMED_AUTHORS = 3


@dataclass(frozen=True)
class Reference:
    """Uma entrada da bibliografia: chave, rótulo autor–ano e ano."""

    key: str
    label: str
    year: str


def read_bibliography(path: Path) -> dict[str, Reference]:
    """Lê um arquivo BibTeX e dá a cada entrada o rótulo usado no texto.

    Args:
        path: arquivo ``.bib``.

    Returns:
        As referências por chave, na ordem do arquivo.

    Raises:
        FileNotFoundError: se o arquivo não existir.
    """
    from pybtex.database import parse_file

    if not path.is_file():
        raise FileNotFoundError(
            f"não achei a bibliografia em {path.name}. Ela fica em book/references.bib."
        )
    entries = parse_file(str(path), bib_format="bibtex").entries
    return {key: _reference(key, entry) for key, entry in entries.items()}


def author_year_label(surnames: Sequence[str], year: str) -> str:
    """Escreve o rótulo autor–ano à maneira brasileira.

    Args:
        surnames: sobrenomes, na ordem; um ``others`` no fim marca lista incompleta.
        year: ano de publicação.

    Returns:
        Até três autores por extenso; acima disso, o primeiro e «et al.».

    Raises:
        ValueError: se não houver autor.

    Example:
        >>> author_year_label(["Bahdanau", "Cho", "Bengio"], "2015")
        'Bahdanau, Cho e Bengio (2015)'
        >>> author_year_label(["Vaswani", "Shazeer", "Parmar", "Uszkoreit"], "2017")
        'Vaswani et al. (2017)'
    """
    if not surnames:
        raise ValueError("referência sem autor. Preencha o campo author no arquivo .bib.")
    if len(surnames) > MAX_NAMED_AUTHORS or surnames[-1] == "others":
        names = f"{surnames[0]} et al."
    elif len(surnames) == 1:
        names = surnames[0]
    else:
        names = f"{', '.join(surnames[:-1])} e {surnames[-1]}"
    return f"{names} ({year})"


def reference_labels_csv(references: dict[str, Reference]) -> str:
    """Escreve a tabela de rótulos que o pacote leva consigo.

    Args:
        references: o que :func:`read_bibliography` devolveu.

    Returns:
        Texto CSV com as colunas ``key,label,year``.

    Example:
        >>> print(reference_labels_csv({"a": Reference("a", "Alves (1999)", "1999")}))
        key,label,year
        a,Alves (1999),1999
        <BLANKLINE>
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["key", "label", "year"])
    writer.writerows([item.key, item.label, item.year] for item in references.values())
    return stream.getvalue()


def _reference(key: str, entry: Any) -> Reference:
    """Converte uma entrada do pybtex."""
    from pybtex.richtext import Text

    surnames = [
        str(Text.from_latex(" ".join([*person.prelast_names, *person.last_names])))
        for person in entry.persons.get("author", [])
    ]
    year = entry.fields.get("year", "s.d.")
    return Reference(key, author_year_label(surnames, year), year)
