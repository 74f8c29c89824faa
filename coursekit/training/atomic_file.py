"""Escrita atômica: quem lê vê o arquivo antigo inteiro ou o novo inteiro, nunca um pedaço."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Escreve um arquivo de modo que uma queda nunca o deixe pela metade.

    Escreve num temporário da mesma pasta (e do mesmo disco), espera o disco confirmar e só
    então troca o nome, o que o sistema de arquivos faz de uma vez.

    Args:
        path: o arquivo a criar ou substituir; a pasta precisa existir.
        content: os bytes.

    Raises:
        OSError: se o disco recusar; o arquivo antigo continua intacto.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 — o nome da operação atômica, à vista
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Faz o disco confirmar a troca de nome; o Windows não abre pastas, e não precisa."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
