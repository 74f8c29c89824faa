"""Abre o site pronto num Chromium de verdade e guarda o que cada página mostrou."""

import functools
import http.server
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "book" / "_ext"))
sys.path.insert(0, str(Path(__file__).parent))

from page_visit import FLAGS, Visitor, write_summary  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_BROWSER = (
    "Não encontrei um navegador para os testes do site. Instale um (por exemplo, "
    "«sudo apt-get install chromium» ou «python -m playwright install chromium»), ou aponte "
    "para o seu com a variável COURSEKIT_CHROMIUM."
)


def documents() -> list[str]:
    """Páginas do livro segundo ``_toc.yml``, mais a busca e a raiz."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"]]
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            names += [
                chapter["file"],
                *(section["file"] for section in chapter.get("sections", ())),
            ]
    return [*names, "search"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Um caso por página para todo teste que pede ``docname``; ou por caderno."""
    if "docname" in metafunc.fixturenames:
        metafunc.parametrize("docname", documents())
    if "notebook" in metafunc.fixturenames:
        metafunc.parametrize("notebook", [d for d in documents() if d.startswith("notebooks/")])


def find_browser() -> str | None:
    """O Chromium indicado, o do sistema ou o do Playwright; ``None`` se não houver."""
    chosen = os.environ.get("COURSEKIT_CHROMIUM")
    candidates = [chosen] if chosen else [shutil.which(name) for name in BROWSERS]
    return next((path for path in candidates if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def site() -> Path:
    """Pasta do site pronto; sem site é falha, com o comando que o constrói."""
    if not (SITE / "index.html").is_file():
        pytest.fail("O site não está construído. Rode: make book", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """Serve o site numa porta livre do próprio computador."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Não registra nada."""

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Um Chromium de verdade; sem ele o teste falha, nunca é pulado."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        if not path or not Path(path).exists():
            pytest.fail(NO_BROWSER, pytrace=False)
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def visit(chromium: Any, server: str) -> Iterator[Visitor]:
    """Visita cada página uma vez só e, no fim, grava o resumo com as contagens."""
    visitor = Visitor(chromium, server)
    yield visitor
    write_summary(visitor, ROOT / "_build")


@pytest.fixture(scope="session")
def repository_url() -> str:
    """O endereço escrito em ``_config.yml``, o único lugar onde ele mora."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return str(config["repository"]["url"])


@pytest.fixture
def notebook_source() -> Any:
    """Lê um caderno do repositório."""

    def read(docname: str) -> Any:
        return json.loads((ROOT / f"{docname}.ipynb").read_text(encoding="utf-8"))

    return read
