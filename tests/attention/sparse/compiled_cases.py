"""O núcleo compilado nos testes: quem não tem compilador."""

import pytest

from coursekit.attention.sparse import kernel_build


def compiler_missing() -> str:
    """Por que não se pode compilar aqui; vazio se se pode."""
    try:
        kernel_build.find_compiler()
    except RuntimeError as error:
        return str(error)
    return ""


needs_compiler = pytest.mark.skipif(bool(compiler_missing()), reason=compiler_missing() or "há")
