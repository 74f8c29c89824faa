"""Compila o núcleo em C++ com o compilador do sistema, na primeira vez que se usa."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from coursekit.attention.sparse.kernel_cache import stored_library

__all__ = ["find_compiler", "window_library"]

SOURCE = Path(__file__).with_name("window_kernel.cpp")
COMPILERS = ("c++", "g++", "clang++")
# Nada de -ffast-math: nan e infinito têm de valer o que valem.
FLAGS = ("-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fPIC", "-shared")
NO_COMPILER = (
    "não encontrei um compilador de C++ ({tried}), e compiled_windowed_attention precisa de um. "
    "Instale o g++ ou o clang++ (no Debian e no Ubuntu, o pacote g++; no macOS, "
    "xcode-select --install), ou diga qual na variável CXX; ou use windowed_attention, que dá o "
    "mesmo e não compila nada."
)


@lru_cache(maxsize=1)
def window_library() -> ctypes.CDLL:
    """O núcleo pronto para chamar; compila-o (alguns segundos) se ainda não há um guardado.

    Returns:
        A biblioteca, com ``window_forward_*``, ``window_backward_*`` e ``window_exp2_*``.

    Raises:
        RuntimeError: se não houver compilador, ele falhar, ou a pasta não for de confiança.
    """
    command = [*find_compiler(), *FLAGS, _native_flag()]
    key = _fingerprint(command)
    return ctypes.CDLL(str(stored_library(key, lambda target: _compile(command, target))))


def find_compiler() -> list[str]:
    """O comando do compilador: o da variável ``CXX``, ou o primeiro que houver.

    Returns:
        O caminho do programa e, se ``CXX`` os trouxer, os seus primeiros argumentos.

    Raises:
        RuntimeError: se não houver nenhum; a mensagem diz o que instalar.
    """
    given = shlex.split(os.environ.get("CXX", ""))
    for words in [given] if given else [[name] for name in COMPILERS]:
        if program := shutil.which(words[0]):
            return [program, *words[1:]]
    tried = f"a variável CXX diz {given[0]!r}" if given else f"procurei {', '.join(COMPILERS)}"
    raise RuntimeError(NO_COMPILER.format(tried=tried))


def _native_flag() -> str:
    """A opção que aproveita tudo o que este processador tem."""
    return "-march=native" if platform.machine().lower() in _X86 else "-mcpu=native"


_X86 = {"x86_64", "amd64", "i386", "i686"}


def _fingerprint(command: list[str]) -> str:
    """Muda com a fonte, as opções, o compilador, a sua versão e o processador."""
    sources = sorted(SOURCE.parent.glob("*.[ch]pp"))
    facts = [*(path.read_text(encoding="utf-8") for path in sources), *command]
    facts.append(_run([command[0], *command[1 : -len(FLAGS) - 1], "--version"]))
    # As macros de fábrica dizem que instruções «native» quer dizer nesta máquina.
    facts.append(_run([*command, "-dM", "-E", "-x", "c++", os.devnull]))
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]


def _compile(command: list[str], target: Path) -> None:
    """Compila a fonte no arquivo pedido."""
    _run([*command, str(SOURCE), "-o", str(target)])


def _run(command: list[str]) -> str:
    """Roda o compilador; se ele falha, o erro diz o que ele disse."""
    found = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if found.returncode != 0:
        said = "\n".join(found.stderr.strip().splitlines()[:5])
        raise RuntimeError(
            f"o compilador {command[0]} não conseguiu compilar o núcleo da janela; ele disse:\n"
            f"{said}\nUm g++ 9 ou um clang++ 12, ou mais novos, servem: diga outro na variável "
            "CXX, ou use windowed_attention, que dá o mesmo e não compila nada."
        )
    return found.stdout
