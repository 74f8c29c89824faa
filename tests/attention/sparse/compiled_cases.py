"""O núcleo compilado nos testes: a máscara densa como oráculo, e quem não tem compilador."""

import pytest
import torch

from coursekit.attention import attend
from coursekit.attention.sparse import kernel_build


def compiler_missing() -> str:
    """Por que não se pode compilar aqui; vazio se se pode."""
    try:
        kernel_build.find_compiler()
    except RuntimeError as error:
        return str(error)
    return ""


needs_compiler = pytest.mark.skipif(bool(compiler_missing()), reason=compiler_missing() or "há")


def dense(radius, *, causal=False, **options):
    """A mesma janela pelo caminho denso, com a máscara inteira."""

    def attention(query, key, value):
        place = torch.arange(query.shape[-2])
        ahead = place - place[:, None]
        mask = (ahead >= -radius) & (ahead <= (0 if causal else radius))
        return attend(query, key, value, mask=mask, **options)

    return attention
