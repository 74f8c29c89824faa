"""Números finitos, mas enormes: o produto de um par escondido estoura, e não importa."""

import pytest
import torch
from attention.sparse.compiled_cases import needs_compiler
from torch.testing import assert_close

from coursekit.attention import attend
from coursekit.attention.sparse import (
    BigBird,
    GlobalTokens,
    SlidingWindow,
    Strided,
    block_sparse_attention,
    compiled_windowed_attention,
    windowed_attention,
)

LENGTH, RADIUS = 61, 2
CLOSE = {"rtol": 1e-3, "atol": 1e-3}  # escores de várias centenas, em float32
# A consulta FAR e a chave HUGE caem no mesmo ladrilho de todo núcleo, e nenhuma vê a outra.
FAR, HUGE = 10, 16
WINDOW = SlidingWindow(RADIUS)
PATTERNS = {
    "janela": WINDOW,
    "globais": WINDOW | GlobalTokens(count=1),
    "passo": WINDOW | Strided(9),
    "bigbird": BigBird(1, 1, 4, 2, 0),
}
WAYS = [
    pytest.param(lambda *x, **o: windowed_attention(*x, RADIUS, **o), WINDOW, id="padrão"),
    pytest.param(
        lambda *x, **o: compiled_windowed_attention(*x, RADIUS, **o), WINDOW,
        id="compilada", marks=needs_compiler,
    ),
    *(
        pytest.param(lambda *x, p=p, **o: block_sparse_attention(*x, p, **o), p, id=name)
        for name, p in PATTERNS.items()
    ),
]  # fmt: skip
pytestmark = pytest.mark.usefixtures("own_cache")


def drawn():
    """Consultas, chaves, valores e o gradiente que chega, em float32."""
    source = torch.Generator().manual_seed(0)
    return [torch.randn(1, 1, LENGTH, 5, generator=source) for _ in range(4)]


def gradients(function, query, key, value, incoming, **options):
    """Saída e três gradientes."""
    inputs = [x.clone().requires_grad_() for x in (query, key, value)]
    output = function(*inputs, **options)
    return [output.detach(), *torch.autograd.grad(output, inputs, incoming)]


def masked(pattern):
    """O mesmo padrão pelo caminho denso."""
    mask = torch.from_numpy(pattern.mask(LENGTH))
    return lambda *x, **options: attend(*x, mask=mask, **options)


# Estoura o produto, ou só o produto vezes a escala.
@pytest.mark.parametrize(("size", "scale"), [(1e20, None), (3e18, 100.0)])
@pytest.mark.parametrize(("way", "pattern"), WAYS)
def test_a_hidden_score_may_overflow(way, pattern, size, scale):
    query, key, value, incoming = drawn()
    query[..., FAR, :], key[..., HUGE, :] = size, size
    assert not pattern.mask(LENGTH)[FAR, HUGE]
    found = gradients(way, query, key, value, incoming, scale=scale)
    expected = gradients(masked(pattern), query, key, value, incoming, scale=scale)
    assert all(x.isfinite().all() for x in found)
    assert_close(found[0], expected[0], **CLOSE)
    assert_close(found[3], expected[3], **CLOSE)
    # Um peso que vale 1 erra 1 em 10^7, e o gradiente da consulta multiplica isso por 10^20.
    ordinary = ~torch.from_numpy(pattern.mask(LENGTH))[:, [HUGE]].any(1)
    assert_close(found[1][..., ordinary, :], expected[1][..., ordinary, :], **CLOSE)


@pytest.mark.parametrize(("arriving", "valued"), [(1e10, 1e30), (1e25, 1e15)])
@pytest.mark.parametrize(("way", "pattern"), WAYS)
def test_a_hidden_product_of_value_and_gradient_may_overflow(way, pattern, arriving, valued):
    query, key, value, incoming = drawn()
    incoming[..., FAR, :], value[..., HUGE, :] = arriving, valued
    assert not pattern.mask(LENGTH)[FAR, HUGE]
    found = gradients(way, query, key, value, incoming)
    assert all(x.isfinite().all() for x in found)
    expected = gradients(masked(pattern), query, key, value, incoming)
    assert_close(found[1][..., FAR, :], expected[1][..., FAR, :], **CLOSE)
    assert_close(found[0], expected[0], **CLOSE)


@pytest.mark.parametrize(("way", "pattern"), WAYS)
def test_a_visible_overflow_spoils_only_whoever_is_seen(way, pattern):
    query, key, value, incoming = drawn()
    query[..., FAR, :], key[..., FAR, :] = 1e20, 1e20
    found = gradients(way, query, key, value, incoming)
    seen = torch.from_numpy(pattern.mask(LENGTH)[FAR])
    place = torch.arange(LENGTH)
    assert torch.equal(found[0].isnan().any(-1)[0, 0], place == FAR)
    for gradient in found[2:]:
        assert not gradient.isnan().any(-1)[0, 0][~seen].any()
