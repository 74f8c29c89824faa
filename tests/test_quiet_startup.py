"""O descritor de erro é calado no bloco, e só no bloco, e volta mesmo depois de um erro."""

import os
import subprocess
import sys

import pytest

from coursekit.quiet_startup import quiet_startup


def write_native(text):
    """Escreve como uma biblioteca em C: direto no descritor, sem passar por sys.stderr."""
    os.write(2, text.encode())


def fail_inside():
    with quiet_startup():
        write_native("dentro ")
        raise ImportError("biblioteca ausente")


def test_silences_only_what_is_written_inside(capfd):
    write_native("antes ")
    with quiet_startup():
        write_native("dentro ")
    write_native("depois")
    assert capfd.readouterr().err == "antes depois"


def test_restores_the_descriptor_after_an_error_and_lets_it_through(capfd):
    with pytest.raises(ImportError, match="biblioteca ausente"):
        fail_inside()
    write_native("depois")
    assert capfd.readouterr().err == "depois"


def test_does_not_leak_descriptors():
    first = os.dup(2)
    os.close(first)
    for _ in range(5):
        with quiet_startup():
            pass
    second = os.dup(2)
    os.close(second)
    assert second == first


@pytest.mark.parametrize(("before", "after"), [(None, "3"), ("0", "0")])
def test_asks_tensorflow_for_silence_unless_the_reader_chose(monkeypatch, before, after):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "9")  # para o valor de hoje voltar ao fim
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    if before is not None:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", before)
    with quiet_startup():
        inside = os.environ["TF_CPP_MIN_LOG_LEVEL"]
    assert (inside, os.environ["TF_CPP_MIN_LOG_LEVEL"]) == (after, after)


def test_the_first_keras_operation_writes_nothing_to_stderr():
    """A busca pela placa de vídeo é na primeira conta, depois do import."""
    code = (
        "from coursekit.quiet_startup import quiet_startup\n"
        "with quiet_startup():\n    import keras\n"
        "print(keras.ops.sum(keras.ops.ones(5)).numpy())"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("5.0\n", "")
