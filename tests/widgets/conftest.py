"""Abre figuras interativas num Chromium de verdade; sem navegador, a prova falha."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_BROWSER = (
    "Não encontrei um Chromium para as provas das figuras interativas. Instale um (por exemplo, "
    "«sudo apt-get install chromium»), ou aponte para o seu com a variável COURSEKIT_CHROMIUM."
)
PAPER = {"light": ("#fbf9f4", "#14242c"), "dark": ("#10191e", "#ece8df")}


def chromium_path() -> str | None:
    chosen = os.environ.get("COURSEKIT_CHROMIUM")
    candidates = [chosen] if chosen else [shutil.which(name) for name in NAMES]
    return next((path for path in candidates if path and Path(path).exists()), None)


def document(body: str, theme: str = "light") -> str:
    background, ink = PAPER[theme]
    return (
        f'<!doctype html><html lang="pt-BR" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Prova</title></head>'
        f'<body style="margin:0;padding:8px;background:{background};color:{ink}">'
        f"<main><h1>Prova</h1>{body}</main></body></html>"
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    if path is None:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def show(chromium):
    """Função que mostra um HTML e devolve a página; ao fim, confere que nada reclamou."""
    contexts, complaints = [], []

    def open_page(body, *, theme="light", width=820, **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        page.set_content(document(body, theme))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
