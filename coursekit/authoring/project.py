"""Onde ficam as coisas do livro, e de que endereço público elas vêm."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["capitulo", "exercicio", "solucao"]
KINDS: tuple[Kind, ...] = ("capitulo", "exercicio", "solucao")

_SOURCE_FOLDERS = {"capitulo": "capitulos", "exercicio": "exercicios", "solucao": "exercicios"}
_TARGET_FOLDERS = {"capitulo": "", "exercicio": "exercicios", "solucao": "solucoes"}


@dataclass(frozen=True)
class Repository:
    """Endereço público do projeto: escrito uma vez, em ``_config.yml``."""

    url: str
    branch: str

    @property
    def slug(self) -> str:
        """``dono/nome``."""
        return urlsplit(self.url).path.strip("/")


@dataclass(frozen=True)
class Edition:
    """Um caderno a gerar: de que fonte vem, para onde vai e em que edição.

    Args:
        kind: ``"capitulo"``, ``"exercicio"`` (do estudante) ou ``"solucao"``.
        slug: nome comum aos arquivos, como ``02-ponderar``.
        source: arquivo ``.md`` de onde vem.
        target: arquivo ``.ipynb`` para onde vai.
        book_prefix: caminho relativo do caderno até ``book/``, com a barra.
    """

    kind: Kind
    slug: str
    source: Path
    target: Path
    book_prefix: str

    @property
    def executed(self) -> bool:
        """Se o caderno vai executado (a edição do estudante não vai)."""
        return self.kind != "exercicio"


@dataclass(frozen=True)
class Project:
    """A raiz do repositório do curso e os caminhos que o livro usa.

    Args:
        root: pasta que contém ``_config.yml``.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Project":
        """Sobe de ``start`` até a pasta do curso.

        Args:
            start: pasta de partida; ``None`` é a atual.

        Returns:
            O projeto encontrado.

        Raises:
            FileNotFoundError: se nenhuma pasta acima tiver ``_config.yml`` e ``book/``.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "_config.yml").is_file() and (folder / "book").is_dir():
                return cls(folder)
        raise FileNotFoundError(
            f"não achei o curso a partir de {here.name}/: falta _config.yml com book/ ao lado. "
            "Rode o comando dentro do repositório."
        )

    @property
    def notebooks(self) -> Path:
        """Pasta dos cadernos gerados."""
        return self.root / "notebooks"

    @property
    def data(self) -> Path:
        """Pasta de dados do livro: tempos, cartões, dicionário."""
        return self.root / "book" / "_data"

    @property
    def cards(self) -> Path:
        """Pasta dos cartões de experimento."""
        return self.data / "cartoes"

    @property
    def bibliography(self) -> Path:
        """Arquivo BibTeX do livro."""
        return self.root / "book" / "references.bib"

    def repository(self) -> Repository:
        """Lê o endereço público de ``_config.yml``.

        Returns:
            Endereço sem barra no fim, e ramo.

        Raises:
            ValueError: se faltar ``repository.url``.
        """
        import yaml

        config = yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8"))
        section = config.get("repository") or {}
        url = section.get("url")
        if not url:
            raise ValueError(
                "_config.yml não diz repository.url. Escreva lá o endereço do repositório."
            )
        return Repository(str(url).rstrip("/"), str(section.get("branch", "main")))

    def edition(self, kind: Kind, slug: str) -> Edition:
        """Descreve o caderno de um capítulo numa das edições.

        Args:
            kind: ``"capitulo"``, ``"exercicio"`` ou ``"solucao"``.
            slug: nome do capítulo.

        Returns:
            A edição, com caminhos de fonte e destino.
        """
        folder = _TARGET_FOLDERS[kind]
        return Edition(
            kind=kind,
            slug=slug,
            source=self.root / "book" / _SOURCE_FOLDERS[kind] / f"{slug}.md",
            target=self.notebooks / folder / f"{slug}.ipynb",
            book_prefix="../../book/" if folder else "../book/",
        )

    def editions(self) -> list[Edition]:
        """Lista todos os cadernos que têm fonte, por edição e em ordem de capítulo."""
        return [
            self.edition(kind, path.stem)
            for kind in KINDS
            for path in sorted((self.root / "book" / _SOURCE_FOLDERS[kind]).glob("[0-9]*.md"))
        ]
