"""Figuras mais leves no site: o PNG das saídas vira WebP, sem perda ou quase sem.

Os cadernos guardam PNG, que todo leitor de caderno abre. Na página, o mesmo desenho em WebP
pesa metade; uma fotografia, um quinto.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

SOURCE = re.compile(r'(<img\b[^>]*\bsrc="[^"]*_images/)([^"/]+)\.png"')
PHOTO_BYTES = 120_000
PHOTO_QUALITY = 88


def lighten(path: Path) -> Path:
    """Grava o WebP ao lado do PNG e apaga o PNG.

    Args:
        path: imagem em PNG.

    Returns:
        O arquivo WebP; sem perda, a menos que ainda seja grande como uma fotografia.
    """
    target = path.with_suffix(".webp")
    with Image.open(path) as image:
        image.save(target, lossless=True, quality=60, method=2)
        if target.stat().st_size > PHOTO_BYTES:
            image.save(target, quality=PHOTO_QUALITY, method=3)
    path.unlink()
    return target


def retarget(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Aponta cada figura para o WebP, reserva o lugar dela e adia a carga."""
    if app.builder.name != "html" or "body" not in context:
        return
    sizes = {name: size_of(source) for source, name in chosen_files(app)}
    context["body"] = point_to_webp(context["body"], sizes)


def point_to_webp(body: str, sizes: Mapping[str, tuple[int, int]]) -> str:
    """Troca o endereço de cada figura e escreve a largura e a altura dela.

    Args:
        body: HTML da página.
        sizes: largura e altura de cada PNG, pelo nome do arquivo.

    Returns:
        O mesmo HTML; sem as medidas, o texto pularia quando a figura chegasse.
    """

    def point(match: re.Match[str]) -> str:
        width, height = sizes[f"{match[2]}.png"]
        return f'{match[1]}{match[2]}.webp" width="{width}" height="{height}" loading="lazy"'

    return SOURCE.sub(point, body)


def chosen_files(app: Sphinx) -> list[tuple[Path, str]]:
    """Origem e nome final de cada PNG que o Sphinx vai copiar."""
    return [
        (Path(app.srcdir) / source, name)
        for source, (_, name) in app.env.images.items()
        if name.endswith(".png")
    ]


@cache
def size_of(path: Path) -> tuple[int, int]:
    """Largura e altura, lidas do cabeçalho do arquivo."""
    with Image.open(path) as image:
        return image.size


def lighten_all(app: Sphinx, exception: Exception | None) -> None:
    """Converte as figuras novas desta construção."""
    if exception is None and app.builder.name == "html":
        for path in sorted((Path(app.outdir) / "_images").glob("*.png")):
            lighten(path)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a conversão à gravação das páginas e ao fim da construção."""
    app.connect("html-page-context", retarget, priority=850)
    app.connect("build-finished", lighten_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
