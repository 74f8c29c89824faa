"""Janela deslizante: à mão, contra a densa mascarada, gradiente, bordas, tipos, recusas."""

import math

import pytest
import torch
from attention.sparse.sparse_cases import (
    BATCH,
    HEADS,
    VALUE_WIDTH,
    WINDOWS,
    gradients,
    random_tensors,
)
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.attention import attend
from coursekit.attention.sparse import windowed, windowed_attention, windowed_attention_readable

EXACT = {"rtol": 1e-10, "atol": 1e-10}
LN2 = math.log(2.0)
# (ladrilho, escores por lote): o de fábrica, e um que obriga a muitos ladrilhos e lotes.
TILINGS = [(32, 2**18), (4, 100), (3, 1), (1, 7)]


@pytest.fixture
def tiling(request, monkeypatch):
    monkeypatch.setattr(windowed, "TILE", request.param[0])
    monkeypatch.setattr(windowed, "BUDGET", request.param[1])


def dense(radius, **options):
    """A mesma janela pelo caminho denso, com a máscara escrita por extenso."""
    causal = options.pop("causal", False)

    def attention(query, key, value):
        length = query.shape[-2]
        mask = torch.zeros(length, length, dtype=torch.bool)
        for i in range(length):
            for j in range(length):
                mask[i, j] = abs(i - j) <= radius and not (causal and j > i)
        return attend(query, key, value, mask=mask, **options)

    return attention


def test_matches_hand_computation():
    # Escores 0 e ln 2: pesos 1 : 2. A posição 1 vê as três; a 0 e a 2, só duas.
    query = torch.ones(1, 3, 1, dtype=torch.float64)
    key = torch.tensor([[[0.0], [LN2], [0.0]]], dtype=torch.float64)
    value = torch.tensor([[[3.0], [6.0], [12.0]]], dtype=torch.float64)
    expected = torch.tensor([5.0, (3 + 2 * 6 + 12) / 4, 8.0], dtype=torch.float64)
    assert_close(windowed_attention(query, key, value, 1).squeeze(), expected)
    causal = torch.tensor([3.0, 5.0, 8.0], dtype=torch.float64)
    assert_close(windowed_attention(query, key, value, 1, causal=True).squeeze(), causal)
    assert_close(windowed_attention(query, key, value, 0), value)


@pytest.mark.parametrize("tiling", TILINGS, indirect=True)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), WINDOWS)
def test_equals_masked_dense_attention_and_its_gradients(length, radius, causal, tiling):
    tensors = random_tensors(length, seed=length + radius)
    expected = gradients(dense(radius, causal=causal), tensors)
    received = gradients(lambda *x: windowed_attention(*x, radius, causal=causal), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), WINDOWS)
@pytest.mark.parametrize("block", [1, 5, 64])
def test_the_readable_version_is_the_same(length, radius, causal, block):
    tensors = random_tensors(length)
    readable = gradients(
        lambda *x: windowed_attention_readable(*x, radius, causal=causal, block=block), tensors
    )
    fast = gradients(lambda *x: windowed_attention(*x, radius, causal=causal), tensors)
    for mine, theirs in zip(readable, fast, strict=True):
        assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("tiling", TILINGS, indirect=True)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("lengths", [[0, 23], [1, 7], [12, 0], [3, 17]])
@pytest.mark.parametrize("radius", [0, 2, 9, 50])
def test_key_lengths_hide_keys_and_empty_rows_are_zero(lengths, radius, causal, tiling):
    tensors = random_tensors(23, seed=sum(lengths))
    options = {"causal": causal, "key_lengths": lengths}
    expected = gradients(dense(radius, **options), tensors)
    received = gradients(lambda *x: windowed_attention(*x, radius, **options), tensors)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)
    for example, limit in enumerate(lengths):
        blind = received[0][example, :, limit + radius :] if limit else received[0][example]
        assert not blind.any()
    as_tensor = windowed_attention(
        *tensors, radius, causal=causal, key_lengths=torch.tensor(lengths)
    )
    assert torch.equal(as_tensor, received[0])


def test_many_short_heads_and_one_long_head_use_both_roads():
    # 40 cabeças curtas: o lote é de cabeças; 1 cabeça longa: o lote é de ladrilhos vizinhos.
    for shape, radius in [((1, 40, 131, 5), 3), ((1, 1, 700, 5), 17)]:
        tensors = random_tensors(0, shapes=[shape] * 3)
        for causal in (False, True):
            expected = gradients(dense(radius, causal=causal), tensors)
            received = gradients(
                lambda *x, c=causal, r=radius: windowed_attention(*x, r, causal=c), tensors
            )
            for mine, theirs in zip(received, expected, strict=True):
                assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("causal", [False, True])
def test_a_wide_window_is_dense(causal):
    tensors = random_tensors(31)
    wide = windowed_attention(*tensors, 31, causal=causal)
    assert_close(wide, attend(*tensors, causal=causal), **EXACT)
    assert torch.equal(windowed_attention(*tensors, 10**9, causal=causal), wide)


def test_what_is_outside_the_window_does_not_matter():
    query, key, value = random_tensors(100)
    whole = windowed_attention(query, key, value, 4)
    key[..., 50, :] += 3.0
    value[..., 50, :] -= 5.0
    changed = (windowed_attention(query, key, value, 4) != whole).flatten(0, 1).any(0).any(-1)
    assert changed.nonzero().squeeze().tolist() == list(range(46, 55))


def test_shapes_with_and_without_heads_and_shared_heads():
    assert windowed_attention(*random_tensors(11), 2).shape == (BATCH, HEADS, 11, VALUE_WIDTH)
    alone = random_tensors(11, heads=None)
    assert_close(windowed_attention(*alone, 2), dense(2)(*alone), **EXACT)
    shapes = [(2, 6, 11, 5), (2, 2, 11, 5), (2, 2, 11, 7)]
    shared = random_tensors(11, shapes=shapes)
    expected = gradients(dense(2), shared)
    received = gradients(lambda *x: windowed_attention(*x, 2), shared)
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, **EXACT)


@pytest.mark.parametrize("shape", [(0, 3, 5, 7), (2, 3, 0, 7), (2, 3, 5, 7)])
def test_empty_axes(shape):
    tensors = random_tensors(0, shapes=[shape] * 3)
    lengths = [0] * shape[0]
    for options in ({}, {"key_lengths": lengths}):
        output, *grads = gradients(lambda *x, o=options: windowed_attention(*x, 1, **o), tensors)
        assert output.shape == shape
        assert [x.shape for x in grads] == [shape] * 3
    assert not output.any()


def test_strides_do_not_matter():
    # (B, T, H, D) com os eixos trocados: vistas que não são contíguas, com deslocamento.
    base = [torch.randn(2, 20, 3, 5, dtype=torch.float64)[:, 3:] for _ in range(3)]
    tensors = [x.transpose(1, 2) for x in base]
    contiguous = [x.contiguous() for x in tensors]
    expected = gradients(dense(2), contiguous)
    received = gradients(lambda *x: windowed_attention(*x, 2), contiguous)
    assert torch.equal(windowed_attention(*tensors, 2), received[0])
    assert_close(received[0], expected[0], **EXACT)
    inputs = [x.clone().requires_grad_() for x in tensors]
    windowed_attention(*inputs, 2).transpose(1, 2).contiguous().square().sum().backward()
    others = [x.clone().requires_grad_() for x in contiguous]
    dense(2)(*others).square().sum().backward()
    for mine, theirs in zip(inputs, others, strict=True):
        assert_close(mine.grad, theirs.grad, **EXACT)


def test_inputs_may_start_anywhere_in_their_memory():
    base = random_tensors(0, shapes=[(3, 2, 20, 5)] * 3)
    assert base[0][1:].is_contiguous()
    expected = gradients(dense(2), [x[1:].clone() for x in base])
    assert_close(windowed_attention(*(x[1:] for x in base), 2), expected[0], **EXACT)
    leaves = [x.clone().requires_grad_() for x in base]
    windowed_attention(*(x[1:] for x in leaves), 2).sum().backward()
    assert not leaves[0].grad[0].any()
    assert leaves[2].grad[1:].all()


def test_keys_shared_by_tiles_are_never_summed_at_once(monkeypatch):
    # Somar numa vista que se sobrepõe seria uma corrida entre as linhas de execução.
    monkeypatch.setattr(windowed, "TILE", 4)
    sums = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if function is torch.ops.aten.add_.Tensor and args[0].ndim == 3:
                count, rows, width = args[0].shape
                sums.append((count, rows * width, args[0].stride(0)))
            return function(*args, **(kwargs or {}))

    with Watch():
        gradients(
            lambda *x: windowed_attention(*x, 3), random_tensors(200, shapes=[(1, 1, 200, 2)] * 3)
        )
    assert any(count > 1 for count, _, _ in sums)
    assert all(count == 1 or span <= stride for count, span, stride in sums)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("length", "radius"), [(5, 1), (9, 3)])
def test_gradcheck(length, radius, causal, monkeypatch):
    monkeypatch.setattr(windowed, "TILE", 2)
    tensors = random_tensors(length, shapes=[(1, 2, length, 2)] * 3)
    inputs = tuple(x.requires_grad_() for x in tensors)
    options = {"causal": causal, "key_lengths": [length - 2]}
    for chosen in ({"causal": causal}, options):
        assert torch.autograd.gradcheck(
            lambda *x, o=chosen: windowed_attention(*x, radius, **o), inputs
        )


def test_only_the_gradients_asked_for():
    query, key, value = random_tensors(20)
    value.requires_grad_()
    windowed_attention(query, key, value, 3).sum().backward()
    # A soma dos pesos de cada linha é 1: os gradientes dos valores somam o número de consultas.
    assert_close(value.grad.sum(dim=2), torch.full((2, 3, 7), 20.0, dtype=torch.float64))
    assert query.grad is None


def test_the_second_derivative_is_refused():
    inputs = [x.requires_grad_() for x in random_tensors(6)]
    output = windowed_attention(*inputs, 1).square().sum()
    (first,) = torch.autograd.grad(output, inputs[0], create_graph=True)
    with pytest.raises(RuntimeError, match=r"primeira derivada.*segunda.*attend\(.*mask"):
        torch.autograd.grad(first.sum(), inputs[1])


def test_scale_and_learned_scale():
    tensors = random_tensors(15)
    assert_close(
        windowed_attention(*tensors, 3, scale=-0.7), dense(3, scale=-0.7)(*tensors), **EXACT
    )
    factors = [torch.tensor(0.4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    windowed_attention(*tensors, 3, scale=factors[0]).square().sum().backward()
    dense(3, scale=factors[1])(*tensors).square().sum().backward()
    assert_close(factors[0].grad, factors[1].grad, **EXACT)
    assert factors[0].grad.abs() > 0


def test_scores_too_big_for_the_naive_exponential():
    query, key, value = random_tensors(40)
    assert_close(
        windowed_attention(query * 1e4, key, value, 6), dense(6)(query * 1e4, key, value), **EXACT
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_low_precision_only_rounds_the_result(dtype):
    tensors = random_tensors(70, dtype=dtype)
    exact = gradients(dense(9), [x.double() for x in tensors])
    received = gradients(lambda *x: windowed_attention(*x, 9), tensors)
    for mine, theirs in zip(received, exact, strict=True):
        assert mine.dtype == dtype
        # meia unidade de arredondamento na saída; no gradiente, também o da entrada da volta.
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
    expected = gradients(dense(3, **options), tensors)
    received = gradients(lambda *x: windowed_attention(*x, 3, **options), tensors)
    seen = received[0][0, 2].isnan().any(dim=-1).nonzero().squeeze(-1).tolist()
    assert seen == ([8] if where == 0 else list(range(8 if causal else 5, 12)))
    for mine, theirs in zip(received, expected, strict=True):
        assert_close(mine, theirs, equal_nan=True, **EXACT)


def test_arguments_are_not_changed_and_the_result_is_deterministic():
    tensors = random_tensors(50)
    copies = [x.clone() for x in tensors]
    lengths = torch.tensor([50, 20])
    first = gradients(lambda *x: windowed_attention(*x, 6, key_lengths=lengths), tensors)
    again = gradients(lambda *x: windowed_attention(*x, 6, key_lengths=lengths), tensors)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(tensors, copies, strict=True))
    assert lengths.tolist() == [50, 20]


def test_nothing_quadratic_is_allocated(monkeypatch):
    # O maior tensor criado em toda a ida e volta cabe em poucas vezes as entradas.
    length, radius = 4096, 8
    tensors = random_tensors(0, shapes=[(1, 1, length, 4)] * 3, dtype=torch.float32)
    largest = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            nonlocal largest
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor):
                largest = max(largest, result.untyped_storage().nbytes() // 4)
            return result

    monkeypatch.setattr(windowed, "BUDGET", 2**14)
    with Watch():
        gradients(lambda *x: windowed_attention(*x, radius), tensors)
    assert 4 * length <= largest <= 8 * length


ONE = torch.ones(2, 3, 5)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"radius": 1.5}, TypeError, r"radius deve ser um inteiro.*float.*radius=128"),
        ({"radius": True}, TypeError, r"radius deve ser um inteiro.*bool"),
        ({"radius": -1}, ValueError, r"radius não pode ser negativo.*-1.*radius=0"),
        (
            {"query": torch.ones(2, 2, 5)},
            ValueError,
            r"2 consultas e 3 chaves.*window=\(radius, 0\)",
        ),
        ({"query": [[1.0]]}, TypeError, r"query deve ser um tensor.*list.*as_tensor"),
        (
            {"key": torch.ones(2, 3, 4)},
            ValueError,
            r"query \(2, 3, 5\), key \(2, 3, 4\).*largura D",
        ),
        ({"causal": 1}, TypeError, r"causal deve ser True ou False.*int"),
        ({"scale": math.nan}, ValueError, r"scale deve ser finito.*nan"),
        ({"key_lengths": [1, 2, 3]}, ValueError, r"key_lengths.*\(B,\) = \(2,\).*\(3,\)"),
        ({"key_lengths": [1, 4]}, ValueError, r"entre 0 e k_len=3.*\[1, 4\]"),
        ({"key_lengths": [1.0, 2.0]}, TypeError, r"tensor de inteiros.*float32"),
        ({"key_lengths": 3}, ValueError, r"key_lengths.*\(B,\) = \(2,\).*recebi \(\)"),
        (
            {"key_lengths": "três"},
            TypeError,
            r"key_lengths.*inteiros.*recebi 'três'.*key_lengths=\[",
        ),
        ({"key_lengths": [None, 2]}, TypeError, r"key_lengths.*inteiros.*recebi \[None, 2\]"),
        ({"key_lengths": [10**30, 2]}, ValueError, r"key_lengths.*inteiros.*recebi \[10{30}, 2\]"),
    ],
)
def test_refusals(options, error, message):
    arguments = {"query": ONE, "key": ONE, "value": ONE, "radius": 1, **options}
    with pytest.raises(error, match=message):
        windowed_attention(**arguments)
    if not {"scale", "key_lengths"} & set(options):
        with pytest.raises(error, match=message):
            windowed_attention_readable(**arguments)


@pytest.mark.parametrize(
    ("block", "error", "message"),
    [
        (-1, ValueError, r"block deve ser pelo menos 1; recebi -1"),
        (0, ValueError, r"block deve ser pelo menos 1; recebi 0"),
        (2.0, TypeError, r"block deve ser um inteiro; recebi float"),
    ],
)
def test_the_readable_version_refuses_a_block_without_queries(block, error, message):
    with pytest.raises(error, match=message):
        windowed_attention_readable(ONE, ONE, ONE, 0, block=block)
