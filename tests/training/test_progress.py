import io
import sys
import threading
import time
from types import SimpleNamespace

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from torch import nn

from coursekit.training import FitOptions, fit, progress, progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def train(progress=True, epochs=2):
    model = nn.Linear(1, 1)
    batches = [(torch.ones(3, 1), torch.zeros(3, 1))] * 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    options = FitOptions(progress=progress)
    return fit(model, batches, nn.functional.mse_loss, optimizer, epochs=epochs, options=options)


@pytest.fixture
def terminal(monkeypatch):
    # O pytest troca sys.stderr entre as fases do teste: troca-se o sys que o módulo vê.
    screen = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=screen, modules=sys.modules))
    return screen


def test_terminal_bar_shows_progress_and_erases_itself(terminal, capfd):
    with progress_bar(4) as bar:
        bar.advance({"perda": 2.0})
        time.sleep(0.15)  # a barra se redesenha no máximo dez vezes por segundo
        bar.advance({"época": 1, "perda": 0.25})
    text = terminal.getvalue()
    assert "2/4" in text
    assert "época 1, perda 0,25" in text
    assert text.endswith("\r")
    assert text.split("\r")[-2].strip() == ""
    assert "\n" not in text
    assert capfd.readouterr() == ("", "")


def test_fit_counts_every_step_and_can_hide_the_bar(terminal):
    train(epochs=3)
    assert "0/6" in terminal.getvalue()
    terminal.truncate(0)
    terminal.seek(0)
    train(progress=False)
    assert terminal.getvalue() == ""


def test_says_nothing_when_nobody_watches(capfd):
    train()
    assert capfd.readouterr() == ("", "")


def test_bar_is_erased_even_after_an_error(terminal):
    def fail():
        with progress_bar(5) as bar:
            bar.advance({"perda": 1.0})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert "0/5" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_resumed_bar_counts_from_where_it_was(terminal):
    with progress_bar(5, done=3) as bar:
        bar.advance({"perda": 1.0})
    assert "3/5" in terminal.getvalue()


def test_starts_no_watching_thread(terminal):
    before = threading.active_count()
    with progress_bar(3) as bar:
        bar.advance({})
        assert threading.active_count() == before


class FakeDisplay:
    """O que o caderno mostraria: a última versão de cada saída."""

    def __init__(self):
        self.versions = []

    def display(self, data, *, raw, display_id):
        assert raw
        assert display_id
        self.versions.append(data)
        return SimpleNamespace(update=lambda data, raw: self.versions.append(data))


@pytest.mark.parametrize("person", [True, False])
def test_notebook_bar_appears_for_people_and_empties_itself(monkeypatch, person, terminal):
    fake = FakeDisplay()
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=person))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", fake.display)
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    train()
    if person:
        shown = [data["text/plain"] for data in fake.versions if data]
        assert any("0/4" in line for line in shown)
        assert fake.versions[0] == fake.versions[-1] == {}
    else:
        assert fake.versions == []
    assert terminal.getvalue() == ""


CELL = """
import torch
from torch import nn
from coursekit.training import fit
model = nn.Linear(1, 1)
batches = [(torch.ones(3, 1), torch.zeros(3, 1))] * 5
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = fit(model, batches, nn.functional.mse_loss, optimizer, epochs=3)
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_executed_notebook_stores_nothing(tmp_path):
    cells = [nbformat.v4.new_code_cell(CELL), nbformat.v4.new_code_cell("history.num_epochs")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    assert notebook.cells[0].outputs == []
    assert notebook.cells[1].outputs[0].data["text/plain"] == "3"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_kernel_says_whether_a_person_is_there():
    """O sinal que a barra usa existe de fato no ipykernel instalado."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        probe = "from coursekit.training.progress import _person_at_notebook as p; answer = p()"
        for person in (True, False):
            reply = client.execute_interactive(
                probe,
                allow_stdin=person,
                user_expressions={"answer": "answer"},
                timeout=60,
                output_hook=lambda _: None,
                stdin_hook=lambda _: None,
            )
            answer = reply["content"]["user_expressions"]["answer"]["data"]["text/plain"]
            assert answer == str(person)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
