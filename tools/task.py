"""Tarefas do projeto, sem depender de ``make``: ``python tools/task.py TAREFA``.

Só usa a biblioteca padrão, porque roda antes de haver ambiente: cria ``.venv``, instala
com as versões de ``constraints.txt`` e chama a ferramenta certa lá dentro. O Makefile é
uma porta fina para este arquivo; no Windows, chame-o direto.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MINIMUM = (3, 11)
# Do menor ao maior: quem tem um nível tem os de antes.
EXTRAS = {
    "book": ("book",),
    "all": ("book", "torch", "keras", "dev"),
    "bench": ("book", "torch", "keras", "dev", "bench"),
}
# Bibliotecas numéricas caladas e sem disputar os mesmos núcleos.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def venv_python() -> Path:
    """Caminho do Python do ambiente virtual, em qualquer sistema."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(level: str) -> str:
    """Resumo do que decide a instalação: se nada mudou, nada se reinstala."""
    digest = hashlib.sha256(level.encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed(level: str) -> bool:
    """Diz se o ambiente já tem este nível, ou um maior."""
    levels = list(EXTRAS)
    stamps = [VENV / f".instalado-{name}" for name in levels[levels.index(level) :]]
    return any(s.exists() and s.read_text() == fingerprint(s.name[11:]) for s in stamps)


def ensure(level: str) -> None:
    """Cria o ambiente e instala o nível pedido, se ainda não estiver em dia."""
    if sys.version_info < MINIMUM:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"Este projeto precisa do Python 3.11 ou mais novo; encontrei o {found}.\n"
            "Instale um Python recente e diga qual usar: make book PYTHON=python3.12"
        )
    if is_installed(level):
        return
    start = time.perf_counter()
    if not venv_python().exists():
        say("Criando o ambiente virtual em .venv")
        venv.create(VENV, with_pip=True)
    say(f"Instalando as dependências ({'menos de 1 min' if level == 'book' else '1 a 3 min'})")
    install(["-e", f".[{','.join(EXTRAS[level])}]", "-c", "constraints.txt"])
    (VENV / f".instalado-{level}").write_text(fingerprint(level))
    say(f"Ambiente pronto em {time.perf_counter() - start:.0f} s")


def install(arguments: list[str]) -> None:
    """Roda o pip mostrando quantos pacotes já passaram, em vez de centenas de linhas."""
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    lines: list[str] = []
    count = 0
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            count += line.startswith("Collecting ")
            if line.startswith("Collecting ") and sys.stdout.isatty():
                print(f"\r  {count} pacotes resolvidos", end="", flush=True)
    if process.returncode != 0:
        print("".join(lines[-40:]))
        sys.exit(
            "A instalação falhou (as últimas linhas do pip estão acima). Confira a conexão e o "
            "espaço em disco (4 GB para «test», 1 GB para «book») e tente de novo."
        )
    print(f"\r  {count} pacotes resolvidos e instalados")


def say(text: str) -> None:
    """Diz em que passo estamos."""
    print(f"» {text}", flush=True)


def run(*arguments: str, environment: dict[str, str] | None = None) -> int:
    """Roda o Python do ambiente, na raiz, e devolve o código de saída."""
    variables = {**os.environ, **QUIET, **(environment or {})}
    variables["PATH"] = f"{venv_python().parent}{os.pathsep}{variables.get('PATH', '')}"
    return subprocess.call([str(venv_python()), *arguments], cwd=ROOT, env=variables)


def book(extra: list[str]) -> int:
    """Constrói o site em _build/html e diz onde está e como abrir."""
    ensure("book")
    return run("tools/build_site.py", *extra)


def test(extra: list[str]) -> int:
    """Roda tudo o que o CI roda, com um resumo de tempos no fim."""
    ensure("all")
    return run("tools/run_stages.py", *extra)


def check(extra: list[str]) -> int:
    """Formato, lint e tipos: o que leva segundos."""
    ensure("all")
    return run("tools/run_stages.py", "--only", "lint", *extra)


def notebooks(extra: list[str]) -> int:
    """Regenera e executa só os cadernos cuja fonte mudou."""
    ensure("all")
    return run("-m", "coursekit", "notebooks", *extra)


def lab(extra: list[str]) -> int:
    """Abre o JupyterLab nos cadernos, sem perguntar sobre novidades."""
    ensure("all")
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    key = "@jupyterlab/apputils-extension:notification"
    overrides = {key: {"fetchNews": "false", "checkForUpdates": False}}
    (settings / "overrides.json").write_text(json.dumps(overrides, indent=2), encoding="utf-8")
    return run("-m", "jupyterlab", "--notebook-dir", "notebooks", *extra)


def serve(extra: list[str]) -> int:
    """Serve o site pronto em http://localhost:8000."""
    ensure("book")
    if not (ROOT / "_build" / "html").exists():
        code = run("tools/build_site.py")
        if code != 0:
            return code
    say("Site em http://localhost:8000 (Ctrl+C encerra)")
    folder = ["--directory", "_build/html", "--bind", "127.0.0.1"]
    try:
        return run("-m", "http.server", *(extra or ["8000"]), *folder)
    except KeyboardInterrupt:
        return 0


def pdf(extra: list[str]) -> int:
    """Gera o PDF do livro inteiro em _build/pdf."""
    ensure("all")
    return run("tools/pdf.py", *extra)


def mutants(extra: list[str]) -> int:
    """Planta defeitos no código e confere que os testes os matam."""
    ensure("all")
    return run("tools/mutants.py", *extra)


def bench(extra: list[str]) -> int:
    """Mede a velocidade contra as bibliotecas, em razões, e grava em book/_data/bench."""
    ensure("bench")
    return run("tools/bench.py", *extra)


def gpu(extra: list[str]) -> int:
    """Prova e mede o que pede uma placa da NVIDIA, e grava em book/_data/gpu."""
    ensure("all")
    return run("tools/gpu.py", *extra)


def constraints(extra: list[str]) -> int:
    """Refaz constraints.txt a partir dos limites do pyproject (nenhum índice é citado)."""
    return subprocess.call([sys.executable, "tools/constraints.py", *extra], cwd=ROOT)


def address(extra: list[str]) -> int:
    """Troca o endereço do repositório em _config.yml e regenera os cadernos."""
    if len(extra) != 1 or not re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+", extra[0]):
        say("Diga o endereço: make address ARGS=https://github.com/voce/seu-curso")
        return 2
    path = ROOT / "_config.yml"
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(
        r"(?m)^(repository:\n(?: .*\n)*? +url: ).*$", rf"\g<1>{extra[0]}", text
    )
    if count != 1:
        sys.exit("Não achei repository.url em _config.yml: o endereço deve estar lá, uma vez.")
    path.write_text(changed, encoding="utf-8")
    return notebooks([])


def clean(extra: list[str]) -> int:
    """Apaga o que foi gerado: _build, caches e, com --tudo, também .venv."""
    targets = ["_build", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"]
    for name in [*targets, ".venv"] if "--tudo" in extra else targets:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in ROOT.glob("[!.]*/**/__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    return 0


TASKS: dict[str, Callable[[list[str]], int]] = {
    function.__name__: function
    for function in (
        book,
        test,
        lab,
        notebooks,
        check,
        serve,
        pdf,
        mutants,
        bench,
        gpu,
        constraints,
        address,
        clean,
    )
}


def show_help() -> int:
    """Lista as tarefas e o que cada uma faz."""
    print("Uso: make TAREFA   (ou: python tools/task.py TAREFA)\n")
    for name, function in TASKS.items():
        print(f"  {name:<12} {(function.__doc__ or '').splitlines()[0]}")
    return 0


def main() -> int:
    """Escolhe a tarefa e repassa o resto dos argumentos a ela."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("task", nargs="?", default="help")
    options, extra = parser.parse_known_args()
    if options.task in {"help", "ajuda"}:
        return show_help()
    if options.task not in TASKS:
        print(f"Não conheço a tarefa «{options.task}».\n", file=sys.stderr)
        show_help()
        return 2
    return TASKS[options.task](extra)


if __name__ == "__main__":
    sys.exit(main())
