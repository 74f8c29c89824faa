"""O PDF do livro inteiro: A4, etiquetado, com marcadores e com o texto de verdade."""

import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MIN_PAGES = 40


@pytest.fixture(scope="module")
def document(site: Path) -> bytes:
    """Gera o PDF pelo mesmo comando que o leitor usa."""
    result = subprocess.run(
        [sys.executable, "tools/pdf.py"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return (ROOT / "_build" / "pdf" / "atencao-do-dito-ao-medido.pdf").read_bytes()


def everything(document: bytes) -> str:
    """O PDF com os fluxos de objetos descomprimidos."""
    parts = [document]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", document, re.DOTALL):
        try:
            parts.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts).decode("latin-1")


def test_pdf_is_tagged_a4_with_outline_and_language(document: bytes) -> None:
    assert document.startswith(b"%PDF-1.")
    text = everything(document)
    assert re.search(r"/Marked true", text)
    assert re.search(r"/StructTreeRoot", text)
    assert re.search(r"/Outlines", text)
    assert re.search(r"/Lang ?\(pt-BR\)", text)
    box = re.search(r"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+)", text)
    assert box is not None
    assert abs(float(box[1]) - 595) < 2
    assert abs(float(box[2]) - 842) < 2


def test_pdf_holds_the_whole_book(document: bytes) -> None:
    text = everything(document)
    counts = [int(n) for n in re.findall(r"/Type ?/Pages[^>]*?/Count (\d+)", text)]
    counts += [int(n) for n in re.findall(r"/Count (\d+)[^>]*?/Type ?/Pages", text)]
    assert max(counts) >= MIN_PAGES
    assert "Serifa-do-curso" in text
    assert "MathJax" in text or "MJXZERO" in text
    assert text.count("/Title") >= 40  # marcadores, um por título


def test_site_links_to_the_pdf_once_it_exists(document: bytes, site: Path) -> None:
    page = (site / "book" / "index.html").read_text(encoding="utf-8")
    assert 'href="../atencao-do-dito-ao-medido.pdf"' in page
    assert (site / "atencao-do-dito-ao-medido.pdf").read_bytes() == document
