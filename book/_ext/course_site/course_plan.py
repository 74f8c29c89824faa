"""O plano do curso: partes e capítulos, lidos de ``plan.toml``."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PLAN = Path(__file__).parent / "plan.toml"


@dataclass(frozen=True)
class Chapter:
    """Um capítulo do plano, pronto ou não."""

    number: int
    slug: str
    title: str

    @property
    def docname(self) -> str:
        """Página do capítulo no site."""
        return f"notebooks/{self.number:02d}-{self.slug}"


@dataclass(frozen=True)
class Part:
    """Uma parte do curso e os seus capítulos."""

    numeral: str
    title: str
    summary: str
    chapters: tuple[Chapter, ...]


@lru_cache(maxsize=1)
def load_plan() -> tuple[Part, ...]:
    """Lê as cinco partes do plano, na ordem.

    Returns:
        As partes, com capítulos numerados em sequência a partir de 1.

    Raises:
        ValueError: se a numeração dos capítulos tiver salto ou repetição.
    """
    parts = []
    for row in tomllib.loads(PLAN.read_text(encoding="utf-8"))["part"]:
        chapters = tuple(Chapter(**chapter) for chapter in row["chapter"])
        parts.append(Part(row["numeral"], row["title"], row["summary"], chapters))
    numbers = [chapter.number for part in parts for chapter in part.chapters]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError(f"plan.toml numera os capítulos {numbers}; use 1, 2, 3… sem salto.")
    return tuple(parts)


def chapter_of(docname: str) -> tuple[Part, Chapter] | None:
    """Parte e capítulo a que uma página pertence (também exercícios e soluções)."""
    slug = docname.rsplit("/", 1)[-1]
    if not docname.startswith("notebooks/"):
        return None
    for part in load_plan():
        for chapter in part.chapters:
            if chapter.docname.endswith(f"/{slug}"):
                return part, chapter
    return None
