"""Compilar e guardar o núcleo: o expoente, os erros de quem não tem compilador, a confiança."""

import ctypes
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from attention.sparse.compiled_cases import needs_compiler
from attention.sparse.sparse_cases import ONE, WINDOW_REFUSALS, dense, random_tensors
from torch.testing import assert_close

from coursekit.attention.sparse import compiled_windowed_attention, kernel_build, kernel_cache

POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="donos e modos são do POSIX")


@pytest.fixture
def caches(tmp_path, monkeypatch):
    """Uma pasta de caches vazia, e nenhuma biblioteca carregada."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kernel_build.window_library.cache_clear()
    yield tmp_path / "coursekit"
    kernel_build.window_library.cache_clear()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        kernel_build.window_library.cache_clear()
        yield kernel_build.window_library()
    kernel_build.window_library.cache_clear()


def builder(content=b"codigo", log=None):
    def build(target):
        (log if log is not None else []).append(target)
        target.write_bytes(content)

    return build


# --- o expoente -----------------------------------------------------------------------------


def exp2(library, numbers):
    kind = {4: "float32", 8: "float64"}[numbers.dtype.itemsize]
    found = np.empty_like(numbers)
    function = getattr(library, f"window_exp2_{kind}")
    pointers = (ctypes.c_void_p(x.ctypes.data) for x in (numbers, found))
    function(*pointers, ctypes.c_int64(len(numbers)))
    return found


@needs_compiler
@pytest.mark.parametrize(("dtype", "lowest"), [(np.float32, -126), (np.float64, -1022)])
def test_power_of_two_within_two_units(library, dtype, lowest):
    generator = np.random.default_rng(0)
    x = np.concatenate(
        [generator.uniform(lowest, 0, 2**16), generator.uniform(-2, 2, 2**16)]
    ).astype(dtype)
    exact = np.exp2(x.astype(np.longdouble))
    error = np.abs(exp2(library, x) - exact) / np.spacing(exact.astype(dtype))
    assert error.max() <= 2.0


@needs_compiler
@pytest.mark.parametrize(("dtype", "lowest"), [(np.float32, -126), (np.float64, -1022)])
def test_power_of_two_at_the_edges(library, dtype, lowest):
    whole = np.arange(-64, 64).astype(dtype)
    assert (exp2(library, whole) == np.exp2(whole)).all()
    # O menor normal ainda vale; abaixo dele, 0; nan continua nan.
    edges = [lowest, np.nextafter(dtype(lowest), dtype(-np.inf)), lowest - 1, 10.0 * lowest]
    rest = [-1e30, -np.inf, np.nan, 0.0]
    x = np.array([*edges, *rest] * 2, dtype=dtype)
    expected = np.array([2.0**lowest, 0, 0, 0, 0, 0, np.nan, 1] * 2, dtype=dtype)
    np.testing.assert_array_equal(exp2(library, x), expected)


# --- sem compilador, sem processador ----------------------------------------------------------


def test_no_compiler_says_what_is_missing(caches, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "vazia"))
    monkeypatch.delenv("CXX", raising=False)
    expected = r"não encontrei um compilador.*c\+\+, g\+\+, clang\+\+.*Instale.*windowed_attention"
    with pytest.raises(RuntimeError, match=expected):
        compiled_windowed_attention(ONE, ONE, ONE, 1)
    assert not caches.exists()


def test_cxx_names_the_compiler(caches, monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", "compilador-que-nao-existe -O0")
    with pytest.raises(RuntimeError, match=r"CXX diz 'compilador-que-nao-existe'"):
        compiled_windowed_attention(ONE, ONE, ONE, 1)
    program = tmp_path / "meu c++"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("CXX", f"'{program}' -m64")
    assert kernel_build.find_compiler() == [str(program), "-m64"]


@needs_compiler
def test_a_compiler_that_fails_is_quoted_and_leaves_nothing(caches, monkeypatch, tmp_path):
    broken = tmp_path / "erro.cpp"
    broken.write_text("isto nao compila;\n", encoding="utf-8")
    monkeypatch.setattr(kernel_build, "SOURCE", broken)
    with pytest.raises(RuntimeError, match=r"(?s)não conseguiu compilar.*isto.*windowed_attention"):
        compiled_windowed_attention(ONE, ONE, ONE, 1)
    assert list(caches.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        *WINDOW_REFUSALS,
        (
            {name: ONE.to("meta") for name in ("query", "key", "value")},
            ValueError,
            r"só corre no processador.*meta.*windowed_attention.*\.cpu\(\)",
        ),
    ],
)
def test_refusals_need_no_compiler(options, error, message, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    arguments = {"query": ONE, "key": ONE, "value": ONE, "radius": 1, **options}
    with pytest.raises(error, match=message):
        compiled_windowed_attention(**arguments)


def test_importing_compiles_nothing(tmp_path):
    program = "import coursekit.attention.sparse as s; print(s.compiled_windowed_attention)"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", program], check=True, env=environment, capture_output=True
    )
    assert list(tmp_path.iterdir()) == []


# --- a pasta e o arquivo --------------------------------------------------------------------


def test_what_was_built_is_kept(caches):
    log = []
    first = kernel_cache.stored_library("chave", builder(log=log))
    assert kernel_cache.stored_library("chave", builder(log=log)) == first
    assert len(log) == 1
    other = kernel_cache.stored_library("outra", builder(log=log))
    assert other != first
    assert sorted(caches.iterdir()) == sorted([first, other])
    assert first.read_bytes() == b"codigo"


@POSIX
def test_folder_and_file_belong_to_the_user_alone(caches):
    caches.mkdir(mode=0o777)
    caches.chmod(0o777)
    path = kernel_cache.stored_library("chave", builder())
    assert stat.S_IMODE(caches.stat().st_mode) == 0o700
    assert path.stat().st_mode & 0o022 == 0
    assert path.parent == caches


def tamper(path):
    path.write_bytes(b"outra coisa")


def open_to_all(path):
    path.chmod(0o777)


def replace_by_link(path):
    target = path.with_name("alvo")
    path.rename(target)
    path.symlink_to(target)


def give_away(path):
    if os.getuid() != 0:
        pytest.skip("só o administrador dá um arquivo a outro dono")
    os.chown(path, 12345, 12345)


@POSIX
@pytest.mark.parametrize("harm", [tamper, open_to_all, replace_by_link, give_away])
def test_a_file_that_others_could_write_is_rebuilt(caches, harm):
    log = []
    path = kernel_cache.stored_library("chave", builder(log=log))
    harm(path)
    again = kernel_cache.stored_library("chave", builder(log=log))
    assert len(log) == 2
    assert again.read_bytes() == b"codigo"
    assert not again.is_symlink()
    assert again.stat().st_uid == os.getuid()
    assert again.stat().st_mode & 0o022 == 0


@POSIX
def test_a_folder_of_another_user_is_refused(caches, monkeypatch):
    mine = os.getuid()
    caches.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with pytest.raises(RuntimeError, match=rf"é do usuário {mine}.*XDG_CACHE_HOME"):
        kernel_cache.stored_library("chave", builder())


@POSIX
def test_a_parent_where_others_can_rename_is_refused(caches):
    caches.parent.chmod(0o777)
    with pytest.raises(
        RuntimeError, match=r"pode ser escrita por outros.*0700.*windowed_attention"
    ):
        kernel_cache.stored_library("chave", builder())
    caches.parent.chmod(0o1777)  # como a pasta temporária do sistema: ninguém mexe no alheio
    assert kernel_cache.stored_library("chave", builder()).exists()
    caches.parent.chmod(0o700)


def test_a_folder_that_cannot_be_made_is_explained(tmp_path, monkeypatch):
    (tmp_path / "arquivo").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "arquivo"))
    with pytest.raises(RuntimeError, match=r"não consegui preparar.*XDG_CACHE_HOME"):
        kernel_cache.cache_folder()


def test_the_place_follows_each_system(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "relativa")  # a norma manda ignorar
    for system, place in (("linux", ".cache"), ("darwin", "Library/Caches")):
        monkeypatch.setattr(sys, "platform", system)
        assert kernel_cache.cache_folder() == (tmp_path / place / "coursekit").resolve()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert kernel_cache.cache_folder() == (tmp_path / "Local/coursekit").resolve()


def test_a_failed_build_leaves_nothing(caches):
    def build(target):
        target.write_bytes(b"metade")
        raise RuntimeError("parou no meio")

    with pytest.raises(RuntimeError, match="parou no meio"):
        kernel_cache.stored_library("chave", build)
    assert list(caches.iterdir()) == []


# --- tudo junto ------------------------------------------------------------------------------


@needs_compiler
def test_the_key_follows_source_options_and_compiler(monkeypatch, tmp_path):
    command = [*kernel_build.find_compiler(), *kernel_build.FLAGS, kernel_build._native_flag()]
    first = kernel_build._fingerprint(command)
    assert kernel_build._fingerprint(command) == first
    assert kernel_build._fingerprint([*command[:-1], "-DOUTRA"]) != first
    source = tmp_path / "outra.cpp"
    source.write_text("// outra fonte\n", encoding="utf-8")
    monkeypatch.setattr(kernel_build, "SOURCE", source)
    assert kernel_build._fingerprint(command) != first


@needs_compiler
def test_a_damaged_library_is_compiled_again(caches):
    tensors = random_tensors(50)
    expected = dense(5)(*tensors)
    assert_close(compiled_windowed_attention(*tensors, 5), expected)
    (path,) = caches.iterdir()
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:1000])  # interrompida no meio
    kernel_build.window_library.cache_clear()
    assert_close(compiled_windowed_attention(*tensors, 5), expected)
    (again,) = caches.iterdir()
    assert len(again.read_bytes()) == len(content)


@needs_compiler
@pytest.mark.skipif(not hasattr(os, "fork"), reason="só onde há fork")
def test_a_child_process_has_its_own_threads(caches):
    program = """
import os, torch
from coursekit.attention.sparse import compiled_windowed_attention as attention
torch.set_num_threads(2)
x = torch.randn(1, 2, 600, 8)
expected = attention(x, x, x, 9)
child = os.fork()
if child == 0:
    os._exit(0 if torch.equal(attention(x, x, x, 9), expected) else 7)
_, status = os.waitpid(child, 0)
raise SystemExit(os.waitstatus_to_exitcode(status))
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
