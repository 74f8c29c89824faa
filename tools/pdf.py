"""Gera o PDF do livro inteiro: uma página só, impressa pelo Chromium.

O PDF sai em A4, etiquetado (leitor de tela), com marcadores dos títulos e com os blocos
recolhíveis abertos. Depois o site é refeito para mostrar o link.

Uso: ``python tools/pdf.py``.
"""

import functools
import http.server
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import call
from typing import Any

import browser

ROOT = Path(__file__).resolve().parent.parent
SINGLE = ROOT / "_build" / "singlehtml"
TARGET = ROOT / "_build" / "pdf" / "atencao-do-dito-ao-medido.pdf"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PREPARE = """async () => {
  document.documentElement.dataset.theme = "light";
  for (const box of document.querySelectorAll("details")) box.open = true;
  for (const image of document.querySelectorAll("img")) image.loading = "eager";
  if (window.MathJax?.startup?.promise) await window.MathJax.startup.promise;
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => 0)));
}"""
STYLE = "<style>div{font:8pt sans-serif;color:#4b5a62;width:100%;padding:0 18mm}</style>"
FOOTER = (
    f'{STYLE}<div style="display:flex;justify-content:space-between">'
    '<span>Atenção: do dito ao medido</span><span class="pageNumber"></span></div>'
)
MARGIN = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Servidor de arquivos que não escreve cada pedido na tela."""

    def log_message(self, format: str, *args: Any) -> None:
        """Não registra nada."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a pasta numa porta livre do próprio computador."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def print_page(address: str, target: Path) -> None:
    """Abre o endereço e imprime em A4, etiquetado e com marcadores."""
    from playwright.sync_api import sync_playwright

    target.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.ensure(), args=list(FLAGS))
        try:
            page = chromium.new_page(locale="pt-BR")
            missing: list[str] = []
            page.on("response", lambda r: missing.append(r.url) if r.status >= 400 else None)
            page.goto(address, wait_until="load", timeout=120_000)
            page.evaluate(PREPARE)
            if missing:
                sys.exit(f"A página única pede arquivos que não existem: {', '.join(missing)}")
            page.emulate_media(media="print")
            page.pdf(
                path=target, format="A4", print_background=True, outline=True, tagged=True,
                display_header_footer=True, header_template="<span></span>",
                footer_template=FOOTER, margin=MARGIN,  # type: ignore[arg-type]
            )  # fmt: skip
        finally:
            chromium.close()


def main() -> int:
    """Constrói a página única, imprime e refaz o site com o link."""
    start = time.perf_counter()
    build = [sys.executable, str(ROOT / "tools" / "build_site.py")]
    print("» Juntando o livro numa página só", flush=True)
    code = call([*build, "--builder", "singlehtml"], cwd=ROOT, env=os.environ)
    if code != 0:
        return code
    print("» Imprimindo", flush=True)
    # O Sphinx escreve os endereços da página única como se ela morasse na raiz.
    shutil.copyfile(SINGLE / "book" / "index.html", SINGLE / "livro.html")
    with serve(SINGLE) as address:
        print_page(f"{address}/livro.html", TARGET)
    code = call(build, cwd=ROOT, env=os.environ)
    size = TARGET.stat().st_size / 1024
    where = TARGET.relative_to(ROOT)
    print(f"» PDF pronto em {time.perf_counter() - start:.0f} s: {where} ({size:.0f} KiB)")
    return code


if __name__ == "__main__":
    sys.exit(main())
