"""Silêncio enquanto uma biblioteca nativa carrega.

O TensorFlow escreve, ao ser importado, avisos com horário e número de processo direto no
descritor de erro do sistema, antes que qualquer opção dele valha. Num caderno guardado
com as saídas, isso vira uma diferença a cada execução. Outro aviso, o da placa de vídeo que
não há, só sai na primeira conta, depois do ``import``: para ele vale a variável de ambiente
do próprio TensorFlow.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet_startup"]

_STDERR_DESCRIPTOR = 2
_TENSORFLOW_LOG, _ONLY_FATAL = "TF_CPP_MIN_LOG_LEVEL", "3"


@contextmanager
def quiet_startup() -> Iterator[None]:
    """Descarta o que for escrito no descritor de erro do sistema dentro do bloco.

    Um TensorFlow importado no bloco também se cala depois dele, menos nos erros fatais; quem
    definiu antes a variável ``TF_CPP_MIN_LOG_LEVEL`` fica com o que definiu. Erros do Python
    continuam a aparecer.

    Uma exceção atravessa o bloco: um ``import`` que falhe continua falhando à vista. Num
    terminal, avisos do Python escritos dentro do bloco também somem; por isso, use só em
    volta de um ``import``.

    Yields:
        Nada; o descritor volta ao que era ao fim do bloco, mesmo com erro.

    Example:
        >>> with quiet_startup():
        ...     import json
        >>> json.dumps(1)
        '1'
    """
    os.environ.setdefault(_TENSORFLOW_LOG, _ONLY_FATAL)
    sys.stderr.flush()
    original = os.dup(_STDERR_DESCRIPTOR)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, _STDERR_DESCRIPTOR)
        yield
    finally:
        os.dup2(original, _STDERR_DESCRIPTOR)
        os.close(sink)
        os.close(original)
