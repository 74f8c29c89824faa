"""Núcleo compilado: igual à densa mascarada na ida e na volta, em todo corte que ele sabe fazer."""

import math

import pytest
import torch
from attention.sparse.compiled_cases import dense, needs_compiler
from attention.sparse.sparse_cases import WINDOWS, gradients, random_tensors
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.attention import attend
from coursekit.attention.sparse import (
    compiled_windowed_attention,
    kernel_build,
    kernel_tasks,
    windowed_attention,
)

pytestmark = needs_compiler

EXACT = {"rtol": 1e-10, "atol": 1e-10}
LN2 = math.log(2.0)
# Blocos do núcleo têm 48 consultas (float32) ou 24 (float64) com AVX-512, ladrilhos 64 chaves.
LENGTHS = (1, 2, 7, 13, 24, 25, 47, 48, 49, 73, 97, 131, 211)
RADII = (0, 1, 3, 8, 23, 24, 64, 130, 10**6)
WIDTHS = ((1, 1), (5, 7), (8, 16), (16, 8), (17, 3), (32, 33), (64, 64))


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """Compila numa pasta só destes testes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        kernel_build.window_library.cache_clear()
        yield
    kernel_build.window_library.cache_clear()


@pytest.fixture
def threads(request, monkeypatch):
    """Linhas de execução do núcleo; o resto do PyTorch continua como está."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: request.param)


@pytest.fixture
def short_shares(monkeypatch):
    """Trechos de até 48 consultas: fronteiras no meio de sequências pequenas."""
    monkeypatch.setattr(kernel_tasks, "SHORTEST", kernel_tasks.STEP)


def assert_same(received, expected, **tolerance):
    assert len(received) == len(expected)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **(tolerance or EXACT))


def assert_equals_dense(tensors, radius, **options):
    received = gradients(lambda *x: compiled_windowed_attention(*x, radius, **options), tensors)
    assert_same(received, gradients(dense(radius, **options), tensors))


def test_matches_hand_computation():
    # Escores 0 e ln 2: pesos 1 : 2. A posição 1 vê as três; a 0 e a 2, só duas.
    query = torch.ones(1, 3, 1, dtype=torch.float64)
    key = torch.tensor([[[0.0], [LN2], [0.0]]], dtype=torch.float64)
    value = torch.tensor([[[3.0], [6.0], [12.0]]], dtype=torch.float64)
    expected = torch.tensor([5.0, (3 + 2 * 6 + 12) / 4, 8.0], dtype=torch.float64)
    assert_close(compiled_windowed_attention(query, key, value, 1).squeeze(), expected)
    causal = torch.tensor([3.0, 5.0, 8.0], dtype=torch.float64)
    found = compiled_windowed_attention(query, key, value, 1, causal=True)
    assert_close(found.squeeze(), causal)
    assert_close(compiled_windowed_attention(query, key, value, 0), value)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("length", LENGTHS)
def test_equals_masked_dense_attention_and_its_gradients(length, radius, causal):
    for number, (width, value_width) in enumerate(WIDTHS):
        shapes = [(1, 2, length, size) for size in (width, width, value_width)]
        assert_equals_dense(random_tensors(0, seed=number, shapes=shapes), radius, causal=causal)


@pytest.mark.parametrize("threads", [1, 2, 3, 5], indirect=True)
@pytest.mark.parametrize("heads", [1, 2, 3, 7])
@pytest.mark.parametrize("causal", [False, True])
def test_shares_of_a_head_add_up(threads, heads, causal, short_shares):
    # 331 consultas em trechos de 48, 96… : raios menores e maiores que um trecho.
    for radius in (0, 5, 61, 200, 400):
        shapes = [(1, heads, 331, size) for size in (5, 5, 16)]
        assert_equals_dense(random_tensors(0, seed=radius, shapes=shapes), radius, causal=causal)
        lengths = [97]
        assert_equals_dense(
            random_tensors(0, shapes=shapes), radius, causal=causal, key_lengths=lengths
        )


@pytest.mark.parametrize("threads", [2, 3], indirect=True)
def test_the_same_bits_every_time(threads, short_shares):
    shapes = [(1, 1, 500, 16)] * 3
    tensors = random_tensors(0, shapes=shapes, dtype=torch.float32)
    copies = [x.clone() for x in tensors]

    def run():
        return gradients(lambda *x: compiled_windowed_attention(*x, 70), tensors)

    first = run()
    for _ in range(5):
        assert all(torch.equal(a, b) for a, b in zip(run(), first, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(tensors, copies, strict=True))


def test_shares_pass_once_by_every_query_that_sees():
    for threads in (1, 2, 3, 8):
        for limits in ([700], [700, 700], [700, 0, 5], [0], [], [300] * 5):
            shares = kernel_tasks.plan_shares(limits, 700, 11, threads)
            for head, limit in enumerate(limits):
                mine = [x for x in shares if x.head == head]
                seeing = min(700, limit + 11) if limit else 0
                passed = [q for x in mine for q in range(x.start, x.stop)]
                assert passed == list(range(seeing))
                owned = [range(*x.keys(11, 4)[1:3]) for x in mine]
                assert [k for keys in owned for k in keys] == list(range(limit))
    assert len(kernel_tasks.plan_shares([700], 700, 11, 2)) == 2
    assert len(kernel_tasks.plan_shares([700] * 3, 700, 11, 2)) == 6
    assert len(kernel_tasks.plan_shares([700] * 4, 700, 11, 2)) == 4


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [[0, 23], [1, 7], [12, 0], [3, 17]])
@pytest.mark.parametrize("radius", [0, 2, 9, 50])
def test_key_lengths_hide_keys_and_empty_rows_are_zero(lengths, radius, causal):
    tensors = random_tensors(23, seed=sum(lengths))
    assert_equals_dense(tensors, radius, causal=causal, key_lengths=lengths)
    found = compiled_windowed_attention(*tensors, radius, causal=causal, key_lengths=lengths)
    for example, limit in enumerate(lengths):
        blind = found[example, :, limit + radius :] if limit else found[example]
        assert not blind.any()
    as_tensor = compiled_windowed_attention(
        *tensors, radius, causal=causal, key_lengths=torch.tensor(lengths)
    )
    assert torch.equal(as_tensor, found)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 120),
    radius=st.integers(0, 140),
    causal=st.booleans(),
    width=st.integers(1, 35),
    value_width=st.integers(1, 35),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**20),
)
def test_any_size_is_dense(length, radius, causal, width, value_width, share, seed):
    shapes = [(2, length, size) for size in (width, width, value_width)]
    tensors = random_tensors(0, seed=seed, shapes=shapes)
    assert_equals_dense(tensors, radius, causal=causal, key_lengths=[round(share * length), length])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), WINDOWS)
def test_equals_the_default_version(length, radius, causal):
    tensors = random_tensors(length)
    for options in ({"causal": causal}, {"causal": causal, "key_lengths": [length, length // 2]}):
        mine, theirs = (
            gradients(lambda *x, f=f, o=options: f(*x, radius, **o), tensors)
            for f in (compiled_windowed_attention, windowed_attention)
        )
        assert_same(mine, theirs)


def test_shapes_with_and_without_heads_and_shared_heads():
    assert_equals_dense(random_tensors(11, heads=None), 2)
    assert_equals_dense(random_tensors(0, shapes=[(2, 6, 11, 5), (2, 2, 11, 5), (2, 2, 11, 7)]), 2)


@pytest.mark.parametrize("shape", [(0, 3, 5, 7), (2, 3, 0, 7), (2, 0, 5, 7)])
def test_empty_axes(shape):
    key_shape = (2, 1, 5, 7) if shape[1] == 0 else shape
    tensors = random_tensors(0, shapes=[shape, key_shape, key_shape])
    for options in ({}, {"key_lengths": [0] * shape[0]}):
        output, *grads = gradients(
            lambda *x, o=options: compiled_windowed_attention(*x, 1, **o), tensors
        )
        assert output.shape == shape
        assert [x.shape for x in grads] == [shape, key_shape, key_shape]
    without_values = random_tensors(0, shapes=[(2, 9, 3), (2, 9, 3), (2, 9, 0)])
    assert compiled_windowed_attention(*without_values, 1).shape == (2, 9, 0)


def test_strides_and_starting_places_do_not_matter():
    base = [torch.randn(2, 60, 3, 5, dtype=torch.float64)[:, 3:] for _ in range(3)]
    views = [x.transpose(1, 2) for x in base]
    inputs = [x.clone().requires_grad_() for x in views]
    others = [x.contiguous().requires_grad_() for x in views]
    compiled_windowed_attention(*inputs, 2).transpose(1, 2).contiguous().square().sum().backward()
    dense(2)(*others).square().sum().backward()
    assert_same([x.grad for x in inputs], [x.grad for x in others])
    whole = random_tensors(0, shapes=[(3, 2, 20, 5)] * 3)
    assert_equals_dense([x[1:] for x in whole], 2)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), [(5, 1), (29, 3)])
def test_gradcheck(length, radius, causal):
    inputs = tuple(x.requires_grad_() for x in random_tensors(0, shapes=[(1, 2, length, 2)] * 3))
    for options in ({"causal": causal}, {"causal": causal, "key_lengths": [length - 2]}):
        assert torch.autograd.gradcheck(
            lambda *x, o=options: compiled_windowed_attention(*x, radius, **o), inputs
        )


def test_only_the_gradients_asked_for():
    query, key, value = random_tensors(20)
    value.requires_grad_()
    compiled_windowed_attention(query, key, value, 3).sum().backward()
    # A soma dos pesos de cada linha é 1: os gradientes dos valores somam o número de consultas.
    assert_close(value.grad.sum(dim=2), torch.full((2, 3, 7), 20.0, dtype=torch.float64))
    assert query.grad is None


def test_the_second_derivative_is_refused():
    inputs = [x.requires_grad_() for x in random_tensors(6)]
    output = compiled_windowed_attention(*inputs, 1).square().sum()
    (first,) = torch.autograd.grad(output, inputs[0], create_graph=True)
    with pytest.raises(RuntimeError, match=r"primeira derivada.*segunda.*attend\(.*mask"):
        torch.autograd.grad(first.sum(), inputs[1])


def test_scale_and_learned_scale():
    tensors = random_tensors(65)
    assert_equals_dense(tensors, 3, scale=-0.7)
    factors = [torch.tensor(0.4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    compiled_windowed_attention(*tensors, 3, scale=factors[0]).square().sum().backward()
    dense(3, scale=factors[1])(*tensors).square().sum().backward()
    assert_close(factors[0].grad, factors[1].grad, **EXACT)
    assert factors[0].grad.abs() > 0


def test_scores_too_big_for_the_naive_exponential():
    query, key, value = random_tensors(140)
    assert_equals_dense((query * 1e4, key, value), 66)
    # Escores que crescem de ladrilho em ladrilho: o máximo sobe, e o que se somou encolhe.
    ramp = torch.linspace(0, 500, 140, dtype=torch.float64)[:, None]
    assert_equals_dense((query.abs(), key.abs() + ramp, value), 139)
    assert_equals_dense((query.abs(), key.abs() - ramp, value), 139)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_low_precision_only_rounds_the_result(dtype, causal):
    tensors = random_tensors(0, shapes=[(1, 2, 151, 16)] * 3, dtype=dtype)
    exact = gradients(dense(41, causal=causal), [x.double() for x in tensors])
    received = gradients(lambda *x: compiled_windowed_attention(*x, 41, causal=causal), tensors)
    for mine, theirs in zip(received, exact, strict=True):
        assert mine.dtype == dtype
        allowed = 2 * torch.finfo(dtype).eps * theirs.abs() + 2e-6 + torch.finfo(dtype).eps
        assert ((mine.double() - theirs).abs() <= allowed).all()


@pytest.mark.parametrize("lengths", [None, [17, 5]])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_broken_numbers_show_only_where_they_are_seen(where, broken, causal, lengths):
    tensors = random_tensors(17)
    tensors[where][0, 2, 8, 3] = broken
    options = {"causal": causal, "key_lengths": lengths}
    assert_equals_dense_with_broken(tensors, 3, **options)
    found = compiled_windowed_attention(*tensors, 3, **options)
    seen = found[0, 2].isnan().any(dim=-1).nonzero().squeeze(-1).tolist()
    assert seen == ([8] if where == 0 else list(range(8 if causal else 5, 12)))


def assert_equals_dense_with_broken(tensors, radius, **options):
    expected = gradients(dense(radius, **options), tensors)
    received = gradients(lambda *x: compiled_windowed_attention(*x, radius, **options), tensors)
    assert_same(received, expected, equal_nan=True, **EXACT)


@pytest.mark.parametrize("width", [5, 16])
@pytest.mark.parametrize("place", [0, 5, 60, 130, 199])
@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_broken_number_anywhere_is_found(where, place, width):
    # Em qualquer bloco e em qualquer casa do vetor, até nas que sobram dele.
    for column in (0, width - 1):
        tensors = random_tensors(0, shapes=[(1, 200, width)] * 3)
        tensors[where][0, place, column] = math.nan
        assert_equals_dense_with_broken(tensors, 7)


def test_what_is_hidden_may_be_broken():
    tensors = random_tensors(100)
    clean = compiled_windowed_attention(*tensors, 4, key_lengths=[50, 30])
    for x in tensors:
        x[0, :, 54:] = math.nan
        x[1, :, 34:] = math.inf
    for x in tensors[1:]:
        x[0, :, 50:] = -math.inf
        x[1, :, 30:] = math.nan
    assert torch.equal(compiled_windowed_attention(*tensors, 4, key_lengths=[50, 30]), clean)


def test_a_score_that_overflows_is_nan_as_in_attend():
    for dtype, big in ((torch.float32, 1e30), (torch.float64, 1e200)):
        query, key, value = random_tensors(0, shapes=[(1, 60, 4)] * 3, dtype=dtype)
        query[0, 20], key[0, 22] = big, big
        found = compiled_windowed_attention(query, key, value, 5)
        assert_close(found, dense(5)(query, key, value), equal_nan=True, rtol=1e-4, atol=1e-4)
        assert found[0].isnan().any(dim=-1).nonzero().squeeze(-1).tolist() == [20]
    query, key, value = random_tensors(0, shapes=[(1, 60, 4)] * 3)
    query[0, 20] = 1e200
    scale = torch.tensor(1e200, dtype=torch.float64, requires_grad=True)
    found = compiled_windowed_attention(query, key, value, 5, scale=scale)
    assert found[0].isnan().all(dim=-1).nonzero().squeeze(-1).tolist() == [20]


def test_nothing_quadratic_is_allocated():
    length = 4096
    tensors = random_tensors(0, shapes=[(1, 1, length, 4)] * 3, dtype=torch.float32)
    largest = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            nonlocal largest
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor):
                largest = max(largest, result.untyped_storage().nbytes() // 4)
            return result

    with Watch():
        gradients(lambda *x: compiled_windowed_attention(*x, 8), tensors)
    # O gradiente sorteado pelo teste é float64: 8 vezes o comprimento.
    assert 4 * length <= largest <= 8 * length


def test_a_wide_window_is_dense():
    tensors = random_tensors(131)
    for causal in (False, True):
        wide = compiled_windowed_attention(*tensors, 10**9, causal=causal)
        assert_close(wide, attend(*tensors, causal=causal), **EXACT)
