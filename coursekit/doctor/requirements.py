"""Requisitos declarados pelo pacote, comparados com o que está instalado.

Só usa a biblioteca padrão: o laudo tem de funcionar numa instalação quebrada.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from itertools import zip_longest

_LINE = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?P<bounds>[^;]*)")
_BOUND = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\w[\w.+!-]*)\s*")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_VERSION = re.compile(r"v?(?:\d+!)?(?P<release>\d+(?:\.\d+)*)(?P<rest>[^+]*)")
_PRE = re.compile(r"[._-]?(a|alpha|b|beta|c|rc|pre|preview|dev)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Requirement:
    """Um pacote pedido e os limites da sua versão.

    Args:
        name: nome de distribuição, como ``"scikit-learn"``.
        bounds: pares ``(comparação, versão)``, como ``((">=", "1.4"),)``.
        extra: grupo opcional a que pertence; ``""`` se for obrigatório.
    """

    name: str
    bounds: tuple[tuple[str, str], ...] = ()
    extra: str = ""

    def accepts(self, version: str) -> bool:
        """Diz se a versão instalada respeita todos os limites.

        Args:
            version: a versão instalada, como ``"2.13.0+cpu"``.

        Returns:
            Verdadeiro se servir. Versão prévia (``2.0rc1``) conta como anterior à final.
        """
        return all(_holds(version, comparison, bound) for comparison, bound in self.bounds)

    @property
    def wanted(self) -> str:
        """Os limites como se escrevem: ``>=1.0.4,<2``."""
        return ",".join(comparison + bound for comparison, bound in self.bounds)


def parse_requirement(line: str) -> Requirement:
    """Lê uma linha dos metadados, como ``torch>=2.4; extra == "torch"``.

    Args:
        line: a linha. Dos marcadores, só ``extra`` é levado em conta.

    Returns:
        O requisito.

    Raises:
        ValueError: se a linha não for um requisito que saibamos ler.

    Example:
        >>> parse_requirement('torch>=2.4; extra == "torch"')
        Requirement(name='torch', bounds=(('>=', '2.4'),), extra='torch')
    """
    match = _LINE.match(line)
    bounds = match["bounds"].strip(" ()") if match else ""
    parts = [_BOUND.fullmatch(part) for part in bounds.split(",") if part.strip()]
    if match is None or not all(parts):
        raise ValueError(
            f"não sei ler o requisito {line!r}. Use a forma 'nome>=versão', com >=, <=, ==, !=, > "
            "ou <."
        )
    extra = _EXTRA.search(line)
    return Requirement(
        name=match["name"],
        bounds=tuple((part[1], part[2]) for part in parts if part is not None),
        extra=extra[1] if extra else "",
    )


def declared_requirements(distribution: str = "coursekit") -> tuple[Requirement, ...]:
    """Lê os requisitos que um pacote instalado declara.

    Args:
        distribution: nome do pacote.

    Returns:
        Os requisitos, na ordem declarada; vazio se o pacote não declarar nenhum.

    Raises:
        importlib.metadata.PackageNotFoundError: se o pacote não estiver instalado.
    """
    lines: Iterable[str] = metadata.requires(distribution) or ()
    return tuple(parse_requirement(line) for line in lines)


def installed_version(name: str) -> str | None:
    """Versão instalada de um pacote, sem importá-lo.

    Args:
        name: nome de distribuição.

    Returns:
        A versão, ou ``None`` se não estiver instalado.
    """
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def compare_versions(first: str, second: str) -> int:
    """Compara duas versões pelos números e pela condição de prévia.

    Args:
        first: uma versão.
        second: outra versão.

    Returns:
        -1, 0 ou 1, se a primeira for anterior, equivalente ou posterior. A parte local
        (``+cpu``) não conta, nem ``.post1``.

    Raises:
        ValueError: se alguma não começar por número.

    Example:
        >>> compare_versions("2.10", "2.9"), compare_versions("2.0rc1", "2.0")
        (1, -1)
    """
    first_release, first_final = _split(first)
    second_release, second_final = _split(second)
    for left, right in zip_longest(first_release, second_release, fillvalue=0):
        if left != right:
            return 1 if left > right else -1
    return (first_final > second_final) - (first_final < second_final)


def _split(version: str) -> tuple[tuple[int, ...], bool]:
    """Números da versão, e se ela é final."""
    match = _VERSION.match(version.strip())
    if match is None:
        raise ValueError(f"não sei ler a versão {version!r}. Use números e pontos, como '2.4.1'.")
    release = tuple(int(number) for number in match["release"].split("."))
    return release, _PRE.match(match["rest"]) is None


def _holds(version: str, comparison: str, bound: str) -> bool:
    """Confere um limite."""
    order = compare_versions(version, bound)
    return {
        ">=": order >= 0,
        "<=": order <= 0,
        ">": order > 0,
        "<": order < 0,
        "==": order == 0,
        "!=": order != 0,
    }[comparison]
