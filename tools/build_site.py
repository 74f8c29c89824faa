"""Constrói o site em ``_build/html`` a partir dos cadernos já executados, sem executar nada.

Qualquer aviso do Sphinx, inclusive referência que não resolve, é erro. Se o tema, as
extensões, a configuração ou o ``coursekit`` mudaram, tudo é refeito; senão, só o que mudou.

Uso: ``python tools/build_site.py [--clean] [--builder singlehtml]``.
"""

import argparse
import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
# O que, ao mudar, exige refazer todas as páginas.
SOURCES = ("_config.yml", "_toc.yml", "book/_ext", "book/_data", "coursekit", "constraints.txt")
SUFFIXES = {".py", ".html", ".css", ".js", ".svg", ".toml", ".yml", ".json", ".csv", ".txt"}


def fingerprint() -> str:
    """Resumo de tudo o que afeta todas as páginas."""
    digest = hashlib.sha256()
    for name in SOURCES:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in SUFFIXES:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    # O link para o PDF aparece em todas as páginas assim que ele existe.
    digest.update(str((BUILD / "pdf").is_dir()).encode())
    return digest.hexdigest()


def build(builder: str, *, everything: bool) -> int:
    """Chama o Jupyter Book com avisos valendo erro; devolve o código de saída."""
    from jupyter_book.sphinx import build_sphinx

    result = build_sphinx(
        str(ROOT),
        str(BUILD / builder),
        path_config=str(ROOT / "_config.yml"),
        noconfig=True,
        confoverrides={"latex_individualpages": False, "nitpicky": True},
        doctreedir=str(BUILD / "doctrees"),
        builder=builder,
        warningiserror=True,
        keep_going=True,
        freshenv=everything,
        force_all=everything,
        quiet=True,
    )
    return result if isinstance(result, int) else 1


def explain(seconds: float) -> str:
    """Onde está o site e como abrir."""
    page = BUILD / "html" / "index.html"
    count = sum(1 for _ in (BUILD / "html").rglob("*.html"))
    return (
        f"» Site pronto: {count} páginas em {seconds:.1f} s.\n"
        f"  Está em   {page.relative_to(ROOT)}\n"
        f"  Para abrir: dois cliques nesse arquivo, ou «make serve» e http://localhost:8000"
    )


def main() -> int:
    """Escolhe entre refazer tudo e refazer só o que mudou."""
    parser = argparse.ArgumentParser(description="Constrói o site do curso")
    parser.add_argument("--clean", action="store_true", help="apaga o site pronto antes")
    parser.add_argument("--builder", default="html", choices=("html", "singlehtml"))
    options = parser.parse_args()
    start = time.perf_counter()
    if options.clean:
        for name in (options.builder, "doctrees"):
            shutil.rmtree(BUILD / name, ignore_errors=True)
    stamp = BUILD / f".site-{options.builder}"
    current = fingerprint()
    everything = not stamp.is_file() or stamp.read_text(encoding="utf-8") != current
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    code = build(options.builder, everything=everything)
    if code != 0:
        stamp.unlink(missing_ok=True)
        print("» O site não foi construído: corrija os avisos acima (cada um é um erro).")
        return code
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current, encoding="utf-8")
    if options.builder == "html":
        print(explain(time.perf_counter() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
