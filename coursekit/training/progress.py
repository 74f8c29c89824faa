"""Barra de progresso que só aparece quando há alguém olhando, e que não deixa rastro.

Num terminal, a barra usa a saída de erro e se apaga ao fim. Num caderno executado por um
programa (``nbclient``, ``nbval``, ``make notebooks``) não aparece: qualquer texto ficaria
guardado nas saídas. Num caderno aberto por uma pessoa, aparece e se esvazia ao fim.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from tqdm import tqdm


class _QuietMonitorBar(tqdm):  # type: ignore[type-arg]
    """Barra do tqdm sem a linha de execução que vigia barras paradas."""

    monitor_interval = 0


class _NotebookScreen(io.TextIOBase):
    """Arquivo de texto que mostra a última linha escrita numa saída única do caderno."""

    def __init__(self) -> None:
        from IPython.display import display

        # raw: a saída nasce vazia, e volta a ser vazia ao fim.
        self._handle = display({}, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """O caderno mostra qualquer letra, e a barra pode usar blocos cheios."""
        return "utf-8"

    def write(self, text: str) -> int:
        """Troca a linha mostrada."""
        line = text.strip("\r\n ")
        if line and self._handle is not None:
            self._handle.update({"text/plain": line}, raw=True)
        return len(text)

    def clear(self) -> None:
        """Esvazia a saída."""
        if self._handle is not None:
            self._handle.update({}, raw=True)


class ProgressBar:
    """Barra de uma corrida de treino; chame :meth:`advance` a cada passo.

    Args:
        total: número de passos, ou ``None`` se desconhecido.
        done: passos já feitos (numa retomada).
        screen: onde escrever; ``None`` não escreve nada.
    """

    def __init__(self, total: int | None, done: int, screen: TextIO | None) -> None:
        self._bar = _QuietMonitorBar(
            total=total,
            initial=done,
            file=screen if screen is not None else io.StringIO(),
            disable=screen is None,
            leave=False,
            desc="treino",
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} passos, faltam {remaining}{postfix}",
            ncols=88,
        )

    def advance(self, values: Mapping[str, float]) -> None:
        """Conta um passo e mostra valores.

        Args:
            values: nome em português e número, como ``{"perda": 0.5}``.
        """
        if not self._bar.disable:
            self._bar.set_postfix_str(
                ", ".join(
                    f"{name} {value:.4g}".replace(".", ",") for name, value in values.items()
                ),
                refresh=False,
            )
        self._bar.update(1)

    def close(self) -> None:
        """Apaga a barra."""
        self._bar.close()


@contextmanager
def progress_bar(total: int | None, *, done: int = 0, show: bool = True) -> Iterator[ProgressBar]:
    """Abre uma barra de progresso e garante que ela se apague ao fim.

    Args:
        total: número de passos, ou ``None`` se desconhecido.
        done: passos já feitos (numa retomada).
        show: falso para nunca mostrar; verdadeiro mostra se houver alguém olhando.

    Yields:
        A barra.

    Example:
        >>> with progress_bar(2, show=False) as bar:
        ...     bar.advance({"perda": 0.5})
    """
    notebook = _NotebookScreen() if show and _person_at_notebook() else None
    screen: Any = notebook if notebook is not None else (_terminal() if show else None)
    bar = ProgressBar(total, done, screen)
    try:
        yield bar
    finally:
        bar.close()
        if notebook is not None:
            notebook.clear()


def _terminal() -> TextIO | None:
    """A saída de erro, se for um terminal."""
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None


def _person_at_notebook() -> bool:
    """Diz se a célula foi mandada por uma interface em que alguém pode responder.

    JupyterLab, Colab e VS Code pedem execução com ``allow_stdin`` verdadeiro; os programas
    que executam cadernos, com falso.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
