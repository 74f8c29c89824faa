"""Encontra um Chromium de verdade ou instala um; nunca deixa os testes pularem em silêncio."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
MESSAGE = """Não encontrei um navegador para os testes do site e não consegui instalar um.
Faça uma destas coisas e rode de novo:
  • Debian/Ubuntu: sudo apt-get install chromium
  • Fedora: sudo dnf install chromium        • macOS: brew install --cask chromium
  • qualquer sistema: .venv/bin/python -m playwright install chromium
  • ou aponte para o seu: export COURSEKIT_CHROMIUM=/caminho/do/chromium"""


def find() -> str | None:
    """Devolve o caminho de um Chromium já instalado, ou ``None``."""
    chosen = os.environ.get("COURSEKIT_CHROMIUM")
    if chosen:
        if Path(chosen).exists():
            return chosen
        sys.exit(f"COURSEKIT_CHROMIUM aponta para {chosen}, que não existe.")
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return find_playwright()


def find_playwright() -> str | None:
    """Devolve o Chromium que o Playwright baixou, se houver."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    path = result.stdout.strip()
    return path if result.returncode == 0 and path and Path(path).exists() else None


def install() -> None:
    """Tenta o gerenciador de pacotes do sistema (como root) e depois o Playwright."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium"],
        ):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def ensure() -> str:
    """Devolve o caminho do navegador, instalando-o se preciso; sem navegador, é erro."""
    path = find()
    if path is None:
        print("» Instalando um navegador para os testes do site", flush=True)
        install()
        path = find()
    if path is None:
        sys.exit(MESSAGE)
    return path


if __name__ == "__main__":
    print(ensure())
