"""Fontes e MathJax: vêm de pacotes do pip na hora de construir; nada disso é versionado.

As fontes são reduzidas aos sinais que o curso usa e gravadas em WOFF2, com cache em
``_build/cache``. Do MathJax só vai o que uma página pode pedir.
"""

import hashlib
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

MATHJAX = "sphinx-mathjax-offline"
MATHJAX_PATTERNS = (
    "tex-chtml.js",
    "a11y/assistive-mml.js",
    "input/tex/extensions/*.js",
    "output/chtml/fonts/woff-v2/*.woff",
)
# Extensões de TeX que nenhum capítulo usa.
MATHJAX_SKIPPED = {"all-packages.js", "bussproofs.js", "mhchem.js", "require.js"}
# Latim básico e suplementar, aspas e travessões, grego, setas, operadores e marcas ✓ ✗ ★.
UNICODE_RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2B0, 0x2FF),
    (0x300, 0x304),
    (0x370, 0x3FF),
    (0x2010, 0x205F),
    (0x2070, 0x209F),
    (0x20AC, 0x20AC),
    (0x2100, 0x214F),
    (0x2150, 0x215F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x25A0, 0x25FF),
    (0x2713, 0x2717),
)


@dataclass(frozen=True)
class Face:
    """Um corte de letra: família no CSS, pacote de onde vem e arquivo."""

    family: str
    package: str
    file: str
    weight: int
    style: str = "normal"

    @property
    def output(self) -> str:
        """Nome do arquivo WOFF2 publicado, que não usa o nome reservado da fonte."""
        return f"{self.family.lower().replace(' ', '-')}-{self.weight}-{self.style}.woff2"


SERIF = ("Serifa do curso", "font_source_serif_pro")
SANS = ("Sem serifa do curso", "font_source_sans_pro")
FACES = (
    Face(*SERIF, "SourceSerifPro-Regular.ttf", 400),
    Face(*SERIF, "SourceSerifPro-It.ttf", 400, "italic"),
    Face(*SERIF, "SourceSerifPro-Semibold.ttf", 600),
    Face(*SANS, "SourceSansPro-Regular.ttf", 400),
    Face(*SANS, "SourceSansPro-It.ttf", 400, "italic"),
    Face(*SANS, "SourceSansPro-Semibold.ttf", 600),
)


def package_folder(name: str) -> Path:
    """Pasta de um pacote instalado.

    Args:
        name: nome importável do pacote.

    Returns:
        A pasta onde ele mora.

    Raises:
        FileNotFoundError: se o pacote não estiver instalado.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            f"Não encontrei o pacote «{name}», de onde vêm fontes ou fórmulas do site. "
            "Instale com: pip install -e '.[book]' -c constraints.txt"
        )
    return Path(spec.submodule_search_locations[0])


def rename(font: TTFont, face: Face) -> None:
    """Dá à versão reduzida outro nome, como pede a licença OFL para versões modificadas."""
    full = f"{face.family} {face.weight} {face.style}"
    names = {1: face.family, 3: full, 4: full, 6: full.replace(" ", "-"), 16: face.family}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]


def subset_font(source: Path, target: Path, face: Face) -> None:
    """Reduz a fonte aos sinais do curso e grava em WOFF2."""
    codepoints = [code for first, last in UNICODE_RANGES for code in range(first, last + 1)]
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "liga", "locl", "mark", "onum", "lnum", "tnum"]
    options.hinting = False
    options.notdef_outline = True
    with TTFont(source, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codepoints)
        subsetter.subset(font)
        rename(font, face)
        font.flavor = "woff2"
        font.save(target)


def fingerprint() -> str:
    """Muda quando mudam os cortes escolhidos ou os sinais guardados."""
    text = repr((FACES, UNICODE_RANGES, "2"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def prepare_fonts(cache: Path) -> None:
    """Deixa em ``cache`` os WOFF2 e a folha que os declara, se ainda não estiverem."""
    stamp = cache / f".{fingerprint()}"
    if stamp.exists():
        return
    shutil.rmtree(cache, ignore_errors=True)
    (cache / "fonts").mkdir(parents=True)
    rules = []
    for face in FACES:
        source = package_folder(face.package) / "files" / face.file
        subset_font(source, cache / "fonts" / face.output, face)
        rules.append(
            f"@font-face {{ font-family: '{face.family}'; font-weight: {face.weight}; "
            f"font-style: {face.style}; font-display: swap; "
            f"src: url('fonts/{face.output}') format('woff2'); }}"
        )
        licence = source.parent / "LICENSE.txt"
        shutil.copyfile(licence, cache / "fonts" / f"LICENSE-{face.package}.txt")
    (cache / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")
    stamp.touch()


def prepare_mathjax(cache: Path) -> None:
    """Copia do pacote só os arquivos do MathJax que uma página pode pedir."""
    if (cache / "mathjax" / "tex-chtml.js").exists():
        return
    source = package_folder(MATHJAX) / "static" / "mathjax"
    for pattern in MATHJAX_PATTERNS:
        for path in source.glob(pattern):
            if path.name in MATHJAX_SKIPPED:
                continue
            target = cache / "mathjax" / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def publish(app: Sphinx) -> None:
    """Prepara o cache e o põe no caminho dos estáticos.

    Só depois da varredura do Jupyter Book, que incluiria cada ``.js`` em todas as páginas.
    """
    cache = Path(app.outdir).parent / "cache"
    prepare_fonts(cache / "fonts")
    prepare_mathjax(cache / "mathjax")
    app.config.html_static_path.extend([str(cache / "fonts"), str(cache / "mathjax")])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Liga a preparação ao início da construção."""
    app.setup_extension("sphinx.ext.mathjax")
    app.connect("builder-inited", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
