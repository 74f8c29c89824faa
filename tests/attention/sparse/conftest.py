"""A pasta onde o núcleo em C++ se compila, uma vez só, e a janela de cada implementação."""

import pytest

from coursekit.attention.sparse import kernel_build


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(scope="module")
def own_cache(cache_folder):
    """Compila numa pasta só dos testes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_folder))
        kernel_build.window_library.cache_clear()
        yield
    kernel_build.window_library.cache_clear()


@pytest.fixture
def window(request, monkeypatch):
    """A atenção em janela de uma implementação, com o corte que ela pede."""
    if request.param.compiled:
        request.getfixturevalue("own_cache")
    for module, name, setting in request.param.settings:
        monkeypatch.setattr(module, name, setting)
    return request.param.attention
