"""O descritor de erro é calado no bloco, e só no bloco, e volta mesmo depois de um erro."""

import os

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
