"""Onde moram os núcleos compilados, e por que se pode confiar neles.

Uma biblioteca carregada roda com os direitos de quem a carrega. Por isso só se carrega o que
este usuário escreveu: a pasta é dele, fechada aos outros, sem caminho por onde alguém a troque;
e o arquivo traz no nome o resumo (SHA-256) do próprio conteúdo.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["cache_folder", "stored_library"]

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def stored_library(key: str, build: Callable[[Path], None]) -> Path:
    """Dá a biblioteca guardada sob uma chave, construindo-a se não houver uma de confiança.

    Args:
        key: identifica fonte, opções, compilador e processador.
        build: escreve a biblioteca no caminho que recebe.

    Returns:
        O arquivo, conferido: é deste usuário, só ele o escreve, e o conteúdo é o do nome.

    Raises:
        RuntimeError: se a pasta não puder ser criada ou não for de confiança.
    """
    folder = cache_folder()
    for path in sorted(folder.glob(f"{key}-*")):
        if _is_ours(path) and path.stem == _name(key, path):
            return path
        path.unlink()  # adulterado ou de outro dono: não se carrega, refaz-se
    with TemporaryDirectory(dir=folder, prefix="em-obras-") as workshop:
        fresh = Path(workshop) / "window_kernel.so"
        build(fresh)
        fresh.chmod(0o700)
        ready = folder / f"{_name(key, fresh)}.so"
        fresh.replace(ready)
    return ready


def cache_folder() -> Path:
    """A pasta dos núcleos deste usuário, criada se preciso, com acesso só dele (0700).

    Returns:
        ``$XDG_CACHE_HOME/coursekit`` ou ``~/.cache/coursekit``; no macOS e no Windows, o lugar
        que o sistema reserva a isso.

    Raises:
        RuntimeError: se não puder ser criada, for de outro dono, ou outros puderem trocá-la.
    """
    asked = _base() / "coursekit"
    try:
        asked.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = asked.resolve(strict=True)
        if _user() is not None and folder.stat().st_uid == _user():
            folder.chmod(0o700)
    except OSError as error:
        raise RuntimeError(
            f"não consegui preparar a pasta {asked}, onde se guarda o núcleo compilado: {error}. "
            "Aponte XDG_CACHE_HOME para uma pasta em que possa escrever, ou use "
            "windowed_attention, que não compila nada."
        ) from error
    for place in (folder, *folder.parents):
        if reason := _distrust(place.stat(), inside=place == folder):
            raise RuntimeError(
                f"não carrego código compilado de {folder}: {place} {reason}. Aponte "
                "XDG_CACHE_HOME para uma pasta só sua (modo 0700), ou use windowed_attention, "
                "que não compila nada."
            )
    return folder


def _base() -> Path:
    """A pasta de caches do usuário, segundo o costume de cada sistema."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if Path(given).is_absolute():
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".cache"


def _user() -> int | None:
    """Número do usuário; ``None`` onde não há, e a pasta do perfil já é fechada aos outros."""
    getuid: Callable[[], int] | None = getattr(os, "getuid", None)
    return None if getuid is None else getuid()


def _distrust(found: os.stat_result, *, inside: bool) -> str:
    """Por que não confiar numa pasta; vazio se não há motivo.

    A própria pasta tem de ser do usuário. As de cima podem ser do administrador; e as que todos
    escrevem só servem se ninguém puder, nelas, trocar o que é de outro (``S_ISVTX``).
    """
    if _user() is None:
        return ""
    if found.st_uid not in ({_user()} if inside else {_user(), 0}):
        return f"é do usuário {found.st_uid}, e eu sou o {_user()}"
    if found.st_mode & OTHERS_WRITE and (inside or not found.st_mode & stat.S_ISVTX):
        return "pode ser escrita por outros usuários"
    return ""


def _is_ours(path: Path) -> bool:
    """Diz se é um arquivo comum (não um atalho), deste usuário, que só ele escreve."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return False
    return _user() is None or (found.st_uid == _user() and not found.st_mode & OTHERS_WRITE)


def _name(key: str, path: Path) -> str:
    """O nome, sem extensão, que um conteúdo deve ter."""
    return f"{key}-{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"
